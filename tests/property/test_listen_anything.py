"""Whatever a capture holds, it ends in observations or an InputError; how it is cut up does not
matter, and the short way through the packets tells what the long way tells."""

import time
from contextlib import suppress
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custodes.errors import InputError, PeerError
from custodes.find.listen import dissect
from custodes.find.listen.ear import Ear
from custodes.find.listen.flows import Flow
from custodes.find.listen.listener import Listener
from custodes.observation import Observation
from custodes.protocols import arp, dhcp, ethernet, ip, pcap, pcapng, tcp, tls_hello

LIMIT_S = 5.0


class _Never(dict[bytes, Flow]):
    """A table of known flows that knows none: every packet goes the long way."""

    def __setitem__(self, key: bytes, value: Flow) -> None:
        pass


def hear(data: bytes, *, chunk: int = 1 << 20, short: bool = True) -> tuple[list[Observation], str]:
    """What a capture tells, and how it ended."""
    listener = Listener()
    if not short:
        listener.flows.fast = _Never()
    ear = Ear(listener)
    ended = ""
    try:
        for at in range(0, len(data), chunk):
            ear.feed(data[at : at + chunk])
        ear.close()
    except InputError as error:
        ended = str(error)
    return list(listener.finish("test")), ended


def network(capture: ModuleType) -> list[bytes]:
    """A little of everything, in frames."""
    video = capture.udp(capture.CAMERA_AT, capture.RECORDER_AT, (8_208, 50_000), bytes(300))
    said = (("c", b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), ("s", b"HTTP/1.1 401 X\r\n\r\n"))
    web = capture.recorder_asks(80, *said, *((("s", bytes(100)),) * 4))
    streams = [capture.frame(capture.CAMERA, capture.RECORDER, video)] * 6
    return [*capture.asks_dns(capture.CLOUD, capture.CLOUD_AT), *web, *streams, *web, *streams]


class Files(tuple[bytes, ...]):
    """The same packets in several files."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Files()"


@pytest.fixture(scope="session")
def both(capture: ModuleType) -> Files:
    frames = network(capture)
    kinds = (capture.capture(frames), capture.capture_ng(frames))
    return Files((*kinds, capture.capture_ng(frames, order="big")))


def test_both_kinds_of_file_and_both_orders_tell_the_same(both: Files) -> None:
    first, *others = (hear(data) for data in both)
    assert first[0]
    assert all(other == first for other in others)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_the_short_way_tells_what_the_long_way_tells(both: Files, kind: int) -> None:
    assert hear(both[kind]) == hear(both[kind], short=False)


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from([0, 1, 2]), chunk=st.integers(1, 2_000))
def test_how_the_file_is_cut_up_does_not_matter(both: Files, kind: int, chunk: int) -> None:
    assert hear(both[kind], chunk=chunk) == hear(both[kind])


@pytest.mark.parametrize("kind", [0, 1])
def test_a_capture_that_is_cut_at_any_byte_tells_what_is_whole_and_that_it_is_cut(
    both: Files, kind: int
) -> None:
    data = both[kind]
    whole = {(o.field, o.device) for o in hear(data)[0]}
    ends = 0
    for end in range(len(data)):
        found, ended = hear(data[:end])
        assert {(o.field, o.device) for o in found} <= whole
        ends += not ended
    assert ends <= len(network_sizes(data)), "only between two packets does it end well"


def network_sizes(data: bytes) -> range:
    return range(data.count(b"\x45\x00") + 4)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from([0, 1, 2]),
    changes=st.lists(
        st.tuples(st.integers(0, 6_000), st.binary(min_size=1, max_size=6)), max_size=6
    ),
)
def test_a_damaged_capture_ends_in_time_and_both_ways_agree(
    both: Files, kind: int, changes: list[tuple[int, bytes]]
) -> None:
    data = bytearray(both[kind])
    for place, new in changes:
        at = place % len(data)
        data[at : at + len(new)] = new
    start = time.monotonic()
    short = hear(bytes(data))
    assert time.monotonic() - start < LIMIT_S
    assert short == hear(bytes(data), short=False)


HEADS = (pcap.build_head(ethernet.ETHERNET), pcap.build_head(ethernet.RAW), pcapng.MAGIC)


@settings(max_examples=300, deadline=None)
@given(head=st.sampled_from([b"", *HEADS]), rest=st.binary(max_size=2_000))
@example(head=HEADS[0], rest=b"\xff" * 16)
@example(head=HEADS[0], rest=bytes(4_000))
@example(head=b"", rest=pcapng.MAGIC + b"\xff" * 100)
@example(head=b"", rest=pcapng.MAGIC * 100)
def test_any_bytes_end_in_observations_or_our_error(head: bytes, rest: bytes) -> None:
    start = time.monotonic()
    hear(head + rest)
    assert time.monotonic() - start < LIMIT_S


@settings(max_examples=300, deadline=None)
@given(
    frames=st.lists(st.binary(max_size=200), max_size=20),
    link=st.sampled_from(sorted(ethernet.LINKS)),
)
def test_any_packets_are_understood_or_counted(
    capture: ModuleType, frames: list[bytes], link: int
) -> None:
    listener = Listener()
    ear = Ear(listener)
    ear.feed(capture.capture(frames, link=link))
    ear.close()
    assert listener.packets == len(frames)
    list(listener.finish("test"))


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n", b"RTSP/1.0 200 OK\r\n", b"Content-Length: 5\r\n", b"\r\n", b"\n",
        b"Content-Type: text/html\r\n", b"<title>", b"GET / HTTP/1.1\r\n", b"Host: a.b\r\n",
        b"Authorization: Basic QTpC\r\n", b"SSH-2.0-x\r\n", b"220 x\r\n", b"PASS x\r\n",
        b"login: ", b"Password: ", b"\xff\xfd\x01", b"\x16\x03\x01\x00\x20", b"\x02\x00\x00\x30",
        b"$\x00\x00\x04abcd", b"\x20\x00\x00\x00DHIP" + bytes(24), b"\xc0\x0c" * 20,
        b"\x00\x00\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00", b"<ProbeMatch>", b"SIP/2.0 200 OK\r\n",
    ]
)  # fmt: skip
ANYTHING = st.one_of(
    st.binary(max_size=500),
    st.lists(st.one_of(PIECES, st.binary(max_size=9)), max_size=30).map(b"".join),
)


@settings(max_examples=500, deadline=None)
@given(kind=st.sampled_from(sorted(dissect.LIMITS)), data=ANYTHING)
def test_any_stream_says_something_known_or_nothing(kind: str, data: bytes) -> None:
    for said in dissect.stream(kind, data):
        assert said.field
        assert said.payload


@settings(max_examples=500, deadline=None)
@given(port=st.sampled_from(sorted(dissect.UDP_PORTS)), data=ANYTHING)
def test_any_datagram_says_something_known_or_nothing(port: int, data: bytes) -> None:
    for said in dissect.datagram(port, 40_000, data):
        assert said.field
        assert said.payload


READERS = (
    arp.parse,
    lambda data: arp.neighbour(bytes(16), data),
    dhcp.parse,
    ip.parse,
    lambda data: tcp.parse(data, 0, len(data)),
    tls_hello.parse,
    pcap.parse_head,
    pcapng.section_order,
    lambda data: pcapng.interface(data, "<"),
    lambda data: pcapng.packet(data, "<", 100),
)


@settings(max_examples=400, deadline=None)
@given(reader=st.sampled_from(READERS), data=ANYTHING)
def test_every_reader_ends_in_a_value_or_a_peer_error(reader: object, data: bytes) -> None:
    with suppress(PeerError):
        reader(data)  # type: ignore[operator]


@given(
    pieces=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=40)), max_size=40),
    limit=st.integers(1, 100),
)
def test_a_stream_never_holds_more_than_its_limits(
    pieces: list[tuple[int, bytes]], limit: int
) -> None:
    stream = tcp.Stream(limit)
    for sequence, data in pieces:
        before = bytes(stream.content)
        stream.feed(sequence, data)
        assert stream.content.startswith(before), "what came first stays"
        assert len(stream.content) <= limit
        assert stream.held_bytes <= limit + tcp.MAX_AHEAD * 2 * limit


@given(
    data=st.binary(max_size=120),
    cuts=st.lists(st.integers(0, 120), max_size=12),
    order=st.randoms(use_true_random=False),
    start=st.integers(0, 2**32 - 1),
)
def test_segments_in_any_order_give_the_bytes_that_were_sent(
    data: bytes, cuts: list[int], order: object, start: int
) -> None:
    places = sorted({0, len(data), *(c for c in cuts if c < len(data))})
    parts = [(a, data[a:b]) for a, b in pairwise(places)]
    order.shuffle(parts)  # type: ignore[attr-defined]
    stream = tcp.Stream(1_000)
    stream.feed(start, b"")
    for place, part in parts:
        stream.feed((start + place) % 2**32, part)
    assert bytes(stream.content) == data
