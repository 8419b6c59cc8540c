"""What one side of a conversation says of itself: the readers for datagrams and for streams. Pure.

Only what a device says is kept, and of that no log-in: custodes.find.listen.discreet. What cannot
be read says nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from custodes.errors import PeerError
from custodes.find.listen import discreet
from custodes.protocols import (
    dhip,
    dns,
    dvrip,
    messages,
    rtsp,
    sadp,
    sofia,
    ssdp,
    tls,
    tls_hello,
    ws_discovery,
)
from custodes.protocols import http as web
from custodes.protocols.charsets import decode
from custodes.units import KIB

MAX_ANSWERS = 8  # of one conversation
MAX_BANNER = 512
LOGIN = "login.cleartext"


class Said(NamedTuple):
    """What was said; of `target` it speaks of the one it was said to."""

    field: str
    payload: str | bytes
    target: bool = False


# --- streams ------------------------------------------------------------------------------------

_CLIENT = (b"GET ", b"POST", b"HEAD", b"PUT ", b"DELE", b"OPTI", b"DESC", b"SETU", b"PLAY", b"ANNO")
LIMITS = {
    "request": 8 * KIB,
    "http": 32 * KIB,
    "rtsp": 32 * KIB,
    "tls": 32 * KIB,
    "ssh": KIB,
    "ftp": KIB,
    "ftp-client": 2 * KIB,
    "telnet": 2 * KIB,
    "dhip": 4 * KIB,
    "sip": 8 * KIB,
}


def kind_of(data: bytes, source_port: int, target_port: int) -> str | None:
    """What a stream begins like: a key of LIMITS, "" for nothing known, None for too early."""
    if len(data) < 4:
        return None
    begins = bytes(data[:8])
    if begins.startswith(_CLIENT):
        return "request"
    if begins.startswith((b"HTTP", b"RTSP/")):
        return "http" if begins.startswith(b"HTTP") else "rtsp"
    if tls_hello.begins(begins):
        return "tls"
    if begins == dhip.MAGIC[: len(begins)]:
        return "dhip"
    for word, kind in ((b"SSH-", "ssh"), (b"SIP/", "sip"), (b"REGI", "sip"), (b"INVI", "sip")):
        if begins.startswith(word):
            return kind
    return _by_port(begins, source_port, target_port)


def _by_port(begins: bytes, source_port: int, target_port: int) -> str:
    if source_port == 21 and begins[:3] in {b"220", b"120"}:
        return "ftp"
    if target_port == 21 and begins[:4].upper() in {b"USER", b"PASS", b"AUTH", b"FEAT", b"SYST"}:
        return "ftp-client"
    if source_port == 23 or begins[:2] in {b"\xff\xfb", b"\xff\xfd", b"\xff\xfe", b"\xff\xfc"}:
        return "telnet" if source_port < target_port else ""
    return ""


def stream(kind: str, data: bytes) -> list[Said]:
    """What the beginning of one direction says; what breaks its format ends there."""
    found: list[Said] = []
    with suppress(PeerError):
        for said in _STREAMS[kind](data):
            found.append(said)  # noqa: PERF402 - what was whole before an error stands
    return found


def _request(data: bytes) -> Iterator[Said]:
    """A client's requests: whom it means, and whether it logs in so that everybody can read it."""
    head = messages.parse_head(data[: 4 * KIB].partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    name = host_name(head.header("host") or "")
    if name:
        yield Said("peer.name", name)
    how = discreet.http_login(data)
    if how:
        protocol = "RTSP" if b" RTSP/1" in data[:KIB] else "HTTP"
        yield Said(LOGIN, f"{protocol}: {how}", target=True)


def host_name(host: str) -> str:
    """The name in a Host header; empty for an address and for what is no name.

    >>> host_name("Dev.Hik-Connect.com:443"), host_name("192.0.2.7"), host_name("[::1]:80")
    ('dev.hik-connect.com', '', '')
    """
    name = host.strip().rpartition("@")[2].partition(":")[0].rstrip(".").casefold()
    labels = name.split(".")
    good = len(name) <= 253 and len(labels) > 1 and not labels[-1].isdigit()
    clean = all(x and x.isascii() and x.replace("-", "").replace("_", "").isalnum() for x in labels)
    return name if good and clean else ""


def _http(data: bytes) -> Iterator[Said]:
    at = 0
    for _ in range(MAX_ANSWERS):
        end = data.find(b"\r\n\r\n", at)
        if end < 0 or not data.startswith(b"HTTP/", at):
            return
        head = messages.parse_head(data[at : end + 4])
        yield Said("http.response", discreet.head(decode(head.raw)))
        size = messages.length(head)
        body = data[end + 4 :] if size is None else data[end + 4 : end + 4 + size]
        kind = head.header("content-type") or ""
        if "html" in kind and not head.header("content-encoding") and (t := web.title(body, kind)):
            yield Said("http.title", t)
        if size is None:
            return
        at = end + 4 + size


def _rtsp(data: bytes) -> Iterator[Said]:
    reader = rtsp.ResponseReader(32 * KIB)
    reply = reader.feed(data)
    for _ in range(MAX_ANSWERS):
        if reply is None:
            return
        text = discreet.head(decode(reply.raw_head))
        kind = reply.header("content-type") or ""
        body = discreet.body(reply.text) if "sdp" in kind.lower() else ""
        yield Said("rtsp.response", text + body)
        reply = reader.feed(b"")


def _tls(data: bytes) -> Iterator[Said]:
    hello = tls_hello.parse(data)
    if hello.client:
        if name := host_name(hello.server_name):
            yield Said("peer.name", name)
        return
    yield Said("tls.protocol", hello.version)
    if hello.certificates:
        yield Said("tls.certificate", hello.certificates[0])
        read = tls.read(hello.certificates[0])
        yield Said("tls.subject", read.subject)
        yield Said("tls.issuer", read.issuer)


def _line(field: str) -> Callable[[bytes], Iterator[Said]]:
    def first(data: bytes) -> Iterator[Said]:
        line, end, _ = data[:MAX_BANNER].partition(b"\n")
        if end and line.strip():
            yield Said(field, line.rstrip(b"\r") + b"\r\n")

    return first


def _ftp_client(data: bytes) -> Iterator[Said]:
    if b"PASS " in data.upper():
        yield Said(LOGIN, "FTP: password", target=True)


_PROMPTS = (b"login:", b"username:", b"user name:", b"user:", b"password:")


def _telnet(data: bytes) -> Iterator[Said]:
    """What a server says up to its first question; behind that it repeats what people type."""
    lower = data.lower()
    places = [(lower.find(p), len(p)) for p in _PROMPTS if p in lower]
    if places:
        at, size = min(places)
        yield Said("telnet.banner", data[: min(at + size, MAX_BANNER)])
    if b"password:" in lower:
        yield Said(LOGIN, "Telnet: password")


def _dhip(data: bytes) -> Iterator[Said]:
    message = dhip.parse(data)
    if message.realm and "random" in message.params:
        yield Said("dhip.global.login.challenge", message.body_text)


def _sip(data: bytes) -> Iterator[Said]:
    head = messages.parse_head(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    for header, field in (("server", "sip.banner"), ("user-agent", "sip.user_agent")):
        if value := head.header(header):
            yield Said(field, value[:MAX_BANNER])
    if (head.header("authorization") or "").casefold().startswith("basic"):
        yield Said(LOGIN, "SIP: Basic", target=True)


_STREAMS: dict[str, Callable[[bytes], Iterator[Said]]] = {
    "request": _request,
    "http": _http,
    "rtsp": _rtsp,
    "tls": _tls,
    "ssh": _line("ssh.banner"),
    "ftp": _line("ftp.banner"),
    "ftp-client": _ftp_client,
    "telnet": _telnet,
    "dhip": _dhip,
    "sip": _sip,
}

# --- datagrams ----------------------------------------------------------------------------------

SNMP_PORT, SIP_PORT = 161, 5060
MDNS_PORT = 5353


def datagram(source_port: int, target_port: int, data: bytes) -> list[Said]:
    """What a datagram of one of the ports below says of its sender; [] for what cannot be read."""
    for ports, reader in _DATAGRAMS:
        if source_port in ports or target_port in ports:
            try:
                return list(reader(data))
            except PeerError:
                return []
    return []


def _mdns(data: bytes) -> Iterator[Said]:
    if len(data) > 2 and data[2] & 0x80 and dns.parse(data).records:
        yield Said("mdns.packet", data)


def _ssdp(data: bytes) -> Iterator[Said]:
    if ssdp.parse(data).kind in {"answer", "alive", "update"}:
        yield Said("ssdp.packet", discreet.head(decode(data)))


def _wsd(data: bytes) -> Iterator[Said]:
    kinds = {"match": "onvif.ProbeMatch", "hello": "onvif.Hello"}
    matches = ws_discovery.parse(data)
    if len({m.endpoint for m in matches}) == 1 and matches[0].kind in kinds:
        yield Said(kinds[matches[0].kind], matches[0].raw_xml)


def _sadp(data: bytes) -> Iterator[Said]:
    sadp.parse(data)
    yield Said("sadp.ProbeMatch", data)


def _dhip_notice(data: bytes) -> Iterator[Said]:
    message = dhip.parse(data)
    if message.method == dhip.NOTIFY:
        yield Said("dhip.client.notifyDevInfo", message.body_text)


def _dvrip(data: bytes) -> Iterator[Said]:
    if dvrip.parse(data).mac:
        yield Said("udp.discovery", data)


def _sofia(data: bytes) -> Iterator[Said]:
    yield Said("udp.discovery", sofia.parse(data).text)


def _snmp(data: bytes) -> Iterator[Said]:
    """Versions 1 and 2c carry their password in every message; it is not read."""
    head = data[2:8]
    if data[:1] == b"\x30" and (b"\x02\x01\x00\x04" in head or b"\x02\x01\x01\x04" in head):
        yield Said(LOGIN, "SNMP: community", target=True)


_DATAGRAMS: tuple[tuple[frozenset[int], Callable[[bytes], Iterator[Said]]], ...] = (
    (frozenset({MDNS_PORT}), _mdns),
    (frozenset({ssdp.PORT}), _ssdp),
    (frozenset({ws_discovery.PORT}), _wsd),
    (frozenset({sadp.PORT}), _sadp),
    (frozenset({dhip.PORT}), _dhip_notice),
    (frozenset({dvrip.PORT}), _dvrip),
    (frozenset({sofia.PORT}), _sofia),
    (frozenset({SIP_PORT}), _sip),
    (frozenset({SNMP_PORT}), _snmp),
)
UDP_PORTS = frozenset(port for ports, _ in _DATAGRAMS for port in ports)
