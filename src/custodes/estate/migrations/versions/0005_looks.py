"""Every look at the estate (a scan, an import …) and what each device showed in it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, empty."""
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["run_id"], ["scan_runs.id"], name="fk_looks_run_id_scan_runs", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
        sa.UniqueConstraint("run_id", name="uq_looks_run_id"),
    )
    texts = "place address mac serial brand maker model firmware device_type name".split()
    op.create_table(
        "look_devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("look_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer()),
        *(sa.Column(name, sa.Text()) for name in texts),
        sa.Column("is_surveillance", sa.Boolean()),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["look_id"], ["looks.id"], name="fk_look_devices_look_id_looks", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_look_devices_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_look_devices_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_look_devices"),
    )
    op.create_index("ix_look_devices_look_id", "look_devices", ["look_id"])
    op.create_index("ix_look_devices_device_id", "look_devices", ["device_id"])
