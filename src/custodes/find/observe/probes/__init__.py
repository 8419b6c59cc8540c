"""The probes: one module each, and which of them speak to which service.

A probe only reads. It reaches the device through a Contact, which holds the limits; it adds what
it saw to the Contact; it never sends a login and never changes anything.
docs/reference/probes.md says of each, word for word, what it sends.
"""

from typing import Protocol

from custodes.find.observe.contact import Contact
from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import http, tcp


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


# In the order in which they share one connection.
PROBES: tuple[Probe, ...] = (tcp, http)


def names() -> tuple[str, ...]:
    return tuple(probe.NAME for probe in PROBES)


def probes_of(port: Port, plan: Plan) -> list[Probe]:
    """The probes that this plan sends to a port, in order."""
    return [p for p in PROBES if p.NAME in plan.probes and port.service in p.SERVICES]
