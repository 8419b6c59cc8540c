"""Datagrams out and in: one socket for each kind of question, answers sorted by who sent them.

An answer counts only when it comes from an address that is asked and in scope; everything else is
dropped and counted. What one device can pile up here is bounded.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial

from custodes.errors import UsageError
from custodes.find.observe.targets import Target
from custodes.units import MIB

LETTERS_PER_DEVICE = 8
WAITING_LIMIT_BYTES = 16 * MIB  # of all devices together
RECEIVE_BYTES = 4 * MIB  # a whole segment may answer one question at once
SERVICES = ("sadp", "dhip", "wsd")


class _Box:
    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.arrived = asyncio.Event()
        self.taken = 0


class _Endpoint(asyncio.DatagramProtocol):
    def __init__(self, deliver: Callable[[bytes, str, int], None]) -> None:
        self._deliver = deliver

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._deliver(data, addr[0], addr[1])

    def error_received(self, exc: Exception) -> None:
        """A network that refuses a datagram is as silent as a device that does not answer."""


class Mail:
    """The sockets of one scan. `expected` says whether an address is asked and in scope."""

    def __init__(self, expected: Callable[[str], bool]) -> None:
        self.dropped = 0
        self._expected = expected
        self._waiting_bytes = 0
        self._boxes: dict[tuple[str, str], _Box] = {}
        self._shared: dict[tuple[str, int], str] = {}
        self._transports: dict[tuple[str, int], asyncio.DatagramTransport] = {}

    async def open(self, versions: set[int]) -> None:
        """Open one socket for each kind of question and each version of IP."""
        loop = asyncio.get_running_loop()
        for version in versions:
            family = socket.AF_INET if version == 4 else socket.AF_INET6
            any_address = "0.0.0.0" if version == 4 else "::"  # noqa: S104 - answers only
            for service in SERVICES:
                try:
                    transport, _ = await loop.create_datagram_endpoint(
                        partial(_Endpoint, self._receiver(service)),
                        local_addr=(any_address, 0),
                        family=family,
                    )
                except OSError as error:
                    raise UsageError(f"this machine has no IPv{version}: {error}") from error
                sock = transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
                self._transports[service, version] = transport

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
        for service in SERVICES:
            self.collect(service, target.device)
            self._boxes.pop((service, target.device), None)

    def send(self, service: str, address: str, port: int, datagram: bytes) -> None:
        """Send one datagram; an unreachable network is as silent as a silent device."""
        version = 6 if ":" in address else 4
        self._transports[service, version].sendto(datagram, (address, port))

    def spread(self, service: str, group: tuple[str, int], own: str, datagram: bytes) -> None:
        """Send one datagram to a multicast group, out of the interface that has address `own`."""
        transport = self._transports.get((service, 4))
        sock = transport.get_extra_info("socket") if transport else None
        if transport is None or sock is None:
            return
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        transport.sendto(datagram, group)

    async def wait(self, service: str, device: str, wait_s: float) -> None:
        """Wait until something has come from the device, at most `wait_s`."""
        box = self._box(service, device)
        if box.letters:
            return
        box.arrived.clear()
        try:
            async with asyncio.timeout(wait_s):
                await box.arrived.wait()
        except TimeoutError:
            return

    def collect(self, service: str, device: str) -> list[bytes]:
        box = self._boxes.get((service, device))
        if box is None:
            return []
        found, box.letters = box.letters, []
        self._waiting_bytes -= sum(map(len, found))
        return found

    def _box(self, service: str, device: str) -> _Box:
        return self._boxes.setdefault((service, device), _Box())

    def _receiver(self, service: str) -> Callable[[bytes, str, int], None]:
        def deliver(data: bytes, address: str, port: int) -> None:
            device = self._shared.get((address, port), address)
            full = self._waiting_bytes + len(data) > WAITING_LIMIT_BYTES
            if full or not self._expected(address):
                self.dropped += 1
                return
            box = self._box(service, device)
            if box.taken >= LETTERS_PER_DEVICE:
                self.dropped += 1
                return
            box.taken += 1
            box.letters.append(data)
            self._waiting_bytes += len(data)
            box.arrived.set()

        return deliver
