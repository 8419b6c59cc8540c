"""The cells of an XLSX, which is measured before it is opened: a small file can unpack hugely."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from custodes.errors import InputError
from custodes.estate.sheets.cells import text_of
from custodes.units import MIB

UNPACKED_LIMIT = 512 * MIB
RATIO_LIMIT = 500  # a sheet of real cells packs some 20 to 1
RATIO_FREE = 16 * MIB  # below this size any ratio will do
MEMBER_LIMIT = 10_000
CELL_LIMIT = 20_000_000  # rows × columns of one sheet, which the reader holds at once
CHUNK = 1 * MIB
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_OVERLAP = 32  # bytes; no place is longer


def read_workbook(stream: BinaryIO, name: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Every row as (sheet, number as shown, cells), sheet by sheet; hidden sheets are passed over.

    Raises:
        InputError: damaged, not a workbook, protected by a password, or over a limit.
    """
    import python_calamine as calamine

    _measure(stream, name)
    stream.seek(0)
    sheet = ""
    try:
        with calamine.CalamineWorkbook.from_filelike(stream) as book:
            for about in book.sheets_metadata:
                if about.visible != calamine.SheetVisibleEnum.Visible:
                    continue
                if about.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = about.name
                rows = book.get_sheet_by_name(sheet).iter_rows()
                for number, cells in enumerate(rows, start=1):
                    yield sheet, number, tuple(text_of(cell) for cell in cells)
    except calamine.PasswordError as error:
        raise InputError(f"{name} is protected by a password", hint="Save it without.") from error
    except calamine.CalamineError as error:
        where = f" in sheet {sheet}" if sheet else ""
        raise InputError(f"{name} is damaged{where}: {error}") from error


def _measure(stream: BinaryIO, name: str) -> None:
    """Unpack everything once without keeping it; sizes that a file states of itself may lie."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _measure_stated(members, name)
            total = 0
            for member in members:
                total += _measure_member(archive, member, name, UNPACKED_LIMIT - total)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputError(f"{name} is damaged or cut short: {error}") from error
    except RuntimeError as error:  # how zipfile says "encrypted"
        raise InputError(f"{name} is protected by a password", hint="Save it without.") from error


def _measure_stated(members: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if len(members) > MEMBER_LIMIT or unpacked > UNPACKED_LIMIT:
        raise too_big(name)
    if unpacked > RATIO_FREE and unpacked > packed * RATIO_LIMIT:
        raise InputError(f"{name} unpacks to more than {RATIO_LIMIT} times its size")


def _measure_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, left: int) -> int:
    size, tail, row, column = 0, b"", 0, 0
    with archive.open(member) as packed:
        while chunk := packed.read(CHUNK):
            size += len(chunk)
            if size > left:
                raise too_big(name)
            for letters, digits in _PLACE.findall(tail + chunk):
                row, column = max(row, int(digits)), max(column, _column(letters))
            tail = chunk[-_OVERLAP:]
    if row * column > CELL_LIMIT:
        raise InputError(
            f"{name} spreads a sheet over {row} rows and {column} columns",
            hint="Delete the stray cell far out, or save the sheet as CSV.",
        )
    return size


def too_big(name: str) -> InputError:
    return InputError(f"{name} unpacks to more than {UNPACKED_LIMIT // MIB} MiB")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
