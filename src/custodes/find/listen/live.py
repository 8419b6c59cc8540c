"""Listen for a while: packets from the wire to observations, and to a file where one is wanted.

Whoever calls passes the clock and says when to stop; what was heard is given out every few
seconds, so that a crash loses little, and the counts of who talked to whom every hour.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Protocol

from custodes.find.listen.ear import Ear
from custodes.find.listen.listener import Listener
from custodes.find.listen.who import Network
from custodes.observation import Observation
from custodes.protocols import pcap

SAID_EVERY_S = 5.0
COUNTS_EVERY_S = 3_600.0
WAIT_S = 0.25
_RECORD = struct.Struct("<IIII")

Heard = tuple[int, bytes, int]


class Source(Protocol):
    """Where packets come from: custodes.find.listen.wire, or a test."""

    interface: str
    link: int

    def read(self, wait_s: float) -> list[Heard]: ...


class Live:
    """One run of listening; `file` gets what is heard as a pcap file."""

    def __init__(
        self,
        source: Source,
        clock_s: Callable[[], float],
        networks: Iterable[Network] = (),
        file: IO[bytes] | None = None,
    ) -> None:
        self.listener = Listener(networks)
        self.heard_bytes = 0
        self._source = source
        self._clock_s = clock_s
        self._name = f"listen:{source.interface}"
        self._ear = Ear(self.listener)
        self._file = file
        self._last_us = 0
        self._take(pcap.build_head(source.link))

    def run(
        self, until_s: float | None, stopped: Callable[[], bool]
    ) -> Iterator[list[Observation]]:
        """What was heard, part by part (an empty part too, so that progress can be shown), until
        a time of the clock or until `stopped` says so."""
        said_s = counts_s = self._clock_s()
        while not stopped() and (until_s is None or self._clock_s() < until_s):
            self._records(self._source.read(WAIT_S))
            now_s = self._clock_s()
            if self.listener.crowded or now_s - counts_s >= COUNTS_EVERY_S:
                counts_s = said_s = now_s
                yield list(self.listener.take(self._name))
            elif now_s - said_s >= SAID_EVERY_S:
                said_s = now_s
                yield list(self.listener.take_said(self._name, self._last_us))
            else:
                yield []
        yield list(self.listener.finish(self._name))

    def _records(self, heard: list[Heard]) -> None:
        if not heard:
            return
        parts = []
        for micros, packet, size in heard:
            seconds, rest = divmod(micros, pcap.MICRO)
            parts += [_RECORD.pack(seconds & 0xFFFFFFFF, rest, len(packet), size), packet]
            self.heard_bytes += size
        self._last_us = heard[-1][0]
        self._take(b"".join(parts))

    def _take(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
        self._ear.feed(data)
