"""What lies below IP in captures: Ethernet with VLAN tags, Linux cooked, raw IP, loopback. Pure.

Link types are those of the tcpdump group's list. What is neither IP nor ARP is named by its
ethertype, so that it can be counted.
"""

from typing import NamedTuple

from custodes.errors import PeerError

NULL, ETHERNET, RAW, LOOP, COOKED, COOKED2 = 0, 1, 101, 108, 113, 276
RAWS = frozenset({RAW, 12, 14, 228, 229})  # 12 and 14: what DLT_RAW was written as by some systems
LINKS = frozenset({NULL, ETHERNET, LOOP, COOKED, COOKED2}) | RAWS
IPV4, IPV6, ARP, PPPOE = 0x0800, 0x86DD, 0x0806, 0x8864
TAGS = frozenset({0x8100, 0x88A8, 0x9100})
MAX_TAGS = 8
MAX_SIZED = 0x0600  # below it the field is a length (IEEE 802.3)
_FAMILIES = {2: IPV4, 24: IPV6, 28: IPV6, 30: IPV6}
_PPP = {0x0021: IPV4, 0x0057: IPV6}


class Frame(NamedTuple):
    """What a frame carries: an ethertype and where its content begins; who sent it to whom."""

    kind: int
    at: int
    source: bytes = b""
    target: bytes = b""


def parse(data: bytes, link: int) -> Frame:
    """Read the head of a frame.

    Raises:
        PeerError: it is too short, or of a link that is not read.
    """
    if link == ETHERNET:
        return _ethernet(data)
    if link == COOKED:
        return _cooked(data, 14, 16, 6)
    if link == COOKED2:
        return _cooked(data, 0, 20, 12)
    if link in RAWS:
        return Frame(_version(data, 0), 0)
    if link in {NULL, LOOP}:
        return _loopback(data)
    raise PeerError(f"link type {link} is not read")


def _ethernet(data: bytes) -> Frame:
    if len(data) < 14:
        raise PeerError("an Ethernet frame is cut short")
    return _tagged(data, 12, data[6:12], data[:6])


def _cooked(data: bytes, kind_at: int, at: int, address_at: int) -> Frame:
    if len(data) < at:
        raise PeerError("a Linux cooked frame is cut short")
    size_at = address_at - 2 if at == 16 else 11
    size = data[size_at + 1] if at == 16 else data[size_at]
    source = data[address_at : address_at + 6] if size == 6 else b""
    if at == 16:
        return _tagged(data, kind_at, source, b"")
    kind = int.from_bytes(data[:2])
    return _tags(data, kind, at, source, b"")


def _tagged(data: bytes, kind_at: int, source: bytes, target: bytes) -> Frame:
    return _tags(data, int.from_bytes(data[kind_at : kind_at + 2]), kind_at + 2, source, target)


def _tags(data: bytes, kind: int, at: int, source: bytes, target: bytes) -> Frame:
    """Look behind VLAN tags and PPPoE."""
    for _ in range(MAX_TAGS):
        if kind in TAGS:
            if len(data) < at + 4:
                raise PeerError("a VLAN tag is cut short")
            kind, at = int.from_bytes(data[at + 2 : at + 4]), at + 4
        elif kind == PPPOE and len(data) >= at + 8:
            kind = _PPP.get(int.from_bytes(data[at + 6 : at + 8]), 0)
            return Frame(kind, at + 8, source, target)
        else:
            return Frame(kind, at, source, target)
    raise PeerError("too many VLAN tags")


def _loopback(data: bytes) -> Frame:
    """Four bytes of an address family, in the order of whichever machine wrote them."""
    if len(data) < 4:
        raise PeerError("a loopback frame is cut short")
    family = min(int.from_bytes(data[:4], "little"), int.from_bytes(data[:4], "big"))
    return Frame(_FAMILIES.get(family, 0), 4)


def _version(data: bytes, at: int) -> int:
    if len(data) <= at:
        raise PeerError("an empty packet")
    return {4: IPV4, 6: IPV6}.get(data[at] >> 4, 0)


def build(source: bytes, target: bytes, kind: int, content: bytes, *, vlan: int = 0) -> bytes:
    """A frame as a card sends it, with a VLAN tag where one is given."""
    tag = b"\x81\x00" + vlan.to_bytes(2) if vlan else b""
    return target + source + tag + kind.to_bytes(2) + content
