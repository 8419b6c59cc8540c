"""The first schema of the register."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    for make in (_places, _devices, _statements, _sightings, _journal):
        make()


def _places() -> None:
    op.create_table(
        "register_meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_register_meta"),
    )
    op.create_table(
        "bodies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("standard_ids", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bodies"),
        sa.UniqueConstraint("name_key", name="uq_bodies_name_key"),
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean()),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("standard_ids", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_sites_body_id_bodies"),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("body_id", "name_key", name="uq_sites_body_id_name_key"),
    )
    op.create_index("ix_sites_name_key", "sites", ["name_key"])
    op.create_table(
        "networks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cidr", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer()),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_networks_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_networks"),
        sa.UniqueConstraint("cidr", "site_id", name="uq_networks_cidr_site_id"),
    )
    op.create_index("ix_networks_cidr", "networks", ["cidr"])
    op.create_table(
        "authorities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name="fk_authorities_network_id_networks",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_authorities"),
    )
    op.create_index("ix_authorities_network_id", "authorities", ["network_id"])


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text()),
        sa.Column("maker", sa.Text()),
        sa.Column("product_family", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("firmware", sa.Text()),
        sa.Column("serial", sa.Text()),
        sa.Column("serial_key", sa.Text()),
        sa.Column("hostname", sa.Text()),
        sa.Column("device_type", sa.Text()),
        sa.Column("is_surveillance", sa.Boolean()),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("observed_site_id", sa.Integer()),
        sa.Column("stated_site_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True)),
        sa.Column("last_seen", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["observed_site_id"], ["sites.id"], name="fk_devices_observed_site_id_sites"
        ),
        sa.ForeignKeyConstraint(
            ["stated_site_id"], ["sites.id"], name="fk_devices_stated_site_id_sites"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_devices_maker", "devices", ["maker"])
    op.create_index("ix_devices_observed_site_id", "devices", ["observed_site_id"])
    op.create_index("ix_devices_serial_key", "devices", ["serial_key"])
    op.create_index("ix_devices_stated_site_id", "devices", ["stated_site_id"])
    op.create_table(
        "device_macs",
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_device_macs_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("mac", name="pk_device_macs"),
    )
    op.create_index("ix_device_macs_device_id", "device_macs", ["device_id"])
    op.create_table(
        "device_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_device_addresses_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_device_addresses"),
    )
    op.create_index("ix_device_addresses_address", "device_addresses", ["address"])
    op.create_index("ix_device_addresses_device_id", "device_addresses", ["device_id"])
    op.create_index("ix_device_addresses_place", "device_addresses", ["place"])


def _statements() -> None:
    op.create_table(
        "device_statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_key", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_device_statements_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_device_statements"),
    )
    op.create_index(
        "ix_device_statements_device_id_field", "device_statements", ["device_id", "field"]
    )
    op.create_index(
        "ix_device_statements_field_value_key", "device_statements", ["field", "value_key"]
    )
    op.create_table(
        "device_merges",
        sa.Column("old_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_device_merges_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("old_id", name="pk_device_merges"),
    )
    op.create_index("ix_device_merges_device_id", "device_merges", ["device_id"])


def _sightings() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("encoding", sa.Text()),
        sa.Column("own_id", sa.Text()),
        sa.Column("device", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("port", sa.Integer()),
        sa.Column("transport", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
        sa.UniqueConstraint("digest", name="uq_observations_digest"),
    )
    op.create_table(
        "device_observations",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name="fk_device_observations_device_id_devices",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observations.id"],
            name="fk_device_observations_observation_id_observations",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_id", "observation_id", name="pk_device_observations"),
    )
    op.create_index(
        "ix_device_observations_observation_id", "device_observations", ["observation_id"]
    )


def _journal() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer()),
        sa.Column("site_id", sa.Integer()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name="fk_findings_device_id_devices", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_findings_site_id_sites", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_device_id", "findings", ["device_id"])
    op.create_index("ix_findings_site_id", "findings", ["site_id"])
    op.create_table(
        "scan_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_scan_runs"),
    )
    op.create_table(
        "scan_targets",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["scan_runs.id"],
            name="fk_scan_targets_run_id_scan_runs",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "target", name="pk_scan_targets"),
    )
