"""TCP segments (RFC 9293), and the beginning of one direction put in order, within limits. Pure.

Only the first bytes of a conversation are wanted. Of bytes that come twice, the first count; a gap
that is not filled ends what can be read.
"""

from typing import NamedTuple

from custodes.errors import PeerError
from custodes.units import KIB

FIN, SYN, RST, ACK = 1, 2, 4, 16
HEAD = 20
WINDOW = 2**32
MAX_AHEAD = 32  # segments that wait for one before them
LIMIT_BYTES = 64 * KIB


class Segment(NamedTuple):
    """One segment; `at` is where its content begins."""

    source_port: int
    target_port: int
    sequence: int
    flags: int
    at: int


def parse(data: bytes, at: int, end: int) -> Segment:
    """Read the segment that begins at a place.

    Raises:
        PeerError: it is cut within its head, or its head cannot be meant.
    """
    if end < at + HEAD:
        raise PeerError("a TCP head is cut short")
    head = (data[at + 12] >> 4) * 4
    if head < HEAD:
        raise PeerError("a TCP head cannot be meant")
    return Segment(
        int.from_bytes(data[at : at + 2]),
        int.from_bytes(data[at + 2 : at + 4]),
        int.from_bytes(data[at + 4 : at + 8]),
        data[at + 13],
        min(at + head, end),
    )


class Stream:
    """The beginning of one direction, up to a limit; `content` grows as pieces fit."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.content = bytearray()
        self.limit_bytes = limit_bytes
        self._start: int | None = None  # sequence number of the first byte
        self._ahead: dict[int, bytes] = {}  # by distance from the first byte
        self._ahead_bytes = 0

    @property
    def full(self) -> bool:
        """Whether no more is taken."""
        return len(self.content) >= self.limit_bytes

    @property
    def held_bytes(self) -> int:
        """How much memory this takes, near enough."""
        return len(self.content) + self._ahead_bytes

    def feed(self, sequence: int, data: bytes, *, opens: bool = False) -> bool:
        """Take a segment; whether `content` grew. `opens`: it carried SYN."""
        first = (sequence + opens) % WINDOW
        if self._start is None:
            self._start = first
        if not data or self.full:
            return False
        place = (first - self._start) % WINDOW
        if place >= WINDOW // 2:
            place -= WINDOW
        if place > len(self.content):
            self._wait(place, data)
            return False
        return self._append(place, data)

    def _wait(self, place: int, data: bytes) -> None:
        room = place + len(data) <= 2 * self.limit_bytes
        if room and len(self._ahead) < MAX_AHEAD and place not in self._ahead:
            self._ahead[place] = data
            self._ahead_bytes += len(data)

    def _append(self, place: int, data: bytes) -> bool:
        before = len(self.content)
        self._take(place, data)
        while True:
            fits = [p for p in self._ahead if p <= len(self.content)]
            if not fits:
                return len(self.content) > before
            place = min(fits)
            data = self._ahead.pop(place)
            self._ahead_bytes -= len(data)
            self._take(place, data)

    def _take(self, place: int, data: bytes) -> None:
        new = data[max(0, len(self.content) - place) :] if place <= len(self.content) else b""
        self.content += new[: self.limit_bytes - len(self.content)]


def build(
    source_port: int,
    target_port: int,
    sequence: int,
    content: bytes = b"",
    flags: int = ACK,
    *,
    acknowledged: int = 0,
) -> bytes:
    """A segment without options and without a check sum."""
    ports = source_port.to_bytes(2) + target_port.to_bytes(2)
    numbers = (sequence % WINDOW).to_bytes(4) + (acknowledged % WINDOW).to_bytes(4)
    return ports + numbers + bytes([0x50, flags]) + b"\xff\xff" + bytes(4) + content
