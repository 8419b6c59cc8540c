"""Inspection from the register's side: who is asked, with which log-in, and what is kept of it.

This is what the command line and the console call; the visit itself knows no register.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network

from custodes.errors import UsageError
from custodes.estate.credentials import Credential
from custodes.estate.model import Device, StoredObservation
from custodes.estate.register import Register
from custodes.find.identify.core import identify
from custodes.find.inspect.asks import Family
from custodes.find.inspect.visit import Subject, Visit
from custodes.find.inspect.ways import Way, ways
from custodes.find.observe.targets import Target, Targets
from custodes.find.telling import evidence, tell
from custodes.find.work import Group, Road
from custodes.protocols.digest import Login

NO_ADDRESS = "no address is known"
NO_LOGIN = "no log-in is stored"
NO_WAY = "no way of asking is known: scan it first"
REFUSED_BEFORE = "refused this log-in before"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that is meant, with everything but the secret. `why_not` is empty where it can be
    asked."""

    device: Device
    target: Target | None = None
    credential: Credential | None = None
    ways: tuple[Way, ...] = ()
    certificates: frozenset[bytes] = frozenset()
    why_not: str = ""

    @property
    def questions(self) -> int:
        """How many questions are asked at least; some answers lead to more."""
        return sum(way.questions for way in self.ways)


@dataclass(slots=True)
class Chosen:
    """Who is asked, who is not and why."""

    subjects: list[Subject] = field(default_factory=list)
    left_out: list[tuple[Device, str]] = field(default_factory=list)


def candidates(
    register: Register, devices: Sequence[Device], over: frozenset[Family] = frozenset()
) -> list[Candidate]:
    """What is known of each device that matters for asking it; no secret is opened."""
    seen = register.observations_of_all([device.id for device in devices])
    return [_candidate(register, one, seen[one.id], over) for one in devices]


def _candidate(
    register: Register,
    device: Device,
    seen: Sequence[StoredObservation],
    over: frozenset[Family],
) -> Candidate:
    here = [a for a in device.addresses if a.ended_at is None and a.address]
    at = max(here, key=lambda a: a.last_seen, default=None)
    if at is None or at.address is None:
        return Candidate(device, why_not=NO_ADDRESS)
    target = Target(at.address, key=at.place)
    meant = register.credential_for(device, at.address)
    if meant is None:
        return Candidate(device, target, why_not=NO_LOGIN)
    there = [s.observation for s in seen if s.observation.device in {None, at.place, at.address}]
    found = ways((device.maker, device.brand), there)
    able = tuple(way for way in found if not over or way.family in over)
    pins = frozenset(o.data for o in there if o.field == "tls.certificate")
    return Candidate(device, target, meant, able, pins, "" if able else NO_WAY)


def targets_of(found: Iterable[Candidate]) -> Targets:
    """The addresses that would be asked, as the scope reads them."""
    able = [one.target for one in found if one.target is not None and not one.why_not]
    asked = dict.fromkeys(ip_network(t.address.partition("%")[0]) for t in able)
    return Targets(asked=tuple(asked), spans=(), listed=tuple(able))


def open_all(
    register: Register, found: Iterable[Candidate], key: Callable[[], bytes], *, again: bool
) -> Chosen:
    """Open the log-in of each device; one that the device refused before only with `again`."""
    chosen = Chosen()
    for one in found:
        if one.why_not or one.target is None or one.credential is None:
            chosen.left_out.append((one.device, one.why_not))
            continue
        secret = register.open_credential(one.credential.id, key())
        able = one.ways
        if not again:
            if register.refusal(one.device.id, secret.mark) is not None:
                chosen.left_out.append((one.device, REFUSED_BEFORE))
                continue
            able = tuple(
                way
                for way in able
                if register.refusal(one.device.id, mark_of(secret.mark, way.family)) is None
            )
        login = Login(secret.user, secret.word)
        chosen.subjects.append(
            Subject(one.device.id, one.target, able, login, one.certificates, secret.mark)
        )
    return chosen


def mark_of(mark: str, family: Family) -> str:
    """The word by which one way's refusal of a log-in that another way takes is known again."""
    return f"{mark}/{family}"


def keep(register: Register, visit: Visit, now: datetime) -> int:
    """File what a device answered, and its refusals; gives the device's number.

    Raises:
        RegisterError: the register cannot be written.
    """
    device = register.device(visit.subject.device_id)
    if device is None:
        raise UsageError(f"device {visit.subject.device_id} is gone from the register")
    _keep_refusals(register, visit, device.id, now)
    if not visit.observations:
        return device.id
    road = Road(register, identify, tells=False)
    site_id = None if device.site_stated else device.site_id
    with register.transaction():
        kept = road.keep(visit.observations, now)
        (number,) = road.file([Group(kept, site_id)], now)
        known = register.observations_of(number)
        tell(register, number, evidence(known, kept, visit.observations, now), now)
    return number


def _keep_refusals(register: Register, visit: Visit, number: int, now: datetime) -> None:
    """A log-in that nothing took is not tried there again; one that some way took, not in the
    ways that refused it."""
    mark = visit.subject.mark
    for family, words in visit.refused:
        whole = not visit.accepted
        register.note_refusal(number, mark if whole else mark_of(mark, family), words, now)
    if visit.accepted:
        register.forget_refusal(number, mark)
    for family in visit.accepted:
        register.forget_refusal(number, mark_of(mark, family))
