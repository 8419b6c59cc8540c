import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.cli.serve import listen, loopback, written
from custodes.errors import UsageError


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "2001:db8::1"])
def test_an_address_that_others_can_reach_is_refused_and_says_why(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = invoke(["--data", str(tmp_path), "serve", "--host", host])
    told = capsys.readouterr().err
    assert status == 2
    assert "no log-in yet" in told
    assert "ssh -L" in told


def test_an_address_from_the_settings_is_held_to_the_same_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUSTODES_WEB_HOST", "0.0.0.0")
    assert invoke(["--data", str(tmp_path), "serve", "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "usage"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("LOCALHOST", "127.0.0.1"),
        ("[::1]", "::1"),
        ("127.9.9.9", "127.9.9.9"),
    ],
)
def test_every_way_to_name_this_machine_is_understood(host: str, address: str) -> None:
    assert loopback(host) == address


def test_a_name_that_is_no_address_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not an address"):
        loopback("console.example")


def test_a_port_that_is_taken_says_so_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert invoke(["--data", str(tmp_path), "serve", "--port", port]) == 2
    told = capsys.readouterr().err
    assert port in told
    assert "--port 0" in told


def test_an_address_of_ipv6_is_written_as_browsers_want_it() -> None:
    assert written("::1", 8765) == "http://[::1]:8765/"
    assert written("127.0.0.1", 80) == "http://127.0.0.1:80/"


def test_it_serves_prints_one_address_and_ends_clean_on_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "custodes", "--data", str(tmp_path / "new"), "serve"]
    with subprocess.Popen(
        [*command, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        try:
            lines = [running.stdout.readline() for _ in range(3)]
            url = json.loads("".join(lines))["url"]
            assert fetch(url + "healthz") == b"ok\n"
            assert b"Three ways to begin" in fetch(url)
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=20) == 0
            assert running.stderr.read() == ""
        finally:
            running.kill()


def fetch(url: str) -> bytes:
    """The body at `url`; the server may need a moment before it accepts."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                body: bytes = answer.read()
                return body
        except ConnectionError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")
