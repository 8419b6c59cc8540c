"""What devices talked to: the counters of every `flow.peer` observation, in columns."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "conversations",
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("peer_address", sa.Text(), nullable=False),
        sa.Column("peer_name", sa.Text(), nullable=False),
        sa.Column("peer_port", sa.Integer(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("bytes_out", "bytes_in", "packets_out", "packets_in")
        ),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observations.id"],
            name="fk_conversations_observation_id_observations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("observation_id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_peer_name", "conversations", ["peer_name"])
    op.create_index("ix_conversations_peer_address", "conversations", ["peer_address"])
