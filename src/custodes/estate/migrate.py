"""Bring a register to the newest schema, by the migrations that this package carries."""

import secrets

import sqlalchemy as sa

from custodes.errors import RegisterError
from custodes.estate import engine, schema
from custodes.estate.settling import settle_all
from custodes.estate.sightings import liken_all


def ensure_current(connection: sa.Connection) -> None:
    """Migrate inside the caller's transaction; a current register costs one small query.

    What follows from the rest (likeness, summaries) is made anew after every migration.

    Raises:
        RegisterError: a newer custodes made the register, or the database is something else's.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(engine.LOCK)))
    tables = set(sa.inspect(connection).get_table_names())
    version = _version(connection) if "alembic_version" in tables else None
    if version == schema.HEAD:
        return
    if version is None:
        _refuse_strangers(connection, tables)
    upgrade(connection, version)
    if version is not None:
        liken_all(connection)
        settle_all(connection)
    else:
        row = {"name": "register_id", "value": secrets.token_hex(6)}
        connection.execute(sa.insert(schema.meta), row)


def _version(connection: sa.Connection) -> str | None:
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _refuse_strangers(connection: sa.Connection, tables: set[str]) -> None:
    ours = set(schema.metadata.tables)
    if (tables - {"alembic_version"}) if connection.dialect.name == "sqlite" else tables & ours:
        raise RegisterError(
            "the database holds tables that are not a register's",
            hint="Give the register a database (or a file) of its own.",
        )


def upgrade(connection: sa.Connection, version: str | None, target: str = "head") -> None:
    """Run every migration after `version`, up to `target`."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", "custodes.estate:migrations")
    config.attributes["connection"] = connection
    try:
        if version is not None:
            ScriptDirectory.from_config(config).get_revision(version)
        command.upgrade(config, target)
    except CommandError as error:
        raise RegisterError(
            f"the register has schema {version}, which this custodes does not know",
            hint="It was made by a newer custodes; update this one.",
            schema=version or "",
        ) from error
