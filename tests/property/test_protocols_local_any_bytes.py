"""Whatever a datagram of the local network holds, a reader ends in a value or a PeerError."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import PeerError
from custodes.protocols import ber, dns, dvrip, mdns, snmp, sofia, ssdp

PIECES = st.sampled_from(
    [
        b"\0\0\x84\0\0\1\0\2\0\0\0\0",
        b"\xc0\x0c",
        b"\xc0\x0e\xc0\x0c",
        b"\4_tcp\5local\0",
        b"\5_http\4_tcp\5local\0\0\x0c\0\1\0\0\0\x78\0\2\xc0\x0c",
        b"\0\x10\0\1\0\0\0\x78\0\5\4a=bc",
        b"\0\x21\0\1\0\0\0\x78\0\x08\0\0\0\0\0\x50\xc0\x0c",
        b"HTTP/1.1 200 OK\r\nLOCATION: http://[::1\r\nST: x\r\nUSN: uuid:\r\n\r\n",
        b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n",
        b"\x30\x82\x01\x00\x02\x01\x01\x04\x01x\xa2",
        b"\x02\x01\x01",
        b"\x30\x80\x30\x84\xff\xff\xff\xff",
        b"\x06\x08\x2b\x06\x01\x04\x01\x82\xb1\x7d",
        snmp.build_answer(snmp.read_get(snmp.get(b"x", 1)), {"1.3.6.1.2.1.1.1.0": "AXIS"}),
        b"\xb3\0\x11\0" + bytes(116),
        b"\xff" + bytes(13) + b"\xfb\x05" + b"\x20\0\0\0",
        b'{"NetWork.NetCommon":{"HostIP":"0x01","MAC":',
        mdns.query(),
    ]
)
WIRE = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=10).map(b"".join),
)


def read_ssdp(data: bytes) -> object:
    notice = ssdp.parse(data)
    return notice.uuid, notice.target, ssdp.own_place(notice.location or "", "192.0.2.7")


def read_sofia(data: bytes) -> object:
    answer = sofia.parse(data)
    return answer.address, answer.mac, answer.said("SN")


READERS: dict[str, Callable[[bytes], object]] = {
    "dns.parse": dns.parse,
    "mdns.parse": mdns.parse,
    "mdns.asked": mdns.asked,
    "ssdp.parse": read_ssdp,
    "ssdp.is_description": ssdp.is_description,
    "ber.values": lambda data: list(ber.values(data)),
    "snmp.parse": lambda data: snmp.parse(data).record,
    "snmp.read_get": snmp.read_get,
    "dvrip.parse": dvrip.parse,
    "sofia.parse": read_sofia,
}


@pytest.mark.parametrize("name", READERS)
@given(data=WIRE)
@settings(max_examples=150, deadline=None)
def test_any_datagram_ends_in_a_value_or_our_error(name: str, data: bytes) -> None:
    try:
        READERS[name](data)
    except PeerError:
        return


LARGE = {
    "zeros": bytes(65_507),
    "pointers": b"\0\0\x84\0\0\0\2\0\0\0\0\0" + b"\xc0\x0c" * 32_000,
    "texts": b"\0\0\x84\0\0\0\0\1\0\0\0\0\0\0\x10\0\1\0\0\0\x78\xff\xe0" + b"\1a" * 32_700,
    "headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000,
    "one header": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 65_000,
    "nested": b"\x30\x82\xff\xff" * 16_000,
    "side by side": b"\x30\x83\x00\xff\xf0" + b"\x05\x00" * 32_000,
    "brackets": b"\xff" + bytes(13) + b"\xfb\x05\xff\xff\0\0" + b'{"a":' * 13_000,
    "quotes": b"\xff" + bytes(13) + b"\xfb\x05\xff\xff\0\0" + b'"' * 65_000,
    "search": b"\xb3\0\xff\0" + bytes(16) + b"\xff\xff" + b"a:b\n" * 16_000,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", LARGE)
def test_the_largest_datagram_is_read_or_refused_at_once(name: str, kind: str) -> None:
    started = time.process_time()
    with suppress(PeerError):
        READERS[name](LARGE[kind])
    assert time.process_time() - started < 1.0
