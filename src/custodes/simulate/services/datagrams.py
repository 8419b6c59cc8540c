"""Datagrams: what devices answer to discovery, to their own search and to SNMP."""

import asyncio
from collections.abc import Callable, Sequence

from custodes.simulate.device import Device
from custodes.simulate.services import announcing, discovery

GROUPS = {
    "ws_discovery": "239.255.255.250",
    "sadp": "239.255.255.250",
    "dhip": "239.255.255.251",
    "mdns": "224.0.0.251",
    "ssdp": "239.255.255.250",
}
BROADCASTS = ("dvrip_search", "sofia_search")  # heard on the segment's broadcast address
SERVICES: dict[str, Callable[[Device, bytes], list[bytes]]] = {
    "ws_discovery": discovery.ws_discovery,
    "sadp": discovery.sadp,
    "dhip": discovery.dhip,
    "mdns": announcing.mdns,
    "ssdp": announcing.upnp,
    "snmp": announcing.management,
    "dvrip_search": announcing.older_search,
    "sofia_search": announcing.sofia_search,
}
SPREAD_S = 0.4  # devices that hear one multicast inquiry do not all answer at the same instant


class Listener(asyncio.DatagramProtocol):
    """One device's own port: answers what is sent to it alone."""

    def __init__(self, device: Device, service: str) -> None:
        self._device = device
        self._service = service

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._device.arrived(datagram=True)
        self._device.seen.bytes_in += len(data)
        if getattr(self._device.profile, self._service).unicast:
            answer(self._device, self._service, data, addr)


class Group(asyncio.DatagramProtocol):
    """A multicast group or a broadcast address: every member answers from its own address."""

    def __init__(self, members: Sequence[Device], service: str) -> None:
        self._members = members
        self._service = service

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        for number, device in enumerate(self._members):
            device.arrived(datagram=True)
            delay_s = SPREAD_S * number / len(self._members)
            loop.call_later(delay_s, answer, device, self._service, data, addr)


def answer(device: Device, service: str, data: bytes, peer: tuple[str, int]) -> None:
    """Send the device's answers to an inquiry, if it is one."""
    speaker = device.speakers[service]
    for datagram in SERVICES[service](device, data):
        if not speaker.is_closing():
            device.seen.bytes_out += len(datagram)
            speaker.sendto(datagram, peer)
