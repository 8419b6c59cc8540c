"""The one road from observations to the register, on both engines."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from custodes.estate.register import Register
from custodes.find.work import Group, Road
from custodes.identity import Identity
from custodes.observation import Observation, observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DAY = timedelta(days=1)
MAC = "44:47:cc:aa:bb:cc"


def seen(field: str, text: str, day: int = 0, address: str = "10.0.0.5") -> Observation:
    return observe(field, text, address=address, port=80, seen_at=NOW + day * DAY)


def conclude(observations: Sequence[Observation]) -> Identity:
    """Says what the observations say in so many words; the first of each kind."""
    said: dict[str, str] = {}
    for one in observations:
        key = {"http.title": "model", "mac.address": "mac", "http.header.server": "firmware"}
        said.setdefault(key[one.field], one.payload)
    return Identity(
        model=said.get("model"), mac=said.get("mac"), firmware=said.get("firmware"), confidence=0.5
    )


def travel(register: Register, *groups: list[Observation]) -> list[int]:
    road = Road(register, conclude)
    return road.file([Group(road.keep(group, NOW)) for group in groups], NOW)


def test_what_was_known_before_is_weighed_with_what_is_seen_now(register: Register) -> None:
    (first,) = travel(register, [seen("http.title", "P32"), seen("mac.address", MAC)])
    (again,) = travel(register, [seen("http.header.server", "2.0", day=1)])
    device = register.device(first)
    assert device is not None
    assert (again, device.model, device.firmware, device.mac) == (first, "P32", "2.0", MAC)


def test_an_answer_of_today_replaces_yesterdays_of_the_same_port(register: Register) -> None:
    travel(register, [seen("http.header.server", "1.0"), seen("mac.address", MAC)])
    (number,) = travel(register, [seen("http.header.server", "2.0", day=1)])
    device = register.device(number)
    assert device is not None
    assert device.firmware == "2.0"
    assert len(register.observations_of(number)) == 3, "the earlier answer is kept as evidence"


def test_an_old_file_read_late_changes_nothing_newer(register: Register) -> None:
    travel(register, [seen("http.header.server", "2.0", day=1), seen("mac.address", MAC, day=1)])
    (number,) = travel(register, [seen("http.header.server", "1.0", day=0)])
    device = register.device(number)
    assert device is not None
    assert device.firmware == "2.0"


def test_two_groups_of_one_device_are_weighed_together(register: Register) -> None:
    numbers = travel(
        register,
        [seen("mac.address", MAC), seen("http.title", "P32")],
        [seen("mac.address", MAC, address="10.0.0.6"),
         seen("http.header.server", "2.0", address="10.0.0.6")],
    )  # fmt: skip
    assert len(set(numbers)) == 1
    device = register.device(numbers[0])
    assert device is not None
    assert (device.model, device.firmware) == ("P32", "2.0")


def test_travelling_twice_changes_nothing(register: Register) -> None:
    group = [seen("http.title", "P32"), seen("mac.address", MAC)]
    assert travel(register, group) == travel(register, group)
    assert register.counts().observations == 2
    assert len(register.devices()) == 1
