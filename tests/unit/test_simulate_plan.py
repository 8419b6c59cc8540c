"""Which devices a virtual estate has: the same every time, with a truth to score scans against."""

from collections import Counter

import msgspec
import pytest

from custodes.errors import UsageError
from custodes.simulate.plan import DeviceSpec, address, plan
from custodes.simulate.profile import TRUTHS, chosen, profiles


def test_the_same_count_and_seed_give_the_same_estate() -> None:
    assert plan(60, 7) == plan(60, 7)
    assert plan(60, 7) != plan(60, 8)


def test_every_profile_occurs_where_there_is_room_for_it() -> None:
    names = Counter(spec.profile.name for spec in plan(200, 1))
    assert set(names) == {p.name for p in profiles().values() if not p.hostile}
    assert names["hikvision-dome-5.5"] > names["cp-plus"]


def test_a_small_estate_is_a_mix_of_different_devices() -> None:
    names = [spec.profile.name for spec in plan(5, 3)]
    assert len(set(names)) == 5


@pytest.mark.parametrize("count", [1, 26, 27, 28, 40, 254, 1000])
def test_a_plan_has_exactly_as_many_devices_as_asked_for(count: int) -> None:
    assert len(plan(count, 2)) == count


def test_every_truth_is_complete_and_filled_in() -> None:
    for spec in plan(300, 5):
        assert tuple(sorted(spec.truth)) == tuple(sorted(TRUTHS))
        assert not any("{" in str(value) for value in spec.truth.values())
        assert spec.truth["is_surveillance"] in {True, False}


def test_what_can_be_told_of_a_device_is_never_empty_text() -> None:
    for spec in plan(300, 5):
        assert "" not in spec.truth.values()


def test_no_two_devices_share_an_address_a_mac_or_a_serial_number() -> None:
    specs = plan(1000, 9)
    for key in ("mac", "serial", "uuid"):
        assert len({spec.values[key] for spec in specs}) == 1000, key
    assert len({address(spec, "127.42.0.0") for spec in specs}) == 1000


def test_addresses_avoid_the_ends_of_each_subnet() -> None:
    ends = {address(spec, "127.42.0.0").rpartition(".")[2] for spec in plan(1000, 1)}
    assert not ends & {"0", "255"}


def test_each_site_has_its_own_subnets() -> None:
    specs = plan(40, 1, sites=["Town Hall", "Library", "Depot"])
    subnets = {(spec.site, address(spec, "127.42.0.0").rpartition(".")[0]) for spec in specs}
    assert subnets == {
        ("Town Hall", "127.42.0"),
        ("Library", "127.42.1"),
        ("Depot", "127.42.2"),
    }
    assert Counter(spec.site for spec in specs) == {"Town Hall": 14, "Library": 13, "Depot": 13}


def test_a_site_that_overflows_its_subnet_does_not_reach_into_the_next_site() -> None:
    specs = plan(600, 1, sites=["A", "B"])
    thirds = {spec.site: set() for spec in specs}
    for spec in specs:
        thirds[spec.site].add(address(spec, "127.42.0.0").split(".")[2])
    assert thirds == {"A": {"0", "1"}, "B": {"2", "3"}}


def test_hostile_devices_come_only_when_they_are_asked_for_by_name() -> None:
    assert not any(spec.profile.hostile for spec in plan(500, 1))
    only = chosen(["hostile-drip"])
    assert [spec.profile.name for spec in plan(2, 1, only=only)] == ["hostile-drip"] * 2


def test_a_profile_that_does_not_exist_is_a_clear_error() -> None:
    with pytest.raises(UsageError, match="no device profile 'hikvison'"):
        chosen(["hikvison"])


@pytest.mark.parametrize(("count", "sites"), [(0, ["A"]), (20_001, ["A"]), (5, [])])
def test_an_estate_without_devices_or_sites_is_refused(count: int, sites: list[str]) -> None:
    with pytest.raises(UsageError):
        plan(count, 1, sites=sites)


def test_a_plan_travels_as_json() -> None:
    specs = plan(30, 4)
    assert msgspec.json.decode(msgspec.json.encode(specs), type=list[DeviceSpec]) == specs
