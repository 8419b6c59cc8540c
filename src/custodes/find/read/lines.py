"""Cut a stream into lines, however long they are, in little memory."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from custodes.units import MIB

CHUNK = MIB
LIMIT = 16 * MIB  # the longest line that is kept; Shodan's longest known lines are about 5 MiB


class Readable(Protocol):
    """What a format needs of a stream: bytes, fewer than asked for at times, none at the end."""

    def read(self, size: int, /) -> bytes: ...


class Line(NamedTuple):
    """One line without its end; `data` is None where it was longer than the limit.

    `number` counts from 1, `end` is the offset behind the line; `ended` is False for a last line
    that no newline closes, which is either a file without a last newline or a file cut short.
    """

    number: int
    end: int
    data: bytes | None
    ended: bool


def lines(stream: Readable, limit: int = LIMIT) -> Iterator[Line]:
    """Every line of the stream; a line over the limit is passed over without being held."""
    number, end = 1, 0
    pending, too_long = b"", False
    while chunk := stream.read(CHUNK):
        parts = (pending + chunk).split(b"\n") if pending else chunk.split(b"\n")
        skipped = 0
        pending = parts.pop()
        for part in parts:
            end += len(part) + 1
            yield Line(number, end, None if too_long or len(part) > limit else part, True)
            number, too_long = number + 1, False
        if too_long or len(pending) > limit:
            skipped, pending, too_long = len(pending), b"", True
        end += skipped
    if pending or too_long:
        yield Line(number, end + len(pending), None if too_long else pending, False)
