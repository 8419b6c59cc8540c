"""ONVIF's device service: calls that only read and carry no login, on one connection.

A refused call is no failed login, because no login is sent.
"""

from custodes.errors import PeerError
from custodes.find.observe import schedule
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import http
from custodes.protocols import onvif
from custodes.protocols.http import Response

NAME = "onvif"
SERVICES: tuple[str, ...] = ("onvif", "onvifs")

# The first two say who it is, the others (open by the standard) what it offers.
IDENTITY = ("GetDeviceInformation", "GetScopes")
OTHERS = ("GetSystemDateAndTime", "GetServices", "GetCapabilities", "GetHostname")


async def run(contact: Contact, port: Port) -> None:
    """Ask who the device is, then what it offers while that costs no further packet."""
    if schedule.said_enough(contact.known()):
        return  # the maker's page, on the same connection, has told it
    for number, operation in enumerate((*IDENTITY, *OTHERS)):
        needed = number == 0 or contact.plan.thorough or _still(contact, operation)
        answer = await _call(contact, port, operation, fresh=needed)
        if answer is None or not _keep(contact, port, operation, answer):
            return


def _still(contact: Contact, operation: str) -> bool:
    """Whether a call is worth a packet: the scopes are, where the model is not known."""
    return operation == "GetScopes" and contact.identity.model is None


async def _call(contact: Contact, port: Port, operation: str, *, fresh: bool) -> Response | None:
    path = contact.onvif.get(port, onvif.PATH)
    return await http.fetch(
        contact,
        port,
        path,
        fresh=fresh,
        body=onvif.call(operation),
        content_type=onvif.CONTENT_TYPE,
    )


def _keep(contact: Contact, port: Port, operation: str, answer: Response) -> bool:
    """Keep an answer; False where this is no ONVIF service, so that no further call is made."""
    if b"Envelope" not in answer.body:
        if answer.status == 401:
            http.keep(contact, port, answer, NAME)  # its realm may name the maker
        return False
    try:
        refusal = onvif.fault(answer.body)
    except PeerError:
        refusal = None
    if refusal is not None:
        contact.saw(NAME, "onvif.soap.fault", answer.body, port)
        return True
    contact.saw(NAME, f"onvif.soap.{operation}", answer.body, port)
    return True
