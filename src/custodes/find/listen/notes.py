"""What was heard, kept until it is known whose it is, and given out as observations. Pure.

Bounded: what does not fit is written out early, never lost. One thing that a device repeats is
given out once a day.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from custodes.estate import talk as talking
from custodes.estate.likeness import likeness
from custodes.find.listen.talks import Names, Talks, instant
from custodes.find.listen.who import Network, Who, written
from custodes.observation import Observation, observe
from custodes.units import MIB

MAX_SAID = 5_000
MAX_SAID_BYTES = 8 * MIB
MAX_KNOWN = 20_000  # things given out that are remembered, not to be given out again
MAX_QUERIES = 1_000  # names that one address asks for, in a day


class _Said(NamedTuple):
    address: bytes | None
    mac: bytes
    field: str
    payload: str | bytes
    port: int | None
    transport: str | None


class Notes:
    """Whose addresses they are, what was said, who talked to whom; `take` gives it out."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self.who = Who(networks)
        self.names = Names()
        self.talks = Talks(self.who, self.names)
        self._said: dict[_Said, int] = {}
        self._said_bytes = 0
        self._given: dict[str, None] = {}
        self._macs_given: dict[bytes, str] = {}
        self._queries: dict[bytes, int] = {}
        self.let_go = 0

    @property
    def crowded(self) -> bool:
        """Whether it is time to give out what there is."""
        full = len(self._said) >= MAX_SAID or self._said_bytes >= MAX_SAID_BYTES
        return full or self.talks.crowded

    def heard(
        self,
        field: str,
        payload: str | bytes,
        micros: int,
        *,
        address: bytes | None = None,
        mac: bytes = b"",
        port: int | None = None,
        transport: str | None = None,
    ) -> None:
        """Note what a device said."""
        if address is None and not mac:
            return
        said = _Said(address, mac, field, payload, port, transport)
        if said not in self._said:
            self._said[said] = micros
            self._said_bytes += len(payload)

    def asked(self, client: bytes, name: str, micros: int) -> None:
        """Note that a device asked DNS for a name."""
        name = name.rstrip(".").casefold()
        if not name or name.endswith((".arpa", ".local")):
            return
        count = self._queries.get(client, 0)
        if count >= MAX_QUERIES:
            self.let_go += 1
            return
        before = len(self._said)
        self.heard("dns.query", name, micros, address=client, transport="udp")
        if len(self._said) > before and len(self._queries) < MAX_KNOWN:
            self._queries[client] = count + 1

    def new_day(self) -> None:
        """From now on, what is repeated is given out again."""
        self._given.clear()
        self._macs_given.clear()
        self._queries.clear()

    def take(self, source: str) -> Iterator[Observation]:
        """Everything that is held, as observations; then nothing is held."""
        yield from self.take_said(source)
        for address, talk in self.talks.take():
            device = self.who.device(address)
            if device is not None:
                yield observe(
                    talking.FIELD,
                    talking.write(talk),
                    device=device,
                    address=written(address),
                    transport=talk.transport,
                    seen_at=talk.last,
                    source=source,
                )

    def take_said(self, source: str) -> Iterator[Observation]:
        """What devices said and which hardware addresses they have; not who talked to whom."""
        said, self._said, self._said_bytes = self._said, {}, 0
        yield from self._macs(source)
        for one, micros in said.items():
            device = self.who.device(one.address, one.mac)
            if device is not None:
                yield from self._once(_observation(one, device, instant(micros), source))

    def _macs(self, source: str) -> Iterator[Observation]:
        """The hardware addresses of devices that were heard of."""
        for address, micros in self.who.spoke.items():
            mac = self.who.mac_of(address) if self.who.is_local(address) else None
            if mac is not None and self._macs_given.get(address) != mac:
                self._macs_given[address] = mac
                where = {"device": mac, "address": written(address)}
                yield observe("mac.address", mac, **where, seen_at=instant(micros), source=source)

    def _once(self, one: Observation) -> Iterator[Observation]:
        key = likeness(one)
        if key in self._given:
            return
        if len(self._given) >= MAX_KNOWN:
            del self._given[next(iter(self._given))]
        self._given[key] = None
        yield one


def _observation(said: _Said, device: str, seen_at: datetime, source: str) -> Observation:
    return observe(
        said.field,
        said.payload,
        device=device,
        address=written(said.address) if said.address else None,
        port=said.port or None,
        transport=said.transport,
        seen_at=seen_at,
        source=source,
    )
