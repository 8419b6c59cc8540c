"""Who devices talk to: one device's peers in sentences, and all devices by service. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.console.text import plural
from custodes.estate.conversations import Conversation
from custodes.find.listen.sentences import Told, said_size, told

ROWS = 12  # peers on a device's page; the JSON has them all
CLOUD, TIME, OUTSIDE, INSIDE = "cloud", "time", "outside", "inside"
KINDS = {
    CLOUD: "makers' clouds and relays",
    TIME: "time servers",
    OUTSIDE: "others outside",
    INSIDE: "the own network",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """What one device exchanged with one peer in all, and the sentence about the newest day."""

    device_id: int
    kind: str  # a key of KINDS
    peer: str
    addresses: tuple[str, ...]
    port: str
    role: str
    service: str | None
    operator: str | None
    country: str | None
    abroad: bool | None
    sure: bool  # False: only the port says which service it is
    sentence: str
    days: int
    bytes_out: int
    bytes_in: int
    first_seen: datetime
    last_seen: datetime

    @property
    def sent(self) -> str:
        return said_size(self.bytes_out)

    @property
    def received(self) -> str:
        return said_size(self.bytes_in)

    @property
    def in_all(self) -> str:
        """The sum over the days, where there are several."""
        if self.days < 2:
            return ""
        return f"On {plural(self.days, 'day')} in all: sent {self.sent}, received {self.received}."


@dataclass(frozen=True, slots=True)
class Talks:
    rows: tuple[Peer, ...]
    left_out: int
    clouds: int  # peers that are a maker's cloud or relay, by name


def talks(
    conversations: Iterable[Conversation], kind: str | None = None, home: str | None = None
) -> Talks:
    """One device's peers, makers' clouds first; `kind` is what the device is."""
    every = peers(conversations, {}, kind=kind, home=home)
    clouds = sum(p.kind == CLOUD and p.sure for p in every)
    return Talks(every[:ROWS], len(every) - len(every[:ROWS]), clouds)


def peers(
    conversations: Iterable[Conversation],
    kinds: Mapping[int, str | None],
    *,
    kind: str | None = None,
    home: str | None = None,
) -> tuple[Peer, ...]:
    """Every peer of every device: days added up, makers' clouds first, then most bytes."""
    alike: dict[tuple[object, ...], list[Conversation]] = {}
    for one in conversations:
        key = (one.device_id, one.peer, one.port, one.transport, one.role)
        alike.setdefault(key, []).append(one)
    found = (
        _peer(_newest(held, kinds.get(held[0].device_id, kind), home), held)
        for held in alike.values()
    )
    return tuple(sorted(found, key=_order))


def _newest(held: Iterable[Conversation], kind: str | None, home: str | None) -> Told:
    return told(max(held, key=lambda c: c.day), kind=kind, home=home)


def _peer(newest: Told, held: Sequence[Conversation]) -> Peer:
    one = newest.conversation
    return Peer(
        device_id=one.device_id,
        kind=kind_of(newest),
        peer=one.peer,
        addresses=tuple(dict.fromkeys(a for c in held for a in c.addresses)),
        port=f"{one.port}/{one.transport}" if one.port else one.transport,
        role=one.role,
        service=_bare(newest.service),
        operator=newest.operator,
        country=newest.country,
        abroad=newest.abroad,
        sure=newest.known_by != "port",
        sentence=newest.sentence,
        days=len({c.day for c in held}),
        bytes_out=sum(c.bytes_out for c in held),
        bytes_in=sum(c.bytes_in for c in held),
        first_seen=min(c.first_seen for c in held),
        last_seen=max(c.last_seen for c in held),
    )


def _bare(service: str | None) -> str | None:
    """The service without its article, as a table names it."""
    return service.removeprefix("an ").removeprefix("a ") if service else None


def kind_of(one: Told) -> str:
    """What a peer is: a key of KINDS. A time server is one even where a maker runs it."""
    if one.time_server:
        return TIME
    if one.service is not None:
        return CLOUD
    return OUTSIDE if one.outside else INSIDE


_RANK = {kind: at for at, kind in enumerate(KINDS)}


def _order(one: Peer) -> tuple[int, bool, int, int, str]:
    return _RANK[one.kind], not one.sure, -(one.bytes_out + one.bytes_in), one.device_id, one.peer
