"""What the real Nmap writes about a camera that it cannot name is read and identified here."""

import contextlib
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.estate.register import open_register
from custodes.find.read.formats import open_file

ANSWER = (
    b'HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest qop="auth", '
    b'realm="IP Camera(C1234)", nonce="4e5"\r\nX-Odd: \x01\xff(a) "b" \\ $1\r\n'
    b"Content-Length: 4\r\nConnection: close\r\n\r\nbody"
)


class Camera:
    """A listener on loopback that answers anything like HTTP with one answer, then hangs up."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(0.1)
                with contextlib.suppress(OSError):
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        """Wait for a question as long as it takes; one that hangs up early is taken for wrapped."""
        while not self._stop.is_set():
            try:
                asked = connection.recv(4096)
            except TimeoutError:
                continue
            if b"HTTP/1." in asked:
                connection.sendall(ANSWER)
            return

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def camera() -> Iterator[Camera]:
    camera = Camera()
    yield camera
    camera.close()


@pytest.fixture
def scanned(camera: Camera, tmp_path: Path) -> Path:
    program = shutil.which("nmap")
    if program is None:
        pytest.skip("the nmap program is not installed")
    out = tmp_path / "scan.xml"
    options = ["-n", "-Pn", "-sT", "-sV", "--version-intensity", "2", "-p", str(camera.port)]
    command = [program, *options, "--host-timeout", "60s", "-oX", str(out), "127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    return out


@pytest.mark.nmap
def test_a_camera_that_nmap_cannot_name_is_named_from_its_raw_answer(
    camera: Camera, scanned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_file(scanned) as reader:
        found = {o.field: o for o in reader}
    assert found["http.response"].data == ANSWER
    assert found["http.response"].port == camera.port
    assert found["tcp.open"].address == "127.0.0.1"
    assert invoke(["--data", str(tmp_path / "data"), "import", "--json", str(scanned)]) == 0
    report = json.loads(capsys.readouterr().out)["files"][0]
    assert (report["format"], report["devices"]) == ("nmap", 1)
    with open_register(f"sqlite:///{tmp_path}/data/custodes.sqlite") as register:
        assert [device.brand for device in register.devices()] == ["Hikvision"]
