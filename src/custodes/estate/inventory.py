"""Ask the register for whole devices, evidence included."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

import sqlalchemy as sa

from custodes.estate.conclusions import evidence_from
from custodes.estate.model import Device, DeviceAddress, Statement
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_merges,
    device_statements,
    device_summaries,
    devices,
    sites,
)
from custodes.estate.settling import chunks
from custodes.estate.summaries import Page, Summaries, conditions


class Inventory(Summaries):
    """The part of the register that is asked for devices."""

    def devices(self, **wanted: Unpack[Page]) -> list[Device]:
        """Whole devices in the order of their numbers, filtered (see Filter)."""
        number = device_summaries.c.device_id
        query = sa.select(number).where(*conditions(wanted)).order_by(number)
        query = query.offset(wanted.get("offset") or None).limit(wanted.get("limit"))
        with self._read() as connection:
            ids = list(connection.execute(query).scalars())
            return _load(connection, ids)

    def device(self, device_id: int) -> Device | None:
        """One device; the number of a device that was merged into it finds it too."""
        merged = sa.select(device_merges.c.device_id).where(device_merges.c.old_id == device_id)
        with self._read() as connection:
            target = connection.execute(merged).scalar() or device_id
            return next(iter(_load(connection, [target])), None)

    def device_at(self, address: str) -> list[Device]:
        """The devices that have this address now."""
        here = device_addresses.c
        query = sa.select(here.device_id).where(here.address == address, here.ended_at.is_(None))
        with self._read() as connection:
            return _load(connection, sorted(set(connection.execute(query).scalars())))


def _load(connection: sa.Connection, ids: Sequence[int]) -> list[Device]:
    return [device for part in chunks(ids) for device in _load_chunk(connection, part)]


def _load_chunk(connection: sa.Connection, ids: Sequence[int]) -> list[Device]:
    site_id = sa.func.coalesce(devices.c.stated_site_id, devices.c.observed_site_id)
    query = (
        sa.select(devices, sites.c.id.label("site_id"), sites.c.name.label("site"))
        .outerjoin(sites, sites.c.id == site_id)
        .where(devices.c.id.in_(ids))
        .order_by(devices.c.id)
    )
    macs = _grouped(connection, device_macs, ids, device_macs.c.mac)
    addresses = _grouped(connection, device_addresses, ids, device_addresses.c.id)
    said = _grouped(connection, device_statements, ids, device_statements.c.id)
    return [
        _device(
            dict(row),
            macs.get(row["id"], ()),
            addresses.get(row["id"], ()),
            said.get(row["id"], ()),
        )
        for row in connection.execute(query).mappings()
    ]


def _grouped(
    connection: sa.Connection, table: sa.Table, ids: Sequence[int], order: Any
) -> dict[int, list[dict[str, Any]]]:
    query = sa.select(table).where(table.c.device_id.in_(ids)).order_by(order)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["device_id"], []).append(dict(row))
    return found


def _device(
    row: Mapping[str, Any],
    macs: Iterable[Mapping[str, Any]],
    addresses: Iterable[Mapping[str, Any]],
    said: Iterable[Mapping[str, Any]],
) -> Device:
    same = (
        "id key_kind key brand maker product_family model firmware serial hostname device_type"
        " is_surveillance confidence site_id site created_at first_seen last_seen"
    ).split()
    at = ("place", "address", "first_seen", "last_seen", "ended_at")
    what = ("field", "value", "who", "source", "stated_at", "ended_at")
    return Device(
        **{k: row[k] for k in same},
        site_stated=row["stated_site_id"] is not None,
        evidence=evidence_from(row["evidence"]),
        macs=tuple(m["mac"] for m in macs),
        addresses=tuple(DeviceAddress(**{k: a[k] for k in at}) for a in addresses),
        stated={
            s["field"]: Statement(**{k: s[k] for k in what}) for s in said if s["ended_at"] is None
        },
    )
