"""How many devices there are, of each maker, brand, site and type, and how much is unknown."""

from typing import Any

import sqlalchemy as sa

from custodes.estate.model import Counts
from custodes.estate.schema import device_statements, devices, networks, observations, sites
from custodes.estate.store import Store


class Counting(Store):
    """The part of the register that counts. Every number counts devices, and says so."""

    def counts(self, site_id: int | None = None) -> Counts:
        """The figures of the whole register, or of one site."""
        d = devices.c
        site = sa.func.coalesce(d.stated_site_id, d.observed_site_id)
        removed = _stating(device_statements.c.value == "removed", "state")
        here = (site == site_id) if site_id is not None else sa.true()
        live = sa.and_(here, d.id.not_in(removed))
        named = _stating(sa.true(), "maker", "brand")
        with self._read() as connection:

            def count(*where: Any) -> int:
                query = sa.select(sa.func.count()).select_from(devices).where(*where)
                return int(connection.execute(query).scalar_one())

            def by(column: Any) -> dict[str | None, int]:
                return _by(connection, column, live)

            total = sa.select(sa.func.count())
            return Counts(
                devices=count(live),
                removed=count(here, d.id.in_(removed)),
                never_seen=count(live, d.last_seen.is_(None)),
                surveillance=count(live, d.is_surveillance.is_(True)),
                not_surveillance=count(live, d.is_surveillance.is_(False)),
                surveillance_unknown=count(live, d.is_surveillance.is_(None)),
                unknown_brand=count(live, d.brand.is_(None)),
                unknown_maker=count(live, d.maker.is_(None)),
                unknown_model=count(live, d.model.is_(None)),
                maker_only_stated=count(live, d.maker.is_(None), d.id.in_(named)),
                by_brand=by(d.brand),
                by_maker=by(d.maker),
                by_device_type=by(d.device_type),
                by_site=_by_site(connection, site, live),
                sites=int(connection.execute(total.select_from(sites)).scalar_one()),
                networks=int(connection.execute(total.select_from(networks)).scalar_one()),
                observations=int(connection.execute(total.select_from(observations)).scalar_one()),
            )


def _stating(where: Any, *fields: str) -> Any:
    said = device_statements.c
    return sa.select(said.device_id).where(said.field.in_(fields), said.ended_at.is_(None), where)


def _by(connection: sa.Connection, column: Any, where: Any) -> dict[str | None, int]:
    query = sa.select(column, sa.func.count()).select_from(devices).where(where).group_by(column)
    return _ordered({row[0]: row[1] for row in connection.execute(query)})


def _by_site(connection: sa.Connection, site: Any, where: Any) -> dict[str | None, int]:
    joined = devices.outerjoin(sites, sites.c.id == site)
    query = (
        sa.select(sites.c.id, sites.c.name, sa.func.count())
        .select_from(joined)
        .where(where)
        .group_by(sites.c.id, sites.c.name)
    )
    found: dict[str | None, int] = {}
    for _, name, number in connection.execute(query):
        found[name] = found.get(name, 0) + number
    return _ordered(found)


def _ordered(found: dict[str | None, int]) -> dict[str | None, int]:
    """Most first, equal numbers by name, unknown last."""
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, -item[1], item[0] or "")))
