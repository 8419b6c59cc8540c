"""What only a list says is never shown as if the device had said it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from custodes.cli.main import invoke
from custodes.console.app import create_app

LIST = "Asset tag,Site,Make,Model\nA1,Library,Honeywell,HEN04103\n"


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (tmp_path / "cams.csv").write_text(LIST)
    folder = tmp_path / "data"
    assert invoke(["--data", str(folder), "import", str(tmp_path / "cams.csv")]) == 0
    capsys.readouterr()
    return str(folder)


@pytest.fixture
def client(data: str) -> Iterator[TestClient]:
    app = create_app(f"sqlite:///{data}/custodes.sqlite")
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def test_the_page_of_a_listed_device_says_that_a_person_wrote_it(client: TestClient) -> None:
    page = client.get("/devices/1").text
    assert "what the device sent" not in page
    assert "only listed, never seen" in page
    assert "what a person wrote, word for word" in page


def test_lists_and_the_overview_mark_what_is_only_listed(client: TestClient) -> None:
    assert "only listed" in client.get("/devices").text
    assert "1 of them only listed, never seen" in client.get("/").text


def test_the_command_says_it_too(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--data", data, "devices", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "asset.record showed" not in shown
    assert "a person wrote in a list:" in shown
    assert "Confidence      0.25" in shown
    assert "is_surveillance" not in shown
    assert "1 observations" not in shown


def test_headings_are_the_words_of_the_house(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--data", data, "devices"]) == 0
    heading = capsys.readouterr().out.splitlines()[0].split()
    assert heading[2:4] == ["Brand", "Maker"]
