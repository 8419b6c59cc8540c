"""Write the register as CSV or XLSX, and the template that people fill in.

Nothing that is written can run: in XLSX every text is a text, and in CSV a cell that a spreadsheet
would take for a formula begins with an apostrophe, which reading takes off again.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from custodes.errors import UsageError
from custodes.estate.register import Register
from custodes.estate.sheets.columns import SHEETS, Column, Sheet
from custodes.estate.sheets.report import Rejected
from custodes.estate.sheets.tables import rows_of, sheets_for

if TYPE_CHECKING:
    import xlsxwriter  # type: ignore[import-untyped]

FORMULA_STARTS = ("=", "+", "-", "@", "'", "\t", "\r")
GUIDE = (
    "One sheet for each kind of thing; fill in what you know and leave the rest empty.",
    "Dates are read day first. Columns may be left out, moved, or added: unknown ones are kept.",
    "A device needs an asset tag, serial number, MAC or IP address, or a name or location.",
    "Bring it in with: custodes import FILE (add --dry-run to see first what it would change).",
)


def write_csv(register: Register, sheet: Sheet, out: IO[str]) -> int:
    """Write one sheet as CSV to a text stream; returns the number of rows."""
    return _csv(out, sheet.columns, rows_of(register, sheet))


def write_csv_folder(register: Register, folder: Path, what: str = "all") -> list[Path]:
    """Write each sheet as a CSV of its own into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sheet in sheets_for(what):
        path = folder / f"{sheet.name.lower()}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            write_csv(register, sheet, out)
        written.append(path)
    return written


def _csv(out: IO[str], columns: Sequence[Column], rows: Iterable[Mapping[str, str]]) -> int:
    writer = csv.writer(out)
    writer.writerow([c.heading for c in columns])
    number = 0
    for row in rows:
        number += 1
        writer.writerow([_guarded(c, row.get(c.key, "")) for c in columns])
    return number


def _guarded(column: Column, text: str) -> str:
    return text if column.kind == "number" else guarded(text)


def guarded(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula.

    >>> guarded("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def write_xlsx(register: Register, out: BinaryIO, what: str = "all") -> int:
    """Write the register as one workbook; returns the number of rows."""
    number = 0
    with _workbook(out) as book:
        for sheet in sheets_for(what):
            number += _sheet(book, sheet, rows_of(register, sheet))
    return number


def write_template(path: Path) -> None:
    """Write an empty workbook (or one CSV of devices, by the name) with headings to fill in.

    Raises:
        UsageError: the name ends in neither .xlsx nor .csv.
    """
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            _csv(out, _to_fill_in(SHEETS[-1]), ())
        return
    if path.suffix.lower() != ".xlsx":
        raise UsageError("a template's name ends in .xlsx or .csv")
    with path.open("wb") as file, _workbook(file) as book:
        _guide(book)
        for sheet in SHEETS:
            _sheet(book, Sheet(sheet.name, _to_fill_in(sheet), sheet.needs, sheet.marks), ())


def _to_fill_in(sheet: Sheet) -> tuple[Column, ...]:
    return tuple(c for c in sheet.columns if c.kind != "seen" and c.key != "ref")


def _workbook(out: BinaryIO) -> "xlsxwriter.Workbook":
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return xlsxwriter.Workbook(out, options)


def _sheet(book: "xlsxwriter.Workbook", sheet: Sheet, rows: Iterable[Mapping[str, str]]) -> int:
    page = book.add_worksheet(sheet.name)
    bold = book.add_format({"bold": True, "bottom": 1})
    page.freeze_panes(1, 0)
    for i, column in enumerate(sheet.columns):
        page.set_column(i, i, max(12, len(column.heading) + 2))
        page.write_string(0, i, column.heading, bold)
    number = 0
    for row in rows:
        number += 1
        for i, column in enumerate(sheet.columns):
            if text := row.get(column.key, ""):
                _cell(page, (number, i), column, text)
    if number:
        page.autofilter(0, 0, number, len(sheet.columns) - 1)
    return number


def _cell(
    page: "xlsxwriter.worksheet.Worksheet", at: tuple[int, int], column: Column, text: str
) -> None:
    if column.kind == "number":
        page.write_number(*at, float(text))
    else:
        page.write_string(*at, text)


def _guide(book: "xlsxwriter.Workbook") -> None:
    page = book.add_worksheet("Read me")
    bold = book.add_format({"bold": True})
    page.set_column(0, 1, 24)
    page.set_column(2, 2, 70)
    for i, line in enumerate(GUIDE):
        page.write_string(i, 0, line)
    row = len(GUIDE) + 1
    for i, heading in enumerate(("On the sheet", "Column", "What it holds", "For example")):
        page.write_string(row, i, heading, bold)
    for sheet in SHEETS:
        for column in _to_fill_in(sheet):
            row += 1
            texts = (sheet.name, column.heading, column.about, column.example)
            for i, text in enumerate(texts):
                page.write_string(row, i, text)


def rejected_csv(rejected: Iterable[Rejected]) -> str:
    """The rows that were not taken, as CSV with the reason beside each, to be mended.

    Rows of sheets with different headings follow each other, each under its own headings.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    titles: tuple[str, ...] | None = None
    for one in rejected:
        if one.titles != titles:
            titles = one.titles
            writer.writerow([*map(guarded, titles), "Reason", "Column", "Row", "Sheet", "File"])
        cells = [guarded(c) for c in one.cells[: len(titles)]]
        cells += [""] * (len(titles) - len(cells))
        writer.writerow([*cells, one.reason, one.column, one.row, one.sheet, one.file])
    return out.getvalue()
