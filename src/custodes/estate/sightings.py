"""Observations, kept raw, each once, with when and how often it was seen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from custodes.estate.model import Stored, StoredObservation
from custodes.estate.schema import device_observations as links
from custodes.estate.schema import observations as table
from custodes.estate.store import Store
from custodes.observation import Observation

BATCH = 1000


class Sightings(Store):
    """The part of the register that keeps observations."""

    def add_observations(self, observations: Iterable[Observation], now: datetime) -> Stored:
        """Keep observations; one that is known gets its last time and its count brought up.

        Each batch of 1,000 is one transaction, so what was read before a failure stays.
        """
        new = known = 0
        stream = iter(observations)
        while batch := list(islice(stream, BATCH)):
            with self._write() as connection:
                ids, added = _keep(connection, batch, now, count=True)
            new += added
            known += len(batch) - added
            del ids
        return Stored(new, known)

    def observations_of(self, device_id: int) -> list[StoredObservation]:
        """Every observation of one device, oldest first."""
        query = (
            sa.select(table)
            .join(links, links.c.observation_id == table.c.id)
            .where(links.c.device_id == device_id)
            .order_by(table.c.first_seen, table.c.id)
        )
        with self._read() as connection:
            return [_stored(row) for row in connection.execute(query).mappings()]

    def observations(
        self, *, after: int = 0, limit: int | None = None
    ) -> Iterator[StoredObservation]:
        """Every observation in the order in which it was first kept, a page at a time in memory."""
        left = limit
        while left is None or left > 0:
            size = BATCH if left is None else min(BATCH, left)
            query = sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(size)
            with self._read() as connection:
                page = [_stored(row) for row in connection.execute(query).mappings()]
            yield from page
            if len(page) < size:
                return
            after = page[-1].id
            left = None if left is None else left - len(page)

    def _ensure(self, observations: Sequence[Observation], now: datetime) -> list[int]:
        """The ids of these observations, kept now if they were not; no count goes up."""
        with self._write() as connection:
            ids, _ = _keep(connection, observations, now, count=False)
        return ids


def _keep(
    connection: sa.Connection, batch: Sequence[Observation], now: datetime, *, count: bool
) -> tuple[list[int], int]:
    by_digest: dict[str, list[Observation]] = {}
    for observation in batch:
        by_digest.setdefault(observation.digest, []).append(observation)
    known = _known(connection, list(by_digest))
    fresh = [_row(digest, seen, now) for digest, seen in by_digest.items() if digest not in known]
    if fresh:
        connection.execute(sa.insert(table), fresh)
    if count:
        _see_again(connection, [(known[d], s) for d, s in by_digest.items() if d in known], now)
    ids = known | _known(connection, [row["digest"] for row in fresh])
    return [ids[digest].id for digest in by_digest], len(fresh)


def _known(connection: sa.Connection, digests: list[str]) -> dict[str, Any]:
    if not digests:
        return {}
    query = sa.select(
        table.c.id, table.c.digest, table.c.first_seen, table.c.last_seen, table.c.times_seen
    ).where(table.c.digest.in_(digests))
    return {row.digest: row for row in connection.execute(query)}


def _see_again(
    connection: sa.Connection, again: Sequence[tuple[Any, list[Observation]]], now: datetime
) -> None:
    """Bring times up to date; the same sighting, read a second time, changes nothing."""
    changes = []
    for row, seen in again:
        times = {when(o, now) for o in seen}
        later = sum(t > row.last_seen for t in times)
        if later or min(times) < row.first_seen:
            first, last = min(row.first_seen, *times), max(row.last_seen, *times)
            changes.append(
                {"row": row.id, "first": first, "last": last, "times": row.times_seen + later}
            )
    if changes:
        change = (
            sa.update(table)
            .where(table.c.id == sa.bindparam("row"))
            .values(
                first_seen=sa.bindparam("first"),
                last_seen=sa.bindparam("last"),
                times_seen=sa.bindparam("times"),
            )
        )
        connection.execute(change, changes)


def when(observation: Observation, now: datetime) -> datetime:
    """When it was seen; a time without a zone is read as UTC."""
    seen = observation.seen_at or now
    return (seen if seen.tzinfo else seen.replace(tzinfo=UTC)).astimezone(UTC)


def _row(digest: str, seen: list[Observation], now: datetime) -> dict[str, Any]:
    one, times = seen[0], sorted({when(o, now) for o in seen})
    port = one.port if one.port is not None and 0 <= one.port <= 65535 else None
    return {
        "digest": digest,
        "field": one.field,
        "payload": one.payload.encode("utf-8", "surrogatepass"),
        "encoding": one.encoding,
        "own_id": one.id,
        "device": one.device,
        "address": one.address,
        "port": port,
        "transport": one.transport,
        "source": one.source,
        "first_seen": times[0],
        "last_seen": times[-1],
        "times_seen": len(times),
    }


def _stored(row: Any) -> StoredObservation:
    kept = ("field", "encoding", "device", "address", "port", "transport", "source")
    payload = bytes(row["payload"]).decode("utf-8", "surrogatepass")
    observation = Observation(
        payload=payload, id=row["own_id"], seen_at=row["last_seen"], **{k: row[k] for k in kept}
    )
    facts = ("id", "digest", "first_seen", "last_seen", "times_seen")
    return StoredObservation(observation=observation, **{k: row[k] for k in facts})
