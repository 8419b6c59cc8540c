"""The register: open it, write to it, ask it. The only way in from outside this package."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from custodes.errors import RegisterError
from custodes.estate import engine, migrate, schema
from custodes.estate.conversations import Conversations
from custodes.estate.counting import Counting
from custodes.estate.credentials import Credentials
from custodes.estate.details import Details
from custodes.estate.filing import Filing
from custodes.estate.inventory import Inventory
from custodes.estate.journal import Journal
from custodes.estate.looks import Looks
from custodes.estate.ranges import Ranges
from custodes.estate.store import our_errors


class Register(
    Ranges, Filing, Inventory, Counting, Conversations, Journal, Credentials, Details, Looks
):
    """Bodies, sites, networks, devices, observations and findings of one installation.

    Safe to use from several threads: reads run side by side, writes one after another.
    """

    @property
    def register_id(self) -> str:
        """A word that tells this register from every other, for files that leave it."""
        query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "register_id")
        with self._read() as connection:
            return str(connection.execute(query).scalar_one())

    def check(self) -> list[str]:
        """What is wrong with the database, in the database's own words; [] when nothing is."""
        if not self._engines.is_sqlite:
            return []
        with self._read() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars()
            broken = [str(line) for line in found if line != "ok"]
            loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return broken + [f"a row of {row[0]} points at nothing" for row in loose]


@contextmanager
def open_register(url: str) -> Iterator[Register]:
    """Open the register at `url`, made or brought to the newest schema first.

    Raises:
        RegisterError: the file is damaged or not a register, the schema is newer than this
            custodes, or the server does not answer.
        Missing: the PostgreSQL driver is not installed.
        UsageError: the URL is not one of SQLite or PostgreSQL.
    """
    engines = engine.connect(url)
    try:
        try:
            with our_errors(), engines.writer.begin() as connection:
                migrate.ensure_current(connection)
        except RegisterError as error:
            where = engine.said(url)
            raise RegisterError(f"{where}: {error}", hint=error.hint, **error.facts) from error
        yield Register(engines)
    finally:
        engines.dispose()
