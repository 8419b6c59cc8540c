"""The page models of the sample register, word for word: what a person would read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from custodes.console import device, listing, places, views
from custodes.console.charts import chart, percent
from custodes.estate.model import Device, StoredObservation
from custodes.estate.register import Register, open_register


@pytest.fixture(scope="module")
def register(sample_url: str) -> Iterator[Register]:
    with open_register(sample_url) as opened:
        yield opened


def the(register: Register, brand: str) -> Device:
    return register.devices(brand=brand)[0]


def page_of(register: Register, found: Device) -> device.DevicePage:
    return device.device_page(found, register.observations_of(found.id))


def test_the_overview_counts_devices_and_says_so(
    register: Register, console_sample: ModuleType
) -> None:
    it = views.overview(register.counts(), register.sites(), views.Lately())
    assert (it.devices, it.removed, it.last_seen) == (15, 0, console_sample.NOW)
    assert [(t.label, t.count, t.unit, t.after) for t in it.tiles] == [
        ("Surveillance devices", 13, "of 15 devices", "1 other device; 1 cannot be told"),
        ("Rebadged", 2, "devices", "another firm made them"),
        ("Maker unknown", 2, "devices", "none of them named by a person"),
        ("Sites", 3, "sites", "3 networks"),
        ("Evidence", 51, "observations", "kept as received"),
    ]


def test_each_chart_has_its_unknown_last_and_leads_to_the_list(register: Register) -> None:
    makers, sites, *_ = views.charts(register.counts(), register.sites())
    assert [(b.label, b.count, b.link, b.unknown) for b in makers.bars] == [
        ("Dahua", 5, "/devices?maker=Dahua", False),
        ("Hikvision", 5, "/devices?maker=Hikvision", False),
        ("Axis", 2, "/devices?maker=Axis", False),
        ("Brother", 1, "/devices?maker=Brother", False),
        ("Maker unknown", 2, "/devices?unknown=maker", True),
    ]
    assert [(b.label, b.count) for b in sites.bars] == [
        ("Town Hall", 7),
        ("Library", 4),
        ("Depot", 3),
        ("Site unknown", 1),
    ]


def test_every_number_of_the_overview_leads_to_as_many_devices(register: Register) -> None:
    from urllib.parse import parse_qsl, urlsplit

    from custodes.console.query import read

    it = views.overview(register.counts(), register.sites(), views.Lately())
    linked: list[Any] = [b for c in it.charts for b in c.bars]
    linked += [*it.gaps, *it.badges, *it.tiles[:3]]
    for one in linked:
        asked = read(dict(parse_qsl(urlsplit(one.link).query)))
        assert register.count(**listing.wanted(asked)) == one.count, one


def test_a_badge_that_is_not_the_maker_is_told_with_its_reason(register: Register) -> None:
    it = page_of(register, the(register, "Honeywell"))
    assert it.badge is not None
    assert (it.badge.brand, it.badge.maker) == ("Honeywell", "Dahua")
    assert it.badge.maker_because is not None
    assert it.badge.maker_because.matched.startswith('Digest realm="Login to ')
    assert it.badge.maker_because.field == "http.header.www-authenticate"
    assert it.badge.brand_because is not None
    assert it.badge.brand_because.field == "http.response"


def test_where_badge_and_maker_agree_nothing_is_said_of_it(register: Register) -> None:
    assert page_of(register, the(register, "Hikvision")).badge is None


def test_what_speaks_against_a_conclusion_is_shown_and_marked(register: Register) -> None:
    it = page_of(register, the(register, "Honeywell"))
    maker = next(c for c in it.conclusions if c.key == "maker")
    assert [(p.says, p.against) for p in maker.first] == [("Dahua", False), ("Honeywell", True)]
    assert [c.key for c in it.contradicted] == ["maker"]


def test_what_speaks_against_is_never_folded_away(register: Register) -> None:
    found = the(register, "Honeywell")
    agreeing = next(e for e in found.evidence if e.conclusion == "maker" and not e.against)
    many = replace(found, evidence=(*found.evidence, *[agreeing] * 9))
    maker = next(c for c in page_of(register, many).conclusions if c.key == "maker")
    assert any(p.against for p in maker.first)
    assert not any(p.against for p in maker.more)
    assert (len(maker.first), len(maker.more), maker.left_out) == (3, 3, 5)


def test_what_a_conclusion_rests_on_is_on_the_page_however_much_was_seen(
    register: Register,
) -> None:
    found = the(register, "Axis")
    one, *rest = register.observations_of(found.id)
    filler = [replace(one, digest=f"{n:064x}") for n in range(130)]
    it = device.device_page(found, [*filler, one, *rest])
    assert all(p.observation for c in it.conclusions for p in c.first)


def test_a_conclusion_without_an_observation_is_unknown_not_empty(register: Register) -> None:
    it = page_of(register, the(register, "Hikvision"))
    serial = next(c for c in it.conclusions if c.key == "serial")
    assert (serial.value, serial.first) == (None, ())


def test_evidence_points_at_the_raw_observation_that_it_rests_on(register: Register) -> None:
    it = page_of(register, the(register, "Dahua"))
    anchors = {r.anchor for r in it.raw}
    proofs = [p for c in it.conclusions for p in c.first]
    assert proofs
    assert all(p.observation in anchors for p in proofs)


def test_what_a_person_recorded_is_kept_beside_what_was_seen(
    register: Register, console_sample: ModuleType
) -> None:
    it = page_of(register, the(register, console_sample.HOSTILE))
    model = next(c for c in it.conclusions if c.key == "model")
    assert (model.stated, model.stated_by) == ("DS-1", "A. Clerk, assets.xlsx")
    assert model.stated_otherwise
    assert ("Asset tag", "<i>7</i>", "A. Clerk, assets.xlsx") in it.stated


def test_a_device_that_says_nothing_is_named_by_its_address(register: Register) -> None:
    found = next(d for d in register.devices(unknown="brand"))
    assert page_of(register, found).name == "Device at 10.20.1.40"


def test_a_megabyte_of_payload_is_cut_on_the_page(
    register: Register, console_sample: ModuleType
) -> None:
    it = page_of(register, the(register, console_sample.HOSTILE))
    large = next(r for r in it.raw if r.field == "http.body")
    assert 1000 < len(large.shown.text) <= 4096
    assert large.size == "1.0 MiB"
    assert "of 1,050," in large.shown.missing


def test_more_than_fifty_observations_are_counted_and_left_to_the_download(
    register: Register,
) -> None:
    found = the(register, "Axis")
    one = register.observations_of(found.id)[0]
    many: list[StoredObservation] = [replace(one, digest=f"{n:064x}") for n in range(130)]
    it = device.device_page(found, many)
    assert (len(it.raw), it.raw_total, it.raw_hidden) == (50, "130 observations", 80)


def test_an_authority_is_in_force_expired_or_missing(
    register: Register, console_sample: ModuleType
) -> None:
    now = console_sample.NOW
    states = [(n.cidr, n.state) for n in places.network_rows(register.networks(), now)]
    assert states == [
        ("10.20.1.0/24", "in force"),
        ("10.20.2.0/24", "expired"),
        ("10.20.3.0/24", "none"),
    ]
    later = places.network_rows(register.networks(), now + timedelta(days=400))
    assert later[0].state == "expired"


def test_a_site_shows_its_own_devices_and_networks(
    register: Register, console_sample: ModuleType
) -> None:
    site = register.site_by_name("Town Hall")
    assert site is not None
    it = places.site_page(site, register.counts(site.id), register.networks(), console_sample.NOW)
    assert (it.found, it.row.sensitive) == ("7 devices", "sensitive")
    assert [(b.label, b.count) for b in it.chart.bars] == [("Hikvision", 5), ("Dahua", 2)]
    assert [n.cidr for n in it.networks] == ["10.20.1.0/24"]


def test_two_sites_of_one_name_are_told_apart(register: Register) -> None:
    one = register.sites()[0]
    names = views.unique_names([one, replace(one, id=99, body="Other Council")])
    assert len(set(names.values())) == 2


def test_small_makers_are_added_up_and_none_is_lost() -> None:
    counts: dict[str | None, int] = {f"maker {n:02}": n for n in range(1, 20)}
    made = chart("t", "h", counts, unknown="unknown", link=lambda _: "")
    assert sum(b.count for b in made.bars) == made.total == sum(counts.values())
    assert made.bars[-1].label == "12 others, together"
    assert max(b.percent for b in made.bars) == 100.0


def test_something_is_never_drawn_as_nothing() -> None:
    assert percent(1, 10**9) > 0
