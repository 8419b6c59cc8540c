"""How many devices there are, of each maker, brand, site and type, and how much is unknown."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from custodes.estate.model import Counts
from custodes.estate.schema import device_statements, networks, observations, sites
from custodes.estate.schema import device_summaries as table
from custodes.estate.store import Store
from custodes.estate.summaries import REMOVED, UNKNOWN

BROWSED = ("brand", "maker", "device_type", "site_id", "is_surveillance")
KNOWN = ("model", "firmware", "serial", "last_seen")  # counted where they are known
Name = TypeVar("Name", bound=Hashable)


class Counting(Store):
    """The part of the register that counts. Every number counts devices, and says so."""

    def counts(self, site_id: int | None = None) -> Counts:
        """The figures of the whole register, or of one site."""
        here = sa.true() if site_id is None else table.c.site_id == site_id
        live = sa.and_(here, table.c.state != REMOVED)
        last = sa.select(sa.func.max(table.c.last_seen)).where(here)
        with self._read() as connection:
            groups = connection.execute(_groups(live)).mappings().all()
            names = {row.id: row.name for row in connection.execute(sa.select(sites))}
            return Counts(
                **_figures(groups),
                by_site=_by((names.get(g["site_id"]), g["n"]) for g in groups),
                removed=_number(connection, table, here, table.c.state == REMOVED),
                maker_only_stated=_number(
                    connection, table, live, table.c.maker.is_(None), _maker_stated()
                ),
                last_seen=connection.execute(last).scalar_one(),
                sites=len(names),
                networks=_number(connection, networks),
                observations=_number(connection, observations),
            )


def _groups(live: Any) -> sa.Select[Any]:
    """Devices that are alike in what is browsed by, and how many of them show the rest."""
    columns = [table.c[name] for name in BROWSED]
    known = [sa.func.count(table.c[name]).label(f"with_{name}") for name in KNOWN]
    query = sa.select(*columns, sa.func.count().label("n"), *known)
    return query.where(live).group_by(*columns)


def _figures(groups: Sequence[sa.RowMapping]) -> dict[str, Any]:
    """Everything that follows from the groups."""
    total = sum(g["n"] for g in groups)
    by = {name: _by((g[name], g["n"]) for g in groups) for name in BROWSED}
    known = {name: sum(g[f"with_{name}"] for g in groups) for name in KNOWN}
    lacking = {name: by[name].get(None, 0) for name in BROWSED}
    lacking |= {name: total - known[name] for name in KNOWN}
    unknown = {fact: lacking[column.name] for fact, column in UNKNOWN.items()}
    nobody = [g for g in groups if g["maker"] is None]
    return {
        "devices": total,
        "never_seen": lacking["last_seen"],
        "surveillance": by["is_surveillance"].get(True, 0),
        "not_surveillance": by["is_surveillance"].get(False, 0),
        "surveillance_unknown": unknown["surveillance"],
        "unknown_brand": unknown["brand"],
        "unknown_maker": unknown["maker"],
        "unknown_model": unknown["model"],
        "unknown": unknown,
        "by_brand": by["brand"],
        "by_maker": by["maker"],
        "by_device_type": by["device_type"],
        "by_site_id": by["site_id"],
        "unknown_maker_by_site_id": _by((g["site_id"], g["n"]) for g in nobody),
        "badges": _badges(groups),
    }


def _badges(groups: Iterable[sa.RowMapping]) -> tuple[tuple[str, str, int], ...]:
    found: Counter[tuple[str, str]] = Counter()
    for g in groups:
        if None not in (g["brand"], g["maker"]) and g["brand"] != g["maker"]:
            found[g["brand"], g["maker"]] += g["n"]
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple((brand, maker, number) for (brand, maker), number in ordered)


def _by(counted: Iterable[tuple[Name, int]]) -> dict[Name, int]:
    """Added up; most first, equal numbers by name, unknown last."""
    found: Counter[Name] = Counter()
    for name, number in counted:
        found[name] += number
    return dict(sorted(found.items(), key=_order))


def _order(item: tuple[Any, int]) -> tuple[Any, ...]:
    name, number = item
    return (name is None, -number, "" if name is None else name)


def _maker_stated() -> Any:
    said = device_statements.c
    fields = said.field.in_(("maker", "brand"))
    return table.c.device_id.in_(sa.select(said.device_id).where(fields, said.ended_at.is_(None)))


def _number(connection: sa.Connection, of: sa.Table, *where: Any) -> int:
    query = sa.select(sa.func.count()).select_from(of).where(*where)
    return int(connection.execute(query).scalar_one())
