"""What a simulated device has seen of whoever looks at it, so that politeness can be asserted."""

from collections import deque

import msgspec


class Seen(msgspec.Struct, kw_only=True):
    """Counts of one device or of the whole estate.

    `peak_connections` counts connections that were open at one instant; `peak_per_second` new
    connections and datagrams within any one second; `unanswered` connections above the limit of
    the device; `logins` requests that carried an Authorization header or a token; `wrong_logins`
    those that were refused, `locked_out` those that came when the account was locked.
    """

    connections: int = 0
    datagrams: int = 0
    requests: int = 0
    logins: int = 0
    wrong_logins: int = 0
    locked_out: int = 0
    unanswered: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    peak_connections: int = 0
    peak_per_second: int = 0


class Rate:
    """The most arrivals within any one second."""

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque()
        self.peak = 0

    def arrived(self, now: float) -> None:
        """Count one arrival at the monotonic instant `now`, in seconds."""
        arrivals = self._arrivals
        arrivals.append(now)
        while arrivals[0] <= now - 1.0:
            arrivals.popleft()
        self.peak = max(self.peak, len(arrivals))
