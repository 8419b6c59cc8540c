"""Which device an identity speaks of, decided without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from custodes.estate.authority import covering
from custodes.estate.keys import Keys, keys_of, normal_mac, normal_place, normal_serial
from custodes.estate.matching import Candidate, Decision, Listed, decide, decide_listed
from custodes.estate.model import Authority
from custodes.identity import Identity
from custodes.observation import observe

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
MAC, OTHER = "44:47:cc:aa:bb:cc", "44:47:cc:aa:bb:cd"
HERE = frozenset({"10.0.0.5"})


def seen_at(number: int, **facts: object) -> Candidate:
    known = {"first_seen": NOW, "last_seen": NOW, "places": HERE, "addresses": HERE} | facts
    return Candidate(id=number, **known)  # type: ignore[arg-type]


def at(place: str = "10.0.0.5", **keys: object) -> Keys:
    return Keys(place=place, addresses=(place,), **keys)  # type: ignore[arg-type]


def test_a_mac_outweighs_a_serial_and_a_serial_a_place() -> None:
    by_mac = Candidate(id=1, macs=frozenset({MAC}))
    by_serial = Candidate(id=2, serial="sn1", makers=frozenset({"axis"}), macs=frozenset({OTHER}))
    by_place = seen_at(3)
    keys = at(mac=MAC, serial="sn1", makers=frozenset({"axis"}))
    assert decide(keys, [by_mac, by_serial, by_place], None).device_id == 1
    weaker = at(serial="sn1", makers=frozenset({"axis"}))
    assert decide(weaker, [by_serial, by_place], None).device_id == 2
    assert decide(at(), [by_place], None).device_id == 3


def test_two_macs_are_two_devices_even_with_one_serial() -> None:
    clone = Candidate(id=1, macs=frozenset({OTHER}), serial="sn1", makers=frozenset({"axis"}))
    keys = at(mac=MAC, serial="sn1", makers=frozenset({"axis"}))
    assert decide(keys, [clone], None) == Decision()


def test_the_same_serial_of_two_makers_is_two_devices() -> None:
    other = Candidate(id=1, serial="sn1", makers=frozenset({"axis"}))
    assert decide(at(serial="sn1", makers=frozenset({"bosch"})), [other], None) == Decision()


def test_a_rebadge_shares_its_serial_through_its_maker() -> None:
    known = Candidate(id=1, serial="sn1", makers=frozenset({"dahua"}))
    keys = at(serial="sn1", makers=frozenset({"honeywell", "dahua"}))
    assert decide(keys, [known], None).device_id == 1


def test_another_brand_at_the_place_of_a_known_device_is_another_device() -> None:
    known = seen_at(1, macs=frozenset({MAC}), makers=frozenset({"axis"}))
    assert decide(at(makers=frozenset({"hp"})), [known], None) == Decision()


def test_where_several_could_be_meant_nobody_is() -> None:
    a, b = seen_at(1, site_id=7), seen_at(2, site_id=8)
    assert decide(at(), [a, b], None) == Decision()
    assert decide(at(), [a, b], 8).device_id == 2


def test_a_poorer_record_at_another_place_is_merged_unless_both_were_seen_at_once() -> None:
    known = Candidate(id=1, macs=frozenset({MAC}), first_seen=NOW, last_seen=NOW)
    later = seen_at(2, first_seen=NOW + DAY, last_seen=NOW + DAY)
    assert decide(at(mac=MAC), [known, later], None) == Decision(1, (2,))
    meanwhile = seen_at(2, first_seen=NOW - DAY)
    assert decide(at(mac=MAC), [known, meanwhile], None) == Decision(1)


def test_cameras_listed_under_their_recorders_address_stay_apart() -> None:
    recorder = seen_at(1, tag="nvr1")
    row = Listed(at(), tag="cam1")
    assert decide_listed(row, [recorder], None) == Decision()
    assert decide_listed(Listed(at(), tag="nvr1"), [recorder], None) == Decision(1)
    assert decide_listed(Listed(at()), [seen_at(1)], None) == Decision(1)


def test_a_row_whose_tag_and_mac_are_two_seen_devices_is_a_contradiction() -> None:
    tagged = seen_at(1, tag="cam1", places=frozenset(), addresses=frozenset())
    known = Candidate(id=2, macs=frozenset({MAC}), tag="cam2", first_seen=NOW, last_seen=NOW)
    assert decide_listed(Listed(Keys(mac=MAC), tag="cam1"), [tagged, known], None) is None


def test_a_listed_device_that_turns_out_to_be_a_seen_one_becomes_it() -> None:
    listed = Candidate(id=1, tag="cam1")
    known = Candidate(id=2, macs=frozenset({MAC}), first_seen=NOW, last_seen=NOW)
    row = Listed(Keys(mac=MAC), tag="cam1")
    assert decide_listed(row, [listed, known], None) == Decision(2, (1,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("44-47-CC-AA-BB-CC", MAC), ("4447.ccaa.bbcc", MAC), ("4447CCAABBCC", MAC), (MAC, MAC),
     ("00:00:00:00:00:00", None), ("ff:ff:ff:ff:ff:ff", None), ("01:00:5e:00:00:01", None),
     ("44:47:cc", None), ("44:47-cc:aa:bb:cc", None), ("", None), (None, None)],
)  # fmt: skip
def test_a_mac_has_one_spelling_and_must_be_a_devices_own(
    text: str | None, expected: str | None
) -> None:
    assert normal_mac(text) == expected


@pytest.mark.parametrize(
    "text", ["0000000", "1234567890", "n/a", "abc", "", None, "To be filled by O.E.M."]
)
def test_a_serial_that_many_devices_share_tells_nothing(text: str | None) -> None:
    assert normal_serial(text) is None


def test_a_place_has_one_spelling() -> None:
    assert normal_place(" 2001:DB8::0:1 ") == "2001:db8::1"
    assert normal_place("::ffff:10.0.0.5") == "10.0.0.5"
    assert normal_place("cam-7") == "cam-7"


def test_a_grouping_key_that_is_a_mac_is_the_mac() -> None:
    one = observe("http.title", "x", address="10.0.0.5", device="44-47-CC-AA-BB-CC")
    keys = keys_of(Identity(), [one])
    assert (keys.mac, keys.place) == (MAC, "10.0.0.5")


def test_a_serial_counts_only_with_a_maker() -> None:
    assert keys_of(Identity(serial="ABC12345"), []).serial is None
    assert keys_of(Identity(serial="ABC 12345", vendor="Axis"), []).serial == "abc12345"


def grant(number: int, cidr: str, days: int = 1, start: datetime = NOW) -> Authority:
    return Authority(
        id=number, network_id=number, cidr=cidr, who="J. Smith", reference="", recorded_at=start,
        valid_from=start, until=start + days * DAY,
    )  # fmt: skip


def test_the_most_specific_authority_that_covers_the_whole_target_counts() -> None:
    every = [grant(1, "10.0.0.0/8", 9), grant(2, "10.1.0.0/16"), grant(3, "10.1.2.0/24")]
    assert (covering("10.1.2.0/24", every, NOW) or every[0]).id == 3
    assert (covering("10.1.2.0/23", every, NOW) or every[0]).id == 2
    assert (covering("10.1.2.3", every, NOW + DAY) or every[2]).id == 1
    assert covering("0.0.0.0/0", every, NOW) is None
    assert covering("::/0", every, NOW) is None


def test_an_authority_holds_from_its_first_instant_up_to_its_end() -> None:
    one = [grant(1, "fd00::/8")]
    assert covering("fd00::1", one, NOW) is not None
    assert covering("fd00::1", one, NOW - timedelta(microseconds=1)) is None
    assert covering("fd00::1", one, NOW + DAY) is None
    assert covering("fd00::1", one, NOW + DAY - timedelta(microseconds=1)) is not None
