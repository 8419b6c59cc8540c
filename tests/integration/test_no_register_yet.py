"""Commands that only read make nothing where there is no register."""

import threading
from pathlib import Path

import click
import pytest

from custodes.cli import context
from custodes.cli.main import invoke
from custodes.errors import UsageError


def a_command(folder: Path) -> click.Context:
    return click.Context(click.Command("any"), obj={"data": str(folder)})


def test_an_empty_register_is_read_where_there_is_none_and_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "none"
    with context.register(a_command(folder), make=False) as register:
        found: list[object] = []
        other = threading.Thread(target=lambda: found.extend(register.devices()))
        other.start()
        other.join()
        assert found == register.devices() == []
        assert register.counts().devices == 0
    assert capsys.readouterr().err == f"There is no register in {folder} yet.\n"
    assert not folder.exists()


def test_a_register_that_is_there_is_read_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with context.register(a_command(tmp_path)) as register:
        register.add_site("Depot")
    with context.register(a_command(tmp_path), make=False) as register:
        assert [site.name for site in register.sites()] == ["Depot"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("make", [True, False])
def test_a_file_is_no_data_folder(tmp_path: Path, make: bool) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(UsageError, match="is a file"),
        context.register(a_command(tmp_path / "file"), make=make),
    ):
        pass


@pytest.mark.parametrize("arguments", [["networks"], ["networks", "show", "192.0.2.1"]])
def test_looking_at_networks_makes_no_folder(tmp_path: Path, arguments: list[str]) -> None:
    folder = tmp_path / "none"
    assert invoke(["--data", str(folder), *arguments]) in {0, 2}
    assert not folder.exists()
