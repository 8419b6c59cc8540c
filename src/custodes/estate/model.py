"""The nouns of the register, as plain frozen values. No database here.

What devices showed (brand, maker, model …) and what a person stated (asset tag, dates, state, or
another model) are kept apart: neither ever overwrites the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from custodes.identity import Evidence, Identity
from custodes.observation import Observation

SEGMENTS = ("core", "isolated", "internet", "unknown")
STATES = ("in use", "spare", "faulty", "removed", "unknown")
SEVERITIES = ("info", "low", "medium", "high", "critical")
LIFECYCLE = (
    "installed_on",
    "warranty_until",
    "support_ends_on",
    "planned_replacement_on",
    "removed_on",
)
# What a person may state about a device; the first group has an observed twin.
STATED_FIELDS = (
    "brand",
    "maker",
    "product_family",
    "model",
    "firmware",
    "serial",
    "mac",
    "address",
    "hostname",
    "device_type",
    "site",
    "asset_tag",
    "name",
    "location",
    "state",
    *LIFECYCLE,
    "notes",
)
NO_EVIDENCE: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body (or firm) that owns devices."""

    id: int
    name: str
    standard_ids: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the body's people work. `sensitive` is the body's own designation; None: not said."""

    id: int
    name: str
    body_id: int | None = None
    body: str | None = None
    sensitive: bool | None = None
    address: str = ""
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None
    standard_ids: Mapping[str, str] = field(default_factory=dict)  # "UPRN", "URN", "ODS" …
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who allowed the scanning of a network, and until when. It always has an end."""

    id: int
    network_id: int
    cidr: str
    who: str
    reference: str
    recorded_at: datetime
    valid_from: datetime
    until: datetime
    recorded_by: str = ""

    def valid_at(self, now: datetime) -> bool:
        """An authority holds from its first instant up to, not including, its end."""
        return self.valid_from <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """An address range; the same private range may exist at several sites."""

    id: int
    cidr: str
    name: str = ""
    segment: str = "unknown"
    site_id: int | None = None
    site: str | None = None
    notes: str = ""
    authorities: tuple[Authority, ...] = ()

    @property
    def network(self) -> IPv4Network | IPv6Network:
        return ip_network(self.cidr)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAddress:
    """An address that a device had; `ended_at` is None while it has it still.

    `place` is what grouped the observations: the address itself, or "address:port" or a caller's
    own key where several devices share one address.
    """

    place: str
    address: str | None
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person said about a device, who said it, when, and where it was written."""

    field: str
    value: str
    who: str
    source: str
    stated_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device: what it showed of itself, and beside it what people stated about it.

    `key_kind` says by what it is told from others: "mac", "serial", "address" or "asset" (only
    stated, never seen). `first_seen` and `last_seen` are None while it was never seen.
    """

    id: int
    key_kind: str
    key: str
    brand: str | None = None
    maker: str | None = None
    product_family: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    macs: tuple[str, ...] = ()
    hostname: str | None = None
    device_type: str | None = None
    is_surveillance: bool | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    addresses: tuple[DeviceAddress, ...] = ()
    site_id: int | None = None
    site: str | None = None
    site_stated: bool = False
    created_at: datetime | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    stated: Mapping[str, Statement] = field(default_factory=dict)

    @property
    def mac(self) -> str | None:
        return self.macs[0] if self.macs else None

    @property
    def address(self) -> str | None:
        """The address that it has now (the one seen last), observed."""
        now = [a for a in self.addresses if a.ended_at is None and a.address]
        return max(now, key=lambda a: a.last_seen).address if now else None

    @property
    def called(self) -> str:
        """What a person would call it."""
        names = ("brand", "model", "device_type", "hostname", "key")
        return called({n: getattr(self, n) for n in names}, self.address, self.asset_tag)

    def said(self, name: str) -> str | None:
        """What a person stated for `name`, or None."""
        statement = self.stated.get(name)
        return statement.value if statement else None

    def said_date(self, name: str) -> date | None:
        value = self.said(name)
        return date.fromisoformat(value) if value else None

    @property
    def asset_tag(self) -> str | None:
        return self.said("asset_tag")

    @property
    def location(self) -> str | None:
        return self.said("location")

    @property
    def state(self) -> str:
        return self.said("state") or "unknown"

    @property
    def installed_on(self) -> date | None:
        return self.said_date("installed_on")

    @property
    def warranty_until(self) -> date | None:
        return self.said_date("warranty_until")

    @property
    def support_ends_on(self) -> date | None:
        return self.said_date("support_ends_on")

    @property
    def planned_replacement_on(self) -> date | None:
        return self.said_date("planned_replacement_on")

    @property
    def removed_on(self) -> date | None:
        return self.said_date("removed_on")


def called(facts: Mapping[str, Any], address: str | None, tag: str | None) -> str:
    """What a person would call a device: badge and model, else where it is."""
    brand, model = facts["brand"], facts["model"]
    if brand and model and model.casefold().startswith(f"{brand} ".casefold()):
        return str(model)
    known = [part for part in (brand, model) if part]
    if known:
        return " ".join(known)
    kind: str = facts["device_type"] or "device"
    if address:
        return f"{kind.capitalize()} at {address}"
    return f"{kind} {facts['hostname'] or tag or facts['key']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A device as a list shows it, without evidence. `stated` is what people say of it now."""

    id: int
    name: str
    brand: str | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    mac: str | None = None
    device_type: str | None = None
    is_surveillance: bool | None = None
    site_id: int | None = None
    site: str | None = None
    address: str | None = None
    state: str = "unknown"
    last_seen: datetime | None = None
    stated: Mapping[str, str] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether the badge is known not to be the maker's."""
        return self.brand is not None and self.maker is not None and self.brand != self.maker


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObservation:
    """An observation as it was received, and how often and when it was seen."""

    id: int
    digest: str
    observation: Observation
    first_seen: datetime
    last_seen: datetime
    times_seen: int


@dataclass(frozen=True, slots=True)
class Stored:
    """How many observations of a batch were new and how many were known already."""

    new: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """An observation as the register has it: under which number, and whether it was new.

    Of an answer that only repeats an earlier one, the earlier text; the time is the later one's.
    """

    id: int
    observation: Observation
    is_new: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """One device as it was identified, and the observations behind that.

    `kept`: the numbers of these observations in the register, in their order, where they are known.
    """

    identity: Identity
    observations: Sequence[Observation]
    site_id: int | None = None
    kept: Sequence[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a device or a site that somebody should know or do."""

    id: int
    code: str
    severity: str
    text: str
    device_id: int | None = None
    site_id: int | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRun:
    """One scan, so that it can go on where it was interrupted."""

    id: int
    plan: str
    started_at: datetime
    finished_at: datetime | None = None
    targets_done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many devices there are, and how many of each kind. Every number counts `unit`.

    The key None in a mapping is "unknown". Removed devices are not counted in anything but
    `removed`. `by_*` count what devices showed; `*_only_stated` are unknowns that a person named.
    `unknown` counts the devices of which each fact is unknown, `badges` those of each pair of a
    badge and another maker, most first; `last_seen` is when any device was seen last.
    """

    devices: int = 0
    removed: int = 0
    never_seen: int = 0
    surveillance: int = 0
    not_surveillance: int = 0
    surveillance_unknown: int = 0
    unknown_brand: int = 0
    unknown_maker: int = 0
    unknown_model: int = 0
    maker_only_stated: int = 0
    by_brand: Mapping[str | None, int] = field(default_factory=dict)
    by_maker: Mapping[str | None, int] = field(default_factory=dict)
    by_site: Mapping[str | None, int] = field(default_factory=dict)
    by_device_type: Mapping[str | None, int] = field(default_factory=dict)
    by_site_id: Mapping[int | None, int] = field(default_factory=dict)
    unknown_maker_by_site_id: Mapping[int | None, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    badges: tuple[tuple[str, str, int], ...] = ()
    last_seen: datetime | None = None
    sites: int = 0
    networks: int = 0
    observations: int = 0
    unit: str = "devices"
