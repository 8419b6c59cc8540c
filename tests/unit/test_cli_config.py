import json
from pathlib import Path

import pytest

from custodes import settings
from custodes.cli.main import invoke


def shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    assert invoke(["--data", str(folder), "config", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    return {"": told} | {row["name"]: row for row in told["settings"]}


def test_every_setting_is_shown_with_value_origin_variable_and_meaning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "custodes.toml").write_text("[web]\nport = 1234\n")
    told = shown(tmp_path, capsys)
    assert set(told) == {"", *(s.name for s in settings.SETTINGS)}
    assert told["web.port"]["value"] == 1234
    assert told["web.port"]["origin"] == str(tmp_path / "custodes.toml")
    assert told["web.port"]["variable"] == "CUSTODES_WEB_PORT"
    assert told["web.port"]["default"] == 8765
    assert told["web.host"]["origin"] == "default"


def test_the_password_of_the_database_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUSTODES_DATABASE", "postgresql://council:hunter2@db.example/custodes")
    assert invoke(["--data", str(tmp_path), "config"]) == 0
    assert invoke(["--data", str(tmp_path), "config", "--json"]) == 0
    told = capsys.readouterr()
    assert "hunter2" not in told.out + told.err
    assert "council:***@db.example" in told.out


def test_a_person_sees_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--data", str(tmp_path), "config"]) == 0
    out = capsys.readouterr().out
    for word in ("Setting", "Value", "From", "Variable", "Meaning", "web.port", str(tmp_path)):
        assert word in out


def test_a_broken_file_is_told_in_one_line_with_exit_status_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "custodes.toml").write_bytes(b"\xff\xfe")
    assert invoke(["--data", str(tmp_path), "config"]) == 2
    assert "custodes.toml cannot be read" in capsys.readouterr().err
