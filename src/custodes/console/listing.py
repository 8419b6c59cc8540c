"""The list of devices: what to ask the register for, and the page made of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from custodes.console.query import PAGE_SIZE, DeviceQuery
from custodes.console.text import plural
from custodes.estate.model import Device, Site, Summary
from custodes.estate.summaries import Filter
from custodes.units import iso

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
    rows: tuple[Summary, ...]
    found: str
    total: str
    headings: tuple[Heading, ...]
    choices: tuple[Choice, ...]
    spoken: tuple[str, ...]  # the filters in force, in words
    page: int
    pages: int
    previous: str
    following: str


def wanted(query: DeviceQuery) -> Filter:
    """What the query asks the register for, of all pages."""
    return {
        "words": query.q or None,
        "site_id": int(query.site) if query.site else None,
        "brand": query.brand or None,
        "maker": query.maker or None,
        "device_type": query.type or None,
        "exact": True,
        "surveillance": query.surveillance == "yes" if query.surveillance else None,
        "unknown": query.unknown or None,
        "differs": query.differs or None,
        "removed": query.removed,
    }


def pages_of(found: int) -> int:
    """How many pages a list of so many devices has; an empty one has one."""
    return max(1, -(-found // PAGE_SIZE))


def start_of(query: DeviceQuery, found: int) -> int:
    """How many devices come before the page; one beyond the end is the last."""
    return (min(query.page, pages_of(found)) - 1) * PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Part:
    """What the register has for a page: its devices, how many match, how many there are at all,
    and every brand, maker and type to choose from."""

    rows: Sequence[Summary]
    found: int
    total: int
    values: Mapping[str, Sequence[str]]


def list_page(part: Part, sites: Sequence[Site], query: DeviceQuery) -> ListPage:
    """The page of the list that the query asks for."""
    pages = pages_of(part.found)
    page = min(query.page, pages)
    return ListPage(
        query=query,
        rows=tuple(part.rows),
        found=plural(part.found, "device"),
        total=plural(part.total, "device"),
        headings=tuple(_heading(key, label, query) for key, label in COLUMNS),
        choices=choices(part.values, sites, query),
        spoken=spoken(query, sites),
        page=page,
        pages=pages,
        previous=query.with_(page=page - 1).link() if page > 1 else "",
        following=query.with_(page=page + 1).link() if page < pages else "",
    )


def choices(
    values: Mapping[str, Sequence[str]], sites: Sequence[Site], query: DeviceQuery
) -> tuple[Choice, ...]:
    """The filters that a person can choose from: only values that occur."""
    return (
        _choice("site", "Site", query.site, [(str(s.id), site_label(s)) for s in sites]),
        _choice("brand", "Brand", query.brand, _twice(values["brand"])),
        _choice("maker", "Maker", query.maker, _twice(values["maker"])),
        _choice("type", "Type", query.type, _twice(values["device_type"])),
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


FACTS = (
    "id brand maker model firmware serial mac device_type is_surveillance site address state"
).split()


def facts(rows: Iterable[Summary | Device]) -> list[dict[str, object]]:
    """What is shown of each device, for a file; keys are those of the API."""
    return [
        {
            **{name: getattr(row, name) for name in FACTS},
            "last_seen": iso(row.last_seen) if row.last_seen else None,
        }
        for row in rows
    ]


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


def _twice(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]
