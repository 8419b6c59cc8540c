"""The probes: one module each, and which of them speak to which service.

A probe only reads. It reaches the device through a Contact, which holds the limits; it adds what
it saw to the Contact; it never sends a login and never changes anything.
docs/reference/probes.md says of each, word for word, what it sends.
"""

from typing import Protocol

from custodes.find.observe.contact import Contact
from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import (
    dhip,
    dvrip,
    http,
    mdns,
    onvif,
    pages,
    rtsp,
    sadp,
    snmp,
    sofia,
    ssdp,
    tcp,
    tls,
    wsd,
)


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
    """A probe that asks by datagram, one device or a whole segment.

    `GROUP` is the multicast group or 255.255.255.255, with the port; `GROUP_V6` the group of IPv6,
    empty where there is none.
    """

    @property
    def GROUP(self) -> tuple[str, int]: ...  # noqa: N802
    @property
    def GROUP_V6(self) -> str: ...  # noqa: N802
    def questions(self, six: bool = False, /) -> list[bytes]: ...
    def read(self, contact: Contact, port: Port, letter: bytes) -> None: ...


# In the order in which they share one connection.
PROBES: tuple[Probe, ...] = (
    *(tcp, tls, http, pages, onvif, rtsp),
    *(sadp, dhip, wsd, snmp, mdns, ssdp, dvrip, sofia),
)
DISCOVERY: tuple[Discovery, ...] = (sadp, dhip, wsd, mdns, ssdp, dvrip, sofia)


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
