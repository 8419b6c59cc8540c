"""Sites and networks as they are shown. Pure: callers pass `now`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.console.charts import Chart, chart
from custodes.console.query import DeviceQuery
from custodes.console.text import plural
from custodes.estate.model import Authority, Counts, Network, Site


@dataclass(frozen=True, slots=True)
class SiteRow:
    id: int
    name: str
    body: str | None
    sensitive: str
    address: str
    devices: int
    maker_unknown: int
    link: str
    devices_link: str


@dataclass(frozen=True, slots=True)
class Permission:
    """An authority to scan, and whether it holds now: "in force", "not yet" or "expired"."""

    who: str
    reference: str
    start: datetime
    until: datetime
    state: str


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network; `state` is "in force", "not yet", "expired" or "none" (nobody allowed a scan)."""

    id: int
    cidr: str
    name: str
    segment: str
    site: str | None
    site_id: int | None
    state: str
    current: Permission | None
    former: tuple[Permission, ...]
    notes: str


@dataclass(frozen=True, slots=True)
class SitePage:
    row: SiteRow
    chart: Chart
    standard_ids: tuple[tuple[str, str], ...]
    position: str
    notes: str
    networks: tuple[NetworkRow, ...]
    found: str


def site_rows(sites: Sequence[Site], counts: Counts) -> tuple[SiteRow, ...]:
    """Every site with its number of devices, by name."""
    devices, unknown = counts.by_site_id, counts.unknown_maker_by_site_id
    made = (_site_row(s, devices.get(s.id, 0), unknown.get(s.id, 0)) for s in sites)
    return tuple(sorted(made, key=lambda s: (s.name.casefold(), s.id)))


def site_page(site: Site, counts: Counts, networks: Sequence[Network], now: datetime) -> SitePage:
    """One site: its devices (which `counts` counts) by maker, and its networks."""
    at = DeviceQuery(site=str(site.id))
    picture = chart(
        "Devices here, by maker",
        "Maker",
        counts.by_maker,
        unknown="Maker unknown",
        link=lambda m: (at.with_(maker=m) if m is not None else at.with_(unknown="maker")).link(),
    )
    return SitePage(
        row=_site_row(site, counts.devices, counts.unknown_maker),
        chart=picture,
        standard_ids=tuple(site.standard_ids.items()),
        position=_position(site),
        notes=site.notes,
        networks=network_rows([n for n in networks if n.site_id == site.id], now),
        found=plural(counts.devices, "device"),
    )


def network_rows(networks: Iterable[Network], now: datetime) -> tuple[NetworkRow, ...]:
    """Every network with who allowed it to be scanned, by address."""
    ordered = sorted(networks, key=lambda n: (n.network.version, n.network, n.id))
    return tuple(_network_row(n, now) for n in ordered)


def permission(authority: Authority, now: datetime) -> Permission:
    """An authority as it stands at `now`."""
    if authority.valid_at(now):
        state = "in force"
    else:
        state = "not yet" if now < authority.valid_from else "expired"
    return Permission(
        authority.who, authority.reference, authority.valid_from, authority.until, state
    )


def _network_row(network: Network, now: datetime) -> NetworkRow:
    ordered = sorted(network.authorities, key=lambda a: (a.valid_at(now), a.until), reverse=True)
    told = [permission(a, now) for a in ordered]
    return NetworkRow(
        id=network.id,
        cidr=network.cidr,
        name=network.name,
        segment=network.segment,
        site=network.site,
        site_id=network.site_id,
        state=told[0].state if told else "none",
        current=told[0] if told else None,
        former=tuple(told[1:]),
        notes=network.notes,
    )


def _site_row(site: Site, devices: int, unknown: int) -> SiteRow:
    words = {True: "sensitive", False: "not sensitive", None: "not said"}
    return SiteRow(
        id=site.id,
        name=site.name,
        body=site.body,
        sensitive=words[site.sensitive],
        address=site.address,
        devices=devices,
        maker_unknown=unknown,
        link=f"/sites/{site.id}",
        devices_link=DeviceQuery(site=str(site.id)).link(),
    )


def _position(site: Site) -> str:
    if site.latitude is None or site.longitude is None:
        return ""
    return f"{site.latitude:.5f}, {site.longitude:.5f}"
