"""WS-Discovery, the discovery of ONVIF devices: a Probe in up to three shapes, UDP 3702.

Addresses that an answer names are used only where they lie on the very device that answered.
"""

from urllib.parse import urlsplit
from uuid import uuid4

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import PRINT_PORTS, Port
from custodes.protocols import ws_discovery
from custodes.units import KIB

NAME = "wsd"
SERVICES: tuple[str, ...] = ("wsd",)
GROUP = (ws_discovery.GROUP, ws_discovery.PORT)

# Devices differ in which shape of the question they answer
# (andreikop/python-ws-discovery #56 and #66).
SHAPES: tuple[str | None, ...] = (None, "nvt", "device")


def questions() -> list[bytes]:
    """What is sent: three Probes, each with a new id; the first names no type."""
    return [ws_discovery.probe(str(uuid4()), shape) for shape in SHAPES]


async def run(contact: Contact, port: Port) -> None:
    """Ask one device by unicast; with `thorough` in every shape until it answers."""
    for question in questions() if contact.plan.thorough else questions()[:1]:
        letters = await contact.post(port, question)
        for letter in letters:
            read(contact, port, letter)
        if letters:
            return


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and where on this device its ONVIF service lies."""
    try:
        matches = ws_discovery.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    contact.saw(NAME, "onvif.ProbeMatch", letter, port)
    for address in (a for match in matches for a in match.xaddrs):
        own = own_service(contact.target.address, address)
        if own is not None:
            contact.onvif.setdefault(*own)


def own_service(own_address: str, service: str) -> tuple[int, str] | None:
    """Port and path of a service address that lies on the device itself over HTTP; else None."""
    try:
        parts = urlsplit(service)
        host, number = parts.hostname, parts.port or 80
    except ValueError:
        return None
    path = parts.path or "/"
    clean = path.isascii() and all(" " < c != "\x7f" for c in path) and len(path) <= KIB
    own = host == own_address.partition("%")[0] and number not in PRINT_PORTS
    if parts.scheme != "http" or not own or not clean:
        return None
    return number, path
