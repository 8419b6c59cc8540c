"""An import that is interrupted, or killed, keeps what it read; the next one completes it."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.estate.register import open_register

DEVICES = 12_000
PATIENCE_S = 40.0


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes some seconds."""
    path = tmp_path_factory.mktemp("large") / "seen.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(DEVICES):
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            for field in ("http.header.server", "http.title"):
                one = {"field": field, "payload": "App-webs/", "address": address}
                file.write(json.dumps(one) + "\n")
    return path


@contextmanager
def importing(data: Path, path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "custodes", "--data", str(data), "import", "--json", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_some_are_kept(data: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if kept(data, "observations"):
            return
        time.sleep(0.02)
    pytest.fail("nothing was read in time")


def kept(data: Path, table: str) -> int:
    file = data / "custodes.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as register:
        try:
            return int(register.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_ctrl_c_files_what_was_read_and_the_next_import_takes_the_rest(
    large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    with importing(data, large) as process:
        wait_until_some_are_kept(data)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    (report,) = json.loads(out)["files"]
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert report["error"]["code"] == "interrupted"
    assert 0 < report["new"] < 2 * DEVICES
    assert kept(data, "observations") == report["new"]
    assert kept(data, "devices") == report["devices"] == -(-report["new"] // 2)
    assert invoke(["--data", str(data), "import", "--json", str(large)]) == 0
    (again,) = json.loads(capsys.readouterr().out)["files"]
    assert again["new"] == 2 * DEVICES - report["new"]
    assert kept(data, "devices") == DEVICES


def test_a_killed_import_is_completed_by_the_next(large: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with importing(data, large) as process:
        wait_until_some_are_kept(data)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)
    assert 0 < kept(data, "observations") < 2 * DEVICES
    assert invoke(["--data", str(data), "import", str(large)]) == 0
    assert (kept(data, "observations"), kept(data, "devices")) == (2 * DEVICES, DEVICES)
    with open_register(f"sqlite:///{data / 'custodes.sqlite'}") as register:
        assert register.check() == []
        assert register.count(unknown="brand") == 0
