"""The probes: one module each, and which of them speak to which service.

A probe only reads. It reaches the device through a Contact, which holds the limits; it adds what
it saw to the Contact; it never sends a login and never changes anything.
docs/reference/probes.md says of each, word for word, what it sends.
"""

from typing import Protocol

from custodes.find.observe.contact import Contact
from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import dhip, http, onvif, pages, rtsp, sadp, tcp, tls, wsd


class Probe(Protocol):
    """One way of asking. `SERVICES` are those that it is sent to."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - the modules' constant
    @property
    def SERVICES(self) -> tuple[str, ...]: ...  # noqa: N802

    async def run(self, contact: Contact, port: Port) -> None:
        """Ask, and add what was seen to the contact.

        Raises:
            PeerError: the device broke its protocol or a limit; what was seen before is kept.
        """


class Discovery(Probe, Protocol):
    """A probe that asks by datagram, one device or a whole segment."""

    @property
    def GROUP(self) -> tuple[str, int]: ...  # noqa: N802
    def questions(self) -> list[bytes]: ...
    def read(self, contact: Contact, port: Port, letter: bytes) -> None: ...


# In the order in which they share one connection.
PROBES: tuple[Probe, ...] = (tcp, tls, http, pages, onvif, rtsp, sadp, dhip, wsd)
DISCOVERY: tuple[Discovery, ...] = (sadp, dhip, wsd)


def names() -> tuple[str, ...]:
    return tuple(probe.NAME for probe in PROBES)


def probes_of(port: Port, plan: Plan) -> list[Probe]:
    """The probes that this plan sends to a port, in order."""
    return [p for p in PROBES if p.NAME in plan.probes and port.service in p.SERVICES]


def read_letters(contact: Contact, plan: Plan) -> None:
    """Read what came from a device by datagram without being asked alone."""
    for probe in DISCOVERY:
        if probe.NAME in plan.probes:
            port = Port(probe.GROUP[1], probe.NAME)
            for letter in contact.letters(port):
                probe.read(contact, port, letter)
