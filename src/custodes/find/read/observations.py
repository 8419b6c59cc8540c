"""custodes' own observation lines: one JSON object a line, unknown keys ignored."""

from collections.abc import Iterator

import msgspec

from custodes.find.read.json_lines import begins_with, parsed
from custodes.find.read.lines import Readable
from custodes.find.read.tally import Tally
from custodes.observation import Observation, read_line

NAME = "observations"
ABOUT = "custodes observation lines (JSON, one a line, also .gz)"
PORTS = range(65_536)


def recognise(head: bytes) -> bool:
    """Whether one of the first lines is an object with a field and a payload."""
    return begins_with(head, all_of=(b'"field"', b'"payload"'))


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every observation of the file, as it was written; only a missing `source` is filled in."""
    for number, observation in parsed(stream, read_line, tally):
        if fault := _fault(observation):
            tally.reject(f"line {number}", fault)
        elif observation.source is None:
            yield msgspec.structs.replace(observation, source=f"import:{name}#line {number}")
        else:
            yield observation


def _fault(observation: Observation) -> str:
    """What the shape alone does not forbid but the register cannot keep."""
    if observation.port is not None and observation.port not in PORTS:
        return f"{observation.port} is not a port"
    if observation.seen_at is not None and observation.seen_at.tzinfo is None:
        return "seen_at names no time zone"
    return ""
