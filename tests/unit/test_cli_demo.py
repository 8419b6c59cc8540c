"""The demo on machines of every kind, without running it: that is tests/integration."""

import pytest

from custodes.cli.simulate import target_of
from custodes.find.observe import targets
from custodes.simulate.estate import Running
from custodes.simulate.profile import Profile, profiles
from custodes.simulate.sockets import STAND_INS


def running(profile: Profile, *, low_ports: bool, first: int = 0) -> Running:
    """A device of this profile as the estate places it with or without ports below 1024."""
    ports = {}
    for number, (name, (_, real)) in enumerate(profile.services().items()):
        ports[name] = first + number if first else real if low_ports else STAND_INS.get(real, real)
    return Running(
        profile=profile.name, address="127.0.0.1", ports=ports, truth={}, site="Town Hall",
        mac="", serial="", username="", password="",
    )  # fmt: skip


@pytest.mark.parametrize("low_ports", [True, False])
@pytest.mark.parametrize("name", sorted(profiles()))
def test_every_virtual_device_is_scanned_as_a_device_of_its_address(
    name: str, low_ports: bool
) -> None:
    text = target_of(running(profiles()[name], low_ports=low_ports), all_ports=False)
    assert [t.device for t in read(text)] == ["127.0.0.1"]


@pytest.mark.parametrize("name", sorted(profiles()))
def test_every_virtual_device_on_odd_ports_is_scanned_on_these(name: str) -> None:
    device = running(profiles()[name], low_ports=True, first=20_000)
    (target,) = read(target_of(device, all_ports=False))
    assert {p.number for p in target.ports} == set(device.ports.values())


def read(text: str) -> list[targets.Target]:
    return list(targets.parse([text], read_file=str, resolve=lambda name: [name]))
