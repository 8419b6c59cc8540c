"""What an address is beside a device survives the register, in which only evidence is kept."""

from datetime import UTC, datetime, timedelta

import msgspec

from custodes.estate.register import Register
from custodes.find.identify import conditions
from custodes.find.identify.core import identify
from custodes.find.identify.explain import explain
from custodes.find.work import Group, Road
from custodes.identity import Identity
from custodes.observation import Observation, observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


def challenge(port: int, realm: str) -> Observation:
    text = f'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="{realm}"\r\n\r\n'
    return observe("http.response", text, address="192.0.2.9", port=port, seen_at=NOW)


def kept(register: Register, *seen: Observation) -> Identity:
    road = Road(register, identify)
    (number,) = road.file([Group(road.keep(seen, NOW))], NOW)
    device = register.device(number)
    assert device is not None
    return Identity(vendor=device.brand, maker=device.maker, evidence=list(device.evidence))


def test_several_devices_behind_one_address_are_told_from_the_register_too(
    register: Register,
) -> None:
    found = kept(
        register, challenge(80, "AXIS_ACCC8E000001"), challenge(81, "Login to 4K01FD2PAJ6")
    )
    assert (found.vendor, found.maker) == (None, None)
    assert [c.kind for c in conditions.of(found)] == ["several_devices"]
    assert any("Axis (port 80) and Dahua (port 81)" in s.text for s in explain(found))


def test_a_rebadge_is_explained_from_the_register_too(register: Register) -> None:
    title = observe("http.title", "Lorex", address="192.0.2.9", port=80, seen_at=NOW)
    found = kept(register, challenge(80, "Login to 4K01FD2PAJ6E3FF"), title)
    assert [c.kind for c in conditions.of(found)] == ["rebadge"]
    assert any("whatever the badge says" in s.text for s in explain(found))


def test_an_address_that_answers_as_one_device_again_is_no_longer_called_several(
    register: Register,
) -> None:
    road = Road(register, identify)
    both = [challenge(80, "AXIS_ACCC8E000001"), challenge(81, "Login to 4K01FD2PAJ6")]
    road.file([Group(road.keep(both, NOW))], NOW)
    later = NOW + timedelta(days=30)
    again = [
        msgspec.structs.replace(challenge(port, "AXIS_ACCC8E000001"), seen_at=later)
        for port in (80, 81)
    ]
    (number,) = road.file([Group(road.keep(again, later))], later)
    device = register.device(number)
    assert device is not None
    assert device.brand == "Axis"
    assert not conditions.of(Identity(evidence=list(device.evidence)))
