"""What devices say beyond identity: abilities, settings, attached cameras, each with its history.

A value holds from its first sighting until another takes its place or the device no longer says
it; then it ends and stays on record. An attached camera is another device at second hand: it is
told with its recorder and never counted among devices.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from custodes.estate.keys import normal_mac, normal_place, normal_serial, word_key
from custodes.estate.schema import (
    Clean,
    Instant,
    device_addresses,
    device_macs,
    devices,
    metadata,
)
from custodes.estate.settling import chunks
from custodes.estate.store import Store
from custodes.facts import Attached, Capability, DeviceFacts, Fact, Words

MEASURES = ("_s", "_bytes_free")  # what passes by itself is brought up, without a history
TOLD = ("field", "matched", "source", "observation")
ITEM = ("capable", "enabled", "value")
CAMERA = tuple("name address port protocol manufacturer model serial firmware mac".split())


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "device_id",
            sa.ForeignKey("devices.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("field", Clean, nullable=False),
        sa.Column("matched", Clean, nullable=False),
        sa.Column("source", Clean, nullable=False),
        sa.Column("observation", Clean),
        sa.Column("first_seen", Instant, nullable=False),
        sa.Column("last_seen", Instant, nullable=False),
        sa.Column("ended_at", Instant),
    )


facts = sa.Table(
    "device_facts",
    metadata,
    *_columns(),
    sa.Column("subject", Clean, nullable=False),
    sa.Column("name", Clean, nullable=False),
    sa.Column("channel", Clean, nullable=False),
    sa.Column("capable", sa.Boolean),
    sa.Column("enabled", sa.Boolean),
    sa.Column("value", Clean),
)

cameras = sa.Table(
    "attached_cameras",
    metadata,
    *_columns(),
    sa.Column("channel", Clean, nullable=False),
    sa.Column("name", Clean),
    sa.Column("address", Clean),
    sa.Column("port", sa.Integer),
    sa.Column("protocol", Clean),
    sa.Column("manufacturer", Clean),
    sa.Column("model", Clean),
    sa.Column("serial", Clean),
    sa.Column("firmware", Clean),
    sa.Column("mac", Clean, index=True),
    sa.Column("online", sa.Boolean),
    sa.Column("serial_key", Clean, index=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFact:
    """One capability or setting of one device, and from when until when it held.

    `ended_at` is None while it holds. Of a capability `capable` and `enabled` are told, of a fact
    `value`.
    """

    device_id: int
    subject: str  # "capability" or "fact"
    name: str
    channel: str
    capable: bool | None
    enabled: bool | None
    value: str | None
    words: Words
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCamera:
    """A camera that a recorder says is attached, and the device that it is where that was seen.

    `same_as` is the number of the device of the register that is this very camera, by MAC, by
    serial, or by address at the recorder's site and model; None: nobody has seen it itself.
    """

    device_id: int  # the recorder's
    attached: Attached
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None = None
    same_as: int | None = None


class Details(Store):
    """The part of the register that keeps what devices say beyond identity."""

    def keep_facts(self, device_id: int, told: DeviceFacts, now: datetime) -> None:
        """Bring what a device says up to date; `told` is all that it says now.

        What is told again is seen again; another value ends the one before; what is no longer
        told ends, but for measures (MEASURES), of which the last is kept.
        """
        items = [*map(_item, told.capabilities), *map(_item, told.facts)]
        rows = [_camera(one) for one in told.attached]
        with self._write() as connection:
            _bring_up(connection, facts, device_id, items, now)
            _bring_up(connection, cameras, device_id, rows, now)

    def facts_of(self, device_id: int) -> DeviceFacts:
        """What a device says now."""
        found = DeviceFacts(attached=[c.attached for c in self.attached_to(device_id)])
        for one in self.fact_history(device_id):
            if one.ended_at is not None:
                continue
            if one.subject == "fact":
                fact = Fact(
                    name=one.name, value=one.value or "", words=one.words, channel=one.channel
                )
                found.facts.append(fact)
            else:
                found.capabilities.append(_capability(one))
        return found

    def fact_history(self, device_id: int | None = None) -> list[KeptFact]:
        """Every capability and setting that a device (or any) ever told, with when it held."""
        query = sa.select(facts).order_by(
            facts.c.device_id, facts.c.subject, facts.c.name, facts.c.channel, facts.c.id
        )
        if device_id is not None:
            query = query.where(facts.c.device_id == device_id)
        with self._read() as connection:
            return [_kept(row) for row in _rows(connection, query)]

    def attached_to(self, device_id: int | None = None, *, ended: bool = False) -> list[KeptCamera]:
        """The cameras that a recorder (or any) says are attached; with `ended`, also formerly."""
        query = sa.select(cameras).order_by(cameras.c.device_id, cameras.c.id)
        if device_id is not None:
            query = query.where(cameras.c.device_id == device_id)
        if not ended:
            query = query.where(cameras.c.ended_at.is_(None))
        with self._read() as connection:
            rows = _rows(connection, query)
            same = _themselves(connection, rows)
        return [_kept_camera(row, same.get(row["id"])) for row in rows]


def move_details(connection: sa.Connection, old_id: int, device_id: int, now: datetime) -> None:
    """Two devices turned out to be one: keep what both said; where both speak, the latter holds."""
    for table in (facts, cameras):
        query = sa.select(table).where(
            table.c.device_id.in_((old_id, device_id)), table.c.ended_at.is_(None)
        )
        rows = _rows(connection, query)
        held = {_key(table, row) for row in rows if row["device_id"] == device_id}
        ended = [r["id"] for r in rows if r["device_id"] == old_id and _key(table, r) in held]
        _end(connection, table, ended, now)
        move = sa.update(table).where(table.c.device_id == old_id)
        connection.execute(move.values(device_id=device_id))


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _item(one: Capability | Fact) -> dict[str, Any]:
    about: dict[str, Any] = {"name": one.name, "channel": one.channel, "words": one.words}
    if isinstance(one, Fact):
        return {**about, "subject": "fact", "capable": None, "enabled": None, "value": one.value}
    state = {"capable": one.capable, "enabled": one.enabled, "value": None}
    return {**about, "subject": "capability", **state}


def _camera(one: Attached) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(one, name) for name in CAMERA}
    port = row["port"]
    row["port"] = port if port is not None and 0 <= port <= 65_535 else None
    row["serial_key"] = normal_serial(one.serial)
    return {"channel": one.channel, **row, "online": one.online, "words": one.words}


def _key(table: sa.Table, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What a row speaks of."""
    names = ("subject", "name", "channel") if table is facts else ("channel",)
    return tuple(row[name] for name in names)


def _bring_up(
    connection: sa.Connection,
    table: sa.Table,
    device_id: int,
    told: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Write what is told now beside what was told before."""
    query = sa.select(table).where(table.c.device_id == device_id, table.c.ended_at.is_(None))
    held = {_key(table, row): row for row in _rows(connection, query)}
    news = {_key(table, row): row for row in told}
    ended = [row["id"] for key, row in held.items() if key not in news and not _measure(table, row)]
    fresh = []
    for key, new in news.items():
        seen = _seen(new["words"], now)
        values = {k: v for k, v in new.items() if k != "words"} | _told(new["words"])
        old = held.get(key)
        if old is not None and (_same(table, old, new) or _measure(table, new)):
            values["last_seen"] = max(seen, old["last_seen"])
            connection.execute(sa.update(table).where(table.c.id == old["id"]).values(**values))
            continue
        if old is not None:
            ended.append(old["id"])
        fresh.append({"device_id": device_id, **values, "first_seen": seen, "last_seen": seen})
    _end(connection, table, ended, now)
    if fresh:
        connection.execute(sa.insert(table), fresh)


def _end(connection: sa.Connection, table: sa.Table, ids: Collection[int], now: datetime) -> None:
    for part in chunks(ids):
        connection.execute(sa.update(table).where(table.c.id.in_(part)).values(ended_at=now))


def _same(table: sa.Table, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether nothing changed; that a camera is offline today makes no other camera of it."""
    return all(old[name] == new[name] for name in (ITEM if table is facts else CAMERA))


def _measure(table: sa.Table, row: Mapping[str, Any]) -> bool:
    return table is facts and row["subject"] == "fact" and row["name"].endswith(MEASURES)


def _told(words: Words) -> dict[str, Any]:
    return {name: getattr(words, name) for name in TOLD}


def _seen(words: Words, now: datetime) -> datetime:
    """When the words were received."""
    try:
        at = datetime.fromisoformat(words.seen_at or "")
    except ValueError:
        return now
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _words(row: Mapping[str, Any]) -> Words:
    return Words(**{name: row[name] for name in TOLD}, seen_at=row["last_seen"].isoformat())


def _kept(row: Mapping[str, Any]) -> KeptFact:
    names = ("device_id", "subject", "name", "channel", *ITEM, "first_seen", "last_seen")
    return KeptFact(**{n: row[n] for n in names}, words=_words(row), ended_at=row["ended_at"])


def _capability(one: KeptFact) -> Capability:
    return Capability(
        name=one.name,
        capable=one.capable,
        enabled=one.enabled,
        words=one.words,
        channel=one.channel,
    )


def _kept_camera(row: Mapping[str, Any], same_as: int | None) -> KeptCamera:
    told = {name: row[name] for name in ("channel", *CAMERA, "online")}
    when = {name: row[name] for name in ("first_seen", "last_seen", "ended_at")}
    attached = Attached(**told, words=_words(row))
    return KeptCamera(device_id=row["device_id"], attached=attached, **when, same_as=same_as)


def _themselves(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Which of these cameras are devices of the register themselves, by row."""
    by_mac = _owners(connection, device_macs.c.mac, _all(rows, "mac", normal_mac))
    by_serial = _owners(connection, devices.c.serial_key, _all(rows, "serial", normal_serial))
    by_place = _at(connection, rows)
    found: dict[int, int] = {}
    for row in rows:
        mac, serial = normal_mac(row["mac"]), normal_serial(row["serial"])
        same = by_mac.get(mac or "") or by_serial.get(serial or "") or by_place.get(row["id"])
        if same is not None and same != row["device_id"]:
            found[row["id"]] = same
    return found


def _all(rows: Iterable[Mapping[str, Any]], name: str, normal: Any) -> set[str]:
    return {value for row in rows if (value := normal(row[name])) is not None}


def _owners(connection: sa.Connection, column: Any, values: Collection[str]) -> dict[str, int]:
    """The one device that has each value; a value that two have tells neither."""
    owner = device_macs.c.device_id if column.table is device_macs else devices.c.id
    found: dict[str, set[int]] = {}
    for part in chunks(values):
        for value, number in connection.execute(sa.select(column, owner).where(column.in_(part))):
            found.setdefault(value, set()).add(number)
    return {value: next(iter(numbers)) for value, numbers in found.items() if len(numbers) == 1}


def _at(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """The device at each camera's address: at the recorder's own site, and of no other model.

    A private address means nothing elsewhere, and a recorder's own camera ports repeat the same
    few in every box, so that the address alone proves nothing.
    """
    wanted = {a for row in rows if (a := normal_place(row["address"])) is not None}
    site = sa.func.coalesce(devices.c.stated_site_id, devices.c.observed_site_id)
    here = device_addresses.c
    query = (
        sa.select(here.address, devices.c.id, site, devices.c.model)
        .join(devices, devices.c.id == here.device_id)
        .where(here.ended_at.is_(None))
    )
    there: dict[str, list[Any]] = {}
    for part in chunks(wanted):
        for one in connection.execute(query.where(here.address.in_(part))):
            there.setdefault(one[0], []).append(one)
    of = _site_of(connection, {row["device_id"] for row in rows})
    found: dict[int, int] = {}
    for row in rows:
        able = [
            number
            for _, number, at, model in there.get(normal_place(row["address"]) or "", ())
            if at is not None
            and at == of.get(row["device_id"])
            and row["model"]
            and word_key(model) == word_key(row["model"])
        ]
        if len(able) == 1:
            found[row["id"]] = able[0]
    return found


def _site_of(connection: sa.Connection, ids: Collection[int]) -> dict[int, int | None]:
    site = sa.func.coalesce(devices.c.stated_site_id, devices.c.observed_site_id)
    found: dict[int, int | None] = {}
    for part in chunks(ids):
        rows = connection.execute(sa.select(devices.c.id, site).where(devices.c.id.in_(part)))
        found |= {row[0]: row[1] for row in rows}
    return found
