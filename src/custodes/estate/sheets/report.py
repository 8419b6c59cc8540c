"""What reading a sheet says: rows that were understood, rows that were not, what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from custodes.estate.statements import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that was understood. `values` by column key; `other` what no column of ours holds.

    `number` is the row as the spreadsheet shows it; `cells` and `titles` are its cells and headings
    as they were read.
    """

    file: str
    sheet: str
    number: int
    kind: str  # Bodies, Sites, Networks or Devices
    values: Mapping[str, str]
    other: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return (
            f"{self.file} {self.sheet}:{self.number}"
            if self.sheet
            else f"{self.file}:{self.number}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One row that was not taken, and why, in words for the person who keeps the sheet."""

    file: str
    sheet: str
    row: int
    column: str
    reason: str
    cells: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """What one row did: "added" or "updated", to what, field by field."""

    sheet: str
    row: int
    action: str
    what: str
    changes: tuple[Change, ...] = ()


@dataclass(slots=True, kw_only=True)
class SheetReport:
    """What came of one import. Rows are counted; nothing is written in a dry run."""

    file: str
    dry_run: bool = False
    rows_read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
