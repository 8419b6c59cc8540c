"""Observations on their way from a file to the register, a bounded number in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from custodes.estate.model import Kept
from custodes.estate.register import Register
from custodes.estate.sightings import when
from custodes.find.work import DEVICES, Group, Identify, Road
from custodes.observation import Observation
from custodes.units import MIB

WINDOW = 20_000  # observations held until their devices are filed
WINDOW_BYTES = 64 * MIB  # … or fewer, where they are long
BATCH = 1_000  # observations kept in one transaction

LOGIN, LOGIN_FINDING = "login.cleartext", "cleartext-login"

Told = Callable[[int, int], object]


@dataclass
class Intake:
    """Takes observations one by one; `finish` when the file ends, however it ended.

    Each batch is kept as soon as it is read. `new` and `known` count observations, `unplaced` those
    that name neither device nor address: they are kept, but belong to no device. `told` hears now
    and then how many devices of how many are filed; under `name` the file is remembered as a look.
    """

    register: Register
    identify: Identify
    site_id: int | None
    now: datetime
    told: Told | None = None
    name: str = ""
    new: int = 0
    known: int = 0
    unplaced: int = 0

    def __post_init__(self) -> None:
        look = self.register.begin_look("import", self.name, self.now) if self.name else None
        self._look = look
        self._road = Road(self.register, self.identify, look)
        self._batch: list[Observation] = []
        self._groups: dict[str, list[Kept]] = {}
        self._held = self._held_bytes = 0
        self._devices: set[int] = set()

    @property
    def devices(self) -> int:
        """How many devices of the register the file spoke of, so far."""
        return len(self._devices)

    def add(self, observation: Observation) -> None:
        self._batch.append(observation)
        if len(self._batch) >= BATCH:
            self._keep()
        if self._held >= WINDOW or self._held_bytes >= WINDOW_BYTES:
            self._file()

    def flush(self) -> None:
        """Keep and file what is held now; more may follow."""
        self._keep()
        self._file()

    def finish(self) -> None:
        """Keep and file what is still held."""
        self.flush()
        if self._look is not None:
            self.register.finish_look(self._look, self.now)

    def _keep(self) -> None:
        batch, self._batch = self._batch, []
        kept = self._road.keep(batch, self.now)
        new = len({one.id for one in kept if one.is_new})
        self.new += new
        self.known += len(batch) - new
        for one in kept:
            place = one.observation.device or one.observation.address
            if place is None:
                self.unplaced += 1
                continue
            self._groups.setdefault(place, []).append(one)
            self._held += 1
            self._held_bytes += len(one.observation.payload)

    def _file(self) -> None:
        groups = [Group(kept, self.site_id) for kept in self._groups.values()]
        self._groups = {}
        self._held = self._held_bytes = 0
        for start in range(0, len(groups), DEVICES):
            part = groups[start : start + DEVICES]
            filed = self._road.file(part, self.now)
            self._devices.update(filed)
            for device_id, group in zip(filed, part, strict=True):
                self._find(device_id, group)
            if self.told is not None:
                self.told(min(start + DEVICES, len(groups)), len(groups))

    def _find(self, device_id: int, group: Group) -> None:
        """Open a finding where a password passed in clear: somebody should act on it."""
        logins = [one for one in group.kept if one.observation.field == LOGIN]
        if not logins:
            return
        ways = sorted({_way(one.observation) for one in logins})
        self.register.open_finding(
            LOGIN_FINDING,
            "medium",
            "Somebody logged in to this device so that everybody on the way could read the"
            f" password ({'; '.join(ways)}). Use TLS, and change the password.",
            now=max(when(one.observation, self.now) for one in logins),
            device_id=device_id,
            evidence={"observations": [one.id for one in logins]},
        )


def _way(observation: Observation) -> str:
    port = f", port {observation.port}" if observation.port else ""
    return observation.text + port
