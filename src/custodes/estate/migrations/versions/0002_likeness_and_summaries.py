"""Observations are known again by likeness; what a list shows of a device has a table of its own.

Both are made from what is there: custodes.estate.migrate fills them in after the last migration.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the table, empty."""
    likeness = sa.Column("likeness", sa.String(length=64), nullable=False, server_default="")
    op.add_column("observations", likeness)
    op.create_index("ix_observations_likeness", "observations", ["likeness"])
    op.create_table(
        "device_summaries",
        sa.Column("device_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("called_key", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("brand", "maker", "model", "firmware")),
        *(sa.Column(name, sa.Text()) for name in ("serial", "mac", "device_type")),
        sa.Column("is_surveillance", sa.Boolean()),
        sa.Column("site_id", sa.Integer()),
        sa.Column("address", sa.Text()),
        sa.Column("address_key", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_device_summaries_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_device_summaries_site_id_sites"
        ),
        sa.PrimaryKeyConstraint("device_id", name="pk_device_summaries"),
    )
