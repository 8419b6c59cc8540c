"""SNMP: one GET of fixed object ids with the owner's own community, UDP 161.

Without a community that the operator gave, nothing is sent: none is ever guessed. Only GET can be
built; the community is kept in no observation.
"""

from secrets import randbelow

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.protocols import snmp

NAME = "snmp"
SERVICES: tuple[str, ...] = ("snmp",)


async def run(contact: Contact, port: Port) -> None:
    """Ask in version 2c; in version 1 where that is not answered."""
    community = contact.plan.community(contact.target.address)
    if not community:
        return
    for version in (snmp.V2C, snmp.V1):
        request_id = randbelow(1 << 31)
        letters = await contact.post(port, snmp.get(community, request_id, version=version))
        answered = [_read(contact, port, letter, request_id) for letter in letters]
        if any(answered):
            return


def _read(contact: Contact, port: Port, letter: bytes, request_id: int) -> bool:
    """Keep an answer to this very question; True where it was one."""
    try:
        answer = snmp.parse(letter)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return False
    if answer.request_id != request_id:
        contact.troubles.append(f"{port}: an answer to another question")
        return False
    if answer.values:
        contact.saw(NAME, "snmp.record", answer.record, port)
    return not answer.error
