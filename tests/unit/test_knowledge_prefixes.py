"""Prefixes of MAC addresses."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.knowledge.makers import makers
from custodes.knowledge.prefixes import HOLDERS, lookup, prefixes

SHARED = Path(__file__).parents[3] / "shared" / "data" / "camera_ouis.csv"


@pytest.mark.parametrize(
    ("mac", "maker"),
    [
        ("44-47-cc-37-ce-81", "Hikvision"),
        ("68-6d-bc-ee-f8-f0", "Hikvision"),
        ("4c:11:bf:c2:0b:9d", "Dahua"),
        ("58108c4d3bfa", "Intelbras"),
        ("00:1f:54:a9:2e:58", "Lorex"),
        ("ACCC.8E12.3456", "Axis"),
        ("94:10:3e:35:01:c1", "Belkin WeMo"),
    ],
)
def test_an_address_finds_the_holder_of_its_prefix(mac: str, maker: str) -> None:
    found = lookup(mac)
    assert found is not None
    assert found.maker_name == maker


@pytest.mark.parametrize("mac", ["", "44:47:cc", "not a mac", "02:00:00:00:00:01", "z" * 12])
def test_what_is_no_known_address_is_unknown(mac: str) -> None:
    assert lookup(mac) is None


def test_a_radio_module_or_a_mixed_maker_is_no_reason_to_think_of_a_camera() -> None:
    for mac in ("5c:cf:7f:06:d9:02", "b0:c5:54:1c:71:85"):  # Espressif, D-Link
        found = lookup(mac)
        assert found is not None
        assert not found.is_camera_maker


def test_the_longest_prefix_wins() -> None:
    longest = [p for p in prefixes().values() if p.bits > 24]
    assert longest
    for prefix in longest:
        assert lookup(prefix.prefix.ljust(12, "0")) == prefix


def test_every_prefix_names_a_known_maker_a_source_and_a_date() -> None:
    for prefix in prefixes().values():
        assert prefix.maker_name in makers()
        assert prefix.holder in HOLDERS
        assert prefix.source
        assert len(prefix.date) == 10


@given(st.text(max_size=40))
def test_no_text_breaks_the_lookup_of_a_prefix(text: str) -> None:
    found = lookup(text)
    assert found is None or found.prefix in prefixes()


@pytest.mark.shared
def test_every_row_of_the_collected_list_is_carried() -> None:
    if not SHARED.exists():
        pytest.skip("../shared is not here")
    with SHARED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 266
    for row in rows:
        kept = prefixes()[row["prefix_hex"].upper()]
        assert (kept.bits, kept.registrant) == (int(row["prefix_bits"]), row["registrant"].strip())


def test_the_table_holds_a_registry_of_this_year() -> None:
    """Hikvision's prefixes grew by 63 % in four years: an old list misses new cameras."""
    assert max(prefix.date for prefix in prefixes().values()) >= "2026-08-26"
    camera_makers = {p.maker_name for p in prefixes().values() if p.is_camera_maker}
    assert len(prefixes()) >= 1_410
    assert len(camera_makers) >= 113
