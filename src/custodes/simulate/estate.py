"""A virtual estate: many devices that answer over real sockets, in one process."""

import asyncio
import ipaddress
import os
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, Self

import msgspec

from custodes.errors import UsageError
from custodes.simulate import sockets
from custodes.simulate.device import Device
from custodes.simulate.plan import DEFAULT_BASE, DeviceSpec, address
from custodes.simulate.profile import Inspected
from custodes.simulate.server import Serving, serve
from custodes.simulate.stats import Rate, Seen

ALLOWED = tuple(
    ipaddress.IPv4Network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
FIRST_AUTOMATIC, AUTOMATIC = 60, 160  # 127.60.0.0 to 127.219.0.0; the default lies outside


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A device that answers now: where, as what, and what a scan should conclude of it."""

    profile: str
    address: str
    ports: dict[str, int]
    truth: dict[str, str | bool | None]
    site: str
    mac: str
    serial: str
    username: str
    password: str
    facts: Inspected | None = None


class VirtualEstate:
    """Devices on loopback; an async context manager.

    Each device has its own address from `base` on, with the ports of the real one; where ports
    below 1024 may not be used, 8080, 8443, 8554 … stand in for them (see `ports` of each). With
    `one_address` all devices share the base address, each service on a port of its own.
    """

    def __init__(
        self,
        devices: Sequence[DeviceSpec],
        base: str | None = DEFAULT_BASE,
        *,
        one_address: bool = False,
    ) -> None:
        self._specs = list(devices)
        self._base = base
        self._one_address = one_address
        self._whole = Rate()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()
        self._running: list[tuple[Device, Running]] = []
        if base is not None:
            _check_base(base, self._specs)

    @property
    def devices(self) -> list[Running]:
        return [running for _, running in self._running]

    @property
    def base(self) -> str:
        """The address that the estate starts at; known once it runs when none was asked for."""
        assert self._base is not None
        return self._base

    def stats(self) -> dict[str, Seen]:
        """What each device has seen, by address (and HTTP port where all share one address)."""
        return {
            running.address if not self._one_address else f"{running.address}#{number}": device.seen
            for number, (device, running) in enumerate(self._running)
        }

    def total(self) -> Seen:
        """What the whole estate has seen.

        `peak_connections` is the highest of any one device, `peak_per_second` that of all together.
        """
        total = Seen()
        for device, _ in self._running:
            seen = device.seen
            for name in Seen.__struct_fields__:
                if name == "peak_connections":
                    total.peak_connections = max(total.peak_connections, seen.peak_connections)
                else:
                    setattr(total, name, getattr(total, name) + getattr(seen, name))
        total.peak_per_second = self._whole.peak
        return total

    async def __aenter__(self) -> Self:
        sockets.raise_file_limit(self._specs)
        for base in [self._base] if self._base else _free_bases(self._specs):
            try:
                serving = await serve(
                    [self._device(spec, base) for spec in self._specs],
                    one_address=self._one_address,
                )
            except sockets.AddressInUse:
                if self._base:
                    raise
                continue
            self._base = base
            await self._adopt(serving)
            return self
        raise UsageError("no range of 127.0.0.0/8 is free for a virtual estate")

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _adopt(self, serving: Serving) -> None:
        self._stack.push_async_callback(serving.close)
        for device in serving.devices:
            self._running.append((device, _running(device)))

    def _device(self, spec: DeviceSpec, base: str) -> Device:
        where = base if self._one_address else address(spec, base)
        return Device(spec, where, spawn=self._spawn, whole=self._whole)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _running(device: Device) -> Running:
    values = device.values
    return Running(
        profile=device.profile.name,
        address=device.address,
        ports=dict(device.ports),
        truth=device.spec.truth,
        site=device.spec.site,
        mac=values["mac"],
        serial=values["serial"],
        username=values["username"],
        password=values["password"],
        facts=_inspected(device),
    )


def _inspected(device: Device) -> Inspected | None:
    """The truth of a look with the owner's key, filled for this device."""
    facts = device.profile.facts
    if facts is None:
        return None
    cameras = {
        channel: {name: device.fill(value) for name, value in camera.items()}
        for channel, camera in facts.attached.items()
    }
    settings = {name: device.fill(value) for name, value in facts.settings.items()}
    return msgspec.structs.replace(facts, settings=settings, attached=cameras)


def _check_base(base: str, specs: Sequence[DeviceSpec]) -> None:
    try:
        first = ipaddress.IPv4Address(base)
        last = first + max((spec.host for spec in specs), default=0)
    except ValueError as error:
        raise UsageError(f"{base} is not an IPv4 address that an estate can start at") from error
    if not any(first in network and last in network for network in ALLOWED):
        raise UsageError(
            f"{base} is not a loopback or private address with room for the estate",
            hint="A virtual estate answers on loopback: --base 127.42.0.0.",
        )


def _free_bases(specs: Sequence[DeviceSpec]) -> list[str]:
    """Ranges of 127.0.0.0/8 to try in turn, from a place that differs between processes."""
    size = max((spec.host for spec in specs), default=0) // 65536 + 1
    start = os.getpid() * 7
    places = [(start + n * size) % AUTOMATIC for n in range(AUTOMATIC // size)]
    return [f"127.{FIRST_AUTOMATIC + place}.0.0" for place in places]
