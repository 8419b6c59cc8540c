"""File what was identified under the right device: made once, found again, never doubled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.errors import InputError
from custodes.estate import conclusions, keys, merging
from custodes.estate.keys import Keys, keys_of, normal_serial, word_key
from custodes.estate.matching import Candidate, decide
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_observations,
    device_statements,
    devices,
)
from custodes.estate.sightings import Sightings, when
from custodes.estate.statements import Statements, from_asset_record
from custodes.identity import Identity
from custodes.observation import Observation

HOSTNAMES = ("dns.hostname", "dhcp.hostname")


class Filing(Sightings, Statements):
    """The part of the register that keeps devices apart and together."""

    def file_identity(
        self,
        identity: Identity,
        observations: Sequence[Observation],
        site_id: int | None,
        now: datetime,
    ) -> int:
        """File one device's identity with its observations; returns the device's number.

        A device is found again by MAC, then by serial with maker, then by where it was seen.
        Observations that are not kept yet are kept.

        Raises:
            InputError: there is nothing to tell this device from any other by.
        """
        device = keys_of(identity, observations)
        if not (device.strong or device.place):
            raise InputError(
                "an identity names no MAC, no serial with maker and no address",
                hint="Give its observations a `device` or an `address`.",
            )
        with self._write() as connection:
            device_id = _find_or_make(connection, device, site_id, now)
            seen = [o for o in observations if o.field != conclusions.ASSET]
            if seen or not observations:
                _update(connection, device_id, conclusions.observed(identity), seen, now)
                _keep_mac(connection, device_id, device.mac, now)
                _keep_places(connection, device_id, device, _latest(seen, now), site_id)
            for one in observations:
                if one.field == conclusions.ASSET:
                    self._state_asset(device_id, one, now)
            _settle(connection, device_id, site_id)
            _link(connection, device_id, self._ensure(observations, now))
        return device_id

    def _state_asset(self, device_id: int, one: Observation, now: datetime) -> None:
        said = from_asset_record(one.text)
        self.state(device_id, said, who="", source=one.source or "asset list", now=now)


def _find_or_make(
    connection: sa.Connection, device: Keys, site_id: int | None, now: datetime
) -> int:
    decision = decide(device, candidates(connection, device), site_id)
    for other in decision.merge:
        assert decision.device_id is not None
        merging.merge(connection, other, decision.device_id, now)
    if decision.device_id is not None:
        return decision.device_id
    return make(connection, now)


def make(connection: sa.Connection, now: datetime) -> int:
    """A new, empty device."""
    values = {"key_kind": "asset", "key": "", "confidence": 0.0, "evidence": [], "created_at": now}
    made = connection.execute(sa.insert(devices).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def candidates(connection: sa.Connection, device: Keys, tag: str | None = None) -> list[Candidate]:
    """Every device that shares a key with `device`, observed or stated."""
    places = [p for p in {device.place, *device.addresses} if p is not None]
    stated = {device.mac, device.serial, *places, word_key(device.place), tag and word_key(tag)}
    stated -= {None, ""}
    here, said = device_addresses.c, device_statements.c
    parts = [
        sa.select(device_macs.c.device_id).where(device_macs.c.mac == device.mac),
        sa.select(devices.c.id).where(devices.c.serial_key == device.serial),
        sa.select(here.device_id).where(
            here.ended_at.is_(None), sa.or_(here.place.in_(places), here.address.in_(places))
        ),
        sa.select(said.device_id).where(
            said.ended_at.is_(None),
            said.field.in_(("mac", "serial", "address", "asset_tag")),
            said.value_key.in_(stated),
        ),
    ]
    ids = [row[0] for row in connection.execute(sa.union(*parts))]
    return [_candidate(connection, one) for one in sorted(ids)]


def _candidate(connection: sa.Connection, device_id: int) -> Candidate:
    row = connection.execute(sa.select(devices).where(devices.c.id == device_id)).mappings().one()
    here = device_addresses.c
    held = connection.execute(
        sa.select(here.place, here.address).where(
            here.device_id == device_id, here.ended_at.is_(None)
        )
    ).all()
    macs = connection.execute(
        sa.select(device_macs.c.mac).where(device_macs.c.device_id == device_id)
    ).scalars()
    said = _said(connection, device_id)
    places = {h.place for h in held} or {said.get("address"), said.get("asset_tag")} - {None}
    makers = {word_key(row["brand"]), word_key(row["maker"])} - {""}
    return Candidate(
        id=device_id,
        macs=frozenset(macs) or frozenset({said["mac"]} if said.get("mac") else ()),
        serial=row["serial_key"] or said.get("serial"),
        makers=frozenset(makers or {said.get("brand", ""), said.get("maker", "")} - {""}),
        places=frozenset(p for p in places if p),
        addresses=frozenset(h.address for h in held if h.address),
        site_id=row["stated_site_id"] or row["observed_site_id"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
    )


def _said(connection: sa.Connection, device_id: int) -> dict[str, str]:
    said = device_statements.c
    query = sa.select(said.field, said.value_key).where(
        said.device_id == device_id, said.ended_at.is_(None)
    )
    return {row.field: row.value_key for row in connection.execute(query)}


def _update(
    connection: sa.Connection,
    device_id: int,
    identity: Identity,
    seen: Sequence[Observation],
    now: datetime,
) -> None:
    row = connection.execute(sa.select(devices).where(devices.c.id == device_id)).mappings().one()
    times = [when(o, now) for o in seen] or [now]
    first = min([*times, *([row["first_seen"]] if row["first_seen"] else [])])
    last = max([*times, *([row["last_seen"]] if row["last_seen"] else [])])
    new = conclusions.revise(dict(row), identity, is_newest=last == max(times))
    if "serial" in new:
        new["serial_key"] = normal_serial(new["serial"])
    hostname = next((o.text.strip() for o in seen if o.field in HOSTNAMES), None)
    if hostname and last == max(times):
        new["hostname"] = hostname
    change = sa.update(devices).where(devices.c.id == device_id)
    connection.execute(change.values(first_seen=first, last_seen=last, **new))


def _latest(seen: Sequence[Observation], now: datetime) -> datetime:
    return max((when(o, now) for o in seen), default=now)


def _keep_mac(connection: sa.Connection, device_id: int, mac: str | None, now: datetime) -> None:
    if mac is None:
        return
    known = connection.execute(sa.select(device_macs.c.mac).where(device_macs.c.mac == mac)).first()
    if known is None:
        values = {"mac": mac, "device_id": device_id, "first_seen": now}
        connection.execute(sa.insert(device_macs), values)


def _keep_places(
    connection: sa.Connection, device_id: int, device: Keys, seen: datetime, site_id: int | None
) -> None:
    """Note where the device is now; whoever had that very place before has it no longer."""
    if device.place is None:
        return
    bare = keys.is_address(device.place)
    pairs = {(device.place, None if not bare else device.place)}
    if device.addresses:
        pairs = {(a if bare else device.place, a) for a in device.addresses}
        pairs |= {(device.place, device.place)} if bare else set()
    for place, address in sorted(pairs, key=str):
        _keep_place(connection, device_id, (place, address), seen, site_id)


def _keep_place(
    connection: sa.Connection,
    device_id: int,
    where: tuple[str, str | None],
    seen: datetime,
    site_id: int | None,
) -> None:
    place, address = where
    here = device_addresses.c
    holders = connection.execute(
        sa.select(device_addresses, devices.c.observed_site_id, devices.c.stated_site_id)
        .join(devices)
        .where(here.place == place, here.ended_at.is_(None))
    ).all()
    ended = None
    for row in holders:
        site = row.stated_site_id or row.observed_site_id
        if row.device_id == device_id or (None not in (site, site_id) and site != site_id):
            continue
        if row.last_seen <= seen:
            change = sa.update(device_addresses).where(here.id == row.id)
            connection.execute(change.values(ended_at=seen))
        else:
            ended = seen  # an old report: somebody else has been seen here since
    own = [r for r in holders if r.device_id == device_id and r.address == address]
    if own:
        first, last = min(own[0].first_seen, seen), max(own[0].last_seen, seen)
        change = sa.update(device_addresses).where(here.id == own[0].id)
        connection.execute(change.values(first_seen=first, last_seen=last))
        return
    values = {"device_id": device_id, "place": place, "address": address}
    values |= {"first_seen": seen, "last_seen": seen, "ended_at": ended}
    connection.execute(sa.insert(device_addresses), values)


def _settle(connection: sa.Connection, device_id: int, site_id: int | None) -> None:
    """Write down by what the device is told from others now, and the site it was seen at."""
    new: dict[str, Any] = dict(
        zip(("key_kind", "key"), main_key(connection, device_id), strict=True)
    )
    if site_id is not None:
        new["observed_site_id"] = site_id
    connection.execute(sa.update(devices).where(devices.c.id == device_id).values(**new))


def main_key(connection: sa.Connection, device_id: int) -> tuple[str, str]:
    """The strongest key of a device and its kind."""
    one = _candidate(connection, device_id)
    if one.macs:
        return "mac", min(one.macs)
    if one.serial:
        return "serial", one.serial
    said = _said(connection, device_id)
    if one.first_seen is None and "address" not in said:
        return "asset", said.get("asset_tag", "")
    return "address", min(one.places, default="")


def _link(connection: sa.Connection, device_id: int, ids: Sequence[int]) -> None:
    links = device_observations.c
    query = sa.select(links.observation_id).where(links.device_id == device_id)
    known = set(connection.execute(query).scalars())
    new = [{"device_id": device_id, "observation_id": i} for i in ids if i not in known]
    if new:
        connection.execute(sa.insert(device_observations), new)
