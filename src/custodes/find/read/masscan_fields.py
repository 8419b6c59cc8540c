"""Which kind of observation a banner of Masscan is, and its text as the device sent it."""

import re
from datetime import UTC, datetime
from typing import Final

# Masscan's own word for what it recognised -> what kind of answer the banner is.
# Source: the names that its outputs print (robertdavidgraham/masscan, src/masscan-app.c).
SERVICES: Final = {
    "http": "http.response",
    "http.server": "http.header.server",
    "title": "http.title",
    "html": "http.body",
    "ftp": "ftp.banner",
    "ssh": "ssh.banner",
    "telnet": "telnet.banner",
    "X509": "tls.certificate",
    "unknown": "tcp.banner",
}
_ESCAPED: Final = re.compile(r"\\x([0-9a-f]{2})")


def field_of(service: str, text: str) -> str:
    """The kind of observation; what has no kind of its own is kept under Masscan's word for it."""
    if service in {"http", "unknown"}:
        if text.startswith("HTTP/"):
            return "http.response"
        return "rtsp.response" if text.startswith("RTSP/") else "tcp.banner"
    return SERVICES.get(service, f"masscan.{service[:40]}")


def sent(text: str) -> str | bytes:
    """The bytes behind a banner in which each character stands for one byte.

    >>> sent("caf\\xc3\\xa9")
    b'caf\\xc3\\xa9'
    """
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text


def unescaped(text: str) -> str:
    r"""A banner of the list output, in which unprintable bytes are written as \x0d.

    >>> unescaped(r"a\x0d\x0ab")
    'a\r\nb'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def opened(proto: str) -> str:
    """The kind of observation that an open port is."""
    return "udp.open" if proto == "udp" else "tcp.open"


def instant(stamp: str | int | None) -> datetime | None:
    """Masscan writes times as seconds since 1970, as text or number."""
    try:
        return datetime.fromtimestamp(int(stamp), UTC) if stamp is not None else None
    except (ValueError, OverflowError, OSError):
        return None
