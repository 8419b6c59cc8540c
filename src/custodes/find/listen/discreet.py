"""What a capture must not keep: the log-ins and sessions of people, struck out before anything is
stored. Pure.

Only answers of devices are kept, never what people send. Of an answer the lines that carry a
session or repeat a log-in are left out or masked with `*`.
"""

import re

GONE = frozenset(
    "authorization proxy-authorization cookie authentication-info proxy-authentication-info"
    " x-auth-token x-access-token x-api-key x-csrf-token x-xsrf-token x-session-id x-subject-token"
    " token".split()
)
_COOKIE = re.compile(r"(?i)^(set-cookie2?\s*:\s*[^=;]{0,256}=)[^;]*")
_SESSION = re.compile(r"(?i)^(session\s*:\s*)[^;]*")
_USER = re.compile(r"(://)[^/\s\"'<>]*@")
_QUERY = re.compile(r"\?[^\s\"'<>,;#]+")
_CHALLENGE = ("www-authenticate", "proxy-authenticate")


def head(text: str) -> str:
    """The head of an answer without sessions and log-ins; every other line as it was."""
    start, *lines = text.split("\n")
    kept, gone = [start], False
    for line in lines:
        if gone and line[:1] in {" ", "\t"}:
            continue  # the folded rest of a line that is left out
        name = line.partition(":")[0].strip().casefold()
        gone = name in GONE
        if not gone:
            kept.append(_line(line, name))
    return "\n".join(kept)


def _line(line: str, name: str) -> str:
    if name in _CHALLENGE:
        return line
    line = _COOKIE.sub(r"\g<1>*", line)
    return body(_SESSION.sub(r"\g<1>*", line))


def body(text: str) -> str:
    """A description without the names and keys that stand in its addresses.

    >>> body("a=control:rtsp://admin:secret@192.0.2.7/1?token=abc")
    'a=control:rtsp://*@192.0.2.7/1?*'
    """
    return _QUERY.sub("?*", _USER.sub(r"\g<1>*@", text))


_SECRET = re.compile(rb"(?i)[?&\"'\s](?:p(?:ass)?w(?:or)?d|pass|password)[\"']?\s{0,4}[=:]")
_BASIC = re.compile(rb"(?i)\n(?:proxy-)?authorization[ \t]{0,8}:[ \t]{0,8}basic[ \t]")
_LOGIN_TEXT = re.compile(rb"#PasswordText[\"']")


def http_login(data: bytes) -> str:
    """How a request of HTTP or RTSP carries a password in clear; empty where it does not."""
    if _BASIC.search(data):
        return "Basic"
    if _LOGIN_TEXT.search(data):
        return "SOAP password in clear"
    line, _, rest = data.partition(b"\n")
    if _SECRET.search(line) or b"@" in line.split(b"?")[0].rpartition(b"://")[2].partition(b"/")[0]:
        return "password in the address"
    sent = rest.partition(b"\r\n\r\n")[2][:4096]
    return "password in a form" if _SECRET.search(b"&" + sent) else ""
