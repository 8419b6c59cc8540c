"""Asset lists as people keep them (CSV, XLSX): each device row becomes one `asset.record`.

How rows are read belongs to the register, which writes the same sheets: custodes.estate.sheets.
"""

import csv
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

from custodes.errors import InputError
from custodes.estate.sheets.columns import recognise as headings
from custodes.estate.sheets.reading import HEADING_ROWS, asset_observations
from custodes.find.read.lines import CHUNK, Readable
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import KIB, MIB, human_size

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
    with spooled(stream) as file:
        for row in asset_observations(cast("BinaryIO", file), name):
            tally.items += 1
            if isinstance(row, Observation):
                yield row
            else:
                place = f"sheet {row.sheet}, row {row.row}" if row.sheet else f"row {row.row}"
                tally.reject(place + (f", {row.column}" if row.column else ""), row.reason)


def spooled(stream: Readable) -> IO[bytes]:
    """The whole file where it can be read back and forth; on disk when it is large.

    Raises:
        InputError: it is larger than any asset list.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > SIZE_LIMIT:
            file.close()
            raise InputError(f"larger than {human_size(SIZE_LIMIT)}, which no asset list is")
        file.write(chunk)
    file.seek(0, io.SEEK_SET)
    return cast("IO[bytes]", file)
