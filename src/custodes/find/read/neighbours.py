"""Neighbour tables as machines and routers print them: `ip neigh`, `arp -a`, Cisco's, Juniper's.

The table is read whole before anything is told of it, because a hardware address that answers for
several addresses is a router's or a proxy's and says nothing about any of them.
"""

from collections.abc import Iterator

from custodes.errors import InputError
from custodes.find.read.lines import Readable, lines
from custodes.find.read.tally import Tally
from custodes.observation import Observation, observe
from custodes.protocols.neighbours import Neighbour, line, telling
from custodes.units import KIB, counted

NAME = "neighbours"
ABOUT = "neighbour tables (ip neigh, arp -a, /proc/net/arp, Cisco, Juniper)"
LOOKED_AT = 200  # lines, by which a table is known
LIMIT = 1_000_000  # lines that are held


def recognise(head: bytes) -> bool:
    """Whether two of the first lines, or the only one, are those of a table."""
    texts = [text for text in head[: 64 * KIB].split(b"\n")[:LOOKED_AT] if text.strip()]
    found = sum(_read(text) is not None for text in texts)
    return found >= min(2, max(1, len(texts)))


def _read(text: bytes) -> Neighbour | None:
    return line(text.decode("utf-8", "replace"))


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """The hardware address of every neighbour that has one of its own.

    Raises:
        InputError: there are more lines than any table has.
    """
    tally.unit = "line"
    table: dict[int, Neighbour] = {}
    for number, end, data, _ended in lines(stream):
        if number > LIMIT:
            raise InputError(f"a neighbour table of more than {LIMIT:,} lines is not read")
        tally.items, tally.offset, tally.last = number, end, f"line {number}"
        found = _read(data) if data is not None else None
        if found is not None:
            table[number] = found
    own, others = telling(table.values())
    if others:
        said = counted(others, "address shares its", "addresses share their")
        tally.notes.append(f"{said} hardware address with others: a router's or a proxy's")
    for number, neighbour in table.items():
        if own.get(neighbour.address) is neighbour:
            yield observe(
                "mac.address",
                neighbour.mac,
                device=neighbour.address,
                address=neighbour.address,
                source=f"import:{name}#line {number}",
            )
