"""Asset lists as people keep them (CSV, XLSX): each device row becomes one `asset.record`.

How rows are read belongs to the register, which writes the same sheets: custodes.estate.sheets.
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from custodes.errors import InputError
from custodes.estate.sheets.columns import recognise as headings
from custodes.estate.sheets.reading import HEADING_ROWS, asset_observations
from custodes.estate.sheets.report import Rejected
from custodes.find.read.lines import CHUNK, Readable
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import KIB, MIB, human_size

if TYPE_CHECKING:
    from custodes.estate.register import Register
    from custodes.estate.sheets.report import SheetReport

NAME = "assets"
ABOUT = "asset lists (CSV or XLSX with a row of headings; `custodes export --template` writes one)"
SIZE_LIMIT = 256 * MIB  # a million rows are about 150 MiB
IN_MEMORY = 8 * MIB
LOOKED_AT = 64 * KIB
ZIP_MAGIC = b"PK\x03\x04"
OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0"
WORKBOOK = (b"[Content_Types].xml", b"xl/")


def recognise(head: bytes) -> bool:
    """Whether it is an Excel file, or text with a row of headings that we understand."""
    if head.startswith(OLD_OFFICE_MAGIC):
        return True  # refused when it is read, with what to do about it
    if head.startswith(ZIP_MAGIC):
        return any(mark in head for mark in WORKBOOK)
    return b"\0" not in head[:LOOKED_AT] and any(map(headings, _first_rows(head[:LOOKED_AT])))


def _first_rows(head: bytes) -> Iterator[list[str]]:
    lines = head.decode("utf-8", "replace").splitlines()[:HEADING_ROWS]
    delimiter = max(",;\t|", key="\n".join(lines).count)
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every device row; a row that cannot be read is counted with its column and the reason."""
    tally.unit = "row"
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        copy(stream, cast("IO[bytes]", file))
        for row in asset_observations(cast("BinaryIO", file), name):
            tally.items += 1
            if isinstance(row, Observation):
                yield row
            else:
                tally.reject(place(row), row.reason)


def place(row: Rejected) -> str:
    """Where a person finds what was rejected."""
    where = f"sheet {row.sheet}, row {row.row}" if row.sheet else f"row {row.row}"
    return where + (f", {row.column}" if row.column else "")


def into_register(
    stream: Readable,
    name: str,
    register: "Register",
    site_id: int | None,
    now: datetime,
    *,
    dry_run: bool = False,
) -> "SheetReport":
    """Bring the whole list into the register: its bodies, sites, networks and devices.

    `site_id` is for devices whose row names no site. A dry run says what would change.

    Raises:
        InputError: it is no list that is understood, is damaged, or larger than any list.
    """
    from custodes.estate.sheets.importing import import_sheet

    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        try:
            copy(stream, cast("IO[bytes]", file))
        except InputError as error:  # half a list cannot be told from a shorter one
            raise InputError(
                f"{name}: {error}; nothing of it was taken", hint=error.hint, file=name
            ) from error
        source = (cast("BinaryIO", file), name)
        return import_sheet(register, source, now, site_id=site_id, dry_run=dry_run)


def copy(stream: Readable, file: IO[bytes]) -> None:
    """Copy everything, so that it can be read back and forth; ends at the beginning.

    Raises:
        InputError: it is larger than any asset list.
    """
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > SIZE_LIMIT:
            raise InputError(f"larger than {human_size(SIZE_LIMIT)}, which no asset list is")
        file.write(chunk)
    file.seek(0)
