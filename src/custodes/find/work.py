"""The one road from observations to the register, for scans and imports alike.

What was seen is kept first, before anything is concluded from it. Then what belongs to one device
is identified and filed, together with what the register knew of that device before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.estate.looks import Shown
from custodes.estate.model import Identified, Kept
from custodes.estate.register import Register
from custodes.estate.sightings import when
from custodes.find.own_name import own_name
from custodes.find.recall import still_true
from custodes.find.telling import tell_all
from custodes.identity import Identity
from custodes.observation import Observation

DEVICES = 500  # devices filed in one transaction

Identify = Callable[[Sequence[Observation]], Identity]


@dataclass(frozen=True, slots=True)
class Group:
    """What was seen of one device, as the register keeps it, and the site where it was seen."""

    kept: Sequence[Kept]
    site_id: int | None = None

    @property
    def observations(self) -> list[Observation]:
        return [one.observation for one in self.kept]

    @property
    def numbers(self) -> list[int]:
        return [one.id for one in self.kept]


@dataclass(frozen=True, slots=True)
class Road:
    """Takes observations to the register; `identify` concludes from those of one device.

    With `look`, what each device showed is remembered there, to be compared with another look.
    `tells`: what the observations say beyond identity is kept too, with its findings.
    """

    register: Register
    identify: Identify
    look: int | None = None
    tells: bool = True

    def keep(self, observations: Sequence[Observation], now: datetime) -> list[Kept]:
        """Keep observations; an answer that repeats an earlier one comes back in its words."""
        return self.register.keep(observations, now)

    def file(self, groups: Sequence[Group], now: datetime) -> list[int]:
        """File the device of each group; the numbers of these devices."""
        filed: list[int] = []
        for start in range(0, len(groups), DEVICES):
            filed += self._file(groups[start : start + DEVICES], now)
        return filed

    def _file(self, groups: Sequence[Group], now: datetime) -> list[int]:
        alone = [self._identified(group, group.observations) for group in groups]
        with self.register.transaction():
            filed = self.register.file_identities(alone, now)
            more = self._known_better(filed, groups, now)
            again = self.register.file_identities([one for _, one in more], now)
            moved = dict(zip((number for number, _ in more), again, strict=True))
            numbers = [moved.get(number, number) for number in filed]
            if self.look is not None:
                pairs = zip(numbers, alone, strict=True)
                self.register.show(self.look, [shown(n, one, now) for n, one in pairs])
            if self.tells:
                seen: dict[int, list[Kept]] = {}
                for number, group in zip(numbers, groups, strict=True):
                    seen.setdefault(number, []).extend(group.kept)
                tell_all(self.register, seen, now)
        return numbers

    def _identified(self, group: Group, evidence: Sequence[Observation]) -> Identified:
        numbers = group.numbers
        return Identified(self.identify(evidence), group.observations, group.site_id, numbers)

    def _known_better(
        self, filed: Sequence[int], groups: Sequence[Group], now: datetime
    ) -> list[tuple[int, Identified]]:
        """Those devices of which more is known than one group tells, identified anew."""
        of: dict[int, list[Group]] = {}
        for number, group in zip(filed, groups, strict=True):
            of.setdefault(number, []).append(group)
        whole = {
            n: Group([k for g in held for k in g.kept], held[-1].site_id) for n, held in of.items()
        }
        total = self.register.how_many_of(whole)
        rich = [n for n, group in whole.items() if total[n] > len(set(group.numbers))]
        known = self.register.observations_of_all(rich)
        found = []
        for number, group in whole.items():
            earlier = still_true(known.get(number, ()), group.kept, now)
            if earlier or len(of[number]) > 1:
                evidence = [*earlier, *group.observations]
                found.append((number, self._identified(group, evidence)))
        return found


def shown(device_id: int, one: Identified, now: datetime) -> Shown:
    """What a device showed, as a look remembers it: from this look's observations alone."""
    seen = one.observations
    return Shown(
        device_id=device_id,
        identity=one.identity,
        place=next((o.device for o in seen if o.device), None),
        address=next((o.address for o in seen if o.address), None),
        site_id=one.site_id,
        name=own_name(seen),
        seen_at=max((when(o, now) for o in seen), default=now),
    )
