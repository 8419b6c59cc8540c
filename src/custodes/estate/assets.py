"""File what an asset list says: find the device that a row means, and state it of that device."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.errors import InputError, UsageError
from custodes.estate import merging
from custodes.estate.candidates import candidates, described, link, made
from custodes.estate.keys import Keys, normal_mac, normal_place, normal_serial, word_key
from custodes.estate.matching import Decision, Listed, decide_listed
from custodes.estate.model import STATED_FIELDS, Site
from custodes.estate.places import Places
from custodes.estate.schema import device_merges, device_statements, devices
from custodes.estate.settling import settle
from custodes.estate.sightings import Sightings
from custodes.estate.statements import Change, Statements, checked, plain
from custodes.observation import Observation


@dataclass(frozen=True, slots=True)
class Filed:
    """The device that a row went to, whether the row made it, and what it changed."""

    device_id: int
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)


class Assets(Places, Sightings, Statements):
    """The part of the register that takes rows of asset lists."""

    def file_row(
        self,
        said: Mapping[str, str],
        *,
        now: datetime,
        who: str = "",
        source: str = "asset list",
        site_id: int | None = None,
        device_id: int | None = None,
    ) -> Filed:
        """State of one device what a row says; blanks say nothing. A new device is never seen yet.

        `said`: STATED_FIELDS, and `body` for the site's. `device_id` names the device where the
        row does; else it is found by asset tag, MAC, serial, address, or by name and location at
        the same site. `site_id` is the site of rows that name none.

        Raises:
            UsageError: the row's tag and its other keys belong to two devices, or there is no
                device of that number.
            InputError: nothing in the row tells its device from others.
        """
        filled = {k: v for k in said if k != "body" and (v := checked(k, said[k])) is not None}
        with self._write() as connection:
            site = self._site_in(said)
            place = site.id if site else site_id
            if site is not None:
                filled["site"] = site.name
            found = _named(connection, device_id) if device_id is not None else None
            if found is None:
                found = _found(connection, filled, place, now)
            filed = found if found is not None else made(connection, now)
            changes = self.state(
                filed, filled, who=who, source=source, now=now, site_id=site.id if site else None
            )
            if site_id is not None and not site:
                settle(connection, [filed], site_id)
        return Filed(filed, found is None, changes)

    def _site_in(self, said: Mapping[str, str]) -> Site | None:
        name, body = said.get("site"), said.get("body") or None
        if not name:
            return None
        return self.ensure_site(name, body)

    def file_row_of(self, one: Observation, *, site_id: int | None, now: datetime) -> Filed:
        """File one `asset.record` observation and keep it.

        Where its tag and its other keys belong to two devices, the other keys decide.
        """
        said = from_asset_record(one.text) or {"asset_tag": one.device or ""}
        where = one.source or "asset list"
        with self._write() as connection:
            try:
                filed = self.file_row(said, now=now, source=where, site_id=site_id)
            except UsageError:
                said = {k: v for k, v in said.items() if k != "asset_tag"}
                filed = self.file_row(said, now=now, source=where, site_id=site_id)
            link(connection, filed.device_id, self._ensure([one], now))
        return filed

    def state_listed(self, device_id: int, one: Observation, now: datetime) -> list[Change]:
        """State of a device that is known otherwise what an `asset.record` says."""
        said = from_asset_record(one.text)
        site = self._site_in(said)
        stated: dict[str, str | None] = {k: v for k, v in said.items() if k != "body"}
        where = one.source or "asset list"
        return self.state(
            device_id, stated, who="", source=where, now=now, site_id=site.id if site else None
        )

    def keep_row(self, device_id: int, one: Observation, now: datetime) -> None:
        """Keep a row of a list, as it was, with its device."""
        with self._write() as connection:
            link(connection, device_id, self._ensure([one], now))


def _named(connection: sa.Connection, device_id: int) -> int:
    merged = sa.select(device_merges.c.device_id).where(device_merges.c.old_id == device_id)
    target = connection.execute(merged).scalar() or device_id
    if connection.execute(sa.select(devices.c.id).where(devices.c.id == target)).first() is None:
        raise UsageError(f"there is no device {device_id} in this register")
    return int(target)


def _found(
    connection: sa.Connection, said: Mapping[str, Any], site_id: int | None, now: datetime
) -> int | None:
    row = listed(said)
    if row.only_described:
        known = _described(connection, row)
    elif row.tag or row.keys.strong or row.keys.place:
        known = candidates(connection, row.keys, row.tag)
    else:
        raise InputError("nothing in the row tells its device from others")
    decision = decide_listed(row, known, site_id)
    if decision is None:
        raise UsageError("its asset tag is one device's, its MAC or serial number another's")
    return _merged(connection, decision, now)


def _merged(connection: sa.Connection, decision: Decision, now: datetime) -> int | None:
    for other in decision.merge:
        assert decision.device_id is not None
        merging.merge(connection, other, decision.device_id, now)
    return decision.device_id


def _described(connection: sa.Connection, row: Listed) -> list[Any]:
    table = device_statements.c
    column, word = ("name", row.name) if row.name else ("location", row.location)
    query = sa.select(table.device_id).where(
        table.field == column, table.value_key == word, table.ended_at.is_(None)
    )
    return described(connection, connection.execute(query).scalars())


def listed(said: Mapping[str, Any]) -> Listed:
    """The keys of a row, normalised."""
    place = normal_place(said.get("address"))
    makers = {word_key(said.get("brand")), word_key(said.get("maker"))} - {""}
    device = Keys(
        mac=normal_mac(said.get("mac")),
        serial=normal_serial(said.get("serial")),
        makers=frozenset(makers),
        place=place,
        addresses=(place,) if place else (),
    )
    words = (word_key(said.get(k)) or None for k in ("asset_tag", "name", "location"))
    return Listed(device, *words)


def from_asset_record(payload: str) -> dict[str, str]:
    """What an `asset.record` observation (a JSON object of one row) states; {} where nothing can.

    A value that a field cannot have is left out: the reader of the list has reported it.
    """
    try:
        row = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    said: dict[str, str] = {}
    for name, value in row.items() if isinstance(row, dict) else ():
        if not isinstance(value, str) or name not in (*STATED_FIELDS, "body"):
            continue
        try:
            said[name] = (checked(name, value) if name != "body" else plain(value)) or ""
        except UsageError:
            continue
    return {k: v for k, v in said.items() if v}
