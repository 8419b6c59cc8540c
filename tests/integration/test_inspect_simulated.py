"""Every simulated device, asked with its owner's key: what is read is the truth of its profile."""

import asyncio
from collections.abc import Iterator

import pytest
from msgspec import structs

from custodes.facts import DeviceFacts
from custodes.find.facts import facts_of
from custodes.find.inspect.asks import Family
from custodes.find.inspect.doors import Terms
from custodes.find.inspect.visit import Subject, Visit, limits_of, visit_all
from custodes.find.inspect.ways import Way
from custodes.find.observe.plan import Limits, Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.targets import Target
from custodes.protocols.digest import Login
from custodes.simulate.background import Estate, running_estate
from custodes.simulate.estate import Running
from custodes.simulate.plan import plan
from custodes.simulate.profile import profiles

OPEN = [profile for profile in profiles().values() if profile.facts is not None]
MAKERS = {"Hikvision": Family.ISAPI, "Dahua": Family.DAHUA, "Axis": Family.VAPIX}
TOLERANCE_S = 5
SWIFT = limits_of(Limits(packets_per_second=2000, gap_s=0.0))
CAPABLE = {
    "on": (True, True),
    "off": (True, False),
    "can": (True, None),
    "cannot": (False, None),
}
YES_NO = {"yes": True, "no": False}


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    specs = plan(len(OPEN), only=OPEN)
    with running_estate(specs, base=None, where="thread") as running:
        yield running


def ways_of(device: Running) -> tuple[Way, ...]:
    profile = profiles()[device.profile]
    found = []
    web = (Port(device.ports["http"], "http"),)
    family = MAKERS.get(str(device.truth["maker"]))
    if family is not None:
        found.append(Way(family, web))
    if profile.onvif is not None:
        port = device.ports.get("onvif", device.ports["http"])
        found.append(Way(Family.ONVIF, (Port(port, "http"),)))
    return tuple(found)


def ask(devices: list[Running], word: str | None = None) -> dict[str, Visit]:
    """Ask the devices as `custodes inspect` does; with another password where one is given."""
    visits: dict[str, Visit] = {}
    where = {device.address for device in devices}
    subjects = [
        Subject(
            number,
            Target(device.address),
            ways_of(device),
            Login(device.username, word or device.password),
        )
        for number, device in enumerate(devices)
    ]
    asked = Plan(ports=(), probes=frozenset(), limits=SWIFT, may_reach=where.__contains__)

    def finished(visit: Visit) -> None:
        visits[visit.subject.target.address] = visit

    asyncio.run(visit_all(subjects, asked, Terms(), finished=finished))
    return visits


@pytest.fixture(scope="module")
def visits(estate: Estate) -> dict[str, Visit]:
    return ask(estate.devices)


def device_of(estate: Estate, profile: str) -> Running:
    return next(device for device in estate.devices if device.profile == profile)


def at(name: str, channel: str) -> str:
    return f"{name}@{channel}" if channel else name


def told(visits: dict[str, Visit], device: Running) -> DeviceFacts:
    return facts_of(visits[device.address].observations)


@pytest.mark.parametrize("profile", [p.name for p in OPEN])
def test_what_a_device_can_and_what_is_on_is_the_truth(
    estate: Estate, visits: dict[str, Visit], profile: str
) -> None:
    device = device_of(estate, profile)
    assert device.facts is not None
    read = {
        at(c.name, c.channel): (c.capable, c.enabled) for c in told(visits, device).capabilities
    }
    assert read == {name: CAPABLE[word] for name, word in device.facts.capabilities.items()}


@pytest.mark.parametrize("profile", [p.name for p in OPEN])
def test_how_a_device_is_set_up_is_the_truth(
    estate: Estate, visits: dict[str, Visit], profile: str
) -> None:
    device = device_of(estate, profile)
    assert device.facts is not None
    read = {at(f.name, f.channel): f.value for f in told(visits, device).facts}
    truth = dict(device.facts.settings)
    clock = "clock.offset_s"
    assert abs(int(read.pop(clock, "0")) - int(truth.pop(clock, "0"))) <= TOLERANCE_S
    assert read == truth


@pytest.mark.parametrize("profile", [p.name for p in OPEN])
def test_the_cameras_behind_a_recorder_are_the_truth(
    estate: Estate, visits: dict[str, Visit], profile: str
) -> None:
    device = device_of(estate, profile)
    assert device.facts is not None
    names = "name address port protocol manufacturer model serial firmware mac online".split()
    read = {
        camera.channel: {
            name: value for name in names if (value := getattr(camera, name)) is not None
        }
        for camera in told(visits, device).attached
    }
    truth = {
        channel: {
            name: YES_NO[text] if name == "online" else int(text) if name == "port" else text
            for name, text in camera.items()
        }
        for channel, camera in device.facts.attached.items()
    }
    assert read == truth


def test_no_secret_of_a_simulated_device_is_kept(visits: dict[str, Visit]) -> None:
    for visit in visits.values():
        for observation in visit.observations:
            for secret in ("QWERTY", "6QNMIQGe", "tlJwpbo6", "camera-secret", "j.smith"):
                assert secret not in observation.payload, observation.field


def test_a_right_log_in_is_never_refused(estate: Estate, visits: dict[str, Visit]) -> None:
    assert visits
    for device in estate.devices:
        assert visits[device.address].refused == []
        seen = estate.stats()[device.address]
        assert (seen.wrong_logins, seen.locked_out) == (0, 0)
        assert seen.logins > 0


def test_a_wrong_password_is_tried_once_and_locks_nobody_out() -> None:
    specs = plan(len(OPEN), 7, only=OPEN)
    with running_estate(specs, base=None, where="thread") as estate:
        visits = ask(estate.devices, "not the password")
        for device in estate.devices:
            seen = estate.stats()[device.address]
            assert visits[device.address].refused, device.profile
            assert seen.wrong_logins == 1, device.profile
            assert seen.locked_out == 0
            assert facts_of(visits[device.address].observations).attached == []


def test_a_device_that_locked_the_account_refuses_the_right_password_too() -> None:
    (spec,) = plan(1, only=[profiles()["hikvision-turret-5.7"]])
    strict = structs.replace(spec.profile.device, lock_after=1)
    profile = structs.replace(spec.profile, device=strict)
    spec = structs.replace(spec, profile=profile)
    with running_estate([spec], base=None, where="thread") as estate:
        (device,) = estate.devices
        ask([device], "wrong")
        visit = ask([device])[device.address]
        seen = estate.stats()[device.address]
        assert (seen.wrong_logins, seen.locked_out) == (1, 1)
        ((_, words),) = visit.refused
        assert "locked" in words
