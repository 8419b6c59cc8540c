"""Flows put together to conversations: which device, which peer, which port, how much. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from custodes.estate.talk import Role, Talk
from custodes.find.listen.flows import DAY_US, Flow, Pair
from custodes.find.listen.who import Who, written
from custodes.protocols import ip

MAX_TALKS = 8_000
MAX_NAMES = 10_000
NAMED = -1  # no protocol: an address that got a name, from a log that knows nothing more
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
TRANSPORTS = {ip.TCP: "tcp", ip.UDP: "udp", ip.ICMP: "icmp", ip.ICMPV6: "icmp", NAMED: ""}
QUIET = frozenset({b"\xff\xff\xff\xff", b"\xef\xff\xff\xfa", b"\xef\xff\xff\xfb"})


class _Key(NamedTuple):
    device: bytes
    peer: bytes
    port: int
    protocol: int
    role: Role
    name: str
    day: int  # since 1970, in UTC


class Names:
    """Which name a client meant by an address: as DNS answered it, the latest answer first."""

    def __init__(self) -> None:
        self._names: dict[tuple[bytes, bytes], str] = {}

    def learn(self, client: bytes, address: bytes, name: str) -> None:
        """Note an answer."""
        self._names.pop((client, address), None)
        self._names[client, address] = name
        if len(self._names) > MAX_NAMES:
            del self._names[next(iter(self._names))]

    def of(self, client: bytes, address: bytes) -> str:
        """The name; empty where none was heard."""
        return self._names.get((client, address), "")


class Ends(NamedTuple):
    """One direction of a conversation, and what is known of both."""

    source: bytes
    target: bytes
    protocol: int
    pair: Pair


class Talks:
    """What devices exchanged with peers since the last time that it was asked for."""

    def __init__(self, who: Who, names: Names) -> None:
        self._who = who
        self._names = names
        self._held: dict[_Key, list[int]] = {}

    @property
    def crowded(self) -> bool:
        """Whether it is time to write down what there is."""
        return len(self._held) >= MAX_TALKS

    def add(self, flow: Flow) -> None:
        """Take what a flow has counted."""
        if flow.first_us >= 0:
            times = (flow.first_us, max(flow.first_us, flow.last_us))
            ends = Ends(flow.source, flow.target, flow.protocol, flow.pair)
            self.count(ends, flow.size_bytes, flow.packets, times)

    def count(self, ends: "Ends", size_bytes: int, packets: int, times: tuple[int, int]) -> None:
        """Take what one end sent to the other, for either end that is a device here."""
        source, target, _, _ = ends
        if is_to_many(target) or not any(source):
            return
        if self._who.is_local(source):
            self._count(ends, source, target, (0, size_bytes, packets, *times))
        if self._who.is_local(target) and target in self._who.spoke:
            self._count(ends, target, source, (1, size_bytes, packets, *times))

    def _count(
        self, ends: "Ends", device: bytes, peer: bytes, seen: tuple[int, int, int, int, int]
    ) -> None:
        pair = ends.pair
        side, size_bytes, packets, first_us, last_us = seen
        role: Role = ""
        if pair.client is not None:
            role = "client" if pair.client[0] == device else "server"
        name = "" if role == "server" else pair.name or self._names.of(device, peer)
        key = _Key(device, peer, pair.port, ends.protocol, role, name, first_us // DAY_US)
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = [0, 0, 0, 0, first_us, last_us]
        held[side] += size_bytes
        held[2 + side] += packets
        held[4], held[5] = min(held[4], first_us), max(held[5], last_us)

    def take(self) -> Iterator[tuple[bytes, Talk]]:
        """Everything that was added, with the address of its device; then it is empty."""
        held, self._held = self._held, {}
        for key, (bytes_out, bytes_in, packets_out, packets_in, first_us, last_us) in held.items():
            yield (
                key.device,
                Talk(
                    peer=written(key.peer),
                    name=key.name,
                    port=key.port,
                    transport=TRANSPORTS.get(key.protocol, f"ip-{key.protocol}"),
                    role=key.role,
                    bytes_out=bytes_out,
                    bytes_in=bytes_in,
                    packets_out=packets_out,
                    packets_in=packets_in,
                    first=instant(first_us),
                    last=instant(last_us),
                ),
            )


def is_to_many(address: bytes) -> bool:
    """Whether an address is everybody's, such as those that discovery asks; streams to a group of
    their own are somebody's choice and count as a peer."""
    if len(address) == 4:
        return address in QUIET or address[:3] == b"\xe0\x00\x00"
    return address[0] == 0xFF and address[1] & 15 in (1, 2)


def instant(micros: int) -> datetime:
    """Microseconds since 1970 as an instant; what no calendar holds is its last day."""
    try:
        return NEVER + timedelta(microseconds=micros)
    except OverflowError:
        return datetime(9999, 12, 31, tzinfo=UTC)
