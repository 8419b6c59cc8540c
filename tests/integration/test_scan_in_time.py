"""No well-behaved virtual device is said to be late, whatever it keeps silent about."""

import asyncio
from dataclasses import replace

import pytest

from custodes.cli.simulate import target_of
from custodes.find.identify.core import identify
from custodes.find.observe import targets
from custodes.find.observe.plan import Limits, Outcome, Plan, thorough
from custodes.find.observe.ports import DEFAULT
from custodes.find.observe.scan import scan
from custodes.simulate.background import running_estate
from custodes.simulate.plan import plan
from custodes.simulate.profile import chosen

FAST = Limits(packets_per_second=1000, gap_s=0.0, silence_s=0.2, datagram_wait_s=0.3)


@pytest.mark.parametrize("one_address", [False, True])
@pytest.mark.parametrize("every_port", [False, True])
def test_ports_that_never_speak_make_no_device_late(one_address: bool, every_port: bool) -> None:
    limits = thorough(FAST, len(DEFAULT)) if every_port else FAST
    looking = Plan(identify=identify, multicast=False, thorough=every_port, limits=limits)
    specs = plan(2, only=chosen(["xiongmai-generic", "reolink"]))
    done: list[Outcome] = []
    with running_estate(specs, base=None, one_address=one_address) as estate:
        texts = [target_of(device, all_ports=one_address) for device in estate.devices]
        asked = targets.parse(texts, read_file=str, resolve=lambda name: [name])
        looking = replace(looking, may_reach=asked.__contains__)
        asyncio.run(scan(asked, looking, sink=lambda _: None, finished=done.append))
    assert {outcome.device: outcome.late for outcome in done} == {o.device: () for o in done}
    assert len(done) == 2
