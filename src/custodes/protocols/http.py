"""HTTP/1.x as embedded devices speak it: requests to build, answers and requests to read.

Pure: bytes in, values out. Stricter readers refuse half of what cameras send; this one keeps
everything that arrived, in its order and case (makers are told apart by it), within limits, and
says in `truncated` when the answer is not known to be whole.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from custodes import __version__
from custodes.errors import PeerError
from custodes.protocols import auth_challenge
from custodes.protocols.charsets import decode
from custodes.protocols.messages import (
    Body,
    Chunked,
    Head,
    Headers,
    Message,
    MessageReader,
    Sized,
    length,
)
from custodes.units import KIB

LIMIT_BYTES = 256 * KIB
HEAD_LIMIT = 64 * KIB
USER_AGENT = f"custodes/{__version__}"
MAX_TITLE = 512
MAX_TAG = 2 * KIB
MAX_ICONS = 16
NO_BODY = frozenset({101, 204, 304})


@dataclass(frozen=True, slots=True)
class Response(Headers):
    """An answer. `status` 0 stands for one without a readable status line (HTTP/0.9 and worse)."""

    status: int
    reason: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    raw_head: bytes

    @property
    def text(self) -> str:
        """The body as text, by the character set that the header or the page names."""
        return body_text(self.body, self.header("content-type") or "")


@dataclass(frozen=True, slots=True)
class Request(Headers):
    """A request as a server reads it."""

    method: str
    target: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool = False


def request(
    method: str,
    host: str,
    path: str,
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    keep_open: bool = False,
) -> bytes:
    """Build a request that asks the device to close the connection after its answer, or not to.

    Raises:
        PeerError: a part holds a space or a line end (a redirect may try to smuggle one in).
    """
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    lines = [("Host", host), ("User-Agent", USER_AGENT), ("Accept", "*/*"), *headers]
    if body or method == "POST":
        lines.append(("Content-Length", str(len(body))))
    lines.append(("Connection", "keep-alive" if keep_open else "close"))
    for part in (method, host, path):
        if not part or not part.isascii() or re.search(r"[\x00-\x20\x7f]", part):
            raise PeerError("a request cannot be built from this", part=part[:80])
    for name, value in lines:
        if re.search(r"[\x00\r\n]", name + value):
            raise PeerError("a header cannot be built from this", part=name[:80])
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines)
    return head.encode() + b"\r\n" + body


class ResponseReader:
    """Read one answer from a device, however the network cuts it up."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES, head_limit: int = HEAD_LIMIT) -> None:
        self._limit = limit_bytes
        self._head_limit = head_limit
        self._messages = MessageReader(self._frame, head_limit)
        self._headless: Body | None = None
        self._beginning = b""
        self._skipped = 0
        self._interim: Message | None = None
        self._interim_bytes = 0
        self._begun = self._ended = False

    def feed(self, data: bytes) -> Response | None:
        """Take what came; return the answer once it is complete or its limit is reached.

        Raises:
            PeerError: the head is longer than its limit.
        """
        if self._ended:
            return None
        if not self._begun:
            data = self._begin(data)
        if self._headless is not None:
            self._headless.feed(data)
            return self._finish_headless() if self._headless.done else None
        if not self._begun:
            return None
        message = self._messages.feed(data)
        while message is not None and _is_interim(message):
            self._count_interim(message)
            message = self._messages.feed(b"")
        return self._finish(message)

    def close(self) -> Response | None:
        """The device closed the connection: return what there is, None where it said nothing."""
        if self._ended:
            return None
        if not self._begun and self._beginning:
            self._messages.feed(self._beginning)
        if self._headless is not None:
            self._headless.close()
            return self._finish_headless()
        return self._finish(self._messages.close() or self._interim)

    def _begin(self, data: bytes) -> bytes:
        """Hold back until it shows whether this begins like HTTP; if not, all of it is body."""
        if not self._beginning:
            stripped = data.lstrip(b"\r\n \t")
            self._skipped += len(data) - len(stripped)
            data = stripped
        if self._skipped > self._head_limit:
            raise PeerError("the answer is empty lines without end", limit_bytes=self._head_limit)
        data = self._beginning + data
        if len(data) < 4 and b"HTTP".startswith(data.upper()):
            self._beginning = data
            return b""
        self._beginning = b""
        self._begun = True
        if data[:4].upper() != b"HTTP":
            self._headless = Body(self._limit)
        return data

    def _frame(self, head: Head) -> Body:
        status = _status_line(head.start)[1]
        if status in NO_BODY or 100 <= status < 200:
            return Sized(0, self._limit)
        if any("chunked" in value.lower() for value in head.all("transfer-encoding")):
            return Chunked(self._limit)
        size = length(head)
        return Body(self._limit) if size is None else Sized(size, self._limit)

    def _count_interim(self, message: Message) -> None:
        self._interim = message
        self._interim_bytes += len(message.head.raw)
        if self._interim_bytes > self._head_limit:
            raise PeerError("interim answers without end", limit_bytes=self._head_limit)

    def _finish(self, message: Message | None) -> Response | None:
        if message is None:
            return None
        self._ended = True
        version, status, reason = _status_line(message.head.start)
        body, cut = _decoded(message, self._limit)
        truncated = message.truncated or cut or message is self._interim
        headers, raw = message.head.headers, message.head.raw
        return Response(status, reason, version, headers, body, truncated, raw)

    def _finish_headless(self) -> Response:
        assert self._headless is not None
        self._ended = True
        body = bytes(self._headless.content)
        return Response(0, "", "0.9", (), body, self._headless.truncated, b"")


class RequestReader:
    """Read requests from a client; feed(b"") asks for the next that is already here."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES, head_limit: int = HEAD_LIMIT) -> None:
        self._limit = limit_bytes
        self._messages = MessageReader(self._frame, head_limit)

    def feed(self, data: bytes) -> Request | None:
        """Take what came; return the request that it completes.

        Raises:
            PeerError: the head is longer than its limit, or the start line is not a request's.
        """
        message = self._messages.feed(data)
        if message is None:
            return None
        words = message.head.start.split()
        if len(words) not in {2, 3}:
            raise PeerError("not a request", start=message.head.start[:80])
        version = words[2] if len(words) == 3 else "HTTP/0.9"
        headers = message.head.headers
        return Request(words[0], words[1], version, headers, message.body, message.truncated)

    def _frame(self, head: Head) -> Body:
        if any("chunked" in value.lower() for value in head.all("transfer-encoding")):
            return Chunked(self._limit)
        return Sized(length(head) or 0, self._limit)


def parse(data: bytes, limit_bytes: int = LIMIT_BYTES) -> Response:
    """Read an answer that was kept whole, such as an observation's payload.

    Raises:
        PeerError: there is nothing to read, or the head is longer than its limit.
    """
    reader = ResponseReader(limit_bytes)
    response = reader.feed(data) or reader.close()
    if response is None:
        raise PeerError("an empty answer")
    return response


def response(
    status: int,
    reason: str,
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    version: str = "HTTP/1.1",
) -> bytes:
    """Build an answer, word for word as a device profile wants it; nothing is added."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{version} {status} {reason}\r\n{lines}\r\n".encode() + body


_STATUS = re.compile(r"(HTTP(?:/[0-9.]*)?)\s*([0-9]{3})(?![0-9])\s*(.*)", re.IGNORECASE | re.DOTALL)


def _status_line(line: str) -> tuple[str, int, str]:
    found = _STATUS.match(line)
    if found is None:
        return line.split(" ", 1)[0], 0, ""
    return found[1], int(found[2]), found[3].strip()


def _is_interim(message: Message) -> bool:
    status = _status_line(message.head.start)[1]
    return 100 <= status < 200 and status != 101


def _decoded(message: Message, limit: int) -> tuple[bytes, bool]:
    """The body without its compression, up to the limit, and whether something is missing."""
    coding = (message.head.header("content-encoding") or "").strip().lower()
    windows = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}.get(coding, ())
    for window in windows if message.body else ():
        inflate = zlib.decompressobj(window)
        try:
            body = inflate.decompress(message.body, limit)
        except zlib.error:
            body = _partly(message.body, window, limit)
            if body:
                return body, True
            continue
        return body, not inflate.eof
    return message.body, bool(windows and message.body)


def _partly(data: bytes, window: int, limit: int) -> bytes:
    """What can be inflated before the damage, piece by piece."""
    inflate = zlib.decompressobj(window)
    out = bytearray()
    try:
        for at in range(0, len(data), 256):
            out += inflate.decompress(data[at : at + 256], max(1, limit - len(out)))
            if len(out) >= limit:
                break
    except zlib.error:
        pass
    return bytes(out[:limit])


_TITLE = re.compile(rb"<title[\s>]")
_TITLE_END = re.compile(rb"</title|</head|<body")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def body_text(body: bytes, content_type: str = "") -> str:
    """A page as text: by the named character set where it fits, else UTF-8, else Latin-1."""
    named = _CHARSET.search(content_type) or _CHARSET.search(body[:2048].decode("latin-1"))
    return decode(body, named[1] if named else "")


def title(body: bytes, content_type: str = "") -> str | None:
    """The page's title in one line; None where it has none."""
    lower = body.lower()
    start = _TITLE.search(lower)
    begin = lower.find(b">", start.end() - 1) + 1 if start else 0
    if begin == 0:
        return None
    found = _TITLE_END.search(lower, begin, begin + 4 * MAX_TITLE)
    raw = body[begin : found.start() if found else begin + 4 * MAX_TITLE]
    charset = content_type if _CHARSET.search(content_type) else _page_charset(body)
    from html import unescape

    text = unescape(body_text(raw, charset))
    return " ".join(text.split())[:MAX_TITLE] or None


def _page_charset(body: bytes) -> str:
    found = _CHARSET.search(body[:2048].decode("latin-1"))
    return found[0] if found else ""


_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


def icon_links(body: bytes) -> list[str]:
    """Where the page says that its icon lies, in the order of the page."""
    from html import unescape

    lower = body.lower()
    links: list[str] = []
    at = lower.find(b"<link")
    while at >= 0 and len(links) < MAX_ICONS:
        end = lower.find(b">", at)
        if end < 0:
            break
        if end - at <= MAX_TAG:
            attributes = {
                found[1].lower(): found[2] or found[3] or found[4] or ""
                for found in _ATTRIBUTE.finditer(decode(body[at:end]))
            }
            relations = attributes.get("rel", "").lower().split()
            href = unescape(attributes.get("href", "")).strip()
            if href and ("icon" in relations or "apple-touch-icon" in relations):
                links.append(href)
        at = lower.find(b"<link", end)
    return links


def realm(challenge: str) -> str | None:
    """The realm that a WWW-Authenticate value names; None where it names none."""
    return auth_challenge.realm(challenge)
