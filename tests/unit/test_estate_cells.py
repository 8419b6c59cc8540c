"""How single cells and headings of people's spreadsheets are read."""

from datetime import date, datetime

import pytest

from custodes.estate.sheets import cells
from custodes.estate.sheets.columns import DEVICES, NETWORKS, SHEETS, SITES, bare, recognise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/04/2019", "2019-04-03"),
        ("3/4/19", "2019-04-03"),
        ("03-04-2019", "2019-04-03"),
        ("3.4.2019", "2019-04-03"),
        ("2019-04-03", "2019-04-03"),
        ("2019-04-03 00:00:00", "2019-04-03"),
        ("03/04/2019 09:30", "2019-04-03"),
        ("3 April 2019", "2019-04-03"),
        ("3rd Apr 19", "2019-04-03"),
        ("03-Apr-2019", "2019-04-03"),
        ("Wednesday, 3 April, 2019", "2019-04-03"),
        ("43558", "2019-04-03"),
        ("43558.0", "2019-04-03"),
        ("29/02/2024", "2024-02-29"),
        ("01/01/70", "1970-01-01"),
        ("31/12/69", "2069-12-31"),
    ],
)
def test_a_date_is_read_day_first(text: str, expected: str) -> None:
    assert cells.day(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2019", "April 2019", "31/02/2019", "04/13/2019", "29/02/2023", "tbc", "soon", "99999", "1e5",
     "٠٣/٠٤/٢٠١٩x", "3 Foo 2019", "0/0/0000"],
)  # fmt: skip
def test_what_is_not_one_whole_day_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="day first"):
        cells.day(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1234567890123.0, "1234567890123"),
        (12.5, "12.5"),
        (7, "7"),
        (True, "yes"),
        (None, ""),
        (datetime(2019, 4, 3), "2019-04-03"),  # noqa: DTZ001 - as a spreadsheet has it
        (datetime(2019, 4, 3, 9, 30), "2019-04-03 09:30:00"),  # noqa: DTZ001
        (date(2019, 4, 3), "2019-04-03"),
        ("text", "text"),
    ],
)
def test_a_cell_of_a_workbook_becomes_the_text_a_person_sees(value: object, expected: str) -> None:
    assert cells.text_of(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Live", "in use"), ("WORKING", "in use"), ("Not working", "faulty"),
     ("decommissioned", "removed"), ("In Store", "spare"), ("?", "unknown"), ("", "")],
)  # fmt: skip
def test_a_status_is_read_in_the_words_that_people_use(text: str, expected: str) -> None:
    assert cells.read(DEVICES.column("state"), text) == expected


def test_a_date_until_which_an_authority_holds_includes_that_day() -> None:
    assert cells.read(NETWORKS.column("until"), "31/03/2027") == "2027-04-01T00:00:00Z"
    assert cells.read(NETWORKS.column("valid_from"), "31/03/2027") == "2027-03-31T00:00:00Z"
    exact = "2027-03-31T12:00:00+01:00"
    assert cells.read(NETWORKS.column("until"), exact) == "2027-03-31T11:00:00+00:00"


@pytest.mark.parametrize("text", ["maybe", "91x", "200", "nan", "inf"])
def test_what_a_column_cannot_hold_is_refused_with_a_reason(text: str) -> None:
    for key in ("sensitive", "latitude"):
        with pytest.raises(ValueError, match=r"not|neither"):
            cells.read(SITES.column(key), text)


@pytest.mark.parametrize(
    ("headings", "keys"),
    [
        (["Manufacturer", "Camera model", "S/N"], ["brand", "model", "serial"]),
        (["CAMERA NO.", "make", "IP Address", "MAC"], ["asset_tag", "brand", "address", "mac"]),
        (["Building", "Position", "Install Date", "Serial No"],
         ["site", "location", "installed_on", "serial"]),
        (["Serial Number", "", "Colour", "IP"], ["serial", None, None, "address"]),
        (["IP", "IP address", "Model"], ["address", None, "model"]),
    ],
)  # fmt: skip
def test_headings_are_known_by_many_names_in_any_order(
    headings: list[str], keys: list[str | None]
) -> None:
    found = recognise(headings)
    assert found is not None
    assert (found.sheet, list(found.keys)) == (DEVICES, keys)


@pytest.mark.parametrize(
    "row",
    [["CCTV asset register"], ["Site", "Town Hall"], ["", ""], ["Total", "560"], ["1", "2"], []],
)
def test_a_title_is_not_taken_for_headings(row: list[str]) -> None:
    assert recognise(row) is None


def test_every_sheet_is_recognised_by_its_own_headings() -> None:
    for sheet in SHEETS:
        found = recognise([c.heading for c in sheet.columns], sheet.name)
        assert found is not None
        assert found.sheet is sheet
        assert list(found.keys) == [c.key for c in sheet.columns]


def test_no_heading_means_two_columns_of_one_sheet() -> None:
    for sheet in SHEETS:
        names = [name for column in sheet.columns for name in column.names]
        assert len(names) == len(set(names)), sheet.name


def test_every_kind_of_column_is_one_that_is_read() -> None:
    kinds = {
        "text",
        "address",
        "day",
        "instant",
        "until",
        "yes-no",
        "number",
        "state",
        "segment",
        "ids",
        "seen",
    }
    assert {c.kind for s in SHEETS for c in s.columns} <= kinds
    assert bare("Asset Tag*") == "assettag"
