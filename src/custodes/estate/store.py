"""Transactions of the register, and database errors turned into ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from custodes.errors import RegisterError
from custodes.estate.engine import LOCK, Engines


class Store:
    """What every part of the register shares: reading, writing, one transaction around several."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._lock = threading.RLock()
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside one change: all of it is kept, or none."""
        with self._write():
            yield

    @contextmanager
    def step(self) -> Iterator[None]:
        """Inside a transaction: undo only this part of it when it fails."""
        with self._write() as connection, connection.begin_nested():
            yield

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        """A connection in a writing transaction; inside another one, that one."""
        held: sa.Connection | None = getattr(self._local, "connection", None)
        if held is not None:
            yield held
            return
        with self._lock, our_errors(), self._engines.writer.begin() as connection:
            if not self._engines.is_sqlite:  # one writer at a time, as on SQLite
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the register; inside a transaction, that one."""
        held: sa.Connection | None = getattr(self._local, "connection", None)
        if held is not None:
            yield held
        elif self._engines.reader is self._engines.writer and self._engines.is_sqlite:
            with self._write() as connection:
                yield connection
        else:
            with our_errors(), self._engines.reader.begin() as connection:
                yield connection


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn the toolkit's errors into RegisterError; no password and no statement in the text."""
    try:
        yield
    except DBAPIError as error:
        raise RegisterError(
            f"the register failed: {first_line(error.orig)}", hint=_hint(str(error.orig))
        ) from error
    except SQLAlchemyError as error:
        raise RegisterError(f"the register failed: {first_line(error)}") from error


def first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]


def _hint(text: str) -> str:
    hints = {
        "not a database": "The file is damaged or is not a register. Restore it from a backup.",
        "malformed": "The file is damaged. Restore it from a backup.",
        "locked": "Another custodes is writing; try again when it is done.",
        "readonly": "You may read the register but not write to it.",
        "full": "The disk is full.",
        "connection": "Check that the database server runs and that the URL names it.",
    }
    return next((hint for word, hint in hints.items() if word in text.casefold()), "")
