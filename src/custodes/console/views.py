"""What the overview shows, worked out from the register's values. Pure: no register, no clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from custodes.console.charts import Chart, chart, percent
from custodes.console.query import DeviceQuery
from custodes.console.text import plural
from custodes.estate.model import SEVERITIES, Counts, Site

NOTHING = DeviceQuery()


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its unit, and what it leads to."""

    label: str
    count: int
    unit: str
    after: str
    link: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not known of some devices."""

    label: str
    count: int
    total: int
    percent: float
    link: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge whose devices another firm made."""

    brand: str
    maker: str
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Watch:
    """One thing that somebody should look at, or (`calm`) need not."""

    label: str
    after: str
    link: str
    calm: bool


@dataclass(frozen=True, slots=True)
class Lately:
    """What the register says beyond counts; `changes` is None where nothing can be compared."""

    changes: int | None = None
    scanned: str = ""  # the two scans in words
    findings: Mapping[str, int] = field(default_factory=dict)  # open ones by severity
    heard: bool = False  # whether anybody has listened
    in_clouds: int = 0  # devices that talk to a maker's cloud


@dataclass(frozen=True, slots=True)
class Overview:
    devices: int
    last_seen: datetime | None
    tiles: tuple[Tile, ...]
    watch: tuple[Watch, ...]
    charts: tuple[Chart, ...]
    gaps: tuple[Gap, ...]
    badges: tuple[Badge, ...]
    removed: int
    never_seen: int

    @property
    def empty(self) -> bool:
        return not self.devices and not self.removed


def overview(counts: Counts, sites: Sequence[Site], lately: Lately) -> Overview:
    """The first page: how many, by whom, where, what is unknown, and where badge and maker part."""
    return Overview(
        devices=counts.devices,
        last_seen=counts.last_seen,
        tiles=tiles(counts),
        watch=(_changed(lately), _to_act_on(lately), _in_clouds(lately)),
        charts=charts(counts, sites),
        gaps=gaps(counts),
        badges=badges(counts),
        removed=counts.removed,
        never_seen=counts.never_seen,
    )


def tiles(counts: Counts) -> tuple[Tile, ...]:
    differing = sum(number for _, _, number in counts.badges)
    other = plural(counts.not_surveillance, "other device")
    return (
        Tile(
            "Surveillance devices",
            counts.surveillance,
            "of " + plural(counts.devices, "device"),
            f"{other}; {counts.surveillance_unknown or 'none'} cannot be told",
            NOTHING.with_(surveillance="yes").link(),
        ),
        Tile(
            "Rebadged",
            differing,
            units(differing, "device"),
            "another firm made them" if differing else "none is known",
            NOTHING.with_(differs=True).link(),
        ),
        Tile(
            "Maker unknown",
            counts.unknown_maker,
            units(counts.unknown_maker, "device"),
            f"{counts.maker_only_stated or 'none'} of them named by a person",
            NOTHING.with_(unknown="maker").link(),
        ),
        Tile(
            "Sites",
            counts.sites,
            units(counts.sites, "site"),
            plural(counts.networks, "network"),
            "/sites",
        ),
        Tile(
            "Evidence",
            counts.observations,
            units(counts.observations, "observation"),
            "kept as received",
            "/about#evidence",
        ),
    )


def _changed(lately: Lately) -> Watch:
    if lately.changes is None:
        return Watch("Changes", "A second scan will be compared with the first.", "/changes", True)
    words = f"{plural(lately.changes, 'change')} since the last scan"
    label = words if lately.changes else "Nothing changed since the last scan"
    return Watch(label, lately.scanned, "/changes", not lately.changes)


def _to_act_on(lately: Lately) -> Watch:
    total = sum(lately.findings.values())
    worst = [f"{lately.findings[s]} {s}" for s in reversed(SEVERITIES) if lately.findings.get(s)]
    after = ", ".join(worst) or "An inspection with the owner's key finds most of them."
    return Watch(plural(total, "open finding"), after, "/findings", not total)


def _in_clouds(lately: Lately) -> Watch:
    verb = "talks" if lately.in_clouds == 1 else "talk"
    label = f"{plural(lately.in_clouds, 'device')} {verb} to a maker's cloud"
    after = "By name, in what was captured and heard."
    if not lately.heard:
        label, after = "Who talks to a cloud is not known", "Nobody has listened yet."
    return Watch(label, after, "/conversations", not lately.in_clouds)


def units(count: int, one: str) -> str:
    """The unit alone, in the number that goes with the count."""
    return one if count == 1 else one + "s"


def charts(counts: Counts, sites: Sequence[Site]) -> tuple[Chart, ...]:
    return (
        chart(
            "By maker",
            "Maker",
            counts.by_maker,
            unknown="Maker unknown",
            link=lambda name: _link("maker", name),
        ),
        by_site(counts, sites),
        chart(
            "By badge",
            "Brand",
            counts.by_brand,
            unknown="Brand unknown",
            link=lambda name: _link("brand", name),
        ),
        chart(
            "By type",
            "Type",
            counts.by_device_type,
            unknown="Type unknown",
            link=lambda name: _link("type", name),
        ),
    )


def by_site(counts: Counts, sites: Sequence[Site]) -> Chart:
    """Two bodies may each have a site of one name, so sites are told apart by number."""
    names: Mapping[int, str] = unique_names(sites)
    numbers = {name: number for number, name in names.items()}
    found = {None if i is None else names[i]: n for i, n in counts.by_site_id.items()}
    return chart(
        "By site",
        "Site",
        found,
        unknown="Site unknown",
        link=lambda name: _link("site", None if name is None else str(numbers[name])),
    )


def unique_names(sites: Sequence[Site]) -> dict[int, str]:
    """A name for each site that no other site has."""
    how_often = Counter(s.name for s in sites)
    names: dict[int, str] = {}
    for site in sites:
        name = site.name
        if how_often[name] > 1:
            name = f"{name} ({site.body or 'no body'}, no. {site.id})"
        names[site.id] = name
    return names


def gaps(counts: Counts) -> tuple[Gap, ...]:
    """What is not known, worst first; a fact that is known of every device is left out."""
    questions = (
        ("Maker unknown", "maker"),
        ("Brand unknown", "brand"),
        ("Model unknown", "model"),
        ("Firmware unknown", "firmware"),
        ("Serial number unknown", "serial"),
        ("Site unknown", "site"),
        ("Type unknown", "type"),
        ("Surveillance or not: unknown", "surveillance"),
    )
    found: list[Gap] = []
    for label, what in questions:
        count, total = counts.unknown[what], counts.devices
        link = NOTHING.with_(unknown=what).link()
        if count:
            found.append(Gap(label, count, total, percent(count, total), link))
    return tuple(sorted(found, key=lambda gap: -gap.count))


def badges(counts: Counts) -> tuple[Badge, ...]:
    """Each pair of badge and other maker, most devices first."""
    return tuple(
        Badge(b, m, n, NOTHING.with_(brand=b, maker=m, differs=True).link())
        for b, m, n in counts.badges
    )


def _link(name: str, value: str | None) -> str:
    if value is None:
        return NOTHING.with_(unknown=name).link()
    return NOTHING.with_(**{name: value}).link()
