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
KINDS = {"http": "onvif", "https": "onvifs"}
MAX_ENDPOINT = 256  # characters of an endpoint that are remembered
SERVICES: tuple[str, ...] = ("wsd",)
GROUP = (ws_discovery.GROUP, ws_discovery.PORT)
GROUP_V6 = ws_discovery.GROUP_V6

# Devices differ in which shape of the question they answer
# (andreikop/python-ws-discovery #56 and #66).
SHAPES: tuple[str | None, ...] = (None, "nvt", "device")


def questions(_six: bool = False, /) -> list[bytes]:
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
    """Keep an answer and where on this device its ONVIF service lies.

    The three shapes of the question bring up to three answers: one that tells nothing new of its
    endpoint is not kept again.
    """
    try:
        matches = ws_discovery.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    news = [match for match in matches if _tells_more(contact, match)]
    if news:
        contact.saw(NAME, "onvif.ProbeMatch", letter, port)
    for address in (a for match in matches for a in match.xaddrs):
        own = own_service(contact.target.address, address)
        if own is not None:
            contact.onvif.setdefault(*own)


def _tells_more(contact: Contact, match: ws_discovery.ProbeMatch) -> bool:
    """Whether an answer says something of its endpoint that none before it said."""
    endpoint = (match.endpoint or "")[:MAX_ENDPOINT]
    first = endpoint not in contact.endpoints
    known = contact.endpoints.setdefault(endpoint, set())
    said = {*match.types, *match.scopes, *match.xaddrs} - known
    known |= said
    return first or bool(said)


def own_service(own_address: str, service: str) -> tuple[Port, str] | None:
    """Port and path of a service address on the device itself, plain or within TLS; else None."""
    try:
        parts = urlsplit(service)
        kind = KINDS.get(parts.scheme)
        host, number = parts.hostname, parts.port or (443 if kind == "onvifs" else 80)
    except ValueError:
        return None
    path = parts.path or "/"
    clean = path.isascii() and all(" " < c != "\x7f" for c in path) and len(path) <= KIB
    bare = (host or "").partition("%")[0]
    own = bare == own_address.partition("%")[0] and number not in PRINT_PORTS
    return (Port(number, kind), path) if kind and own and clean else None
