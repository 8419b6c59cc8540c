"""However devices are seen, in whatever order, each is one record and no two are mixed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from custodes.estate.model import Device, Identified, Summary
from custodes.estate.register import Register, open_register
from custodes.identity import Identity
from custodes.observation import Observation, observe

START = datetime(2026, 11, 22, tzinfo=UTC)
CAMERAS = 4
camera = st.integers(0, CAMERAS - 1)


class Estate(RuleBasedStateMachine):
    """Cameras that move between addresses and are seen well, badly or only in part."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = open_register("sqlite://")
        self.register = self.opened.__enter__()
        self.now = START
        self.address = {i: f"10.0.0.{i + 1}" for i in range(CAMERAS)}
        self.number: dict[int, int] = {}

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    def see(self, identity: Identity, address: str) -> int:
        self.now += timedelta(minutes=1)
        one = observe("http.title", "camera", address=address, seen_at=self.now)
        return self.file(identity, one)

    def file(self, identity: Identity, one: Observation) -> int:
        return self.register.file_identity(identity, [one], None, self.now)

    def known_as(self, i: int, number: int) -> None:
        current = self.register.device(self.number.setdefault(i, number))
        assert current is not None
        assert current.id == number, "a camera changed its record"
        self.number[i] = number

    @rule(i=camera)
    def seen_with_its_mac(self, i: int) -> None:
        shown = Identity(mac=f"02:00:00:00:00:0{i}", vendor="Axis")
        self.known_as(i, self.see(shown, self.address[i]))

    @rule(i=camera)
    def seen_with_mac_and_serial(self, i: int) -> None:
        shown = Identity(mac=f"02:00:00:00:00:0{i}", serial=f"SERIAL-{i}", vendor="Axis")
        self.known_as(i, self.see(shown, self.address[i]))

    @rule(i=camera)
    def seen_by_its_address_alone(self, i: int) -> None:
        """Only where it is known to be there; else nobody could say which camera this is."""
        held = self.register.device_at(self.address[i])
        if i in self.number and [d.id for d in held] == [self.number[i]]:
            self.known_as(i, self.see(Identity(), self.address[i]))

    @rule(a=camera, b=camera)
    def two_swap_addresses(self, a: int, b: int) -> None:
        self.address[a], self.address[b] = self.address[b], self.address[a]
        for i in {a, b}:
            self.seen_with_its_mac(i)

    @invariant()
    def every_camera_is_one_record(self) -> None:
        assert len(self.register.devices()) == len(self.number)
        assert len(set(self.number.values())) == len(self.number)

    @invariant()
    def no_address_is_held_by_two(self) -> None:
        held = [a.place for d in self.register.devices() for a in d.addresses if a.ended_at is None]
        assert len(held) == len(set(held))

    @invariant()
    def no_record_has_two_macs(self) -> None:
        assert all(len(d.macs) <= 1 for d in self.register.devices())


class InBatches(Estate):
    """The same, each sighting filed twice in one batch."""

    def file(self, identity: Identity, one: Observation) -> int:
        number, again = self.register.file_identities([Identified(identity, [one])] * 2, self.now)
        assert number == again
        return number


TestInBatches = InBatches.TestCase
TestInBatches.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
TestEstate = Estate.TestCase
TestEstate.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)


SITES = 2
sighting = st.builds(
    lambda mac, serial, vendor, address, port, minute, site: (
        Identity(
            mac=f"02:00:00:00:00:0{mac}" if mac else None,
            serial=f"SERIAL-{serial}" if serial else None,
            vendor=vendor,
            model=f"M{minute}",
            confidence=minute / 10,
            device=f"10.0.0.{address}:{port}" if port else None,
        ),
        observe(
            "http.title",
            f"camera {minute}",
            address=f"10.0.0.{address}",
            device=f"10.0.0.{address}:{port}" if port else None,
            seen_at=START + timedelta(minutes=minute),
        ),
        site,
    ),
    mac=st.integers(0, 3),
    serial=st.integers(0, 3),
    vendor=st.sampled_from([None, "Axis", "Dahua"]),
    address=st.integers(1, 4),
    port=st.sampled_from([0, 0, 0, 81]),
    minute=st.integers(0, 9),
    site=st.sampled_from([None, None, *range(1, SITES + 1)]),
)


def everything(register: Register) -> tuple[list[Device], list[list[str]], list[Summary]]:
    devices = [
        replace(d, addresses=tuple(sorted(d.addresses, key=repr))) for d in register.devices()
    ]
    seen = [[o.digest for o in register.observations_of(d.id)] for d in devices]
    return devices, seen, register.summaries()


@settings(max_examples=60, deadline=None)
@given(st.lists(sighting, max_size=12), st.lists(st.integers(1, 6), min_size=1, max_size=12))
def test_a_batch_ends_as_if_each_had_been_filed_alone(
    seen: list[tuple[Identity, Observation, int | None]], sizes: list[int]
) -> None:
    with open_register("sqlite://") as alone, open_register("sqlite://") as together:
        for register in (alone, together):
            for number in range(SITES):
                register.add_site(f"Site {number}")
        for identity, one, site in seen:
            alone.file_identity(identity, [one], site, START)
        left = [Identified(identity, [one], site) for identity, one, site in seen]
        for size in sizes * len(left):
            together.file_identities(left[:size], START)
            left = left[size:]
        assert everything(together) == everything(alone)
