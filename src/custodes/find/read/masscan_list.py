"""Masscan's list output (-oL): `open tcp 80 192.0.2.1 1470000000`, `banner tcp 80 … http TEXT`.

Source: its output module (robertdavidgraham/masscan, src/out-text.c).
"""

from collections.abc import Iterator

from custodes.errors import InputError
from custodes.find.read.lines import Line, Readable, lines
from custodes.find.read.masscan_fields import field_of, instant, opened, sent, unescaped
from custodes.find.read.shodan_fields import is_address
from custodes.find.read.tally import Tally
from custodes.observation import Observation, observe
from custodes.units import KIB

NAME = "masscan-list"
ABOUT = "Masscan list (-oL)"
LINE_LIMIT = 256 * KIB
TEXT_LIMIT = 64 * KIB
MAGIC = b"#masscan"
STATES = frozenset({"open", "closed"})


def recognise(head: bytes) -> bool:
    """Whether the first line is the one that Masscan writes."""
    return head.startswith(MAGIC)


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every open port and banner; `source` names the file and the line.

    Raises:
        InputError: the last line has no end: the file was cut short.
    """
    for line in lines(stream, LINE_LIMIT):
        if not line.ended:
            raise InputError(f"the file ends in the middle of line {line.number}")
        yield from _read(line, name, tally)
        tally.offset = line.end


def _read(line: Line, name: str, tally: Tally) -> Iterator[Observation]:
    text = (line.data or b"").decode("latin-1").strip()
    if line.data is not None and (not text or text.startswith("#")):
        return
    try:
        found = _observation(text, f"import:{name}#line {line.number}")
    except ValueError as error:
        tally.reject(f"line {line.number}", str(error))
        return
    tally.items += 1
    if found is not None:
        yield found


def _observation(text: str, source: str) -> Observation | None:
    """What a line says; None of a port that is closed.

    Raises:
        ValueError: it is no line of Masscan; the text says why.
    """
    kind, proto, port, address, stamp, said = (*text.split(" ", 5), "", "", "", "", "", "")[:6]
    if kind not in STATES | {"banner"}:
        raise ValueError("not a line of Masscan")
    if not (port.isdecimal() and len(port) < 6 and int(port) < 65_536):
        raise ValueError(f"{port[:20]!r} is not a port")
    if not is_address(address):
        raise ValueError("names no address")
    service, _, banner = said.partition(" ")
    field: str = opened(proto)
    payload: str | bytes = "{}"
    if kind == "banner":
        told = unescaped(banner)[:TEXT_LIMIT]
        field, payload = field_of(service or "unknown", told), sent(told)
    elif kind != "open":
        return None
    return observe(
        field, payload, address=address, port=int(port), transport=proto,
        seen_at=instant(stamp), source=source,
    )  # fmt: skip
