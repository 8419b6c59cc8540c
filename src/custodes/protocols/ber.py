"""BER as SNMP uses it (X.690, definite lengths only): read within limits, and built. Pure.

Nesting is read by the caller, one level at a time, so that no depth of it can exhaust a stack.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from custodes.errors import PeerError

INTEGER, OCTET_STRING, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
MAX_VALUES = 256  # side by side
MAX_LENGTH_OCTETS = 4
MAX_INTEGER_OCTETS = 9  # Counter64 with its sign
MAX_ARCS = 128


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag octet and its content, not looked into."""

    tag: int
    content: bytes


def values(data: bytes) -> Iterator[Value]:
    """The values that stand side by side.

    Raises:
        PeerError: one of them is longer than the data, has no definite length, or is too many.
    """
    at = 0
    for _ in range(MAX_VALUES):
        if at >= len(data):
            return
        size, begin = _length(data, at + 1)
        if begin + size > len(data):
            raise PeerError("a BER value is longer than what holds it", at=at)
        yield Value(data[at], data[begin : begin + size])
        at = begin + size
    raise PeerError("too many BER values side by side", limit=MAX_VALUES)


def one(data: bytes, tag: int) -> bytes:
    """The content of the first value, which has to have this tag.

    Raises:
        PeerError: it has another, or there is none.
    """
    first = next(values(data), None)
    if first is None or first.tag != tag:
        raise PeerError("another BER value was expected", tag=first.tag if first else None)
    return first.content


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A value's length, and where its content begins."""
    if at >= len(data):
        raise PeerError("the data ends within a BER value", at=at)
    size = data[at]
    if size < 0x80:
        return size, at + 1
    count = size & 0x7F
    if not 1 <= count <= MAX_LENGTH_OCTETS or at + 1 + count > len(data):
        raise PeerError("a BER length cannot be meant", at=at)
    return int.from_bytes(data[at + 1 : at + 1 + count]), at + 1 + count


def integer(content: bytes, *, signed: bool = True) -> int:
    """A whole number.

    Raises:
        PeerError: it has no octet, or more than any number of SNMP.
    """
    if not 1 <= len(content) <= MAX_INTEGER_OCTETS:
        raise PeerError("a BER number of no or too many octets", octets=len(content))
    return int.from_bytes(content, signed=signed)


def object_id(content: bytes) -> str:
    """An object id as dotted text.

    Raises:
        PeerError: it is empty, unfinished, or has more or larger parts than any registered one.
    """
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
        if arc >= 1 << 40 or len(arcs) > MAX_ARCS:
            raise PeerError("an object id that cannot be meant", octets=len(content))
    if not arcs or content[-1] & 0x80:
        raise PeerError("an unfinished object id", octets=len(content))
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def build(tag: int, *contents: bytes) -> bytes:
    """Build one value out of its contents."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def build_integer(value: int) -> bytes:
    """Build a whole number in as few octets as it needs."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return build(INTEGER, value.to_bytes(size, signed=True))


def build_object_id(text: str) -> bytes:
    """Build an object id from dotted text.

    >>> build_object_id("1.3.6.1.4.1.39165").hex()
    '06082b0601040182b17d'
    """
    first, second, *rest = map(int, text.split("."))
    return build(OBJECT_ID, b"".join(map(_arc, (40 * first + second, *rest))))


def _arc(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(value & 0x7F | 0x80)
    return bytes(reversed(octets))
