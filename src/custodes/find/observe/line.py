"""One connection to one device, on which every answer ends within limits."""

import asyncio
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TypeVar

from custodes.errors import PeerError
from custodes.find.observe.plan import Limits
from custodes.units import KIB

Answer_co = TypeVar("Answer_co", covariant=True)

CHUNK = 16 * KIB


class Reader(Protocol[Answer_co]):
    """A wire format's reader: bytes in, one answer out."""

    def feed(self, data: bytes) -> Answer_co | None: ...
    def close(self) -> Answer_co | None: ...


class Line:
    """A TCP or TLS connection. Leaving its `async with` closes it, whatever the device does."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limits: Limits,
        closed: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._closed: Callable[[], None] | None = closed
        self.alive = True
        self.late = False  # an answer was cut off by time
        self.heard = False  # something of the last answer came
        self.answers = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection now: a device that does not say goodbye is not waited for."""
        self.alive = False
        self._writer.transport.abort()
        if self._closed is not None:
            self._closed()
            self._closed = None
        await asyncio.sleep(0)

    @property
    def tls(self) -> ssl.SSLObject | None:
        found = self._writer.get_extra_info("ssl_object")
        return found if isinstance(found, ssl.SSLObject) else None

    async def exchange(self, data: bytes, reader: Reader[Answer_co]) -> Answer_co | None:
        """Send one request and read one whole answer; None where the device said nothing.

        An answer that is cut off by time or size comes back as far as it came, marked by its
        reader.

        Raises:
            PeerError: the answer breaks its format or a limit, or nothing came in time.
        """
        read, self.heard = 0, False
        try:
            async with asyncio.timeout(self._limits.reply_timeout_s):
                self._writer.write(data)
                await self._writer.drain()
                while chunk := await self._reader.read(CHUNK):
                    read, self.heard = read + len(chunk), True
                    answer = reader.feed(chunk)
                    if answer is not None:
                        self.answers += 1
                        return answer
                    if read > 2 * self._limits.answer_limit_bytes:
                        self.alive = False
                        return self._kept(reader, PeerError("the answer has no end", bytes=read))
        except TimeoutError:
            self.alive, self.late = False, True
            return self._cut(reader, read)
        except (OSError, ssl.SSLError) as error:
            self.alive = False
            return self._cut(reader, read, str(error))
        self.alive = False
        return reader.close()

    def _cut(self, reader: Reader[Answer_co], read: int, because: str = "") -> Answer_co | None:
        return self._kept(reader, Unanswered(because or "no whole answer in time", bytes=read))

    def _kept(self, reader: Reader[Answer_co], nothing: PeerError) -> Answer_co:
        """What came of an answer; raises `nothing` where that is not even a head."""
        answer = reader.close()
        if answer is None:
            raise nothing
        return answer

    async def listen(self, wait_s: float, limit: int = 4 * KIB) -> bytes:
        """What the device says of its own accord within `wait_s`; nothing is sent."""
        heard = bytearray()
        try:
            async with asyncio.timeout(wait_s):
                while len(heard) < limit and (chunk := await self._reader.read(limit)):
                    heard += chunk
                    if chunk.endswith((b"\n", b": ", b"> ")) or len(heard) == 16:
                        break
        except (TimeoutError, OSError, ssl.SSLError):
            pass  # what was heard until then is the answer
        return bytes(heard[:limit])


class Unanswered(PeerError):
    """A device took a request and gave no answer that could be read in time."""
