"""However devices are seen, in whatever order, each is one record and no two are mixed."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from custodes.estate.register import open_register
from custodes.identity import Identity
from custodes.observation import observe

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


TestEstate = Estate.TestCase
TestEstate.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
