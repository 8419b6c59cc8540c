"""`custodes import`, from the command line to the devices in the register."""

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custodes.cli.main import invoke
from custodes.estate.register import Register, open_register
from custodes.find.read import intake
from custodes.find.read.formats import open_file

DATA = Path(__file__).resolve().parents[1] / "data" / "read"
FILES = sorted(str(path) for path in DATA.glob("cameras.*"))
NMAP = str(DATA / "cameras.nmap.xml")
Run = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command with --json; gives the exit status and what was said of each file."""

    def command(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
        status = invoke(["--data", str(folder), "import", "--json", *arguments])
        return status, json.loads(capsys.readouterr().out or '{"files": []}')["files"]

    return command


def devices(folder: Path) -> dict[str | None, tuple[str | None, str | None, str | None]]:
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        return {d.address: (d.brand, d.model, d.device_type) for d in register.devices()}


def counts(register: Register) -> tuple[int, int]:
    found = register.counts()
    return found.devices, found.observations


def test_files_of_three_tools_become_identified_devices(run: Run, folder: Path) -> None:
    status, reports = run(*FILES)
    assert status == 0
    assert [(r["format"], r["new"], r["known"]) for r in reports] == [
        ("nmap", 29, 0),
        ("observations", 5, 0),
        ("shodan", 23, 0),
    ]
    found = devices(folder)
    assert len(found) == 12
    assert found["192.0.2.4"][0] == "Hikvision"
    assert found["192.0.2.5"][:2] == ("Axis", "P1448-LE")
    assert found["198.51.100.6"][:2] == ("Axis", "P1448-LE")
    assert found["2001:db8::6"] == (None, None, None)


def test_the_same_file_again_changes_nothing(run: Run, folder: Path) -> None:
    run(*FILES)
    before = devices(folder)
    status, reports = run(*FILES)
    assert status == 0
    assert [r["new"] for r in reports] == [0, 0, 0]
    assert devices(folder) == before


def test_how_many_are_held_at_a_time_does_not_change_what_is_concluded(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*FILES)
    at_once = devices(folder)
    monkeypatch.setattr(intake, "BATCH", 2)
    monkeypatch.setattr(intake, "WINDOW", 2)
    status = invoke(["--data", str(folder / "other"), "import", *FILES])
    assert status == 0
    assert devices(folder / "other") == at_once


def test_a_cut_file_ends_with_3_and_what_was_read_stays(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    whole = Path(NMAP).read_bytes()
    cut = tmp_path / "aborted.xml"
    cut.write_bytes(whole[: whole.index(b"2001:db8::6")])
    status, (report,) = run(str(cut))
    assert status == 3
    assert report["error"]["code"] == "input"
    assert "middle of host 3" in report["error"]["message"]
    assert report["new"] == report["observations"] == 27
    assert devices(folder)["192.0.2.4"][0] == "Hikvision"


def test_one_unreadable_file_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    status, reports = run(str(tmp_path / "empty"), str(tmp_path), NMAP)
    assert status == 3
    assert [bool(r["error"]) for r in reports] == [True, True, False]
    assert reports[2]["new"] == 29


def test_bad_lines_are_listed_and_the_rest_goes_in(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    good = (DATA / "cameras.shodan.json").read_bytes()
    path.write_bytes(gzip.compress(b"{broken\n" * 30 + good))
    status, (report,) = run(str(path))
    assert (status, report["rejected"], report["new"]) == (3, 30, 23)
    assert len(report["reasons"]) == 20
    assert report["reasons"][0]["where"] == "line 1"


def test_a_dry_run_makes_no_register(run: Run, folder: Path) -> None:
    status, reports = run("--dry-run", *FILES)
    assert status == 0
    assert [r["observations"] for r in reports] == [29, 5, 23]
    assert {r["new"] for r in reports} == {None}
    assert not folder.exists()


def test_observations_are_written_too_and_read_back_the_same(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    run("--dry-run", "-o", str(out), *FILES)
    with open_file(out) as reader:
        back = [o.digest for o in reader]
    direct = []
    for path in FILES:
        with open_file(path) as reader:
            direct += [o.digest for o in reader]
    assert back == direct


def test_a_file_that_is_read_is_never_written_over(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.jsonl"
    content = (DATA / "cameras.observations.jsonl").read_bytes()
    path.write_bytes(content)
    assert invoke(["--data", str(folder), "import", "-o", str(path), str(path)]) == 2
    assert path.read_bytes() == content
    assert "one of the files to read" in capsys.readouterr().err


def test_observations_may_go_down_a_pipe(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert invoke(["--data", str(folder), "import", "--dry-run", "-o", "-", NMAP]) == 0
    lines = capfdbinary.readouterr().out.splitlines()
    assert len(lines) == 29
    assert json.loads(lines[0])["field"] == "mac.address"


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(Path(NMAP).read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    status, (report,) = run("-")
    assert (status, report["format"], report["devices"]) == (0, "nmap", 3)
    status, (report,) = run("-")
    assert status == 3
    assert report["error"]["message"] == "standard input: the file is empty"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_without_a_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = ["import", "--dry-run", "-o", "/dev/full", *FILES * 30]
    assert invoke(["--data", str(folder), *many]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_devices_go_to_the_site_that_is_named(run: Run, folder: Path) -> None:
    assert run("--site", "Town Hall", NMAP)[0] == 0
    assert run("--site", "town hall", NMAP)[0] == 0
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        assert [site.name for site in register.sites()] == ["Town Hall"]
        assert {device.site for device in register.devices()} == {"Town Hall"}


def test_an_observation_of_nothing_in_particular_is_kept_and_counted(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"field":"http.title","payload":"adrift"}\n')
    status, (report,) = run(str(path))
    assert (status, report["new"], report["unplaced"], report["devices"]) == (0, 1, 1, 0)
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        assert counts(register) == (0, 1)


def test_people_get_a_table_and_the_reasons(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes((DATA / "cameras.observations.jsonl").read_bytes() + b"\x1b[31m{\n")
    for expected in ("5", "nothing new"):
        assert invoke(["--data", str(folder), "import", str(bad)]) == 3
        said = capsys.readouterr()
        assert expected in said.out
        assert "line 6" in said.err
        assert "\x1b" not in said.out + said.err


def test_the_formats_of_the_command_are_those_that_can_be_read() -> None:
    from custodes.cli.import_ import FORMATS
    from custodes.find.read.formats import formats

    assert [f.NAME for f in formats()] == list(FORMATS)
