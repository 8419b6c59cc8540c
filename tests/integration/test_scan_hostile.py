"""Devices that misbehave on purpose: each look ends within limits and disturbs no other."""

import asyncio
import gzip
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace

import pytest

from custodes.find.observe.plan import Limits, Outcome, Plan, Summary
from custodes.find.observe.ports import Port
from custodes.find.observe.scan import scan
from custodes.find.observe.targets import Target
from custodes.observation import Observation

# Small limits, so that every refusal is reached in a second or two.
LIMITS = Limits(
    packets_per_second=1000,
    gap_s=0.0,
    connect_timeout_s=0.5,
    reply_timeout_s=0.5,
    datagram_wait_s=0.4,
    silence_s=0.2,
    answer_limit_bytes=64 * 1024,
)
PLAN = Plan(limits=LIMITS, multicast=False)
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Result:
    summary: Summary
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    seen: list[Observation] = field(default_factory=list)
    seconds: float = 0.0

    def fields(self, device: str) -> set[str]:
        return {o.field for o in self.seen if o.device == device}


class Devices:
    """TCP servers on loopback, closed at the end whatever the other side did."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._tasks: set[asyncio.Task[None]] = set()
        stack.push_async_callback(self._end)

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve(self, talk: Talk, service: str = "http") -> Target:
        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                await talk(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                self._tasks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        self._stack.push_async_callback(server.wait_closed)
        self._stack.callback(server.close)
        return Target("127.0.0.1", (Port(server.sockets[0].getsockname()[1], service),))


async def good(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(GOOD)
        await writer.drain()


def look(
    talks: list[tuple[Talk, str]], plan: Plan = PLAN, *, beside: bool = True
) -> tuple[Result, list[str]]:
    """Scan the devices, and a well-behaved one beside them; gives their device keys."""

    async def run() -> tuple[Result, list[str]]:
        async with AsyncExitStack() as stack:
            devices = Devices(stack)
            targets = [await devices.serve(talk, service) for talk, service in talks]
            if beside:
                targets.append(await devices.serve(good))
            result = Result(Summary())
            started = time.monotonic()
            result.summary = await scan(
                targets,
                plan,
                sink=result.seen.append,
                finished=lambda o: result.outcomes.__setitem__(o.device, o),
            )
            result.seconds = time.monotonic() - started
            return result, [target.device for target in targets]

    return asyncio.run(run())


def one(talk: Talk, service: str = "http", plan: Plan = PLAN) -> tuple[Result, Outcome]:
    """Scan one hostile device; the good one beside it must come out whole and soon."""
    result, (device, beside) = look([(talk, service)], plan)
    assert "http.response" in result.fields(beside)
    assert result.summary.done == 2
    assert result.seconds < 5
    return result, result.outcomes[device]


def test_one_byte_a_second_for_ever_ends_with_the_time_limit_of_an_answer() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H")
            await asyncio.sleep(0.1)

    _, outcome = one(drip)
    assert "/http: an answer had not ended after 0.5 s" in outcome.late[0]


def test_a_body_that_drips_keeps_what_had_come() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 9999\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.1)

    result, outcome = one(drip)
    assert any("App-webs" in o.text for o in result.seen if o.device == outcome.device)


def test_a_head_without_end_is_cut_off() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Header: " + b"a" * 65536 + b"\r\n")
            await writer.drain()

    _, outcome = one(flood)
    assert "too long" in outcome.troubles[0]


def test_a_head_of_one_endless_line_is_cut_off() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H" * 65536)
            await writer.drain()

    result, outcome = one(flood)
    assert all(len(o.payload) < 200_000 for o in outcome.observations)
    assert result.summary.done == 2


def test_a_body_without_end_is_cut_at_the_limit() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"z" * 65536)
            await writer.drain()

    _, outcome = one(flood)
    assert max(len(o.payload) for o in outcome.observations) <= 70_000


def test_endless_chunks_are_cut_at_the_limit() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head)
        while True:
            writer.write(b"1\r\na\r\n" * 10_000)
            await writer.drain()

    _, outcome = one(flood)
    assert any("App-webs" in o.text for o in outcome.observations), "what came is kept"
    assert max(len(o.payload) for o in outcome.observations) <= 70_000


def test_a_decompression_bomb_is_cut_at_the_limit() -> None:
    bomb = gzip.compress(b"\x00" * 50_000_000)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        writer.write(head.encode() + bomb)
        await writer.drain()
        await asyncio.sleep(1)

    _, outcome = one(answer)
    assert sum(len(o.payload) for o in outcome.observations) < 600_000


def test_a_redirect_circle_is_followed_one_step_at_most() -> None:
    asked: list[bytes] = []

    async def circle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readuntil(b"\r\n\r\n"):
            path = line.split()[1]
            asked.append(path)
            there = b"/b" if path != b"/b" else b"/a"
            writer.write(
                b"HTTP/1.1 302 Found\r\nLocation: " + there + b"\r\nContent-Length: 0\r\n\r\n"
            )

    one(circle)
    assert asked[:2] == [b"/", b"/b"]
    assert asked.count(b"/b") == 1


@pytest.mark.parametrize(
    "location", ["http://127.0.0.2/", "//192.0.2.1/", "https://127.0.0.1/", "http://[::1"]
)
def test_a_redirect_to_somewhere_else_is_noted_and_not_followed(location: str) -> None:
    async def away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
            writer.write(head.encode())

    _, outcome = one(away)
    assert outcome.troubles[0] == f"redirect not followed: {location}"


def test_a_redirect_to_tls_on_the_same_device_is_worth_a_packet_and_nothing_is_followed() -> None:
    async def junk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async def run() -> Outcome:
        async with AsyncExitStack() as stack:
            devices = Devices(stack)
            (secure,) = (await devices.serve(junk)).ports
            head = f"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:{secure.number}/a\r\n"

            async def away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(f"{head}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()

            (web,) = (await devices.serve(away)).ports
            outcomes: list[Outcome] = []
            plan = replace(PLAN, ports=(web,))
            target = Target("127.0.0.1")
            await scan([target], plan, sink=lambda _: None, finished=outcomes.append)
            assert set(outcomes[0].open_ports) == {web.number, secure.number}
            return outcomes[0]

    assert "TLS failed" in asyncio.run(run()).troubles[1]


def test_a_port_that_accepts_and_says_nothing_is_slow_and_left_after_two_timeouts() -> None:
    connections = 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await asyncio.sleep(30)

    _, outcome = one(silent)
    (port,) = outcome.open_ports
    assert outcome.late[0] == f"{port}/http: no answer came within 0.5 s (scan.reply_timeout_s)"
    assert connections <= 2


def test_a_reset_in_the_middle_of_an_answer_keeps_what_had_come() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nServer: Boa\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.1)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    result, outcome = one(reset)
    assert any("Boa" in o.text for o in result.seen if o.device == outcome.device)


@pytest.mark.parametrize("service", ["http", "https", "rtsp", "rtsps", "onvif", "silent"])
def test_binary_junk_on_any_port_is_no_error(service: str) -> None:
    async def junk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(range(256)) * 64)
        await writer.drain()
        await asyncio.sleep(0.2)

    _, outcome = one(junk, service)
    assert outcome.answered
    assert not outcome.late


def test_tls_garbage_is_an_open_port_with_a_note() -> None:
    async def junk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x15\x03\x01\x00\x02\x02\x28")
        await writer.drain()

    _, outcome = one(junk, "https")
    assert outcome.answered
    assert outcome.open_ports
    assert "TLS failed" in outcome.troubles[0]


def test_a_tls_port_that_never_finishes_its_handshake_ends_in_time() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    _, outcome = one(silent, "https")
    (port,) = outcome.open_ports
    assert f"{port}/https: the TLS handshake had not ended after 0.5 s" in outcome.late[0]


def test_a_flood_of_interim_answers_is_cut_off() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
            await writer.drain()

    _, outcome = one(flood)
    assert outcome.answered
    assert "http.response" not in {o.field for o in outcome.observations}


def test_an_endless_banner_is_cut_off() -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    _, outcome = one(chatter, "silent")
    assert max(len(o.payload) for o in outcome.observations) <= 8192


def test_many_hostile_devices_at_once_do_not_hold_up_a_good_one() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    result, devices = look([(silent, "http")] * 60)
    assert "http.response" in result.fields(devices[-1])
    assert result.summary.done == 61
    assert result.seconds < 5


def test_a_stop_ends_everything_within_a_second_and_keeps_what_was_read() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    outcomes: list[Outcome] = []

    async def run() -> tuple[Summary, list[Observation], float]:
        async with AsyncExitStack() as stack:
            devices = Devices(stack)
            targets = [await devices.serve(good), *[await devices.serve(silent) for _ in range(20)]]
            (answering,) = (await devices.serve(good)).ports
            (hanging,) = (await devices.serve(silent)).ports
            hanging = Port(hanging.number, "rtsp")
            targets.append(Target("127.0.0.1", (answering, hanging), "half done"))
            stop, seen = asyncio.Event(), list[Observation]()
            plan = replace(PLAN, limits=replace(LIMITS, reply_timeout_s=30))
            going = asyncio.create_task(
                scan(targets, plan, sink=seen.append, stop=stop, finished=outcomes.append)
            )
            await asyncio.sleep(0.7)
            stop.set()
            started = time.monotonic()
            summary = await going
            return summary, seen, time.monotonic() - started

    summary, seen, seconds = asyncio.run(run())
    assert summary.interrupted
    assert (summary.done, summary.targets) == (1, 22)
    assert [(o.device, o.complete) for o in outcomes if not o.complete] == [("half done", False)]
    assert seen
    assert seconds < 1


# Datagrams


@contextmanager
def speaker(address: str, port: int = 0) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((address, port))
        yield sock


def ask(answers: Callable[[bytes], list[bytes]], service: str) -> tuple[Summary, list[Observation]]:
    """Scan a device that has one datagram service and answers with the given datagrams."""

    async def run() -> tuple[Summary, list[Observation]]:
        loop = asyncio.get_running_loop()
        with speaker("127.0.0.1") as device:
            port = device.getsockname()[1]

            async def speak() -> None:
                while True:
                    data, asker = await loop.sock_recvfrom(device, 65536)
                    for answer in answers(data):
                        await loop.sock_sendto(device, answer, asker)

            speaking = asyncio.create_task(speak())
            seen: list[Observation] = []
            target = Target("127.0.0.1", (Port(port, service),))
            summary = await scan([target], PLAN, sink=seen.append)
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
            return summary, seen

    return asyncio.run(run())


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(12))
    + b"]><ProbeMatch><DeviceDescription>&m;</DeviceDescription></ProbeMatch>"
)


@pytest.mark.parametrize("service", ["sadp", "dhip", "wsd"])
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00" * 2000,
        bytes(range(256)) * 8,
        BOMB,
        b"<ProbeMatch>" + b"<a>" * 10_000,
        b"\x20\x00\x00\x00DHIP" + b"\xff" * 24 + b"{",
        b"\x20\x00\x00\x00DHIP"
        + bytes(8)
        + b"\x02\x00\x00\x00"
        + bytes(4)
        + b"\x02\0\0\0"
        + bytes(4)
        + b"{}",
    ],
)
def test_a_hostile_datagram_is_noted_and_no_error(service: str, answer: bytes) -> None:
    summary, seen = ask(lambda _: [answer], service)
    assert summary.done == 1
    assert all(len(o.payload) <= 65_536 for o in seen)


def test_of_a_thousand_answers_of_one_device_only_the_first_are_kept() -> None:
    body = (
        b"<ProbeMatch><Types>inquiry</Types><DeviceDescription>%d</DeviceDescription></ProbeMatch>"
    )
    summary, seen = ask(lambda _: [body % n for n in range(1000)], "sadp")
    assert summary.done == 1
    assert 0 < len(seen) <= 8


def test_answers_from_addresses_that_were_not_asked_are_dropped_and_counted() -> None:
    forged = b"<ProbeMatch><Types>inquiry</Types><MAC>44-47-cc-00-00-01</MAC></ProbeMatch>"

    async def run() -> tuple[Summary, list[Observation]]:
        loop = asyncio.get_running_loop()
        with speaker("127.0.0.1") as device, speaker("127.0.0.99") as stranger:
            port = device.getsockname()[1]

            async def speak() -> None:
                _, asker = await loop.sock_recvfrom(device, 65536)
                for _ in range(200):
                    await loop.sock_sendto(stranger, forged, asker)

            speaking = asyncio.create_task(speak())
            seen: list[Observation] = []
            target = Target("127.0.0.1", (Port(port, "sadp"),))
            summary = await scan([target], PLAN, sink=seen.append)
            await speaking
            return summary, seen

    summary, seen = asyncio.run(run())
    assert seen == []
    assert summary.datagrams_dropped == 200


def test_an_answer_from_a_target_outside_the_scope_is_dropped() -> None:
    plan = replace(PLAN, may_reach=lambda address: address != "127.0.0.1")
    body = b"<ProbeMatch><Types>inquiry</Types><MAC>44-47-cc-00-00-01</MAC></ProbeMatch>"

    async def run() -> tuple[Summary, list[Observation]]:
        loop = asyncio.get_running_loop()
        with speaker("127.0.0.1") as device:

            async def speak() -> None:
                _, asker = await loop.sock_recvfrom(device, 65536)
                await loop.sock_sendto(device, body, asker)

            speaking = asyncio.create_task(speak())
            seen: list[Observation] = []
            target = Target("127.0.0.1", (Port(device.getsockname()[1], "sadp"),))
            summary = await scan([target], plan, sink=seen.append)
            await speaking
            return summary, seen

    summary, seen = asyncio.run(run())
    assert (seen, summary.datagrams_dropped) == ([], 1)


def test_an_address_that_refuses_everything_is_neither_an_answer_nor_nobody() -> None:
    outcomes: list[Outcome] = []
    target = Target("127.0.0.1", (Port(9, "http"), Port(10, "rtsp")))
    summary = asyncio.run(scan([target], PLAN, sink=lambda _: None, finished=outcomes.append))
    assert (summary.done, summary.answered, summary.refused) == (1, 0, 1)
    assert outcomes[0].refused
    assert not outcomes[0].answered


def test_a_port_where_silence_is_usual_is_no_late_answer() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    _, outcome = one(silent, "silent")
    assert outcome.answered
    assert outcome.late == ()
