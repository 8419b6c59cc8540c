"""Read observations as JSON lines from any source: bounded, line by line, each error told. Pure.

Bytes come from an iterator, so that the caller does the reading. A line longer than the limit is
not kept: it is told as an error and reading goes on behind its end.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec

from custodes.errors import InputError
from custodes.observation import Observation, read_line
from custodes.units import MIB, human_size

LINE_LIMIT: Final = 8 * MIB
_BLANK: Final = b" \t\r\xef\xbb\xbf"
_TEXTS: Final = ("id", "device", "encoding", "address", "transport", "source")

OnError = Callable[[int, InputError], None]  # line number from 1, what was wrong


def read_observation(line: bytes) -> Observation:
    """Read one JSON line; an optional key of another kind than ours is left out, not refused.

    Raises:
        InputError: not a JSON object with a text `field` and a text `payload`.
    """
    try:
        return read_line(line)
    except InputError:
        return _lenient(line)


def _lenient(line: bytes) -> Observation:
    try:
        row = msgspec.json.decode(line.decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputError("not a JSON object")
    field, payload = row.get("field"), row.get("payload")
    if not isinstance(field, str) or not isinstance(payload, str):
        raise InputError("`field` and `payload` must both be text")
    kept: dict[str, object] = {k: row[k] for k in _TEXTS if isinstance(row.get(k), str)}
    if isinstance(row.get("id"), int):
        kept["id"] = str(row["id"])
    port = row.get("port")
    kept["port"] = port if isinstance(port, int) else None
    kept["seen_at"] = _instant(row.get("seen_at"))
    return msgspec.convert({"field": field, "payload": payload, **kept}, Observation)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def observations(
    chunks: Iterable[bytes], on_error: OnError, *, limit: int = LINE_LIMIT
) -> Iterator[Observation]:
    """Every observation of a stream of bytes; what cannot be read goes to `on_error`."""
    for number, line in lines(chunks, on_error, limit=limit):
        try:
            yield read_observation(line)
        except InputError as error:
            on_error(number, error)


def lines(
    chunks: Iterable[bytes], on_error: OnError, *, limit: int = LINE_LIMIT
) -> Iterator[tuple[int, bytes]]:
    """Every line that is not blank, with its number; holds at most one line and one chunk."""
    rest: list[bytes] = []
    held, number, too_long = 0, 0, False
    for chunk in chunks:
        pieces = chunk.split(b"\n")
        for piece in pieces[:-1]:
            number += 1
            if too_long:
                too_long = False
            elif held + len(piece) > limit:
                on_error(number, _too_long(limit))
            else:
                line = b"".join((*rest, piece)) if rest else piece
                if line.strip(_BLANK):
                    yield number, line
            rest, held = [], 0
        tail = pieces[-1]
        if too_long or not tail:
            continue
        rest.append(tail)
        held += len(tail)
        if held > limit:
            on_error(number + 1, _too_long(limit))
            rest, held, too_long = [], 0, True
    last = b"".join(rest)
    if last.strip(_BLANK):
        yield number + 1, last


def _too_long(limit: int) -> InputError:
    return InputError(
        f"a line of more than {human_size(limit)} is no observation; it was left out",
        hint="Write one JSON object on each line.",
    )
