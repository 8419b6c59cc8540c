"""Datagrams out and in: one socket for each kind of question, answers sorted by who sent them.

An answer counts only when it comes from an address that is asked and in scope; everything else is
dropped and counted. What one device can pile up here is bounded.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from functools import partial

from custodes.errors import UsageError
from custodes.find.observe.ports import DATAGRAM_SERVICES
from custodes.find.observe.targets import Target
from custodes.units import MIB

LETTERS_PER_DEVICE = 8
WAITING_LIMIT_BYTES = 16 * MIB  # of all devices together
RECEIVE_BYTES = 4 * MIB  # a whole segment may answer one question at once
ONE_HOP = 1  # a question to a whole segment crosses no router


class _Box:
    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.arrived = asyncio.Event()
        self.taken = 0


class _Endpoint(asyncio.DatagramProtocol):
    def __init__(self, deliver: Callable[[bytes, tuple[str, ...], int], None]) -> None:
        self._deliver = deliver

    def datagram_received(
        self, data: bytes, addr: tuple[str, int] | tuple[str, int, int, int]
    ) -> None:
        self._deliver(data, spellings(addr), addr[1])

    def error_received(self, exc: Exception) -> None:
        """A network that refuses a datagram is as silent as a device that does not answer."""


def spellings(place: tuple[str, int] | tuple[str, int, int, int]) -> tuple[str, ...]:
    """How an operator may have written the address of a socket: a zone is a name or a number."""
    host, scope = place[0].partition("%")[0], place[3] if len(place) == 4 else 0
    if not scope:
        return (host,)
    try:
        return (f"{host}%{socket.if_indextoname(scope)}", f"{host}%{scope}")
    except OSError:
        return (f"{host}%{scope}",)


def place(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """An address as a socket takes it.

    Raises:
        OSError: its zone is no interface of this machine.
    """
    host, _, zone = address.partition("%")
    if ":" not in host:
        return host, port
    scope = 0
    if zone:
        scope = int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
    return host, port, 0, scope


class Mail:
    """The sockets of one scan. `expected` says whether an address is asked and in scope."""

    def __init__(self, expected: Callable[[str], bool]) -> None:
        self.dropped = 0
        self._expected = expected
        self._waiting_bytes = 0
        self._boxes: dict[tuple[str, str], _Box] = {}
        self._shared: dict[tuple[str, int], str] = {}
        self._transports: dict[tuple[str, int], asyncio.DatagramTransport] = {}

    async def open(self, versions: set[int], services: Iterable[str] = DATAGRAM_SERVICES) -> None:
        """Open one socket for each kind of question and each version of IP."""
        for version in sorted(versions):
            for service in services:
                try:
                    self._transports[service, version] = await self._endpoint(service, version)
                except OSError as error:
                    raise UsageError(f"this machine has no IPv{version}: {error}") from error

    async def _endpoint(self, service: str, version: int) -> asyncio.DatagramTransport:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            partial(_Endpoint, self._receiver(service)),
            local_addr=("0.0.0.0" if version == 4 else "::", 0),  # noqa: S104 - answers only
            family=socket.AF_INET if version == 4 else socket.AF_INET6,
        )
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        return transport

    def close(self) -> None:
        for transport in self._transports.values():
            transport.abort()
        self._transports.clear()

    def expect(self, target: Target) -> None:
        """Tell devices that share one address apart by the ports that they answer from."""
        for port in target.ports:
            if port.transport == "udp":
                self._shared[target.address, port.number] = target.device

    def forget(self, target: Target) -> None:
        """The device is done; what still comes from it is not waited for."""
        for service in DATAGRAM_SERVICES:
            self.collect(service, target.device)
            self._boxes.pop((service, target.device), None)

    def send(self, service: str, address: str, port: int, datagram: bytes) -> None:
        """Send one datagram; an unreachable network is as silent as a silent device."""
        try:
            there = place(address, port)
        except OSError:
            return
        self._transports[service, 6 if ":" in address else 4].sendto(datagram, there)

    def spread(
        self, service: str, group: tuple[str, int], own: str, datagram: bytes, index: int = 0
    ) -> None:
        """Send one datagram to a group, out of the interface with address `own`.

        `index` is the interface's number, which IPv6 wants. A group that is no multicast address
        is the broadcast address of a segment.
        """
        version = 6 if ":" in group[0] else 4
        transport = self._transports.get((service, version))
        sock = transport.get_extra_info("socket") if transport else None
        if transport is None or sock is None:
            return
        if version == 6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ONE_HOP)
            transport.sendto(datagram, (*group, 0, index))
            return
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ONE_HOP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        transport.sendto(datagram, group)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 0)

    async def wait(self, services: Iterable[str], device: str, wait_s: float) -> bool:
        """Wait until something has come from the device, at most `wait_s`; True if it has."""
        boxes = [self._box(service, device) for service in services]
        if any(box.letters for box in boxes):
            return True
        arrived = asyncio.Event()
        for box in boxes:
            box.arrived = arrived
        try:
            async with asyncio.timeout(wait_s):
                await arrived.wait()
        except TimeoutError:
            return False
        return True

    def collect(self, service: str, device: str) -> list[bytes]:
        box = self._boxes.get((service, device))
        if box is None:
            return []
        found, box.letters = box.letters, []
        self._waiting_bytes -= sum(map(len, found))
        return found

    def _box(self, service: str, device: str) -> _Box:
        return self._boxes.setdefault((service, device), _Box())

    def _receiver(self, service: str) -> Callable[[bytes, tuple[str, ...], int], None]:
        def deliver(data: bytes, spelt: tuple[str, ...], port: int) -> None:
            address = next((text for text in spelt if self._expected(text)), None)
            if address is None or self._waiting_bytes + len(data) > WAITING_LIMIT_BYTES:
                self.dropped += 1
                return
            box = self._box(service, self._shared.get((address, port), address))
            if box.taken >= LETTERS_PER_DEVICE:
                self.dropped += 1
                return
            box.taken += 1
            box.letters.append(data)
            self._waiting_bytes += len(data)
            box.arrived.set()

        return deliver
