"""Streams: OPTIONS, then DESCRIBE without a login, on one connection.

Never SETUP, never PLAY: a stream that is described without a login is recorded as described, its
pictures are not fetched. One path is asked, the maker's own where the maker is known; no guessing.
"""

from custodes.errors import PeerError
from custodes.find.observe.contact import SECURE, Contact
from custodes.find.observe.ports import Port
from custodes.protocols import rtsp
from custodes.units import KIB

NAME = "rtsp"
SERVICES: tuple[str, ...] = ("rtsp", "rtsps")

KEPT_BYTES = 32 * KIB
# The documented path of each maker's first stream: docs/reference/probes.md.
PATHS = {
    "Hikvision": "/Streaming/Channels/101",
    "Dahua": "/cam/realmonitor?channel=1&subtype=0",
    "Axis": "/axis-media/media.amp",
    "Hanwha": "/profile2/media.smp",
    "Reolink": "/h264Preview_01_main",
}


async def run(contact: Contact, port: Port) -> None:
    """Ask what the stream server can do and what it shows without a login."""
    base = url(contact, port)
    who = contact.identity
    path = PATHS.get(who.maker or "") or PATHS.get(who.vendor or "") or "/"
    if await _ask(contact, port, rtsp.options(f"{base}/", 1)) is None:
        return
    answer = await _ask(contact, port, rtsp.describe(base + path, 2))
    if answer is not None and answer.status == 200 and answer.body:
        contact.saw(NAME, "rtsp.sdp", answer.body[:KEPT_BYTES], port)


async def _ask(contact: Contact, port: Port, request: bytes) -> rtsp.Response | None:
    line = await contact.line(port)
    if line is None:
        return None
    reused = line.answers > 0
    answer = await contact.ask(port, line, request, rtsp.ResponseReader())
    if answer is None and reused:
        line = await contact.line(port)
        answer = await contact.ask(port, line, request, rtsp.ResponseReader()) if line else None
    if answer is None:
        return None
    contact.saw(NAME, "rtsp.response", answer.raw_head + answer.body[:KEPT_BYTES], port)
    if answer.status == 0:
        raise PeerError("the port does not speak RTSP")
    return answer


def url(contact: Contact, port: Port) -> str:
    """The address of the stream server, as a player would write it."""
    address = contact.target.address.partition("%")[0]
    named = f"[{address}]" if ":" in address else address
    scheme, usual = ("rtsps", 322) if port.service in SECURE else ("rtsp", 554)
    return f"{scheme}://{named}" + ("" if port.number == usual else f":{port.number}")
