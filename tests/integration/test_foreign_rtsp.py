"""Against RTSP software that nobody here wrote: GStreamer as a server, and as a client."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.simulate.background import running_estate
from custodes.simulate.plan import plan
from custodes.simulate.profile import chosen

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
ADDRESS = "127.77.0.1"


def free_port(address: str) -> int:
    with socket.create_server((address, 0)) as trial:
        return int(trial.getsockname()[1])


@contextmanager
def gstreamer() -> Iterator[int]:
    """GStreamer's RTSP server on a free port."""
    port = free_port(ADDRESS)
    command = [SYSTEM_PYTHON, str(HERE / "gstreamer_server.py"), ADDRESS, str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                pytest.skip("GStreamer's RTSP server is not installed for the system's Python")
            yield port
        finally:
            process.kill()


@pytest.mark.skipif(not Path(SYSTEM_PYTHON).exists(), reason="no system Python")
def test_a_media_server_is_not_called_a_camera(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gstreamer() as port:
        target = [f"{ADDRESS}:{port}/rtsp", "--authority", "the test, until 2099-01-01"]
        status = invoke(["--data", str(tmp_path), "scan", *target, "--json"])
    said = json.loads(capsys.readouterr().out)
    assert status == 0
    (device,) = said["device_list"]
    assert device["vendor"] is None
    assert device["maker"] is None
    assert device["is_surveillance"] is not True


@pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="GStreamer is not installed")
def test_a_foreign_player_decodes_the_stream_of_a_virtual_camera() -> None:
    specs = plan(1, seed=3, only=chosen(["hikvision-dome-5.5"]))
    with running_estate(specs, base=None) as estate:
        (camera,) = estate.devices
        url = f"rtsp://{camera.address}:{camera.ports['rtsp']}/Streaming/Channels/101"
        source = ["rtspsrc", f"location={url}", "protocols=tcp"]
        login = [f"user-id={camera.username}", f"user-pw={camera.password}"]
        decode = "! rtph264depay ! h264parse ! avdec_h264 ! identity eos-after=10 ! fakesink"
        played = subprocess.run(
            ["gst-launch-1.0", "-q", *source, *login, *decode.split()],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert played.returncode == 0, played.stderr[-2000:]
