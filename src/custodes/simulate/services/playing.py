"""Play the test pattern to one peer: RTP interleaved in the RTSP connection, or over UDP."""

import asyncio
import re
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from custodes.protocols import rtsp
from custodes.protocols.rtp import Packetiser
from custodes.simulate.pattern import Clip

CLOCK_HZ = 90_000
_CHANNEL = re.compile(r"interleaved=(\d{1,3})")
_PORT = re.compile(r"client_port=(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a client wants its packets: interleaved on a channel, or to a UDP port."""

    interleaved: bool
    number: int


def transport_of(header: str) -> Wish | None:
    """The first transport of a Transport header that can be served; None where there is none.

    >>> transport_of("RTP/AVP;unicast;client_port=5000-5001")
    Wish(interleaved=False, number=5000)
    """
    for offer in header.split(","):
        if "multicast" in offer:
            continue
        if "RTP/AVP/TCP" in offer:
            found = _CHANNEL.search(offer)
            number = int(found[1]) if found else 0
            if number <= 255:
                return Wish(interleaved=True, number=number)
        elif "RTP/AVP" in offer and (found := _PORT.search(offer)) and int(found[1]) <= 65_535:
            return Wish(interleaved=False, number=int(found[1]))
    return None


class Track:
    """Where the packets of one session go. `reply` is the answer to the Transport header."""

    def __init__(
        self, reply: str, send: Callable[[bytes], bool], close: Callable[[], None]
    ) -> None:
        self.reply = reply
        self.send = send
        self.close = close

    @classmethod
    def open(cls, wish: Wish, address: str, peer: str, interleave: Callable[[bytes], bool]) -> Self:
        """Prepare the way to the peer; packets over UDP go to nobody but the peer itself."""
        if wish.interleaved:
            channel = wish.number
            return cls(
                f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}",
                lambda packet: interleave(rtsp.pack(channel, packet)),
                lambda: None,
            )
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((address, 0))
        port = sock.getsockname()[1]
        return cls(
            f"RTP/AVP;unicast;client_port={wish.number}-{wish.number + 1}"
            f";server_port={port}-{port + 1}",
            lambda packet: _send(sock, packet, (peer, wish.number)),
            sock.close,
        )


def _send(sock: socket.socket, packet: bytes, peer: tuple[str, int]) -> bool:
    if sock.fileno() < 0:
        return False
    with suppress(BlockingIOError, ConnectionRefusedError):  # a packet lost; the next may arrive
        sock.sendto(packet, peer)
    return True


class Player:
    """Sends the clip in a loop, in real time, until it is closed or paused."""

    def __init__(self, track: Track, clip: Clip) -> None:
        self.ssrc = secrets.randbits(32)
        self.playing = False
        self._track = track
        self._clip = clip
        self._packets = Packetiser(ssrc=self.ssrc)
        self._number = 0
        self._turn = 0

    @property
    def sequence(self) -> int:
        return self._packets.sequence

    async def run(self) -> None:
        """Play from where it stands."""
        self._turn += 1
        turn = self._turn  # a pause and a new start may overtake the sleep below
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        period_s = 1 / self._clip.frames_per_second
        while self.playing and turn == self._turn and self._send_frame():
            due_s += period_s
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    def close(self) -> None:
        self.playing = False
        self._track.close()

    def _send_frame(self) -> bool:
        units = self._clip.frames[self._number % len(self._clip.frames)]
        timestamp_90k = self._number * (CLOCK_HZ // self._clip.frames_per_second)
        self._number += 1
        return all(map(self._track.send, self._packets.packets(units, timestamp_90k)))
