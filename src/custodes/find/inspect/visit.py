"""One device, asked with its owner's key: question after question, until it says No.

The politeness is that of the scan: the same queue, the same gap between requests, the same limits
of time. Secrets and user names are taken out of every answer before it becomes an observation.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from custodes.errors import PeerError
from custodes.find.inspect import asks_dahua
from custodes.find.inspect.asks import Ask, Family, may_be_asked
from custodes.find.inspect.asks_onvif import CLOCK
from custodes.find.inspect.doors import Door, HttpDoor, NoWay, OnvifDoor, Refused, Terms
from custodes.find.inspect.redact import redact
from custodes.find.inspect.rpc import RpcDoor
from custodes.find.inspect.ways import ASKS, Way
from custodes.find.observe.contact import Contact
from custodes.find.observe.mail import Mail
from custodes.find.observe.pace import Pace
from custodes.find.observe.plan import Limits, Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.targets import Target
from custodes.observation import Observation, observe
from custodes.protocols.digest import Login

MOST_ASKS = 160  # questions to one device
AT_ONCE = 32  # devices
PATIENCE = 3  # first questions without an answer, after which a way is left

# Endings, as the table and the JSON say them.
READ, REFUSED, NO_WAY, SILENT = "read", "log-in refused", "no usable log-in", "no answer"
STOPPED, PART = "interrupted", "log-in refused, read in part"


@dataclass(frozen=True, slots=True)
class Subject:
    """A device to be asked: who, where, in which ways, with what, and its certificates so far."""

    device_id: int
    target: Target
    ways: tuple[Way, ...]
    login: Login
    certificates: frozenset[bytes] = frozenset()
    mark: str = ""  # knows the log-in again without telling it


@dataclass(slots=True)
class Visit:
    """What came of one device."""

    subject: Subject
    ending: str = SILENT
    observations: list[Observation] = field(default_factory=list)
    refused: list[tuple[Family, str]] = field(default_factory=list)  # and in which words
    accepted: list[Family] = field(default_factory=list)
    unasked: list[Family] = field(default_factory=list)  # answered without asking for a log-in
    answers: int = 0  # to questions that usually need a log-in
    troubles: list[str] = field(default_factory=list)
    requests: int = 0
    packets: int = 0
    seconds: float = 0.0


def limits_of(limits: Limits) -> Limits:
    """The scan's politeness, with room for every question to one device."""
    return replace(
        limits,
        packets_per_device=MOST_ASKS,
        requests_per_device=2 * MOST_ASKS,
        device_limit_s=300.0,
        timeouts_per_device=max(limits.timeouts_per_device, 2),
    )


async def visit_all(
    subjects: Sequence[Subject],
    plan: Plan,
    terms: Terms,
    *,
    finished: Callable[[Visit], None],
    stop: asyncio.Event | None = None,
) -> None:
    """Ask every device, several at once, each gently; `finished` takes each as it ends."""
    pace, mail = Pace(plan.limits.packets_per_second), Mail(plan.may_reach)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(subject: Subject) -> None:
        async with places:
            found = Visit(subject)
            try:
                await visit(found, plan, terms, pace, mail)
            except asyncio.CancelledError:
                found.ending = STOPPED
                raise
            finally:
                finished(found)

    tasks = [asyncio.create_task(one(subject)) for subject in subjects]
    stopper = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        left: set[asyncio.Task[object]] = {*tasks}
        while left and not stopper.done():
            done, _ = await asyncio.wait({*left, stopper}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopper}:
                task.result()
            left -= done
    finally:
        for waiting in (*tasks, stopper):
            waiting.cancel()
        await asyncio.gather(*tasks, stopper, return_exceptions=True)
        mail.close()
        await pace.close()


async def visit(found: Visit, plan: Plan, terms: Terms, pace: Pace, mail: Mail) -> None:
    """Ask one device in each of its ways; a refused log-in in its first way ends all of it."""
    subject = found.subject
    contact = Contact(subject.target, plan, pace, mail)
    own = replace(terms, known_certificates=subject.certificates)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        for way in subject.ways:
            if contact.exhausted or not plan.may_reach(subject.target.address):
                break
            await _way(way, found, contact, own)
            if found.refused and not found.accepted:
                break
    finally:
        await contact.hang_up()
        found.requests, found.packets = contact.requests, contact.packets
        found.seconds = loop.time() - started
        found.troubles += contact.late


async def _way(way: Way, found: Visit, contact: Contact, terms: Terms) -> None:
    if way.clock_only:
        await _clock(way.ports[0], found, contact, terms)
        return
    for port in way.ports:
        for door, asks in _doors(way.family, contact, port, found.subject.login, terms):
            if await _through(_Errand(found, contact, door, port, terms), way.family, asks):
                return


async def _clock(port: Port, found: Visit, contact: Contact, terms: Terms) -> None:
    """Read the clock by ONVIF of a device that was read in its maker's way."""
    if found.answers:
        door = OnvifDoor(contact, port, found.subject.login, terms)
        await _Errand(found, contact, door, port, terms).read_clock(door)


async def _through(errand: "_Errand", family: Family, asks: Sequence[Ask]) -> bool:
    """Ask through one door; True where the way ends with it: it was gone, or the device said No."""
    found, door = errand.found, errand.door
    try:
        await errand.go(asks)
        await door.close()
    except Refused as no:
        found.troubles.append(f"{family}: {no}")
        nothing = REFUSED if no.judged else SILENT
        found.ending = (
            (READ if found.accepted or door.accepted else PART) if found.answers else nothing
        )
        if no.judged:
            found.refused.append((family, str(no)))
        return True
    except NoWay as no:
        found.troubles.append(f"{family}, port {errand.port.number}: {no}")
        found.ending = READ if found.answers else NO_WAY
        return False
    finally:
        if door.accepted:
            found.accepted.append(family)
        elif errand.answers:
            found.unasked.append(family)
        await errand.contact.hang_up()
    if errand.answers:
        found.ending = READ
    return bool(errand.answers)


def _doors(
    family: Family, contact: Contact, port: Port, login: Login, terms: Terms
) -> Iterator[tuple[Door, Sequence[Ask]]]:
    """The doors of one way at one port, each made when the one before led nowhere."""
    if family is Family.ONVIF:
        yield OnvifDoor(contact, port, login, terms), ASKS[family]
        return
    yield HttpDoor(contact, port, login, terms), ASKS[family]
    if family is Family.DAHUA:
        yield RpcDoor(contact, port, login), asks_dahua.RPC2_ASKS


@dataclass(slots=True)
class _Errand:
    """The questions of one way at one port."""

    found: Visit
    contact: Contact
    door: Door
    port: Port
    terms: Terms
    answers: int = 0

    async def go(self, asks: Sequence[Ask]) -> None:
        if isinstance(self.door, OnvifDoor):
            await self.read_clock(self.door)
        waiting = deque(asks)
        asked: set[Ask] = set()
        while waiting and len(asked) < MOST_ASKS and not self.contact.exhausted:
            ask = waiting.popleft()
            if replace(ask, follow=None) in asked:
                continue
            asked.add(replace(ask, follow=None))
            body = await self._put(ask)
            if body is not None and ask.follow is not None:
                waiting.extend(one for one in ask.follow(body) if may_be_asked(one))
            if not self.answers and len(asked) >= PATIENCE:
                return

    async def read_clock(self, door: OnvifDoor) -> None:
        """Read the clock, which costs no log-in."""
        if (shown := await door.clock()) is not None:
            self._keep(CLOCK, shown)

    async def _put(self, ask: Ask) -> bytes | None:
        try:
            body = await self.door.put(ask)
        except (Refused, NoWay):
            raise
        except PeerError as error:
            self.found.troubles.append(f"{ask.path}: {error}")
            return None
        if body is None or ask.proof not in body:
            return None
        self.answers += 1
        self.found.answers += 1
        self._keep(ask, body)
        return body

    def _keep(self, ask: Ask, body: bytes) -> None:
        """Make an observation of an answer, without its secrets."""
        target = self.contact.target
        seen = observe(
            ask.field,
            redact(ask.field, body),
            device=target.device,
            address=target.address,
            port=self.port.number,
            transport="tcp",
            seen_at=self.terms.now(),
            source=f"inspect:{ask.about}",
        )
        self.found.observations.append(seen)
