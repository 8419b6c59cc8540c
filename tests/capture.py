"""Packets for tests: a small camera network, put into captures of either kind."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from custodes.find.listen.ear import Ear
from custodes.find.listen.listener import Listener
from custodes.find.listen.who import Network
from custodes.observation import Observation
from custodes.protocols import dns, ethernet, ip, pcap, pcapng, tcp

START_US = 1_791_000_000 * 1_000_000  # 2026-10-03T04:00:00Z
CAMERA, RECORDER, ROUTER = "4447cc000010", "accc8e000002", "b827eb000001"
CAMERA_AT, RECORDER_AT, RESOLVER_AT = "192.168.10.10", "192.168.10.2", "192.168.10.1"
CLOUD_AT = "198.51.100.7"
CLOUD = "p2p3.reolink.com"


def mac(text: str) -> bytes:
    return bytes.fromhex(text)


def addr(text: str) -> bytes:
    return ip_address(text).packed


def frame(source: str, target: str, packet: bytes, *, vlan: int = 0) -> bytes:
    kind = ethernet.IPV6 if packet[0] >> 4 == 6 else ethernet.IPV4
    return ethernet.build(mac(source), mac(target), kind, packet, vlan=vlan)


def udp(
    source: str, target: str, ports: tuple[int, int], data: bytes, *, hops_left: int = 64
) -> bytes:
    """An IP packet with a datagram."""
    content = ip.build_udp(*ports, data)
    return ip.build(addr(source), addr(target), ip.UDP, content, hops_left=hops_left)


@dataclass
class Connection:
    """Both ends of a TCP connection; makes the IP packets of what they say."""

    client: str
    server: str
    client_port: int = 40_000
    server_port: int = 80
    at: tuple[int, int] = (1_000, 2_000)

    def open(self) -> Iterator[bytes]:
        yield self._packet(True, b"", tcp.SYN)
        yield self._packet(False, b"", tcp.SYN | tcp.ACK)
        self.at = (self.at[0] + 1, self.at[1] + 1)

    def says(self, data: bytes, *, flags: int = tcp.ACK) -> bytes:
        return self._said(True, data, flags)

    def answers(self, data: bytes, *, flags: int = tcp.ACK) -> bytes:
        return self._said(False, data, flags)

    def _said(self, by_client: bool, data: bytes, flags: int) -> bytes:
        packet = self._packet(by_client, data, flags)
        here, there = self.at
        self.at = (here + len(data), there) if by_client else (here, there + len(data))
        return packet

    def _packet(self, by_client: bool, data: bytes, flags: int) -> bytes:
        ends = [(self.client, self.client_port), (self.server, self.server_port)]
        numbers = list(self.at)
        if not by_client:
            ends.reverse()
            numbers.reverse()
        (source, sport), (target, tport) = ends
        segment = tcp.build(sport, tport, numbers[0], data, flags, acknowledged=numbers[1])
        return ip.build(addr(source), addr(target), ip.TCP, segment)


def capture(
    frames: Iterable[bytes], *, link: int = ethernet.ETHERNET, step_us: int = 1_000
) -> bytes:
    """A pcap file of packets, one after another."""
    records = (pcap.build_record(START_US + n * step_us, f) for n, f in enumerate(frames))
    return pcap.build_head(link) + b"".join(records)


def block(kind: int, body: bytes, order: str = "little") -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    size = (len(body) + 12).to_bytes(4, order)  # type: ignore[arg-type]
    return kind.to_bytes(4, order) + size + body + size  # type: ignore[arg-type]


def section(*, order: str = "little") -> bytes:
    magic = (0x1A2B3C4D).to_bytes(4, order)  # type: ignore[arg-type]
    version = (1).to_bytes(2, order) + bytes(2)  # type: ignore[arg-type]
    return block(pcapng.SECTION, magic + version + b"\xff" * 8, order)


def interface(
    link: int = ethernet.ETHERNET, *, options: bytes = b"", order: str = "little"
) -> bytes:
    head = link.to_bytes(2, order) + bytes(2) + (262_144).to_bytes(4, order)  # type: ignore[arg-type]
    return block(pcapng.INTERFACE, head + options, order)


def packet_block(
    ticks: int, data: bytes, *, number: int = 0, order: str = "little", extra: bytes = b""
) -> bytes:
    numbers = (number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    head = b"".join(n.to_bytes(4, order) for n in numbers)  # type: ignore[arg-type]
    return block(pcapng.PACKET, head + data + bytes(-len(data) % 4) + extra, order)


def capture_ng(frames: Iterable[bytes], *, order: str = "little", step_us: int = 1_000) -> bytes:
    """The same packets as a pcapng file."""
    packets = (packet_block(START_US + n * step_us, f, order=order) for n, f in enumerate(frames))
    return section(order=order) + interface(order=order) + b"".join(packets)


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def heard(
    data: bytes, *, networks: Iterable[Network] = (), chunk: int = 1 << 20
) -> list[Observation]:
    """What a whole capture tells."""
    listener = Listener(networks)
    ear = Ear(listener)
    found: list[Observation] = []
    for at in range(0, len(data), chunk):
        ear.feed(data[at : at + chunk])
        if listener.crowded:
            found += listener.take("test")
    ear.close()
    return found + list(listener.finish("test"))


def asks_dns(name: str, answer: str, *, client: str = CAMERA_AT) -> list[bytes]:
    """A question to DNS and its answer."""
    asked = [dns.Question(name)]
    question = dns.build(number=7, questions=asked)
    found = [dns.Record(name, dns.A, address=answer)]
    reply = dns.build(number=7, flags=dns.RESPONSE, questions=asked, records=found)
    return [
        frame(CAMERA, ROUTER, udp(client, RESOLVER_AT, (42_000, 53), question)),
        frame(ROUTER, CAMERA, udp(RESOLVER_AT, client, (53, 42_000), reply)),
    ]


def client_hello(name: str) -> bytes:
    """The first message of TLS."""
    text = name.encode()
    listed = b"\0" + len(text).to_bytes(2) + text
    extension = b"\0\0" + (len(listed) + 2).to_bytes(2) + len(listed).to_bytes(2) + listed
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0"
    body += len(extension).to_bytes(2) + extension
    return record(b"\x01" + len(body).to_bytes(3) + body)


def server_hello(certificate: bytes) -> bytes:
    """The first messages of a server of TLS 1.2, in one record each."""
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\xc0\x2f" + b"\0"
    held = len(certificate).to_bytes(3) + certificate
    listed = len(held).to_bytes(3) + held
    return record(b"\x02" + len(body).to_bytes(3) + body) + record(
        b"\x0b" + len(listed).to_bytes(3) + listed
    )


def record(message: bytes) -> bytes:
    return b"\x16\x03\x03" + len(message).to_bytes(2) + message


def conversation(pair: Connection, *said: tuple[str, bytes]) -> list[bytes]:
    """Frames of a camera (server) and a recorder (client); "c" is what the client says."""
    packets = list(pair.open())
    packets += [pair.says(d) if who == "c" else pair.answers(d) for who, d in said]
    return [
        frame(*((RECORDER, CAMERA) if p[12:16] == addr(pair.client) else (CAMERA, RECORDER)), p)
        for p in packets
    ]


def recorder_asks(port: int, *said: tuple[str, bytes]) -> list[bytes]:
    """A conversation of the recorder with a port of the camera."""
    return conversation(Connection(RECORDER_AT, CAMERA_AT, server_port=port), *said)
