"""The list of devices: what is shown of each, filtered, ordered and cut into pages. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from custodes.console.query import PAGE_SIZE, DeviceQuery
from custodes.console.text import plural
from custodes.estate.model import Device, Site
from custodes.units import iso

Facts = Mapping[str, object]

COLUMNS: tuple[tuple[str, str], ...] = (
    ("name", "Device"),
    ("brand", "Brand"),
    ("maker", "Maker"),
    ("type", "Type"),
    ("site", "Site"),
    ("address", "Address"),
    ("seen", "Last seen"),
)
UNKNOWN_WORDS: Mapping[str, str] = {
    "brand": "brand unknown",
    "maker": "maker unknown",
    "model": "model unknown",
    "firmware": "firmware unknown",
    "serial": "serial number unknown",
    "type": "type unknown",
    "site": "site unknown",
    "surveillance": "cannot be told whether it is surveillance",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One device in a list; None is unknown. `differs`: the badge is not the maker's."""

    id: int
    name: str
    brand: str | None
    maker: str | None
    model: str | None
    firmware: str | None
    serial: str | None
    mac: str | None
    type: str | None
    is_surveillance: bool | None
    site_id: int | None
    site: str | None
    address: str | None
    state: str
    seen: datetime | None

    @property
    def differs(self) -> bool:
        return self.brand is not None and self.maker is not None and self.brand != self.maker

    @property
    def removed(self) -> bool:
        return self.state == "removed"

    @property
    def link(self) -> str:
        return f"/devices/{self.id}"


@dataclass(frozen=True, slots=True)
class Heading:
    key: str
    label: str
    link: str
    order: str  # "ascending", "descending" or "" where the list is not in its order


@dataclass(frozen=True, slots=True)
class Choice:
    """One select of the filters: its name, label and options (value, words, chosen)."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    query: DeviceQuery
    rows: tuple[Row, ...]
    found: str
    total: str
    headings: tuple[Heading, ...]
    choices: tuple[Choice, ...]
    spoken: tuple[str, ...]  # the filters in force, in words
    page: int
    pages: int
    previous: str
    following: str


def row(device: Device) -> Row:
    return Row(
        id=device.id,
        name=name_of(device),
        brand=device.brand,
        maker=device.maker,
        model=device.model,
        firmware=device.firmware,
        serial=device.serial,
        mac=device.mac,
        type=device.device_type,
        is_surveillance=device.is_surveillance,
        site_id=device.site_id,
        site=device.site,
        address=device.address,
        state=device.state,
        seen=device.last_seen,
    )


def name_of(device: Device) -> str:
    """What a person would call the device: badge and model, else where it is."""
    known = [part for part in (device.brand, device.model) if part]
    if known:
        return " ".join(known)
    where = device.address or device.hostname or device.asset_tag or device.key
    kind = device.device_type or "device"
    return f"{kind.capitalize()} at {where}" if where == device.address else f"{kind} {where}"


def select(rows: Iterable[Row], query: DeviceQuery) -> list[Row]:
    """The rows that the query asks for, in its order, of all pages."""
    kept = [r for r in rows if _kept(r, query)]
    key = ORDER[query.sort_key]
    kept.sort(key=lambda r: (key(r), r.id))
    if query.descending:
        kept.reverse()
    # What is unknown comes last in either direction: it is no value, so it has no place in order.
    kept.sort(key=lambda r: key(r)[0])
    return kept


def list_page(all_rows: Sequence[Row], sites: Sequence[Site], query: DeviceQuery) -> ListPage:
    """The page of the list that the query asks for; one beyond the end shows the last."""
    found = select(all_rows, query)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(query.page, pages)
    start = (page - 1) * PAGE_SIZE
    return ListPage(
        query=query,
        rows=tuple(found[start : start + PAGE_SIZE]),
        found=plural(len(found), "device"),
        total=plural(sum(r.removed is query.removed for r in all_rows), "device"),
        headings=tuple(_heading(key, label, query) for key, label in COLUMNS),
        choices=choices(all_rows, sites, query),
        spoken=spoken(query, sites),
        page=page,
        pages=pages,
        previous=query.with_(page=page - 1).link() if page > 1 else "",
        following=query.with_(page=page + 1).link() if page < pages else "",
    )


def choices(rows: Sequence[Row], sites: Sequence[Site], query: DeviceQuery) -> tuple[Choice, ...]:
    """The filters that a person can choose from: only values that occur."""
    return (
        _choice("site", "Site", query.site, [(str(s.id), site_label(s)) for s in sites]),
        _choice("brand", "Brand", query.brand, _values(r.brand for r in rows)),
        _choice("maker", "Maker", query.maker, _values(r.maker for r in rows)),
        _choice("type", "Type", query.type, _values(r.type for r in rows)),
        _choice("unknown", "What is unknown", query.unknown, list(UNKNOWN_WORDS.items())),
    )


def spoken(query: DeviceQuery, sites: Sequence[Site]) -> tuple[str, ...]:
    """The filters in force, as a person would say them."""
    site = next((site_label(s) for s in sites if str(s.id) == query.site), query.site)
    said = (
        (query.q, f"“{query.q}”"),
        (query.site, f"at {site}"),
        (query.brand, f"badged {query.brand}"),
        (query.maker, f"made by {query.maker}"),
        (query.type, query.type),
        (query.surveillance == "yes", "surveillance devices"),
        (query.surveillance == "no", "not surveillance devices"),
        (query.unknown, UNKNOWN_WORDS.get(query.unknown, "")),
        (query.differs, "badge and maker differ"),
        (query.removed, "removed"),
    )
    return tuple(words for chosen, words in said if chosen)


def site_label(site: Site) -> str:
    return f"{site.name} ({site.body})" if site.body else site.name


def facts(rows: Iterable[Row]) -> list[dict[str, object]]:
    """What is shown of each device, for a file; keys are those of the API."""
    return [
        {
            "id": r.id,
            "brand": r.brand,
            "maker": r.maker,
            "model": r.model,
            "firmware": r.firmware,
            "serial": r.serial,
            "mac": r.mac,
            "device_type": r.type,
            "is_surveillance": r.is_surveillance,
            "site": r.site,
            "address": r.address,
            "state": r.state,
            "last_seen": iso(r.seen) if r.seen else None,
        }
        for r in rows
    ]


def _kept(r: Row, query: DeviceQuery) -> bool:
    checks = (
        r.removed is query.removed,
        not query.site or str(r.site_id) == query.site,
        not query.brand or r.brand == query.brand,
        not query.maker or r.maker == query.maker,
        not query.type or r.type == query.type,
        not query.surveillance or r.is_surveillance is (query.surveillance == "yes"),
        not query.unknown or _unknown(r, query.unknown),
        not query.differs or r.differs,
        not query.q or _mentions(r, query.q),
    )
    return all(checks)


def _unknown(r: Row, what: str) -> bool:
    attribute = {"surveillance": "is_surveillance"}.get(what, what)
    return getattr(r, attribute) is None


def _mentions(r: Row, wanted: str) -> bool:
    """Whether every word is somewhere in what is shown of the device."""
    parts = (r.name, r.brand, r.maker, r.model, r.firmware, r.serial, r.mac, r.type, r.site)
    text = " ".join(p for p in (*parts, r.address) if p).casefold()
    return all(word in text for word in wanted.casefold().split())


def _words(text: str | None) -> tuple[bool, str]:
    return (text is None, (text or "").casefold())


def _host(text: str | None) -> tuple[bool, tuple[int, int]]:
    try:
        host = ip_address(text or "")
    except ValueError:
        return (True, (0, 0))
    return (False, (host.version, int(host)))


ORDER: Mapping[str, Callable[[Row], tuple[bool, object]]] = {
    "name": lambda r: _words(r.name),
    "brand": lambda r: _words(r.brand),
    "maker": lambda r: _words(r.maker),
    "model": lambda r: _words(r.model),
    "type": lambda r: _words(r.type),
    "site": lambda r: _words(r.site),
    "address": lambda r: _host(r.address),
    "seen": lambda r: (r.seen is None, r.seen.timestamp() if r.seen else 0.0),
}


def _heading(key: str, label: str, query: DeviceQuery) -> Heading:
    order = ""
    if query.sort_key == key:
        order = "descending" if query.descending else "ascending"
    turned = f"-{key}" if order == "ascending" else key
    return Heading(key, label, query.with_(sort=turned, page=1).link(), order)


def _choice(name: str, label: str, chosen: str, values: Sequence[tuple[str, str]]) -> Choice:
    known = list(values)
    if chosen and chosen not in {value for value, _ in known}:
        known.append((chosen, chosen))  # an old link keeps its filter in sight
    options = [("", "All" if name != "unknown" else "Show all", not chosen)]
    options += [(value, words, value == chosen) for value, words in known]
    return Choice(name, label, tuple(options))


def _values(found: Iterable[str | None]) -> list[tuple[str, str]]:
    return [(v, v) for v in sorted({f for f in found if f is not None}, key=str.casefold)]
