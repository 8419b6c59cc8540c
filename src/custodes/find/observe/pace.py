"""How fast packets may leave: one evenly spaced queue for the whole scan.

A packet is something that *we* start: one TCP connection attempt or one datagram. What a device
sends back, and the segments of a connection that it accepted, are not counted.
The clock and the sleep are passed in; the arithmetic is pure.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from itertools import count

from custodes.errors import UsageError

CEILING_PER_S = 5_000  # no operator may ask for more
CATCH_UP = 5  # packets that may follow at once after this machine stumbled

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Spacing:
    """Even distances: the n-th thing happens no earlier than n times `interval_s` after the first.

    After a pause nothing is made up for, but for `CATCH_UP` intervals of a late timer.
    """

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._next_s: float | None = None

    def free_in(self, now_s: float) -> float:
        """How long until the next one may happen (seconds, 0 for at once)."""
        return max(0.0, self._next_s - now_s) if self._next_s is not None else 0.0

    def add(self, now_s: float) -> None:
        """One happens now."""
        earliest_s = now_s - CATCH_UP * self.interval_s
        due_s = now_s if self._next_s is None else max(self._next_s, earliest_s)
        self._next_s = due_s + self.interval_s


class Window:
    """No second holds more than `most` of them, whatever the timers did."""

    def __init__(self, most: int) -> None:
        self._times: deque[float] = deque(maxlen=most)

    def free_in(self, now_s: float) -> float:
        """How long until one more may happen (seconds, 0 for at once)."""
        full = len(self._times) == self._times.maxlen
        return max(0.0, self._times[0] + 1.0 - now_s) if full else 0.0

    def add(self, now_s: float) -> None:
        """One happens now."""
        self._times.append(now_s)


class Pace:
    """The one queue of a scan: for every packet, the most urgent first, then in turn."""

    def __init__(
        self, per_second: float, *, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        if not 0 < per_second <= CEILING_PER_S:
            raise UsageError(
                f"{per_second:g} packets a second is not possible",
                hint=f"Take 1 to {CEILING_PER_S}; embedded devices are known to hang above 100.",
            )
        self.sent = 0
        self._spacing = Spacing(1 / per_second)
        self._window = Window(max(1, int(per_second)))
        self._clock = clock
        self._sleep = sleep
        self._count = count()
        self._queue: list[tuple[float, int, asyncio.Future[None]]] = []
        self._runner: asyncio.Task[None] | None = None

    async def take(self, urgency: float = 0.0) -> None:
        """Wait until one more packet may leave."""
        turn = asyncio.get_running_loop().create_future()
        heappush(self._queue, (-urgency, next(self._count), turn))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run())
        await turn

    async def close(self) -> None:
        """Let nothing more leave."""
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)

    async def _run(self) -> None:
        while self._queue:
            now_s = self._clock()
            wait_s = max(self._spacing.free_in(now_s), self._window.free_in(now_s))
            if wait_s > 0:
                await self._sleep(wait_s)
                continue
            turn = heappop(self._queue)[2]
            if turn.done():
                continue  # whoever waited was stopped
            self._spacing.add(now_s)
            self._window.add(now_s)
            self.sent += 1
            turn.set_result(None)
