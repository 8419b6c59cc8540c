"""Owners' log-ins (sealed), which device refused which, and what devices say beyond identity."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, empty."""
    op.create_table(
        "credentials",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("kind", "scope", "target", "user_name")
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
        sa.UniqueConstraint("kind", "scope", "target", name="uq_credentials_kind_scope_target"),
    )
    op.create_table(
        "credential_refusals",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _to_device("credential_refusals"),
        sa.PrimaryKeyConstraint("device_id", "mark", name="pk_credential_refusals"),
    )
    _kept_with_history(
        "device_facts",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("subject", "name", "channel")),
        *(sa.Column(name, sa.Boolean()) for name in ("capable", "enabled")),
        sa.Column("value", sa.Text()),
    )
    texts = "name address protocol manufacturer model serial firmware mac".split()
    _kept_with_history(
        "attached_cameras",
        sa.Column("channel", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in texts),
        sa.Column("port", sa.Integer()),
        sa.Column("online", sa.Boolean()),
        sa.Column("serial_key", sa.Text()),
    )
    op.create_index("ix_attached_cameras_serial_key", "attached_cameras", ["serial_key"])
    op.create_index("ix_attached_cameras_mac", "attached_cameras", ["mac"])


def _kept_with_history(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        *columns,
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("field", "matched", "source")),
        sa.Column("observation", sa.Text()),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        _to_device(table),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_device_id", table, ["device_id"])


def _to_device(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_device_id_devices"
    return sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=name, ondelete="CASCADE")
