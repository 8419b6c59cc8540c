"""The tables of the register. Instants are UTC; text holds no NUL and no half of a surrogate pair.

`docs/reference/register.md` says what every column means.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

HEAD = "0005"  # the newest migration; a test holds this to migrations/versions


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC: `timestamptz` on PostgreSQL, ISO text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone is not an instant")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        aware: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC)


class Clean(TypeDecorator[str]):
    """Text that both engines take: NUL and lone surrogates become U+FFFD (payloads keep theirs)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return clean(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value


def clean(value: str) -> str:
    """The text as the register keeps it.

    >>> clean("a" + chr(0) + "b")
    'a�b'
    """
    text = value.replace("\0", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _to(name: str, target: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.ForeignKey(target, ondelete="CASCADE"), **options)


meta = sa.Table(
    "register_meta",
    metadata,
    sa.Column("name", Clean, primary_key=True),
    sa.Column("value", Clean, nullable=False),
)

bodies = sa.Table(
    "bodies",
    metadata,
    _id(),
    sa.Column("name", Clean, nullable=False),
    sa.Column("name_key", Clean, nullable=False, unique=True),
    sa.Column("standard_ids", sa.JSON, nullable=False),
    sa.Column("notes", Clean, nullable=False),
)

sites = sa.Table(
    "sites",
    metadata,
    _id(),
    sa.Column("body_id", sa.ForeignKey("bodies.id")),
    sa.Column("name", Clean, nullable=False),
    sa.Column("name_key", Clean, nullable=False, index=True),
    sa.Column("sensitive", sa.Boolean),
    sa.Column("address", Clean, nullable=False),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    sa.Column("standard_ids", sa.JSON, nullable=False),
    sa.Column("notes", Clean, nullable=False),
    sa.UniqueConstraint("body_id", "name_key"),
)

networks = sa.Table(
    "networks",
    metadata,
    _id(),
    sa.Column("cidr", Clean, nullable=False, index=True),
    sa.Column("name", Clean, nullable=False),
    sa.Column("segment", Clean, nullable=False),
    sa.Column("site_id", sa.ForeignKey("sites.id")),
    sa.Column("notes", Clean, nullable=False),
    sa.UniqueConstraint("cidr", "site_id"),
)

authorities = sa.Table(
    "authorities",
    metadata,
    _id(),
    _to("network_id", "networks.id", nullable=False, index=True),
    sa.Column("who", Clean, nullable=False),
    sa.Column("reference", Clean, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("valid_from", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("recorded_by", Clean, nullable=False),
)

devices = sa.Table(
    "devices",
    metadata,
    _id(),
    sa.Column("key_kind", Clean, nullable=False),
    sa.Column("key", Clean, nullable=False),
    sa.Column("brand", Clean),
    sa.Column("maker", Clean, index=True),
    sa.Column("product_family", Clean),
    sa.Column("model", Clean),
    sa.Column("firmware", Clean),
    sa.Column("serial", Clean),
    sa.Column("serial_key", Clean, index=True),
    sa.Column("hostname", Clean),
    sa.Column("device_type", Clean),
    sa.Column("is_surveillance", sa.Boolean),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("observed_site_id", sa.ForeignKey("sites.id"), index=True),
    sa.Column("stated_site_id", sa.ForeignKey("sites.id"), index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("first_seen", Instant),
    sa.Column("last_seen", Instant),
    sqlite_autoincrement=True,  # the number of a merged device is never given to another
)

# What a list shows of a device, so that no list reads evidence. Made from the rest, and made anew
# whenever that changes: custodes.estate.settling.
device_summaries = sa.Table(
    "device_summaries",
    metadata,
    sa.Column(
        "device_id",
        sa.ForeignKey("devices.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("called", Clean, nullable=False),
    sa.Column("called_key", Clean, nullable=False),
    sa.Column("brand", Clean),
    sa.Column("maker", Clean),
    sa.Column("model", Clean),
    sa.Column("firmware", Clean),
    sa.Column("serial", Clean),
    sa.Column("mac", Clean),
    sa.Column("device_type", Clean),
    sa.Column("is_surveillance", sa.Boolean),
    sa.Column("site_id", sa.ForeignKey("sites.id")),
    sa.Column("address", Clean),
    sa.Column("address_key", Clean),
    sa.Column("state", Clean, nullable=False),
    sa.Column("last_seen", Instant),
    sa.Column("words", Clean, nullable=False),
)

device_macs = sa.Table(
    "device_macs",
    metadata,
    sa.Column("mac", Clean, primary_key=True),
    _to("device_id", "devices.id", nullable=False, index=True),
    sa.Column("first_seen", Instant, nullable=False),
)

device_addresses = sa.Table(
    "device_addresses",
    metadata,
    _id(),
    _to("device_id", "devices.id", nullable=False, index=True),
    sa.Column("place", Clean, nullable=False, index=True),
    sa.Column("address", Clean, index=True),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("last_seen", Instant, nullable=False),
    sa.Column("ended_at", Instant),
)

device_statements = sa.Table(
    "device_statements",
    metadata,
    _id(),
    _to("device_id", "devices.id", nullable=False),
    sa.Column("field", Clean, nullable=False),
    sa.Column("value", Clean, nullable=False),
    sa.Column("value_key", Clean, nullable=False),
    sa.Column("who", Clean, nullable=False),
    sa.Column("source", Clean, nullable=False),
    sa.Column("stated_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Index("ix_device_statements_device_id_field", "device_id", "field"),
    sa.Index("ix_device_statements_field_value_key", "field", "value_key"),
)

device_merges = sa.Table(
    "device_merges",
    metadata,
    sa.Column("old_id", sa.Integer, primary_key=True, autoincrement=False),
    _to("device_id", "devices.id", nullable=False, index=True),
    sa.Column("merged_at", Instant, nullable=False),
)

observations = sa.Table(
    "observations",
    metadata,
    _id(),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("field", Clean, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),  # UTF-8 of the text, surrogates kept
    sa.Column("encoding", Clean),
    sa.Column("own_id", Clean),
    sa.Column("device", Clean),
    sa.Column("address", Clean),
    sa.Column("port", sa.Integer),
    sa.Column("transport", Clean),
    sa.Column("source", Clean),
    sa.Column("first_seen", Instant, nullable=False),
    sa.Column("last_seen", Instant, nullable=False),
    sa.Column("times_seen", sa.Integer, nullable=False),
    sa.Column("likeness", sa.String(64), nullable=False, server_default="", index=True),
)

device_observations = sa.Table(
    "device_observations",
    metadata,
    _to("device_id", "devices.id", primary_key=True),
    _to("observation_id", "observations.id", primary_key=True, index=True),
)

findings = sa.Table(
    "findings",
    metadata,
    _id(),
    _to("device_id", "devices.id", index=True),
    _to("site_id", "sites.id", index=True),
    sa.Column("code", Clean, nullable=False),
    sa.Column("severity", Clean, nullable=False),
    sa.Column("text", Clean, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
)

scan_runs = sa.Table(
    "scan_runs",
    metadata,
    _id(),
    sa.Column("plan", Clean, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
)

scan_targets = sa.Table(
    "scan_targets",
    metadata,
    _to("run_id", "scan_runs.id", primary_key=True),
    sa.Column("target", Clean, primary_key=True),
    sa.Column("done_at", Instant, nullable=False),
    sa.Column("outcome", Clean, nullable=False),
)
