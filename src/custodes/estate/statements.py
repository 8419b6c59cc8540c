"""What people state about devices: who, when, where it was written, and what it was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import category

import sqlalchemy as sa

from custodes.errors import UsageError
from custodes.estate import keys
from custodes.estate.model import LIFECYCLE, STATED_FIELDS, STATES, Statement
from custodes.estate.schema import clean, device_statements, devices
from custodes.estate.settling import settle
from custodes.estate.store import Store

VALUE_LIMIT = 4000  # characters


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one device, before and after; None: nothing was stated."""

    field: str
    before: str | None
    after: str | None


class Statements(Store):
    """The part of the register that keeps what people say."""

    def state(
        self,
        device_id: int,
        said: Mapping[str, str | None],
        *,
        who: str,
        source: str,
        now: datetime,
        site_id: int | None = None,
    ) -> list[Change]:
        """Write down what a person says of a device; an empty value withdraws a statement.

        Nothing that the device showed of itself is changed. What was stated before is kept with
        its end. `site_id` goes with a `site` in `said`.

        Raises:
            UsageError: a field that cannot be stated, or a value that it cannot have.
        """
        wanted = {field: checked(field, value) for field, value in said.items()}
        by = {"who": who, "source": source, "stated_at": now}
        with self._write() as connection:
            held = current(connection, device_id)
            moved = "site" in wanted and _move(connection, device_id, site_id)
            changes = []
            for field, value in wanted.items():
                before = held[field].value if field in held else None
                if before != value or (field == "site" and moved):
                    changes.append(Change(field, before, value))
            if changes:
                _replace(connection, device_id, changes, by)
                settle(connection, [device_id])
        return changes

    def statements_of(self, device_id: int) -> list[Statement]:
        """Everything that was ever stated of a device, oldest first."""
        said = device_statements.c
        query = sa.select(device_statements).where(said.device_id == device_id).order_by(said.id)
        with self._read() as connection:
            return [_statement(row) for row in connection.execute(query).mappings()]


def current(connection: sa.Connection, device_id: int) -> dict[str, Statement]:
    """What is stated of a device now, by field."""
    said = device_statements.c
    query = sa.select(device_statements).where(said.device_id == device_id, said.ended_at.is_(None))
    found = (_statement(row) for row in connection.execute(query).mappings())
    return {s.field: s for s in found}


def checked(field: str, value: str | None) -> str | None:
    """The value as it is kept; None for an empty one.

    Raises:
        UsageError: the field cannot be stated, or cannot have this value.
    """
    if field not in STATED_FIELDS:
        raise UsageError(f"{field!r} cannot be stated", hint=f"One of: {', '.join(STATED_FIELDS)}.")
    text = plain(value or "")
    if not text:
        return None
    if len(text) > VALUE_LIMIT:
        raise UsageError(f"{field} is longer than {VALUE_LIMIT} characters")
    if field == "state" and text not in STATES:
        raise UsageError(f"a state is one of: {', '.join(STATES)}; not {text!r}")
    if field in LIFECYCLE:
        return _day(field, text)
    if field == "mac":
        mac = keys.normal_mac(text)
        if mac is None:
            raise UsageError(f"{text!r} is not a device's MAC address")
        return mac
    return text


def plain(value: str) -> str:
    """Text that every file format carries unchanged: no control characters but new line and tab."""
    text = clean(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(c if c in "\n\t" or not _odd(c) else "\ufffd" for c in text)


def _odd(character: str) -> bool:
    return category(character) == "Cc" or ord(character) & 0xFFFE == 0xFFFE


def _day(field: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(f"{field} needs a date like 2026-11-22, not {text!r}") from error


def value_key(field: str, value: str) -> str:
    """A stated value as it is compared."""
    if field == "mac":
        return keys.normal_mac(value) or ""
    if field == "serial":
        return keys.normal_serial(value) or ""
    if field == "address":
        return keys.normal_place(value) or ""
    return keys.word_key(value)


def _move(connection: sa.Connection, device_id: int, site_id: int | None) -> bool:
    """Put a device at a site (None: take the statement back); whether it was not there before."""
    one = devices.c.id == device_id
    before = connection.execute(sa.select(devices.c.stated_site_id).where(one)).scalar()
    if before == site_id:
        return False
    connection.execute(sa.update(devices).where(one).values(stated_site_id=site_id))
    return True


def _replace(
    connection: sa.Connection, device_id: int, changes: list[Change], by: dict[str, Any]
) -> None:
    """End what was stated and write down what is stated now."""
    said = device_statements.c
    fields = [change.field for change in changes]
    connection.execute(
        sa.update(device_statements)
        .where(said.device_id == device_id, said.field.in_(fields), said.ended_at.is_(None))
        .values(ended_at=by["stated_at"])
    )
    new = [
        {**by, "device_id": device_id, "field": c.field, "value": c.after}
        | {"value_key": value_key(c.field, c.after)}
        for c in changes
        if c.after is not None
    ]
    if new:
        connection.execute(sa.insert(device_statements), new)


def _statement(row: sa.RowMapping) -> Statement:
    kept = ("field", "value", "who", "source", "stated_at", "ended_at")
    return Statement(**{k: row[k] for k in kept})
