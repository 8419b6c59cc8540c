"""Find in the register the devices that something may speak of; link devices and observations."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.estate.held import Held, candidate
from custodes.estate.keys import Keys, word_key
from custodes.estate.matching import Candidate
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_observations,
    device_statements,
    devices,
)
from custodes.estate.settling import chunks, load, make

STATED_KEYS = ("mac", "serial", "address", "asset_tag")
NEW = 1 << 40  # a device without a number of its own comes after all that have one


def blank(now: datetime, order: int = 0) -> Held:
    """A new device of which nothing is known, not in the register yet."""
    row: dict[str, Any] = dict.fromkeys(c.name for c in devices.c if c.name != "id")
    row |= {"key_kind": "asset", "key": "", "confidence": 0.0, "evidence": [], "created_at": now}
    return Held(NEW + order, row)


def made(connection: sa.Connection, now: datetime) -> int:
    """The number of a new, empty device."""
    device = blank(now)
    make(connection, [device])
    return device.id


def candidates(connection: sa.Connection, device: Keys, tag: str | None = None) -> list[Candidate]:
    """Every device that shares a key with `device`, observed or stated."""
    return [candidate(one) for one in load(connection, sharing(connection, [device], tag))]


def described(connection: sa.Connection, ids: Iterable[int]) -> list[Candidate]:
    """What matching needs to know of these devices."""
    return [candidate(one) for one in load(connection, ids)]


def sharing(connection: sa.Connection, several: Iterable[Keys], tag: str | None = None) -> set[int]:
    """The numbers of all devices that share a key with any of `several`."""
    macs, serials, places = set[str](), set[str](), set[str]()
    for keys in several:
        macs.update(filter(None, (keys.mac,)))
        serials.update(filter(None, (keys.serial,)))
        places.update(filter(None, (keys.place, *keys.addresses)))
    words = macs | serials | places | {word_key(p) for p in (*places, tag)} - {""}
    here, said = device_addresses.c, device_statements.c
    stated = sa.select(said.device_id).where(said.ended_at.is_(None), said.field.in_(STATED_KEYS))
    placed = sa.select(here.device_id).where(here.ended_at.is_(None))
    return {
        *_found(connection, stated, said.value_key, words),
        *_found(connection, sa.select(device_macs.c.device_id), device_macs.c.mac, macs),
        *_found(connection, sa.select(devices.c.id), devices.c.serial_key, serials),
        *_found(connection, placed, here.place, places),
        *_found(connection, placed, here.address, places),
    }


def _found(
    connection: sa.Connection, query: sa.Select[Any], column: Any, values: Collection[str]
) -> Iterable[int]:
    for part in chunks(values):
        yield from connection.execute(query.where(column.in_(part))).scalars()


def link(connection: sa.Connection, device_id: int, ids: Sequence[int]) -> None:
    """Note that these observations speak of a device."""
    link_all(connection, {(device_id, i) for i in ids}, {device_id})


def link_all(
    connection: sa.Connection, pairs: Collection[tuple[int, int]], old: Collection[int]
) -> None:
    """Note pairs of a device and an observation; only the `old` devices can have one already."""
    links = device_observations.c
    known: set[tuple[int, int]] = set()
    if old:
        query = sa.select(links.device_id, links.observation_id)
        for part in chunks({seen for device, seen in pairs if device in old}):
            found = connection.execute(query.where(links.observation_id.in_(part)))
            known |= {(row.device_id, row.observation_id) for row in found}
    new = [{"device_id": d, "observation_id": o} for d, o in sorted({*pairs} - known)]
    if new:
        connection.execute(sa.insert(device_observations), new)
