"""Two looks compared: what changed is told, what nobody looked at is not called gone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.estate.looks import Seen
from custodes.find.compare import KINDS, Change, called, compare, sentence
from custodes.find.looking import covered
from custodes.find.own_name import own_name
from custodes.observation import observe

AT = datetime(2026, 11, 22, tzinfo=UTC)
EVERYWHERE = covered(["10.0.0.0/8"])
CAMERA = Seen(
    key="device 1",
    kept_by="mac",
    address="10.0.0.5",
    mac="44:47:cc:00:00:01",
    serial="S1",
    brand="Hikvision",
    maker="Hikvision",
    model="DS-2CD2042WD-I",
    firmware="V5.4.5 build 170123",
    name="North door",
    site="Town Hall",
    seen_at=AT,
)
OTHER = replace(
    CAMERA,
    key="device 2",
    mac="e0:50:8b:00:00:02",
    serial="S2",
    brand="Dahua",
    maker="Dahua",
    model="IPC-HFW2431T",
)


def only(before: list[Seen], after: list[Seen]) -> Change:
    (change,) = compare(before, after, EVERYWHERE).changes
    return change


def test_the_same_device_twice_is_no_change() -> None:
    found = compare([CAMERA], [replace(CAMERA, model=" ds-2cd2042wd-i ")], EVERYWHERE)
    assert (found.changes, found.unchanged) == ([], 1)


def test_new_firmware_is_told_with_both_versions() -> None:
    change = only([CAMERA], [replace(CAMERA, firmware="V5.5.0 build 180101")])
    assert (change.kind, change.was) == ("firmware", "V5.4.5 build 170123")
    assert sentence(change) == "firmware V5.4.5 build 170123 → V5.5.0 build 180101"


def test_a_fact_that_one_look_did_not_learn_has_not_changed() -> None:
    assert compare([CAMERA], [replace(CAMERA, firmware=None)], EVERYWHERE).changes == []
    assert compare([replace(CAMERA, model=None)], [CAMERA], EVERYWHERE).changes == []


def test_a_device_that_is_not_seen_is_gone_only_where_somebody_looked() -> None:
    assert only([CAMERA], []).kind == "gone"
    elsewhere = compare([CAMERA], [], covered(["192.168.0.0/16"]))
    assert (elsewhere.changes, elsewhere.not_looked_at) == ([], (CAMERA,))
    nowhere = compare([replace(CAMERA, address=None)], [], EVERYWHERE)
    assert len(nowhere.not_looked_at) == 1


def test_another_camera_under_the_same_name_is_a_swap_and_not_one_gone_and_one_new() -> None:
    change = only([CAMERA], [replace(OTHER, address="10.0.0.77")])
    assert (change.kind, change.what, change.sure) == ("swapped", "name", True)
    assert sentence(change) == (
        "Hikvision DS-2CD2042WD-I S1 gave way to Dahua IPC-HFW2431T S2 (same name)"
    )


def test_another_camera_at_the_same_address_is_a_swap_that_only_the_address_ties() -> None:
    change = only([CAMERA], [replace(OTHER, name="South door")])
    assert (change.kind, change.what, change.sure) == ("swapped", "address", False)
    assert "only the address ties them" in sentence(change)


def test_a_device_known_by_address_that_answers_as_another_is_a_swap() -> None:
    was = replace(CAMERA, key="device 3", kept_by="address", mac=None)
    change = only([was], [replace(was, serial="S9", model="IPC-HFW2431T", brand="Dahua")])
    assert (change.kind, change.sure) == ("swapped", False)


def test_a_name_that_several_share_ties_nobody() -> None:
    twin = replace(CAMERA, key="device 4", address="10.0.0.6")
    moved = replace(OTHER, address="10.0.0.77")
    kinds = {c.kind for c in compare([CAMERA, twin], [moved], EVERYWHERE).changes}
    assert kinds == {"gone", "new"}


def test_the_same_name_at_another_site_is_another_place() -> None:
    there = replace(OTHER, site="Depot", address="10.0.9.9")
    assert {c.kind for c in compare([CAMERA], [there], EVERYWHERE).changes} == {"gone", "new"}


def test_a_device_that_turns_up_at_another_site_has_moved() -> None:
    found = compare([CAMERA], [replace(CAMERA, site="Depot", address="10.0.9.9")], EVERYWHERE)
    assert [(c.kind, c.was, c.now) for c in found.changes] == [
        ("moved", "Town Hall", "Depot"),
        ("address", "10.0.0.5", "10.0.9.9"),
    ]


def test_a_badge_that_reads_otherwise_now_is_told() -> None:
    change = only([CAMERA], [replace(CAMERA, brand="LTS")])
    assert (change.kind, change.what, change.now) == ("changed", "brand", "LTS")


SEEN = st.builds(
    Seen,
    key=st.sampled_from("abcde"),
    kept_by=st.sampled_from(["mac", "address"]),
    address=st.sampled_from([None, "10.0.0.1", "10.0.0.2", "nonsense"]),
    name=st.sampled_from([None, "x", "y"]),
    model=st.sampled_from([None, "m", "n"]),
    serial=st.sampled_from([None, "1", "2"]),
    firmware=st.none() | st.text(max_size=4),
    site=st.sampled_from([None, "s", "t"]),
)
LOOKS = st.lists(SEEN, max_size=5, unique_by=lambda s: s.key)


@settings(deadline=None)
@given(LOOKS, LOOKS)
def test_every_device_of_both_looks_is_accounted_for_once(
    before: list[Seen], after: list[Seen]
) -> None:
    found = compare(before, after, EVERYWHERE)
    assert {c.kind for c in found.changes} <= set(KINDS)
    old, new = {s.key for s in before}, {s.key for s in after}
    left = [c.before.key for c in found.changes if c.before and c.before.key not in new]
    came = [c.after.key for c in found.changes if c.after and c.after.key not in old]
    missed = [s.key for s in found.not_looked_at]
    assert sorted(left + missed) == sorted(old - new)
    assert sorted(came) == sorted(new - old)
    assert all(sentence(c) for c in found.changes)


@settings(deadline=None)
@given(LOOKS)
def test_a_look_compared_with_itself_shows_no_change(seen: list[Seen]) -> None:
    assert compare(seen, seen, EVERYWHERE).changes == []


@pytest.mark.parametrize(
    ("field", "payload", "name"),
    [
        ("isapi.deviceInfo", "<deviceName>North  door</deviceName>", "North door"),
        ("dhip.client.notifyDevInfo", '{"MachineName" : "NVR Depot"}', "NVR Depot"),
        ("onvif.scopes", "onvif://www.onvif.org/name/East%20gate onvif://x", "East gate"),
        ("onvif.soap.GetHostname", "<tt:Name>cam-7</tt:Name>", "cam-7"),
        ("dhcp.hostname", " cam-8 ", "cam-8"),
        ("http.title", "Front", None),
        ("isapi.deviceInfo", "<deviceName> </deviceName>", None),
    ],
)
def test_a_name_is_what_the_device_calls_itself(field: str, payload: str, name: str | None) -> None:
    assert own_name([observe(field, payload)]) == name


def test_a_model_that_begins_with_its_brand_is_called_once() -> None:
    printer = replace(CAMERA, brand="HP", maker="HP", model="HP LaserJet Pro", serial="V1")
    assert called(printer) == "HP LaserJet Pro V1"


def test_of_two_files_gone_says_that_it_is_not_in_the_second() -> None:
    change = only([CAMERA], [])
    assert sentence(change).endswith("does not answer any more")
    assert sentence(change, absent="is not in new.xml").endswith("is not in new.xml")
