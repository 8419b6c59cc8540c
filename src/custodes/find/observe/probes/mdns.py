"""Multicast DNS: which services does it announce? One question, UDP 5353.

The question wants an answer to the asker alone, so that nothing is sent to the segment for it.
"""

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.protocols import mdns

NAME = "mdns"
SERVICES: tuple[str, ...] = ("mdns",)
GROUP = (mdns.GROUP, mdns.PORT)
GROUP_V6 = mdns.GROUP_V6

MAX_SERVICES = 16  # of one answer, kept one by one


def questions(_six: bool = False, /) -> list[bytes]:
    """What is sent: the one question, 220 bytes, by IPv4 and IPv6 alike."""
    return [mdns.query()]


async def run(contact: Contact, port: Port) -> None:
    """Ask one device by unicast."""
    for letter in await contact.post(port, mdns.query()):
        read(contact, port, letter)


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and the services that it names; what is no answer is noted."""
    try:
        said = mdns.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    contact.saw_bytes(NAME, "mdns.packet", letter, port)
    for service in said.services[:MAX_SERVICES]:
        contact.saw(NAME, "mdns.service", service.full_name, port)
