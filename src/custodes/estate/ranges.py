"""Networks of the register, and who allowed each to be scanned until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from custodes.errors import UsageError
from custodes.estate import authority
from custodes.estate.model import SEGMENTS, Authority, Network
from custodes.estate.schema import authorities, networks, sites
from custodes.estate.statements import plain
from custodes.estate.store import Store


class Terms(TypedDict, total=False):
    """More about an authority: its first instant, who recorded it, which network it is for."""

    valid_from: datetime | None
    recorded_by: str
    site_id: int | None
    network_id: int | None


class Ranges(Store):
    """The part of the register that keeps networks and the authority to scan them."""

    def networks(self) -> list[Network]:
        """Every network with its authorities, in the order of addresses."""
        query = sa.select(networks, sites.c.name.label("site")).outerjoin(sites)
        with self._read() as connection:
            rows = connection.execute(query).mappings().all()
            granted = _authorities(connection)
        found = [_network(row, granted) for row in rows]
        return sorted(found, key=lambda n: (n.network.version, n.network, n.id))

    def add_network(
        self,
        cidr: str,
        *,
        name: str = "",
        segment: str | None = None,
        site_id: int | None = None,
        notes: str = "",
    ) -> Network:
        """Record a network; one of the same range and site is given back, its blanks filled in."""
        text = str(authority.network(cidr))
        if segment is not None and segment not in SEGMENTS:
            raise UsageError(f"a segment is one of: {', '.join(SEGMENTS)}; not {segment!r}")
        with self._write() as connection:
            known = self._network(text, site_id)
            if known is None:
                values: dict[str, Any] = {"cidr": text, "name": plain(name), "notes": plain(notes)}
                values |= {"segment": segment or "unknown", "site_id": site_id}
                connection.execute(sa.insert(networks), values)
            else:
                new = {"name": name, "segment": segment or "", "notes": notes}
                self.change_network(known.id, **{k: v for k, v in new.items() if v})
            made = self._network(text, site_id)
        assert made is not None
        return made

    def change_network(self, network_id: int, **values: Any) -> None:
        """Change the name, segment, notes or `site_id` of a network."""
        if not values:
            return
        with self._write() as connection:
            change = sa.update(networks).where(networks.c.id == network_id)
            connection.execute(change.values(**values))

    def record_authority(
        self,
        cidr: str,
        who: str,
        until: datetime,
        now: datetime,
        reference: str = "",
        **more: Unpack[Terms],
    ) -> Authority:
        """Record who allowed `cidr` to be scanned, until when. The network is recorded with it.

        Raises:
            UsageError: nobody is named, the end is not after the beginning, or no one body can own
                a range as wide as `cidr`.
        """
        range_ = str(authority.ownable(cidr))
        start = more.get("valid_from") or now
        if not who.strip():
            raise UsageError("an authority needs the name of the person who gave it")
        if until <= start:
            raise UsageError("an authority must end after it begins", hint="Give a later date.")
        with self._write() as connection:
            network = self._network_for(range_, more)
            same = (plain(who), plain(reference), until)
            for known in network.authorities:
                if (known.who, known.reference, known.until) == same:
                    return known
            values: dict[str, Any] = dict(zip(("who", "reference", "until"), same, strict=True))
            values |= {"network_id": network.id, "recorded_at": now, "valid_from": start}
            values |= {"recorded_by": plain(more.get("recorded_by", ""))}
            connection.execute(sa.insert(authorities), values)
            granted = _authorities(connection, network.id)
        return max(granted[network.id], key=lambda a: a.id)

    def _network_for(self, cidr: str, more: Terms) -> Network:
        site_id, number = more.get("site_id"), more.get("network_id")
        held = [n for n in self.networks() if n.cidr == cidr and number in (None, n.id)]
        same = [n for n in held if site_id is None or n.site_id == site_id]
        return same[0] if same else self.add_network(cidr, site_id=site_id)

    def authority_for(self, target: str, now: datetime) -> Authority | None:
        """The most specific authority that covers the whole of an address or network at `now`."""
        with self._read() as connection:
            every = [a for held in _authorities(connection).values() for a in held]
        return authority.covering(target, every, now)

    def site_for(self, address: str) -> int | None:
        """The site of the most specific recorded network that holds `address`; None: not known.

        Where the same range is recorded at several sites, nobody can tell.
        """
        return self.sites_for([address])[address]

    def sites_for(self, addresses: Iterable[str]) -> dict[str, int | None]:
        """The same for several addresses."""
        networks = [(n.network, n.site_id) for n in self.networks()]
        return {address: _site_of(address, networks) for address in addresses}

    def _network(self, cidr: str, site_id: int | None) -> Network | None:
        every = self.networks()
        return next((n for n in every if (n.cidr, n.site_id) == (cidr, site_id)), None)


def _site_of(
    address: str, networks: Iterable[tuple[authority.AnyNetwork, int | None]]
) -> int | None:
    wanted = authority.network(address)
    able = [(n.prefixlen, site) for n, site in networks if authority.covers(n, wanted)]
    longest = max((length for length, _ in able), default=0)
    found = {site for length, site in able if length == longest}
    return found.pop() if len(found) == 1 else None


def _authorities(
    connection: sa.Connection, network_id: int | None = None
) -> dict[int, list[Authority]]:
    query = sa.select(authorities, networks.c.cidr).join(networks).order_by(authorities.c.id)
    if network_id is not None:
        query = query.where(networks.c.id == network_id)
    found: dict[int, list[Authority]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["network_id"], []).append(Authority(**row))
    return found


def _network(row: Any, granted: dict[int, list[Authority]]) -> Network:
    return Network(**row, authorities=tuple(granted.get(row["id"], ())))
