"""The HTTP edge: who may ask, how, and what every answer carries.

Only loopback names are answered (a page elsewhere cannot reach the console by rebinding its own
name), only reading is possible, and a fault becomes a page with a number, not a traceback.
"""

import logging
import secrets
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# Nothing from elsewhere, nothing inline, no framing: a device's text has no way to become code.
POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

log = logging.getLogger("custodes.console")

Say = Callable[[Request, int, str, str], Response]


class Edge:
    """Guards every request; `say` makes the answer for a status, a headline and an explanation."""

    def __init__(self, app: ASGIApp, say: Say, names: Iterable[str] = ()) -> None:
        self.app = app
        self.say = say
        self.names = LOOPBACK_NAMES | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = Answer(send, scope["path"], body=scope["method"] != "HEAD")
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        inner = {**scope, "method": "GET"}
        try:
            await self.app(inner, receive, answer)
        except Exception:  # noqa: BLE001 - the outermost edge of a request
            await self._fault(inner, receive, answer)

    def _refusal(self, scope: Scope) -> Response | None:
        host = host_name(Headers(scope=scope).get("host", ""))
        if host not in self.names:
            return self.say(
                Request(scope),
                421,
                "This name is not the console's",
                "The console answers to localhost, 127.0.0.1 and [::1] only.",
            )
        if scope["method"] not in ("GET", "HEAD"):
            refused = self.say(
                Request(scope),
                405,
                "Only reading is possible",
                "The console changes nothing until it has access control.",
            )
            refused.headers["allow"] = "GET, HEAD"
            return refused
        return None

    async def _fault(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        number = secrets.token_hex(4)
        log.exception("fault %s at %s", number, scope["path"])
        if answer.started:
            raise ConnectionAbortedError(f"fault {number} after the answer had begun")
        page = self.say(
            Request(scope),
            500,
            "Something went wrong in custodes",
            f"Nothing was changed. The fault has the number {number}; the log of `custodes serve`"
            " holds the rest under that number.",
        )
        await page(scope, receive, answer)


class Answer:
    """Sends an answer on with the headers that every answer carries; no body for HEAD."""

    def __init__(self, send: Send, path: str, *, body: bool) -> None:
        self.send = send
        self.path = path
        self.body = body
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            fresh = "no-cache" if self.path.startswith("/static/") else "no-store"
            headers.setdefault("cache-control", fresh)
        elif message["type"] == "http.response.body" and not self.body:
            message = {**message, "body": b""}
        await self.send(message)


def host_name(header: str) -> str:
    """The name in a Host header, without its port and brackets, in lower case.

    >>> host_name("LOCALHOST:8765"), host_name("[::1]:8765"), host_name("127.0.0.1")
    ('localhost', '::1', '127.0.0.1')
    """
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]
