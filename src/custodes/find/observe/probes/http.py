"""Web pages: the root, one redirect on the same port of the same device, and the icon.

Sends GET without any login, on one kept-open connection where the device allows it. A new
connection is spent on the redirect or the icon only while nobody knows whose device it is.
"""

import base64
import hashlib
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from custodes.find.observe.contact import SECURE, Contact
from custodes.find.observe.ports import Port
from custodes.protocols import http
from custodes.protocols.http import Response
from custodes.units import KIB

NAME = "http"
SERVICES: tuple[str, ...] = ("http", "https")

KEPT_BODY_BYTES = 64 * KIB
ICON_LIMIT_BYTES = 128 * KIB
REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def run(contact: Contact, port: Port) -> None:
    """Read the first page and, where they can tell more, the page behind it and its icon."""
    root = await fetch(contact, port, "/", fresh=True)
    if root is None:
        return
    keep(contact, port, root)
    page, base = await _redirected(contact, port, root)
    if page.status == 200:
        contact.icon = (port, _icon_path(contact, port, page, base))
    await icon(contact, fresh=contact.plan.thorough)


def nameless(contact: Contact) -> bool:
    """True while nobody knows whose device this is, so that a page is worth a new connection."""
    who = contact.identity
    unnamed = who.vendor is None and who.maker is None and contact.known().hunch is None
    return contact.plan.thorough or (unnamed and who.is_surveillance is not False)


async def fetch(
    contact: Contact,
    port: Port,
    path: str,
    *,
    fresh: bool,
    body: bytes = b"",
    content_type: str = "application/json",
    extra: Sequence[tuple[str, str]] = (),
) -> Response | None:
    """Ask for one page; None where the device does not give one.

    On a connection that is still open it costs no packet; a new one is made only if `fresh`.

    Raises:
        PeerError: the answer breaks HTTP or a limit, or does not come in time.
    """
    headers = [*extra, *([("Content-Type", content_type)] if body else [])]
    method = "POST" if body else "GET"
    data = http.request(
        method, host(contact, port), path, headers=headers, body=body, keep_open=True
    )
    for _attempt in range(2):
        line = await contact.line(port, fresh=fresh)
        if line is None:
            return None
        reused = line.answers > 0
        answer = await contact.ask(
            port, line, data, http.ResponseReader(contact.plan.limits.answer_limit_bytes)
        )
        if answer is None and reused:
            continue  # it closed the kept connection between two requests
        line.alive = line.alive and answer is not None and stays_open(answer)
        return answer
    return None


def stays_open(answer: Response) -> bool:
    """Whether the device said, and its answer shows, that another request may follow."""
    if answer.truncated or answer.status == 0:
        return False
    connection = (answer.header("connection") or "").casefold()
    if answer.version.upper() == "HTTP/1.0" and "keep-alive" not in connection:
        return False
    framed = answer.header("content-length") or answer.header("transfer-encoding")
    return "close" not in connection and (framed is not None or answer.status in http.NO_BODY)


def host(contact: Contact, port: Port) -> str:
    """The Host header: the device's address, with the port where it is not the usual one."""
    address = contact.target.address.partition("%")[0]
    named = f"[{address}]" if ":" in address else address
    usual = 443 if port.service in SECURE else 80
    return named if port.number == usual else f"{named}:{port.number}"


def keep(contact: Contact, port: Port, answer: Response, probe: str = NAME) -> None:
    """Keep an answer as it was received, its body cut to what identification reads."""
    contact.saw(probe, "http.response", answer.raw_head + answer.body[:KEPT_BODY_BYTES], port)


async def _redirected(contact: Contact, port: Port, root: Response) -> tuple[Response, str]:
    location = root.header("location")
    if root.status not in REDIRECTS or not location:
        return root, "/"
    scheme = "https" if port.service in SECURE else "http"
    here = f"{scheme}://{host(contact, port)}/"
    path = same_place(here, location)
    if path is None:
        contact.redirected(location)
        return root, "/"
    if path == "/":
        return root, "/"
    page = await fetch(contact, port, path, fresh=nameless(contact))
    if page is None:
        return root, "/"
    keep(contact, port, page)
    return page, path


def same_place(here: str, location: str) -> str | None:
    """The path of a redirect that stays on this very address, port and scheme; else None."""
    try:
        there = urlsplit(urljoin(here, location.strip()))
        own = urlsplit(here)
        same = (there.scheme, there.hostname, _port(there.scheme, there.port)) == (
            own.scheme,
            own.hostname,
            _port(own.scheme, own.port),
        )
    except ValueError:
        return None
    path = (there.path or "/") + (f"?{there.query}" if there.query else "")
    clean = path.isascii() and all(" " < c != "\x7f" for c in path) and len(path) <= KIB
    return path if same and clean else None


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


def _icon_path(contact: Contact, port: Port, page: Response, base: str) -> str:
    scheme = "https" if port.service in SECURE else "http"
    here = f"{scheme}://{host(contact, port)}{base}"
    links = [same_place(here, link) for link in http.icon_links(page.body)]
    return next((link for link in links if link), "/favicon.ico")


async def icon(contact: Contact, *, fresh: bool) -> None:
    """Keep the hashes of the page's icon, unless it is known already whose device this is."""
    if contact.icon is None or not nameless(contact):
        return
    port, path = contact.icon
    answer = await fetch(contact, port, path, fresh=fresh)
    if answer is None:
        return
    contact.icon = None
    if answer.status != 200 or answer.truncated or not looks_like_icon(answer.body):
        return
    import mmh3

    md5 = hashlib.md5(answer.body).hexdigest()  # noqa: S324 - a name, not a safeguard
    contact.saw(NAME, "http.favicon.md5", md5, port)
    contact.saw(NAME, "http.favicon.mmh3", str(mmh3.hash(base64.encodebytes(answer.body))), port)


def looks_like_icon(body: bytes) -> bool:
    """A picture, not an error page that is sent with status 200."""
    begins = body[:256].lstrip().lower()
    return 0 < len(body) <= ICON_LIMIT_BYTES and not begins.startswith(
        (b"<!doctype html", b"<html", b"<head", b"{")
    )
