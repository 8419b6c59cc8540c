"""A first scan of a small web server on loopback, end to end."""

import asyncio
import socket

import pytest

from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.scan import scan
from custodes.find.observe.targets import Target
from custodes.observation import Observation

PAGE = b"<html><head><title>Camera</title></head></html>"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
    await writer.drain()
    writer.close()


def _has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
        try:
            trial.bind(("::1", 0))
        except OSError:
            return False
    return True


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_web_page_on_loopback_becomes_an_observation_and_a_finished_target(address: str) -> None:
    if address == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6 on loopback")
    seen: list[Observation] = []

    async def run() -> None:
        server = await asyncio.start_server(_answer, address, 0)
        number = server.sockets[0].getsockname()[1]
        async with server:
            target = Target(address, (Port(number, "http"),))
            summary = await scan([target], Plan(), sink=seen.append)
        assert (summary.done, summary.answered, summary.interrupted) == (1, 1, False)

    asyncio.run(run())
    assert seen[0].field == "http.response"
    assert "<title>Camera</title>" in seen[0].text
    assert seen[0].source == "scan:http"
