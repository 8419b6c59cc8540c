"""The older search of Dahua's devices: 32 fixed bytes, UDP 5050. Sent only where it is asked for.

Nothing but the search can be built here; other messages of this protocol log in and configure.
"""

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.protocols import dvrip

NAME = "dvrip"
SERVICES: tuple[str, ...] = ("dvrip",)
GROUP = (dvrip.BROADCAST, dvrip.PORT)
GROUP_V6 = ""


def questions(_six: bool = False, /) -> list[bytes]:
    """What is sent: the search, 32 bytes."""
    return [dvrip.search()]


async def run(contact: Contact, port: Port) -> None:
    """Ask one device by unicast."""
    for letter in await contact.post(port, dvrip.search()):
        read(contact, port, letter)


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and the web port that it names; what is no answer is noted."""
    try:
        said = dvrip.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    contact.saw_bytes(NAME, "udp.discovery", letter, port)
    contact.hint(str(said.http_port), "http")
