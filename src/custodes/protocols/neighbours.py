"""Neighbour tables: which hardware address answers for which IP address. Pure.

Read from what routers and machines print (`ip neigh`, `arp -a`, /proc/net/arp, Cisco's and
Juniper's tables), a line at a time; the kernel's own table comes through `rtnetlink`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from custodes.protocols import mac as hardware

MAX_LINE = 512
MANY_SIX = 4  # IPv6 addresses that one device may well have (link-local, global, temporary)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One line of a table; `router` where the table says that it passes packets on."""

    address: str
    mac: str
    interface: str = ""
    router: bool = False


_MAC = (
    r"(?P<mac>[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{1,2}){5}|[0-9A-Fa-f]{4}(?:[.-][0-9A-Fa-f]{4}){2})"
)
_IP = r"(?P<ip>[0-9A-Fa-f.:]{2,45}(?:%[\w.@-]{1,32})?)"
_DEV = r"(?P<dev>[\w./:@-]{1,64})"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        # ip neigh: 192.0.2.1 dev eth0 lladdr 00:11:22:33:44:55 [router] REACHABLE
        rf"{_IP} dev {_DEV} lladdr {_MAC}(?P<rest> .{{0,200}})?",
        # /proc/net/arp: address, type, flags, hardware address, mask, device
        rf"{_IP}\s+0x[0-9a-f]{{1,4}}\s+0x[0-9a-f]{{1,4}}\s+{_MAC}\s+\S{{1,40}}\s+{_DEV}",
        # arp -a of Linux, BSD and macOS: name (192.0.2.1) at 00:11:22:33:44:55 [ether] on eth0
        rf"\S{{1,255}} \({_IP}\) at {_MAC}(?: \[\w{{1,20}}\])?(?: on {_DEV})?(?: .{{0,200}})?",
        # arp -n of Linux: 192.0.2.1 ether 00:11:22:33:44:55 C eth0
        rf"{_IP}\s+ether\s+{_MAC}\s+[CMP]{{1,3}}\s+(?:\S{{1,40}}\s+)?{_DEV}",
        # arp -a of Windows: 192.0.2.1 00-11-22-33-44-55 dynamic
        rf"{_IP}\s+{_MAC}\s+(?:dynamic|dynamisch|dynamique|dinámico|dinamico|static|statisch)",
        # Cisco: Internet 192.0.2.1 5 0011.2233.4455 ARPA Vlan10
        rf"Internet\s+{_IP}\s+(?:\d{{1,9}}|-)\s+{_MAC}\s+ARPA(?:\s+{_DEV})?",
        # Cisco, IPv6: 2001:db8::1 0 0011.2233.4455 REACH Vl10
        rf"{_IP}\s+(?:\d{{1,9}}|-)\s+{_MAC}\s+(?:REACH|STALE|DELAY|PROBE)\w{{0,4}}\s+{_DEV}",
        # Juniper: 00:11:22:33:44:55 192.0.2.1 [name] ge-0/0/0.0 none
        rf"{_MAC}\s+{_IP}\s+(?:\S{{1,255}}\s+)?{_DEV}\s+(?:none|permanent)",
    )
)


def line(text: str) -> Neighbour | None:
    """Read one line; None where it names no neighbour whose hardware address can tell a device.

    >>> line("192.0.2.7 dev eth0 lladdr 44:47:cc:00:00:01 REACHABLE").mac
    '44:47:cc:00:00:01'
    >>> line("192.0.2.8 dev eth0 FAILED"), line("Address HWtype HWaddress")
    (None, None)
    """
    bare = text.strip()
    if not 9 <= len(bare) <= MAX_LINE:
        return None
    for shape in _SHAPES:
        found = shape.fullmatch(bare)
        if found is not None:
            return _neighbour(found.groupdict())
    return None


def _neighbour(said: dict[str, str | None]) -> Neighbour | None:
    mac = hardware.normalise((said["mac"] or "").replace("-", ":"))
    mac = mac or hardware.normalise(said["mac"] or "")
    try:
        address = ip_address(said["ip"] or "")
    except ValueError:
        return None
    if mac is None or not hardware.is_usable(mac) or address.is_multicast:
        return None
    router = " router" in (said.get("rest") or "")
    return Neighbour(str(address), mac, said.get("dev") or "", router)


def telling(table: Iterable[Neighbour]) -> tuple[dict[str, Neighbour], int]:
    """The neighbours whose hardware address is their own, by IP address; how many others there are.

    A hardware address that answers for several IPv4 addresses, or for more IPv6 addresses than one
    device has, is that of a router or a proxy: it says nothing about any of them.
    """
    held: dict[str, dict[str, Neighbour]] = defaultdict(dict)
    for neighbour in table:
        held[neighbour.mac][neighbour.address] = neighbour
    own: dict[str, Neighbour] = {}
    others = 0
    for found in held.values():
        if _one_device(found.values()):
            own.update(found)
        else:
            others += len(found)
    return own, others


def _one_device(found: Iterable[Neighbour]) -> bool:
    four = six = 0
    for neighbour in found:
        if neighbour.router:
            return False
        if ":" in neighbour.address:
            six += 1
        else:
            four += 1
    return four <= 1 and six <= MANY_SIX
