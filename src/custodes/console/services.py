"""All devices by the services outside that they talk to: what was asked, and the page. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from custodes.console.charts import Chart, chart
from custodes.console.query import TEXT_LIMIT
from custodes.console.talks import CLOUD, KINDS, OUTSIDE, TIME, Peer
from custodes.console.text import plural
from custodes.estate.conversations import Contact
from custodes.estate.model import Site, Summary
from custodes.knowledge import clouds

ROWS = 60  # of a page
SHOWN = (CLOUD, TIME, OUTSIDE)  # what leaves the building


@dataclass(frozen=True, slots=True)
class TalksQuery:
    """Which conversations are asked for; `home` is the reader's country."""

    service: str = ""
    kind: str = ""  # one of SHOWN
    site: str = ""  # number of a site
    home: str = ""  # two letters
    abroad: bool = False  # only what is known to be abroad, seen from home
    page: int = 1

    def with_(self, **changes: object) -> "TalksQuery":
        return replace(self, **changes)  # type: ignore[arg-type]

    def link(self, path: str = "/conversations") -> str:
        values = {
            "service": self.service,
            "kind": self.kind,
            "site": self.site,
            "home": self.home,
            "abroad": "yes" if self.abroad else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        given = {name: value for name, value in values.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    @property
    def filtered(self) -> bool:
        return replace(self, page=1, home="") != TalksQuery()


def read(parameters: Mapping[str, str]) -> TalksQuery:
    """The conversations that an address asks for; what means nothing is ignored.

    >>> read({"kind": "cloud", "home": "gb", "site": "x", "abroad": "yes"}).link()
    '/conversations?kind=cloud&home=GB&abroad=yes'
    """
    kind = parameters.get("kind", "").strip()
    home = parameters.get("home", "").strip().upper()
    home = home if len(home) == 2 and home.isascii() and home.isalpha() else ""
    return TalksQuery(
        service=parameters.get("service", "").strip()[:TEXT_LIMIT],
        kind=kind if kind in SHOWN else "",
        site=str(_number(parameters.get("site", "").strip()) or ""),
        home=home,
        abroad=parameters.get("abroad") == "yes" and bool(home),
        page=max(1, _number(parameters.get("page", "").strip())),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


@dataclass(frozen=True, slots=True)
class Row:
    """What one device exchanged with one peer outside."""

    device: str
    site_id: int | None
    site: str | None
    peer: Peer


@dataclass(frozen=True, slots=True)
class TalksPage:
    query: TalksQuery
    rows: tuple[Row, ...]
    found: str
    devices: str
    chart: Chart
    kinds: tuple[tuple[str, str, int, str], ...]  # key, words, devices, link
    kind_choices: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    sites: tuple[tuple[str, str, bool], ...]
    any: bool
    page: int
    pages: int
    previous: str
    following: str


def rows(peers: Iterable[Peer], devices: Mapping[int, Summary]) -> tuple[Row, ...]:
    """What leaves the building, with the devices that it comes from."""
    return tuple(_row(peer, devices.get(peer.device_id)) for peer in peers if peer.kind in SHOWN)


def _row(peer: Peer, device: Summary | None) -> Row:
    if device is None:
        return Row(f"device {peer.device_id}", None, None, peer)
    return Row(device.name, device.site_id, device.site, peer)


def wanted(every: Iterable[Row], query: TalksQuery) -> tuple[Row, ...]:
    """The conversations that the query asks for, of all pages."""
    return tuple(
        row
        for row in every
        if query.service in ("", row.peer.service)
        and query.kind in ("", row.peer.kind)
        and query.site in ("", str(row.site_id))
        and (row.peer.abroad is True or not query.abroad)
    )


def talks_page(every: Sequence[Row], query: TalksQuery, sites: Sequence[Site]) -> TalksPage:
    """The page of conversations that the query asks for."""
    found = wanted(every, query)
    pages = max(1, -(-len(found) // ROWS))
    page = min(query.page, pages)
    services = sorted({row.peer.service for row in every if row.peer.service})
    return TalksPage(
        query=query,
        rows=found[(page - 1) * ROWS : page * ROWS],
        found=plural(len(found), "pair") + " of device and peer",
        devices=plural(_devices(found), "device"),
        chart=_chart(wanted(every, query.with_(service="")), query),
        kinds=_kinds(wanted(every, query.with_(kind="")), query),
        kind_choices=tuple((kind, KINDS[kind]) for kind in SHOWN),
        services=tuple(services),
        sites=tuple((str(s.id), s.name, str(s.id) == query.site) for s in sites),
        any=bool(every),
        page=page,
        pages=pages,
        previous=query.with_(page=page - 1).link() if page > 1 else "",
        following=query.with_(page=page + 1).link() if page < pages else "",
    )


def _devices(found: Iterable[Row]) -> int:
    return len({row.peer.device_id for row in found})


def _chart(found: Sequence[Row], query: TalksQuery) -> Chart:
    held: dict[str | None, set[int]] = {}
    for row in found:
        held.setdefault(row.peer.service, set()).add(row.peer.device_id)
    made = chart(
        "By service",
        "Service",
        {name: len(ids) for name, ids in held.items()},
        unknown="Operator unknown",
        link=lambda s: query.with_(page=1, **_narrow(s)).link(),
    )
    return replace(made, total=_devices(found))  # one device may talk to several


def _narrow(service: str | None) -> dict[str, str]:
    return {"service": service} if service is not None else {"kind": OUTSIDE}


def _kinds(found: Sequence[Row], query: TalksQuery) -> tuple[tuple[str, str, int, str], ...]:
    counted = ((k, _devices(r for r in found if r.peer.kind == k)) for k in SHOWN)
    return tuple(
        (k, KINDS[k], number, query.with_(kind=k, page=1).link()) for k, number in counted if number
    )


def cloud_devices(contacts: Iterable[Contact]) -> int:
    """How many devices talk to a maker's cloud or relay that is known by its name."""
    found: set[int] = set()
    for one in contacts:
        if one.role == "server" or not one.peer_name or one.device_id in found:
            continue
        service = clouds.match(one.peer_name, one.peer_port, one.transport)
        if service is not None and not service.is_time and service.grade != "port":
            found.add(one.device_id)
    return len(found)


def facts(found: Iterable[Row]) -> list[dict[str, object]]:
    """Conversations as a file or the API has them."""
    same = (
        "device_id kind peer port role service operator country abroad sure days bytes_out"
        " bytes_in sentence"
    )
    return [
        {
            "device": row.device,
            "site": row.site,
            **{name: getattr(row.peer, name) for name in same.split()},
            "addresses": " ".join(row.peer.addresses),
            "first_seen": row.peer.first_seen.isoformat(),
            "last_seen": row.peer.last_seen.isoformat(),
        }
        for row in found
    ]
