"""`custodes credentials`: kept sealed, listed without the secret, never taken from an argument."""

import io
import json
import sys
from pathlib import Path

import pytest

from custodes.cli.main import invoke

WORD = "open-sesame-77"


class Pipe:
    """Standard input that is a pipe."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)

    def isatty(self) -> bool:
        return False


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTODES_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def add(monkeypatch: pytest.MonkeyPatch, *arguments: str, word: bytes = WORD.encode()) -> int:
    monkeypatch.setattr(sys, "stdin", Pipe(word + b"\n"))
    return invoke(["credentials", "add", *arguments])


def test_a_log_in_is_listed_without_its_secret_and_lies_sealed(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, "--network", "10.0.0.0/24", "--user", "eve", "--password-stdin") == 0
    assert invoke(["credentials"]) == 0
    assert invoke(["credentials", "--json"]) == 0
    shown = capsys.readouterr()
    assert "eve" in shown.out
    assert WORD not in shown.out + shown.err
    every = b"".join(path.read_bytes() for path in data.iterdir())
    assert WORD.encode() not in every
    assert (data / "credentials.key").stat().st_mode & 0o777 == 0o600
    assert invoke(["credentials", "remove", "1"]) == 0
    assert invoke(["credentials", "remove", "1"]) == 2


def test_a_password_is_never_an_option(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, "--network", "10.0.0.0/24", "--user", "eve", "--password", WORD) == 2
    assert not data.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--user", "eve"),
        ("--network", "10.0.0.0/24"),
        ("--network", "10.0.0.0/24", "--device", "1", "--user", "eve"),
        ("--device", "77", "--user", "eve"),
        ("--site", "Nowhere", "--user", "eve"),
        ("--network", "over there", "--user", "eve"),
        ("--network", "10.0.0.0/24", "--user", "e:ve"),
    ],
)
def test_a_log_in_for_nobody_or_of_nobody_is_wrong_usage(
    data: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert add(monkeypatch, *arguments, "--password-stdin") == 2
    assert not (data / "custodes.sqlite").exists() or json.loads(_list()) == []


def _list() -> str:
    held, sys.stdout = sys.stdout, io.StringIO()
    try:
        invoke(["credentials", "--json"])
        return sys.stdout.getvalue()
    finally:
        sys.stdout = held


@pytest.mark.parametrize("word", [b"", b"\xff\xfe", b"x" * 300])
def test_what_is_no_password_is_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch, word: bytes
) -> None:
    arguments = ("--network", "10.0.0.0/24", "--user", "eve", "--password-stdin")
    assert add(monkeypatch, *arguments, word=word) == 2


def test_without_a_terminal_the_password_must_be_piped(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, "--network", "10.0.0.0/24", "--user", "eve") == 2
    assert "--password-stdin" in capsys.readouterr().err


def test_the_prompt_asks_twice_and_keeps_nothing_when_they_differ(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(Pipe):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(b""))
    said = iter([WORD, "other", WORD, WORD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(said))
    arguments = ["credentials", "add", "--network", "10.0.0.0/24", "--user", "eve"]
    assert invoke(arguments) == 2
    assert invoke(arguments) == 0


def test_a_lost_key_is_not_replaced_by_another_one(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--network", "10.0.0.0/24", "--user", "eve", "--password-stdin")
    assert add(monkeypatch, *arguments) == 0
    (data / "credentials.key").unlink()
    assert add(monkeypatch, *arguments) == 6
    assert "Restore it from a backup" in capsys.readouterr().err
    (data / "credentials.key").write_text("nonsense")
    (data / "credentials.key").chmod(0o600)
    assert add(monkeypatch, *arguments) == 6


def test_the_key_may_lie_elsewhere(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODES_CREDENTIALS_KEY_FILE", str(tmp_path / "safe" / "key"))
    arguments = ("--network", "10.0.0.0/24", "--kind", "snmp", "--password-stdin")
    assert add(monkeypatch, *arguments) == 0
    assert (tmp_path / "safe" / "key").exists()
    assert not (data / "credentials.key").exists()
