"""Whole files as people keep them, and files made to harm."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import pytest
import xlsxwriter

from custodes.errors import InputError
from custodes.estate.sheets import grid, workbook
from custodes.estate.sheets.reading import asset_observations, read_rows
from custodes.estate.sheets.report import Rejected, Row
from custodes.observation import Observation

LIST = """CCTV asset register,,,,
Updated 1 May 2024 by Facilities,,,,

Camera No,Manufacturer,Camera model,S/N,Install date,Colour
CAM-1,Hikvision,DS-2CD2042WD-I,AB123456,03/04/2019,white
CAM-2,Dahua,,AB123457,31/02/2019,black

,,,,,
Camera No,Manufacturer,Camera model,S/N,Install date,Colour
CAM-3,Axis,P3245-V,,,
Total,3,,,,
"""


def read(data: bytes, notes: list[str] | None = None) -> list[Row | Rejected]:
    return list(read_rows(io.BytesIO(data), "list", notes))


def book(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for i, row in enumerate(rows):
                page.write_row(i, 0, row)
    return out.getvalue()


def test_a_list_with_titles_blank_rows_repeated_headings_and_totals_is_read() -> None:
    notes: list[str] = []
    first, bad, last = read(LIST.encode(), notes)
    assert isinstance(first, Row)
    assert first.number == 5
    assert first.values["installed_on"] == "2019-04-03"
    assert first.other == {"Colour": "white"}
    assert isinstance(bad, Rejected)
    assert (bad.row, bad.column) == (6, "Install date")
    assert "31/02/2019" in bad.reason
    assert isinstance(last, Row)
    assert (last.number, last.values["model"]) == (10, "P3245-V")
    assert notes == ["columns kept but not understood: Colour"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    text = "Asset tag,Location,Model\nC1,Café – entrance,M1\n"
    notes: list[str] = []
    (row,) = read(text.encode(encoding), notes)
    assert isinstance(row, Row)
    assert row.values["location"] == "Café – entrance"
    assert bool(notes) == (encoding in ("utf-16", "cp1252"))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_list_is_read_with_the_separators_that_spreadsheets_write(separator: str) -> None:
    text = f"Asset tag{separator}Model{separator}MAC\nC1{separator}M1{separator}4447CCAABBCC\n"
    (row,) = read(text.encode())
    assert isinstance(row, Row)
    assert row.values == {"asset_tag": "C1", "model": "M1", "mac": "44:47:cc:aa:bb:cc"}


def test_a_workbook_is_read_sheet_by_sheet_with_the_rows_that_a_person_sees() -> None:
    data = book(
        {
            "Sites": [["Site", "Sensitive"], ["Depot", "yes"]],
            "Junk": [["hello"], ["world"]],
            "Cameras": [[], ["All cameras"], [], ["Serial no", "Make"], [1234567890123, "Axis"]],
        }
    )
    notes: list[str] = []
    site, camera = read(data, notes)
    assert isinstance(site, Row)
    assert (site.kind, site.sheet, site.number) == ("Sites", "Sites", 2)
    assert isinstance(camera, Row)
    assert (camera.kind, camera.number) == ("Devices", 5)
    assert camera.values["serial"] == "1234567890123"
    assert notes == ["sheet Junk has no row of headings that is understood"]


def test_a_row_that_nothing_tells_apart_is_rejected_with_what_it_needs() -> None:
    (row,) = read(b"Asset tag,Make,Model\n,Axis,P3245\n")
    assert isinstance(row, Rejected)
    assert "Serial number" in row.reason


def test_a_device_row_becomes_one_observation_with_everything_in_it() -> None:
    first, *_ = asset_observations(io.BytesIO(LIST.encode()), "list.csv")
    assert isinstance(first, Observation)
    assert (first.field, first.device, first.source) == ("asset.record", "AB123456", "list.csv:5")
    assert '"other"' in first.payload


def test_an_apostrophe_that_guards_a_formula_is_taken_off() -> None:
    (row,) = read(b"Asset tag,Notes,Model\nC1,'=1+1,'quoted\n")
    assert isinstance(row, Row)
    assert (row.values["notes"], row.values["model"]) == ("=1+1", "'quoted")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello\nworld\n", "no row of headings"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old or encrypted"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (book({"A": [["Asset tag", "Model"], ["C1", "M"]]})[:-200], "damaged"),
    ],
)
def test_a_file_that_is_no_list_says_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(data)


def test_a_row_with_nul_bytes_is_rejected_and_the_next_one_read() -> None:
    bad, good = read(b"Asset tag,Model\nC1,a\0b\nC2,M\n")
    assert isinstance(bad, Rejected)
    assert "NUL" in bad.reason
    assert isinstance(good, Row)


def test_a_quote_that_never_closes_ends_at_a_limit_and_loses_nothing_before() -> None:
    data = b'Asset tag,Model\nC1,M\nC2,"' + b"x\n" * 200_000 + b"\n"
    rows = read(data)
    assert isinstance(rows[0], Row)
    assert any(isinstance(r, Rejected) and "not CSV" in r.reason for r in rows)


def test_an_endless_line_ends_in_an_error_that_says_how_far_it_got(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grid, "LINE_LIMIT", 1000)
    rows = read_rows(io.BytesIO(b"Asset tag,Model\nC1,M\n" + b"x" * 5000), "list")
    assert isinstance(next(rows), Row)
    with pytest.raises(InputError, match="the 2 lines before it were read"):
        next(rows)


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "ROW_LIMIT", 3)
    rows = read_rows(io.BytesIO(b"Asset tag,Model\n" + b"C1,M\n" * 9), "list")
    assert isinstance(next(rows), Row)
    with pytest.raises(InputError, match="more than 3 rows"):
        list(rows)


def test_a_row_with_thousands_of_cells_is_rejected() -> None:
    (row,) = read(b"Asset tag,Model\nC1" + b"," * 5000 + b"\n")
    assert isinstance(row, Rejected)


def bomb(size: int, content: bytes = b"\0") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", content * size)
    return out.getvalue()


def test_a_workbook_that_unpacks_hugely_is_refused_unopened() -> None:
    with pytest.raises(InputError, match="times its size"):
        read(bomb(40 * 2**20))


def test_a_workbook_over_the_size_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "UNPACKED_LIMIT", 1000)
    with pytest.raises(InputError, match="unpacks to more than"):
        read(bomb(2000))


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(bomb(3 * 2**20))
    at = data.rindex(b"PK\x01\x02")  # the last entry of the directory
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    with pytest.raises(InputError, match="damaged"):
        read(bytes(data))


def test_a_stray_cell_far_out_is_refused_before_it_takes_the_memory() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["Asset tag", "Model"])
        page.write(1_048_575, 16_383, "x")
    with pytest.raises(InputError, match="spreads a sheet over 1048576 rows"):
        read(out.getvalue())


def test_broken_xml_in_a_workbook_is_an_error_of_the_file() -> None:
    good = io.BytesIO(book({"A": [["Asset tag", "Model"], ["C1", "M"]]}))
    out = io.BytesIO()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            new.writestr(item, data[: len(data) // 2] if "sheet1" in item.filename else data)
    with pytest.raises(InputError):
        read(out.getvalue())


def test_zlib_errors_are_errors_of_the_file() -> None:
    data = bytearray(book({"A": [["Asset tag", "Model"], ["C1", "M"]]}))
    at = data.index(b"xl/worksheets/sheet1.xml") + 30
    data[at : at + 40] = zlib.compress(b"x" * 10)[:8] * 5
    with pytest.raises(InputError):
        read(bytes(data))
