"""The outermost edge: what a user sees when something goes wrong."""

import errno
import json

import click
import pytest

from custodes.cli import main as cli
from custodes.cli import output
from custodes.errors import OutOfScope


def raising(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def boom(as_json: bool) -> None:
        raise error

    return boom


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> object:
    def install(error: BaseException) -> None:
        monkeypatch.setattr(cli.main, "get_command", lambda ctx, name: raising(error))

    return install


def test_an_expected_error_is_a_line_a_hint_and_its_exit_status(command, capsys) -> None:
    command(OutOfScope("nothing covers 127.1.0.0/24", hint="record it", networks=1))
    assert cli.invoke(["boom"]) == 5
    assert capsys.readouterr().err == "custodes: nothing covers 127.1.0.0/24\n  record it\n"


def test_with_json_an_expected_error_is_one_object_on_standard_error(command, capsys) -> None:
    command(OutOfScope("no", hint="do", networks=1, where=object))
    assert cli.invoke(["boom", "--json"]) == 5
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["code"], error["hint"], error["facts"]["networks"]) == ("out-of-scope", "do", 1)


def test_a_fault_of_ours_shows_no_traceback_unless_asked(command, capsys, monkeypatch) -> None:
    monkeypatch.delenv("CUSTODES_DEBUG", raising=False)
    command(ZeroDivisionError("x"))
    assert cli.invoke(["boom"]) == 70
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("CUSTODES_DEBUG", "1")
    assert cli.invoke(["boom"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_ends_with_130_and_says_what_is_kept(command, capsys) -> None:
    command(KeyboardInterrupt())
    assert cli.invoke(["boom"]) == 130
    assert "kept" in capsys.readouterr().err


@pytest.mark.parametrize("told", [(), (errno.EPIPE, "Broken pipe")])
def test_a_reader_that_goes_away_is_not_an_error(command, monkeypatch, told) -> None:
    monkeypatch.setattr(output, "close_quietly", lambda: None)
    command(BrokenPipeError(*told))
    assert cli.invoke(["boom"]) == 0


def test_an_unknown_command_points_to_help(capsys) -> None:
    assert cli.invoke(["frobnicate"]) == 2
    assert "custodes --help" in capsys.readouterr().err


def test_the_help_page_lists_every_command(capsys) -> None:
    assert cli.invoke(["--help"]) == 0
    page = capsys.readouterr().out
    assert all(f"  {name} " in page for name in cli.COMMANDS)


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_exists_and_has_help(name: str, capsys) -> None:
    assert cli.invoke([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: custodes {name}")


def test_text_of_a_device_cannot_command_the_terminal() -> None:
    assert output.printable("a\x1b[2Jb\r\n") == "a\\x1b[2Jb\\x0d\\x0a"


def test_a_table_says_unknown_for_what_is_unknown_and_teaches_when_empty(capsys) -> None:
    output.table([{"maker": None, "ok": True}], {"maker": "Maker", "ok": "OK"}, empty="none")
    assert "unknown" in capsys.readouterr().out
    output.table([], {"maker": "Maker"}, empty="No device yet. Run `custodes demo`.")
    assert "custodes demo" in capsys.readouterr().out
