"""Open the database behind the register: SQLite by default, PostgreSQL by URL.

SQLite: write-ahead log, foreign keys on, and one writing connection in a process; readers open the
file read-only. Two connections that write at once can damage a log in SQLite before 3.51.3, so
there never are two.
"""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool, StaticPool

from custodes.errors import Missing, RegisterError, UsageError

BUSY_TIMEOUT_S = 30.0
LOCK = 0x6375_7374  # "cust": one writer at a time on PostgreSQL
READERS = 5
SQLITE = "sqlite:///"  # what follows is the file's path, letter for letter


@dataclass(frozen=True, slots=True)
class Engines:
    """Where writes go and where reads go; in memory and on PostgreSQL they are one."""

    writer: sa.Engine
    reader: sa.Engine

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    def dispose(self) -> None:
        if self.reader is not self.writer:
            self.reader.dispose()
        self.writer.dispose()


def connect(url: str) -> Engines:
    """Make the engines for a register's URL; nothing is read or written yet.

    Raises:
        UsageError: the URL is not one of SQLite or PostgreSQL.
        Missing: the PostgreSQL driver is not installed.
        RegisterError: the SQLite file cannot be made or opened.
    """
    if url.startswith(SQLITE):
        return _sqlite(url.removeprefix(SQLITE))
    if url == "sqlite://":
        return _sqlite(":memory:")
    parsed = _parse(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    raise UsageError(
        f"a register cannot be kept in {parsed.drivername}",
        hint="Use sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
    )


def _parse(url: str) -> URL:
    text = "postgresql://" + url.removeprefix("postgres://") if url[:11] == "postgres://" else url
    try:
        return make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise UsageError(
            "the register's URL cannot be read",
            hint="Use sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
        ) from error


def _postgresql(url: URL) -> Engines:
    if find_spec("psycopg") is None:
        raise Missing(
            "psycopg, which speaks to PostgreSQL, is not installed",
            hint="pip install 'custodes[postgres]'",
        )
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10},
    )
    return Engines(engine, engine)


def _sqlite(database: str) -> Engines:
    if database in ("", ":memory:"):
        engine = _engine(lambda: _open(":memory:"), StaticPool, begin="BEGIN")
        return Engines(engine, engine)
    path = Path(database).absolute()
    _make(path)
    writer = _engine(
        lambda: _open(_uri(path, "rw")), QueuePool, begin="BEGIN IMMEDIATE", pool_size=1
    )
    reader = _engine(lambda: _open(_uri(path, "ro")), QueuePool, begin="BEGIN", pool_size=READERS)
    return Engines(writer, reader)


def _make(path: Path) -> None:
    """Make an empty file that only its owner can read: a register says where cameras are."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise RegisterError(
            f"the register {path} cannot be opened: {error.strerror}",
            hint="Check that the folder exists and that you may write to it, or use --data DIR.",
        ) from error


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(str(path))}?mode={mode}"


def _open(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if "mode=ro" not in uri:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _engine(creator: Callable[[], Any], pool: Any, *, begin: str, **options: Any) -> sa.Engine:
    if pool is QueuePool:
        options |= {"max_overflow": 0, "pool_timeout": BUSY_TIMEOUT_S}
    engine = sa.create_engine("sqlite://", creator=creator, poolclass=pool, **options)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:  # the driver's own guess at BEGIN is off
        connection.exec_driver_sql(begin)

    return engine


def said(url: str) -> str:
    """The URL without its password, to be shown."""
    if url.startswith(SQLITE):
        return url
    return _parse(url).render_as_string(hide_password=True)
