"""Everything that may be done to one device, and what is known of it so far.

The rules of politeness live here and nowhere else: the queue of the whole scan, two connections
at a time, a gap between requests, a limit on packets, requests, time and silence. A probe cannot
get round them, because it has no other way to reach the device.
"""

import asyncio
import base64
import errno
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

import msgspec

from custodes.errors import PeerError, UsageError
from custodes.find.observe import hunch
from custodes.find.observe.line import Answer_co, Line, Reader
from custodes.find.observe.mail import Mail
from custodes.find.observe.pace import Pace
from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import PRINT_PORTS, Port
from custodes.find.observe.schedule import Known
from custodes.find.observe.targets import Target
from custodes.identity import Identity
from custodes.observation import Observation, observe
from custodes.units import KIB

LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, named from Python 3.12 on
NO_HOST = frozenset(
    {
        *(errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN),
        *(errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL),
    }
)
OUR_FAULT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


MAX_HINTS = 3
STREAM_BYTES = 32 * KIB  # read ahead of one connection
FIRST_LOOK = 1_000  # urgency in the queue
TOGETHER_S = 0.05  # some devices send two answers; the second comes at once
USUAL_PACKETS = 3  # whoever needs more needs longest
SOON_TOLD = frozenset({"Dahua"})  # one question tells all, to every sender; others may need more
SECURE = frozenset({"https", "rtsps", "onvifs"})


@cache
def tls_context() -> ssl.SSLContext:
    """TLS that talks to old devices and trusts nobody: the certificate is read, not believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    return context


class State(StrEnum):
    """What a port did."""

    OPEN = "open"
    CLOSED = "closed"
    SILENT = "silent"  # no answer in time
    ASKED = "asked"  # a datagram was sent and no answer came


class Contact:
    """One target in the course of a scan."""

    def __init__(self, target: Target, plan: Plan, pace: Pace, mail: Mail) -> None:
        self.target = target
        self.plan = plan
        self.states: dict[Port, State] = {}
        self.observations: list[Observation] = []
        self.onvif: dict[Port, str] = {}  # where its ONVIF service lies, as it declared
        self.upnp: dict[Port, str] = {}  # where its UPnP description lies
        self.endpoints: dict[str, set[str]] = {}  # what each ONVIF endpoint said of itself so far
        self.icon: tuple[Port, str] | None = None  # where it lies, while it is not fetched
        self.paths: set[str] = set()  # pages that need not be asked again
        self.troubles: list[str] = []
        self.hints: list[Port] = []  # ports that the device itself named, asked first
        self.moved: Port | None = None  # where its web page is by its own redirect
        self.packets = self.requests = self.timeouts = 0
        self.gone = False
        self.met = False  # had its first look
        self.late: list[str] = []  # answers that had not ended in time: which port, which limit
        self._pace = pace
        self._mail = mail
        self._places = asyncio.Semaphore(plan.limits.connections_per_device)
        self._digests: set[str] = set()
        self._kept: tuple[Port, Line] | None = None
        self._last_s = self._posted_s = float("-inf")
        self._spent_s = 0.0
        self._identity: tuple[int, Identity] | None = None

    @property
    def identity(self) -> Identity:
        """Who the device is by all that was seen so far."""
        if self._identity is None or self._identity[0] != len(self.observations):
            self._identity = (len(self.observations), self.plan.identify(self.observations))
        return self._identity[1]

    @property
    def seen(self) -> set[str]:
        """The fields that were observed."""
        return {o.field for o in self.observations}

    @property
    def services(self) -> list[Port]:
        """Where its ONVIF service and its description may lie.

        Where it says so; else the ONVIF service on a web port that is open, within TLS only where
        no other is.
        """
        described = list(self.upnp)[:MAX_HINTS]
        if self.onvif:
            return [*list(self.onvif)[:MAX_HINTS], *described]
        for web, service in (("http", "onvif"), ("https", "onvifs")):
            opened = [p for p, s in self.states.items() if p.service == web and s is State.OPEN]
            if opened:
                return [*(Port(p.number, service) for p in opened), *described]
        return described

    def known(self) -> Known:
        """What is known so far, as the schedule reads it."""
        return Known(
            states={port: str(state) for port, state in self.states.items()},
            seen=frozenset(self.seen),
            identity=self.identity,
            hunch=hunch.question(self.observations),
            thorough=self.plan.thorough,
        )

    @property
    def exhausted(self) -> bool:
        """True once the device is to be left alone."""
        limits = self.plan.limits
        return (
            self.gone
            or self.timeouts >= limits.timeouts_per_device
            or self.packets >= limits.packets_per_device
            or self._spent_s >= limits.device_limit_s
        )

    @property
    def answered(self) -> bool:
        """True once it accepted a connection or said something."""
        return bool(self.observations) or State.OPEN in self.states.values()

    @property
    def refused(self) -> bool:
        """True once it refused a port: somebody is there, even where nothing is said."""
        return State.CLOSED in self.states.values()

    def hint(self, number: str, service: str) -> None:
        """Note a port that the device names as its own; it is asked before the usual ones."""
        if number.isascii() and number.isdecimal() and len(number) <= 5:
            port = Port(int(number), service)
            usual = port in self.plan.ports or port.number in PRINT_PORTS
            if 0 < port.number < 65_536 and not usual and len(self.hints) < MAX_HINTS:
                self.hints.append(port)

    def saw_bytes(self, probe: str, field: str, payload: bytes, port: Port) -> None:
        """Keep bytes that are no text, even where they happen to read as text."""
        text = base64.b64encode(payload).decode()
        self.saw(probe, field, text, port, encoding="base64")

    def saw(
        self,
        probe: str,
        field: str,
        payload: str | bytes,
        port: Port,
        encoding: str | None = None,
    ) -> None:
        """Keep one thing that was seen, with where, when and by which probe."""
        seen = self.seeing(probe, field, payload, port)
        if encoding is not None:
            seen = msgspec.structs.replace(seen, encoding=encoding)
        self.add(seen)

    def seeing(
        self, probe: str, field: str, payload: str | bytes, port: Port | None = None
    ) -> Observation:
        """The observation of one thing of this device; it is not kept yet."""
        return observe(
            field,
            payload,
            device=self.target.device,
            address=self.target.address,
            port=port.number if port else None,
            transport=port.transport if port else None,
            seen_at=self.plan.now(),
            source=f"scan:{probe}",
        )

    def add(self, seen: Observation) -> None:
        """Keep an observation, each once."""
        if seen.digest not in self._digests:
            self._digests.add(seen.digest)
            self.observations.append(seen)

    async def line(self, port: Port, *, fresh: bool = True) -> Line | None:
        """The connection to a port: the one that is still open, else a new one if `fresh`.

        Raises:
            PeerError: the port is open and the TLS handshake failed.
        """
        if self._kept is not None:
            if self._kept[0] == port and self._kept[1].alive:
                return self._kept[1]
            await self.hang_up()
        line = await self.open(port) if fresh else None
        if line is not None:
            self._kept = (port, line)
        return line

    async def hang_up(self) -> None:
        """Close the connection that was kept for further requests."""
        if self._kept is not None:
            kept, self._kept = self._kept[1], None
            await kept.close()

    async def open(self, port: Port) -> Line | None:
        """Connect; None where the port does not take it. One packet of the budget.

        Raises:
            PeerError: the port is open and the TLS handshake failed.
        """
        if self.exhausted:
            return None
        context = tls_context() if port.service in SECURE else None
        await self._places.acquire()
        line = None
        try:
            await self._turn()
            with self._timed():
                line = await self._connect(port, context)
        finally:
            if line is None:
                self._places.release()
        return line

    async def _connect(self, port: Port, context: ssl.SSLContext | None) -> Line | None:
        try:
            async with asyncio.timeout(self.plan.limits.connect_timeout_s):
                reader, writer = await asyncio.open_connection(
                    self.target.address, port.number, limit=STREAM_BYTES
                )
        except TimeoutError:
            self.timeouts += 1
            self.states.setdefault(port, State.SILENT)
            return None
        except OSError as error:
            self._refused(port, error)
            return None
        self.states[port] = State.OPEN
        if context is not None:
            await self._secure(port, writer, context)
        return Line(reader, writer, self.plan.limits, self._places.release)

    def _refused(self, port: Port, error: OSError) -> None:
        """A connection that failed is a fact about the port, unless this machine is to blame."""
        if error.errno in OUR_FAULT:
            raise UsageError(
                f"this machine cannot open another connection: {error.strerror}",
                hint="Raise its limits (ulimit -n), or scan fewer addresses at a time.",
            ) from error
        if error.errno in NO_HOST:
            self.gone = not (self.answered or self.refused)
            self.states.setdefault(port, State.SILENT)
        else:
            self.states.setdefault(port, State.CLOSED)

    async def _secure(
        self, port: Port, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        try:
            async with asyncio.timeout(self.plan.limits.reply_timeout_s):
                await writer.start_tls(context, server_hostname="")
        except (TimeoutError, OSError) as error:
            writer.transport.abort()
            if isinstance(error, TimeoutError):
                self._ran_late(port, "the TLS handshake had not ended after")
            reason = getattr(error, "reason", None) or str(error) or "no handshake in time"
            raise PeerError(f"TLS failed: {reason}") from error

    def _ran_late(self, port: Port, what: str) -> None:
        self.timeouts += 1
        limit_s = self.plan.limits.reply_timeout_s
        self.late.append(f"{port}: {what} {limit_s:g} s (scan.reply_timeout_s)")

    async def ask(
        self, port: Port, line: Line, data: bytes, reader: Reader[Answer_co]
    ) -> Answer_co | None:
        """Send one request on a connection and read its answer.

        Raises:
            PeerError: the answer breaks its format or a limit, or nothing came in time.
        """
        if self.requests >= self.plan.limits.requests_per_device:
            raise PeerError("this device has been asked enough")
        self.requests += 1
        await self._breathe()
        try:
            with self._timed():
                return await line.exchange(data, reader)
        finally:
            if line.late:
                begun = "an answer had not ended after" if line.heard else "no answer came within"
                self._ran_late(port, begun)

    async def post(self, port: Port, datagram: bytes) -> list[bytes]:
        """Send one datagram and wait shortly for what comes back. One packet of the budget."""
        if self.exhausted:
            return []
        self.states.setdefault(port, State.ASKED)
        await self._turn()
        self._mail.send(port.service, self.target.address, port.number, datagram)
        self._last_s = self._posted_s = time.monotonic()
        limits = self.plan.limits
        wait_s = min(limits.next_question_s, limits.datagram_wait_s)
        if await self._mail.wait([port.service], self.target.device, wait_s):
            await asyncio.sleep(TOGETHER_S)
        return self.letters(port)

    async def linger(self) -> bool:
        """Wait for answers that may be under way, before the device is left; True if some came."""
        left_s = self._posted_s + self.plan.limits.datagram_wait_s - time.monotonic()
        asked = [port.service for port, state in self.states.items() if state is State.ASKED]
        if left_s <= 0 or not asked:
            return False
        return await self._mail.wait(asked, self.target.device, left_s)

    def letters(self, port: Port) -> list[bytes]:
        """Datagrams of this device that came since the last look."""
        found = self._mail.collect(port.service, self.target.device)
        if found:
            self.states[port] = State.OPEN
        return found

    async def listen(self, line: Line) -> bytes:
        """Hear what the device says of its own accord; nothing is sent."""
        with self._timed():
            return await line.listen(self.plan.limits.silence_s)

    def redirected(self, location: str) -> None:
        """Note a redirect to somewhere else; it is not followed.

        Where it names TLS on this same address, that port is worth the next packet.
        """
        self.troubles.append(f"redirect not followed: {location[:200]}")
        try:
            there = urlsplit(location.strip())
            number = there.port or 443
        except ValueError:
            return
        own = there.hostname == self.target.address.partition("%")[0]
        if there.scheme == "https" and own and not self.target.ports:
            self.moved = None if number in PRINT_PORTS else Port(number, "https")

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self._last_s = time.monotonic()
            self._spent_s += self._last_s - started

    async def _turn(self) -> None:
        await self._breathe()
        await self._pace.take(self._urgency())
        self.packets += 1

    def _urgency(self) -> float:
        """Who goes first: a first look at everybody, then those who will take longest."""
        if not self.packets:
            return FIRST_LOOK
        who = self.identity
        unnamed = who.vendor is None and who.maker is None
        if unnamed or self.packets >= USUAL_PACKETS:
            return self.packets
        return 0 if who.maker in SOON_TOLD else 1

    async def _breathe(self) -> None:
        """Leave the device its gap between two requests."""
        wait_s = self._last_s + self.plan.limits.gap_s - time.monotonic()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
