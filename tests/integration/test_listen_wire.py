"""Listening on a wire, in namespaces that this test makes, where the kernel counts every packet."""

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from custodes.errors import Missing, UsageError
from custodes.find.listen import live, wire
from custodes.find.listen.live import Live
from custodes.protocols import ethernet, pcap

needs_namespaces = [
    pytest.mark.namespace,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("ip"), reason="network namespaces need root and ip"
    ),
]
HERE, CAMERA = f"cust-l-{os.getpid()}", f"cust-m-{os.getpid()}"
MAC = "44:47:cc:00:00:10"
SPEAK = """
import socket, sys, time
sys.path.insert(0, sys.argv[1])
from custodes.protocols import mdns
notice = mdns.build_answer([mdns.Service("AXIS P3245", "_axis-video._tcp", "axis.local", 80)])
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.78.0.2"))
out.bind(("10.78.0.2", 5353))
for _ in range(40):
    out.sendto(notice, ("224.0.0.251", 5353))
    out.sendto(b"x" * 100, ("10.78.0.1", 9999))
    time.sleep(0.1)
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


def inside(namespace: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", namespace, sys.executable, *words]


@pytest.fixture
def cable() -> Iterator[None]:
    """Two namespaces and a cable; no IPv6, which would announce itself."""
    try:
        ip("netns", "add", HERE)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"namespaces cannot be made here: {error.stderr.decode()}")
    try:
        ip("netns", "add", CAMERA)
        for namespace in (HERE, CAMERA):
            place = "/proc/sys/net/ipv6/conf"
            quiet = f"for one in all default; do echo 1 > {place}/$one/disable_ipv6; done"
            command = ["ip", "netns", "exec", namespace, "sh", "-c", quiet]
            subprocess.run(command, check=False, capture_output=True, timeout=20)
        link = ["veth0", "netns", HERE, "type", "veth", "peer", "name", "veth0"]
        ip("link", "add", *link, "netns", CAMERA)
        ip("-n", CAMERA, "link", "set", "veth0", "address", MAC)
        ip("-n", CAMERA, "addr", "add", "10.78.0.2/24", "dev", "veth0")
        for namespace in (HERE, CAMERA):
            ip("-n", namespace, "link", "set", "lo", "up")
            ip("-n", namespace, "link", "set", "veth0", "up")
        # nobody has 10.78.0.1: told by hand, so that the camera sends without asking
        neighbour = ["10.78.0.1", "lladdr", "02:00:00:00:00:01", "dev", "veth0", "nud", "permanent"]
        ip("-n", CAMERA, "neigh", "add", *neighbour)
        yield
    finally:
        for namespace in (HERE, CAMERA):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def sent_packets() -> int:
    """What left this end of the cable, as the kernel counted."""
    said = subprocess.run(
        ["ip", "-n", HERE, "-j", "-s", "link", "show", "veth0"],
        check=True, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    return int(json.loads(said.stdout)[0]["stats64"]["tx"]["packets"])


def speak() -> "subprocess.Popen[bytes]":
    source = str(Path(wire.__file__).parents[3])
    return subprocess.Popen(inside(CAMERA, "-c", SPEAK, source))


def custodes(folder: Path, *words: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "custodes", "--data", str(folder / "d"), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


class TestNamespace:
    """What needs root and namespaces."""

    pytestmark = needs_namespaces

    @pytest.mark.usefixtures("cable")
    @pytest.mark.parametrize("promiscuous", [False, True])
    def test_what_is_heard_is_filed_and_not_one_packet_is_sent(
        self, tmp_path: Path, promiscuous: bool
    ) -> None:
        file = tmp_path / "heard.pcap"
        options = ["--for", "4s", "--write", str(file), "--json"]
        options += ["--promiscuous"] if promiscuous else []
        command = ["-m", "custodes", "--data", str(tmp_path / "d"), "listen", "-i", "veth0"]
        before = sent_packets()
        with speak() as speaking:
            done = subprocess.run(
                inside(HERE, *command, *options),
                check=False, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            speaking.wait(30)
        assert done.returncode == 0, done.stderr
        assert sent_packets() == before
        said = json.loads(done.stdout)
        assert said["packets"] > 20
        assert (said["devices"], said["dropped"]) == (1, 0)
        (report,) = json.loads(custodes(tmp_path, "import", "--json", str(file)))["files"]
        assert report["read"] == {"packets": said["packets"]}
        told = custodes(tmp_path, "devices", "show", "1")
        assert MAC in told
        assert "Axis" in told
        assert "to 10.78.0.1, udp, on" in told

    @pytest.mark.usefixtures("cable")
    def test_ctrl_c_keeps_all_that_was_heard(self, tmp_path: Path) -> None:
        command = ["-m", "custodes", "--data", str(tmp_path / "d"), "listen", "-i", "veth0"]
        listening = subprocess.Popen(inside(HERE, *command), stderr=subprocess.PIPE, text=True)
        with speak() as speaking, listening:
            time.sleep(3)
            listening.send_signal(signal.SIGINT)
            _, told = listening.communicate(timeout=30)
            speaking.terminate()
        assert listening.returncode == 130, told
        assert "of 1 device" in told
        assert "Nothing was sent." in told

    @pytest.mark.usefixtures("cable")
    def test_without_the_right_it_says_what_to_do_instead(self, tmp_path: Path) -> None:
        if not shutil.which("setpriv"):
            pytest.skip("namespaces cannot be made here: setpriv is not installed")
        drop = ["setpriv", "--bounding-set", "-net_raw,-net_admin", "--inh-caps", "-all"]
        code = "from custodes.find.listen.wire import Wire; Wire('veth0')"
        command = ["ip", "netns", "exec", HERE, *drop, sys.executable, "-c", code]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
        assert "CAP_NET_RAW" in done.stderr, done.stderr

    def test_an_interface_that_is_not_there_is_named_with_those_that_are(self) -> None:
        with pytest.raises(UsageError, match="no interface") as caught:
            wire.Wire("nothere0")
        assert "lo" in caught.value.hint


def test_no_line_of_the_ear_can_send() -> None:
    """The packet socket is touched in one module, and there only to receive."""
    source = Path(wire.__file__).read_text(encoding="utf-8")
    giving = r"\.(?:send|write|connect|makefile|fileno|detach|dup|share)\w*"
    assert re.findall(giving, source) == []
    folder = Path(wire.__file__).parent
    others = [p for p in folder.glob("*.py") if p.name != "wire.py"]
    assert others
    for path in others:
        assert not re.search(
            r"^\s*(import|from) (socket|ssl|asyncio)", path.read_text(), re.MULTILINE
        )


def test_a_refusal_says_what_is_missing() -> None:
    found = wire._refusal("eth0", PermissionError(1, "Operation not permitted"))
    assert isinstance(found, Missing)
    assert "tcpdump -i eth0 -w - | custodes import -" in found.hint


class Scripted:
    """A source of packets that a test wrote down."""

    interface, link = "test0", ethernet.ETHERNET

    def __init__(self, batches: list[list[tuple[int, bytes, int]]]) -> None:
        self._batches = batches

    def read(self, wait_s: float) -> list[tuple[int, bytes, int]]:
        return self._batches.pop(0) if self._batches else []


def test_said_is_given_every_few_seconds_and_counts_every_hour_and_at_the_end(
    capture: ModuleType, tmp_path: Path
) -> None:
    now_s = [0.0]

    def clock_s() -> float:
        now_s[0] += 60.0
        return now_s[0]

    content = capture.udp(capture.CAMERA_AT, capture.CLOUD_AT, (50_000, 9_999), b"x")
    packet = capture.frame(capture.CAMERA, capture.ROUTER, content)
    step_us = 120 * 1_000_000
    batches = [[(capture.START_US + n * step_us, packet, len(packet))] for n in range(90)]
    path = tmp_path / "written.pcap"
    with path.open("wb") as file:
        listening = Live(Scripted(batches), clock_s, file=file)
        parts = list(listening.run(until_s=None, stopped=lambda: not batches))
    fields = [{one.field for one in part} for part in parts]
    counts = [n for n, found in enumerate(fields) if "flow.peer" in found]
    assert {"mac.address"} in fields, "said before any count"
    assert len(counts) == 2, "after an hour, and at the end"
    talks = [json.loads(o.payload) for part in parts for o in part if o.field == "flow.peer"]
    assert sum(t["packets_out"] for t in talks) == 90
    ends = [(t["first"], t["last"]) for t in talks]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ends)), "parts never overlap"
    assert {o.source for part in parts for o in part} == {"listen:test0"}
    assert path.read_bytes() == pcap.build_head(1) + b"".join(
        pcap.build_record(capture.START_US + n * step_us, packet) for n in range(90)
    )


def test_listening_ends_when_its_time_is_over() -> None:
    ticks = iter(range(1_000))
    listening = Live(Scripted([]), lambda: float(next(ticks)))
    assert all(part == [] for part in listening.run(until_s=20.0, stopped=lambda: False))
    assert live.COUNTS_EVERY_S == 3_600
