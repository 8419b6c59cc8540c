"""`custodes simulate` as a person or a script runs it."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from custodes.cli.main import invoke

COMMAND = [sys.executable, "-m", "custodes", "simulate"]


def test_it_says_when_it_is_ready_and_stops_in_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "estate.json"
    arguments = ["--devices", "5", "--base", "auto", "--for", "0.1"]
    assert invoke(["simulate", *arguments, "--manifest", str(manifest)]) == 0
    said = capsys.readouterr().err
    assert re.search(r"5 devices answer on (127\.\d+\.0)\.1 to (127\.\d+\.0)\.5\.", said)
    assert "custodes scan" in said
    assert "Stopped." in said
    devices = json.loads(manifest.read_bytes())
    assert len(devices) == 5
    assert set(devices[0]) >= {"profile", "address", "ports", "truth", "site", "mac", "serial"}


def test_an_estate_on_one_address_can_be_scanned_with_the_line_that_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, manifest = tmp_path / "estate.txt", tmp_path / "estate.json"
    where = ["--one-address", "--base", "127.0.0.1", "--for", "0"]
    files = ["--targets", str(lines), "--manifest", str(manifest)]
    assert invoke(["simulate", "--devices", "12", *where, *files]) == 0
    assert f"custodes scan @{lines} --authority" in capsys.readouterr().err
    data = ["--data", str(tmp_path / "d")]
    assert invoke([*data, "scan", f"@{lines}", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["addresses"] == 12
    ports = {int(n) for n in re.findall(r"(\d+)/", lines.read_text())}
    assert ports == {n for d in json.loads(manifest.read_bytes()) for n in d["ports"].values()}


def test_without_a_target_file_an_estate_on_one_address_says_how_to_get_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    where = ["--one-address", "--base", "127.0.0.1", "--for", "0"]
    assert invoke(["simulate", "--devices", "2", *where]) == 0
    assert "--targets FILE" in capsys.readouterr().err


def test_json_prints_the_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--devices", "2", "--base", "auto", "--for", "0", "--json"]
    assert invoke(["simulate", *arguments, "--profiles", "lorex,annke"]) == 0
    devices = json.loads(capsys.readouterr().out)
    assert {d["profile"] for d in devices} == {"lorex", "annke"}
    assert {d["truth"]["maker"] for d in devices} == {"Dahua", "Hikvision"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly(number: signal.Signals) -> None:
    command = [*COMMAND, "--devices", "3", "--base", "auto", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        text = ""
        while not text.endswith("]\n"):
            text += process.stdout.readline()
        address = json.loads(text)[0]["address"]
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in errors
    with socket.socket() as again:
        again.bind((address, 0))


def test_the_list_shows_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["simulate", "--list", "--json"]) == 0
    rows = {row["profile"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["honeywell-performance"]["truth"]["maker"] == "Dahua"
    assert rows["hostile-drip"]["only_by_name"]
    assert invoke(["simulate", "--list"]) == 0
    assert "Honeywell Performance Series" in capsys.readouterr().out


def test_a_profile_that_does_not_exist_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["simulate", "--profiles", "hikvison", "--for", "0"]) == 2
    assert "--list" in capsys.readouterr().err


def test_a_manifest_that_cannot_be_written_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = tmp_path / "missing" / "estate.json"
    arguments = ["--devices", "1", "--base", "auto", "--for", "0"]
    assert invoke(["simulate", *arguments, "--manifest", str(where)]) == 2
    assert "cannot be written" in capsys.readouterr().err
