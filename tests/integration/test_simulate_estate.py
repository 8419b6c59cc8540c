"""A virtual estate starts, counts who looks at it, and leaves nothing behind."""

import asyncio
import gc
import os
import socket
import ssl
import time
from pathlib import Path

import pytest

from custodes.errors import UsageError
from custodes.protocols import dhip, http, mdns, sadp, ssdp, ws_discovery
from custodes.simulate import sockets
from custodes.simulate.background import running_estate
from custodes.simulate.estate import Running, VirtualEstate
from custodes.simulate.plan import DeviceSpec, plan
from custodes.simulate.profile import chosen
from custodes.simulate.services import datagrams

GUID = "0D2B1C5A-0000-4000-8000-0123456789AB"


def only(name: str, count: int = 1) -> list[DeviceSpec]:
    return plan(count, 1, only=chosen([name]))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def connect(device: Running, service: str) -> socket.socket:
    return socket.create_connection((device.address, device.ports[service]), timeout=5)


def fetch(device: Running, path: str = "/") -> http.Response:
    with connect(device, "http") as sock:
        sock.sendall(http.request("GET", device.address, path))
        got = b""
        while part := sock.recv(65536):
            got += part
    return http.parse(got)


def test_two_hundred_devices_start_answer_and_stop_without_a_leak() -> None:
    async def once() -> list[Running]:
        async with VirtualEstate(plan(200, 1), None) as estate:
            web = [d for d in estate.devices if "http" in d.ports]
            answers = [await asyncio.to_thread(fetch, device) for device in web[::20]]
            assert all(answer.status for answer in answers)
            return estate.devices

    before = open_files()
    first = asyncio.run(once())
    gc.collect()
    assert open_files() == before
    assert len({device.address for device in first}) == 200
    assert len(asyncio.run(once())) == 200  # the same ports are free again


def test_a_conversation_that_is_open_at_the_end_is_ended() -> None:
    with running_estate(only("generic-ip-camera"), base=None, where="thread") as estate:
        idle = connect(estate.devices[0], "http")
        playing = connect(estate.devices[0], "rtsp")
        playing.sendall(
            b"SETUP rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n"
            b"PLAY rtsp://x/ RTSP/1.0\r\nCSeq: 2\r\n\r\n"
        )
        assert playing.recv(9) == b"RTSP/1.0 "
    for sock in (idle, playing):
        with sock:
            _drain(sock)


def _drain(sock: socket.socket) -> None:
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass


def test_a_device_counts_what_it_has_seen() -> None:
    with running_estate(only("hikvision-dome-5.5"), base=None, where="thread") as estate:
        device = estate.devices[0]
        for _ in range(3):
            fetch(device)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.sendto(sadp.inquiry(GUID), (device.address, device.ports["sadp"]))
            sock.recv(65536)
        seen = estate.stats()[device.address]
        total = estate.total()
    assert (seen.connections, seen.datagrams, seen.requests) == (3, 1, 3)
    assert (seen.peak_connections, seen.unanswered, seen.logins) == (1, 0, 0)
    assert 1 <= seen.peak_per_second <= 4
    assert total == seen


def test_one_connection_after_another_is_never_counted_as_two_at_a_time() -> None:
    with running_estate(only("hikvision-dvr"), base=None, where="thread") as estate:
        device = estate.devices[0]
        for _ in range(50):
            connect(device, "http").close()
            connect(device, "rtsp").close()
        _settle(estate, connections=100)
        seen = estate.stats()[device.address]
    assert seen.connections == 100
    assert seen.peak_connections == 1
    assert seen.unanswered == 0


def test_short_questions_asked_at_the_same_time_are_counted_as_such() -> None:
    async def ask(device: Running) -> None:
        reader, writer = await asyncio.open_connection(device.address, device.ports["http"])
        writer.write(http.request("GET", device.address, "/"))
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async def ask_six(device: Running) -> None:
        await asyncio.gather(*(ask(device) for _ in range(6)))

    with running_estate(only("axis-p3245"), base=None, where="thread") as estate:
        for _ in range(3):
            asyncio.run(ask_six(estate.devices[0]))
        time.sleep(0.05)
        assert estate.total().peak_connections >= 4


def _settle(estate: object, *, connections: int) -> None:
    for _ in range(100):
        if estate.total().connections >= connections:  # type: ignore[attr-defined]
            return
        time.sleep(0.02)


def test_a_connection_above_the_limit_waits_until_another_ends() -> None:
    specs = only("hikvision-dvr")  # takes three at a time
    with running_estate(specs, base=None, where="thread") as estate:
        device = estate.devices[0]
        held = [connect(device, "http") for _ in range(3)]
        _settle(estate, connections=3)
        time.sleep(0.05)
        late = connect(device, "http")
        late.sendall(http.request("GET", device.address, "/"))
        late.settimeout(0.3)
        with pytest.raises(TimeoutError):
            late.recv(100)
        held[0].close()
        late.settimeout(5)
        assert late.recv(12) == b"HTTP/1.1 200"
        seen = estate.stats()[device.address]
        for sock in (*held, late):
            sock.close()
    assert (seen.peak_connections, seen.unanswered) == (4, 1)


def test_logins_are_counted_so_that_a_scan_can_prove_it_tried_none() -> None:
    with running_estate(only("dahua-ipc"), base=None, where="thread") as estate:
        device = estate.devices[0]
        with connect(device, "http") as sock:
            line = ("Authorization", "Basic YWRtaW46YWRtaW4=")
            sock.sendall(http.request("GET", device.address, "/", headers=[line]))
            assert sock.recv(100)
        assert estate.total().logins == 1


def test_all_devices_can_share_one_address() -> None:
    specs = plan(60, 1)
    with running_estate(specs, base="127.0.0.1", one_address=True, where="thread") as estate:
        assert {device.address for device in estate.devices} == {"127.0.0.1"}
        ports = [port for device in estate.devices for port in device.ports.values()]
        assert len(set(ports)) == len(ports)
        camera = next(d for d in estate.devices if d.profile == "hikvision-dome-5.5")
        assert fetch(camera).header("server") == "App-webs/"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.sendto(sadp.inquiry(GUID), ("127.0.0.1", camera.ports["sadp"]))
            answer = sadp.parse(sock.recv(65536))
        assert answer["HttpPort"] == str(camera.ports["http"])
        assert len(estate.stats()) == 60


def test_high_ports_stand_in_where_low_ones_may_not_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets, "may_use_low_ports", lambda _address: False)
    with running_estate(plan(60, 1), base=None, where="thread") as estate:
        ports = {port for device in estate.devices for port in device.ports.values()}
        assert min(ports) >= 1024
        camera = next(d for d in estate.devices if d.profile == "hikvision-dome-5.5")
        assert (camera.ports["http"], camera.ports["rtsp"]) == (8080, 8554)
        assert fetch(camera).status == 200


def test_a_port_in_use_is_a_clear_error_and_nothing_stays_bound() -> None:
    with running_estate(only("printer-hp"), base=None, where="thread") as estate:
        before = open_files()

        async def again() -> None:
            async with VirtualEstate(only("printer-hp", 3), estate.base):
                pass

        with pytest.raises(UsageError, match="in use") as caught:
            asyncio.run(again())
        assert "--base" in caught.value.hint
        assert open_files() == before


@pytest.mark.parametrize(
    "base", ["8.8.8.8", "not an address", "255.255.255.254", "127.255.255.255"]
)
def test_an_estate_outside_loopback_and_private_ranges_is_refused(base: str) -> None:
    with pytest.raises(UsageError):
        VirtualEstate(only("printer-hp"), base)


def test_an_address_that_this_machine_does_not_have_is_a_clear_error() -> None:
    async def start() -> None:
        async with VirtualEstate(only("printer-hp"), "10.255.254.0"):
            pass

    with pytest.raises(UsageError, match="not an address of this machine"):
        asyncio.run(start())


def test_too_few_open_files_are_said_before_anything_is_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sockets.resource, "getrlimit", lambda _kind: (1024, 1024))
    with pytest.raises(UsageError, match=r"1,000 devices need [\d,]+ open sockets") as caught:
        sockets.raise_file_limit(plan(1000, 1))
    assert "at most" in caught.value.hint


def multicast(group: str, port: int, question: bytes, wait_s: float) -> set[str]:
    """Who answers an inquiry that is sent to a group on loopback."""
    answered = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        sock.settimeout(wait_s)
        sock.sendto(question, (group, port))
        try:
            while True:
                answered.add(sock.recvfrom(65536)[1][0])
        except TimeoutError:
            return answered


@pytest.mark.parametrize(
    ("service", "question"),
    [
        ("sadp", sadp.inquiry(GUID)),
        ("dhip", dhip.search()),
        ("ws_discovery", ws_discovery.probe(GUID, "nvt")),
        ("mdns", mdns.query()),
        ("ssdp", ssdp.search()),
    ],
)
def test_an_inquiry_to_the_group_is_answered_by_each_device_from_its_own_address(
    service: str, question: bytes
) -> None:
    with running_estate(plan(60, 1), base=None, where="thread") as estate:
        able = {d.address for d in estate.devices if service in d.ports}
        if service == "ws_discovery":
            able -= {d.address for d in estate.devices if d.profile == "printer-hp"}
        port = next(d.ports[service] for d in estate.devices if service in d.ports)
        ours = estate.base.rpartition(".")[0].rpartition(".")[0] + "."
        answered = multicast(datagrams.GROUPS[service], port, question, 0.8)
    assert {a for a in answered if a.startswith(ours)} == able


def test_an_estate_in_a_process_of_its_own_answers_and_reports() -> None:
    with running_estate(only("axis-p3245", 2), base=None) as estate:
        assert fetch(estate.devices[1]).status == 302
        assert estate.stats()[estate.devices[1].address].requests == 1
        assert estate.total().connections == 1


def test_an_estate_in_a_process_of_its_own_says_why_it_cannot_start() -> None:
    with (
        pytest.raises(UsageError, match="not an address of this machine"),
        running_estate(only("printer-hp"), base="10.255.254.0"),
    ):
        pass


def test_many_handshakes_at_once_are_all_made_and_answered() -> None:
    """The question may come with the last message of the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    async def ask(device: Running) -> bytes:
        where = (device.address, device.ports["https"])
        reader, writer = await asyncio.open_connection(*where, ssl=context)
        writer.write(http.request("GET", device.address, "/"))
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await writer.wait_closed()
        return answer

    async def ask_all(devices: list[Running]) -> list[bytes]:
        return await asyncio.gather(*map(ask, devices))

    with running_estate(plan(150, 1), base=None, where="thread") as estate:
        able = [d for d in estate.devices if "https" in d.ports]
        answers = asyncio.run(ask_all(able))
    assert len(able) > 40
    assert all(answer.startswith(b"HTTP/1.") for answer in answers)


@pytest.mark.parametrize("first", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", b""])
def test_a_peer_that_breaks_the_tls_handshake_harms_nobody(
    first: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with running_estate(only("hikvision-dvr"), base=None, where="thread") as estate:
        device = estate.devices[0]
        for _ in range(5):  # more than the device takes at a time
            with connect(device, "https") as sock:
                sock.sendall(first)
        waiting = connect(device, "https")
        assert fetch(device).status == 200
    waiting.close()
    assert not caplog.records


@pytest.mark.parametrize(
    ("name", "least"),
    [("hostile-header", 300_000), ("hostile-body", 300_000), ("hostile-garbage", 4096)],
)
def test_hostile_devices_pour_until_the_peer_goes_away(name: str, least: int) -> None:
    with running_estate(only(name), base=None, where="thread") as estate:
        with connect(estate.devices[0], "http") as sock:
            sock.sendall(http.request("GET", "camera", "/"))
            got = 0
            while got < least and (part := sock.recv(65536)):
                got += len(part)
        assert got >= least
        with connect(estate.devices[0], "http") as again:
            assert again.getpeername()[0] == estate.devices[0].address


def test_a_dripping_device_sends_a_byte_and_then_makes_the_peer_wait() -> None:
    with (
        running_estate(only("hostile-drip"), base=None, where="thread") as estate,
        connect(estate.devices[0], "http") as sock,
    ):
        sock.sendall(http.request("GET", "camera", "/"))
        assert sock.recv(100) == b"H"
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            sock.recv(100)


def test_redirects_of_a_hostile_device_go_round_in_a_circle() -> None:
    with running_estate(only("hostile-redirect"), base=None, where="thread") as estate:
        device = estate.devices[0]
        seen, path = [], "/"
        for _ in range(4):
            seen.append(path)
            location = fetch(device, path).header("location") or ""
            path = "/" + location.rpartition("/")[2]
        assert seen == ["/", "/a", "/b", "/"]


def test_the_whole_process_keeps_its_open_files_after_all_of_that() -> None:
    gc.collect()
    assert open_files() < 64 or os.environ.get("PYTEST_XDIST_WORKER")
