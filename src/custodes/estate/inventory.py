"""Ask the register for devices, and count them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from custodes.estate.conclusions import evidence_from
from custodes.estate.keys import normal_mac, word_key
from custodes.estate.model import Device, DeviceAddress, Statement
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_merges,
    device_statements,
    devices,
    sites,
)
from custodes.estate.store import Store

UNKNOWN = {
    "brand": devices.c.brand,
    "maker": devices.c.maker,
    "model": devices.c.model,
    "type": devices.c.device_type,
    "surveillance": devices.c.is_surveillance,
}
CHUNK = 5000  # device numbers in one query


class Filter(TypedDict, total=False):
    """Which devices are meant; what is not given does not narrow.

    `site`, `maker`, `brand` and `device_type` compare whole names, case aside. `unknown` is one of
    UNKNOWN: those whose fact is missing. `search` looks in names, keys, addresses and statements.
    """

    site: str | None
    maker: str | None
    brand: str | None
    device_type: str | None
    unknown: str | None
    search: str | None
    surveillance: bool | None
    limit: int | None
    offset: int


class Inventory(Store):
    """The part of the register that is asked for devices."""

    def devices(self, **wanted: Unpack[Filter]) -> list[Device]:
        """Devices in the order of their numbers, filtered (see Filter)."""
        with self._read() as connection:
            ids = list(connection.execute(_query(wanted)).scalars())
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


def _query(wanted: Filter) -> sa.Select[int]:
    query = sa.select(devices.c.id).order_by(devices.c.id)
    query = query.offset(wanted.get("offset") or 0).limit(wanted.get("limit"))
    if (site := wanted.get("site")) is not None:
        site_id = sa.func.coalesce(devices.c.stated_site_id, devices.c.observed_site_id)
        named = sa.select(sites.c.id).where(sites.c.name_key == word_key(site))
        query = query.where(site_id.in_(named))
    for column, value in (
        (devices.c.maker, wanted.get("maker")),
        (devices.c.brand, wanted.get("brand")),
        (devices.c.device_type, wanted.get("device_type")),
    ):
        if value is not None:
            query = query.where(sa.func.lower(column) == value.strip().lower())
    if (fact := wanted.get("unknown")) is not None:
        query = query.where(UNKNOWN[fact].is_(None))
    if (surveillance := wanted.get("surveillance")) is not None:
        query = query.where(devices.c.is_surveillance.is_(surveillance))
    if text := (wanted.get("search") or "").strip():
        query = query.where(_search(text))
    return query


def _search(text: str) -> Any:
    escaped = text.strip().lower()
    for special in ("\\", "%", "_"):
        escaped = escaped.replace(special, "\\" + special)
    like = f"%{escaped}%"
    shown = ("brand", "maker", "product_family", "model", "firmware", "serial", "hostname")
    tests = [sa.func.lower(devices.c[c]).like(like, escape="\\") for c in (*shown, "device_type")]
    for table, columns in (
        (device_addresses, ("place", "address")),
        (device_macs, ("mac",)),
        (device_statements, ("value",)),
    ):
        found = [sa.func.lower(table.c[c]).like(like, escape="\\") for c in columns]
        tests.append(devices.c.id.in_(sa.select(table.c.device_id).where(sa.or_(*found))))
    if (mac := normal_mac(text)) is not None:
        same = sa.select(device_macs.c.device_id).where(device_macs.c.mac == mac)
        tests.append(devices.c.id.in_(same))
    return sa.or_(*tests)


def _load(connection: sa.Connection, ids: Sequence[int]) -> list[Device]:
    found: list[Device] = []
    for start in range(0, len(ids), CHUNK):
        found += _load_chunk(connection, ids[start : start + CHUNK])
    return found


def _load_chunk(connection: sa.Connection, ids: Sequence[int]) -> list[Device]:
    if not ids:
        return []
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
