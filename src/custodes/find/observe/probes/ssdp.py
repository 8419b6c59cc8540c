"""UPnP: a search by SSDP, UDP 1900, and the description that an answer names.

The description is fetched only over HTTP from the very address that answered, and only while the
device has not said enough; a LOCATION anywhere else is noted and never followed.
"""

from custodes.errors import PeerError
from custodes.find.observe import schedule
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import PRINT_PORTS, Port
from custodes.find.observe.probes import http
from custodes.protocols import ssdp

NAME = "ssdp"
SERVICES: tuple[str, ...] = ("ssdp", "upnp")
GROUP = (ssdp.GROUP, ssdp.PORT)
GROUP_V6 = ssdp.GROUP_V6


def questions(six: bool = False, /) -> list[bytes]:
    """What is sent: one search for root devices, 101 bytes; its HOST line names the group."""
    return [ssdp.search(six=six)]


async def run(contact: Contact, port: Port) -> None:
    """Search by unicast, or fetch the description that an answer named."""
    if port.service == "upnp":
        await _describe(contact, port)
        return
    question = ssdp.search(six=":" in contact.target.address)
    for letter in await contact.post(port, question):
        read(contact, port, letter)


def read(contact: Contact, port: Port, letter: bytes) -> None:
    """Keep an answer and where on this device its description lies."""
    try:
        said = ssdp.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    if said.kind == "search":
        return  # somebody else's question
    contact.saw(NAME, "ssdp.packet", letter, port)
    if said.location is None:
        return
    own = ssdp.own_place(said.location, contact.target.address)
    if own is None or own[0] in PRINT_PORTS:
        contact.troubles.append(f"{port}: description not fetched: {said.location[:200]}")
    else:
        contact.upnp.setdefault(Port(own[0], "upnp"), own[1])


async def _describe(contact: Contact, port: Port) -> None:
    path = contact.upnp.get(port)
    if path is None or (schedule.said_enough(contact.known()) and not contact.plan.thorough):
        return
    answer = await http.fetch(contact, port, path, fresh=True)
    if answer is not None and answer.status == 200 and ssdp.is_description(answer.body):
        kept = answer.raw_head + answer.body[: http.KEPT_BODY_BYTES]
        contact.saw(NAME, "upnp.response", kept, port)
