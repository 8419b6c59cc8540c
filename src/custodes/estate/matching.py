"""Which device of the register an identity speaks of. Pure: candidates in, a decision out.

Order: MAC, then serial with maker, then place. Two devices with different MACs are never one.
"""

from collections.abc import Sequence
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
    tag: str | None = None  # stated, as the next two
    name: str | None = None
    location: str | None = None

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
    by_place = _by_place(keys, ordered, site_id)
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


def _by_place(keys: Keys, candidates: Sequence[Candidate], site_id: int | None) -> list[Candidate]:
    """The one device known at the place; nobody where several could be meant."""
    if keys.place is None:
        return []
    able = [c for c in candidates if _same_site(c, site_id) and not _conflict(keys, c)]
    exact = [c for c in able if keys.place in c.places]
    if not exact:  # known there under a key of its own, or the other way about
        exact = [c for c in able if keys.place in c.addresses]
    if not exact and len(keys.addresses) == 1:
        exact = [c for c in able if keys.addresses[0] in c.places]
    exact = [c for c in exact if c.first_seen is not None] or exact  # seen there, before said so
    exact = [c for c in exact if c.site_id == site_id] or exact
    return exact if len(exact) == 1 else []


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


@dataclass(frozen=True, slots=True)
class Listed:
    """By what a row of an asset list tells its device from others; all normalised."""

    keys: Keys
    tag: str | None = None
    name: str | None = None
    location: str | None = None

    @property
    def only_described(self) -> bool:
        """Whether the row has nothing but a name or a location to tell its device by."""
        known = (self.tag, self.keys.mac, self.keys.serial, self.keys.place)
        return not any(known) and bool(self.name or self.location)


def decide_listed(
    row: Listed, candidates: Sequence[Candidate], site_id: int | None
) -> Decision | None:
    """Choose the device that a row of a list means; None: its tag and its keys name two devices."""
    ordered = sorted(candidates, key=lambda c: c.id)
    if row.only_described:
        same = [c for c in ordered if _described_alike(row, c, site_id)]
        return Decision(same[0].id) if same else Decision()
    by_tag = [c for c in ordered if row.tag is not None and c.tag == row.tag]
    by_key = [c for c in ordered if row.keys.mac in c.macs] or [
        c for c in ordered if _same_listed_serial(row.keys, c) and not _other_mac(row.keys, c)
    ]
    if by_tag and by_key and by_tag[0].id != by_key[0].id:
        listed, known = by_tag[0], by_key[0]
        never_seen = listed.first_seen is None and known.tag is None
        return Decision(known.id, (listed.id,)) if never_seen else None
    chosen = by_tag or by_key or [c for c in _by_place(row.keys, ordered, site_id) if _free(row, c)]
    return Decision(chosen[0].id) if chosen else Decision()


def _described_alike(row: Listed, c: Candidate, site_id: int | None) -> bool:
    alike = (c.tag, c.name, c.location, c.site_id) == (None, row.name, row.location, site_id)
    return alike and not c.strong


def _same_listed_serial(keys: Keys, c: Candidate) -> bool:
    """As on the device's label; a list often leaves the make out."""
    if keys.serial is None or keys.serial != c.serial:
        return False
    return not keys.makers or not c.makers or bool(keys.makers & c.makers)


def _free(row: Listed, c: Candidate) -> bool:
    """Whether the device at a row's address is not already another row's: a recorder's cameras are
    often listed under the recorder's one address."""
    for said, held in ((row.tag, c.tag), (row.name, c.name), (row.location, c.location)):
        if held is not None and said != held:
            return False
    return True
