"""What identification concludes of every virtual device, against what that device is.

One device of each profile is scanned thoroughly, as quickly as loopback allows.
"""

import asyncio
from collections.abc import Mapping

import pytest

from custodes.find.identify.core import identify
from custodes.find.observe.plan import Limits, Outcome, Plan, thorough
from custodes.find.observe.scan import scan
from custodes.find.observe.targets import of_services
from custodes.identity import Identity
from custodes.simulate.background import running_estate
from custodes.simulate.plan import plan
from custodes.simulate.profile import profiles

Found = Mapping[str, tuple[Mapping[str, object], Identity]]

# This recorder says them only to a question put to its whole segment, which is not put here.
NOT_TOLD = {("hikvision-dvr", "firmware")}


@pytest.fixture(scope="module")
def found() -> Found:
    chosen = list(profiles().values())
    quick = Limits(
        packets_per_second=2_000,
        gap_s=0.01,
        reply_timeout_s=1.5,
        connect_timeout_s=1.0,
        silence_s=0.5,
        datagram_wait_s=0.5,
    )
    asked = Plan(limits=thorough(quick, 40), thorough=True, multicast=False, identify=identify)
    outcomes: dict[str, Outcome] = {}

    def keep(outcome: Outcome) -> None:
        outcomes[outcome.address] = outcome

    specs = plan(len(chosen), only=chosen, sites=("x",))
    with running_estate(specs, base=None, where="thread") as estate:
        targets = [of_services(device.address, device.ports) for device in estate.devices]
        asyncio.run(scan(targets, asked, sink=lambda _: None, finished=keep))
        return {
            device.profile: (device.truth, identify(outcomes[device.address].observations))
            for device in estate.devices
        }


def test_no_virtual_device_is_said_to_be_what_it_is_not(found: Found) -> None:
    wrong = [
        f"{name}: {key} is {truth[key]!r}, said {said!r}"
        for name, (truth, identity) in found.items()
        for key in truth
        if (said := getattr(identity, key)) is not None and said != truth[key]
    ]
    assert wrong == []


def test_what_stays_unknown_of_virtual_devices_is_just_what_they_do_not_tell(found: Found) -> None:
    missed = {
        (name, key)
        for name, (truth, identity) in found.items()
        for key in truth
        if truth[key] is not None and getattr(identity, key) is None
    }
    assert missed == NOT_TOLD


def test_a_honeypot_that_is_every_maker_ends_as_a_conflict(found: Found) -> None:
    _, identity = found["hostile-everything"]
    assert (identity.vendor, identity.maker, identity.model, identity.mac) == (None,) * 4
    assert identity.confidence <= 0.2
    assert [condition.kind for condition in identity.conditions] == ["honeypot"]
    against = {e.value for e in identity.evidence if e.conclusion == "vendor" and e.against}
    assert against >= {"Axis", "Hikvision", "Bosch", "Dahua"}


@pytest.mark.parametrize(
    ("name", "brand"), [("hiwatch", "HiWatch"), ("annke", "Annke"), ("lorex", "Lorex")]
)
def test_a_badge_on_a_platform_is_the_brand_and_is_contradicted_by_nothing(
    found: Found, name: str, brand: str
) -> None:
    _, identity = found[name]
    assert identity.vendor == brand
    assert not [e for e in identity.evidence if e.conclusion == "vendor" and e.against]
