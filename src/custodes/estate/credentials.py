"""Owners' log-ins: sealed, given to the most specific target, never tried again once refused.

The key is passed in for as long as it is needed; without it this part of the register tells only
who may log in where, never with what.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import sqlalchemy as sa

from custodes import sealing
from custodes.errors import UsageError
from custodes.estate.authority import network
from custodes.estate.model import Device
from custodes.estate.schema import Clean, Instant, device_merges, devices, metadata, sites
from custodes.estate.store import Store

KINDS = ("login", "snmp")  # a user with a password; a community
SCOPES = ("device", "network", "site")
MOST_TEXT = 256

table = sa.Table(
    "credentials",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", Clean, nullable=False),
    sa.Column("scope", Clean, nullable=False),
    sa.Column("target", Clean, nullable=False),
    sa.Column("user_name", Clean, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("recorded_by", Clean, nullable=False),
    sa.UniqueConstraint("kind", "scope", "target"),
)

refusals = sa.Table(
    "credential_refusals",
    metadata,
    sa.Column(
        "device_id",
        sa.ForeignKey("devices.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("refused_at", Instant, nullable=False),
    sa.Column("words", Clean, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A log-in as it may be shown: whom it is for and who may use it; never the secret.

    `target` is a device's number, a range or a site's number, by `scope`; `called` names it.
    """

    id: int
    kind: str
    scope: str
    target: str
    user_name: str
    called: str
    recorded_at: datetime
    recorded_by: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """An opened log-in, on its way to one device. `mark` knows it again without telling it."""

    user: str
    word: str
    mark: str

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A log-in that a device refused: when, and in which words."""

    refused_at: datetime
    words: str


class Credentials(Store):
    """The part of the register that keeps owners' log-ins."""

    def add_credential(
        self,
        target: tuple[str, str],
        word: str,
        *,
        key: bytes,
        now: datetime,
        user: str = "",
        kind: str = "login",
        recorded_by: str = "",
    ) -> Credential:
        """Keep a log-in for ("device", ID), ("network", CIDR) or ("site", ID), sealed.

        One that is there for the same target is replaced.

        Raises:
            UsageError: no such kind or target, or a text that no device would take.
            SealError: the key is no key.
        """
        scope, meant = _target(kind, *target)
        _check_words(kind, user, word)
        values: dict[str, Any] = {"user_name": user, "recorded_at": now, "recorded_by": recorded_by}
        values["sealed"] = sealing.seal(word, key, _purpose(kind, scope, meant, user))
        about = {"kind": kind, "scope": scope, "target": meant}
        where = sa.and_(*(table.c[name] == value for name, value in about.items()))
        with self._write() as connection:
            self._check_there(connection, scope, meant)
            known = connection.execute(sa.select(table.c.id).where(where)).scalar()
            if known is None:
                connection.execute(sa.insert(table), {**about, **values})
            else:
                connection.execute(sa.update(table).where(where).values(**values))
            row = connection.execute(sa.select(table).where(where)).mappings().one()
            return _shown(row, _site_names(connection))

    def credentials(self) -> list[Credential]:
        """Every log-in, without its secret."""
        query = sa.select(table).order_by(table.c.id)
        with self._read() as connection:
            names = _site_names(connection)
            return [_shown(row, names) for row in connection.execute(query).mappings()]

    def remove_credential(self, credential_id: int) -> bool:
        """Forget a log-in; False where there is none of this number."""
        with self._write() as connection:
            gone = connection.execute(sa.delete(table).where(table.c.id == credential_id))
            return bool(gone.rowcount)

    def credential_for(
        self, device: Device, address: str | None, kind: str = "login"
    ) -> Credential | None:
        """The one log-in that is meant for a device: its own, else that of the narrowest network
        that holds `address`, else its site's. Never a second one."""
        with self._read() as connection:
            own = {str(device.id), *_former(connection, device.id)}
            return _meant(connection, kind, own, address, device.site_id)

    def credential_at(
        self, address: str, kind: str = "login", site_id: int | None = None
    ) -> Credential | None:
        """The one log-in that is meant for an address, whatever device is there."""
        with self._read() as connection:
            return _meant(connection, kind, (), address, site_id)

    def open_credential(self, credential_id: int, key: bytes) -> Secret:
        """The secret of a log-in.

        Raises:
            UsageError: there is no such log-in.
            SealError: the key is another one, or the row was changed.
        """
        query = sa.select(table).where(table.c.id == credential_id)
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise UsageError(f"there is no log-in {credential_id}")
        about = (row["kind"], row["scope"], row["target"], row["user_name"])
        word = sealing.unseal(bytes(row["sealed"]), key, _purpose(*about))
        return Secret(
            row["user_name"], word, sealing.mark(key, row["kind"], row["user_name"], word)
        )

    def note_refusal(self, device_id: int, mark: str, words: str, now: datetime) -> None:
        """Remember that a device refused a log-in, so that it is not tried there again."""
        with self._write() as connection:
            connection.execute(sa.delete(refusals).where(_of(device_id, mark)))
            row = {"device_id": device_id, "mark": mark, "refused_at": now, "words": words[:300]}
            connection.execute(sa.insert(refusals), row)

    def refusal(self, device_id: int, mark: str) -> Refusal | None:
        """What a device said when it refused this log-in; None where it never did."""
        query = sa.select(refusals.c.refused_at, refusals.c.words).where(_of(device_id, mark))
        with self._read() as connection:
            row = connection.execute(query).first()
        return Refusal(row.refused_at, row.words) if row else None

    def forget_refusal(self, device_id: int, mark: str) -> None:
        """A log-in that a device once refused was taken by it now."""
        with self._write() as connection:
            connection.execute(sa.delete(refusals).where(_of(device_id, mark)))

    def _check_there(self, connection: sa.Connection, scope: str, target: str) -> None:
        places = {"device": devices.c.id, "site": sites.c.id}
        if scope not in places:
            return
        if connection.execute(sa.select(places[scope]).where(places[scope] == int(target))).first():
            return
        raise UsageError(f"there is no {scope} {target}", hint=f"`custodes {scope}s` lists them.")


def move_refusals(connection: sa.Connection, old_id: int, device_id: int) -> None:
    """Two devices turned out to be one: what either refused, it refused."""
    held = sa.select(refusals.c.mark).where(refusals.c.device_id == device_id)
    move = sa.update(refusals).where(
        refusals.c.device_id == old_id, refusals.c.mark.not_in(held.scalar_subquery())
    )
    connection.execute(move.values(device_id=device_id))


def _of(device_id: int, mark: str) -> Any:
    return sa.and_(refusals.c.device_id == device_id, refusals.c.mark == mark)


def _target(kind: str, scope: str, target: str) -> tuple[str, str]:
    if kind not in KINDS:
        raise UsageError(f"a log-in is one of: {', '.join(KINDS)}; not {kind!r}")
    if scope not in SCOPES:
        raise UsageError(f"a log-in is for one of: {', '.join(SCOPES)}; not {scope!r}")
    if scope == "network":
        return scope, str(network(target))
    if not (target.isascii() and target.isdecimal() and 0 < int(target) < 2**31):
        raise UsageError(f"{target!r} is not the number of a {scope}")
    return scope, str(int(target))


def _check_words(kind: str, user: str, word: str) -> None:
    """Refuse what cannot be a log-in; a line end in one could smuggle a header in."""
    if kind == "login" and not user:
        raise UsageError("a log-in needs a user name")
    if not word:
        raise UsageError("an empty password is not kept")
    for text in (user, word):
        if len(text) > MOST_TEXT or any(ord(c) < 32 or ord(c) == 127 for c in text):
            raise UsageError("a user name or password has no line ends and at most 256 characters")
    if ":" in user:
        raise UsageError("a user name has no colon")


def _purpose(kind: str, scope: str, target: str, user: str) -> str:
    return f"credential\x1f{kind}\x1f{scope}\x1f{target}\x1f{user}"


def _former(connection: sa.Connection, device_id: int) -> list[str]:
    """The numbers that a device had before it was merged."""
    query = sa.select(device_merges.c.old_id).where(device_merges.c.device_id == device_id)
    return [str(number) for number in connection.execute(query).scalars()]


def _meant(
    connection: sa.Connection,
    kind: str,
    own: Collection[str],
    address: str | None,
    site_id: int | None,
) -> Credential | None:
    """The most specific log-in for a device of these numbers, at this address and site."""
    rows = connection.execute(sa.select(table).where(table.c.kind == kind)).mappings()
    ranked = []
    for row in rows:
        rank = {"device": (3, 0) if row["target"] in own else None}.get(row["scope"])
        if row["scope"] == "network":
            rank = _width(row["target"], address)
        elif row["scope"] == "site" and row["target"] == str(site_id):
            rank = (1, 0)
        if rank is not None:
            ranked.append((rank, row["id"], row))
    best = max(ranked, key=lambda one: one[:2], default=None)
    return _shown(best[2], _site_names(connection)) if best else None


def _width(cidr: str, address: str | None) -> tuple[int, int] | None:
    """How narrow a network is that holds an address; None where it does not."""
    try:
        host = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    range_ = network(cidr)
    return (2, range_.prefixlen) if host in range_ else None


def _site_names(connection: sa.Connection) -> dict[str, str]:
    query = sa.select(sites.c.id, sites.c.name)
    return {str(number): name for number, name in connection.execute(query)}


def _shown(row: sa.RowMapping, names: dict[str, str]) -> Credential:
    named = {"site": names.get(row["target"], ""), "device": f"device {row['target']}"}
    same: Sequence[str] = "id kind scope target user_name recorded_at recorded_by".split()
    return Credential(
        **{k: row[k] for k in same}, called=named.get(row["scope"]) or str(row["target"])
    )
