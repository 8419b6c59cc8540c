"""The bare cells of a CSV or XLSX, row by row, within limits; what they mean is for others."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from custodes.errors import InputError
from custodes.estate.sheets.workbook import read_workbook
from custodes.units import MIB

LINE_LIMIT = 8 * MIB  # characters of one line of CSV
FIELD_LIMIT = 131_072  # characters of one cell of CSV
ROW_LIMIT = 1_048_576  # rows of a sheet, as Excel's own
COLUMN_LIMIT = 1_000
CHUNK = 1 * MIB
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class RawRow:
    """Cells as text; `problem` says why a row could not be cut into cells."""

    sheet: str
    number: int  # as the spreadsheet shows it
    cells: tuple[str, ...]
    problem: str = ""


def raw_rows(stream: BinaryIO, name: str, notes: list[str]) -> Iterator[RawRow]:
    """Every row of a seekable stream, blank ones too.

    Raises:
        InputError: empty, neither CSV nor XLSX, damaged, or over a limit; says how far it got.
    """
    stream.seek(0)
    head = stream.read(8)
    stream.seek(0)
    if not head:
        raise InputError(f"{name} is empty")
    if head.startswith(b"PK\x03\x04"):
        for sheet, number, cells in read_workbook(stream, name):
            yield RawRow(sheet, number, cells, _too_wide(cells))
        return
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{name} is an old or encrypted Office file",
            hint="Save it as .xlsx without a password, or as CSV.",
        )
    yield from _csv(stream, name, notes)


def _csv(stream: BinaryIO, name: str, notes: list[str]) -> Iterator[RawRow]:
    encoding = _encoding(stream)
    if encoding != "utf-8-sig":
        notes.append(f"{name} was read as {encoding}; UTF-8 is safer")
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    try:
        sample = text.read(65_536)
        text.seek(0)
        yield from _records(text, name, _delimiter(sample))
    finally:
        if not stream.closed:
            text.detach()  # the stream is the caller's


def _records(text: io.TextIOWrapper, name: str, delimiter: str) -> Iterator[RawRow]:
    old_limit = csv.field_size_limit(FIELD_LIMIT)
    try:
        reader = csv.reader(_lines(text, name), delimiter=delimiter)
        number = 0
        while True:
            number += 1
            if number > ROW_LIMIT:
                raise InputError(f"{name} has more than {ROW_LIMIT} rows; the first ones were read")
            try:
                cells = tuple(_unguarded(cell) for cell in next(reader))
            except StopIteration:
                return
            except csv.Error as error:
                yield RawRow("", number, (), f"not CSV: {error}")
                continue
            nul = "it holds NUL bytes" if any("\0" in cell for cell in cells) else ""
            yield RawRow("", number, cells, nul or _too_wide(cells))
    finally:
        csv.field_size_limit(old_limit)


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    number = 0
    while line := text.readline(LINE_LIMIT):
        number += 1
        if len(line) == LINE_LIMIT and not line.endswith("\n"):
            raise InputError(
                f"line {number} of {name} is longer than {LINE_LIMIT // MIB} MiB;"
                f" the {number - 1} lines before it were read"
            )
        yield line


def _too_wide(cells: tuple[str, ...]) -> str:
    return f"it has more than {COLUMN_LIMIT} cells" if len(cells) > COLUMN_LIMIT else ""


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@'\t\r" else cell


def _encoding(stream: BinaryIO) -> str:
    if stream.read(2) in UTF16_MARKS:
        return "utf-16"
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(sample: str) -> str:
    """The separator that occurs most in the first lines; a comma where none does."""
    head = "\n".join(sample.splitlines()[:20])
    return max(",;\t|", key=head.count)
