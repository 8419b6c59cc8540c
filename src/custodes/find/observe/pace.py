"""How fast packets may leave: one evenly spaced queue for the whole scan.

A packet is something that *we* start: one TCP connection attempt or one datagram. What a device
sends back, and the segments of a connection that it accepted, are not counted.
The clock and the sleep are passed in; the arithmetic is pure.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from custodes.errors import UsageError

CEILING_PER_S = 5_000  # no operator may ask for more

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Spacing:
    """Hands out instants at which one thing each may happen, `interval_s` apart."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._next_s = float("-inf")

    def reserve(self, now_s: float) -> float:
        """Take the next free instant and say how long to wait for it (seconds, 0 for at once)."""
        at_s = max(now_s, self._next_s)
        self._next_s = at_s + self.interval_s
        return at_s - now_s


class Pace:
    """The one queue that every packet of a scan goes through, first come first served."""

    def __init__(
        self, per_second: float, *, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        if not 0 < per_second <= CEILING_PER_S:
            raise UsageError(
                f"{per_second:g} packets a second is not possible",
                hint=f"Take 1 to {CEILING_PER_S}; embedded devices are known to hang above 100.",
            )
        self.per_second = per_second
        self.sent = 0
        self._spacing = Spacing(1 / per_second)
        self._clock = clock
        self._sleep = sleep

    async def take(self) -> None:
        """Wait until one more packet may leave."""
        wait_s = self._spacing.reserve(self._clock())
        if wait_s > 0:
            await self._sleep(wait_s)
        self.sent += 1
