"""Read a CSV or XLSX as people keep them: title rows above, columns in any order, totals below.

Every row comes out as a Row or as Rejected with its place and the reason; nothing is dropped.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from custodes.errors import InputError, UsageError
from custodes.estate.keys import normal_mac, normal_place
from custodes.estate.sheets import cells
from custodes.estate.sheets.columns import DEVICES, Heading, Sheet, recognise
from custodes.estate.sheets.grid import RawRow, raw_rows
from custodes.estate.sheets.report import Rejected, Row
from custodes.estate.statements import checked
from custodes.observation import Observation, observe

HEADING_ROWS = 40  # how far down a row of headings is looked for
GUIDE_SHEET = "Read me"  # of the template
_TOTAL = re.compile(r"((grand |sub-?)?totals?|count|end of (list|report|sheet))\b.*", re.IGNORECASE)
_UNSTATED = frozenset({"ref", "body"})


def read_rows(
    source: Path | BinaryIO, name: str | None = None, notes: list[str] | None = None
) -> Iterator[Row | Rejected]:
    """Every row of a CSV or XLSX, understood or rejected; `notes` collects remarks on the file.

    Raises:
        InputError: it is neither, is damaged or too big, or no row of headings is recognised.
            Rows that came before stay good.
    """
    remarks = notes if notes is not None else []
    if not isinstance(source, Path):
        yield from _read(source, name or "list", remarks)
        return
    try:
        stream = source.open("rb")
    except OSError as error:
        raise InputError(f"{source} cannot be opened: {error.strerror}") from error
    with stream:
        yield from _read(stream, name or source.name, remarks)


def asset_observations(
    source: Path | BinaryIO, name: str | None = None
) -> Iterator[Observation | Rejected]:
    """Every device row as one `asset.record` observation; other rows are passed over."""
    for row in read_rows(source, name):
        if isinstance(row, Rejected):
            yield row
        elif row.kind == DEVICES.name:
            yield observation_of(row)


def observation_of(row: Row) -> Observation:
    """The row as one `asset.record`: a JSON object of what it states, by the register's words."""
    said = {k: v for k, v in row.values.items() if v}
    if row.other:
        said |= {"other": json.dumps(dict(row.other), ensure_ascii=False)}
    address = normal_place(said.get("address"))
    described = " / ".join(filter(None, (said.get(k) for k in ("site", "name", "location"))))
    label = said.get("serial") or said.get("asset_tag") or described or None
    key = normal_mac(said.get("mac")) or address or label
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return observe("asset.record", text, device=key, address=address, source=row.where)


def _read(stream: BinaryIO, name: str, notes: list[str]) -> Iterator[Row | Rejected]:
    tables = _Tables(name, notes)
    for raw in raw_rows(stream, name, notes):
        yield from tables.feed(raw)
    tables.close()


@dataclass
class _Tables:
    """Follows the sheets of one file: finds the headings of each, then reads its rows."""

    name: str
    notes: list[str]
    sheet: str | None = None
    heading: Heading | None = None
    looked_at: int = 0
    found: int = 0

    def feed(self, raw: RawRow) -> Iterator[Row | Rejected]:
        if raw.sheet != self.sheet:
            self._leave()
            self.sheet, self.heading, self.looked_at = raw.sheet, None, 0
        if raw.problem:
            yield self._reject(raw, "", raw.problem)
            return
        if not any(c.strip() for c in raw.cells):
            return
        if self.heading is None:
            self._look(raw)
        elif not _is_furniture(raw.cells, self.heading):
            yield self._row(raw, self.heading)

    def _look(self, raw: RawRow) -> None:
        self.looked_at += 1
        if self.looked_at > HEADING_ROWS:
            return
        self.heading = recognise(raw.cells, raw.sheet)
        if self.heading is not None:
            self.found += 1
            unknown = [
                t
                for t, k in zip(self.heading.titles, self.heading.keys, strict=True)
                if t and not k
            ]
            if unknown:
                where = f"sheet {raw.sheet}: " if raw.sheet else ""
                self.notes.append(f"{where}columns kept but not understood: {', '.join(unknown)}")

    def _leave(self) -> None:
        if self.sheet and self.sheet != GUIDE_SHEET and self.heading is None and self.looked_at:
            self.notes.append(f"sheet {self.sheet} has no row of headings that is understood")

    def close(self) -> None:
        self._leave()
        if not self.found:
            raise InputError(
                f"{self.name} has no row of headings that is understood",
                hint="`custodes export --template FILE` writes one to fill in.",
            )

    def _row(self, raw: RawRow, heading: Heading) -> Row | Rejected:
        values: dict[str, str] = {}
        other: dict[str, str] = {}
        for i, text in enumerate(raw.cells):
            key = heading.keys[i] if i < len(heading.keys) else None
            title = heading.titles[i] if i < len(heading.titles) else ""
            if key is None:
                if text.strip():
                    other[title or f"column {i + 1}"] = text.strip()
                continue
            try:
                values[key] = _value(heading.sheet, key, text)
            except ValueError as error:
                return self._reject(raw, title, str(error))
        if not any(values.get(k) for k in heading.sheet.needs):
            return self._reject(raw, "", _needs(heading.sheet))
        return Row(
            file=self.name, sheet=raw.sheet, number=raw.number, kind=heading.sheet.name,
            values=values, other=other, cells=raw.cells, titles=heading.titles,
        )  # fmt: skip

    def _reject(self, raw: RawRow, column: str, reason: str) -> Rejected:
        titles = self.heading.titles if self.heading else ()
        return Rejected(
            file=self.name, sheet=raw.sheet, row=raw.number, column=column, reason=reason,
            cells=raw.cells, titles=titles,
        )  # fmt: skip


def _value(sheet: Sheet, key: str, text: str) -> str:
    """One cell, read and checked.

    Raises:
        ValueError: the column cannot have it (a UsageError of the register is told the same way).
    """
    value = cells.read(sheet.column(key), text)
    if sheet is DEVICES and value and not key.startswith("seen.") and key not in _UNSTATED:
        return checked_value(key, value)
    return value


def checked_value(key: str, value: str) -> str:
    """A stated value as the register keeps it.

    Raises:
        ValueError: the register cannot keep it.
    """
    try:
        return checked(key, value) or ""
    except UsageError as error:
        raise ValueError(str(error)) from error


def _needs(sheet: Sheet) -> str:
    names = [sheet.column(k).heading for k in sheet.needs if k != "ref"]
    if len(names) == 1:
        return f"the {names[0]} is missing"
    return f"nothing tells this one from others: give it a {', '.join(names[:-1])} or {names[-1]}"


def _is_furniture(row: Iterable[str], heading: Heading) -> bool:
    """Headings repeated on a new page, and totals."""
    filled = [c.strip() for c in row if c.strip()]
    if [" ".join(c.split()) for c in filled] == [t for t in heading.titles if t]:
        return True
    return len(filled) <= 3 and bool(_TOTAL.fullmatch(filled[0]))
