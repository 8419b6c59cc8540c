"""The small JSON API: what the pages show, for programs. Reading only."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from custodes.console import listing, places, query
from custodes.console.pages import Desk, Number

LIMIT = 1000
UNKNOWN = f"^(|{'|'.join(query.UNKNOWN)})$"


class Problem(BaseModel):
    """What went wrong (RFC 9457); `code` is stable, the words are not."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}}
    for status in (400, 404, 421, 500)
}
router = APIRouter(prefix="/api/v1", responses=PROBLEMS, tags=["register"])


class NamedCount(BaseModel):
    """A number of devices; `name` is null where it is unknown."""

    name: str | None
    count: int


class CountsOut(BaseModel):
    """How many devices there are; every number counts `unit`, save those named otherwise."""

    unit: str
    devices: int
    removed: int
    never_seen: int
    surveillance: int
    not_surveillance: int
    surveillance_unknown: int
    unknown_brand: int
    unknown_maker: int
    unknown_model: int
    by_brand: list[NamedCount]
    by_maker: list[NamedCount]
    by_site: list[NamedCount]
    by_device_type: list[NamedCount]
    sites: int
    networks: int
    observations: int


class DeviceOut(BaseModel):
    """One device in short; what is null is unknown."""

    id: int
    brand: str | None
    maker: str | None
    model: str | None
    firmware: str | None
    serial: str | None
    mac: str | None
    device_type: str | None
    is_surveillance: bool | None
    site: str | None
    address: str | None
    state: str
    last_seen: datetime | None


class EvidenceOut(BaseModel):
    """One observation that speaks for (or, `against`, against) one conclusion, word for word."""

    conclusion: str
    value: str | bool
    fingerprint: str
    field: str
    matched: str
    source: str
    weight: float
    against: bool = False
    observation: str | None = None
    seen_at: str | None = None


class WholeDevice(DeviceOut):
    """One device with the evidence for each conclusion."""

    product_family: str | None
    hostname: str | None
    confidence: float
    first_seen: datetime | None
    evidence: list[EvidenceOut]
    observations: int


class DevicesOut(BaseModel):
    """A part of the list: `total` devices match, these begin after the first `offset`."""

    total: int
    offset: int
    devices: list[DeviceOut]


class SiteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    body: str | None
    sensitive: bool | None
    address: str
    latitude: float | None
    longitude: float | None
    standard_ids: dict[str, str]
    devices: int = 0


class AuthorityOut(BaseModel):
    """Who allowed a network to be scanned; `state` is in force, not yet or expired."""

    model_config = ConfigDict(from_attributes=True)

    who: str
    reference: str
    start: datetime
    until: datetime
    state: str


class NetworkOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    cidr: str
    name: str
    segment: str
    site: str | None
    state: str
    authorities: list[AuthorityOut]


@router.get("/counts")
def read_counts(desk: Desk) -> CountsOut:
    """How many devices, by maker, brand, site and type, and how many of which that is unknown."""
    counts = desk.counts()
    plain = {name: getattr(counts, name) for name in CountsOut.model_fields}
    for name in ("by_brand", "by_maker", "by_site", "by_device_type"):
        plain[name] = [NamedCount(name=k, count=v) for k, v in plain[name].items()]
    return CountsOut(**plain)


class DeviceFilter(BaseModel, extra="forbid"):
    """Which devices are asked for, as the page has it; what is not given does not narrow."""

    q: Annotated[str, Field(max_length=200, description="Words that a device must show.")] = ""
    site: Annotated[str, Field(max_length=9, description="Number of a site.")] = ""
    brand: Annotated[str, Field(max_length=200)] = ""
    maker: Annotated[str, Field(max_length=200)] = ""
    type: Annotated[str, Field(max_length=200)] = ""
    surveillance: Literal["", "yes", "no"] = ""
    unknown: Annotated[str, Field(pattern=UNKNOWN, description="What is not known.")] = ""
    differs: Annotated[bool, Field(description="Only where badge and maker differ.")] = False
    removed: Annotated[bool, Field(description="Removed devices instead of present ones.")] = False
    sort: Annotated[str, Field(max_length=20)] = "name"
    offset: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = 100

    def asked(self) -> query.DeviceQuery:
        """The same question as the page would ask it."""
        given = self.model_dump(exclude={"offset", "limit"})
        return query.read({k: _word(v) for k, v in given.items()})


def _word(value: str | bool) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else value


@router.get("/devices")
def list_devices(desk: Desk, wanted: Annotated[DeviceFilter, Query()]) -> DevicesOut:
    """Devices, filtered and ordered as the page is."""
    asked = wanted.asked()
    meant = listing.wanted(asked)
    part = desk.summaries(**meant, sort=asked.sort, offset=wanted.offset, limit=wanted.limit)
    devices = [DeviceOut.model_validate(fact) for fact in listing.facts(part)]
    return DevicesOut(total=desk.count(**meant), offset=wanted.offset, devices=devices)


@router.get("/devices/{number}")
def read_device(number: Number, desk: Desk) -> WholeDevice:
    """One device with the evidence for each conclusion, word for word."""
    device = desk.device(number)
    if device is None:
        raise HTTPException(404, f"There is no device number {number}.")
    evidence = [EvidenceOut(**msgspec.structs.asdict(e)) for e in device.evidence]
    return WholeDevice.model_validate(
        {
            **listing.facts([device])[0],
            "product_family": device.product_family,
            "hostname": device.hostname,
            "confidence": device.confidence,
            "first_seen": device.first_seen,
            "evidence": evidence,
            "observations": desk.how_many_of([device.id])[device.id],
        }
    )


@router.get("/sites")
def list_sites(desk: Desk) -> list[SiteOut]:
    """Every site with its number of devices."""
    sites = desk.sites()
    devices = {row.id: row.devices for row in places.site_rows(sites, desk.counts())}
    told = [SiteOut.model_validate(site) for site in sites]
    return [site.model_copy(update={"devices": devices[site.id]}) for site in told]


@router.get("/networks")
def list_networks(desk: Desk) -> list[NetworkOut]:
    """Every network, and who allowed it to be scanned until when."""
    rows = places.network_rows(desk.networks(), datetime.now(UTC))
    return [
        NetworkOut(
            id=r.id,
            cidr=r.cidr,
            name=r.name,
            segment=r.segment,
            site=r.site,
            state=r.state,
            authorities=[
                AuthorityOut.model_validate(p)
                for p in ((r.current, *r.former) if r.current else ())
            ],
        )
        for r in rows
    ]
