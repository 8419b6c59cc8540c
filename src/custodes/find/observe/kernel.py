"""This machine's own tables: its addresses with their networks, and its neighbours.

Nothing is sent to the network: the kernel is asked. Where it cannot be (no Linux), the tables are
empty and the scan goes on without them.
"""

import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from typing import TypeVar

from custodes.errors import PeerError
from custodes.find.observe.mail import spellings
from custodes.protocols import rtnetlink
from custodes.protocols.neighbours import Neighbour
from custodes.protocols.rtnetlink import Entry, Own

WAIT_S = 1.0
CHUNK = 64 * 1024

Read = TypeVar("Read")


def neighbours() -> list[Neighbour]:
    """Whom this machine has met on its own segments, as the kernel has it now."""
    found = _table(rtnetlink.GET_NEIGHBOURS, rtnetlink.NEW_NEIGHBOUR, rtnetlink.neighbour)
    return [_named(entry) for entry in found]


def _named(entry: Entry) -> Neighbour:
    host, _, zone = entry.address.partition("%")
    spelt = spellings((host, 0, 0, entry.index)) if zone else (host,)
    return Neighbour(spelt[0], entry.mac, str(entry.index), entry.router)


def own_addresses() -> list[Own]:
    """The addresses of this machine."""
    return _table(rtnetlink.GET_ADDRESSES, rtnetlink.NEW_ADDRESS, rtnetlink.own)


def interface_of(address: str, table: list[Own]) -> Own | None:
    """The own address with its network and interface; None where this machine does not have it."""
    bare = ip_address(address.partition("%")[0])
    zone = address.partition("%")[2]
    for entry in table:
        same = ip_address(entry.address.partition("%")[0]) == bare
        if same and (not zone or zone in {str(entry.index), _name(entry.index)}):
            return entry
    return None


def _name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return ""


def on_own_segment(address: str, table: list[Own]) -> bool:
    """Whether an address lies in the network of one of this machine's addresses."""
    value = ip_address(address.partition("%")[0])
    for entry in table:
        network = ip_network(f"{entry.address.partition('%')[0]}/{entry.prefix}", strict=False)
        if network.version == value.version and value in network and not value.is_loopback:
            return True
    return False


def _table(question: int, kind: int, read: Callable[[bytes], Read | None]) -> list[Read]:
    if not hasattr(socket, "AF_NETLINK"):
        return []
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
            kernel.settimeout(WAIT_S)
            kernel.send(rtnetlink.question(question))
            bodies = [body for found, body in _answers(kernel) if found == kind]
    except (OSError, PeerError):
        return []
    return [value for body in bodies if (value := read(body)) is not None]


def _answers(kernel: socket.socket) -> Iterator[tuple[int, bytes]]:
    left = rtnetlink.MAX_MESSAGES
    while left > 0:
        for kind, body in rtnetlink.messages(kernel.recv(CHUNK)):
            left -= 1
            if kind in {rtnetlink.DONE, rtnetlink.ERROR}:
                return
            yield kind, body
