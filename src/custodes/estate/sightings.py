"""Observations, kept raw, each once, with when and how often it was seen."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa

from custodes.estate import conversations
from custodes.estate.likeness import likeness
from custodes.estate.model import Kept, Stored, StoredObservation
from custodes.estate.schema import device_observations as links
from custodes.estate.schema import observations as table
from custodes.estate.settling import chunks, insert
from custodes.estate.store import Store
from custodes.observation import Observation

BATCH = 1000
NEWEST = 20  # observations of one field at one port of a device, when its newest are asked for


class Sightings(Store):
    """The part of the register that keeps observations."""

    def add_observations(self, observations: Iterable[Observation], now: datetime) -> Stored:
        """Keep observations; one that is known gets its last time and its count brought up.

        Each batch of 1,000 is one transaction, so what was read before a failure stays.
        """
        new = known = 0
        stream = iter(observations)
        while batch := list(islice(stream, BATCH)):
            added = len({one.id for one in self.keep(batch, now) if one.is_new})
            new += added
            known += len(batch) - added
        return Stored(new, known)

    def keep(self, observations: Sequence[Observation], now: datetime) -> list[Kept]:
        """Keep observations in one transaction, and tell of each how the register has it.

        An answer that only repeats one already known (custodes.estate.likeness) is counted there;
        the text that was received first is the one that is kept.
        """
        with self._write() as connection:
            return _keep(connection, observations, now, count=True)

    def observations_of(
        self, device_id: int, *, newest: int | None = NEWEST
    ) -> list[StoredObservation]:
        """The observations of one device, oldest first: the newest so many of each field and port.

        `newest=None` gives every one that there is, of all years.
        """
        return self.observations_of_all([device_id], newest=newest)[device_id]

    def observations_of_all(
        self, ids: Collection[int], *, newest: int | None = NEWEST
    ) -> dict[int, list[StoredObservation]]:
        """The same for several devices."""
        found: dict[int, list[StoredObservation]] = {one: [] for one in ids}
        with self._read() as connection:
            for part in chunks(found):
                for row in connection.execute(_of(part, newest)).mappings():
                    found[row["of"]].append(_stored(row))
        return found

    def how_many_of(self, ids: Collection[int]) -> dict[int, int]:
        """How many observations there are of each of these devices, of all years."""
        found = dict.fromkeys(ids, 0)
        count = sa.select(links.c.device_id, sa.func.count()).group_by(links.c.device_id)
        with self._read() as connection:
            for part in chunks(found):
                for device_id, number in connection.execute(
                    count.where(links.c.device_id.in_(part))
                ):
                    found[device_id] = number
        return found

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
        """The numbers of these observations, kept now if they were not; no count goes up."""
        if not observations:
            return []
        with self._write() as connection:
            return [one.id for one in _keep(connection, observations, now, count=False)]


def _keep(
    connection: sa.Connection, batch: Sequence[Observation], now: datetime, *, count: bool
) -> list[Kept]:
    """Each observation as the register has it; what it has in no likeness is put there."""
    keys = [likeness(one) for one in batch]
    alike: dict[str, list[Observation]] = {}
    for key, one in zip(keys, batch, strict=True):
        alike.setdefault(key, []).append(one)
    digests = {key: seen[0].digest for key, seen in alike.items()}
    known = _known(connection, digests)
    fresh = [_row(digests[k], k, seen, now) for k, seen in alike.items() if k not in known]
    ids = {key: row.id for key, row in known.items()}
    if fresh:
        ids |= zip(
            (row["likeness"] for row in fresh), insert(connection, table, fresh), strict=True
        )
        conversations.take(
            connection, [(ids[row["likeness"]], alike[row["likeness"]][0]) for row in fresh]
        )
    if count:
        _see_again(connection, [(known[k], s) for k, s in alike.items() if k in known], now)
    first = _first_texts(connection, [(known[k], s) for k, s in alike.items() if k in known])
    return [
        Kept(ids[key], _as_first(one, first.get(ids[key], alike[key][0])), key not in known)
        for key, one in zip(keys, batch, strict=True)
    ]


def _known(connection: sa.Connection, digests: Mapping[str, str]) -> dict[str, Any]:
    """The rows of what is known already, by likeness.

    What an earlier custodes found unlike may be alike now; the digest tells that it is the same.
    """
    known = _by(connection, table.c.likeness, digests)
    left = {digest: key for key, digest in digests.items() if key not in known}
    same = _by(connection, table.c.digest, left)
    return known | {left[digest]: row for digest, row in same.items()}


def _by(connection: sa.Connection, column: Any, values: Collection[str]) -> dict[str, Any]:
    """Rows by a column's value; of several alike the oldest."""
    names = ("id", "digest", "first_seen", "last_seen", "times_seen")
    query = sa.select(column.label("found_by"), *(table.c[name] for name in names))
    found: dict[str, Any] = {}
    for part in chunks(values):
        for row in connection.execute(query.where(column.in_(part)).order_by(table.c.id)):
            found.setdefault(row.found_by, row)
    return found


def _first_texts(
    connection: sa.Connection, known: Iterable[tuple[Any, Sequence[Observation]]]
) -> dict[int, Observation]:
    """What was received first, where it was not to the letter what was received now."""
    other = [row.id for row, seen in known if any(one.digest != row.digest for one in seen)]
    texts: dict[int, Observation] = {}
    for part in chunks(other):
        query = sa.select(table).where(table.c.id.in_(part))
        for row in connection.execute(query).mappings():
            texts[row["id"]] = _stored(row).observation
    return texts


def _as_first(one: Observation, first: Observation) -> Observation:
    """What was seen now, in the words in which it was received first."""
    if (one.payload, one.encoding) == (first.payload, first.encoding):
        return one
    return msgspec.structs.replace(one, payload=first.payload, encoding=first.encoding)


def liken_all(connection: sa.Connection) -> None:
    """Work out the likeness of every observation anew."""
    after = 0
    change = sa.update(table).where(table.c.id == sa.bindparam("_id"))
    while True:
        query = sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
        rows = connection.execute(query).mappings().all()
        if not rows:
            return
        found = [{"_id": row["id"], "new": likeness(_stored(row).observation)} for row in rows]
        connection.execute(change.values(likeness=sa.bindparam("new")), found)
        after = rows[-1]["id"]


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


def _of(ids: Sequence[int], newest: int | None) -> sa.Select[Any]:
    of = table.join(links, links.c.observation_id == table.c.id)
    query = sa.select(table, links.c.device_id.label("of")).select_from(of)
    query = query.where(links.c.device_id.in_(ids))
    if newest is None:
        return query.order_by(table.c.first_seen, table.c.id)
    rank = sa.func.row_number().over(
        partition_by=(links.c.device_id, table.c.field, table.c.port),
        order_by=(table.c.last_seen.desc(), table.c.id.desc()),
    )
    ranked = query.add_columns(rank.label("rank")).subquery()
    best = sa.select(ranked).where(ranked.c.rank <= newest)
    return best.order_by(ranked.c.first_seen, ranked.c.id)


def when(observation: Observation, now: datetime) -> datetime:
    """When it was seen; a time without a zone is read as UTC."""
    seen = observation.seen_at or now
    return (seen if seen.tzinfo else seen.replace(tzinfo=UTC)).astimezone(UTC)


def _row(digest: str, key: str, seen: list[Observation], now: datetime) -> dict[str, Any]:
    one, times = seen[0], sorted({when(o, now) for o in seen})
    port = one.port if one.port is not None and 0 <= one.port <= 65535 else None
    return {
        "digest": digest,
        "likeness": key,
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
