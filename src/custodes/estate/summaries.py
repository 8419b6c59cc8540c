"""Ask the register for lists of devices: filtered, ordered and cut into pages by the database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from custodes.errors import UsageError
from custodes.estate.keys import normal_mac, word_key
from custodes.estate.model import Summary
from custodes.estate.schema import (
    device_addresses,
    device_macs,
    device_statements,
    sites,
)
from custodes.estate.schema import device_summaries as table
from custodes.estate.settling import chunks
from custodes.estate.store import Store

UNKNOWN: Mapping[str, Any] = {
    "brand": table.c.brand,
    "maker": table.c.maker,
    "model": table.c.model,
    "firmware": table.c.firmware,
    "serial": table.c.serial,
    "type": table.c.device_type,
    "site": table.c.site_id,
    "surveillance": table.c.is_surveillance,
}
SORTS: Mapping[str, Any] = {
    "id": table.c.device_id,
    "name": table.c.called_key,
    "brand": sa.func.lower(table.c.brand),
    "maker": sa.func.lower(table.c.maker),
    "model": sa.func.lower(table.c.model),
    "type": sa.func.lower(table.c.device_type),
    "site": sites.c.name_key,
    "address": table.c.address_key,
    "seen": table.c.last_seen,
}
CHOICES = ("brand", "maker", "device_type")
REMOVED = "removed"


class Filter(TypedDict, total=False):
    """Which devices are meant; what is not given does not narrow.

    `site`, `maker`, `brand` and `device_type` compare whole names, case aside; with `exact`, to the
    letter, as one that was chosen from `choices`. `site_id` is a site's number. `unknown` is one of
    UNKNOWN: those whose fact is missing. `search` looks in names, keys, addresses of any time and
    statements; each of the `words` must be in what a list shows. `differs`: badge and maker are not
    the same. `removed`: only those stated to be removed, or only the others.
    """

    site: str | None
    site_id: int | None
    maker: str | None
    brand: str | None
    device_type: str | None
    exact: bool
    unknown: str | None
    search: str | None
    words: str | None
    surveillance: bool | None
    differs: bool | None
    removed: bool | None


class Page(Filter, total=False):
    """Which part of the list: `sort` is one of SORTS, a minus before it turns the order round."""

    sort: str
    limit: int | None
    offset: int


class Summaries(Store):
    """The part of the register that is asked for lists."""

    def summaries(self, **wanted: Unpack[Page]) -> list[Summary]:
        """Devices as a list shows them (see Filter and Page), what is unknown last.

        Raises:
            UsageError: the list has no such order, or no such fact can be unknown.
        """
        query = sa.select(table.c.device_id).select_from(table.outerjoin(sites))
        query = query.where(*conditions(wanted)).order_by(*self._order(wanted.get("sort", "id")))
        query = query.offset(wanted.get("offset") or None).limit(wanted.get("limit"))
        with self._read() as connection:
            ids = connection.execute(query).scalars().all()
            return [one for part in chunks(ids) for one in _load(connection, part)]

    def count(self, **wanted: Unpack[Filter]) -> int:
        """How many devices there are of those wanted."""
        query = sa.select(sa.func.count()).select_from(table).where(*conditions(wanted))
        with self._read() as connection:
            return int(connection.execute(query).scalar_one())

    def choices(self) -> dict[str, list[str]]:
        """Every brand, maker and device type that occurs, in the order of the alphabet."""
        with self._read() as connection:
            found = {name: _values(connection, table.c[name]) for name in CHOICES}
        return {name: sorted(values, key=str.casefold) for name, values in found.items()}

    def _order(self, sort: str) -> list[Any]:
        name, down = sort.removeprefix("-"), sort.startswith("-")
        if name not in SORTS:
            raise UsageError(f"a list has no order {sort!r}", hint=f"One of: {', '.join(SORTS)}.")
        key = SORTS[name]
        by = key
        if not self._engines.is_sqlite and isinstance(key.type, sa.Text):
            by = sa.collate(key, "C")  # the same order on both engines
        turned = [by.desc(), table.c.device_id.desc()] if down else [by, table.c.device_id]
        return turned if name in ("id", "name") else [key.is_(None), *turned]


def conditions(wanted: Filter | Page) -> list[Any]:
    """What the rows of `device_summaries` that are wanted have in common.

    Raises:
        UsageError: no such fact can be unknown.
    """
    tests: list[Any] = []
    if (site := wanted.get("site")) is not None:
        named = sa.select(sites.c.id).where(sites.c.name_key == word_key(site))
        tests.append(table.c.site_id.in_(named))
    if (site_id := wanted.get("site_id")) is not None:
        tests.append(table.c.site_id == site_id)
    for column, value in (
        (table.c.maker, wanted.get("maker")),
        (table.c.brand, wanted.get("brand")),
        (table.c.device_type, wanted.get("device_type")),
    ):
        if value is not None and wanted.get("exact"):
            tests.append(column == value)
        elif value is not None:
            tests.append(sa.func.lower(column) == value.strip().lower())
    if (surveillance := wanted.get("surveillance")) is not None:
        tests.append(table.c.is_surveillance.is_(surveillance))
    for flag, test in (
        (wanted.get("differs"), _differs()),
        (wanted.get("removed"), table.c.state == REMOVED),
    ):
        if flag is not None:
            tests.append(test if flag else sa.not_(test))
    return tests + _texts(wanted)


def _texts(wanted: Filter | Page) -> list[Any]:
    tests: list[Any] = []
    if (fact := wanted.get("unknown")) is not None:
        if fact not in UNKNOWN:
            raise UsageError(f"no fact is called {fact!r}", hint=f"One of: {', '.join(UNKNOWN)}.")
        tests.append(UNKNOWN[fact].is_(None))
    if text := (wanted.get("search") or "").strip():
        tests.append(_search(text))
    for word in (wanted.get("words") or "").casefold().split():
        here = sa.select(sites.c.id).where(sites.c.name_key.contains(word, autoescape=True))
        shown = table.c.words.contains(word, autoescape=True)
        tests.append(sa.or_(shown, table.c.site_id.in_(here)))
    return tests


def _differs() -> Any:
    """Both are known and are not the same; SQL's own "unknown" counts as no."""
    return sa.func.coalesce(table.c.brand != table.c.maker, sa.false())


def _search(text: str) -> Any:
    tests = [table.c.words.contains(text.casefold(), autoescape=True)]
    for other, columns in (
        (device_addresses, ("place", "address")),
        (device_statements, ("value",)),
    ):
        found = [sa.func.lower(other.c[c]).contains(text.lower(), autoescape=True) for c in columns]
        tests.append(table.c.device_id.in_(sa.select(other.c.device_id).where(sa.or_(*found))))
    if (mac := normal_mac(text)) is not None:
        same = sa.select(device_macs.c.device_id).where(device_macs.c.mac == mac)
        tests.append(table.c.device_id.in_(same))
    return sa.or_(*tests)


def _values(connection: sa.Connection, column: Any) -> Iterable[str]:
    query = sa.select(column).where(column.is_not(None)).distinct()
    return connection.execute(query).scalars().all()


def _load(connection: sa.Connection, ids: Sequence[int]) -> Iterable[Summary]:
    """The devices of these numbers, in this order."""
    query = sa.select(table, sites.c.name.label("site")).outerjoin(sites)
    rows = connection.execute(query.where(table.c.device_id.in_(ids))).mappings()
    found = {row["device_id"]: row for row in rows}
    said = device_statements.c
    stated: dict[int, dict[str, str]] = {}
    of = sa.select(said.device_id, said.field, said.value)
    for number, name, value in connection.execute(
        of.where(said.device_id.in_(ids), said.ended_at.is_(None))
    ):
        stated.setdefault(number, {})[name] = value
    return [_summary(found[number], stated.get(number, {})) for number in ids]


def _summary(row: sa.RowMapping, stated: Mapping[str, str]) -> Summary:
    same = (
        "brand maker model firmware serial mac device_type is_surveillance site_id site address"
        " state last_seen"
    ).split()
    return Summary(
        id=row["device_id"], name=row["called"], stated=stated, **{k: row[k] for k in same}
    )
