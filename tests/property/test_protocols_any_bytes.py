"""Whatever a device sends, every reader ends in a value or a PeerError, and nothing else."""

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custodes.errors import PeerError
from custodes.protocols import (
    auth_challenge,
    der,
    dhip,
    http,
    mac,
    messages,
    onvif,
    rtp,
    rtsp,
    sadp,
    sdp,
    tls,
    ws_discovery,
    xml,
)

GUID = "8282F1DB-2FA6-4709-B261-3C6B6A48CA17"
HOSTILE = (
    b"",
    b"\x00" * 1000,
    b"\xff\xfe" + b"\xd8\x00" * 100,
    b"<a>" * 10_000,
    b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    b'<?xml version="1.0" encoding="utf-16"?><a>',
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 12_000,
    b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Encoding: gzip\n\n3\nabc\n0\n\n",
    b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"$\x00\xff\xff" + bytes(70_000),
    b"GET / HTTP/1.1\r\n" + b" folded\r\n" * 600 + b"\r\n",
    b'"' * 5000,
)
# What real messages are made of, so that the search gets past the first check.
PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"RTSP/1.0 401 Unauthorized\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: -5, 7\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: deflate\r\n",
        b"WWW-Authenticate: Digest realm=\"a, nonce='\r\n",
        b"\r\n",
        b"\n",
        b" ",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"$\x01\x00\x02ab",
        b"<ProbeMatch>",
        b"<d:ProbeMatch xmlns:d='x'>",
        b"</ProbeMatch>",
        b"<Types>inquiry</Types>",
        b"<XAddrs>http://a</XAddrs>",
        b"<Fault><Code><Value>ter:x</Value></Code></Fault>",
        b"<title>",
        b"<link rel=icon href=",
        b'charset="utf-16"',
        b"\x20\x00\x00\x00DHIP" + bytes(8) + b"\x08\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0",
        b'{"method":"x","params":{"deviceInfo":{"mac":',
        b'"\\ud800"',
        b"}}}",
        b"v=0\r\ns=x\r\n",
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",
        b"\x80\x60\x00\x01" + bytes(8) + b"\x7c\x85abc",
        b"\x30\x82\x01\x00\x02\x01",
        b"\x30\x04\x30\x02",
        b"\x02\x01\x00\x30\x00\x30\x00\x30\x00\x30\x00",
        b"\x31\x09\x30\x07\x06\x03\x55\x04\x03\x1e\x00",
        b"&#x110000;&#0;&amp;",
    ]
)
WIRE = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=14).map(b"".join),
)


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def read_requests(data: bytes) -> None:
    reader = http.RequestReader(limit_bytes=1000, head_limit=1000)
    while reader.feed(data) is not None:
        data = b""


def read_rtsp_requests(data: bytes) -> None:
    reader = rtsp.RequestReader(limit_bytes=1000, head_limit=1000)
    while reader.feed(data) is not None:
        data = b""


READERS: dict[str, Callable[[bytes], object]] = {
    "http.parse": http.parse,
    "http.parse.text": lambda data: http.parse(data).text,
    "http.RequestReader": read_requests,
    "http.title": http.title,
    "http.icon_links": http.icon_links,
    "http.body_text": lambda data: http.body_text(data, text(data)),
    "auth_challenge": lambda data: auth_challenge.challenges([text(data)]),
    "messages.parse_head": messages.parse_head,
    "rtsp.parse": rtsp.parse,
    "rtsp.RequestReader": read_rtsp_requests,
    "sadp.parse": lambda data: (a := sadp.parse(data)) and (a.mac, a.software, a.activated),
    "sadp.read_inquiry": sadp.read_inquiry,
    "sadp.software_version": lambda data: sadp.software_version(text(data)),
    "sadp.split_serial": lambda data: sadp.split_serial(text(data), text(data[:3])),
    "dhip.parse": lambda data: (m := dhip.parse(data)) and (m.realm, m.mac, m.said("Vendor")),
    "dhip.parse_body": dhip.parse_body,
    "dhip.recover": lambda data: dhip.recover(text(data)),
    "ws_discovery.parse": ws_discovery.parse,
    "ws_discovery.read_probe": ws_discovery.read_probe,
    "onvif.device_information": onvif.device_information,
    "onvif.scopes": onvif.scopes,
    "onvif.services": onvif.services,
    "onvif.date_time": onvif.date_time,
    "onvif.fault": onvif.fault,
    "onvif.operation_of": onvif.operation_of,
    "xml.parse": lambda data: list(xml.parse(data).walk()),
    "xml.parse.text": lambda data: xml.parse(text(data)),
    "xml.fields": lambda data: xml.fields(text(data)),
    "tls.read": tls.read,
    "der.certificate": der.certificate,
    "mac.normalise": lambda data: mac.normalise(text(data)),
    "mac.is_usable": lambda data: mac.is_usable(text(data)),
    "sdp.parse": sdp.parse,
    "rtp.parse": rtp.parse,
    "rtp.nal_units": lambda data: rtp.nal_units([data, data[1:], data]),
}


def ends_well(name: str, data: bytes) -> bool:
    """Raises whatever the reader raises, but for the one error that it may raise, which has a
    message to show."""
    try:
        READERS[name](data)
    except PeerError as error:
        return bool(str(error))
    return True


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None)
@given(data=WIRE)
def test_any_bytes_end_in_a_value_or_a_peer_error(name: str, data: bytes) -> None:
    assert ends_well(name, data)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data[:12]))
def test_well_known_hostile_bytes_end_in_a_value_or_a_peer_error(name: str, data: bytes) -> None:
    assert ends_well(name, data)


WHOLE = {
    "sadp.parse": sadp.build_answer(
        {
            "Types": "inquiry",
            "DeviceSN": "DS-K1T671M20210101AAWRF12345678",
            "MAC": "68-6d-bc-ee-f8-f0",
        }
    ),
    "dhip.parse": dhip.build_answer(dhip.notice({"Vendor": "Dahua"}, "e0:50:8b:01:02:03")),
    "ws_discovery.parse": ws_discovery.build_hello(
        message_id=GUID,
        endpoint="urn:uuid:1",
        types=["tds:Device"],
        scopes=["a b"],
        xaddrs=["http://h"],
    ),
    "onvif.device_information": onvif.build_device_information({"Model": "M", "SerialNumber": "1"}),
    "http.parse.text": http.response(200, "OK", headers=[("Content-Length", "2")], body=b"hi"),
    "rtsp.parse": rtsp.response(200, "OK", headers=[("CSeq", "1")]),
}


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 2000), value=st.binary(max_size=3), cut=st.integers(0, 2000))
@example(at=0, value=b"\x00", cut=2000)
def test_damaged_answers_end_in_a_value_or_a_peer_error(
    name: str, at: int, value: bytes, cut: int
) -> None:
    whole = WHOLE[name]
    at %= len(whole)
    damaged = (whole[:at] + value + whole[at + len(value) :])[:cut]
    assert ends_well(name, damaged)


REPEATED = (
    b"a",
    b'"',
    b"<a",
    b"<a ",
    b"<a>",
    b'<a b="',
    b"&",
    b"&#1",
    b"\r\n",
    b" \n",
    b"a:\n",
    b"a=",
    b'a="\\',
    b"a ",
    b"$\x00\x00\x00",
    b"m=a\n",
    b"<title",
    b"<link ",
    b"<ProbeMatch>",
    b'{"a":',
    b'"a":1,',
    b"0",
    b"\x18\x00\x01a",
    b"\xc3",
)


@pytest.mark.parametrize("name", READERS)
def test_long_repetitions_are_read_in_linear_time(name: str) -> None:
    """A quadratic reader would need minutes for these; a linear one needs milliseconds."""
    for piece in REPEATED:
        data = piece * (64_000 // len(piece))
        started = time.process_time()
        ends_well(name, dhip.pack(data) if name == "dhip.parse" else data)
        assert time.process_time() - started < 2, piece
