"""Make one device of two that turned out to be the same; the old number keeps working."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.estate.conclusions import CONCLUSIONS
from custodes.estate.credentials import move_refusals
from custodes.estate.details import move_details
from custodes.estate.listed import NOTHING
from custodes.estate.looks import move_shown
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_merges,
    device_observations,
    device_statements,
    devices,
    findings,
)
from custodes.estate.settling import settle


def merge(connection: sa.Connection, old_id: int, device_id: int, now: datetime) -> None:
    """Move everything of `old_id` to `device_id`; what the latter holds already wins."""
    _move_observations(connection, old_id, device_id)
    _move_statements(connection, old_id, device_id, now)
    move_refusals(connection, old_id, device_id)
    move_details(connection, old_id, device_id, now)
    move_shown(connection, old_id, device_id)
    for table in (device_macs, device_addresses, findings, device_merges):
        move = sa.update(table).where(table.c.device_id == old_id)
        connection.execute(move.values(device_id=device_id))
    _fill_gaps(connection, old_id, device_id)
    connection.execute(sa.delete(devices).where(devices.c.id == old_id))
    row = {"old_id": old_id, "device_id": device_id, "merged_at": now}
    connection.execute(sa.insert(device_merges), row)
    settle(connection, [device_id])


def _move_observations(connection: sa.Connection, old_id: int, device_id: int) -> None:
    links = device_observations.c
    both = sa.select(links.observation_id).where(links.device_id == device_id)
    move = sa.update(device_observations).where(
        links.device_id == old_id, links.observation_id.not_in(both.scalar_subquery())
    )
    connection.execute(move.values(device_id=device_id))


def _move_statements(connection: sa.Connection, old_id: int, device_id: int, now: datetime) -> None:
    said = device_statements.c
    held = set(
        connection.execute(
            sa.select(said.field).where(said.device_id == device_id, said.ended_at.is_(None))
        ).scalars()
    )
    end = sa.update(device_statements).where(
        said.device_id == old_id, said.ended_at.is_(None), said.field.in_(held)
    )
    connection.execute(end.values(ended_at=now))
    move = sa.update(device_statements).where(said.device_id == old_id)
    connection.execute(move.values(device_id=device_id))


def _fill_gaps(connection: sa.Connection, old_id: int, device_id: int) -> None:
    query = sa.select(devices).where(devices.c.id.in_((old_id, device_id)))
    rows = {row["id"]: row for row in connection.execute(query).mappings()}
    old, held = (
        {**rows[n], **(NOTHING if rows[n]["first_seen"] is None else {})}
        for n in (old_id, device_id)
    )
    sites = ("observed_site_id", "stated_site_id")
    filled = [c for c in (*CONCLUSIONS, "serial_key", "hostname", *sites) if held[c] is None]
    new: dict[str, Any] = {c: old[c] for c in filled if old[c] is not None}
    if held["first_seen"] is None:
        new = {**NOTHING, **new, "confidence": old["confidence"]}
    gained = {CONCLUSIONS[c] for c in new if c in CONCLUSIONS}
    evidence = [e for e in old["evidence"] if e["conclusion"] in gained]
    if evidence:
        new["evidence"] = [*held["evidence"], *evidence]
    for column, pick in (("first_seen", min), ("last_seen", max), ("created_at", min)):
        times = [row[column] for row in (old, held) if row[column] is not None]
        new[column] = pick(times) if times else None
    connection.execute(sa.update(devices).where(devices.c.id == device_id).values(**new))
