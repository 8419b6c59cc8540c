"""DHIP, the discovery of Dahua and those it builds for: one search, UDP 37810.

Nothing but the search can be built here; other messages of this protocol change devices.
"""

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.protocols import dhip

NAME = "dhip"
SERVICES: tuple[str, ...] = ("dhip",)
GROUP = (dhip.GROUP, dhip.PORT)
GROUP_V6 = ""


def questions(_six: bool = False, /) -> list[bytes]:
    """What is sent: the search, 92 bytes."""
    return [dhip.search()]


async def run(contact: Contact, port: Port) -> None:
    """Ask one device by unicast."""
    for letter in await contact.post(port, questions()[0]):
        read(contact, port, letter)


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and the web port that it names; what is no answer is noted."""
    try:
        message = dhip.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    if message.method != dhip.NOTIFY:
        contact.troubles.append(f"{port}: a DHIP message that is no notice")
        return
    contact.saw(NAME, "dhip.client.notifyDevInfo", message.body_text, port)
    contact.hint(message.said("HttpPort") or "", "http")
