"""SADP, the discovery of Hikvision and those it builds for: one fixed inquiry, UDP 37020.

Nothing but the inquiry can be built here; other messages of this protocol change devices.
"""

from uuid import uuid4

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.protocols import sadp

NAME = "sadp"
SERVICES: tuple[str, ...] = ("sadp",)
GROUP = (sadp.GROUP, sadp.PORT)
GROUP_V6 = ""


def questions(_six: bool = False, /) -> list[bytes]:
    """What is sent: the inquiry with a new GUID, about 110 bytes."""
    return [sadp.inquiry(str(uuid4()).upper())]


async def run(contact: Contact, port: Port) -> None:
    """Ask one device by unicast; some firmware answers only its own segment."""
    for letter in await contact.post(port, questions()[0]):
        read(contact, port, letter)


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and the web port that it names; what is no answer is noted."""
    try:
        answer = sadp.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    contact.saw(NAME, "sadp.ProbeMatch", letter, port)
    contact.hint(answer.get("HttpPort", ""), "http")
