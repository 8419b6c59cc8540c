import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.console.listing import Row, facts, list_page, select
from custodes.console.query import SORTS, DeviceQuery
from custodes.console.sheet import cell, csv_lines

SEEN = datetime(2026, 11, 22, tzinfo=UTC)


def a_row(number: int = 1, **changes: object) -> Row:
    values: dict[str, object] = {
        "id": number,
        "name": f"Axis P{number}",
        "brand": "Axis",
        "maker": "Axis",
        "model": f"P{number}",
        "firmware": "10.1",
        "serial": "ACCC8E000001",
        "mac": "ac:cc:8e:00:00:01",
        "type": "camera",
        "is_surveillance": True,
        "site_id": 1,
        "site": "Town Hall",
        "address": f"10.0.0.{number}",
        "state": "unknown",
        "seen": SEEN,
    }
    return Row(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (DeviceQuery(), [1, 2, 3]),
        (DeviceQuery(maker="Dahua"), [2]),
        (DeviceQuery(brand="Honeywell"), [2]),
        (DeviceQuery(site="2"), [2]),
        (DeviceQuery(type="camera"), [1, 2]),
        (DeviceQuery(unknown="maker"), [3]),
        (DeviceQuery(unknown="surveillance"), [3]),
        (DeviceQuery(surveillance="yes"), [1, 2]),
        (DeviceQuery(differs=True), [2]),
        (DeviceQuery(removed=True), [4]),
        (DeviceQuery(q="honeywell 10.0.0.2"), [2]),
        (DeviceQuery(q="ACCC8E"), [1, 2, 3]),
        (DeviceQuery(q="nothing of ours"), []),
    ],
)
def test_each_filter_keeps_what_it_says(query: DeviceQuery, found: list[int]) -> None:
    rows = [
        a_row(1),
        a_row(2, name="Honeywell H", brand="Honeywell", maker="Dahua", site_id=2),
        a_row(3, name="x", brand=None, maker=None, type=None, is_surveillance=None),
        a_row(4, state="removed"),
    ]
    assert sorted(r.id for r in select(rows, query)) == found


def test_addresses_are_ordered_as_numbers_not_as_text() -> None:
    rows = [a_row(1, address="10.0.0.10"), a_row(2, address="10.0.0.9"), a_row(3, address="::1")]
    assert [r.id for r in select(rows, DeviceQuery(sort="address"))] == [2, 1, 3]


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{s}" for s in SORTS)])
def test_what_is_unknown_comes_last_in_either_direction(sort: str) -> None:
    blank: dict[str, object] = dict.fromkeys(
        ("brand", "maker", "model", "type", "site", "address", "seen")
    )
    rows = [a_row(1, **blank), a_row(2)]
    last = select(rows, DeviceQuery(sort=sort))[-1].id
    assert last == 1 or sort.endswith("name")


def test_the_list_has_fifty_a_page_and_a_page_beyond_the_end_is_the_last() -> None:
    rows = [a_row(n) for n in range(1, 102)]
    pages = [list_page(rows, [], DeviceQuery(page=n)) for n in (1, 2, 3, 99)]
    assert [len(p.rows) for p in pages] == [50, 50, 1, 1]
    assert [p.page for p in pages] == [1, 2, 3, 3]
    assert pages[0].previous == ""
    assert pages[0].following == "/devices?page=2"
    assert pages[3].following == ""


@given(st.lists(st.integers(1, 160), unique=True))
def test_the_pages_together_are_the_whole_list_once(numbers: list[int]) -> None:
    rows = [a_row(n) for n in numbers]
    pages = list_page(rows, [], DeviceQuery()).pages
    parts = [list_page(rows, [], DeviceQuery(page=n + 1)).rows for n in range(pages)]
    assert sorted(r.id for part in parts for r in part) == sorted(numbers)


def test_a_heading_turns_the_order_round_and_keeps_the_filter() -> None:
    page = list_page([a_row()], [], DeviceQuery(maker="Axis", sort="brand"))
    heading = next(h for h in page.headings if h.key == "brand")
    assert heading.order == "ascending"
    assert heading.link == "/devices?maker=Axis&sort=-brand"


def test_a_filter_of_an_old_link_stays_in_sight_although_no_device_has_it() -> None:
    page = list_page([a_row()], [], DeviceQuery(maker="Gone"))
    maker = next(c for c in page.choices if c.name == "maker")
    assert ("Gone", "Gone", True) in maker.options


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))))
def test_a_spreadsheet_reads_device_text_as_text(brand: str) -> None:
    text = "".join(csv_lines(facts([a_row(brand=brand)])))
    read = next(csv.DictReader(io.StringIO(text, newline="")))
    assert not read["brand"].startswith(("=", "+", "-", "@"))
    assert read["brand"].removeprefix("'") == brand.removeprefix("'")


def test_an_unknown_fact_is_an_empty_cell() -> None:
    assert cell(None) == ""
