"""What every TCP conversation of a simulated device shares: accounting, limits, TLS."""

import asyncio
import ssl
from collections.abc import Callable

from custodes.errors import PeerError
from custodes.simulate.device import Device, is_established

IDLE_S = 30.0


class Conversation(asyncio.Protocol):
    """One TCP connection. Subclasses say what is greeted with and how data is answered."""

    transport: asyncio.Transport

    def __init__(self, device: Device) -> None:
        self.device = device
        self.answered = False
        self._slot: Conversation = self
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
        if self.device.connected(self):
            self.begin()
        else:
            transport.pause_reading()

    def begin(self) -> None:
        """Start to answer, now or when a connection before this one has ended."""
        self.answered = True
        self.touch()
        self.greet()
        if not self.transport.is_closing() and not self.transport.is_reading():
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self.device.seen.bytes_in += len(data)
        self.touch()
        try:
            self.received(data)
        except PeerError:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._idle:
            self._idle.cancel()
        self.device.gone(self._slot)

    def adopt(self, transport: asyncio.Transport, front: "Conversation") -> None:
        """Go on with a connection whose handshake another conversation made."""
        self.transport = transport
        self._slot = front
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
        try:
            secure = await loop.start_tls(
                self.transport, inner, self._context(), server_side=True, ssl_handshake_timeout=10
            )
        except (OSError, ssl.SSLError, TimeoutError):
            self.device.gone(self)
            return
        if secure is None:
            self.device.gone(self)
            return
        inner.adopt(secure, self)
