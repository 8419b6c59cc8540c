"""Own segments in namespaces that this test makes: hardware addresses, and discovery by IPv6.

Each camera has a namespace and a cable of its own, so that the kernel's table is a real one.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.namespace,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("ip"), reason="network namespaces need root and ip"
    ),
]
OFFICE = f"cust-o-{os.getpid()}"
CAMERAS = [f"cust-c{number}-{os.getpid()}" for number in (1, 2)]
MACS = ["44:47:cc:00:00:01", "ac:cc:8e:00:00:02"]
WAIT_S = 10


def ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20, text=True)
    return done.stdout


def inside(namespace: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", namespace, sys.executable, *words]


@pytest.fixture
def segment() -> Iterator[None]:
    """An office with a bridge, and two cameras on it, each behind a cable of its own."""
    made: list[str] = []
    try:
        for namespace in (OFFICE, *CAMERAS):
            ip("netns", "add", namespace)
            made.append(namespace)
    except subprocess.CalledProcessError as error:
        for namespace in made:
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)
        pytest.skip(f"namespaces cannot be made here: {error.stderr}")
    try:
        ip("-n", OFFICE, "link", "add", "br0", "type", "bridge")
        ip("-n", OFFICE, "link", "set", "br0", "up")
        ip("-n", OFFICE, "addr", "add", "10.78.0.250/24", "dev", "br0")
        for number, (namespace, mac) in enumerate(zip(CAMERAS, MACS, strict=True), start=1):
            cable = ["link", "add", f"v{number}", "netns", OFFICE, "type", "veth"]
            ip(*cable, "peer", "name", "eth0", "address", mac, "netns", namespace)
            ip("-n", OFFICE, "link", "set", f"v{number}", "master", "br0", "up")
            ip("-n", namespace, "link", "set", "lo", "up")
            ip("-n", namespace, "link", "set", "eth0", "up")
            ip("-n", namespace, "addr", "add", f"10.78.0.{number}/24", "dev", "eth0")
        yield
    finally:
        for namespace in made:
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def custodes(data: Path, *words: str) -> dict[str, Any]:
    command = inside(OFFICE, "-m", "custodes", "--data", str(data), *words, "--json")
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 3), done.stderr
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


def kept(path: Path, name: str) -> dict[str, str]:
    """Payload of an observation's field by address."""
    rows = [json.loads(text) for text in path.read_text().splitlines()]
    return {row["address"]: row["payload"] for row in rows if row["field"] == name}


def simulated(stack: ExitStack, number: int, profile: str) -> None:
    base = f"10.78.0.{number - 1}"
    words = ["simulate", "--devices", "1", "--base", base, "--profiles", profile, "--for", "100"]
    command = inside(CAMERAS[number - 1], "-m", "custodes", *words)
    process = stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    stack.callback(process.terminate)
    assert process.stderr is not None
    assert "answer" in process.stderr.readline()


@pytest.mark.usefixtures("segment")
def test_devices_of_an_own_segment_come_with_their_hardware_address(tmp_path: Path) -> None:
    seen = tmp_path / "seen.jsonl"
    allowed = ["--authority", "the test, until 2099-01-01", "--packets-per-second", "400"]
    with ExitStack() as stack:
        simulated(stack, 1, "generic-ip-camera")
        said = custodes(tmp_path / "data", "scan", "10.78.0.0/29", *allowed, "-o", str(seen))
    assert kept(seen, "mac.address") == {"10.78.0.1": MACS[0], "10.78.0.2": MACS[1]}
    assert said["shared_hardware"] == 0
    makers = {device["address"]: device["maker"] for device in said["device_list"]}
    assert makers == {"10.78.0.1": "Hikvision", "10.78.0.2": "Axis"}, (
        "the second camera says nothing at all, but cannot hide its hardware address"
    )


@pytest.mark.usefixtures("segment")
def test_a_proxy_that_answers_for_others_gives_nobody_its_hardware_address(
    tmp_path: Path,
) -> None:
    seen = tmp_path / "seen.jsonl"
    ip("-n", CAMERAS[0], "addr", "add", "10.78.0.3/24", "dev", "eth0")
    allowed = ["--authority", "the test, until 2099-01-01", "--packets-per-second", "400"]
    said = custodes(tmp_path / "data", "scan", "10.78.0.0/29", *allowed, "-o", str(seen))
    assert kept(seen, "mac.address") == {"10.78.0.2": MACS[1]}
    assert said["shared_hardware"] == 2


def link_local(namespace: str, interface: str) -> str:
    """The interface's own address, once it may be used; skips where there is no IPv6."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        told = json.loads(ip("-n", namespace, "-j", "-6", "addr", "show", "dev", interface))
        for entry in (e for row in told for e in row.get("addr_info", [])):
            if entry["scope"] == "link" and not entry.get("tentative"):
                return str(entry["local"])
        time.sleep(0.2)
    pytest.skip("namespaces cannot be made here with IPv6")


@pytest.mark.usefixtures("segment")
def test_a_segment_is_asked_by_ipv6_multicast_and_a_camera_is_read_by_ipv6(tmp_path: Path) -> None:
    address, own = link_local(CAMERAS[0], "eth0"), link_local(OFFICE, "br0")
    target = f"{address}%br0"
    script = str(Path(__file__).with_name("ipv6_camera.py"))
    seen, data = tmp_path / "seen.jsonl", tmp_path / "data"
    who = ["--authority", "the test, until 2099-01-01"]
    custodes(data, "networks", "authorise", "fe80::/64", *who)
    command = inside(CAMERAS[0], script, "eth0")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "answers\n"
        said = custodes(data, "scan", target, "--packets-per-second", "400", "-o", str(seen))
        process.stdin.close()
    assert said["multicast_from"] == [f"{own}%br0"]
    fields = {json.loads(text)["field"] for text in seen.read_text().splitlines()}
    assert {"http.response", "onvif.ProbeMatch", "mdns.packet", "mdns.service"} <= fields
    assert kept(seen, "mac.address") == {target: MACS[0]}
    (device,) = said["device_list"]
    assert device["model"] == "DS-2CD2143G0-I"
