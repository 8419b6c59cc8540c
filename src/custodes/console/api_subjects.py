"""The JSON API of what stands beside devices: facts, cameras, talks, findings, looks, changes."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from custodes.console import changes, problems, services, subjects
from custodes.console.api import LIMIT, PROBLEMS
from custodes.console.pages import Desk, Number
from custodes.console.report import identity_of
from custodes.errors import UsageError
from custodes.estate.conversations import Conversation
from custodes.estate.model import SEVERITIES, Device
from custodes.estate.register import Register
from custodes.find.compare import KINDS
from custodes.find.identify.explain import explain
from custodes.find.listen.sentences import in_order, told

router = APIRouter(prefix="/api/v1", responses=PROBLEMS, tags=["register"])
Json = dict[str, Any]


class SentenceOut(BaseModel):
    """One sentence of the report; `observations` are digests of what it rests on."""

    part: Literal["is", "because", "against", "unknown"]
    conclusion: str
    text: str
    observations: list[str]


class WordsOut(BaseModel):
    """Where a fact comes from, word for word."""

    field: str
    matched: str
    source: str
    observation: str | None = None
    seen_at: str | None = None


class FactOut(BaseModel):
    """A capability (`capable`, `enabled`) or setting (`value`), and when it held."""

    subject: Literal["capability", "fact"]
    name: str
    channel: str
    capable: bool | None
    enabled: bool | None
    value: str | None
    words: WordsOut
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None


class AttachedOut(BaseModel):
    """A camera that a recorder says is attached; `same_as` is the device that it is."""

    recorder: int
    channel: str
    name: str | None = None
    address: str | None = None
    port: int | None = None
    protocol: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    mac: str | None = None
    online: bool | None = None
    same_as: int | None = None
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None = None


class TalkOut(BaseModel):
    """What one device exchanged with one peer on one day (UTC); bytes are of IP packets."""

    device_id: int
    day: str
    peer: str
    addresses: list[str]
    port: int
    transport: str
    role: str
    bytes_out: int
    bytes_in: int
    first_seen: datetime
    last_seen: datetime
    sentence: str
    outside: bool
    time_server: bool
    service: str | None
    operator: str | None
    country: str | None
    abroad: bool | None
    known_by: str | None
    source: str | None


class TalksOut(BaseModel):
    """A part of the list: `total` match, these begin after the first `offset`."""

    total: int
    offset: int
    conversations: list[TalkOut]


class PeerOut(BaseModel):
    """What one device exchanged with one peer outside, all days together."""

    device_id: int
    device: str
    site: str | None
    kind: str
    peer: str
    addresses: str
    port: str
    role: str
    service: str | None
    operator: str | None
    country: str | None
    abroad: bool | None
    sure: bool
    days: int
    bytes_out: int
    bytes_in: int
    first_seen: datetime
    last_seen: datetime
    sentence: str


class PeersOut(BaseModel):
    total: int
    offset: int
    conversations: list[PeerOut]


class FindingOut(BaseModel):
    """Something that somebody should act on."""

    id: int
    severity: str
    code: str
    text: str
    device_id: int | None
    device: str | None
    site_id: int | None
    site: str | None
    opened_at: datetime
    closed_at: datetime | None
    evidence: str


class FindingsOut(BaseModel):
    total: int
    offset: int
    findings: list[FindingOut]


class LookOut(BaseModel):
    """One scan or import; `scope` are the networks that it covered whole."""

    id: int
    kind: str
    name: str
    scope: list[str]
    started_at: datetime
    finished_at: datetime | None
    devices: int


class ChangeOut(BaseModel):
    kind: str
    device_id: int | None
    device: str
    address: str | None
    site: str | None
    what: str
    was: str | None
    now: str | None
    sure: bool
    text: str


class ChangesOut(BaseModel):
    """What changed; `unchanged` and `not_looked_at` count devices."""

    before: str
    after: str
    total: int
    offset: int
    unchanged: int
    not_looked_at: int
    changes: list[ChangeOut]


class Part(BaseModel, extra="forbid"):
    """Which part of a list."""

    offset: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = 100

    def cut(self, found: list[Json]) -> list[Json]:
        return found[self.offset : self.offset + self.limit]


def _the(desk: Register, number: int) -> Device:
    device = desk.device(number)
    if device is None:
        raise HTTPException(404, f"There is no device number {number}.")
    return device


@router.get("/devices/{number}/report")
def read_report(number: Number, desk: Desk) -> list[SentenceOut]:
    """What a device is, why, what speaks against it and what is not known, in sentences."""
    sentences = explain(identity_of(_the(desk, number)))
    return [SentenceOut.model_validate(msgspec.to_builtins(s)) for s in sentences]


@router.get("/devices/{number}/facts")
def read_facts(number: Number, desk: Desk) -> list[FactOut]:
    """Everything that a device told of its abilities and settings, with when it held."""
    history = desk.fact_history(_the(desk, number).id)
    return [FactOut.model_validate(msgspec.to_builtins(one)) for one in history]


@router.get("/devices/{number}/attached")
def read_attached(number: Number, desk: Desk) -> list[AttachedOut]:
    """The cameras that a recorder says are attached, now and formerly."""
    found = []
    for one in desk.attached_to(_the(desk, number).id, ended=True):
        plain = msgspec.to_builtins(one)
        found.append(AttachedOut(recorder=plain.pop("device_id"), **plain.pop("attached"), **plain))
    return found


class TalksFilter(Part):
    """Which conversations of one device."""

    home: Annotated[str, Field(pattern="^([A-Za-z]{2})?$", description="Your country.")] = ""


@router.get("/devices/{number}/conversations")
def read_talks(number: Number, desk: Desk, wanted: Annotated[TalksFilter, Query()]) -> TalksOut:
    """Who a device talks to, by day and peer, with a sentence each; makers' clouds first."""
    device = _the(desk, number)
    home = wanted.home.upper() or None
    talks = desk.conversations(device.id)
    every = in_order(told(one, kind=device.device_type, home=home) for one in talks)
    shown = every[wanted.offset : wanted.offset + wanted.limit]
    plain = [TalkOut.model_validate(_talk(one.conversation, one)) for one in shown]
    return TalksOut(total=len(every), offset=wanted.offset, conversations=plain)


def _talk(conversation: Conversation, one: object) -> Json:
    plain: Json = msgspec.to_builtins(one)
    return {**plain, **msgspec.to_builtins(conversation)}


class PeersFilter(Part):
    """Which conversations with the outside; as the page has them."""

    service: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["", "cloud", "time", "outside"] = ""
    site: Annotated[str, Field(max_length=9, description="Number of a site.")] = ""
    home: Annotated[str, Field(pattern="^([A-Za-z]{2})?$", description="Your country.")] = ""
    abroad: Annotated[bool, Field(description="Only what is known to be abroad.")] = False


@router.get("/conversations")
def list_talks(desk: Desk, wanted: Annotated[PeersFilter, Query()]) -> PeersOut:
    """Devices that talk to makers' clouds, time servers or others outside."""
    query = services.read(_given(wanted))
    found = services.facts(services.wanted(subjects.outside(desk, query), query))
    part = [PeerOut.model_validate(one) for one in wanted.cut(found)]
    return PeersOut(total=len(found), offset=wanted.offset, conversations=part)


class FindingsFilter(Part):
    """Which findings; open ones, unless `closed`."""

    severity: Annotated[str, Field(pattern=f"^(|{'|'.join(SEVERITIES)})$")] = ""
    site: Annotated[str, Field(max_length=9, description="Number of a site.")] = ""
    code: Annotated[str, Field(max_length=80)] = ""
    closed: Annotated[bool, Field(description="Also those that hold no longer.")] = False


@router.get("/findings")
def list_findings(desk: Desk, wanted: Annotated[FindingsFilter, Query()]) -> FindingsOut:
    """What somebody should act on, the worst first."""
    query = problems.read(_given(wanted))
    found = problems.facts(problems.wanted(subjects.findings_of(desk, query), query))
    part = [FindingOut.model_validate(one) for one in wanted.cut(found)]
    return FindingsOut(total=len(found), offset=wanted.offset, findings=part)


@router.get("/looks")
def list_looks(desk: Desk, wanted: Annotated[Part, Query()]) -> list[LookOut]:
    """Every scan and import, the newest first: what can be compared."""
    found = wanted.cut([msgspec.to_builtins(look) for look in desk.looks()])
    return [LookOut.model_validate(one) for one in found]


class ChangesFilter(Part):
    """Which two looks (by their numbers) or since which day, and which changes."""

    before: Annotated[int | None, Field(ge=1, le=10**9)] = None
    after: Annotated[int | None, Field(ge=1, le=10**9)] = None
    since: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    kind: Annotated[str, Field(pattern=f"^(|{'|'.join(KINDS)})$")] = ""
    site: Annotated[str, Field(max_length=200, description="Name of a site.")] = ""


@router.get("/changes")
def list_changes(desk: Desk, wanted: Annotated[ChangesFilter, Query()]) -> ChangesOut:
    """What changed between two looks: without numbers the newest scan and the one before it."""
    query = changes.read(_given(wanted))
    try:
        compared = subjects.compared(desk, query, datetime.now(UTC))
    except UsageError as error:
        raise HTTPException(404, f"{error}. {error.hint or ''}".strip()) from error
    found = changes.facts(changes.wanted(subjects.changed(desk, compared), query))
    return ChangesOut(
        before=compared.before,
        after=compared.after,
        total=len(found),
        offset=wanted.offset,
        unchanged=compared.result.unchanged,
        not_looked_at=len(compared.result.not_looked_at),
        changes=[ChangeOut.model_validate(one) for one in wanted.cut(found)],
    )


def _given(wanted: Part) -> dict[str, str]:
    """A filter as the address of the page would have it."""
    given = wanted.model_dump(exclude={"offset", "limit"}, exclude_none=True)
    return {k: ("yes" if v else "") if isinstance(v, bool) else str(v) for k, v in given.items()}
