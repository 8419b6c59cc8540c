"""The main job, end to end, over real sockets: an estate found, identified and shown."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from custodes.cli.main import invoke


def test_the_demo_finds_and_identifies_every_virtual_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["--data", str(tmp_path / "d"), "demo", "--once", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["devices"] == said["targets"] == said["score"]["found"] == 40
    assert said["seconds_in_all"] < 60
    assert said["score"]["is_surveillance"]["wrong"] == 0
    assert said["score"]["maker"] == {"right": 40, "wrong": 0, "left_unknown": 0}
    assert said["asset_list"]["listed_but_not_found"] == 2
    assert said["asset_list"]["cameras_and_recorders_not_on_the_list"] > 0
    assert said["packets"] / said["seconds"] <= 51  # the polite default holds in the demo too
    assert said["inspection"]["asked"] == said["inspection"]["read"] == 12
    assert said["inspection"]["attached_cameras"] > 0
    assert said["inspection"]["findings"] > 0
    assert (tmp_path / "d" / "custodes.sqlite").exists()


def test_a_demo_keeps_out_of_the_database_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODES_DATABASE", f"sqlite:///{tmp_path / 'real.sqlite'}")
    assert invoke(["--data", str(tmp_path / "d"), "demo", "--once", "--devices", "2"]) == 0
    assert (tmp_path / "d" / "custodes.sqlite").exists()
    assert not (tmp_path / "real.sqlite").exists()


def test_the_register_of_a_demo_answers_the_other_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "d")]
    assert invoke([*data, "demo", "--once", "--devices", "8"]) == 0
    capsys.readouterr()
    assert invoke([*data, "devices", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    devices = listed["devices"] if isinstance(listed, dict) else listed
    found = [d for d in devices if d["first_seen"]]
    assert len(found) == 8
    assert invoke([*data, "devices", "show", str(found[0]["id"]), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evidence"]
    assert invoke([*data, "demo", "--once"]) == 2
    assert "register already" in capsys.readouterr().err


def test_the_demo_shows_the_console_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "custodes", "demo", "--devices", "4", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            url = next(
                found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))
            )
            with urllib.request.urlopen(url, timeout=20) as page:
                text = page.read().decode()
            process.send_signal(signal.SIGINT)
            assert process.wait(30) in (0, 130)
        finally:
            process.kill()
    assert "devices" in text
    assert not list(tmp_path.glob("custodes-demo-*")), "a demo's own folder goes when it ends"
