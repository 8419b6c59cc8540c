"""Secrets and user names taken out of an answer before it is kept. Pure.

By the names of elements, attributes, keys and parameters, in XML, JSON and `name=value` lines
alike, also where the answer is cut or broken: what stands behind such a name goes, up to its end
or to the end of the answer. A switch (true, false …) stays: it is no secret.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache, partial

from custodes.protocols.charsets import decode

GONE = "***"
# Accounts that makers set up: whether one exists is told; who else has one is nobody's business.
DEFAULT_ACCOUNTS = frozenset({"admin", "root", "888888", "666666"})
# Fields whose answer is a list of accounts: there, plain names are names of people too.
ACCOUNTS = re.compile(r"(?i)(?:users|getusers|getuserinfoall|pwdgrp)$")
MAX_NAME = 80

_SECRET = re.compile(
    r"(?i)(?!.*issupport)(?:[\w-]*(?:pass(?:wo?r?d|phrase|code)?|pwd|secret|psk|passkey)\w{0,3}"
    r"|[\w-]*(?:shared|wep|wpa|encrypt(?:ion)?|priv(?:ate)?|auth|access|api|network|master|secret)"
    r"[_-]?keys?\w{0,4}|keys?\d{0,2}|[\w-]*community\w{0,10}|[\w-]*hash|salt"
    r"|[\w-]*(?:verification|verify|operation|operate|security|invite|activation)code"
    r"|security(?:question|answer)\w{0,10}|answer\d?|pin(?:code)?|[\w-]*credentials?"
    r"|(?:access|refresh|session|auth|bearer|security)_?token|cookie|userinfo)"
)
_PERSON = re.compile(
    r"(?i)(?!.*issupport)(?:[\w-]*(?:user|login|account|sender|receiver|owner)[_-]?(?:name|id)\d?"
    r"|[\w-]*e?-?mail(?:address)?\d?|user|login|anonymous\w{0,8})"
)
_NAME_OF_ACCOUNT = re.compile(r"(?i)(?:user[_-]?)?name|memo|user|login(?:name)?")
_SWITCH = re.compile(r"(?i)\s*(?:true|false|yes|no|on|off|none|null|enabled?|disabled?)?\s*")


class Kind(Enum):
    """What a name says of what stands behind it."""

    PLAIN = auto()
    SECRET = auto()
    PERSON = auto()  # a user's name, or where to reach one
    ACCOUNT = auto()  # the same in a list of accounts, where the makers' own are told


Of = Callable[[str], Kind]


def redact(field: str, answer: bytes) -> str:
    """The answer as text without its secrets and user names; the rest as it was received.

    >>> redact("isapi.EZVIZ", b"<EZVIZ><verificationCode>ABCDEF</verificationCode></EZVIZ>")
    '<EZVIZ><verificationCode>***</verificationCode></EZVIZ>'
    >>> redact("http.cgi.userManager.getUserInfoAll", b"users[0].Name=admin\\nusers[1].Name=bob")
    'users[0].Name=admin\\nusers[1].Name=***'
    """
    of = partial(_kind, ACCOUNTS.search(field) is not None)
    text = _URL_LOGIN.sub(rf"\1{GONE}@", _text(answer))
    if field.endswith("pwdgrp"):
        return _LINE.sub(_members, text)
    text = _cut(text, _OPENING, of, _behind_tag)
    text = _cut(text, _KEY, of, _behind_key)
    for pattern in (_ITEM, _ATTRIBUTE, _LINE, _PARAMETER):
        text = pattern.sub(partial(_value, of), text)
    return text


def _text(answer: bytes) -> str:
    if answer[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return answer.decode("utf-16", "replace")
    if answer[:1] == b"\0" or answer[1:2] == b"\0":  # UTF-16 without its mark
        return answer.decode("utf-16-be" if answer[:1] == b"\0" else "utf-16-le", "replace")
    return decode(answer, "")


@lru_cache(4096)
def _kind(accounts: bool, name: str) -> Kind:
    if accounts and _NAME_OF_ACCOUNT.fullmatch(name):
        return Kind.ACCOUNT
    if _SECRET.fullmatch(name):
        return Kind.SECRET
    return Kind.PERSON if _PERSON.fullmatch(name) else Kind.PLAIN


def _instead(kind: Kind, value: str) -> str:
    """What is kept of a value: a switch, nothing, or a maker's own account in a list of them."""
    bare = value.strip().strip("\"'")
    if kind is Kind.PLAIN or _SWITCH.fullmatch(bare):
        return value
    if kind is Kind.ACCOUNT and bare.casefold() in DEFAULT_ACCOUNTS:
        return value
    return f"{value[0]}{GONE}{value[0]}" if value[:1] in {'"', "'"} else GONE


# Every repetition below is bounded, or excludes what comes behind it: linear in the length.
_URL_LOGIN = re.compile(r"(\b[A-Za-z][\w+.-]{0,20}://)[^/\s<>\"']{1,400}@")
_OPENING = re.compile(
    r"<(?P<tag>(?:[\w.-]{1,80}:)?(?P<name>[A-Za-z_][\w.-]{0,79}))(?:\s[^<>]{0,2000})?(?<!/)>"
)
_KEY = re.compile(r'"(?P<name>[^"\\\r\n]{1,80})"\s{0,8}:\s{0,8}')
_ITEM = re.compile(
    r"(?P<before>\bName\s{0,4}=\s{0,4}[\"'](?P<name>[\w.-]{1,80})[\"']\s{1,8}Value\s{0,4}=\s{0,4})"
    r"(?P<value>\"[^\"<>]*\"?|'[^'<>]*'?)"
)
_ATTRIBUTE = re.compile(
    r"(?P<before>(?<![\w.-])(?P<name>[\w.-]{1,80})\s{0,4}=\s{0,4})(?P<value>\"[^\"<>]*\"?|'[^'<>]*'?)"
)
_LINE = re.compile(
    r"(?m)^(?P<before>(?:[^=\r\n<>{}\"]{0,400}[.\[\] ])?(?P<name>[\w-]{1,80})"
    r"(?:\[[^\]\r\n]{0,40}\])*"
    r"[ \t]{0,8}=)(?P<value>[^\r\n]*)"
)
_PARAMETER = re.compile(r"(?P<before>[?&;](?P<name>[\w.-]{1,80})=)(?P<value>[^&\s<>\"'#;]*)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_SCALAR = re.compile(r"[^,}\]\s]*")
_NESTED = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_CDATA = "<![CDATA["


def _value(of: Of, found: re.Match[str]) -> str:
    return found["before"] + _instead(of(found["name"]), found["value"])


def _members(found: re.Match[str]) -> str:
    """A group and who is in it: `admin="root,bob"`."""
    members = found["value"].strip().strip('"').split(",")
    kept = [m if m.strip().casefold() in DEFAULT_ACCOUNTS else GONE for m in members if m.strip()]
    return f'{found["before"]}"{",".join(kept)}"'


Behind = Callable[[str, re.Match[str], Kind], int]


def _cut(text: str, opening: re.Pattern[str], of: Of, behind: Behind) -> str:
    """Take out what stands behind each name that tells of a secret or a person."""
    parts, at = [], 0
    while (found := opening.search(text, at)) is not None:
        parts.append(text[at : found.end()])
        at = found.end()
        kind = of(found["name"])
        if kind is Kind.PLAIN:
            continue
        end = behind(text, found, kind)
        parts.append(_instead(kind, text[at:end]))
        at = end
    return "".join(parts) + text[at:]


def _behind_tag(text: str, found: re.Match[str], kind: Kind) -> int:
    """Where an element's content ends; only a secret has children that go with it."""
    at = found.end()
    if kind is Kind.SECRET:
        end = text.find(f"</{found['tag']}", at)
    elif text.startswith(_CDATA, at):
        end = text.find("</", at)
    else:
        end = text.find("<", at)
    return len(text) if end < 0 else end


def _behind_key(text: str, found: re.Match[str], kind: Kind) -> int:
    """Where the value of a JSON key ends; only a secret has a list or object that goes with it."""
    at = found.end()
    if text[at : at + 1] not in {"[", "{"}:
        pattern = _STRING if text[at : at + 1] == '"' else _SCALAR
        value = pattern.match(text, at)
        return value.end() if value else at
    if kind is not Kind.SECRET:
        return at
    depth = 0
    for token in _NESTED.finditer(text, at):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return len(text)
