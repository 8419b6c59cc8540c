"""One running device: its address, its ports, the text that it fills in, and what it has seen."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from custodes.simulate.plan import DeviceSpec
from custodes.simulate.stats import Rate, Seen
from custodes.simulate.template import fill

CONFIRM_S = 0.003
ESTABLISHED = 1  # the first byte of Linux's tcp_info


class Slot(Protocol):
    """One connection as the device's limit sees it; `heard_at_s` is when data last came."""

    heard_at_s: float

    def is_open(self) -> bool: ...
    def begin(self) -> None: ...
    def abort(self) -> None: ...


class Device:
    """A device while it runs. `spawn` starts a task that ends with the estate."""

    def __init__(
        self,
        spec: DeviceSpec,
        address: str,
        *,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        whole: Rate,
    ) -> None:
        self.spec = spec
        self.profile = spec.profile
        self.address = address
        self.ports: dict[str, int] = {}
        self.speakers: dict[str, asyncio.DatagramTransport] = {}
        self.values: dict[str, str] = {**spec.values, "address": address}
        self.seen = Seen()
        self.spawn = spawn
        self.stopped = False  # a connection that still comes is ended at once
        self.locked = False  # after too many wrong log-ins; nobody unlocks it
        self._rate = Rate()
        self._whole = whole
        self._talking: list[Slot] = []
        self._waiting: list[Slot] = []

    def settle(self) -> None:
        """Take the ports that were really bound into the text of the answers."""
        get = self.ports.get
        gateway = self.address.rpartition(".")[0] + ".254"
        self.values |= {
            "gateway": gateway,
            "http_port": str(get("http", 80)),
            "https_port": str(get("https", 443)),
            "rtsp_port": str(get("rtsp", 554)),
            "onvif_port": str(get("onvif", get("http", 80))),
            "sdk_port": str(get("sdk8000", get("dvrip", 0))),
        }

    def fill(self, text: str, **answer: str) -> str:
        """Text of the profile with this device's values and those of one answer."""
        return fill(fill(text, self.values), answer) if "{" in text else text

    def clock(self, now: datetime) -> datetime:
        """What the device's own clock shows at `now`."""
        return now + timedelta(seconds=self.profile.device.clock_offset_s)

    def judge(self, right: bool) -> bool:
        """Take a log-in or refuse it, and lock the account after too many wrong ones."""
        if self.locked:
            self.seen.locked_out += 1
            return False
        if not right:
            self.seen.wrong_logins += 1
            self.locked = self.seen.wrong_logins >= self.profile.device.lock_after
        return right

    def arrived(self, *, datagram: bool = False) -> None:
        """Count a new connection or a datagram."""
        now = asyncio.get_running_loop().time()
        self._rate.arrived(now)
        self._whole.arrived(now)
        self.seen.peak_per_second = self._rate.peak
        if datagram:
            self.seen.datagrams += 1
        else:
            self.seen.connections += 1

    def connected(self, slot: Slot) -> bool:
        """Take a new connection in; False where the device has no socket left to answer it."""
        self.arrived()
        others = [other for other in (*self._talking, *self._waiting) if other.is_open()]
        self._note_peak(others)
        limit = self.profile.max_connections
        if limit and len(others) >= limit:
            asyncio.get_running_loop().call_later(CONFIRM_S, self._confirm_waiting, slot)
            self._waiting.append(slot)
            return False
        self._talking.append(slot)
        return True

    def _note_peak(self, others: Sequence[Slot]) -> None:
        """Count what is open at once; the end of an older connection may still be on its way."""
        if not others:
            self.seen.peak_connections = max(self.seen.peak_connections, 1)
        elif 1 + len(others) > self.seen.peak_connections:
            loop = asyncio.get_running_loop()
            loop.call_later(CONFIRM_S, self._confirm_peak, others, loop.time())

    def _confirm_peak(self, others: Sequence[Slot], since_s: float) -> None:
        confirmed = 1 + sum(slot.is_open() or slot.heard_at_s >= since_s for slot in others)
        self.seen.peak_connections = max(self.seen.peak_connections, confirmed)

    def _confirm_waiting(self, slot: Slot) -> None:
        self.seen.unanswered += slot in self._waiting

    def gone(self, slot: Slot) -> None:
        """A connection ended; the one that waits longest is answered now."""
        if slot in self._waiting:
            self._waiting.remove(slot)
            return
        if slot not in self._talking:
            return
        self._talking.remove(slot)
        if self._waiting:
            heir = self._waiting.pop(0)
            self._talking.append(heir)
            heir.begin()

    def hang_up(self) -> None:
        """End every connection at once."""
        waiting, self._waiting = self._waiting, []
        for slot in (*waiting, *self._talking):
            slot.abort()


def is_established(transport: asyncio.BaseTransport) -> bool:
    """Whether the peer still has its end of a connection open, as the system knows it.

    A peer that has just closed must not count against it, though asyncio has not read the end yet.
    """
    if transport.is_closing():
        return False
    sock = transport.get_extra_info("socket")
    if sock is None or not hasattr(socket, "TCP_INFO"):
        return True
    try:
        return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED)
    except OSError:
        return False
