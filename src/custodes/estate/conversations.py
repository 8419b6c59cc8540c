"""Who devices talk to: kept as `flow.peer` observations, asked for by device, day and service.

Each observation is one part of a conversation: one device, one peer, one port, one day at most, as
one capture saw it. Parts that overlap in time are the same packets, seen twice: of two captures the
one that saw more counts, and they are never added up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from custodes.estate.schema import Clean, Instant, metadata
from custodes.estate.schema import device_observations as links
from custodes.estate.schema import observations as seen
from custodes.estate.settling import chunks
from custodes.estate.store import Store
from custodes.estate.talk import Talk, read
from custodes.observation import Observation

table = sa.Table(
    "conversations",
    metadata,
    sa.Column(
        "observation_id",
        sa.ForeignKey("observations.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("peer_address", Clean, nullable=False, index=True),
    sa.Column("peer_name", Clean, nullable=False, index=True),
    sa.Column("peer_port", sa.Integer, nullable=False),
    sa.Column("transport", Clean, nullable=False),
    sa.Column("role", Clean, nullable=False),
    sa.Column("bytes_out", sa.BigInteger, nullable=False),
    sa.Column("bytes_in", sa.BigInteger, nullable=False),
    sa.Column("packets_out", sa.BigInteger, nullable=False),
    sa.Column("packets_in", sa.BigInteger, nullable=False),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("last_seen", Instant, nullable=False),
)


def take(connection: sa.Connection, fresh: Iterable[tuple[int, Observation]]) -> None:
    """Put the counters of new observations into their columns."""
    found = ((number, read(one)) for number, one in fresh)
    rows = [_row(number, talk) for number, talk in found if talk is not None]
    if rows:
        connection.execute(sa.insert(table), rows)


def _row(number: int, talk: Talk) -> dict[str, Any]:
    same = ("transport", "role", "bytes_out", "bytes_in", "packets_out", "packets_in")
    return {
        "observation_id": number,
        "peer_address": talk.peer,
        "peer_name": talk.name.casefold(),
        "peer_port": talk.port,
        "first_seen": min(talk.first, talk.last),
        "last_seen": max(talk.first, talk.last),
        **{name: getattr(talk, name) for name in same},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part as the register has it, with the capture that saw it."""

    device_id: int
    peer_address: str
    peer_name: str
    peer_port: int
    transport: str
    role: str
    bytes_out: int
    bytes_in: int
    packets_out: int
    packets_in: int
    first_seen: datetime
    last_seen: datetime
    source: str | None = None

    @property
    def peer(self) -> str:
        """The peer's name where it is known, else its address."""
        return self.peer_name or self.peer_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What one device exchanged with one peer on one day (UTC), nothing counted twice."""

    device_id: int
    day: date
    peer: str
    addresses: tuple[str, ...]
    port: int
    transport: str
    role: str
    bytes_out: int
    bytes_in: int
    packets_out: int
    packets_in: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """That a device talked to a peer at all, without how much or when."""

    device_id: int
    peer_address: str
    peer_name: str
    peer_port: int
    transport: str
    role: str


class Conversations(Store):
    """The part of the register that is asked who talks to whom."""

    def parts_of(self, ids: Sequence[int] | None = None) -> list[Part]:
        """Every part of the conversations of these devices (None: of all), oldest first."""
        where = [None] if ids is None else list(chunks(ids))
        with self._read() as connection:
            return [part for some in where for part in _parts(connection, some)]

    def conversations(self, device_id: int | None = None) -> list[Conversation]:
        """Who devices talked to, by device, day and peer, newest day first; `device_id`: one."""
        return merged(self.parts_of(None if device_id is None else [device_id]))

    def contacts(self) -> list[Contact]:
        """Which devices talked to which peers, each pair once: cheap where there are many days."""
        names = [table.c[n] for n in Contact.__slots__ if n != "device_id"]
        of = table.join(links, links.c.observation_id == table.c.observation_id)
        query = sa.select(links.c.device_id, *names).select_from(of).distinct()
        with self._read() as connection:
            rows = connection.execute(query.order_by(links.c.device_id)).mappings()
            return list(_named([Contact(**row) for row in rows]))


def _parts(connection: sa.Connection, ids: Sequence[int] | None) -> list[Part]:
    of = table.join(links, links.c.observation_id == table.c.observation_id)
    of = of.join(seen, seen.c.id == table.c.observation_id)
    names = [column for column in table.c if column.name != "observation_id"]
    query = sa.select(*names, links.c.device_id, seen.c.source).select_from(of)
    if ids is not None:
        query = query.where(links.c.device_id.in_(ids))
    query = query.order_by(table.c.first_seen, table.c.observation_id)
    return [Part(**row) for row in connection.execute(query).mappings()]


def merged(parts: Iterable[Part]) -> list[Conversation]:
    """Parts put together by device, day, peer, port and role; the newest day and most bytes first.

    A part that goes past midnight counts on the day on which it began. A part without a name gets
    the one by which the same device called the same address, in whatever log that stands.
    """
    alike: dict[tuple[Any, ...], list[Part]] = {}
    for part in _named(list(parts)):
        day = part.first_seen.astimezone(UTC).date()
        key = (part.device_id, day, part.peer, part.peer_port, part.transport, part.role)
        alike.setdefault(key, []).append(part)
    found = [_one(key, held) for key, held in alike.items()]
    return sorted(
        found, key=lambda c: (c.device_id, -c.day.toordinal(), -(c.bytes_out + c.bytes_in), c.peer)
    )


_Talk = TypeVar("_Talk", Part, Contact)


def _named(parts: Sequence[_Talk]) -> Iterator[_Talk]:
    """The parts that are conversations, with the names that others of the same device know."""
    names: dict[tuple[int, str, int], str] = {}
    for part in parts:
        if part.peer_name:
            names[part.device_id, part.peer_address, part.peer_port] = part.peer_name
    for part in parts:
        if not part.transport:
            continue  # only a name, from a log that knows nothing else
        if part.peer_name or part.role == "server":
            yield part
            continue
        places = ((part.device_id, part.peer_address, port) for port in (part.peer_port, 0))
        name = next((names[place] for place in places if place in names), "")
        yield replace(part, peer_name=name) if name else part


def _one(key: tuple[Any, ...], parts: Sequence[Part]) -> Conversation:
    device_id, day, peer, port, transport, role = key
    return Conversation(
        device_id=device_id,
        day=day,
        peer=peer,
        port=port,
        transport=transport,
        role=role,
        addresses=tuple(dict.fromkeys(p.peer_address for p in parts)),
        first_seen=min(p.first_seen for p in parts),
        last_seen=max(p.last_seen for p in parts),
        **counted_once(parts),
    )


COUNTS = ("bytes_out", "bytes_in", "packets_out", "packets_in")


def counted_once(parts: Iterable[Part]) -> Mapping[str, int]:
    """Bytes and packets of parts of one conversation, none of them counted twice.

    One address after the other: what two addresses of one name exchanged is never the same packet.
    """
    total = dict.fromkeys(COUNTS, 0)
    by_address: dict[str, list[Part]] = {}
    for part in parts:
        by_address.setdefault(part.peer_address, []).append(part)
    for held in by_address.values():
        for cluster in _overlapping(held):
            for name, value in _best(cluster).items():
                total[name] += value
    return total


def _overlapping(parts: Iterable[Part]) -> list[list[Part]]:
    """Parts in groups that share time; where one only ends as the next begins, they do not."""
    groups: list[list[Part]] = []
    end: datetime | None = None
    for part in sorted(parts, key=_times):
        if end is None or (part.first_seen >= end and _times(part) != _times(groups[-1][-1])):
            groups.append([])
        groups[-1].append(part)
        end = part.last_seen if end is None else max(end, part.last_seen)
    return groups


def _times(part: Part) -> tuple[datetime, datetime]:
    return part.first_seen, part.last_seen


def _best(cluster: Sequence[Part]) -> dict[str, int]:
    """The counts of the capture that saw most of a cluster."""
    sources: dict[str | None, list[Part]] = {}
    for part in cluster:
        sources.setdefault(part.source, []).append(part)
    best = dict.fromkeys(COUNTS, 0)
    for held in sources.values():
        tops = [max(group, key=lambda p: p.bytes_out + p.bytes_in) for group in _overlapping(held)]
        sums = {name: sum(getattr(p, name) for p in tops) for name in COUNTS}
        if sums["bytes_out"] + sums["bytes_in"] > best["bytes_out"] + best["bytes_in"]:
            best = sums
    return best
