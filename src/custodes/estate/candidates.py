"""Load from the register what matching needs to know, and make the device that nothing matched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.estate.keys import Keys, word_key
from custodes.estate.matching import Candidate
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_observations,
    device_statements,
    devices,
)

STATED_KEYS = ("mac", "serial", "address", "asset_tag")


def make(connection: sa.Connection, now: datetime) -> int:
    """A new, empty device."""
    values = {"key_kind": "asset", "key": "", "confidence": 0.0, "evidence": [], "created_at": now}
    made = connection.execute(sa.insert(devices).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def candidates(connection: sa.Connection, device: Keys, tag: str | None = None) -> list[Candidate]:
    """Every device that shares a key with `device`, observed or stated."""
    places = [p for p in {device.place, *device.addresses} if p is not None]
    words = {device.mac, device.serial, *places, word_key(device.place), word_key(tag)} - {None, ""}
    here, said = device_addresses.c, device_statements.c
    parts = [
        sa.select(said.device_id).where(
            said.ended_at.is_(None), said.field.in_(STATED_KEYS), said.value_key.in_(words)
        )
    ]
    if device.mac is not None:
        parts.append(sa.select(device_macs.c.device_id).where(device_macs.c.mac == device.mac))
    if device.serial is not None:
        parts.append(sa.select(devices.c.id).where(devices.c.serial_key == device.serial))
    if places:
        at = sa.or_(here.place.in_(places), here.address.in_(places))
        parts.append(sa.select(here.device_id).where(here.ended_at.is_(None), at))
    ids = {row[0] for row in connection.execute(sa.union(*parts))}
    return [candidate(connection, one) for one in sorted(ids)]


# Built once: these run for every device that is filed.
_ID = sa.bindparam("device_id", type_=sa.Integer)
_DEVICE = sa.select(devices).where(devices.c.id == _ID)
_HELD = sa.select(device_addresses.c.place, device_addresses.c.address).where(
    device_addresses.c.device_id == _ID, device_addresses.c.ended_at.is_(None)
)
_MACS = sa.select(device_macs.c.mac).where(device_macs.c.device_id == _ID)
_SAID = sa.select(device_statements.c.field, device_statements.c.value_key).where(
    device_statements.c.device_id == _ID, device_statements.c.ended_at.is_(None)
)


def candidate(connection: sa.Connection, device_id: int) -> Candidate:
    """What matching needs to know of one device."""
    one = {"device_id": device_id}
    row = connection.execute(_DEVICE, one).mappings().one()
    held = connection.execute(_HELD, one).all()
    macs = connection.execute(_MACS, one).scalars()
    said = _said(connection, device_id)
    places = {h.place for h in held} or {said.get("address"), said.get("asset_tag")} - {None}
    makers = {word_key(row["brand"]), word_key(row["maker"])} - {""}
    return Candidate(
        id=device_id,
        macs=frozenset(macs) or frozenset({said["mac"]} if said.get("mac") else ()),
        serial=row["serial_key"] or said.get("serial") or None,
        makers=frozenset(makers or {said.get("brand", ""), said.get("maker", "")} - {""}),
        places=frozenset(p for p in places if p),
        addresses=frozenset(h.address for h in held if h.address),
        site_id=row["stated_site_id"] or row["observed_site_id"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        tag=said.get("asset_tag"),
        name=said.get("name"),
        location=said.get("location"),
    )


def _said(connection: sa.Connection, device_id: int) -> dict[str, str]:
    rows = connection.execute(_SAID, {"device_id": device_id})
    return {row.field: row.value_key for row in rows}


def settle(connection: sa.Connection, device_id: int, site_id: int | None) -> None:
    """Write down by what the device is told from others now, and the site it was seen at."""
    new: dict[str, Any] = dict(
        zip(("key_kind", "key"), _main_key(connection, device_id), strict=True)
    )
    if site_id is not None:
        new["observed_site_id"] = site_id
    connection.execute(sa.update(devices).where(devices.c.id == device_id).values(**new))


def _main_key(connection: sa.Connection, device_id: int) -> tuple[str, str]:
    """The strongest key of a device and its kind."""
    one = candidate(connection, device_id)
    if one.macs:
        return "mac", min(one.macs)
    if one.serial:
        return "serial", one.serial
    said = _said(connection, device_id)
    if one.first_seen is None and "address" not in said:
        return "asset", said.get("asset_tag", "")
    return "address", min(one.places, default="")


def link(connection: sa.Connection, device_id: int, ids: Sequence[int]) -> None:
    links = device_observations.c
    query = sa.select(links.observation_id).where(links.device_id == device_id)
    known = set(connection.execute(query).scalars())
    new = [{"device_id": device_id, "observation_id": i} for i in ids if i not in known]
    if new:
        connection.execute(sa.insert(device_observations), new)
