"""Looks: every scan and import, and what each device showed in it, so that two can be compared.

A device's own row holds what is known of it now; a look holds what was shown then. Nothing here is
ever changed afterwards, but for the number of a device that turned out to be another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.estate.schema import Clean, Instant, devices, metadata, sites
from custodes.estate.schema import device_statements as said
from custodes.estate.settling import chunks
from custodes.estate.store import Store
from custodes.identity import Identity

KINDS = ("scan", "import", "listen", "inspect")

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", Clean, nullable=False),
    sa.Column("name", Clean, nullable=False),
    sa.Column("scope", sa.JSON, nullable=False),
    sa.Column("run_id", sa.ForeignKey("scan_runs.id", ondelete="CASCADE"), unique=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
)
_TEXTS = "place address mac serial brand maker model firmware device_type name".split()
look_devices = sa.Table(
    "look_devices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("look_id", sa.ForeignKey("looks.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column(
        "device_id", sa.ForeignKey("devices.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    sa.Column("site_id", sa.ForeignKey("sites.id")),
    *(sa.Column(name, Clean) for name in _TEXTS),
    sa.Column("is_surveillance", sa.Boolean),
    sa.Column("seen_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the estate. `scope`: the networks that it covered whole; [] where not known."""

    id: int
    kind: str
    name: str
    scope: tuple[str, ...]
    started_at: datetime
    finished_at: datetime | None = None
    devices: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one device showed in one look; None where it did not say.

    `key` tells the device from others in both looks that are compared; `kept_by` says by what the
    register tells it: "mac", "serial" or "address". `name` is what it calls itself.
    """

    key: str
    kept_by: str
    device_id: int | None = None
    place: str | None = None
    address: str | None = None
    mac: str | None = None
    serial: str | None = None
    brand: str | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    device_type: str | None = None
    is_surveillance: bool | None = None
    name: str | None = None
    site: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One device on its way into a look."""

    device_id: int
    identity: Identity
    place: str | None
    address: str | None
    site_id: int | None
    name: str | None
    seen_at: datetime


class Looks(Store):
    """The part of the register that remembers what was seen when."""

    def begin_look(
        self,
        kind: str,
        name: str,
        now: datetime,
        *,
        scope: Iterable[str] = (),
        run_id: int | None = None,
    ) -> int:
        """The number of a new look; a scan that goes on (`run_id`) goes on in its own look."""
        with self._write() as connection:
            if run_id is not None:
                same = sa.select(looks.c.id).where(looks.c.run_id == run_id)
                known = connection.execute(same).scalar()
                if known is not None:
                    return int(known)
            row = {"kind": kind, "name": name, "scope": list(scope), "run_id": run_id}
            made = connection.execute(sa.insert(looks).values(**row, started_at=now))
            assert made.inserted_primary_key is not None
            return int(made.inserted_primary_key[0])

    def show(self, look_id: int, shown: Sequence[Shown]) -> None:
        """Remember what devices showed in a look."""
        rows = [_row(look_id, one) for one in shown]
        if rows:
            with self._write() as connection:
                connection.execute(sa.insert(look_devices), rows)

    def finish_look(self, look_id: int, now: datetime) -> None:
        """Note that a look came to its end: what it covers and did not see was not there."""
        with self._write() as connection:
            change = sa.update(looks).where(looks.c.id == look_id)
            connection.execute(change.values(finished_at=now))

    def looks(self, *, limit: int | None = None) -> list[Look]:
        """Every look, newest first."""
        count = sa.func.count(look_devices.c.device_id.distinct()).label("devices")
        query = sa.select(*(c for c in looks.c if c.name != "run_id"), count)
        query = query.outerjoin(look_devices).group_by(looks.c.id).order_by(looks.c.id.desc())
        with self._read() as connection:
            rows = connection.execute(query.limit(limit)).mappings()
            return [Look(**{**row, "scope": tuple(row["scope"])}) for row in rows]

    def seen_in(self, look_id: int) -> list[Seen]:
        """What each device showed in a look, last thing last."""
        return self._seen(look_devices.c.look_id == look_id)

    def seen_until(self, instant: datetime) -> list[Seen]:
        """What each device showed when it was last seen up to an instant."""
        return self._seen(look_devices.c.seen_at <= instant)

    def seen_of(self, device_id: int) -> list[Seen]:
        """What one device showed in each look, the oldest first."""
        return self._seen(look_devices.c.device_id == device_id, each=look_devices.c.look_id)

    def _seen(
        self, where: sa.ColumnElement[bool], each: sa.Column[Any] = look_devices.c.device_id
    ) -> list[Seen]:
        rank = sa.func.row_number().over(
            partition_by=each,
            order_by=(look_devices.c.seen_at.desc(), look_devices.c.id.desc()),
        )
        ranked = sa.select(look_devices.c.id, rank.label("rank")).where(where).subquery()
        newest = sa.select(ranked.c.id).where(ranked.c.rank == 1)
        names = [look_devices.c[n] for n in (*_TEXTS, "device_id", "is_surveillance", "seen_at")]
        query = (
            sa.select(*names, sites.c.name.label("site"), devices.c.key_kind.label("kept_by"))
            .join(devices, devices.c.id == look_devices.c.device_id)
            .outerjoin(sites, sites.c.id == look_devices.c.site_id)
            .where(look_devices.c.id.in_(newest))
            .order_by(look_devices.c.device_id, look_devices.c.seen_at, look_devices.c.id)
        )
        with self._read() as connection:
            rows = connection.execute(query).mappings()
            return [Seen(key=f"device {row['device_id']}", **row) for row in rows]

    def stated_names(self, ids: Iterable[int]) -> Mapping[int, str]:
        """What people call these devices: the name or tag of their list."""
        rank = {"name": 0, "asset_tag": 1, "location": 2}
        query = sa.select(said.c.device_id, said.c.field, said.c.value).where(
            said.c.ended_at.is_(None), said.c.field.in_(rank)
        )
        found: dict[int, tuple[int, str]] = {}
        with self._read() as connection:
            for part in chunks(set(ids)):
                for row in connection.execute(query.where(said.c.device_id.in_(part))):
                    one = (rank[row.field], row.value)
                    found[row.device_id] = min(found.get(row.device_id, one), one)
        return {device_id: name for device_id, (_, name) in found.items()}


def move_shown(connection: sa.Connection, old_id: int, device_id: int) -> None:
    """A device turned out to be another: its looks are the other's."""
    move = sa.update(look_devices).where(look_devices.c.device_id == old_id)
    connection.execute(move.values(device_id=device_id))


def _row(look_id: int, one: Shown) -> dict[str, Any]:
    identity = one.identity
    said = {n: getattr(identity, n) for n in ("mac", "serial", "maker", "model", "firmware")}
    return {
        **said,
        "look_id": look_id,
        "device_id": one.device_id,
        "site_id": one.site_id,
        "place": one.place,
        "address": one.address,
        "brand": identity.vendor,
        "device_type": identity.device_type,
        "is_surveillance": identity.is_surveillance,
        "name": one.name,
        "seen_at": one.seen_at,
    }
