"""Captures and what lies in them: files, links, IP, TCP, ARP, DHCP, the clear part of TLS."""

from ipaddress import ip_address
from types import ModuleType

import pytest

from custodes.errors import PeerError
from custodes.protocols import arp, dhcp, ethernet, ip, pcap, pcapng, tcp, tls_hello

A, B = ip_address("192.0.2.1").packed, ip_address("192.0.2.2").packed
SIX = ip_address("2001:db8::1").packed, ip_address("2001:db8::2").packed
M, N = bytes.fromhex("4447cc000010"), bytes.fromhex("accc8e000002")
UDP_PACKET = ip.build(A, B, ip.UDP, ip.build_udp(1, 2, b"hello"))


def test_a_head_that_is_built_is_read_again() -> None:
    head = pcap.parse_head(pcap.build_head(ethernet.ETHERNET))
    assert (head.order, head.per_second, head.link) == ("<", pcap.MICRO, ethernet.ETHERNET)


@pytest.mark.parametrize(
    ("magic", "order", "per_second"),
    [("a1b2c3d4", ">", pcap.MICRO), ("a1b23c4d", ">", pcap.NANO), ("4d3cb2a1", "<", pcap.NANO)],
)
def test_the_first_number_says_order_and_unit_of_time(
    magic: str, order: str, per_second: int
) -> None:
    link = (1).to_bytes(4, "big" if order == ">" else "little")
    head = pcap.parse_head(bytes.fromhex(magic) + bytes(16) + link)
    assert (head.order, head.per_second, head.link) == (order, per_second, 1)


@pytest.mark.parametrize("data", [b"", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xcd\x34" + bytes(20)])
def test_what_is_no_capture_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        pcap.parse_head(data)


@pytest.mark.parametrize(
    ("options", "per_second", "offset_s"),
    [
        (b"", 10**6, 0),
        (b"\x09\0\x01\0\x09\0\0\0", 10**9, 0),
        (b"\x09\0\x01\0\x8a\0\0\0", 2**10, 0),
        (b"\x0e\0\x08\0" + (5).to_bytes(8, "little"), 10**6, 5),
        (b"\x0e\0\x08\0" + b"\xff" * 8, 10**6, -1),
        (b"\x02\0\x03\0et0\0" + b"\x09\0\x01\0\x03\0\0\0" + bytes(4), 1000, 0),
        (b"\x09\0\xff\xff\x09", 10**6, 0),
    ],
)
def test_an_interface_has_its_own_clock(
    capture: ModuleType, options: bytes, per_second: int, offset_s: int
) -> None:
    found = pcapng.interface(capture.interface(options=options), "<")
    assert (found.per_second, found.offset_s, found.link) == (per_second, offset_s, 1)


def test_a_clock_that_no_machine_has_is_refused(capture: ModuleType) -> None:
    with pytest.raises(PeerError, match="clock"):
        pcapng.interface(capture.interface(options=b"\x09\0\x01\0\x7f\0\0\0"), "<")


def test_packets_of_every_kind_of_block_are_read(capture: ModuleType) -> None:
    new = pcapng.packet(capture.packet_block(2**40 + 7, b"abc", number=3), "<", 0)
    assert (new.interface, new.ticks, new.data) == (3, 2**40 + 7, b"abc")
    body = (2).to_bytes(2, "little") + bytes(2) + bytes(4) + (9).to_bytes(4, "little")
    body += (3).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"abc"
    old = pcapng.packet(capture.block(pcapng.OLD_PACKET, body), "<", 0)
    assert (old.interface, old.ticks, old.wire_bytes, old.data) == (2, 9, 5, b"abc")
    simple = capture.block(pcapng.SIMPLE_PACKET, (6).to_bytes(4, "little") + b"abcdef")
    found = pcapng.packet(simple, "<", 4)
    assert (found.ticks, found.wire_bytes, found.data) == (None, 6, b"abcd")


def test_a_packet_longer_than_its_block_is_refused(capture: ModuleType) -> None:
    block = bytearray(capture.packet_block(1, b"abcd"))
    block[20:24] = (1000).to_bytes(4, "little")
    with pytest.raises(PeerError, match="longer than its block"):
        pcapng.packet(bytes(block), "<", 0)


@pytest.mark.parametrize("size", [0, 8, 13, 2**31])
def test_a_block_of_an_impossible_length_is_refused(size: int) -> None:
    with pytest.raises(PeerError, match="length"):
        pcapng.block_size(bytes(4) + size.to_bytes(4, "little"), 0, "<")


LINKS = {
    "ethernet": (ethernet.ETHERNET, N + M + b"\x08\0", M),
    "a tag": (ethernet.ETHERNET, N + M + b"\x81\0\0\x07\x08\0", M),
    "a tag in a tag": (ethernet.ETHERNET, N + M + b"\x88\xa8\0\x07\x81\0\0\x08\x08\0", M),
    "pppoe": (ethernet.ETHERNET, N + M + b"\x88\x64\x11\0\0\1\0\x22\0\x21", M),
    "cooked": (ethernet.COOKED, b"\0\0\0\1\0\6" + M + bytes(2) + b"\x08\0", M),
    "cooked 2": (ethernet.COOKED2, b"\x08\0" + bytes(8) + b"\0\6" + M + bytes(2), M),
    "raw": (ethernet.RAW, b"", b""),
    "raw as BSD numbers it": (12, b"", b""),
    "null, little": (ethernet.NULL, b"\2\0\0\0", b""),
    "null, big": (ethernet.NULL, b"\0\0\0\2", b""),
    "loop": (ethernet.LOOP, b"\0\0\0\2", b""),
}


@pytest.mark.parametrize("name", LINKS)
def test_every_link_leads_to_its_packet(name: str) -> None:
    link, head, source = LINKS[name]
    found = ethernet.parse(head + UDP_PACKET, link)
    assert (found.kind, found.at, found.source) == (ethernet.IPV4, len(head), source)


@pytest.mark.parametrize("name", LINKS)
def test_a_frame_that_is_cut_anywhere_is_refused_or_read_so_far(name: str) -> None:
    link, head, _ = LINKS[name]
    for end in range(len(head)):
        try:
            found = ethernet.parse(head[:end], link)
        except PeerError:
            continue
        assert found.at <= len(head)


def test_tags_without_end_are_refused() -> None:
    with pytest.raises(PeerError, match="tags"):
        ethernet.parse(N + M + b"\x81\0\0\1" * 50, ethernet.ETHERNET)


def test_a_packet_says_who_sends_what_to_whom() -> None:
    found = ip.parse(UDP_PACKET + b"padding")
    assert (found.source, found.target, found.protocol, found.size) == (A, B, ip.UDP, 33)
    assert UDP_PACKET[found.at : found.end] == ip.build_udp(1, 2, b"hello")


def test_a_length_that_the_card_left_to_itself_is_what_was_captured() -> None:
    packet = bytearray(UDP_PACKET)
    packet[2:4] = b"\0\0"
    assert ip.parse(bytes(packet)).size == len(packet)


def test_extensions_of_ipv6_are_passed_over() -> None:
    inner = ip.build_udp(1, 2, b"x")
    options = bytes([43, 0]) + bytes(6)  # hop-by-hop, then routing, then an authentication head
    routing = bytes([51, 1]) + bytes(14)
    authentication = bytes([ip.UDP, 1]) + bytes(10)
    found = ip.parse(ip.build(*SIX, 0, options + routing + authentication + inner))
    assert (found.protocol, found.part) == (ip.UDP, None)
    assert found.at == 40 + 8 + 16 + 12


def test_extensions_without_end_are_refused() -> None:
    with pytest.raises(PeerError, match="too many"):
        ip.parse(ip.build(*SIX, 60, bytes([60, 0, 0, 0, 0, 0, 0, 0]) * 40))


def fragments(data: bytes, size: int) -> list[bytes]:
    return [
        ip.build(A, B, ip.UDP, data[at : at + size], part=ip.Part(7, at, at + size < len(data)))
        for at in range(0, len(data), size)
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_fragments_are_put_together_in_any_order(order: int) -> None:
    data, whole = bytes(range(200)), None
    holder = ip.Reassembler()
    for packet in fragments(data, 48)[::order]:
        found = ip.parse(packet)
        whole = holder.add(found, packet[found.at : found.end])
    assert whole == data


def test_fragments_beyond_any_datagram_are_refused_and_waiting_ones_are_bounded() -> None:
    holder = ip.Reassembler()
    packet = ip.Packet(A, B, ip.UDP, 0, 8, 8, 64, ip.Part(1, 65_528, False))
    with pytest.raises(PeerError):
        holder.add(packet, bytes(16))
    for number in range(1_000):
        part = ip.Part(number, 8, True)
        assert holder.add(ip.Packet(A, B, ip.UDP, 0, 8, 8, 64, part), bytes(8)) is None
    assert holder.let_go == 1_000 - ip.MAX_WAITING


def test_a_segment_is_read_and_a_cut_one_refused() -> None:
    segment = tcp.build(5, 6, 77, b"hi", tcp.SYN)
    found = tcp.parse(segment, 0, len(segment))
    assert (found.source_port, found.target_port, found.sequence, found.flags) == (5, 6, 77, 2)
    assert segment[found.at :] == b"hi"
    with pytest.raises(PeerError):
        tcp.parse(segment, 0, 19)


def test_of_bytes_that_come_twice_the_first_count() -> None:
    stream = tcp.Stream()
    stream.feed(10, b"", opens=True)
    stream.feed(11, b"GET /a")
    stream.feed(15, b"EVIL and more")
    assert bytes(stream.content) == b"GET /aIL and more"


def test_segments_that_come_early_wait_and_a_gap_ends_it() -> None:
    stream = tcp.Stream(limit_bytes=64)
    stream.feed(2**32 - 2, b"ab")
    stream.feed(4, b"gh")
    stream.feed(0, b"cdef")
    stream.feed(100, b"far away")
    assert bytes(stream.content) == b"abcdefgh"
    assert stream.held_bytes <= 3 * 64


def test_a_stream_is_cut_at_its_limit() -> None:
    stream = tcp.Stream(limit_bytes=4)
    assert stream.feed(1, b"abcdefgh")
    assert (bytes(stream.content), stream.full) == (b"abcd", True)


def test_arp_tells_the_sender_and_a_probe_nothing() -> None:
    message = b"\0\1\x08\0\6\4\0\1" + M + A + bytes(6) + B
    assert arp.parse(message) == (M, A)
    assert arp.parse(message[:14] + bytes(4) + message[18:]) is None
    for bad in (message[:27], b"\0\2" + message[2:]):
        with pytest.raises(PeerError):
            arp.parse(bad)


def test_ipv6_neighbours_tell_their_hardware_address() -> None:
    advert = bytes([136, 0, 0, 0, 0x60, 0, 0, 0]) + SIX[0] + b"\x02\x01" + M
    assert arp.neighbour(SIX[1], advert) == (M, SIX[0])
    asks = bytes([135]) + bytes(7) + SIX[1] + b"\x01\x01" + N
    assert arp.neighbour(SIX[0], asks) == (N, SIX[0])
    assert arp.neighbour(SIX[0], advert[:20] + b"\0" * 30) is None
    assert arp.neighbour(SIX[0], b"") is None


def test_dhcp_says_who_asks() -> None:
    options = {53: b"\x03", 12: b"CAM\0", 60: b"AXIS,Network\nCamera", 55: b"\x01\x03"}
    found = dhcp.parse(dhcp.build(mac=M, options=options))
    assert (found.kind, found.mac, found.text(dhcp.HOSTNAME)) == (3, M, "CAM")
    assert found.lines() == (
        "option12(hostname)=CAM\noption60(vendor class)=AXIS,Network Camera\noption55=1,3\n"
    )


@pytest.mark.parametrize("end", [0, 100, 239])
def test_dhcp_that_is_cut_is_refused(end: int) -> None:
    with pytest.raises(PeerError):
        dhcp.parse(dhcp.build(mac=M, options={53: b"\1"})[:end])


def test_the_name_and_the_certificate_of_tls_are_read(capture: ModuleType) -> None:
    client = tls_hello.parse(capture.client_hello("P2P.Example.org"))
    assert (client.client, client.server_name) == (True, "p2p.example.org")
    server = tls_hello.parse(capture.server_hello(b"certificate"))
    assert (server.version, server.certificates) == ("TLSv1.2", (b"certificate",))


@pytest.mark.parametrize("name", ["a b", "", "\x00evil", "x" * 300])
def test_a_name_that_dns_could_not_hold_is_none(capture: ModuleType, name: str) -> None:
    assert tls_hello.parse(capture.client_hello(name)).server_name == ""


def test_tls_that_is_cut_anywhere_is_refused_or_read_so_far(capture: ModuleType) -> None:
    for whole in (capture.client_hello("cam.example"), capture.server_hello(b"x" * 50)):
        for end in range(len(whole)):
            try:
                found = tls_hello.parse(whole[:end])
            except PeerError:
                continue
            assert found.server_name in {"", "cam.example"}
            assert found.certificates in {(), (b"x" * 50,)}
