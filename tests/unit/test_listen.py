"""Listening: what packets tell of devices, whose it is, and what is never kept."""

import json
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from types import ModuleType

import pytest

from custodes.find.listen import discreet
from custodes.find.listen.dissect import host_name
from custodes.find.listen.ear import Ear
from custodes.find.listen.listener import MAX_REASONS, OTHER, Listener
from custodes.observation import Observation
from custodes.protocols import dhcp, dhip, dns, ethernet, ip, mdns, sadp, tcp, ws_discovery

SECRET = "hunter2-geheim"
CAMERA_MAC = "44:47:cc:00:00:10"
SADP = {"Types": "inquiry", "DeviceDescription": "DS-2CD2143G2-I", "MAC": "44-47-cc-00-00-10"}


def of(found: Iterable[Observation], field: str) -> list[Observation]:
    return [one for one in found if one.field == field]


def talks(found: Iterable[Observation]) -> list[dict[str, object]]:
    return [{"device": one.device, **json.loads(one.payload)} for one in of(found, "flow.peer")]


def announced(capture: ModuleType) -> dict[str, tuple[tuple[int, int], bytes]]:
    """What devices say to their segment: field -> ports and datagram."""
    service = mdns.Service("AXIS P3245", "_axis-video._tcp", "axis.local", 80)
    guid = "8282F1DB-2FA6-4709-B261-3C6B6A48CA17"
    about = {
        "endpoint": f"urn:uuid:{guid}",
        "types": ["dn:NetworkVideoTransmitter"],
        "scopes": ["onvif://www.onvif.org/name/HIKVISION"],
        "xaddrs": ["http://192.168.10.10/onvif/device_service"],
    }
    hello = ws_discovery.build_hello(message_id=f"urn:uuid:{guid}", **about)
    match = ws_discovery.build_probe_match(message_id="urn:a", relates_to="urn:b", **about)
    notice = dhip.build_answer(dhip.notice({"DeviceType": "IPC-HFW"}, "4c:11:bf:00:00:01"))
    ssdp = b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: upnp:rootdevice\r\nSERVER: x\r\n\r\n"
    return {
        "mdns.packet": ((5353, 5353), mdns.build_answer([service])),
        "onvif.Hello": ((3702, 3702), hello),
        "onvif.ProbeMatch": ((3702, 50_000), match),
        "sadp.ProbeMatch": ((37_020, 37_020), sadp.build_answer(SADP)),
        "dhip.client.notifyDevInfo": ((37_810, 50_000), notice),
        "ssdp.packet": ((50_000, 1900), ssdp),
        "sip.user_agent": (
            (5060, 5060),
            b"REGISTER sip:x SIP/2.0\r\nUser-Agent: Akuvox R29\r\nAuthorization: Digest u\r\n\r\n",
        ),
    }


FIELDS = (
    "mdns.packet onvif.Hello onvif.ProbeMatch sadp.ProbeMatch dhip.client.notifyDevInfo"
    " ssdp.packet sip.user_agent"
).split()


@pytest.mark.parametrize("field", FIELDS)
def test_what_a_device_announces_is_an_observation_of_it(capture: ModuleType, field: str) -> None:
    ports, data = announced(capture)[field]
    packet = capture.udp(capture.CAMERA_AT, "239.255.255.250", ports, data)
    found = capture.heard(capture.capture([capture.frame(capture.CAMERA, "01005e7ffffa", packet)]))
    (one,) = of(found, field)
    assert (one.device, one.address) == (CAMERA_MAC, capture.CAMERA_AT)
    assert (one.port, one.transport, one.source) == (ports[0], "udp", "test")
    assert one.seen_at == datetime(2026, 10, 3, 4, 0, tzinfo=UTC)
    assert one.data == data or one.text in data.decode()


@pytest.mark.parametrize("field", FIELDS)
def test_the_same_packet_in_fragments_tells_the_same(capture: ModuleType, field: str) -> None:
    ports, data = announced(capture)[field]
    content = ip.build_udp(*ports, data)
    pieces = [
        ip.build(
            capture.addr(capture.CAMERA_AT), capture.addr("192.168.10.2"), ip.UDP,
            content[at : at + 64], part=ip.Part(9, at, at + 64 < len(content)),
        )
        for at in range(0, len(content), 64)
    ]  # fmt: skip
    frames = [capture.frame(capture.CAMERA, capture.RECORDER, p) for p in reversed(pieces)]
    found = capture.heard(capture.capture(frames))
    assert len(of(found, field)) == 1
    sent = [t["bytes_out"] for t in talks(found) if t["device"] == CAMERA_MAC]
    assert sum(map(int, map(str, sent))) == sum(map(len, pieces))


def test_streams_of_a_device_tell_who_it_is(capture: ModuleType) -> None:
    page = b"<html><title>IPCamera Login</title></html>"
    web = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Type: text/html\r\nContent-Length: "
    web += str(len(page)).encode() + b"\r\n\r\n" + page
    sdp = b"v=0\r\ns=Media Presentation\r\n"
    described = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: "
    described += str(len(sdp)).encode() + b"\r\n\r\n" + sdp
    challenge = dhip.pack(b'{"params":{"realm":"Login to 4K0","random":"1"},"id":1}')
    frames = [
        *capture.recorder_asks(80, ("c", b"GET / HTTP/1.1\r\n\r\n"), ("s", web + web)),
        *capture.recorder_asks(554, ("c", b"DESCRIBE rtsp://x RTSP/1.0\r\n\r\n"), ("s", described)),
        *capture.recorder_asks(22, ("s", b"SSH-2.0-dropbear_2014.63\r\n")),
        *capture.recorder_asks(21, ("s", b"220 AXIS P3245 ready.\r\n"), ("c", b"USER a\r\n")),
        *capture.recorder_asks(37_777, ("s", challenge)),
    ]
    found = capture.heard(capture.capture(frames))
    assert of(found, "http.response")[0].text.startswith("HTTP/1.1 200 OK\r\nServer: App-webs/")
    assert of(found, "http.title")[0].text == "IPCamera Login"
    assert of(found, "rtsp.response")[0].text == described.decode()
    assert of(found, "ssh.banner")[0].text == "SSH-2.0-dropbear_2014.63\r\n"
    assert of(found, "ftp.banner")[0].text == "220 AXIS P3245 ready.\r\n"
    assert "Login to 4K0" in of(found, "dhip.global.login.challenge")[0].text
    assert {one.payload for one in of(found, "tcp.open")} == {"80", "554", "22", "21", "37777"}
    assert {one.device for one in found} == {CAMERA_MAC, "ac:cc:8e:00:00:02"}


def test_a_certificate_on_the_way_is_read(capture: ModuleType) -> None:
    from custodes.simulate.certificates import certificate

    der = ssl.PEM_cert_to_DER_cert(certificate("CN=www.hikvision.com,O=HIKVISION").decode())
    said = (("c", capture.client_hello("cam.example")), ("s", capture.server_hello(der)))
    found = capture.heard(capture.capture(capture.recorder_asks(443, *said)))
    (one,) = of(found, "tls.certificate")
    assert one.data == der
    assert of(found, "tls.subject")[0].text == "CN=www.hikvision.com,O=HIKVISION"
    assert of(found, "tls.protocol")[0].text == "TLSv1.2"


def log_ins() -> dict[str, tuple[int, tuple[tuple[str, bytes], ...]]]:
    """Log-ins in clear, as they pass: name -> port of the device, what was said."""
    import base64

    basic = base64.b64encode(f"admin:{SECRET}".encode()).decode()
    get = f"GET /ISAPI/System/deviceInfo HTTP/1.1\r\nHost: 192.168.10.10\r\nAuthorization: Basic {basic}\r\nCookie: WebSession={SECRET}\r\n\r\n"  # noqa: E501
    answer = (
        f"HTTP/1.1 200 OK\r\nServer: webserver\r\nSet-Cookie: WebSession={SECRET}; path=/\r\n"
        f'Authentication-Info: rspauth="{SECRET}",\r\n {SECRET}\r\nX-Auth-Token: {SECRET}\r\n'
        f"Location: http://admin:{SECRET}@192.168.10.10/a?pwd={SECRET}\r\n"
        f"Content-Type: text/html\r\nContent-Length: 40\r\n\r\n<p>{SECRET}</p>".ljust(500)
    )
    describe = f"DESCRIBE rtsp://admin:{SECRET}@192.168.10.10/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    sdp = f"v=0\r\na=control:rtsp://admin:{SECRET}@192.168.10.10/1?password={SECRET}\r\n"
    described = (
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n"
        f"Session: {SECRET};timeout=60\r\nContent-Base: rtsp://admin:{SECRET}@192.168.10.10/1/\r\n"
        f"Content-Length: {len(sdp)}\r\n\r\n{sdp}"
    )
    form = f"user=admin&password={SECRET}"
    post = f"POST /login HTTP/1.1\r\nContent-Length: {len(form)}\r\n\r\n{form}"
    soap = f'POST /onvif HTTP/1.1\r\n\r\n<Password Type="x#PasswordText">{SECRET}</Password>'
    address = f"GET /cgi-bin/CGIProxy.fcgi?usr=admin&pwd={SECRET} HTTP/1.1\r\n\r\n"
    texts = {
        "HTTP: Basic": (80, (("c", get), ("s", answer))),
        "RTSP: password in the address": (554, (("c", describe), ("s", described))),
        "HTTP: password in a form": (80, (("c", post), ("s", answer))),
        "HTTP: SOAP password in clear": (80, (("c", soap), ("s", answer))),
        "HTTP: password in the address": (88, (("c", address), ("s", answer))),
        "FTP: password": (
            21,
            (
                ("s", "220 ready\r\n"),
                ("c", "USER admin\r\n"),
                ("s", "331 Password please\r\n"),
                ("c", f"PASS {SECRET}\r\n"),
                ("s", f"230 Welcome, your password was {SECRET}\r\n"),
            ),
        ),
        "Telnet: password": (
            23,
            (
                ("s", "\r\n(none) login: "),
                ("c", f"{SECRET}\r\n"),
                ("s", f"{SECRET}\r\nPassword: "),
                ("c", f"{SECRET}\r\n"),
                ("s", f"Welcome {SECRET}\r\n"),
            ),
        ),
    }
    return {
        name: (port, tuple((who, text.encode()) for who, text in said))
        for name, (port, said) in texts.items()
    }


@pytest.mark.parametrize("name", sorted(log_ins()))
def test_that_somebody_logged_in_in_clear_is_kept_and_nothing_of_the_log_in(
    capture: ModuleType, name: str
) -> None:
    port, said = log_ins()[name]
    data = capture.capture(capture.recorder_asks(port, *said))
    found = capture.heard(data)
    (login,) = of(found, "login.cleartext")
    assert (login.payload, login.port, login.device) == (name, port, CAMERA_MAC)
    kept = b"".join(one.data for one in found)
    assert SECRET.encode() not in kept
    assert b"aHVudGVyMi" not in kept, "not in base64 either"
    import base64

    assert base64.b64encode(f"admin:{SECRET}".encode())[:16] not in kept


def test_the_community_of_snmp_is_not_kept(capture: ModuleType) -> None:
    community = SECRET.encode()
    message = b"\x30\x40\x02\x01\x01\x04" + bytes([len(community)]) + community + bytes(30)
    ports = (40_000, 161)
    packet = capture.udp(capture.RECORDER_AT, capture.CAMERA_AT, ports, message)
    back = capture.udp(capture.CAMERA_AT, capture.RECORDER_AT, ports[::-1], message)
    frames = [
        capture.frame(capture.RECORDER, capture.CAMERA, packet),
        capture.frame(capture.CAMERA, capture.RECORDER, back),
    ]
    found = capture.heard(capture.capture(frames))
    assert {(o.payload, o.address) for o in of(found, "login.cleartext")} == {
        ("SNMP: community", capture.CAMERA_AT)
    }
    assert community not in b"".join(one.data for one in found)


def test_other_lines_of_an_answer_stay_as_they_were() -> None:
    text = (
        'HTTP/1.1 401 X\r\nWWW-Authenticate: Digest realm="a?b", nonce="1"\r\nETag: "a:b"\r\n\r\n'
    )
    assert discreet.head(text) == text


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("a.example", "a.example"),
        ("10.0.0.1", ""),
        ("localhost", ""),
        ("u:p@b.example", "b.example"),
    ],
)
def test_a_host_is_a_name_or_nothing(host: str, name: str) -> None:
    assert host_name(host) == name


# --- who talks to whom ----------------------------------------------------------------------


def cloud_frames(capture: ModuleType) -> list[bytes]:
    """The camera asks DNS for its cloud, and sends it something inside TLS."""
    pair = capture.Connection(capture.CAMERA_AT, capture.CLOUD_AT, server_port=443)
    packets = [
        *pair.open(),
        pair.says(capture.client_hello(capture.CLOUD)),
        pair.says(bytes(1_000)),
    ]
    ours = capture.addr(capture.CAMERA_AT)
    return [
        *capture.asks_dns(capture.CLOUD, capture.CLOUD_AT),
        *(
            capture.frame(*((capture.CAMERA, capture.ROUTER)[:: 1 if p[12:16] == ours else -1]), p)
            for p in packets
        ),
    ]


def test_a_conversation_has_a_name_a_direction_and_its_bytes(capture: ModuleType) -> None:
    frames = cloud_frames(capture)
    found = capture.heard(capture.capture(frames))
    (talk,) = [t for t in talks(found) if t["peer"] == capture.CLOUD_AT]
    hello = len(capture.client_hello(capture.CLOUD))
    assert (talk["device"], talk["name"], talk["port"]) == (CAMERA_MAC, capture.CLOUD, 443)
    assert (talk["role"], talk["transport"]) == ("client", "tcp")
    assert (talk["bytes_out"], talk["bytes_in"]) == (40 + 40 + hello + 40 + 1_000, 40)
    assert (talk["packets_out"], talk["packets_in"]) == (3, 1)
    assert [o.payload for o in of(found, "dns.query")] == [capture.CLOUD]


def test_a_name_comes_from_dns_where_the_conversation_itself_has_none(
    capture: ModuleType,
) -> None:
    packet = capture.udp(capture.CAMERA_AT, capture.CLOUD_AT, (50_000, 9_999), b"DHPROBE")
    frames = [*capture.asks_dns(capture.CLOUD, capture.CLOUD_AT)]
    frames.append(capture.frame(capture.CAMERA, capture.ROUTER, packet))
    (talk,) = [
        t for t in talks(capture.heard(capture.capture(frames))) if t["peer"] == capture.CLOUD_AT
    ]
    assert (talk["name"], talk["port"], talk["transport"]) == (capture.CLOUD, 9_999, "udp")


def test_both_ends_on_the_segment_know_of_it(capture: ModuleType) -> None:
    said = (("c", b"DESCRIBE rtsp://x RTSP/1.0\r\n\r\n"), ("s", b"RTSP/1.0 200 OK\r\n\r\n"))
    found = talks(capture.heard(capture.capture(capture.recorder_asks(554, *said))))
    camera, recorder = sorted(found, key=lambda t: str(t["device"]))
    assert (camera["role"], recorder["role"]) == ("server", "client")
    assert camera["port"] == recorder["port"] == 554
    assert camera["bytes_out"] == recorder["bytes_in"]


def test_midnight_divides_what_is_counted(capture: ModuleType) -> None:
    packet = capture.udp(capture.CAMERA_AT, capture.RECORDER_AT, (8_000, 50_000), bytes(100))
    frames = [capture.frame(capture.CAMERA, capture.RECORDER, packet)] * 48
    hour_us = 3_600 * 1_000_000
    for data in (
        capture.capture(frames, step_us=hour_us),
        capture.capture_ng(frames, step_us=hour_us),
    ):
        found = [t for t in talks(capture.heard(data)) if t["device"] == CAMERA_MAC]
        assert [t["packets_out"] for t in found] == [20, 24, 4]
        assert [str(t["first"])[:13] for t in found] == [
            "2026-10-03T04", "2026-10-04T00", "2026-10-05T00",
        ]  # fmt: skip


def test_a_second_connection_between_the_same_ports_has_its_own_name(capture: ModuleType) -> None:
    frames: list[bytes] = []
    for name in ("one.example", "two.example"):
        pair = capture.Connection(capture.CAMERA_AT, capture.CLOUD_AT, server_port=443)
        packets = [*pair.open(), pair.says(capture.client_hello(name)), pair.says(bytes(500))]
        frames += [capture.frame(capture.CAMERA, capture.ROUTER, packets[0])]
        frames += [capture.frame(capture.ROUTER, capture.CAMERA, packets[1])]
        frames += [capture.frame(capture.CAMERA, capture.ROUTER, p) for p in packets[2:]]
    found = talks(capture.heard(capture.capture(frames)))
    assert [(t["name"], t["packets_out"]) for t in found] == [
        ("one.example", 3),
        ("two.example", 3),
    ]


# --- whose it is ----------------------------------------------------------------------------


def small(capture: ModuleType, source: str, target: str = "192.168.10.2", hops: int = 64) -> bytes:
    packet: bytes = capture.udp(source, target, (40_000, 5_000), b"x", hops_left=hops)
    return packet


def devices(found: Iterable[Observation]) -> set[str | None]:
    return {one.device for one in found}


def test_a_router_is_not_taken_for_the_device_behind_it(capture: ModuleType) -> None:
    sources = ["198.51.100.7", "10.1.0.5", "10.1.0.6"]
    frames = [
        capture.frame(capture.ROUTER, capture.CAMERA, small(capture, s, capture.CAMERA_AT))
        for s in sources
    ]
    found = capture.heard(capture.capture(frames))
    assert devices(found) == {"10.1.0.5", "10.1.0.6"}, "and the internet is nobody's device"
    assert of(found, "mac.address") == []


def test_a_packet_that_passed_a_hop_is_not_of_who_forwarded_it(capture: ModuleType) -> None:
    frames = [
        capture.frame(capture.ROUTER, capture.CAMERA, small(capture, "10.1.0.5", hops=63)),
        capture.frame(capture.ROUTER, capture.CAMERA, small(capture, "192.168.10.1", hops=64)),
    ]
    found = capture.heard(capture.capture(frames))
    assert {o.address: o.device for o in of(found, "flow.peer")} == {
        "10.1.0.5": "10.1.0.5",
        "192.168.10.1": "b8:27:eb:00:00:01",
    }


def test_many_addresses_under_one_card_are_many_devices(capture: ModuleType) -> None:
    frames = [
        capture.frame(capture.ROUTER, capture.CAMERA, small(capture, f"10.1.0.{n}"))
        for n in range(1, 9)
    ]
    found = capture.heard(capture.capture(frames))
    assert len(devices(found)) == 8


def test_a_device_that_changes_its_address_stays_one(capture: ModuleType) -> None:
    frames = [
        capture.frame(capture.CAMERA, capture.RECORDER, small(capture, source))
        for source in ("169.254.7.7", "192.168.1.108", "192.168.10.10")
    ]
    found = capture.heard(capture.capture(frames))
    assert devices(found) == {CAMERA_MAC}


def test_an_address_of_the_internet_is_a_device_only_of_a_recorded_network_or_by_arp(
    capture: ModuleType,
) -> None:
    packet = small(capture, "203.0.113.9", "203.0.113.10")
    frames = [capture.frame(capture.CAMERA, capture.RECORDER, packet)]
    assert capture.heard(capture.capture(frames)) == []
    own = capture.heard(capture.capture(frames), networks=[ip_network("203.0.113.0/24")])
    assert devices(own) == {CAMERA_MAC}
    claim = b"\0\1\x08\0\6\4\0\2" + capture.mac(capture.CAMERA) + capture.addr("203.0.113.9")
    claim = ethernet.build(
        capture.mac(capture.CAMERA), b"\xff" * 6, ethernet.ARP, claim + bytes(10)
    )
    assert devices(capture.heard(capture.capture([*frames, claim]))) == {CAMERA_MAC}


def test_dhcp_tells_whose_an_address_is_even_behind_a_router(capture: ModuleType) -> None:
    camera = capture.mac(capture.CAMERA)
    asks = dhcp.build(mac=camera, options={53: b"\x03", 12: b"gate", 60: b"AXIS,x,y,5.1"})
    gives = dhcp.build(
        mac=camera, options={53: b"\x05"}, from_client=False, your=capture.addr("10.1.0.5")
    )
    asking = capture.udp("0.0.0.0", "255.255.255.255", (68, 67), asks)
    giving = capture.udp("192.168.10.1", "10.1.0.5", (67, 68), gives)
    frames = [
        capture.frame(capture.CAMERA, "f" * 12, asking),
        capture.frame(capture.ROUTER, capture.CAMERA, giving),
        capture.frame(capture.ROUTER, capture.RECORDER, small(capture, "10.1.0.5", hops=63)),
    ]
    found = capture.heard(capture.capture(frames))
    assert {o.device for o in of(found, "dhcp.vendor_class")} == {CAMERA_MAC}
    assert {o.device for o in of(found, "dhcp.hostname")} == {CAMERA_MAC}
    assert {o.device for o in of(found, "flow.peer") if o.address == "10.1.0.5"} == {CAMERA_MAC}


def test_addresses_of_both_families_are_one_device(capture: ModuleType) -> None:
    target = "2001:db8::99"
    own = capture.addr("2001:db8::10")
    advert = bytes([136, 0, 0, 0, 0x60, 0, 0, 0]) + own + b"\x02\x01" + capture.mac(capture.CAMERA)
    told = ip.build(own, capture.addr("ff02::1"), ip.ICMPV6, advert, hops_left=255)
    six = capture.udp("2001:db8::10", target, (40_000, 443), b"x")
    frames = [
        capture.frame(capture.CAMERA, "333300000001", told),
        capture.frame(capture.CAMERA, capture.ROUTER, six),
        capture.frame(capture.CAMERA, capture.RECORDER, small(capture, capture.CAMERA_AT)),
    ]
    found = capture.heard(capture.capture(frames))
    assert devices(found) == {CAMERA_MAC}
    assert target in {t["peer"] for t in talks(found)}


# --- bounds ---------------------------------------------------------------------------------


def test_every_packet_is_understood_or_counted_by_its_reason(capture: ModuleType) -> None:
    frames = [
        b"short",
        ethernet.build(bytes(6), bytes(6), 0x88CC, b"lldp"),
        ethernet.build(bytes(6), bytes(6), ethernet.IPV4, b"\x45"),
        capture.frame(capture.CAMERA, capture.ROUTER, small(capture, capture.CAMERA_AT)),
    ]
    listener = Listener()
    ear = Ear(listener)
    ear.feed(capture.capture(frames))
    ear.close()
    assert listener.packets == 4
    assert listener.unread == {
        "an Ethernet frame is cut short": 1,
        "ethertype 0x88cc": 1,
        "an IPv4 head is cut short": 1,
    }


def test_reasons_are_bounded() -> None:
    listener = Listener()
    for number in range(1_000):
        listener.not_read(f"reason {number}")
    assert len(listener.unread) == MAX_REASONS + 1
    assert listener.unread[OTHER] == 1_000 - MAX_REASONS


def test_names_that_one_device_asks_for_are_bounded(capture: ModuleType) -> None:
    frames = []
    for number in range(1_500):
        asked = dns.build(questions=[dns.Question(f"n{number}.example")])
        packet = capture.udp(capture.CAMERA_AT, capture.RESOLVER_AT, (40_000, 53), asked)
        frames.append(capture.frame(capture.CAMERA, capture.ROUTER, packet))
    found = capture.heard(capture.capture(frames))
    assert len(of(found, "dns.query")) == 1_000


def test_a_flood_of_flows_loses_no_byte(capture: ModuleType) -> None:
    count = 50_000
    listener = Listener()
    ear = Ear(listener)
    ear.feed(capture.capture([]))
    size = 0
    source = capture.mac(capture.CAMERA)
    target = capture.mac(capture.ROUTER)
    for number in range(count):
        to = ip_address(0x0A00_0000 + number % 250).packed
        packet = ip.build(
            capture.addr(capture.CAMERA_AT), to, ip.UDP, ip.build_udp(number % 60_000, 5_000, b"x")
        )
        size += len(packet)
        ear.feed(capture.capture([ethernet.build(source, target, 0x0800, packet)])[24:])
    found = [t for t in talks(listener.finish("test")) if t["device"] == CAMERA_MAC]
    assert sum(int(str(t["bytes_out"])) for t in found) == size
    assert sum(int(str(t["packets_out"])) for t in found) == count
    assert len(listener.flows) <= 10_000
    assert listener.let_go > 0


def test_a_settled_flow_is_looked_at_again_when_a_connection_opens(capture: ModuleType) -> None:
    pair = capture.Connection(capture.RECORDER_AT, capture.CAMERA_AT, server_port=8_554)
    frames = [capture.frame(capture.RECORDER, capture.CAMERA, p) for p in list(pair.open())[:1]]
    noise = pair.answers(b"\x01\x02\x03\x04 nothing known")
    frames.append(capture.frame(capture.CAMERA, capture.RECORDER, noise))
    again = capture.Connection(capture.RECORDER_AT, capture.CAMERA_AT, server_port=8_554)
    opening = list(again.open())
    frames += [capture.frame(capture.RECORDER, capture.CAMERA, opening[0])]
    frames += [capture.frame(capture.CAMERA, capture.RECORDER, opening[1])]
    reply = again.answers(b"RTSP/1.0 200 OK\r\nServer: x\r\n\r\n", flags=tcp.ACK | tcp.FIN)
    frames.append(capture.frame(capture.CAMERA, capture.RECORDER, reply))
    found = capture.heard(capture.capture(frames))
    assert len(of(found, "rtsp.response")) == 1
