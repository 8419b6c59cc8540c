"""The newer capture files (draft-ietf-opsawg-pcapng): blocks, sections, interfaces, packets. Pure.

A block is its kind, its length, a body and its length again. A section head sets the order of
bytes; every interface has its own kind of link and its own clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.protocols.pcap import MAX_PACKET, Order, number
from custodes.units import MIB

SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, PACKET = 0x0A0D0D0A, 1, 2, 3, 6
MAGIC = b"\x0a\x0d\x0d\x0a"
FRAME = 12  # kind, length, and the length again at the end
PACKET_HEAD = 28  # of an enhanced packet block, up to the packet
MAX_BLOCK = 16 * MIB
MAX_INTERFACES = 4096
MAX_OPTIONS = 1024
_ORDERS: dict[bytes, Order] = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_RESOLUTION, _OFFSET = 9, 14


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of a section: its kind of link and its clock."""

    link: int
    snap_bytes: int
    per_second: int = 1_000_000
    offset_s: int = 0


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; `ticks` is None where its block has no time."""

    interface: int
    ticks: int | None
    wire_bytes: int
    data: bytes


def section_order(data: bytes) -> Order:
    """The order of bytes of a section, from the first 12 bytes of its head.

    Raises:
        PeerError: it is not the head of a section.
    """
    order = _ORDERS.get(data[8:12])
    if data[:4] != MAGIC or order is None:
        raise PeerError("not a pcapng section", beginning=data[:12].hex())
    return order


def block_size(data: bytes, at: int, order: Order) -> int:
    """How long the block at a place is, both ends included.

    Raises:
        PeerError: no block is like that.
    """
    size = number(data, at + 4, 4, order)
    if size < FRAME or size % 4 or size > MAX_BLOCK:
        raise PeerError("the length of a pcapng block cannot be meant", size=size)
    return size


def interface(block: bytes, order: Order) -> Interface:
    """Read an interface block.

    Raises:
        PeerError: it is too short, or its clock cannot be meant.
    """
    if len(block) < FRAME + 8:
        raise PeerError("an interface block of pcapng is cut short", length=len(block))
    per_second, offset_s = 1_000_000, 0
    for code, value in options(block[16:-4], order):
        if code == _RESOLUTION and value:
            power = value[0] & 0x7F
            if power > (63 if value[0] & 0x80 else 19):
                raise PeerError("the clock of a pcapng interface cannot be meant", power=power)
            per_second = 2**power if value[0] & 0x80 else 10**power
        elif code == _OFFSET and len(value) == 8:
            unsigned = number(value, 0, 8, order)
            offset_s = unsigned - 2**64 if unsigned >= 2**63 else unsigned
    return Interface(number(block, 8, 2, order), number(block, 12, 4, order), per_second, offset_s)


def options(data: bytes, order: Order) -> Iterator[tuple[int, bytes]]:
    """The options of a block, as far as they are whole."""
    at = 0
    for _ in range(MAX_OPTIONS):
        if at + 4 > len(data):
            return
        code, size = number(data, at, 2, order), number(data, at + 2, 2, order)
        value = data[at + 4 : at + 4 + size]
        if code == 0 or len(value) < size:
            return
        yield code, value
        at += 4 + size + -size % 4


def packet(block: bytes, order: Order, snap_bytes: int) -> Packet:
    """Read a packet block of any of the three kinds; `snap_bytes` is of the first interface.

    Raises:
        PeerError: its lengths cannot be meant.
    """
    kind = number(block, 0, 4, order)
    if kind == SIMPLE_PACKET:
        wire = number(block, 8, 4, order)
        kept = min(wire, snap_bytes or MAX_PACKET, max(0, len(block) - 16))
        return Packet(0, None, wire, block[12 : 12 + kept])
    kept, wire = number(block, 20, 4, order), number(block, 24, 4, order)
    if PACKET_HEAD + kept + 4 > len(block) or kept > MAX_PACKET:
        raise PeerError("a packet of pcapng is longer than its block", kept=kept)
    width = 2 if kind == OLD_PACKET else 4
    ticks = number(block, 12, 4, order) << 32 | number(block, 16, 4, order)
    source = number(block, 8, width, order)
    return Packet(source, ticks, wire, block[PACKET_HEAD : PACKET_HEAD + kept])
