"""The Linux kernel's own tables over rtnetlink: neighbours and own addresses, asked for and read.

Pure. Both questions only read (RTM_GETNEIGH, RTM_GETADDR with NLM_F_DUMP); messages that would
change a table are not in this code. Numbers are in the byte order of the machine.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from custodes.errors import PeerError
from custodes.protocols import mac as hardware

GET_ADDRESSES, GET_NEIGHBOURS = 22, 30
NEW_ADDRESS, NEW_NEIGHBOUR = 20, 28
DONE, ERROR = 3, 2
REQUEST_DUMP = 0x0001 | 0x0300  # NLM_F_REQUEST, NLM_F_ROOT, NLM_F_MATCH
MAX_MESSAGES = 100_000
MAX_ATTRIBUTES = 64

_HEAD, _NEIGHBOUR, _ADDRESS, _ATTRIBUTE = "=IHHII", "=BxxxiHBB", "=BBBBI", "=HH"
_DESTINATION, _HARDWARE = 1, 2  # NDA_DST, NDA_LLADDR
_IFA_ADDRESS, _IFA_LOCAL, _IFA_BROADCAST = 1, 2, 4
_USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x80  # reachable, stale, delay, probe, permanent
_ROUTER = 0x80  # NTF_ROUTER


@dataclass(frozen=True, slots=True)
class Entry:
    """A neighbour as the kernel knows it; `index` is its interface."""

    address: str
    mac: str
    index: int
    router: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """An address of this machine, with its network; `broadcast` is empty where there is none."""

    address: str
    prefix: int
    index: int
    broadcast: str = ""


def question(kind: int) -> bytes:
    """Ask for a whole table, of every version of IP."""
    if kind not in {GET_ADDRESSES, GET_NEIGHBOURS}:
        raise PeerError("only the tables of neighbours and of addresses are read", kind=kind)
    body = bytes(12) if kind == GET_NEIGHBOURS else bytes(8)
    return struct.pack(_HEAD, 16 + len(body), kind, REQUEST_DUMP, 1, 0) + body


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of one reading: kind and body.

    Raises:
        PeerError: a message is shorter than its head or longer than the reading.
    """
    at = 0
    while at + 16 <= len(data):
        size, kind, *_ = struct.unpack_from(_HEAD, data, at)
        if not 16 <= size <= len(data) - at:
            raise PeerError("a kernel message of no length that can be", size=size)
        yield kind, data[at + 16 : at + size]
        at += (size + 3) & ~3


def neighbour(body: bytes) -> Entry | None:
    """Read one neighbour; None where it is not answering or tells no device."""
    if len(body) < 12:
        return None
    family, index, state, flags, _kind = struct.unpack_from(_NEIGHBOUR, body)
    said = _attributes(body[12:])
    address, mac = _ip(family, said.get(_DESTINATION, b""), index), said.get(_HARDWARE, b"")
    written = mac.hex(":") if len(mac) == 6 else ""
    if not state & _USABLE or not address or not hardware.is_usable(written):
        return None
    return Entry(address, written, index, bool(flags & _ROUTER))


def own(body: bytes) -> Own | None:
    """Read one address of this machine; None where it is no IP address."""
    if len(body) < 8:
        return None
    family, prefix, _flags, _scope, index = struct.unpack_from(_ADDRESS, body)
    said = _attributes(body[8:])
    address = _ip(family, said.get(_IFA_LOCAL) or said.get(_IFA_ADDRESS, b""), index)
    broadcast = _ip(family, said.get(_IFA_BROADCAST, b""), index)
    return Own(address, prefix, index, broadcast) if address else None


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data) and len(found) < MAX_ATTRIBUTES:
        size, kind = struct.unpack_from(_ATTRIBUTE, data, at)
        if size < 4:
            break
        found.setdefault(kind, data[at + 4 : at + size])
        at += (size + 3) & ~3
    return found


def _ip(family: int, data: bytes, index: int) -> str:
    """An address as text; a link-local one of IPv6 with the number of its interface."""
    if family == 2 and len(data) == 4:
        return str(IPv4Address(data))
    if family != 10 or len(data) != 16:
        return ""
    address = IPv6Address(data)
    return f"{address}%{index}" if address.is_link_local else str(address)
