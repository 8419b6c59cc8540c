"""What every TCP conversation of a simulated device shares: accounting, limits, TLS."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress

from custodes.errors import PeerError
from custodes.simulate.device import Device, is_established

IDLE_S = 30.0
HANDSHAKE_S = 10.0


class Conversation(asyncio.Protocol):
    """One TCP connection. Subclasses say what is greeted with and how data is answered."""

    transport: asyncio.Transport

    def __init__(self, device: Device) -> None:
        self.device = device
        self.answered = False
        self.heard_at_s = 0.0
        self._slot: Conversation = self
        self._early = b""
        self._idle: asyncio.TimerHandle | None = None

    def greet(self) -> None:
        """Called once, when the device takes the connection."""

    def received(self, data: bytes) -> None:
        """Called with every piece of data while the device answers."""

    def is_open(self) -> bool:
        return is_established(self.transport)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.device.stopped:
            transport.abort()
        elif self.device.connected(self):
            self.begin()
        else:
            transport.pause_reading()

    def begin(self) -> None:
        """Start to answer, now or when a connection before this one has ended."""
        self.answered = True
        self.touch()
        self.greet()
        if self._early:
            self.data_received(self._early)
        if not self.transport.is_closing() and not self.transport.is_reading():
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if not self.answered:  # came with the last message of a handshake
            self._early += data
            return
        self.device.seen.bytes_in += len(data)
        self.heard_at_s = asyncio.get_running_loop().time()
        self.touch()
        try:
            self.received(data)
        except PeerError:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._idle:
            self._idle.cancel()
        self.device.gone(self._slot)

    def stand_behind(self, front: "Conversation") -> None:
        """Another conversation makes the handshake; it counts as the connection from now on."""
        self._slot = front

    def adopt(self, transport: asyncio.Transport) -> None:
        """Go on where the handshake ended, unless the peer is gone by now."""
        self.transport = transport
        if transport.is_closing():
            self.device.gone(self._slot)
        else:
            self.begin()

    def abort(self) -> None:
        self.transport.abort()

    def send(self, data: bytes) -> None:
        self.device.seen.bytes_out += len(data)
        self.transport.write(data)

    def touch(self) -> None:
        """A silent peer is closed after a while, as devices do."""
        if self._idle:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(IDLE_S, self.transport.close)


class Tls(Conversation):
    """Makes the TLS handshake of a connection, then hands it to the real conversation."""

    def __init__(
        self,
        device: Device,
        context: Callable[[], ssl.SSLContext],
        inner: Callable[[], Conversation],
    ) -> None:
        super().__init__(device)
        self._context = context
        self._inner = inner

    def begin(self) -> None:
        self.answered = True
        self.transport.pause_reading()
        self.device.spawn(self._upgrade())

    async def _upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        inner = self._inner()
        inner.stand_behind(self)
        context = await asyncio.to_thread(self._context)  # made once; others go on meanwhile
        secure = None
        if not self.transport.is_closing():
            with suppress(OSError, TimeoutError):  # a peer may break its handshake as it likes
                secure = await loop.start_tls(
                    self.transport,
                    inner,
                    context,
                    server_side=True,
                    ssl_handshake_timeout=HANDSHAKE_S,
                )
        if secure is None:
            self.device.gone(self)
        else:
            inner.adopt(secure)
