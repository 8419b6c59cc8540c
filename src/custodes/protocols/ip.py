"""IPv4 and IPv6 packets (RFC 791, RFC 8200): who, to whom, what; fragments put together. Pure.

Lengths in the packet are believed only as far as bytes were captured.
"""

from collections import OrderedDict
from typing import NamedTuple

from custodes.errors import PeerError
from custodes.units import KIB

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
_HOP, _ROUTING, _FRAGMENT, _AUTH, _NONE, _OPTIONS, _MOBILITY = 0, 43, 44, 51, 59, 60, 135
_EXTENSIONS = frozenset({_HOP, _ROUTING, _OPTIONS, _MOBILITY, _AUTH, _FRAGMENT})
MAX_EXTENSIONS = 16
MAX_DATAGRAM = 64 * KIB
MAX_WAITING = 64  # datagrams whose fragments are waited for
MAX_PIECES = 64  # of one datagram


class Part(NamedTuple):
    """Where a fragment belongs: its datagram's number, its place in bytes, whether more follow."""

    number: int
    offset: int
    more: bool


class Packet(NamedTuple):
    """One packet. `at` to `end` is what was captured of its content; `size` is its whole length,
    head included, as the packet itself says."""

    source: bytes
    target: bytes
    protocol: int
    at: int
    end: int
    size: int
    hops_left: int
    part: Part | None = None


def parse(data: bytes, at: int = 0) -> Packet:
    """Read the packet that begins at a place.

    Raises:
        PeerError: it is cut within its head, or its head cannot be meant.
    """
    version = data[at] >> 4 if at < len(data) else 0
    if version == 4:
        return _version4(data, at)
    if version == 6:
        return _version6(data, at)
    raise PeerError("neither IPv4 nor IPv6")


def _version4(data: bytes, at: int) -> Packet:
    if len(data) < at + 20:
        raise PeerError("an IPv4 head is cut short")
    head = (data[at] & 15) * 4
    size = int.from_bytes(data[at + 2 : at + 4]) or len(data) - at  # 0: cut up by the network card
    if head < 20 or size < head:
        raise PeerError("an IPv4 head cannot be meant")
    flags = int.from_bytes(data[at + 6 : at + 8])
    part = None
    if flags & 0x3FFF:
        number = int.from_bytes(data[at + 4 : at + 6])
        part = Part(number, (flags & 0x1FFF) * 8, bool(flags & 0x2000))
    end = min(len(data), at + size)
    source, target = data[at + 12 : at + 16], data[at + 16 : at + 20]
    return Packet(source, target, data[at + 9], at + head, end, size, data[at + 8], part)


def _version6(data: bytes, at: int) -> Packet:
    if len(data) < at + 40:
        raise PeerError("an IPv6 head is cut short")
    size = (int.from_bytes(data[at + 4 : at + 6]) or len(data) - at - 40) + 40
    end = min(len(data), at + size)
    protocol, place, part = data[at + 6], at + 40, None
    for _ in range(MAX_EXTENSIONS):
        if protocol not in _EXTENSIONS:
            break
        if end < place + 8:
            raise PeerError("an IPv6 extension is cut short")
        if protocol == _FRAGMENT:
            flags = int.from_bytes(data[place + 2 : place + 4])
            number = int.from_bytes(data[place + 4 : place + 8])
            part = Part(number, flags & 0xFFF8, bool(flags & 1))
        length = 8 if protocol == _FRAGMENT else _extension_size(protocol, data[place + 1])
        protocol, place = data[place], place + length
        if part is not None and part.offset:
            break
    else:
        raise PeerError("too many IPv6 extensions")
    source, target = data[at + 8 : at + 24], data[at + 24 : at + 40]
    return Packet(source, target, protocol, min(place, end), end, size, data[at + 7], part)


def _extension_size(protocol: int, units: int) -> int:
    return (units + 2) * 4 if protocol == _AUTH else (units + 1) * 8


class _Datagram:
    """The pieces of one datagram so far."""

    def __init__(self) -> None:
        self.pieces: dict[int, bytes] = {}
        self.whole: int | None = None  # its length, once the last piece is here

    def add(self, part: Part, data: bytes) -> bytes | None:
        """Take a piece; the content once it is whole. Of two at one place the first counts."""
        if part.offset + len(data) > MAX_DATAGRAM or len(self.pieces) >= MAX_PIECES:
            raise PeerError("fragments of an IP datagram cannot be meant")
        self.pieces.setdefault(part.offset, data)
        if not part.more:
            self.whole = part.offset + len(data)
        return self._joined() if self.whole is not None else None

    def _joined(self) -> bytes | None:
        joined = bytearray()
        for offset in sorted(self.pieces):
            if offset > len(joined):
                return None
            joined += self.pieces[offset][len(joined) - offset :]
        return bytes(joined[: self.whole]) if len(joined) >= (self.whole or 0) else None


class Reassembler:
    """Put fragments together: a bounded number of datagrams, the oldest let go first."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[bytes, bytes, int, int], _Datagram] = OrderedDict()
        self.let_go = 0

    def add(self, packet: Packet, data: bytes) -> bytes | None:
        """Take the content of a fragment; the whole content once every piece is here.

        Raises:
            PeerError: the pieces cannot belong to one datagram; it is forgotten.
        """
        if packet.part is None:
            return data
        key = (packet.source, packet.target, packet.protocol, packet.part.number)
        held = self._waiting.setdefault(key, _Datagram())
        try:
            whole = held.add(packet.part, data)
        except PeerError:
            del self._waiting[key]
            raise
        if whole is not None:
            del self._waiting[key]
        elif len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
            self.let_go += 1
        return whole


def build(
    source: bytes,
    target: bytes,
    protocol: int,
    content: bytes,
    *,
    hops_left: int = 64,
    part: Part | None = None,
) -> bytes:
    """A packet of the version that its addresses have; IPv4 without a check sum."""
    if len(source) == 16:
        head = b"\x60\0\0\0" + len(content).to_bytes(2) + bytes([protocol, hops_left])
        return head + source + target + content
    flags = (part.offset // 8 | (0x2000 if part.more else 0)) if part else 0x4000
    number = part.number if part else 0
    head = b"\x45\0" + (20 + len(content)).to_bytes(2) + number.to_bytes(2) + flags.to_bytes(2)
    return head + bytes([hops_left, protocol, 0, 0]) + source + target + content


def build_udp(source_port: int, target_port: int, content: bytes) -> bytes:
    """A UDP datagram without a check sum."""
    size = (8 + len(content)).to_bytes(2)
    return source_port.to_bytes(2) + target_port.to_bytes(2) + size + bytes(2) + content
