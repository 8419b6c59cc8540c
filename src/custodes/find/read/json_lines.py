"""What the formats with one JSON object a line have in common: bad lines, long lines, a cut end."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from custodes.errors import InputError
from custodes.find.read.lines import LIMIT, Line, Readable, lines
from custodes.find.read.tally import Tally
from custodes.units import human_size

LOOKED_AT = (
    1000  # the first lines that may tell the format; bad ones among them are no reason to refuse
)

T = TypeVar("T")


def begins_with(
    head: bytes, *, all_of: tuple[bytes, ...] = (), any_of: tuple[bytes, ...] = ()
) -> bool:
    """Whether one of the first lines is an object that names the given keys."""
    for line in head.split(b"\n", LOOKED_AT)[:LOOKED_AT]:
        if not line.lstrip().startswith(b"{"):
            continue
        if all(key in line for key in all_of) and (
            not any_of or any(key in line for key in any_of)
        ):
            return True
    return False


def records(stream: Readable, kind: type[T], tally: Tally) -> Iterator[tuple[int, T]]:
    """Every line that is a `kind`, with its number; the others are counted in the tally.

    Raises:
        InputError: the last line is broken and no newline closes it: the file was cut short.
    """
    yield from parsed(stream, msgspec.json.Decoder(kind).decode, tally)


def parsed(stream: Readable, parse: Callable[[bytes], T], tally: Tally) -> Iterator[tuple[int, T]]:
    """Every line that `parse` accepts, with its number; the others are counted in the tally.

    Raises:
        InputError: the last line is broken and no newline closes it: the file was cut short.
    """
    for line in lines(stream):
        if line.data is None:
            _refuse(line, f"longer than {human_size(LIMIT)}", tally)
        elif line.data and not line.data.isspace():
            try:
                record = parse(line.data)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InputError) as error:
                _refuse(line, _reason(error), tally)
            else:
                yield line.number, record
                tally.items += 1
        tally.offset = line.end


def _refuse(line: Line, reason: str, tally: Tally) -> None:
    if not line.ended:
        raise InputError(f"the file ends in the middle of line {line.number} ({reason})")
    tally.reject(f"line {line.number}", reason)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start} of the line"
    return str(error)
