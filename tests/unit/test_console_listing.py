import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.console.listing import (
    UNKNOWN_WORDS,
    Part,
    facts,
    list_page,
    pages_of,
    start_of,
    wanted,
)
from custodes.console.query import PAGE_SIZE, SORTS, UNKNOWN, DeviceQuery
from custodes.console.sheet import cell, csv_lines
from custodes.estate import summaries
from custodes.estate.model import Summary

SEEN = datetime(2026, 11, 22, tzinfo=UTC)
VALUES = {"brand": ["Axis"], "maker": ["Axis"], "device_type": ["camera"]}


def a_row(number: int = 1, **changes: object) -> Summary:
    values: dict[str, object] = {
        "id": number,
        "name": f"Axis P{number}",
        "brand": "Axis",
        "maker": "Axis",
        "model": f"P{number}",
        "firmware": "10.1",
        "serial": "ACCC8E000001",
        "mac": "ac:cc:8e:00:00:01",
        "device_type": "camera",
        "is_surveillance": True,
        "site_id": 1,
        "site": "Town Hall",
        "address": f"10.0.0.{number}",
        "state": "unknown",
        "last_seen": SEEN,
    }
    return Summary(**{**values, **changes})  # type: ignore[arg-type]


def a_part(found: int = 1, query: DeviceQuery = DeviceQuery()) -> Part:  # noqa: B008 - frozen
    start = start_of(query, found)
    rows = [a_row(n) for n in range(start + 1, min(start + PAGE_SIZE, found) + 1)]
    return Part(rows=rows, found=found, total=found, values=VALUES)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (DeviceQuery(), {"removed": False}),
        (DeviceQuery(site="2", brand="B", maker="M", type="camera"),
         {"site_id": 2, "brand": "B", "maker": "M", "device_type": "camera", "removed": False}),
        (DeviceQuery(surveillance="no"), {"surveillance": False, "removed": False}),
        (DeviceQuery(unknown="site", q="a b"),
         {"unknown": "site", "words": "a b", "removed": False}),
        (DeviceQuery(differs=True, removed=True), {"differs": True, "removed": True}),
    ],
)  # fmt: skip
def test_the_register_is_asked_for_what_the_address_says(
    query: DeviceQuery, asked: dict[str, object]
) -> None:
    found = {k: v for k, v in wanted(query).items() if v is not None}
    assert found == {"exact": True, **asked}


def test_every_order_and_every_gap_of_the_page_is_one_that_the_register_knows() -> None:
    assert set(SORTS) <= set(summaries.SORTS)
    assert set(UNKNOWN) == set(summaries.UNKNOWN) == set(UNKNOWN_WORDS)


def test_the_list_has_fifty_a_page_and_a_page_beyond_the_end_is_the_last() -> None:
    asked = [DeviceQuery(page=n) for n in (1, 2, 3, 99)]
    pages = [list_page(a_part(101, query), [], query) for query in asked]
    assert [len(p.rows) for p in pages] == [50, 50, 1, 1]
    assert [p.page for p in pages] == [1, 2, 3, 3]
    assert pages[0].previous == ""
    assert pages[0].following == "/devices?page=2"
    assert pages[3].following == ""


@given(st.integers(0, 400))
def test_the_pages_together_are_the_whole_list_once(found: int) -> None:
    starts = [start_of(DeviceQuery(page=n + 1), found) for n in range(pages_of(found))]
    assert starts == list(range(0, max(found, 1), PAGE_SIZE))
    assert starts[-1] == start_of(DeviceQuery(page=10**8), found)


def test_a_heading_turns_the_order_round_and_keeps_the_filter() -> None:
    page = list_page(a_part(), [], DeviceQuery(maker="Axis", sort="brand"))
    heading = next(h for h in page.headings if h.key == "brand")
    assert heading.order == "ascending"
    assert heading.link == "/devices?maker=Axis&sort=-brand"


def test_a_filter_of_an_old_link_stays_in_sight_although_no_device_has_it() -> None:
    page = list_page(a_part(), [], DeviceQuery(maker="Gone"))
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
