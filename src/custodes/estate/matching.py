"""Which device of the register an identity speaks of. Pure: candidates in, a decision out.

Order: MAC, then serial with maker, then place. Two devices with different MACs are never one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.estate.keys import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A device already in the register, as far as matching needs it."""

    id: int
    macs: frozenset[str] = frozenset()
    serial: str | None = None
    makers: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()  # held now
    addresses: frozenset[str] = frozenset()  # held now
    site_id: int | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None

    @property
    def strong(self) -> bool:
        return bool(self.macs) or self.serial is not None


@dataclass(frozen=True, slots=True)
class Decision:
    """The device meant (None: a new one) and those that turned out to be the same one."""

    device_id: int | None = None
    merge: tuple[int, ...] = ()


def decide(keys: Keys, candidates: Sequence[Candidate], site_id: int | None) -> Decision:
    """Choose among `candidates` the device that `keys` speak of."""
    ordered = sorted(candidates, key=lambda c: c.id)
    by_mac = [c for c in ordered if keys.mac in c.macs]
    by_serial = [c for c in ordered if _same_serial(keys, c) and not _other_mac(keys, c)]
    by_place = _by_place(keys, [c for c in ordered if _same_site(c, site_id)])
    if not by_mac:
        at_place = [c for c in by_serial if c in by_place]
        chosen = (at_place or by_serial or by_place)[:1]
    else:
        chosen = by_mac[:1]
    if not chosen:
        return Decision()
    winner = chosen[0]
    rest = [c for c in (*by_serial, *by_place) if c.id != winner.id and _is_also(winner, c, keys)]
    return Decision(winner.id, tuple(dict.fromkeys(c.id for c in rest)))


def _by_place(keys: Keys, candidates: Iterable[Candidate]) -> list[Candidate]:
    if keys.place is None:
        return []
    able = [c for c in candidates if not _conflict(keys, c)]
    exact = [c for c in able if keys.place in c.places]
    if exact:
        return exact
    near = [c for c in able if keys.place in c.addresses]  # known there under a key of its own
    if near:
        return near if len(near) == 1 else []
    return [c for c in able if len(keys.addresses) == 1 and keys.addresses[0] in c.places]


def _conflict(keys: Keys, c: Candidate) -> bool:
    """Whether this cannot be the device seen at the same place before."""
    if not c.strong:
        return False
    if _other_mac(keys, c) or (keys.serial and c.serial and keys.serial != c.serial):
        return True
    return bool(keys.makers and c.makers and not keys.makers & c.makers)


def _same_serial(keys: Keys, c: Candidate) -> bool:
    return keys.serial is not None and keys.serial == c.serial and bool(keys.makers & c.makers)


def _other_mac(keys: Keys, c: Candidate) -> bool:
    return keys.mac is not None and bool(c.macs) and keys.mac not in c.macs


def _same_site(c: Candidate, site_id: int | None) -> bool:
    """The same private address at two sites is two places."""
    return site_id is None or c.site_id is None or c.site_id == site_id


def _is_also(winner: Candidate, other: Candidate, keys: Keys) -> bool:
    """Whether `other` is an earlier, poorer sighting of `winner`."""
    if other.macs:
        return False
    if _same_serial(keys, other):
        return True
    if other.strong or (winner.makers and other.makers and not winner.makers & other.makers):
        return False
    seen_apart = (  # both were seen at the same time, at different places: they are two
        winner.last_seen is not None
        and other.first_seen is not None
        and other.first_seen <= winner.last_seen
    )
    return not seen_apart
