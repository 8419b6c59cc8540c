"""What one mark is, and how a walk through a file asks for the file's bytes.

A walk is a generator: it yields `Read(n)` and is sent exactly n bytes, or `Skip(n)` and is sent
nothing. So every format is written as if it read a file, and yet never waits for one.
"""

from collections.abc import Callable, Generator
from typing import Final, NamedTuple

import msgspec

from custodes.units import KIB, MIB

TEXT_LIMIT: Final = 300  # characters of one mark
READ_LIMIT: Final = MIB  # bytes that a walk may ask for at once
STEPS_LIMIT: Final = 200_000  # reads and skips in one file
SMALL: Final = 64 * KIB  # boxes and segments larger than this hold no names
TO_THE_END: Final = 1 << 62


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One thing that a file says of its writer: where it stands, and its text."""

    name: str
    text: str

    @property
    def line(self) -> str:
        """The mark as one line, as observations carry it."""
        return f"{self.name}: {self.text}"


class Read(NamedTuple):
    size: int


class Skip(NamedTuple):
    size: int


Say = Callable[[str, str | bytes], None]
Walk = Generator[Read | Skip, bytes, None]


def plain(raw: str | bytes) -> str:
    """Text of a file made one clean line; bytes that are not UTF-8 are read as Latin-1.

    >>> plain(b" Lavf60.16.100\\x00\\x00")
    'Lavf60.16.100'
    """
    text = raw if isinstance(raw, str) else _decoded(raw[: 4 * TEXT_LIMIT])
    shown = "".join(c if c.isprintable() else " " for c in text[: 4 * TEXT_LIMIT])
    return " ".join(shown.split())[:TEXT_LIMIT]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class Driver:
    """Drives one walk with bytes as they come; ends quietly where the walk ends."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._buffer = bytearray()
        self._steps = 0
        self._ask: Read | Skip | None = next(walk, None)

    @property
    def skip(self) -> int:
        """How many of the next bytes the walk does not want."""
        if self._ask is None:
            return TO_THE_END
        return self._ask.size if isinstance(self._ask, Skip) and not self._buffer else 0

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while self._ask is not None and (self._buffer or not self._ask.size):
            if isinstance(self._ask, Skip):
                gone = min(self._ask.size, len(self._buffer))
                del self._buffer[:gone]
                left = self._ask.size - gone
                if left:
                    self._ask = Skip(left)
                    return
                self._go(b"")
            elif len(self._buffer) < self._ask.size:
                return
            else:
                wanted = bytes(self._buffer[: self._ask.size])
                del self._buffer[: self._ask.size]
                self._go(wanted)
        if self._ask is None:
            self._buffer.clear()

    def jump(self, size: int) -> None:
        """Take note that `size` unwanted bytes were passed over."""
        if isinstance(self._ask, Skip):
            left = self._ask.size - size
            self._ask = Skip(left) if left > 0 else self._ask
            if left <= 0:
                self._go(b"")

    def _go(self, answer: bytes) -> None:
        self._steps += 1
        try:
            ask: Read | Skip | None = self._walk.send(answer)
        except StopIteration:
            ask = None
        if ask is not None and (
            self._steps > STEPS_LIMIT
            or ask.size < 0
            or (isinstance(ask, Read) and ask.size > READ_LIMIT)
        ):
            ask = None
        self._ask = ask
