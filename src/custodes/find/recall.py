"""What was known of a device before and still holds when it is seen again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from custodes.estate.model import Kept, StoredObservation
from custodes.estate.sightings import when
from custodes.observation import Observation


def still_true(
    known: Iterable[StoredObservation], seen: Sequence[Kept], now: datetime
) -> list[Observation]:
    """What was known before and is not answered anew: a device's answer of today replaces its
    earlier ones of the same field at the same port."""
    numbers = {one.id for one in seen}
    since = min((when(one.observation, now) for one in seen), default=now)
    anew = {(one.observation.field, one.observation.port) for one in seen}
    return [
        one.observation
        for one in known
        if one.id not in numbers
        and (one.last_seen >= since or (one.observation.field, one.observation.port) not in anew)
    ]
