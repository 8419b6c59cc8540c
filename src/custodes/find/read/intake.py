"""Observations on their way from a file into the register, a bounded number in memory.

Each batch of observations is kept as soon as it is read, before anything is concluded from it.
Then what belongs to one device (its `device` key, else its address) is identified together with
all that the register knew of that device before, and filed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.estate.register import Register
from custodes.identity import Identity
from custodes.observation import Observation
from custodes.units import MIB

WINDOW = 20_000  # observations held until their devices are filed
WINDOW_BYTES = 64 * MIB  # … or fewer, where they are long
BATCH = 1_000  # observations kept in one transaction
DEVICES = 200  # devices filed in one transaction

Identify = Callable[[Sequence[Observation]], Identity]


@dataclass
class Intake:
    """Takes observations one by one; `finish` when the file ends, however it ended.

    `new` and `known` count observations, `unplaced` those that name neither device nor address:
    they are kept, but belong to no device.
    """

    register: Register
    identify: Identify
    site_id: int | None
    now: datetime
    new: int = 0
    known: int = 0
    unplaced: int = 0

    def __post_init__(self) -> None:
        self._batch: list[Observation] = []
        self._groups: dict[str, list[Observation]] = {}
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

    def finish(self) -> None:
        """Keep and file what is still held."""
        self._keep()
        self._file()

    def _keep(self) -> None:
        batch, self._batch = self._batch, []
        stored = self.register.add_observations(batch, self.now)
        self.new += stored.new
        self.known += stored.known
        for observation in batch:
            place = observation.device or observation.address
            if place is None:
                self.unplaced += 1
                continue
            self._groups.setdefault(place, []).append(observation)
            self._held += 1
            self._held_bytes += len(observation.payload)

    def _file(self) -> None:
        groups, self._groups = list(self._groups.values()), {}
        self._held = self._held_bytes = 0
        for start in range(0, len(groups), DEVICES):
            with self.register.transaction():
                for group in groups[start : start + DEVICES]:
                    self._devices.add(self._file_one(group))

    def _file_one(self, seen: list[Observation]) -> int:
        """File one device; once more with all that is known of it, where that is more."""
        device_id = self._filed(self.identify(seen), seen)
        known = [stored.observation for stored in self.register.observations_of(device_id)]
        if len(known) > len({observation.digest for observation in seen}):
            self._filed(self.identify(known), seen)
        return device_id

    def _filed(self, identity: Identity, seen: list[Observation]) -> int:
        return self.register.file_identity(identity, seen, self.site_id, self.now)
