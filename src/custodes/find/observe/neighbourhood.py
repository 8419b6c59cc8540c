"""Hardware addresses of devices on own segments, from this machine's own table. Sends nothing.

The kernel has them from the packets that were sent anyway. A hardware address that answers for
several addresses is a router's or a proxy's: it is counted and kept of none of them. To tell that,
the devices of own segments are held back until every target has been looked at once.
"""

import time
from collections.abc import Callable

from custodes.find.observe import kernel
from custodes.find.observe.contact import Contact
from custodes.find.observe.plan import Plan
from custodes.protocols.neighbours import Neighbour, telling
from custodes.protocols.rtnetlink import Own

NAME = "neighbours"
FRESH_S = 0.5  # how long one reading of the table serves
MOST_HELD = 512  # devices that wait for the others; by then a proxy has shown itself

Table = Callable[[], list[Neighbour]]


class Neighbourhood:
    """What this machine knows of its own segments in the course of a scan."""

    def __init__(
        self, plan: Plan, own: list[Own] | None = None, table: Table = kernel.neighbours
    ) -> None:
        wanted = NAME in plan.probes
        self.shared: set[str] = set()  # addresses whose hardware address is another's, too
        self._own = (kernel.own_addresses() if own is None else own) if wanted else []
        self._table = table
        self._read_s = float("-inf")
        self._telling: dict[str, Neighbour] = {}
        self._all: set[str] = set()

    def near(self, address: str) -> bool:
        """Whether an address lies on an own segment, so that the table may hold it."""
        return kernel.on_own_segment(address, self._own)

    def introduce(self, contact: Contact) -> None:
        """Add the device's hardware address, where the table has one that is its own.

        Of a device that said nothing it is kept only where its holder makes cameras: a camera that
        lets only its recorder in answers nobody else, but this it cannot hide.
        """
        if not self.near(contact.target.address):
            return
        self._refresh()
        known = self._telling.get(contact.target.address)
        if known is None:
            if contact.target.address in self._all:
                self.shared.add(contact.target.address)
            return
        seen = contact.seeing(NAME, "mac.address", known.mac)
        if contact.answered or contact.plan.identify([seen]).maker is not None:
            contact.add(seen)

    def _refresh(self) -> None:
        if time.monotonic() - self._read_s < FRESH_S:
            return
        table = self._table()
        self._telling, _ = telling(table)
        self._all = {neighbour.address for neighbour in table}
        self._read_s = time.monotonic()
