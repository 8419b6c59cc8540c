"""Bind every service of every device and answer on it, in one asyncio process."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from custodes.errors import UsageError
from custodes.simulate import certificates, sockets
from custodes.simulate.device import Device
from custodes.simulate.services import datagrams
from custodes.simulate.services.banner import Banner
from custodes.simulate.services.conversation import Conversation, Tls
from custodes.simulate.services.streaming import Streaming
from custodes.simulate.services.web import Web

BREATHE_EVERY = 64  # devices started between two looks at what else there is to do

SETTLE = 10  # turns of the loop

Bound = list[tuple[Device, str, socket.socket]]


@dataclass
class Serving:
    """Everything that listens; `close` stops all of it."""

    devices: list[Device]
    servers: list[asyncio.Server] = field(default_factory=list)
    transports: list[asyncio.BaseTransport] = field(default_factory=list)

    async def close(self) -> None:
        self._stop_accepting()
        await _settle()  # what was accepted by now arrives, and can be ended like the rest
        for server in self.servers:
            server.close()
        for transport in self.transports:
            transport.close()
        for device in self.devices:
            device.hang_up()
        await _settle()
        for server in self.servers:
            await server.wait_closed()

    def _stop_accepting(self) -> None:
        """asyncio loses a connection whose server closes while it is being accepted."""
        loop = asyncio.get_running_loop()
        for device in self.devices:
            device.stopped = True
        for server in self.servers:
            for sock in server.sockets:
                loop.remove_reader(sock.fileno())


async def _settle() -> None:
    for _ in range(SETTLE):
        await asyncio.sleep(0)


async def serve(devices: Sequence[Device], *, one_address: bool) -> Serving:
    """Bind everything first, so that a port in use leaves nothing half started, then answer.

    Raises:
        UsageError: an address or a port cannot be used.
    """
    bound: Bound = []
    try:
        if one_address:
            _bind_shared(devices, bound)
        else:
            _bind_apart(devices, bound)
    except UsageError:
        for _, _, sock in bound:
            sock.close()
        raise
    serving = Serving(list(devices))
    for number, (device, name, sock) in enumerate(bound):
        if number % BREATHE_EVERY == 0:
            await asyncio.sleep(0)
        await _start(serving, device, name, sock)
    await _join_groups(serving)
    return serving


def _bind_apart(devices: Sequence[Device], bound: Bound) -> None:
    """Each device on its own address, with its own ports where they may be used."""
    low = sockets.may_use_low_ports(devices[0].address)
    for device in devices:
        taken: set[int] = set()
        for name, (transport, real) in device.profile.services().items():
            port = real if low else sockets.STAND_INS.get(real, real)
            while port in taken or (not low and port < 1024):
                port += 1 if port >= 1024 else 10_000
            taken.add(port)
            bound.append((device, name, sockets.bind(transport, device.address, port)))
            device.ports[name] = port
        device.settle()


def _bind_shared(devices: Sequence[Device], bound: Bound) -> None:
    """All devices on one address, each service on the next port that is free."""
    ports = count(sockets.FIRST_SHARED_PORT)
    for device in devices:
        for name, (transport, _) in device.profile.services().items():
            sock, port = _next_free(transport, device.address, ports)
            bound.append((device, name, sock))
            device.ports[name] = port
        device.settle()


def _next_free(transport: str, address: str, ports: Iterator[int]) -> tuple[socket.socket, int]:
    for port in ports:
        if port > sockets.LAST_PORT:
            break
        try:
            return sockets.bind(transport, address, port), port
        except sockets.AddressInUse:
            continue
    raise UsageError(
        f"{address} has no port left for another service",
        hint="Ask for fewer devices, or for an address each (without --one-address).",
    )


async def _start(serving: Serving, device: Device, name: str, sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    if name in datagrams.SERVICES:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: datagrams.Listener(device, name), sock=sock
        )
        device.speakers[name] = transport
        serving.transports.append(transport)
        return
    server = await loop.create_server(_conversation(device, name), sock=sock)
    serving.servers.append(server)


def _conversation(device: Device, name: str) -> Callable[[], Conversation]:
    """What answers on a TCP service of a device."""
    profile = device.profile
    if name in {"http", "onvif"}:
        return lambda: Web(device)
    if name == "https":
        https = profile.https
        assert https is not None
        return lambda: Tls(
            device,
            lambda: certificates.context(device.fill(https.subject)),
            lambda: Web(device, https.pages),
        )
    if name == "rtsp":
        return lambda: Streaming(device)
    banner = next(b for b in profile.banners if b.name == name)
    return lambda: Banner(device, banner)


async def _join_groups(serving: Serving) -> None:
    """Hear multicast inquiries once for all devices; each answers from its own address."""
    loop = asyncio.get_running_loop()
    for name in (*datagrams.GROUPS, *datagrams.BROADCASTS):
        members = [d for d in serving.devices if name in d.ports]
        ports = {d.ports[name] for d in members}
        if len(ports) != 1:
            continue  # nobody, or all devices share one address: unicast only
        group = datagrams.GROUPS.get(name)
        sock = sockets.group_socket(group, ports.pop(), members[0].address)
        if sock is not None:
            transport, _ = await loop.create_datagram_endpoint(
                partial(datagrams.Group, members, name), sock=sock
            )
            serving.transports.append(transport)
