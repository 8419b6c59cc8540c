"""HTTP of a simulated device: the pages of its profile, its refusals and its ONVIF calls."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from custodes.protocols.http import Request, RequestReader
from custodes.simulate.device import Device
from custodes.simulate.profile import Http, Page
from custodes.simulate.services import soap
from custodes.simulate.services.conversation import Conversation
from custodes.simulate.services.hostile import misbehave
from custodes.simulate.services.login import admits

NOT_FOUND = Page(
    path="",
    status="404 Not Found",
    headers=("Content-Type: text/html",),
    body="<html><head><title>404 Not Found</title></head><body>404 Not Found</body></html>",
)
UNAUTHORISED = Page(
    path="",
    status="401 Unauthorized",
    headers=("Content-Type: text/html",),
    body="<html><head><title>Unauthorized</title></head><body></body></html>",
)
BARE = Http()  # for a port that carries nothing but ONVIF
START = b"HTTP/1.1 200 OK\r\n"


class Web(Conversation):
    """One HTTP connection; `pages` replaces those of the profile (HTTPS may differ)."""

    def __init__(self, device: Device, pages: Sequence[Page] | None = None) -> None:
        super().__init__(device)
        self._http = device.profile.http or BARE
        self._pages = self._http.pages if pages is None else pages
        self._requests = RequestReader()

    def received(self, data: bytes) -> None:
        request = self._requests.feed(data)
        while request is not None and not self.transport.is_closing():
            self._answer(request)
            request = self._requests.feed(b"")

    def _answer(self, request: Request) -> None:
        seen = self.device.seen
        seen.requests += 1
        seen.logins += request.header("authorization") is not None
        if self._http.behaviour != "normal":
            self.transport.pause_reading()
            self.device.spawn(misbehave(self._http.behaviour, self, START))
            return
        now = datetime.now(UTC)
        answer = respond(self.device, self._http, self._pages, request, now)
        self.send(answer)
        if not _is_kept(request) or not _has_length(answer):
            self.transport.close()


def respond(
    device: Device, http: Http, pages: Sequence[Page], request: Request, now: datetime
) -> bytes:
    """The answer of a device to one request, byte for byte."""
    path = request.target.partition("?")[0]
    moment = _moment(device, now)
    if request.method == "POST" and path in soap.paths(device):
        call = soap.respond(device, request, now)
        status, lines, body = call.status, call.headers, call.body
    else:
        page = _page(device, http, pages, request)
        status, lines = page.status, (*http.common, *page.headers)
        body = _body(device, page, moment)
    moment["length"] = str(len(body))
    head = [f"{http.version} {status}", *(device.fill(line, **moment) for line in lines), "", ""]
    return "\r\n".join(head).encode() + (b"" if request.method == "HEAD" else body)


def _moment(device: Device, now: datetime) -> dict[str, str]:
    """What is filled in anew for each answer."""
    shown = device.clock(now)
    return {
        "local_time": shown.isoformat(timespec="seconds"),
        "bare_time": shown.strftime("%Y-%m-%d %H:%M:%S"),
        "utc_time": shown.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date": format_datetime(now, usegmt=True),
        "nonce": secrets.token_hex(16),
        "milliseconds": str(int(now.timestamp() * 1000)),
    }


def _body(device: Device, page: Page, moment: dict[str, str]) -> bytes:
    if page.body_base64:
        return base64.b64decode(page.body_base64)
    return device.fill(page.body, **moment).encode()


def _page(device: Device, http: Http, pages: Sequence[Page], request: Request) -> Page:
    for page in pages:
        if _matches(page, request):
            return _guarded(device, http, page, request) if page.login else page
    for document in device.profile.documents.values():
        if _matches(document, request):
            return _guarded(device, http, document, request)
    return http.otherwise or NOT_FOUND


def _guarded(device: Device, http: Http, page: Page, request: Request) -> Page:
    """A page for the owner alone."""
    given = request.header("authorization")
    if given is None:
        return _refused(http, page, http.refusal)
    right = admits(
        given,
        method=request.method,
        offered=[device.fill(challenge) for challenge in http.challenges],
        username=device.values["username"],
        password=device.values["password"],
    )
    if device.judge(right):
        return page
    return _refused(http, page, http.locked if device.locked else http.refusal)


def _refused(http: Http, page: Page, refusal: Page | None) -> Page:
    refusal = refusal or UNAUTHORISED
    lines = tuple(f"WWW-Authenticate: {challenge}" for challenge in http.challenges)
    return Page(
        path=page.path,
        status=refusal.status,
        headers=lines + refusal.headers,
        body=refusal.body,
        login=True,
    )


def _matches(page: Page, request: Request) -> bool:
    target = request.target if "?" in page.path else request.target.partition("?")[0]
    method = "GET" if request.method == "HEAD" else request.method
    if page.contains and page.contains.encode() not in request.body:
        return False
    return page.path in {target, "*"} and page.method == method


def _has_length(answer: bytes) -> bool:
    """Whether its reader can tell where the answer ends; otherwise the end of the line says it."""
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return b"\r\ncontent-length:" in head or b"\r\ntransfer-encoding:" in head


def _is_kept(request: Request) -> bool:
    """Whether the client wants to go on over the same connection."""
    wish = (request.header("connection") or "").lower()
    return wish == "keep-alive" or (request.version == "HTTP/1.1" and wish != "close")
