"""File what was identified under the right device: made once, found again, never doubled."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from custodes.errors import InputError
from custodes.estate import conclusions, keys, merging
from custodes.estate.assets import Assets
from custodes.estate.candidates import candidates, link, make, settle
from custodes.estate.keys import Keys, keys_of, normal_serial
from custodes.estate.matching import decide
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    devices,
)
from custodes.estate.sightings import when
from custodes.identity import Identity
from custodes.observation import Observation

HOSTNAMES = ("dns.hostname", "dhcp.hostname")


class Filing(Assets):
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
        listed = [o for o in observations if o.field == conclusions.ASSET]
        seen = [o for o in observations if o.field != conclusions.ASSET]
        if listed and not seen:
            return self._file_listed(listed, site_id, now)
        device = keys_of(identity, seen)
        if not (device.strong or device.place):
            raise InputError(
                "an identity names no MAC, no serial with maker and no address",
                hint="Give its observations a `device` or an `address`.",
            )
        with self._write() as connection:
            device_id = _find_or_make(connection, device, site_id, now)
            _update(connection, device_id, conclusions.observed(identity), seen, now)
            _keep_mac(connection, device_id, device.mac, now)
            _keep_places(connection, device_id, device, _latest(seen, now), site_id)
            for one in listed:
                self.state_listed(device_id, one, now)
            settle(connection, device_id, site_id)
            link(connection, device_id, self._ensure(observations, now))
        return device_id

    def _file_listed(
        self, listed: Sequence[Observation], site_id: int | None, now: datetime
    ) -> int:
        """File a device of which only an asset list speaks."""
        ids = [self.file_row_of(one, site_id=site_id, now=now).device_id for one in listed]
        return ids[-1]


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
