"""Run a virtual estate beside other work: in a thread (tests) or in a process of its own (demo).

with running_estate(plan(40)) as estate:
    scan(estate.devices)
    print(estate.total())
"""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import IO, Literal, Protocol

import msgspec

from custodes.errors import CustodesError, UsageError
from custodes.simulate.estate import Running, VirtualEstate
from custodes.simulate.plan import DEFAULT_BASE, DeviceSpec
from custodes.simulate.stats import Seen

STOP_WITHIN_S = 10


class Order(msgspec.Struct, frozen=True):
    """What the process of its own is told on its standard input, as one JSON line."""

    specs: list[DeviceSpec]
    base: str | None
    one_address: bool


class Ready(msgspec.Struct, frozen=True, tag=True):
    devices: list[Running]
    base: str


class Refused(msgspec.Struct, frozen=True, tag=True):
    message: str
    hint: str


class Report(msgspec.Struct, frozen=True, tag=True):
    stats: dict[str, Seen]
    total: Seen


class Estate(Protocol):
    """A virtual estate that runs somewhere else."""

    @property
    def devices(self) -> list[Running]: ...
    @property
    def base(self) -> str: ...
    def stats(self) -> dict[str, Seen]: ...
    def total(self) -> Seen: ...


@contextmanager
def running_estate(
    specs: Sequence[DeviceSpec],
    *,
    base: str | None = DEFAULT_BASE,
    one_address: bool = False,
    where: Literal["process", "thread"] = "process",
) -> Iterator[Estate]:
    """Run an estate until the block ends; with `base` None it takes a range that is free.

    A process of its own has its own interpreter, so that it does not slow down what is measured.

    Raises:
        UsageError: an address or a limit of this machine does not allow it.
    """
    order = Order(list(specs), base, one_address)
    opened = _in_process(order) if where == "process" else _in_thread(order)
    with opened as estate:
        yield estate


class _Threaded:
    def __init__(self, estate: VirtualEstate, loop: asyncio.AbstractEventLoop) -> None:
        self._estate = estate
        self._loop = loop
        self.devices = estate.devices
        self.base = estate.base

    def stats(self) -> dict[str, Seen]:
        return self._ask().stats

    def total(self) -> Seen:
        return self._ask().total

    def _ask(self) -> Report:
        async def report() -> Report:
            return _copy(self._estate)

        return asyncio.run_coroutine_threadsafe(report(), self._loop).result(STOP_WITHIN_S)


@contextmanager
def _in_thread(order: Order) -> Iterator[Estate]:
    ready: Future[_Threaded] = Future()
    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_until(order, ready, stop)), name="virtual-estate"
    )
    thread.start()
    try:
        yield ready.result()
    finally:
        stop.set()
        thread.join(STOP_WITHIN_S)


async def _until(order: Order, ready: "Future[_Threaded]", stop: threading.Event) -> None:
    try:
        async with VirtualEstate(order.specs, order.base, one_address=order.one_address) as estate:
            ready.set_result(_Threaded(estate, asyncio.get_running_loop()))
            await asyncio.to_thread(stop.wait)
    except CustodesError as error:
        ready.set_exception(error)
    finally:
        if not ready.done():
            ready.set_exception(UsageError("the virtual estate ended before it was ready"))


class _Process:
    def __init__(self, ready: Ready, asked: IO[bytes], said: IO[bytes]) -> None:
        self.devices = ready.devices
        self.base = ready.base
        self._asked = asked
        self._said = said

    def stats(self) -> dict[str, Seen]:
        return self._ask().stats

    def total(self) -> Seen:
        return self._ask().total

    def _ask(self) -> Report:
        self._asked.write(b"report\n")
        self._asked.flush()
        return msgspec.json.decode(self._said.readline(), type=Report)


@contextmanager
def _in_process(order: Order) -> Iterator[Estate]:
    command = [sys.executable, "-m", "custodes.simulate.background"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            process.stdin.flush()
            yield _Process(_first_word(process.stdout.readline()), process.stdin, process.stdout)
        finally:
            process.stdin.close()
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _first_word(line: bytes) -> Ready:
    if not line:
        raise UsageError("the virtual estate ended before it was ready")
    said = msgspec.json.decode(line, type=Ready | Refused)
    if isinstance(said, Refused):
        raise UsageError(said.message, hint=said.hint)
    return said


async def _serve(order: Order, asked: IO[bytes], said: IO[bytes]) -> None:
    """The other side: run the estate, report when asked, end when the input ends."""
    try:
        async with VirtualEstate(order.specs, order.base, one_address=order.one_address) as estate:
            _say(said, Ready(estate.devices, estate.base))
            while await asyncio.to_thread(asked.readline):
                _say(said, _copy(estate))
    except CustodesError as error:
        _say(said, Refused(str(error), error.hint))


def _copy(estate: VirtualEstate) -> Report:
    """The counts as they stand now, apart from those that go on."""
    report = Report(estate.stats(), estate.total())
    return msgspec.json.decode(msgspec.json.encode(report), type=Report)


def _say(said: IO[bytes], message: Ready | Refused | Report) -> None:
    said.write(msgspec.json.encode(message) + b"\n")
    said.flush()


if __name__ == "__main__":
    asyncio.run(
        _serve(
            msgspec.json.decode(sys.stdin.buffer.readline(), type=Order),
            sys.stdin.buffer,
            sys.stdout.buffer,
        )
    )
