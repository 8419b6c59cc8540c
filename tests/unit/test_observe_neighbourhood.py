"""Hardware addresses of own segments: added where they are a device's own, counted where not."""

import asyncio

import pytest

from custodes.find.identify.core import identify
from custodes.find.observe.contact import Contact
from custodes.find.observe.kernel import interface_of, on_own_segment
from custodes.find.observe.mail import Mail, place, spellings
from custodes.find.observe.neighbourhood import Neighbourhood
from custodes.find.observe.pace import Pace
from custodes.find.observe.plan import USUAL_PROBES, Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import sofia, wsd
from custodes.find.observe.segments import group_of
from custodes.find.observe.targets import Target
from custodes.protocols.neighbours import Neighbour
from custodes.protocols.rtnetlink import Own

OWN = [Own("192.0.2.250", 24, 3, "192.0.2.255"), Own("127.0.0.1", 8, 1)]
HIKVISION, NOBODY, PROXY = "44:47:cc:01:02:03", "00:14:22:01:02:03", "02:00:5e:00:00:01"
TABLE = [
    Neighbour("192.0.2.7", HIKVISION),
    Neighbour("192.0.2.8", NOBODY),
    Neighbour("192.0.2.20", PROXY),
    Neighbour("192.0.2.21", PROXY),
    Neighbour("10.0.0.1", "44:47:cc:01:02:99"),
]


def met(address: str, *, answered: bool, plan: Plan) -> Contact:
    contact = Contact(Target(address), plan, Pace(50), Mail(lambda _address: True))
    if answered:
        contact.saw("http", "http.title", "x", Port(80, "http"))
    return contact


def introduced(address: str, *, answered: bool = True, plan: Plan | None = None) -> list[str]:
    """The hardware addresses that a device is given, and whether it was counted as shared."""
    chosen = plan or Plan(identify=identify)
    known = Neighbourhood(chosen, OWN, lambda: TABLE)
    contact = met(address, answered=answered, plan=chosen)
    known.introduce(contact)
    found = [o.payload for o in contact.observations if o.field == "mac.address"]
    return found + ["shared"] * len(known.shared)


def test_a_device_on_an_own_segment_gets_its_hardware_address() -> None:
    assert introduced("192.0.2.7") == [HIKVISION]
    assert introduced("192.0.2.8") == [NOBODY]


def test_of_a_silent_address_it_is_kept_only_where_its_holder_makes_cameras() -> None:
    assert introduced("192.0.2.7", answered=False) == [HIKVISION]
    assert introduced("192.0.2.8", answered=False) == []


def test_a_proxys_hardware_address_is_kept_of_nobody_and_counted() -> None:
    assert introduced("192.0.2.20") == ["shared"]


def test_what_lies_on_no_own_segment_is_left_alone() -> None:
    assert introduced("10.0.0.1") == []
    assert introduced("192.0.2.99") == []


def test_the_table_is_not_read_where_the_probe_is_off() -> None:
    off = Plan(identify=identify, probes=USUAL_PROBES - {"neighbours"})
    assert introduced("192.0.2.7", plan=off) == []


def test_loopback_is_no_segment() -> None:
    assert not on_own_segment("127.0.0.9", OWN)
    assert on_own_segment("192.0.2.9", OWN)
    found = interface_of("192.0.2.250", OWN)
    assert found is not None
    assert found.index == 3
    assert interface_of("192.0.2.1", OWN) is None


def test_a_broadcast_goes_to_the_segments_own_address_and_never_by_ipv6() -> None:
    assert group_of(sofia, "192.0.2.250", OWN[0]) == ("192.0.2.255", 34569)
    assert group_of(sofia, "192.0.2.250", Own("192.0.2.250", 32, 3)) is None
    assert group_of(sofia, "192.0.2.250", None) is None
    assert group_of(sofia, "fe80::1%3", Own("fe80::1%3", 64, 3)) is None
    assert group_of(wsd, "fe80::1%3", Own("fe80::1%3", 64, 3)) == ("ff02::c", 3702)
    assert group_of(wsd, "192.0.2.250", OWN[0]) == ("239.255.255.250", 3702)


def test_an_address_with_a_zone_is_known_by_the_interfaces_name_and_number() -> None:
    assert spellings(("192.0.2.1", 80)) == ("192.0.2.1",)
    assert spellings(("fe80::1", 80, 0, 1)) == ("fe80::1%lo", "fe80::1%1")
    assert spellings(("fe80::1", 80, 0, 4_000_000)) == ("fe80::1%4000000",)
    assert place("fe80::1%1", 80) == ("fe80::1", 80, 0, 1)
    assert place("fe80::1%lo", 80) == ("fe80::1", 80, 0, 1)
    with pytest.raises(OSError, match="interface"):
        place("fe80::1%no-such-one", 80)


def test_answers_from_addresses_that_were_not_asked_are_dropped_and_counted() -> None:
    async def run() -> tuple[list[bytes], int]:
        mail = Mail(lambda address: address == "fe80::1%lo")
        deliver = mail._receiver("mdns")
        deliver(b"x", ("192.0.2.9",), 5353)
        deliver(b"y", spellings(("fe80::1", 5353, 0, 1)), 5353)
        for _ in range(20):
            deliver(b"z" * 60_000, ("fe80::1%lo",), 5353)
        return mail.collect("mdns", "fe80::1%lo"), mail.dropped

    letters, dropped = asyncio.run(run())
    assert letters[0] == b"y"
    assert len(letters) == 8
    assert dropped == 14
