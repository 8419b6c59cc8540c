"""Every parser that reads what a device, a file or an operator sent, and what it starts from.

A target takes any bytes and ends in a value or in one of our errors. `tests/unit/test_fuzz.py`
holds that no wire format, no file format and no observation field is left out.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from custodes.find.facts import facts_of
from custodes.find.identify.core import identify
from custodes.find.identify.explain import explain
from custodes.find.inspect.redact import redact
from custodes.find.listen.ear import Ear
from custodes.find.listen.listener import Listener
from custodes.find.read.formats import Reader, formats
from custodes.knowledge import fingerprints, tables
from custodes.observation import FIELDS, observe, read_line
from custodes.protocols import (
    arp,
    auth_challenge,
    ber,
    charsets,
    dahua_rpc2,
    der,
    dhcp,
    dhip,
    digest,
    dns,
    dvrip,
    ethernet,
    http,
    ip,
    mac,
    mdns,
    messages,
    neighbours,
    onvif,
    pcap,
    pcapng,
    rtnetlink,
    rtp,
    rtsp,
    sadp,
    sdp,
    snmp,
    sofia,
    ssdp,
    tcp,
    tls,
    tls_hello,
    ws_discovery,
    xml,
)
from custodes.protocols.media_marks.reader import MediaMarks

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "data" / "read"
# Wire formats that only write, or whose reading is another's: nothing comes in through them.
WRITE_ONLY = frozenset({"h264", "ws_security"})


@dataclass(frozen=True)
class Target:
    """One parser: `run` takes any bytes; `seeds` are texts from which the search starts."""

    name: str
    run: Callable[[bytes], object]
    seeds: Sequence[bytes] = field(default_factory=tuple)


def text(data: bytes) -> str:
    """The bytes as a text that loses none of them."""
    return data.decode("utf-8", "surrogateescape")


def targets() -> list[Target]:
    """Every target, each under its own name."""
    return [*_wire(), *_files(), *_fields(), *_others()]


def _wire() -> Iterator[Target]:
    soap = [b"<s:Envelope><s:Body><tds:GetServicesResponse><tds:Service><tds:Namespace>x"]
    answer = [b'HTTP/1.1 401 X\r\nWWW-Authenticate: Digest realm="a", nonce="b"\r\n\r\n<title>x']
    reads: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
        "arp.parse": (arp.parse, [bytes.fromhex("0001080006040001") + bytes(20)]),
        "auth_challenge": (_challenges, [b'Digest realm="IP Camera(C1)", nonce="x", stale=FALSE']),
        "ber.values": (lambda d: list(ber.values(d)), [bytes.fromhex("30820004020101")]),
        "charsets.decode": (charsets.decode, [b'<meta charset="gb2312">\xc4\xe3']),
        "der.certificate": (der.certificate, [bytes.fromhex("308201003082")]),
        "dhcp.parse": (
            dhcp.parse,
            [dhcp.build(mac=bytes(6), options={12: b"cam", 60: b"AXIS,P3245"})],
        ),
        "dhip.parse": (dhip.parse, [dhip.search()]),
        "digest.demand": (lambda d: digest.demand(auth_challenge.challenges([text(d)])), answer),
        "dns.parse": (dns.parse, [mdns.query()]),
        "dvrip.parse": (dvrip.parse, [b"\xb3\x00" + bytes(130)]),
        "ethernet.parse": (_frames, [bytes(12) + b"\x81\x00\x00\x01\x08\x00E" + bytes(40)]),
        "http.parse": (lambda d: http.parse(d).text, answer),
        "http.title": (lambda d: (http.title(d), http.icon_links(d)), answer),
        "ip.parse": (ip.parse, [b"E\x00\x00\x1c" + bytes(5) + b"\x11" + bytes(20)]),
        "mac.normalise": (lambda d: mac.normalise(text(d)), [b"44:47:cc:00:00:01"]),
        "mdns.parse": (mdns.parse, [mdns.query()]),
        "messages.parse_head": (messages.parse_head, answer),
        "neighbours.line": (lambda d: neighbours.line(text(d)), _lines("neighbours.txt")),
        "onvif.services": (onvif.services, soap),
        "onvif.device_information": (onvif.device_information, soap),
        "onvif.scopes": (onvif.scopes, soap),
        "pcap": (_hear, [pcap.build_head(1) + pcap.build_record(1, bytes(60))]),
        "pcapng": (_hear, [pcapng.MAGIC + bytes.fromhex("1c0000004d3c2b1a") + bytes(20)]),
        "dahua_rpc2": (_rpc2, [b'{"params":{"realm":"Login to x","random":"1"},"session":1}']),
        "rtnetlink.messages": (lambda d: list(rtnetlink.messages(d)), [bytes(64)]),
        "rtp.parse": (rtp.parse, [b"\x80\x60" + bytes(20)]),
        "rtsp.parse": (rtsp.parse, [b"RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"]),
        "sadp.parse": (sadp.parse, [b"<ProbeMatch><Types>inquiry</Types><MAC>44-47</MAC>"]),
        "sdp.parse": (
            sdp.parse,
            [b"v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"],
        ),
        "snmp.parse": (lambda d: snmp.parse(d).record, [snmp.get(b"public", 1)]),
        "sofia.parse": (sofia.parse, [sofia.search()]),
        "ssdp.parse": (
            ssdp.parse,
            [b"HTTP/1.1 200 OK\r\nLOCATION: http://192.0.2.1/d.xml\r\n\r\n"],
        ),
        "tcp.parse": (lambda d: tcp.parse(d, 0, len(d)), [bytes(12) + b"\x50\x18" + bytes(20)]),
        "tls.read": (tls.read, [bytes.fromhex("3082010030820001")]),
        "tls_hello.parse": (tls_hello.parse, [bytes.fromhex("16030100200100001c0303") + bytes(30)]),
        "ws_discovery.parse": (ws_discovery.parse, soap),
        "xml.parse": (lambda d: list(xml.parse(d).walk()), soap),
        "xml.parse_cut": (lambda d: list(xml.parse_cut(d).walk()), soap),
        "media_marks": (lambda d: MediaMarks().feed(d), _media()),
    }
    return (Target(name, run, seeds) for name, (run, seeds) in reads.items())


def _rpc2(data: bytes) -> None:
    dahua_rpc2.opened(data)
    dahua_rpc2.result(data)
    dahua_rpc2.challenge(data)


def _challenges(data: bytes) -> object:
    return auth_challenge.challenges([text(data)])


def _frames(data: bytes) -> None:
    for link in ethernet.LINKS:
        ethernet.parse(data, link)


def _hear(data: bytes) -> None:
    listener = Listener()
    ear = Ear(listener)
    ear.feed(data)
    ear.close()
    list(listener.finish("fuzz"))


def _media() -> list[bytes]:
    return [
        b"\x00\x00\x00\x18ftypmp42" + bytes(12) + b"\x00\x00\x00\x20udta" + bytes(40),
        b"RIFF\x40\x00\x00\x00AVI LIST" + bytes(60),
        b"\x1a\x45\xdf\xa3" + bytes(60),
        b"\xff\xd8\xff\xe1\x00\x20Exif\x00\x00II*\x00\x08\x00\x00\x00" + bytes(40),
        b"DHAV\xfd" + bytes(60),
        b"IMKH" + bytes(60),
        b"\x00\x00\x01\xba\x44" + bytes(60),
    ]


def _lines(name: str) -> list[bytes]:
    path = SAMPLES / name
    return (
        path.read_bytes().splitlines()[:20] if path.exists() else [b"192.0.2.1 lladdr 0:1:2:3:4:5"]
    )


def _files() -> Iterator[Target]:
    """Every file format, under `file NAME`."""
    samples = [path.read_bytes()[:200_000] for path in sorted(SAMPLES.iterdir()) if path.is_file()]
    for form in formats():
        own = [data for data in samples if form.recognise(data)]
        yield Target(f"file {form.NAME}", partial(_read, form.NAME), own)
    yield Target("observation line", read_line, [b'{"field":"http.title","payload":"x","port":80}'])


def _read(form: str, data: bytes) -> None:
    with Reader(io.BytesIO(data), "f", size_bytes=len(data), form=form) as reader:
        for _ in reader:
            pass


def _fields() -> Iterator[Target]:
    """Every observation field through identification, its sentences, its facts and redaction."""
    known: dict[str, list[bytes]] = {}
    for rule in fingerprints.load():
        for name in rule.fields:
            known.setdefault(name, []).extend(e["text"].encode() for e in rule.yes[:1])
    for name in sorted(FIELDS):
        yield Target(f"field {name}", partial(_say, name), known.get(name, [])[:50])


def _say(name: str, data: bytes) -> None:
    seen = [observe(name, data, address="192.0.2.1", port=80)]
    explain(identify(seen))
    facts_of(seen)
    redact(name, data)


def _tables(data: bytes) -> None:
    for _ in tables.read(text(data), "x"):
        pass


def _others() -> Iterator[Target]:
    from custodes.find.teach.disguise import disguised
    from custodes.knowledge import firmware, models

    yield Target("teach disguise", lambda d: disguised(text(d)), [b"cam 4F0A12BPAZ00123 192.0.2.1"])
    yield Target(
        "firmware", lambda d: firmware.parse("Hikvision", text(d)), [b"V5.5.0 build 180101"]
    )
    yield Target("model", lambda d: models.describe("Dahua", text(d)), [b"IPC-HFW2431T-AS-S2"])
    yield Target("tables", _tables, [b'[[rule]]\nid = "x"\n'])
