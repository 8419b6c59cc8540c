"""Load devices from the register, many at once, and write down what follows from what they are."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from custodes.estate.held import Held, Place, Said, candidate, main_key, summary
from custodes.estate.listed import concluded
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_statements,
    device_summaries,
    devices,
)

CHUNK = 5000  # values in one query: SQLite takes 32,766, PostgreSQL 65,535
T = TypeVar("T")


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """The values in parts that fit into one query each."""
    every = list(values)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


def load(connection: sa.Connection, ids: Iterable[int]) -> list[Held]:
    """What is held of these devices, oldest first; four queries however many there are."""
    wanted = sorted(set(ids))
    return [one for part in chunks(wanted) for one in _load(connection, part)]


def _load(connection: sa.Connection, ids: Sequence[int]) -> list[Held]:
    query = sa.select(devices).where(devices.c.id.in_(ids)).order_by(devices.c.id)
    held = {
        row["id"]: Held(row["id"], dict(row), before=dict(row))
        for row in connection.execute(query).mappings()
    }
    macs = device_macs.c
    of = sa.select(macs.device_id, macs.mac).where(macs.device_id.in_(ids))
    for device_id, mac in connection.execute(of):
        held[device_id].macs.add(mac)
    here = device_addresses.c
    at = sa.select(device_addresses).where(here.device_id.in_(ids), here.ended_at.is_(None))
    for row in connection.execute(at.order_by(here.id)):
        place = Place(row.place, row.address, row.first_seen, row.last_seen, id=row.id)
        held[row.device_id].places.append(place)
    said = device_statements.c
    now = sa.select(said.device_id, said.field, said.value, said.value_key).where(
        said.device_id.in_(ids), said.ended_at.is_(None)
    )
    for device_id, field, value, key in connection.execute(now):
        held[device_id].said[field] = Said(value, key)
    return list(held.values())


def settle(connection: sa.Connection, ids: Iterable[int], site_id: int | None = None) -> None:
    """Write down by what devices are told from others now, what a list shows of them, and the
    site where they were seen."""
    held = load(connection, ids)
    for device in held:
        device.row["key_kind"], device.row["key"] = main_key(device, candidate(device))
        if site_id is not None:
            device.row["observed_site_id"] = site_id
        if device.row["first_seen"] is None:
            device.row.update(concluded({name: s.value for name, s in device.said.items()}))
    write(connection, held)
    summarise(connection, held)


def settle_all(connection: sa.Connection) -> None:
    """Make what a list shows of every device anew."""
    connection.execute(sa.delete(device_summaries))
    every = connection.execute(sa.select(devices.c.id).order_by(devices.c.id)).scalars().all()
    for part in chunks(every):
        rows = [_row(device) for device in load(connection, part)]
        connection.execute(sa.insert(device_summaries), rows)


def make(connection: sa.Connection, new: Sequence[Held]) -> None:
    """Put new devices into the register, which gives them their numbers."""
    if not new:
        return
    numbers = insert(connection, devices, [device.row for device in new])
    for device, number in zip(new, numbers, strict=True):
        device.row["id"] = number
        device.before = dict(device.row)
    connection.execute(sa.insert(device_summaries), [_row(device) for device in new])


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows together; their numbers, in the same order.

    There is one writer at a time, and numbers only go up, so the newest are these.
    """
    connection.execute(sa.insert(table), rows)
    query = sa.select(table.c.id).order_by(table.c.id.desc()).limit(len(rows))
    return list(connection.execute(query).scalars())[::-1]


def write(connection: sa.Connection, held: Iterable[Held]) -> None:
    """Write the columns that changed, those of the same columns together."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for device in held:
        changed = device.changes()
        if changed:
            alike.setdefault(tuple(changed), []).append({**changed, "_id": device.id})
            device.before = dict(device.row)
    for columns, rows in alike.items():
        change = sa.update(devices).where(devices.c.id == sa.bindparam("_id"))
        connection.execute(change.values({c: sa.bindparam(c) for c in columns}), rows)


def summarise(connection: sa.Connection, held: Sequence[Held]) -> None:
    """Write down what a list shows of devices that are in the register."""
    if not held:
        return
    rows = [summary(device) | {"_id": device.id} for device in held]
    columns = [c for c in rows[0] if c != "_id"]
    change = sa.update(device_summaries).where(device_summaries.c.device_id == sa.bindparam("_id"))
    connection.execute(change.values({c: sa.bindparam(c) for c in columns}), rows)


def _row(device: Held) -> dict[str, Any]:
    return {"device_id": device.id, **summary(device)}
