"""Bodies and sites of the register."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from custodes.errors import UsageError
from custodes.estate.keys import word_key
from custodes.estate.model import Body, Site
from custodes.estate.schema import bodies, sites
from custodes.estate.statements import plain
from custodes.estate.store import Store


class Places(Store):
    """The part of the register that keeps bodies and sites."""

    def bodies(self) -> list[Body]:
        """Every body, by name."""
        with self._read() as connection:
            found = [_body(row) for row in connection.execute(sa.select(bodies)).mappings()]
        return sorted(found, key=lambda b: word_key(b.name))

    def body_by_name(self, name: str) -> Body | None:
        """The body of this name; case and white space do not count."""
        query = sa.select(bodies).where(bodies.c.name_key == _key(name))
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
            return _body(row) if row else None

    def add_body(
        self, name: str, *, standard_ids: Mapping[str, str] | None = None, notes: str = ""
    ) -> Body:
        """Record a body; one of the same name is given back as it is."""
        with self._write() as connection:
            if (known := self.body_by_name(name)) is not None:
                return known
            values = {
                "name": named(name, "body"),
                "name_key": _key(name),
                "standard_ids": dict(standard_ids or {}),
                "notes": plain(notes),
            }
            connection.execute(sa.insert(bodies), values)
            made = self.body_by_name(name)
        assert made is not None
        return made

    def change_body(self, body_id: int, **values: Any) -> None:
        """Change a body's `standard_ids` or `notes`."""
        with self._write() as connection:
            connection.execute(
                sa.update(bodies).where(bodies.c.id == body_id).values(**_plain(values))
            )

    def sites(self) -> list[Site]:
        """Every site, by body and name."""
        return self._sites(None)

    def site(self, site_id: int) -> Site | None:
        """The site with this number, or None."""
        return next(iter(self._sites(sites.c.id == site_id)), None)

    def site_by_name(self, name: str, body: str | None = None) -> Site | None:
        """The site of this name (of `body`, where given); None where none has it.

        Raises:
            UsageError: two bodies have a site of this name and `body` was not given.
        """
        where = sites.c.name_key == _key(name)
        if body is not None:
            where = sa.and_(where, bodies.c.name_key == _key(body))
        found = self._sites(where)
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} sites are called {name!r}", hint="Name the body too: --body NAME."
            )
        return found[0] if found else None

    def site_meant(self, name: str, body: str | None = None) -> Site | None:
        """The site that a list means by this name; one without a body, where several have it.

        Raises:
            UsageError: several bodies have a site of this name and `body` was not given.
        """
        if body is None:
            where = sa.and_(sites.c.name_key == _key(name), sites.c.body_id.is_(None))
            if found := self._sites(where):
                return found[0]
        return self.site_by_name(name, body)

    def add_site(
        self, name: str, *, body: str | None = None, sensitive: bool | None = None, **more: Any
    ) -> Site:
        """Record a site; one of the same name and body is given back as it is.

        `more`: address, latitude, longitude, standard_ids, notes. A body that is not recorded
        yet is recorded.
        """
        with self._write() as connection:
            body_id = self.add_body(body).id if body else None
            where = sa.and_(sites.c.name_key == _key(name), sites.c.body_id.is_(body_id))
            if body_id is not None:
                where = sa.and_(sites.c.name_key == _key(name), sites.c.body_id == body_id)
            if found := self._sites(where):
                return found[0]
            values = {"address": "", "standard_ids": {}, "notes": "", **_plain(more)}
            values |= {"name": named(name, "site"), "name_key": _key(name)}
            values |= {"body_id": body_id, "sensitive": sensitive}
            connection.execute(sa.insert(sites), values)
            return self._sites(where)[0]

    def ensure_site(self, name: str, body: str | None = None) -> Site:
        """The site that is meant by a name; recorded, if there is none."""
        return self.site_meant(name, body) or self.add_site(name, body=body)

    def change_site(self, site_id: int, **values: Any) -> None:
        """Change what is recorded of a site: any of its columns but the name."""
        with self._write() as connection:
            connection.execute(
                sa.update(sites).where(sites.c.id == site_id).values(**_plain(values))
            )

    def _sites(self, where: Any) -> list[Site]:
        query = sa.select(sites, bodies.c.name.label("body")).outerjoin(bodies)
        if where is not None:
            query = query.where(where)
        with self._read() as connection:
            found = [_site(row) for row in connection.execute(query).mappings()]
        # here, not in SQL: the engines order letters and unknowns differently
        return sorted(found, key=lambda s: (word_key(s.body), word_key(s.name), s.id))


def named(text: str, what: str) -> str:
    """A name with single spaces.

    Raises:
        UsageError: nothing is left of it.
    """
    name = " ".join(plain(text).split())
    if not name:
        raise UsageError(f"a {what} needs a name")
    return name


def _key(name: str) -> str:
    return word_key(plain(name))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Texts and degrees (to a millimetre) as every file format carries them."""
    texts = {k: plain(v) for k, v in values.items() if isinstance(v, str)}
    return {**values, **texts, **{k: round(v, 8) for k, v in values.items() if type(v) is float}}


def _body(row: Any) -> Body:
    return Body(**{k: row[k] for k in ("id", "name", "standard_ids", "notes")})


def _site(row: Any) -> Site:
    return Site(**{k: v for k, v in row.items() if k != "name_key"})
