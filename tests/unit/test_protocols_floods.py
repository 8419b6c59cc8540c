"""A device that never stops sending costs bounded memory and ends within its limit."""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from custodes.errors import PeerError
from custodes.protocols import http, rtsp
from custodes.units import GIB, KIB, MIB

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FILL = b"a" * 64 * KIB
FLOODS: dict[str, tuple[bytes, bytes]] = {
    "head": (HEAD, b"X-Filler: " + FILL + b"\r\n"),
    "short header lines": (HEAD, b"X: y\r\n" * 10_000),
    "folded lines": (HEAD + b"X: y\r\n", b" z\r\n" * 15_000),
    "empty lines": (b"", b"\r\n" * 32 * KIB),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "body": (HEAD + b"\r\n", FILL),
    "long body": (HEAD + b"Content-Length: 99999999999\r\n\r\n", FILL),
    "no head at all": (b"<html>", FILL),
    "chunks": (CHUNKED, b"10000\r\n" + FILL + b"\r\n"),
    "one chunk": (CHUNKED + b"ffffffffff\r\n", FILL),
    "chunk extension": (CHUNKED + b"1\r\na\r\n1;", FILL),
    "chunk trailer": (CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000),
}


def sent(first: bytes, again: bytes) -> Iterator[bytes]:
    """A gibibyte, if all of it were read."""
    yield first
    for _ in range(GIB // len(again)):
        yield again


def took(reader: Callable[[bytes], object], wire: Iterator[bytes]) -> tuple[int, int]:
    """Feed until an answer or a refusal; tell the bytes taken and the most memory held."""
    total = 0
    tracemalloc.start()
    try:
        for data in wire:
            total += len(data)
            if reader(data) is not None:
                break
    except PeerError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return total, peak


@pytest.mark.parametrize("name", FLOODS)
def test_a_web_server_that_never_stops_is_read_to_its_limit(name: str) -> None:
    total, peak = took(http.ResponseReader().feed, sent(*FLOODS[name]))
    assert total <= 512 * KIB
    assert peak <= 3 * MIB


@pytest.mark.parametrize(
    "name", [name for name in FLOODS if name not in {"no head at all", "body"}]
)
def test_a_client_that_never_stops_is_read_to_its_limit(name: str) -> None:
    first, again = (part.replace(b"HTTP/1.1 200 OK", b"GET / HTTP/1.1") for part in FLOODS[name])
    total, peak = took(http.RequestReader().feed, sent(first, again))
    assert total <= 512 * KIB
    assert peak <= 3 * MIB


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"RTSP/1.0 200 OK\r\n", b"X-Filler: " + FILL + b"\r\n"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n", FILL),
        (b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n", FILL),
        (b"", b"$\x00\xff\xff" + b"a" * 65535),
        (b"", b"$\x00\x00\x00" * 16 * KIB),
        (b"", b"\r\n" * 32 * KIB),
        (b"", FILL),
    ],
    ids=["head", "body", "description", "packets", "empty packets", "empty lines", "nonsense"],
)
def test_a_stream_server_that_never_stops_is_read_to_its_limit(first: bytes, again: bytes) -> None:
    total, peak = took(rtsp.ResponseReader().feed, sent(first, again))
    assert total <= MIB + 128 * KIB
    assert peak <= 3 * MIB


def test_packets_that_are_wanted_may_go_on() -> None:
    count = [0, 0]

    def seen(channel: int, data: bytes) -> None:
        count[0] += 1
        count[1] += len(data)

    reader = rtsp.ResponseReader(on_packet=seen)
    for _ in range(64):
        assert reader.feed(rtsp.pack(0, b"a" * 65000)) is None
    assert count == [64, 64 * 65000]


def test_a_decompression_bomb_costs_bounded_memory() -> None:
    packed = gzip.compress(bytes(64 * MIB))
    wire = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed
    _total, peak = took(http.ResponseReader().feed, iter([wire]))
    assert peak <= 3 * MIB
