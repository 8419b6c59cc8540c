"""Messages of the HTTP family: a start line, header lines, an empty line, a body. No sockets here.

HTTP and RTSP, requests and replies, client and server, are all cut out of their stream by the one
reader below. It forgives what embedded servers do wrong (bare line feeds, folded lines, lines
without a colon) and bounds what hostile ones may do: a head has a limit in bytes and in lines, a
body a limit in bytes, and every byte is looked at a fixed number of times.
"""

from collections.abc import Callable
from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.protocols.charsets import decode
from custodes.units import KIB

MAX_HEADERS = 512
MAX_CHUNK_LINE = KIB
MAX_TRAILER = 8 * KIB


class Headers:
    """Header lines in the order and case in which they came, found without regard to case."""

    __slots__ = ()
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """The first value of a header; None where it is absent."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        wanted = name.casefold()
        return [value for key, value in self.headers if key.casefold() == wanted]


@dataclass(frozen=True, slots=True)
class Head(Headers):
    """A start line and its header lines, in the order and the case in which they came."""

    start: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A head with what came after it; `truncated` where the body is not known to be whole."""

    head: Head
    body: bytes
    truncated: bool


def parse_head(raw: bytes) -> Head:
    """Read a head as leniently as it can be read; a line without a colon is left out.

    Raises:
        PeerError: it has more header lines than any device needs.
    """
    start, *lines = decode(raw).split("\n")
    if len(lines) > MAX_HEADERS + 2:
        raise PeerError("the head has too many lines", lines=len(lines), limit=MAX_HEADERS)
    folded: list[list[str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and folded:
            folded[-1].append(line.strip())
        else:
            folded.append([line.rstrip()])
    headers = []
    for parts in folded:
        name, colon, value = " ".join(parts).partition(":")
        if colon and name.strip():
            headers.append((name.strip(), value.strip()))
    return Head(start.strip("\r \t"), tuple(headers), raw)


class Body:
    """A body that ends with the connection; the two kinds below find their end earlier.

    `content` grows to the limit at most; then the body is `truncated` and `done`.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.content = bytearray()
        self.done = False
        self.truncated = False
        self._limit = limit_bytes

    def feed(self, data: bytes) -> bytes:
        """Take what belongs to the body; return what lies behind its end."""
        self._take(data)
        return b""

    def close(self) -> None:
        """Take note that the stream has ended."""
        self.done = True

    def _take(self, data: bytes) -> None:
        room = self._limit - len(self.content)
        self.content += data[:room]
        if len(data) > room:
            self._cut()

    def _cut(self) -> None:
        self.truncated = self.done = True


class Sized(Body):
    """A body of a length that was announced."""

    def __init__(self, size: int, limit_bytes: int) -> None:
        super().__init__(limit_bytes)
        self._left = size
        self.done = size == 0

    def feed(self, data: bytes) -> bytes:
        """Take what belongs to the body; return what lies behind its end."""
        part = data[: self._left]
        self._left -= len(part)
        self._take(part)
        if self._left == 0:
            self.done = True
        elif len(self.content) == self._limit:
            self._cut()
        return data[len(part) :]

    def close(self) -> None:
        """Take note that the stream has ended, perhaps before the body."""
        if not self.done:
            self._cut()


class Chunked(Body):
    """A chunked body (RFC 9112 §7.1); broken framing keeps what was read and marks it truncated."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes)
        self._buffer = bytearray()
        self._at = 0  # where in the buffer the next step begins
        self._left = 0  # bytes that the open chunk still owes
        self._trailer_bytes = 0
        self._step: Callable[[], bool] = self._first_size

    def feed(self, data: bytes) -> bytes:
        """Take what belongs to the body; return what lies behind its last chunk."""
        self._buffer += data
        while not self.done and self._step():
            pass
        rest = bytes(self._buffer[self._at :]) if self.done else b""
        del self._buffer[: self._at]
        self._at = 0
        return rest

    def close(self) -> None:
        """Take note that the stream has ended, perhaps before the last chunk."""
        if not self.done:
            if self._step == self._first_size:
                self._take(bytes(self._buffer))  # "chunked" was a lie, and too short to show
            self._cut()

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n", self._at, self._at + MAX_CHUNK_LINE)
        if end < 0:
            if len(self._buffer) - self._at >= MAX_CHUNK_LINE:
                self._cut()
            return None
        line = bytes(self._buffer[self._at : end])
        self._at = end + 1
        return line

    def _first_size(self) -> bool:
        """The first size line shows whether the server chunks at all; some only say so."""
        begin = self._at
        line = self._line()
        if line is None and not self.done:
            return False
        if line is None or _chunk_size(line) is None:
            self.done, self.truncated, self._at = False, True, begin
            self._step = self._rest
            return True
        self._at = begin
        self._step = self._size
        return True

    def _rest(self) -> bool:
        self._take(bytes(self._buffer[self._at :]))
        self._at = len(self._buffer)
        return False

    def _size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size = _chunk_size(line)
        if size is None:
            self._cut()
            return False
        self._left = size
        self._step = self._data if size else self._trailer
        return True

    def _data(self) -> bool:
        part = bytes(self._buffer[self._at : self._at + self._left])
        self._at += len(part)
        self._left -= len(part)
        self._take(part)
        if self._left:
            return False
        self._step = self._data_end
        return True

    def _data_end(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line.strip(b"\r"):
            self._cut()
        self._step = self._size
        return True

    def _trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._trailer_bytes += len(line)
        if not line.strip(b"\r"):
            self.done = True
        elif self._trailer_bytes > MAX_TRAILER:
            self._cut()
        return True


def _chunk_size(line: bytes) -> int | None:
    text = line.split(b";", 1)[0].strip()
    if not text or len(text) > 16 or text.strip(b"0123456789abcdefABCDEF"):
        return None
    return int(text, 16)


def length(head: Head) -> int | None:
    """The Content-Length that a head announces; None where it announces none that can be meant."""
    for value in head.all("content-length"):
        text = value.split(",", 1)[0].strip()
        if text.isascii() and text.isdigit() and len(text) <= 18:
            return int(text)
    return None


class MessageReader:
    """Cut a stream into messages; `frame` says for a head what kind of body follows it.

    `feed` returns at most one message; feed(b"") asks for the next that is already here. Behind a
    body that was cut at its limit or broke its framing nothing more is read: where the next
    message begins is not known.
    """

    def __init__(self, frame: Callable[[Head], Body], head_limit: int) -> None:
        self._frame = frame
        self._head_limit = head_limit
        self._buffer = bytearray()
        self._head: Head | None = None
        self._body: Body | None = None
        self.lost = False
        self._restart()

    def _restart(self) -> None:
        self._begin = 0  # where the start line begins
        self._line = 0  # where the line that is being read begins
        self._scan = 0  # up to where it was searched for its end

    @property
    def pending(self) -> bytearray:
        """What was fed and not yet read; between messages, the caller may take from its front."""
        return self._buffer

    @property
    def between(self) -> bool:
        """Whether no byte of the next head has been looked at."""
        return self._head is None and self._scan == 0

    def feed(self, data: bytes) -> Message | None:
        """Take what came; return the message that it completes, if it completes one.

        Raises:
            PeerError: the head is longer than its limit.
        """
        if self.lost:
            self._buffer.clear()
            return None
        self._buffer += data
        if self._body is None:
            raw = self._find_head()
            if raw is None:
                return None
            self._head = parse_head(raw)
            self._body = self._frame(self._head)
        if not self._body.done:
            rest = self._body.feed(bytes(self._buffer))
            self._buffer = bytearray(rest)
        return self._finish() if self._body.done else None

    def close(self) -> Message | None:
        """The stream has ended: return the message that was being read, with what there is."""
        if self._body is not None:
            self._body.close()
            return self._finish()
        raw = b"" if self.lost else bytes(self._buffer[self._begin :])
        self._buffer.clear()
        self._restart()
        if not raw.strip():
            return None
        return Message(parse_head(raw), b"", truncated=True)

    def _find_head(self) -> bytes | None:
        buffer = self._buffer
        while (end := buffer.find(b"\n", self._scan)) >= 0 and end < self._head_limit:
            empty = not buffer[self._line : end].strip(b"\r")
            started = self._line > self._begin
            self._line = self._scan = end + 1
            if empty and started:
                raw = bytes(buffer[self._begin : end + 1])
                del buffer[: end + 1]
                self._restart()
                return raw
            if empty:
                self._begin = end + 1
        self._scan = len(buffer)
        if len(buffer) > self._head_limit:
            beginning = decode(bytes(buffer[self._begin : self._begin + 80]))
            raise PeerError(
                "the head of the answer is too long",
                limit_bytes=self._head_limit,
                read_bytes=len(buffer),
                beginning=beginning,
            )
        return None

    def _finish(self) -> Message:
        head, body = self._head, self._body
        assert head is not None
        assert body is not None
        self._head = self._body = None
        self.lost = body.truncated
        return Message(head, bytes(body.content), body.truncated)
