"""What the columns of each sheet mean, and by what other headings people call them (columns.toml).

A heading is compared without case, spaces and signs, so "S/N", "s n" and "SN" are one.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, the heading that we write, other headings that we understand.

    `kind` is how its cells are read: text, address, day, instant, until, yes-no, number, state,
    segment, ids or seen (written for people to read; read only from another register's export).
    """

    key: str
    heading: str
    also: tuple[str, ...] = ()
    kind: str = "text"
    about: str = ""
    example: str = ""

    @property
    def names(self) -> frozenset[str]:
        return frozenset({bare(self.heading), *map(bare, self.also)} - {""})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of sheet. A row needs one of `needs`; a table is of this kind if it has two of
    `marks`, or one of `needs` under the sheet's own name."""

    name: str
    columns: tuple[Column, ...]
    needs: tuple[str, ...]
    marks: tuple[str, ...]

    def column(self, key: str) -> Column:
        return next(c for c in self.columns if c.key == key)


def bare(heading: str) -> str:
    """A heading as it is compared.

    >>> bare(" Serial No. "), bare("S/N")
    ('serialno', 'sn')
    """
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


@dataclass(frozen=True, slots=True)
class Dialect:
    """Another system's export in which a usual heading means something else, all names bare."""

    name: str
    needs: tuple[frozenset[str], ...]
    means: Mapping[str, str]

    def speaks(self, names: Sequence[str]) -> bool:
        return all(any(name in names for name in either) for either in self.needs)


def _text() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("columns.toml").read_text(encoding="utf-8"))


def _load() -> dict[str, Sheet]:
    sheets = {}
    for raw in _text()["sheet"]:
        columns = tuple(Column(**{**c, "also": tuple(c.get("also", ()))}) for c in raw["column"])
        sheets[raw["name"]] = Sheet(raw["name"], columns, tuple(raw["needs"]), tuple(raw["marks"]))
    return sheets


def _dialects() -> Iterator[Dialect]:
    for raw in _text()["dialect"]:
        needs = tuple(frozenset(map(bare, either)) for either in raw["needs"])
        yield Dialect(raw["name"], needs, {bare(k): bare(v) for k, v in raw["means"].items()})


_BY_NAME = _load()
DIALECTS = tuple(_dialects())
BODIES, SITES, NETWORKS, DEVICES = SHEETS = tuple(
    _BY_NAME[name] for name in ("Bodies", "Sites", "Networks", "Devices")
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A recognised row of headings: the kind of sheet, and what each column holds.

    `keys[i]` is None where the heading of column i, `titles[i]`, means nothing to us.
    """

    sheet: Sheet
    keys: tuple[str | None, ...]
    titles: tuple[str, ...]


def recognise(cells: Sequence[str], sheet_name: str = "") -> Heading | None:
    """The meaning of a row, if it is one of headings; None if it is not."""
    names = [bare(cell) for cell in cells]
    means = next((d.means for d in DIALECTS if d.speaks(names)), {})
    meant = [means.get(name, name) for name in names]
    found = [h for s in SHEETS if (h := _as(s, cells, meant, sheet_name)) is not None]
    return max(found, key=lambda h: (_named(h.sheet, sheet_name), _score(h)), default=None)


def _as(
    sheet: Sheet, cells: Sequence[str], names: Sequence[str], sheet_name: str
) -> Heading | None:
    keys: list[str | None] = []
    for name in names:
        key = next((c.key for c in sheet.columns if name in c.names and c.key not in keys), None)
        keys.append(key)
    marks = sum(k in sheet.marks for k in keys)
    if not any(n in keys for n in sheet.needs) or marks < (1 if _named(sheet, sheet_name) else 2):
        return None
    return Heading(sheet, tuple(keys), tuple(" ".join(c.split()) for c in cells))


def _named(sheet: Sheet, sheet_name: str) -> bool:
    return bare(sheet_name) == bare(sheet.name)


def _score(heading: Heading) -> tuple[int, int]:
    known = sum(k is not None for k in heading.keys)
    return known, SHEETS.index(heading.sheet)
