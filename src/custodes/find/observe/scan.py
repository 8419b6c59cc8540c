"""The scan itself: many devices at once, each one gently, all of them through one queue."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact, State
from custodes.find.observe.mail import Mail
from custodes.find.observe.neighbourhood import MOST_HELD, Neighbourhood
from custodes.find.observe.pace import Pace
from custodes.find.observe.plan import Outcome, Plan, Progress, Summary
from custodes.find.observe.ports import DATAGRAM_SERVICES, Port
from custodes.find.observe.probes import probes_of, read_letters
from custodes.find.observe.schedule import next_port
from custodes.find.observe.segments import ask_segments
from custodes.find.observe.sockets import room
from custodes.find.observe.targets import Target, Targets
from custodes.observation import Observation

Sink = Callable[[Observation], None]
Show = Callable[[Progress], None]
Finished = Callable[[Outcome], None]


def _nothing(_value: object) -> None:
    return


async def scan(
    targets: Sequence[Target] | Targets,
    plan: Plan,
    *,
    sink: Sink,
    progress: Show = _nothing,
    finished: Finished = _nothing,
    stop: asyncio.Event | None = None,
) -> Summary:
    """Look at every target and give each observation to `sink` as it comes.

    The caller has checked the scope; `plan.may_reach` is asked again for whatever answers.

    Args:
        progress: called after every step.
        finished: called once for each target that is done, and at a stop for each that had
            begun to answer (`complete` is False then).
        stop: once set, everything is closed within a second; what was read is kept.
    """
    run = _Run(targets, plan, sink, progress, finished)
    started = time.monotonic()
    try:
        await run.go(stop or asyncio.Event())
    finally:
        run.summary.seconds = time.monotonic() - started
        run.summary.packets = run.pace.sent
        run.summary.datagrams_dropped = run.mail.dropped
        run.summary.shared_hardware = len(run.neighbourhood.shared)
    return run.summary


class _Run:
    def __init__(
        self,
        targets: Sequence[Target] | Targets,
        plan: Plan,
        sink: Sink,
        progress: Show,
        finished: Finished,
    ) -> None:
        self.plan = plan
        self.sink, self.progress, self.finished = sink, progress, finished
        self.targets = targets
        self.pace = Pace(plan.limits.packets_per_second)
        self.mail = Mail(self._expected)
        self.neighbourhood = Neighbourhood(plan)
        self.summary = Summary(targets=len(targets))
        self._state = Progress(total=len(targets))
        self._walked = _walked(targets)
        self._met_count = 0  # targets that had their first look
        self._held: list[Contact] = []  # done, but for the table of neighbours

    def _expected(self, address: str) -> bool:
        return self._walked(address) and self.plan.may_reach(address)

    async def go(self, stop: asyncio.Event) -> None:
        try:
            versions: set[int] = {ip_address(t.address).version for t in _sample(self.targets)}
            await self.mail.open(versions, self.plan.probes.intersection(DATAGRAM_SERVICES))
            self.summary.segments = await ask_segments(
                self.plan, self.pace, self.mail, _sample(self.targets)
            )
            await self._all(iter(self.targets), stop)
        finally:
            self._release()
            self.mail.close()
            await self.pace.close()

    async def _all(self, queue: Iterator[Target], stop: asyncio.Event) -> None:
        count = room(min(len(self.targets), self.plan.limits.devices_at_once))
        workers = [asyncio.create_task(self._worker(queue)) for _ in range(count)]
        stopper = asyncio.create_task(_set(stop))
        try:
            left = set(workers)
            while left and not stop.is_set():
                ended, left = await _some_end(left, stopper)
                for task in ended:
                    task.result()
            self.summary.interrupted = stop.is_set()
        finally:
            for task in (*workers, stopper):
                task.cancel()
            await asyncio.gather(*workers, stopper, return_exceptions=True)

    async def _worker(self, queue: Iterator[Target]) -> None:
        for target in queue:
            await self._look_at(target)

    async def _look_at(self, target: Target) -> None:
        contact = Contact(target, self.plan, self.pace, self.mail)
        self.mail.expect(target)
        given = 0
        try:
            while (port := self._next(contact)) is not None or await contact.linger():
                if port is None:
                    continue  # a late answer came, and may name another port
                try:
                    await self._step(contact, port)
                finally:
                    given = self._hand_over(contact, given)
                self._met(contact)
            self._hand_over(contact, given)
        except asyncio.CancelledError:
            if contact.observations:
                self.finished(outcome_of(contact, complete=False))
            raise
        finally:
            self.mail.forget(target)
        self._leave(contact)

    def _met(self, contact: Contact) -> None:
        """Count a first look; once everybody had one, nobody waits any longer."""
        if not contact.met:
            contact.met = True
            self._met_count += 1
            if self._met_count == len(self.targets):
                self._release()

    def _leave(self, contact: Contact) -> None:
        """The device is done; one on an own segment waits until everybody was looked at once."""
        self._met(contact)
        if not self.neighbourhood.near(contact.target.address):
            self._done(outcome_of(contact, complete=True))
            return
        self._held.append(contact)
        if self._met_count == len(self.targets) or len(self._held) >= MOST_HELD:
            self._release()

    def _release(self) -> None:
        """Add the hardware addresses of those that waited, and be done with them."""
        held, self._held = self._held, []
        for contact in held:
            given = len(contact.observations)
            self.neighbourhood.introduce(contact)
            self._hand_over(contact, given)
            self._done(outcome_of(contact, complete=True))

    def _next(self, contact: Contact) -> Port | None:
        read_letters(contact, self.plan)
        if contact.exhausted:
            return None
        moved = contact.moved
        if moved is not None and moved not in contact.states and probes_of(moved, self.plan):
            return moved
        listed = contact.target.ports or (*contact.hints, *self.plan.ports)
        wanted = [p for p in (*listed, *contact.services) if probes_of(p, self.plan)]
        return next_port(contact.known(), wanted)

    async def _step(self, contact: Contact, port: Port) -> None:
        try:
            for probe in probes_of(port, self.plan):
                await probe.run(contact, port)
                if contact.exhausted or contact.states.get(port, State.OPEN) is not State.OPEN:
                    break
        except PeerError as error:
            contact.troubles.append(f"{port}: {error}")
        finally:
            contact.states.setdefault(port, State.CLOSED)
            await contact.hang_up()

    def _hand_over(self, contact: Contact, given: int) -> int:
        for observation in contact.observations[given:]:
            self.sink(observation)
            self.summary.observations += 1
        self._state.packets = self.pace.sent
        self.progress(self._state)
        return len(contact.observations)

    def _done(self, outcome: Outcome) -> None:
        self.summary.done += 1
        self.summary.answered += outcome.answered
        self.summary.refused += outcome.refused
        self.summary.late += bool(outcome.late)
        self._state.done, self._state.found = self.summary.done, self.summary.answered
        self.finished(outcome)
        self.progress(self._state)


def outcome_of(contact: Contact, *, complete: bool) -> Outcome:
    """What came of a target."""
    opened = {port.number for port, state in contact.states.items() if state is State.OPEN}
    return Outcome(
        device=contact.target.device,
        address=contact.target.address,
        observations=contact.observations,
        identity=contact.identity,
        answered=contact.answered,
        refused=contact.refused and not contact.answered,
        late=tuple(contact.late),
        open_ports=tuple(sorted(opened)),
        packets=contact.packets,
        troubles=tuple(contact.troubles),
        complete=complete,
    )


async def _set(stop: asyncio.Event) -> None:
    await stop.wait()


async def _some_end(
    tasks: set[asyncio.Task[None]], stopper: asyncio.Task[None]
) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
    """Wait until one of the tasks, or the stopper, has ended."""
    await asyncio.wait({*tasks, stopper}, return_when=asyncio.FIRST_COMPLETED)
    ended = {task for task in tasks if task.done()}
    return ended, tasks - ended


def _sample(targets: Sequence[Target] | Targets) -> list[Target]:
    """One target of each span, and every listed one: enough to know versions and segments."""
    if isinstance(targets, Targets):
        return [Target(str(first)) for first, _ in targets.spans] + list(targets.listed)
    return list(targets)


def _walked(targets: Sequence[Target] | Targets) -> Callable[[str], bool]:
    """A quick test whether an address is one of the targets; an answer may come from anywhere."""
    listed = targets.listed if isinstance(targets, Targets) else targets
    named = {target.address for target in listed}
    spans = targets.spans if isinstance(targets, Targets) else ()

    def walked(address: str) -> bool:
        if address in named:
            return True
        value = ip_address(address.partition("%")[0])
        return any(
            first.version == value.version and 0 <= int(value) - int(first) < count
            for first, count in spans
        )

    return walked
