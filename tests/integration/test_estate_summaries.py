"""Lists of devices as the database makes them, against the same worked out one by one."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from custodes.errors import UsageError
from custodes.estate.model import Identified, Summary
from custodes.estate.register import Register, open_register
from custodes.estate.summaries import SORTS, UNKNOWN
from custodes.identity import Identity
from custodes.observation import observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
COUNT = 90


def fill(register: Register) -> None:
    """Devices of every kind, the same each time."""
    chance = random.Random(7)
    for name in ("Town Hall", "depot", "Zoë's School"):
        register.add_site(name, body="Anytown")
    batch = []
    for number in range(COUNT):
        brand = chance.choice([None, "Axis", "axis", "Dahua", "Honeywell", "100%_"])
        shown = Identity(
            vendor=brand,
            maker=chance.choice([None, brand, "Dahua"]),
            model=chance.choice([None, "P32", "IPC-1"]),
            firmware=chance.choice([None, "1.0"]),
            serial=chance.choice([None, f"SERIAL-{number}"]),
            mac=f"44:47:cc:00:00:{number:02x}" if number % 3 else None,
            device_type=chance.choice([None, "camera", "recorder"]),
            is_surveillance=chance.choice([None, True, False]),
        )
        address = f"10.0.{number % 2}.{number}" if number % 9 else f"fd00::{number:x}"
        at = NOW - timedelta(minutes=chance.randrange(40))
        one = observe("http.title", f"t{number}", address=address, seen_at=at)
        batch.append(Identified(shown, [one], chance.choice([None, 1, 2, 3])))
    numbers = register.file_identities(batch, NOW)
    for number in numbers[::7]:
        said = {"state": "removed", "asset_tag": f"CAM-{number}", "notes": "Behind The Door"}
        register.state(number, said, who="", source="cli", now=NOW)
    register.file_row({"asset_tag": "LIST-1", "location": "hall"}, now=NOW)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("pg", marks=pytest.mark.postgres)])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Register]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('lists') / 'register.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_database")()
    with open_register(url) as register:
        fill(register)
        yield register


def host(text: str | None) -> tuple[bool, Any]:
    if text is None:
        return (True, (0, 0))
    found = ip_address(text)
    return (False, (found.version, int(found)))


def word(text: str | None) -> tuple[bool, Any]:
    return (text is None, (text or "").casefold())


def lower(text: str | None) -> tuple[bool, Any]:
    return (text is None, (text or "").lower())


ORDER: dict[str, Callable[[Summary], tuple[bool, Any]]] = {
    "id": lambda s: (False, s.id),
    "name": lambda s: word(s.name),
    "brand": lambda s: lower(s.brand),
    "maker": lambda s: lower(s.maker),
    "model": lambda s: lower(s.model),
    "type": lambda s: lower(s.device_type),
    "site": lambda s: word(s.site),
    "address": lambda s: host(s.address),
    "seen": lambda s: (s.last_seen is None, s.last_seen.timestamp() if s.last_seen else 0),
}
FILTERS: list[tuple[dict[str, Any], Callable[[Summary], bool]]] = [
    ({}, lambda s: True),
    ({"maker": "dahua"}, lambda s: s.maker == "Dahua"),
    ({"brand": " AXIS "}, lambda s: is_axis(s.brand)),
    ({"brand": "100%_"}, lambda s: s.brand == "100%_"),
    ({"site": "DEPOT"}, lambda s: s.site == "depot"),
    ({"site_id": 3}, lambda s: s.site_id == 3),
    ({"device_type": "camera"}, lambda s: s.device_type == "camera"),
    ({"surveillance": True}, lambda s: s.is_surveillance is True),
    ({"surveillance": False}, lambda s: s.is_surveillance is False),
    ({"differs": True}, lambda s: s.differs),
    ({"differs": False}, lambda s: not s.differs),
    ({"removed": True}, lambda s: s.state == "removed"),
    ({"maker": "Axis", "exact": True}, lambda s: s.maker == "Axis"),
    ({"removed": False, "brand": "Axis"}, lambda s: s.state != "removed" and is_axis(s.brand)),
    ({"words": "axis P32"}, lambda s: "axis" in text_of(s) and "p32" in text_of(s)),
    ({"words": "%"}, lambda s: "%" in text_of(s)),
    ({"words": "zoë's"}, lambda s: s.site == "Zoë's School"),
    ({"search": "behind the door"}, lambda s: s.stated.get("notes") == "Behind The Door"),
    ({"search": "44-47-CC-00-00-01"}, lambda s: s.mac == "44:47:cc:00:00:01"),
    *[({"unknown": fact}, lambda s, fact=fact: lacks(s, fact)) for fact in UNKNOWN],  # type: ignore[misc]
]


def text_of(s: Summary) -> str:
    parts = (s.name, s.brand, s.maker, s.model, s.firmware, s.serial, s.mac, s.device_type, s.site)
    return " ".join(p for p in (*parts, s.address) if p).casefold()


def is_axis(name: str | None) -> bool:
    return (name or "").lower() == "axis"


def lacks(s: Summary, fact: str) -> bool:
    name = {"type": "device_type", "surveillance": "is_surveillance"}.get(fact, fact)
    return getattr(s, name) is None


@pytest.mark.parametrize(("wanted", "test"), FILTERS, ids=[str(w) for w, _ in FILTERS])
def test_each_filter_keeps_what_it_says(
    filled: Register, wanted: dict[str, Any], test: Callable[[Summary], bool]
) -> None:
    expected = [s for s in filled.summaries() if test(s)]
    assert filled.summaries(**wanted) == expected
    assert filled.count(**wanted) == len(expected)
    assert [d.id for d in filled.devices(**wanted)] == [s.id for s in expected]
    assert expected or wanted == {}


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_each_order_puts_what_is_unknown_last(filled: Register, sort: str) -> None:
    key = ORDER[sort.removeprefix("-")]
    expected = sorted(filled.summaries(), key=lambda s: (key(s), s.id))
    if sort.startswith("-"):
        expected.reverse()
    expected.sort(key=lambda s: key(s)[0])
    assert filled.summaries(sort=sort) == expected
    parts = [filled.summaries(sort=sort, offset=n, limit=20) for n in range(0, COUNT + 1, 20)]
    assert [one for part in parts for one in part] == expected


def test_a_summary_says_what_the_whole_device_says(filled: Register) -> None:
    whole = {device.id: device for device in filled.devices()}
    assert len(whole) == COUNT + 1
    for one in filled.summaries():
        device = whole[one.id]
        same = "brand maker model firmware serial mac device_type is_surveillance site_id site"
        for name in (*same.split(), "address", "state", "last_seen"):
            assert getattr(one, name) == getattr(device, name), name
        assert one.name == device.called
        assert one.stated == {name: said.value for name, said in device.stated.items()}


def test_the_counts_are_those_of_the_lists(filled: Register) -> None:
    counts = filled.counts()
    assert counts.devices == filled.count(removed=False)
    assert counts.removed == filled.count(removed=True)
    assert counts.unknown == {f: filled.count(unknown=f, removed=False) for f in UNKNOWN}
    assert sum(n for _, _, n in counts.badges) == filled.count(differs=True, removed=False)
    for site_id, number in counts.by_site_id.items():
        if site_id is not None:
            assert number == filled.count(site_id=site_id, removed=False)
            assert filled.counts(site_id).by_site_id == {site_id: number}
    assert counts.last_seen == max(d.last_seen for d in filled.devices() if d.last_seen)
    assert counts.surveillance == filled.count(surveillance=True, removed=False)


def test_only_values_that_occur_can_be_chosen(filled: Register) -> None:
    found = filled.choices()
    assert found["device_type"] == ["camera", "recorder"]
    assert {b.casefold() for b in found["brand"]} == {"100%_", "axis", "dahua", "honeywell"}


def test_an_order_or_a_fact_that_is_not_there_is_wrong_usage(filled: Register) -> None:
    with pytest.raises(UsageError):
        filled.summaries(sort="colour")
    with pytest.raises(UsageError):
        filled.count(unknown="colour")


def test_a_list_follows_every_change(register: Register) -> None:
    mac = "44:47:cc:aa:bb:cc"

    def see(identity: Identity, address: str, minute: int) -> int:
        at = NOW + timedelta(minutes=minute)
        one = observe("http.title", "t", address=address, seen_at=at)
        return register.file_identity(identity, [one], None, at)

    first = see(Identity(), "10.0.0.5", 0)
    assert register.summaries()[0].name == "Device at 10.0.0.5"
    see(Identity(mac=mac, vendor="Axis"), "10.0.0.5", 1)
    see(Identity(mac="44:47:cc:aa:bb:cd"), "10.0.0.5", 2)
    moved, other = register.summaries()
    assert (moved.id, moved.name, moved.address, moved.mac) == (first, "Axis", None, mac)
    assert other.address == "10.0.0.5"
    register.state(first, {"state": "faulty"}, who="", source="cli", now=NOW)
    assert register.summaries()[0].state == "faulty"
    by_serial = see(Identity(vendor="Axis", serial="SERIAL-1", model="P32"), "10.0.0.7", 3)
    see(Identity(mac=mac, vendor="Axis", serial="SERIAL-1"), "10.0.0.7", 4)
    assert by_serial not in [s.id for s in register.summaries()]
    merged = register.summaries(search="SERIAL-1")[0]
    assert (merged.id, merged.name, merged.address) == (first, "Axis P32", "10.0.0.7")
