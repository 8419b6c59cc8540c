"""The search of Xiongmai's devices: 20 fixed bytes, UDP 34569. Sent only where it is asked for.

Nothing but message 1530 can be built here; others log in and configure.
"""

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.protocols import sofia

NAME = "sofia"
SERVICES: tuple[str, ...] = ("sofia",)
GROUP = (sofia.BROADCAST, sofia.PORT)
GROUP_V6 = ""


def questions(_six: bool = False, /) -> list[bytes]:
    """What is sent: the search, 20 bytes."""
    return [sofia.search()]


async def run(contact: Contact, port: Port) -> None:
    """Ask one device by unicast."""
    for letter in await contact.post(port, sofia.search()):
        read(contact, port, letter)


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and the web port that it names; what is no answer is noted."""
    try:
        said = sofia.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    contact.saw(NAME, "udp.discovery", said.text, port)
    contact.hint(said.said("HttpPort"), "http")
