"""Flows: one direction between two ports, counted. Pure.

A flow of which nothing more is to be read is *settled*; from then on its packets are only counted,
without being taken apart (custodes.find.listen.ear does that in one look-up for each packet).
"""

from collections.abc import Iterator
from typing import NamedTuple

from custodes.protocols import ip, tcp
from custodes.protocols.tcp import Stream

MAX_FLOWS = 10_000
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
DHCP = (67, 68)  # where the server has the lower one and the client a low one too
EPHEMERAL = 32_768  # the lowest port that common systems give to clients


class Clock(NamedTuple):
    """How a capture counts time: `high` times `step` and `low` are ticks."""

    per_second: int
    step: int
    offset_us: int = 0

    def micros(self, high: int, low: int) -> int:
        """Microseconds since 1970."""
        return (high * self.step + low) * SECOND_US // self.per_second + self.offset_us

    def day_of(self, midnight_us: int) -> tuple[int, int]:
        """The first `high` of the day that ends at an instant, and the first after it."""
        return self._high_at(midnight_us - DAY_US), self._high_at(midnight_us)

    def _high_at(self, micros: int) -> int:
        return -(-(micros - self.offset_us) * self.per_second // (SECOND_US * self.step))


class Pair:
    """What is known of a conversation: who opened it, at which port, with whom."""

    __slots__ = ("client", "name", "port", "saw_login")

    def __init__(self) -> None:
        self.client: tuple[bytes, int] | None = None  # None: nobody saw who opened it
        self.port = 0  # the server's; 0: it cannot be told
        self.name = ""  # as the client called the server
        self.saw_login = False


class Flow:
    """One direction. `high` and `low` are the time of the last packet, in ticks of its clock."""

    __slots__ = (
        "clock", "fast_key", "first_us", "high", "kind", "low", "packets", "pair", "protocol",
        "settled", "size_bytes", "source", "source_port", "stream", "target", "target_port",
        "watch",
    )  # fmt: skip

    def __init__(self, packet: ip.Packet, source_port: int, target_port: int, pair: Pair) -> None:
        self.source, self.target, self.protocol = packet.source, packet.target, packet.protocol
        self.source_port, self.target_port = source_port, target_port
        self.pair = pair
        self.clock = Clock(SECOND_US, SECOND_US)
        self.fast_key = b""
        self.first_us = -1  # of what is counted now; -1: nothing
        self.high = self.low = 0
        self.packets = self.size_bytes = 0
        self.stream: Stream | None = None
        self.kind: str | None = None  # of the stream
        self.settled = False
        self.watch = tcp.SYN if packet.protocol == ip.TCP else 0  # flags that want a closer look

    @property
    def last_us(self) -> int:
        """When its last packet came."""
        return self.clock.micros(self.high, self.low)

    def restart(self) -> None:
        """Begin counting anew."""
        self.first_us, self.packets, self.size_bytes = -1, 0, 0


class Flows:
    """Every flow that is known, up to a number; the longest silent are let go."""

    def __init__(self) -> None:
        self._flows: dict[bytes, Flow] = {}
        self.fast: dict[bytes, Flow] = {}  # settled ones, by addresses and ports in IPv4
        self.let_go = 0

    def __iter__(self) -> Iterator[Flow]:
        return iter(self._flows.values())

    def __len__(self) -> int:
        return len(self._flows)

    @property
    def crowded(self) -> bool:
        """Whether some must be let go before another is taken."""
        return len(self._flows) >= MAX_FLOWS

    def find(self, key: bytes) -> Flow | None:
        return self._flows.get(key)

    def open(self, packet: ip.Packet, source_port: int, target_port: int) -> Flow:
        """A new flow; it shares what is known of the conversation with its other direction."""
        other = self._flows.get(
            key_of(packet.protocol, packet.target, packet.source, target_port, source_port)
        )
        pair = other.pair if other is not None else Pair()
        flow = Flow(packet, source_port, target_port, pair)
        if other is None:
            guess(pair, (packet.source, source_port), (packet.target, target_port))
        key = key_of(packet.protocol, packet.source, packet.target, source_port, target_port)
        self._flows[key] = flow
        return flow

    def settle(self, flow: Flow) -> None:
        """Nothing more is to be read from it."""
        flow.settled, flow.stream = True, None
        if flow.fast_key:
            self.fast[flow.fast_key] = flow

    def thin_out(self) -> None:
        """Let go of the half that was silent longest; what they counted is taken before."""
        self.fast.clear()
        silent = sorted(self._flows.items(), key=lambda item: item[1].last_us)
        for key, _ in silent[: len(silent) // 2]:
            del self._flows[key]
            self.let_go += 1


def key_of(
    protocol: int, source: bytes, target: bytes, source_port: int, target_port: int
) -> bytes:
    """One direction, told from every other."""
    ports = (source_port << 16 | target_port).to_bytes(4)
    return b"%c%b%b%b" % (protocol, source, target, ports)


def opened(pair: Pair, flow: Flow, *, by_source: bool) -> None:
    """Somebody saw a connection being opened."""
    if by_source:
        pair.client, pair.port = (flow.source, flow.source_port), flow.target_port
    else:
        pair.client, pair.port = (flow.target, flow.target_port), flow.source_port


def guess(pair: Pair, source: tuple[bytes, int], target: tuple[bytes, int]) -> None:
    """Which port is the server's, where nobody saw who opened: the lower one, if it is low."""
    low, high = sorted((source[1], target[1]))
    if (low, high) == DHCP:
        pair.port, pair.client = low, source if target[1] == low else target
    elif low and (low < 1024 or low < EPHEMERAL <= high):
        pair.port = low
        if low < 1024 < high:
            pair.client = source if target[1] == low else target
