"""File a batch of identities in memory, one after another, and write down what came of all of them.

What the batch may touch is loaded at once. Each identity then sees what those before it did, so
that a batch ends as if each had been filed alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.estate import conclusions, keys, merging
from custodes.estate.candidates import blank, link_all, sharing
from custodes.estate.held import Held, Place, candidate, main_key
from custodes.estate.keys import Keys, normal_serial
from custodes.estate.listed import NOTHING
from custodes.estate.matching import Candidate, decide
from custodes.estate.schema import device_addresses, device_macs
from custodes.estate.settling import insert, load, make, summarise, write
from custodes.estate.sightings import when
from custodes.identity import Identity
from custodes.observation import Observation

HOSTNAMES = ("dns.hostname", "dhcp.hostname")


@dataclass(frozen=True, slots=True)
class Case:
    """One identity on its way to its device: its keys, what was seen, under which numbers."""

    identity: Identity
    keys: Keys
    seen: Sequence[Observation]
    kept: Sequence[int]
    site_id: int | None


@dataclass(slots=True)
class Desk:
    """The devices that a batch touches, and what is to be written of them."""

    connection: sa.Connection
    now: datetime
    _devices: dict[int, Held] = field(default_factory=dict)  # by Held.number
    _by_key: dict[str, set[int]] = field(default_factory=dict)
    _owner: dict[str, Held] = field(default_factory=dict)  # MAC -> whose it is
    _touched: dict[int, Held] = field(default_factory=dict)
    _macs: list[tuple[str, Held]] = field(default_factory=list)
    _links: list[tuple[Held, Sequence[int]]] = field(default_factory=list)
    _made: int = 0

    def file(self, cases: Sequence[Case]) -> list[int]:
        """File every case; the numbers of their devices, which a later case may have merged."""
        for held in load(self.connection, sharing(self.connection, [c.keys for c in cases])):
            self._take(held)
        filed = [self._one(case) for case in cases]
        self._write()
        return [held.id for held in filed]

    def _take(self, held: Held) -> None:
        self._devices[held.number] = held
        self._owner.update(dict.fromkeys(held.macs, held))
        self._index(held)

    def _index(self, held: Held) -> Candidate:
        """Let a device be found by everything that matching may know it by."""
        one = candidate(held)
        for key in (*one.macs, one.serial, *one.places, *one.addresses):
            if key is not None:
                self._by_key.setdefault(key, set()).add(held.number)
        return one

    def _one(self, case: Case) -> Held:
        held = self._meant(case)
        self._touched[held.number] = held
        seen_at = [when(o, self.now) for o in case.seen] or [self.now]
        _update(held, case, seen_at)
        mac = case.keys.mac
        if mac is not None and mac not in self._owner:
            self._owner[mac] = held
            held.macs.add(mac)
            self._macs.append((mac, held))
        self._place(held, case, max(seen_at))
        if case.site_id is not None:
            held.row["observed_site_id"] = case.site_id
        self._links.append((held, case.kept))
        known = self._index(held)
        held.row["key_kind"], held.row["key"] = main_key(held, known)
        return held

    def _meant(self, case: Case) -> Held:
        """The device that a case speaks of, made if there is none; those that are the same one
        are merged."""
        wanted = (case.keys.mac, case.keys.serial, case.keys.place, *case.keys.addresses)
        numbers = {n for key in wanted if key is not None for n in self._by_key.get(key, ())}
        able = [self._devices[n] for n in numbers if not self._devices[n].gone]
        decision = decide(case.keys, [candidate(held) for held in able], case.site_id)
        if decision.device_id is None:
            held = blank(self.now, self._made)
            self._made += 1
            self._devices[held.number] = held
            return held
        held = self._devices[decision.device_id]
        if decision.merge:
            self._merge(held, [self._devices[number] for number in decision.merge])
        return held

    def _merge(self, held: Held, others: Iterable[Held]) -> None:
        """Two devices turn out to be one: write what is waiting, merge there, read again."""
        self._write()
        for other in others:
            merging.merge(self.connection, other.id, held.id, self.now)
            other.gone = True
        (now,) = load(self.connection, [held.id])
        held.row, held.before = now.row, now.before
        held.macs, held.places, held.said = now.macs, now.places, now.said
        self._owner.update(dict.fromkeys(held.macs, held))
        self._index(held)

    def _place(self, held: Held, case: Case, seen: datetime) -> None:
        """Note where the device is now; whoever had that very place before has it no longer."""
        for place, address in _pairs(case.keys):
            ended = self._turn_out(held, place, seen, case.site_id)
            own = [p for p in held.here if (p.place, p.address) == (place, address)]
            if own:
                first, last = min(own[0].first_seen, seen), max(own[0].last_seen, seen)
                own[0].changed |= (first, last) != (own[0].first_seen, own[0].last_seen)
                own[0].first_seen, own[0].last_seen = first, last
            else:
                held.places.append(Place(place, address, seen, seen, ended))

    def _turn_out(
        self, held: Held, place: str, seen: datetime, site_id: int | None
    ) -> datetime | None:
        """End what others hold of a place; the end of our own, where others came since."""
        ended = None
        for number in sorted(self._by_key.get(place, ())):
            other = self._devices[number]
            elsewhere = None not in (other.site_id, site_id) and other.site_id != site_id
            if other is held or other.gone or elsewhere:
                continue
            for at in other.here:
                if at.place != place:
                    continue
                if at.last_seen <= seen:
                    at.ended_at, at.changed = seen, True
                    self._touched[other.number] = other
                else:
                    ended = seen  # an old report: somebody else has been seen here since
        return ended

    def _write(self) -> None:
        """Write everything that is waiting."""
        held = [one for one in self._touched.values() if not one.gone]
        new = sorted((one for one in held if one.is_new), key=lambda one: one.number)
        old = [one for one in held if not one.is_new]
        make(self.connection, new)
        write(self.connection, old)
        summarise(self.connection, old)
        self._write_keys(held)
        pairs = {(one.id, number) for one, ids in self._links for number in ids}
        link_all(self.connection, pairs, {one.id for one in old})
        self._touched, self._macs, self._links = {}, [], []

    def _write_keys(self, held: Sequence[Held]) -> None:
        rows = [{"mac": m, "device_id": one.id, "first_seen": self.now} for m, one in self._macs]
        if rows:
            self.connection.execute(sa.insert(device_macs), rows)
        places = [(one, p) for one in held for p in one.places]
        new = [_place_row(p) | {"device_id": one.id} for one, p in places if p.id is None]
        changed = [_place_row(p) | {"_id": p.id} for _, p in places if p.changed and p.id]
        if changed:
            here = device_addresses.c
            change = sa.update(device_addresses).where(here.id == sa.bindparam("_id"))
            columns = ("first_seen", "last_seen", "ended_at", "place", "address")
            values: dict[str, Any] = {c: sa.bindparam(c) for c in columns}
            self.connection.execute(change.values(values), changed)
        if new:
            fresh = [p for _, p in places if p.id is None]
            for place, number in zip(
                fresh, insert(self.connection, device_addresses, new), strict=True
            ):
                place.id = number
        for _, place in places:
            place.changed = False


def _place_row(place: Place) -> dict[str, Any]:
    names = ("place", "address", "first_seen", "last_seen", "ended_at")
    return {name: getattr(place, name) for name in names}


def _pairs(device: Keys) -> list[tuple[str, str | None]]:
    """Each place of a device with the address there."""
    if device.place is None:
        return []
    bare = keys.is_address(device.place)
    pairs = {(device.place, None if not bare else device.place)}
    if device.addresses:
        pairs = {(a if bare else device.place, a) for a in device.addresses}
        pairs |= {(device.place, device.place)} if bare else set()
    return sorted(pairs, key=str)


def _update(held: Held, case: Case, seen_at: Sequence[datetime]) -> None:
    """Bring what a device showed up to date; what only a list said of it ends here."""
    row = held.row
    if row["first_seen"] is None:
        row.update(NOTHING)
    first = min(filter(None, [*seen_at, row["first_seen"]]))
    last = max(filter(None, [*seen_at, row["last_seen"]]))
    newest = last == max(seen_at)
    new = conclusions.revise(row, case.identity, is_newest=newest)
    if "serial" in new:
        new["serial_key"] = normal_serial(new["serial"])
    hostname = next((o.text.strip() for o in case.seen if o.field in HOSTNAMES), None)
    if hostname and newest:
        new["hostname"] = hostname
    row.update(new, first_seen=first, last_seen=last)
