"""The capture files of tcpdump (draft-ietf-opsawg-pcap): heads read, files written. Pure.

A file is a head of 24 bytes, then records: 16 bytes (time, bytes kept, bytes on the wire) and the
packet. Its first number says the order of bytes and the unit of time.
"""

from dataclasses import dataclass
from typing import Literal

from custodes.errors import PeerError
from custodes.units import KIB

HEAD = 24
RECORD = 16
MAX_PACKET = 256 * KIB  # no link carries more; a longer record is damage
MICRO, NANO = 1_000_000, 1_000_000_000

Order = Literal["<", ">"]  # as struct writes it

MAGIC: dict[bytes, tuple[Order, int]] = {
    b"\xd4\xc3\xb2\xa1": ("<", MICRO),
    b"\xa1\xb2\xc3\xd4": (">", MICRO),
    b"\x4d\x3c\xb2\xa1": ("<", NANO),
    b"\xa1\xb2\x3c\x4d": (">", NANO),
}
_BYTES: dict[Order, Literal["little", "big"]] = {"<": "little", ">": "big"}


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a file says: order of bytes, ticks in a second, kind of link."""

    order: Order
    per_second: int
    link: int
    snap_bytes: int


def number(data: bytes, at: int, size: int, order: Order) -> int:
    """The unsigned number of `size` bytes at a place."""
    return int.from_bytes(data[at : at + size], _BYTES[order])


def parse_head(data: bytes) -> Head:
    """Read the first 24 bytes of a file.

    Raises:
        PeerError: they are not the head of a capture.
    """
    known = MAGIC.get(data[:4])
    if known is None:
        raise PeerError("not a pcap file", beginning=data[:4].hex())
    if len(data) < HEAD:
        raise PeerError("the head of the pcap file is cut short", length=len(data))
    order, per_second = known
    link = number(data, 20, 4, order) & 0xFFFF  # above it: how long the check sums are
    return Head(order, per_second, link, number(data, 16, 4, order))


def build_head(link: int, snap_bytes: int = MAX_PACKET) -> bytes:
    """The head of a new file: little-endian, microseconds."""
    fields = ((2, 2), (4, 2), (0, 4), (0, 4), (snap_bytes, 4), (link, 4))
    return b"\xd4\xc3\xb2\xa1" + b"".join(value.to_bytes(size, "little") for value, size in fields)


def build_record(time_us: int, packet: bytes, wire_bytes: int | None = None) -> bytes:
    """One packet as such a file holds it; `time_us` is microseconds since 1970."""
    seconds, rest = divmod(time_us, MICRO)
    sizes = (len(packet), len(packet) if wire_bytes is None else wire_bytes)
    head = b"".join(value.to_bytes(4, "little") for value in (seconds, rest, *sizes))
    return head + packet
