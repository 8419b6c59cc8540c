"""A scan that crosses a network: two namespaces that this test makes, joined by a cable.

Multicast discovery is tried only here: nothing of it can leave the namespaces.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.namespace,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("ip"), reason="network namespaces need root and ip"
    ),
]
DEVICES = 12
OFFICE, CAMERAS = f"cust-a-{os.getpid()}", f"cust-b-{os.getpid()}"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


def inside(namespace: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", namespace, sys.executable, "-m", "custodes", *words]


@pytest.fixture
def networks() -> Iterator[None]:
    try:
        ip("netns", "add", OFFICE)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"namespaces cannot be made here: {error.stderr.decode()}")
    try:
        ip("netns", "add", CAMERAS)
        cable = ["veth0", "netns", OFFICE, "type", "veth"]
        ip("link", "add", *cable, "peer", "name", "veth0", "netns", CAMERAS)
        ip("-n", OFFICE, "addr", "add", "10.77.0.250/24", "dev", "veth0")
        for number in range(1, DEVICES + 1):
            ip("-n", CAMERAS, "addr", "add", f"10.77.0.{number}/24", "dev", "veth0")
        for namespace in (OFFICE, CAMERAS):
            ip("-n", namespace, "link", "set", "lo", "up")
            ip("-n", namespace, "link", "set", "veth0", "up")
        yield
    finally:
        for namespace in (OFFICE, CAMERAS):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)


def scan(data: Path, target: str) -> dict[str, object]:
    """Scan from the office's namespace, with an authority for just that target."""
    allowed = ["--authority", "the test, until 2099-01-01", "--packets-per-second", "400"]
    command = inside(OFFICE, "--data", str(data), "scan", target, *allowed, "--json")
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 3), done.stderr
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


@pytest.mark.usefixtures("networks")
def test_a_segment_is_asked_by_multicast_only_where_this_machine_stands_in_scope(
    tmp_path: Path,
) -> None:
    estate = inside(
        CAMERAS, "simulate", "--devices", str(DEVICES), "--base", "10.77.0.0", "--for", "100"
    )
    with subprocess.Popen(estate, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "answer" in process.stderr.readline()
            part = scan(tmp_path / "part", "10.77.0.0/28")
            whole = scan(tmp_path / "whole", "10.77.0.0/24")
        finally:
            process.terminate()
    assert part["multicast_from"] == [], "10.77.0.250 lies outside 10.77.0.0/28"
    assert whole["multicast_from"] == ["10.77.0.250"]
    assert part["devices"] == whole["devices"] == DEVICES
    by_maker = part["by_maker"]
    assert isinstance(by_maker, dict)
    assert {"Hikvision", "Dahua"} <= set(by_maker)
