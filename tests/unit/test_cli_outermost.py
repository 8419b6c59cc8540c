"""What a command says where its output cannot go, and where it is used wrongly."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from custodes.cli import output
from custodes.cli.main import invoke
from custodes.errors import UsageError

CONFIG = [sys.executable, "-m", "custodes", "--data", "/nowhere", "config"]


def run(
    command: list[str], environment: dict[str, str], **streams: object
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, check=False, timeout=60, env={**os.environ, **environment},
        stderr=subprocess.PIPE, **streams,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [["scan", "--json", "--foo"], ["frobnicate", "--json"], ["import", "--json"]]
)
def test_with_json_wrong_usage_is_one_object_on_standard_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    error = json.loads(said.err)["error"]
    assert error["code"] == "usage"
    assert error["message"]
    assert "--help" in error["hint"]


def test_a_misspelt_command_is_told_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["devcies"]) == 2
    assert "'devices'" in capsys.readouterr().err


def test_facts_that_are_lists_stay_lists(capsys: pytest.CaptureFixture[str]) -> None:
    output.report_error(UsageError("no", uncovered=["192.0.2.0/24"], path=Path("x")), True)
    facts = json.loads(capsys.readouterr().err)["error"]["facts"]
    assert facts == {"uncovered": ["192.0.2.0/24"], "path": "x"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_output_that_finds_no_space_is_an_error_of_the_machine_not_of_ours(
    arguments: list[str],
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run([*CONFIG, *arguments], {}, stdout=full)
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"fault" not in done.stderr


def test_without_standard_output_a_table_is_not_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    output.table([{"a": 1}], {"a": "A"}, empty="none")


def test_a_terminal_of_few_letters_gets_the_others_by_number() -> None:
    done = run([*CONFIG[:3], "import", "--help"], {"PYTHONIOENCODING": "latin-1"}, stdout=-1)
    assert done.returncode == 0
    assert rb"FILE\u2026" in done.stdout


def test_in_a_pipe_a_row_is_a_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([{"a": "x" * 500, "b": 1}], {"a": "A", "b": "B"}, empty="none")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["x" * 500, "1"]


def test_a_data_folder_that_is_a_file_is_named_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert invoke(["--data", str(tmp_path / "file"), "sites"]) == 2
    assert "is a file" in capsys.readouterr().err


def test_on_a_terminal_too_narrow_for_it_a_table_keeps_its_words_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    rows = [{"address": "127.77.0.15", "model": "HP LaserJet Pro M404dn"}] * 3
    for columns in ("20", "30", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        output.table(rows, {"address": "Address", "model": "Model"}, empty="")
        said = capsys.readouterr().out
        assert said.count("127.77.0.15") == 3
        assert said.count("LaserJet") == 3
