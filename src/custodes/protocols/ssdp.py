"""SSDP, the discovery of UPnP on UDP 1900: one search that only reads, answers and notices. Pure.

An answer names a LOCATION where a description lies; `own_place` says whether that is on the very
device that answered, and nothing else is ever fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from custodes.errors import PeerError
from custodes.protocols import messages, xml
from custodes.units import KIB

PORT = 1900
GROUP = "239.255.255.250"
GROUP_V6 = "ff02::c"
LIMIT_BYTES = 64 * KIB
DESCRIPTION_LIMIT_BYTES = 256 * KIB
MAX_PATH = KIB

_SEARCH = (
    b"M-SEARCH * HTTP/1.1\r\n"
    b"HOST: %s:1900\r\n"
    b'MAN: "ssdp:discover"\r\n'
    b"MX: 1\r\n"
    b"ST: upnp:rootdevice\r\n"
    b"\r\n"
)


@dataclass(frozen=True, slots=True)
class Notice(messages.Headers):
    """One datagram: an answer, an announcement (alive, byebye, update) or somebody's search."""

    kind: str  # answer, alive, byebye, update or search
    headers: tuple[tuple[str, str], ...]
    raw: bytes

    @property
    def location(self) -> str | None:
        """Where the description lies, as the device says."""
        return self.header("location")

    @property
    def server(self) -> str | None:
        return self.header("server")

    @property
    def target(self) -> str | None:
        """What it says it is: the search target of an answer, the type of a notice."""
        return self.header("st") if self.kind in {"answer", "search"} else self.header("nt")

    @property
    def unique_name(self) -> str | None:
        return self.header("usn")

    @property
    def uuid(self) -> str | None:
        """The device's own part of its unique name: the same in all its answers."""
        name = (self.unique_name or "").partition("::")[0]
        return name[5:].casefold() or None if name[:5].casefold() == "uuid:" else None


def search(*, six: bool = False) -> bytes:
    """The one search, for root devices; the same bytes by unicast and by multicast."""
    return _SEARCH % (b"[FF02::C]" if six else GROUP.encode())


def parse(data: bytes) -> Notice:
    """Read one datagram.

    Raises:
        PeerError: it is no message of SSDP, or it breaks a limit.
    """
    if len(data) > LIMIT_BYTES:
        raise PeerError("the SSDP message is too long", limit_bytes=LIMIT_BYTES)
    head = messages.parse_head(data)
    kind = _kind(head)
    if kind is None or not head.headers:
        raise PeerError("not a message of SSDP", beginning=head.start[:60])
    return Notice(kind, head.headers, data)


_NOTICES = {"ssdp:alive": "alive", "ssdp:byebye": "byebye", "ssdp:update": "update"}


def _kind(head: messages.Head) -> str | None:
    start = head.start.split()
    if len(start) >= 2 and start[0].upper().startswith("HTTP/1.") and start[1] == "200":
        return "answer"
    if len(start) != 3 or start[1] != "*" or not start[2].upper().startswith("HTTP/1."):
        return None
    if start[0].upper() == "NOTIFY":
        return _NOTICES.get((head.header("nts") or "").casefold())
    return "search" if start[0].upper() == "M-SEARCH" else None


def own_place(location: str, own_address: str) -> tuple[int, str] | None:
    """Port and path of a description over HTTP on the very address that answered; else None.

    >>> own_place("http://192.0.2.7:49152/desc.xml", "192.0.2.7")
    (49152, '/desc.xml')
    >>> own_place("http://192.0.2.8/desc.xml", "192.0.2.7"), own_place("file:///x", "192.0.2.7")
    (None, None)
    """
    try:
        parts = urlsplit(location.strip())
        host, number = parts.hostname, parts.port or 80
    except ValueError:
        return None
    own = own_address.partition("%")[0].casefold()
    if parts.scheme != "http" or host is None or host.partition("%")[0].casefold() != own:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    clean = path.isascii() and all(" " < c != "\x7f" for c in path) and len(path) <= MAX_PATH
    return (number, path) if clean and not (parts.username or parts.password) else None


def is_description(body: bytes) -> bool:
    """Whether a page is a UPnP device description; one that is cut is known by its words."""
    try:
        return xml.parse(body, DESCRIPTION_LIMIT_BYTES).tag == "root"
    except PeerError:
        return b"urn:schemas-upnp-org:device" in body[:DESCRIPTION_LIMIT_BYTES]


def build_answer(headers: Mapping[str, str]) -> bytes:
    """Build what a device answers to a search, headers in the order given."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()


def build_alive(headers: Mapping[str, str]) -> bytes:
    """Build what a device announces to its segment."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"NOTIFY * HTTP/1.1\r\nHOST: {GROUP}:1900\r\nNTS: ssdp:alive\r\n{lines}\r\n".encode()
