"""What is known of the database behind the register without opening it, for `custodes doctor`."""

import sqlite3

from custodes.estate.schema import HEAD

# Before this, two connections that write at once may damage a write-ahead log.
WAL_RESET_FIXED = (3, 51, 3)


def sqlite_version() -> str:
    """The version of SQLite that this Python is linked with."""
    return sqlite3.sqlite_version


def sqlite_is_sound(version: str) -> bool:
    """Whether this SQLite has the repair of the WAL-reset fault.

    >>> sqlite_is_sound("3.51.3"), sqlite_is_sound("3.40.1")
    (True, False)
    """
    return tuple(int(part) for part in version.split(".")) >= WAL_RESET_FIXED


def newest_schema() -> str:
    """The schema to which this custodes brings every register that it opens."""
    return HEAD
