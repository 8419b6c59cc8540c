import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.cli import checks
from custodes.cli.main import invoke
from custodes.units import GIB, MIB

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def doctor(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, dict[str, str]]]:
    status = invoke(["--data", str(folder), "doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    return status, {check["name"]: check for check in told["checks"]}


def test_a_fresh_machine_is_well_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = doctor(tmp_path / "none", capsys)
    assert status == 0
    assert found["register"]["state"] == "ok"
    assert "made on first use" in found["register"]["found"]
    assert not (tmp_path / "none").exists()
    assert set(found) == {
        "Python",
        "custodes",
        "data folder",
        "disk",
        "settings",
        "SQLite",
        "register",
        "clock",
        "knowledge",
        "loopback",
        "open files",
    }


def test_a_register_that_is_there_is_opened_and_counted(
    sample_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = doctor(Path(sample_url.removeprefix("sqlite:///")).parent, capsys)
    assert "15 devices" in found["register"]["found"]
    assert "schema" in found["register"]["found"]


def test_a_damaged_register_fails_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "custodes.sqlite").write_bytes(b"this is no database" * 100)
    status, found = doctor(tmp_path, capsys)
    assert status == 1
    assert found["register"]["state"] == "fail"
    assert found["register"]["advice"]


def test_wrong_settings_fail_and_the_rest_is_still_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "custodes.toml").write_text("nonsense = 1\n")
    status, found = doctor(tmp_path, capsys)
    assert status == 1
    assert found["settings"]["state"] == "fail"
    assert found["knowledge"]["state"] == "ok"


def test_a_misspelt_variable_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUSTODES_WEB_PROT", "1")
    status, found = doctor(tmp_path, capsys)
    assert status == 0
    assert found["settings"]["state"] == "warn"
    assert "CUSTODES_WEB_PROT" in found["settings"]["found"]


def test_a_database_server_that_does_not_answer_fails_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUSTODES_DATABASE", "postgresql://c:hunter2@127.0.0.1:1/custodes")
    status, found = doctor(tmp_path, capsys)
    assert status == 1
    assert found["register"]["state"] == "fail"
    assert "hunter2" not in json.dumps(found)


def test_a_person_reads_one_line_for_each_check_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o755)
    assert invoke(["--data", str(tmp_path), "doctor"]) == 0
    told = capsys.readouterr()
    assert f"chmod 700 {tmp_path}" in told.out
    assert "11 checks: 0 failed" in told.err


@pytest.mark.parametrize(
    ("check", "state"),
    [
        (checks.python((3, 10, 9)), "fail"),
        (checks.python((3, 11, 0)), "ok"),
        (checks.python((3, 13, 9)), "ok"),
        (checks.python((3, 14, 0)), "fail"),
        (checks.data_folder("/d", exists=True, writable=False, mode=0o700), "fail"),
        (checks.data_folder("/d", exists=True, writable=True, mode=0o700), "ok"),
        (checks.free_space(99 * MIB), "fail"),
        (checks.free_space(GIB - 1), "warn"),
        (checks.free_space(GIB), "ok"),
        (checks.sqlite("3.40.1", sound=False, used=True), "warn"),
        (checks.sqlite("3.40.1", sound=False, used=False), "ok"),
        (checks.sqlite("3.51.3", sound=True, used=True), "ok"),
        (checks.knowledge(0, 10, 10), "fail"),
        (checks.loopback(False), "warn"),
        (checks.open_files(256), "warn"),
        (checks.open_files(1024), "ok"),
        (checks.open_files(-1), "ok"),
        (checks.clock(datetime(2019, 1, 1, tzinfo=UTC), None), "fail"),
        (checks.clock(NOW, NOW + timedelta(hours=1)), "warn"),
        (checks.clock(NOW, NOW + timedelta(minutes=5)), "ok"),
    ],
)
def test_each_limit_is_where_it_is_said_to_be(check: checks.Check, state: str) -> None:
    assert check.state == state


@pytest.mark.parametrize(
    "check",
    [
        checks.python((3, 10, 9)),
        checks.data_folder("/d", exists=False, writable=False, mode=0),
        checks.free_space(1),
        checks.settings("x", []),
        checks.sqlite("3.40.1", sound=False, used=True),
        checks.knowledge(0, 0, 0),
        checks.loopback(False),
        checks.open_files(1),
        checks.clock(datetime(2019, 1, 1, tzinfo=UTC), None),
    ],
)
def test_whatever_is_not_well_comes_with_what_to_do(check: checks.Check) -> None:
    assert check.state != "ok"
    assert check.advice


def test_a_data_folder_that_is_a_file_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "file"
    place.write_text("x")
    status, found = doctor(place, capsys)
    assert status == 1
    assert found["data folder"]["state"] == "fail"
    assert found["data folder"]["found"] == f"{place} is a file"
    assert found["register"]["state"] == "fail"
