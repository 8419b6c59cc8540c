"""RTSP 1.0 (RFC 2326): the two questions that need no login, and the readers for both sides. Pure.

Only OPTIONS and DESCRIBE can be built as requests; nothing here plays a stream or logs in.
Interleaved packets (§10.12) between messages are handed to `on_packet`, or passed over.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.protocols.charsets import decode
from custodes.protocols.http import HEAD_LIMIT, LIMIT_BYTES, USER_AGENT
from custodes.protocols.messages import (
    Body,
    Head,
    Headers,
    Message,
    MessageReader,
    Sized,
    length,
)
from custodes.units import MIB

MAGIC, INTERLEAVED_HEADER = 0x24, 4  # b"$", then channel (1 byte) and size (2 bytes, big-endian)
MAX_PENDING = MIB
MAX_SKIPPED = MIB  # packets and empty lines before one message, where nobody wants the packets

OnPacket = Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Response(Headers):
    """A reply. `status` 0 stands for one without a readable status line."""

    status: int
    reason: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    raw_head: bytes

    @property
    def cseq(self) -> int | None:
        """The number that ties a reply to its request; None where it is not readable."""
        return _number(self.header("cseq"))

    @property
    def text(self) -> str:
        """The body as text: the SDP of a DESCRIBE."""
        return decode(self.body)


@dataclass(frozen=True, slots=True)
class Request(Headers):
    """A request as a server reads it."""

    method: str
    url: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def cseq(self) -> int | None:
        """The number that ties a reply to its request; None where it is not readable."""
        return _number(self.header("cseq"))


def options(url: str, cseq: int) -> bytes:
    """Ask a server what it can do."""
    return _request("OPTIONS", url, cseq)


def describe(url: str, cseq: int) -> bytes:
    """Ask a server what a stream holds, without logging in."""
    return _request("DESCRIBE", url, cseq, ("Accept", "application/sdp"))


def _request(method: str, url: str, cseq: int, *headers: tuple[str, str]) -> bytes:
    if not url or not url.isascii() or re.search(r"[\x00-\x20\x7f]", url):
        raise PeerError("an RTSP request cannot be built from this URL", url=url[:80])
    lines = [("CSeq", str(cseq)), ("User-Agent", USER_AGENT), *headers]
    return f"{method} {url} RTSP/1.0\r\n{_lines(lines)}\r\n".encode()


def response(
    status: int,
    reason: str,
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
) -> bytes:
    """Build a reply, word for word as a device profile wants it; nothing is added."""
    return f"RTSP/1.0 {status} {reason}\r\n{_lines(headers)}\r\n".encode() + body


def _lines(headers: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers)


def pack(channel: int, payload: bytes) -> bytes:
    """Put one RTP or RTCP packet between the messages of the connection."""
    return bytes([MAGIC, channel]) + len(payload).to_bytes(2) + payload


class _Stream:
    """Messages with interleaved packets between them."""

    def __init__(
        self, frame: Callable[[Head], Body], head_limit: int, on_packet: OnPacket | None
    ) -> None:
        self._messages = MessageReader(frame, head_limit)
        self._on_packet = on_packet
        self._skipped = 0

    def feed(self, data: bytes) -> Message | None:
        """Take what came; return the message that it completes."""
        pending = self._messages.pending
        if self._messages.lost:
            return None
        if len(pending) + len(data) > MAX_PENDING:
            raise PeerError("more came than was read", limit_bytes=MAX_PENDING)
        if not self._messages.between:
            return self._messages.feed(data)
        pending += data
        return self._messages.feed(b"") if self._skip_packets(pending) else None

    def close(self) -> Message | None:
        """The stream has ended: return what there is of a message."""
        if self._messages.between and self._messages.pending[:1] == b"$":
            return None
        return self._messages.close()

    def _skip_packets(self, pending: bytearray) -> bool:
        """Take packets and empty lines from the front; say whether a message begins there."""
        at = 0
        while at < len(pending):
            if pending[at] in b"\r\n":
                at += 1
            elif pending[at] != MAGIC:
                break
            else:
                body = at + INTERLEAVED_HEADER
                end = body + int.from_bytes(pending[at + 2 : body])
                if len(pending) < body or len(pending) < end:
                    break
                if self._on_packet is not None:
                    self._on_packet(pending[at + 1], bytes(pending[body:end]))
                at = end
        del pending[:at]
        begins = bool(pending) and pending[0] != MAGIC
        self._skipped = 0 if begins or self._on_packet is not None else self._skipped + at
        if self._skipped > MAX_SKIPPED:
            raise PeerError("packets without end where a reply was due", limit_bytes=MAX_SKIPPED)
        return begins


class ResponseReader:
    """Read the replies of one connection, in order; feed(b"") asks for the next one.

    A server that speaks HTTP here is read too: its `version` says so.
    """

    def __init__(
        self,
        limit_bytes: int = LIMIT_BYTES,
        head_limit: int = HEAD_LIMIT,
        on_packet: OnPacket | None = None,
    ) -> None:
        self._limit = limit_bytes
        self._stream = _Stream(self._frame, head_limit, on_packet)

    def feed(self, data: bytes) -> Response | None:
        """Take what came; return the reply that it completes.

        Raises:
            PeerError: the head is longer than its limit, or this is neither RTSP nor HTTP.
        """
        return _response(self._stream.feed(data))

    def close(self) -> Response | None:
        """The server closed the connection: return what there is of a reply."""
        return _response(self._stream.close())

    def _frame(self, head: Head) -> Body:
        size = length(head)
        if size is not None:
            return Sized(size, self._limit)
        kind = (head.header("content-type") or "").lower()
        if "sdp" in kind:  # some servers describe without saying how long
            return Body(self._limit)
        return Sized(0, self._limit)


class RequestReader:
    """Read the requests of one client, in order; feed(b"") asks for the next one."""

    def __init__(
        self,
        limit_bytes: int = LIMIT_BYTES,
        head_limit: int = HEAD_LIMIT,
        on_packet: OnPacket | None = None,
    ) -> None:
        self._limit = limit_bytes
        self._stream = _Stream(self._frame, head_limit, on_packet)

    def feed(self, data: bytes) -> Request | None:
        """Take what came; return the request that it completes.

        Raises:
            PeerError: the head is longer than its limit, or the start line is not a request's.
        """
        message = self._stream.feed(data)
        if message is None:
            return None
        words = message.head.start.split()
        if len(words) != 3 or not words[2].upper().startswith("RTSP/"):
            raise PeerError("not an RTSP request", start=message.head.start[:80])
        return Request(words[0], words[1], words[2], message.head.headers, message.body)

    def _frame(self, head: Head) -> Body:
        return Sized(length(head) or 0, self._limit)


def parse(data: bytes, limit_bytes: int = LIMIT_BYTES) -> Response:
    """Read a reply that was kept whole, such as an observation's payload.

    Raises:
        PeerError: there is no reply in it, or its head is longer than its limit.
    """
    reader = ResponseReader(limit_bytes)
    reply = reader.feed(data[:MAX_PENDING]) or reader.close()
    if reply is None:
        raise PeerError("an empty reply")
    return reply


_STATUS = re.compile(
    r"((?:RTSP|HTTP)/[0-9.]+)\s+([0-9]{3})(?![0-9])\s*(.*)", re.IGNORECASE | re.DOTALL
)


def _response(message: Message | None) -> Response | None:
    if message is None:
        return None
    start = message.head.start
    found = _STATUS.match(start)
    if found is None and not start.upper().startswith(("RTSP/", "HTTP/")):
        raise PeerError("not an RTSP reply", start=start[:80])
    version, status, reason = found.groups() if found else (start.split(" ", 1)[0], "0", "")
    return Response(
        status=int(status),
        reason=reason.strip(),
        version=version,
        headers=message.head.headers,
        body=message.body,
        truncated=message.truncated,
        raw_head=message.head.raw,
    )


def _number(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    return int(text)
