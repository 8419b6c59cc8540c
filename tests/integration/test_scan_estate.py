"""A scan of a virtual estate: what it concludes, and how gently it went about it."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest

from custodes.find.identify.core import identify
from custodes.find.observe.plan import Limits, Outcome, Plan, Summary, thorough
from custodes.find.observe.ports import DEFAULT
from custodes.find.observe.scan import scan
from custodes.find.observe.targets import Target, of_services
from custodes.simulate.estate import Running, VirtualEstate
from custodes.simulate.plan import DeviceSpec, plan
from custodes.simulate.profile import chosen
from custodes.simulate.stats import Seen

QUICK = Limits(packets_per_second=300, gap_s=0.02, datagram_wait_s=0.4)


@dataclass
class Scanned:
    summary: Summary
    outcomes: dict[str, Outcome]
    devices: list[Running]
    seen: Seen
    each: dict[str, Seen]


def look(
    specs: list[DeviceSpec], made: Plan, *, one_address: bool = False, own_ports: bool = False
) -> Scanned:
    async def run() -> Scanned:
        async with VirtualEstate(specs, None, one_address=one_address) as estate:
            targets = [
                of_services(d.address, d.ports) if own_ports else Target(d.address)
                for d in estate.devices
            ]
            outcomes: dict[str, Outcome] = {}
            summary = await scan(
                targets,
                made,
                sink=lambda _: None,
                finished=lambda o: outcomes.__setitem__(o.device, o),
            )
            return Scanned(summary, outcomes, estate.devices, estate.total(), estate.stats())

    return asyncio.run(run())


def right(scanned: Scanned, name: str) -> float:
    """The share of devices of which `name` was concluded as it is, by their order."""
    verdicts = Counter(
        getattr(outcome.identity, name) == device.truth.get(name)
        for device in scanned.devices
        for outcome in scanned.outcomes.values()
        if outcome.device in {device.address, of_services(device.address, device.ports).device}
    )
    return verdicts[True] / verdicts.total()


def test_an_estate_is_identified_without_a_login_and_without_haste() -> None:
    made = Plan(limits=QUICK, identify=identify, multicast=False)
    scanned = look(plan(60), made)
    assert scanned.summary.answered == 60
    assert right(scanned, "is_surveillance") == 1.0
    assert right(scanned, "maker") >= 0.95
    assert right(scanned, "vendor") >= 0.85
    assert right(scanned, "model") >= 0.85
    assert scanned.seen.logins == 0
    assert scanned.seen.peak_connections <= 2
    assert scanned.summary.packets / 60 <= 4.5
    assert scanned.summary.packets >= scanned.seen.connections + scanned.seen.datagrams


def test_multicast_on_loopback_is_asked_for_and_saves_packets() -> None:
    specs = plan(12, only=chosen(["hikvision-dome-5.5", "dahua-ipc", "hikvision-dvr"]))
    alone = look(specs, Plan(limits=QUICK, identify=identify, multicast=False))
    before = look(specs, Plan(limits=QUICK, identify=identify, multicast_loopback=True))
    assert alone.summary.segments == []
    if before.summary.segments == []:
        pytest.fail("this machine has no multicast on loopback")
    assert before.summary.packets < alone.summary.packets
    assert right(before, "model") == 1.0  # the recorder answers multicast only


def test_devices_on_one_address_are_told_apart_by_their_ports() -> None:
    specs = plan(10, only=chosen(["hikvision-dome-5.5", "dahua-ipc", "bosch-flexidome"]))
    made = Plan(limits=QUICK, identify=identify, multicast=False)
    scanned = look(specs, made, one_address=True, own_ports=True)
    assert len(scanned.outcomes) == 10
    for device in scanned.devices:
        key = of_services(device.address, device.ports).device
        assert scanned.outcomes[key].identity.maker == device.truth["maker"]
        assert scanned.outcomes[key].identity.model == device.truth["model"]


def test_a_thorough_scan_reads_the_certificate_and_every_open_port() -> None:
    limits = thorough(QUICK, len(DEFAULT))
    made = Plan(limits=limits, identify=identify, multicast=False, thorough=True)
    scanned = look(plan(1, only=chosen(["hikvision-dvr"])), made)
    (outcome,) = scanned.outcomes.values()
    fields = {o.field for o in outcome.observations}
    assert {"tls.certificate", "tls.subject", "telnet.banner", "tcp.banner"} <= fields
    assert {23, 80, 443, 554, 8000} <= set(outcome.open_ports)
    assert scanned.seen.peak_connections <= 2


def test_hostile_devices_of_the_estate_end_within_limits_and_leave_the_others_alone() -> None:
    hostile = [
        f"hostile-{n}" for n in "body drip everything garbage header redirect silent".split()
    ]
    specs = plan(16, only=chosen([*hostile, "dahua-ipc"]))
    limits = Limits(packets_per_second=300, gap_s=0.02, datagram_wait_s=0.3, reply_timeout_s=0.6)
    scanned = look(specs, Plan(limits=limits, identify=identify, multicast=False))
    assert scanned.summary.done == 16
    assert scanned.summary.seconds < 15
    for device in scanned.devices:
        if device.profile == "dahua-ipc":
            assert scanned.outcomes[device.address].identity.model == device.truth["model"]


def test_a_device_is_given_its_gap_between_two_requests() -> None:
    limits = Limits(packets_per_second=300, gap_s=0.3, datagram_wait_s=0.2)
    made = Plan(limits=limits, identify=identify, multicast=False)
    scanned = look(plan(1, only=chosen(["dahua-ipc"])), made)
    requests = scanned.seen.requests + scanned.seen.datagrams
    assert scanned.summary.seconds >= 0.3 * (requests - 1)
