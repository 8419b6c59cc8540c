"""On a system that has 127.0.0.1 alone of all loopback addresses, as macOS."""

import errno
import json
import socket
from pathlib import Path

import pytest

from custodes.cli.main import invoke


class OneLoopbackAddress(socket.socket):
    """A socket as that system gives it."""

    def bind(self, place: tuple[str, int], /) -> None:  # type: ignore[override]
        if place[0].startswith("127.") and place[0] != "127.0.0.1":
            raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")
        super().bind(place)


@pytest.fixture
def one_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", OneLoopbackAddress)


@pytest.mark.usefixtures("one_loopback")
def test_a_demo_puts_every_device_on_one_address_and_finds_all_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["--data", str(tmp_path / "d"), "demo", "--once", "--json"]) == 0
    captured = capsys.readouterr()
    assert "40 virtual devices answer on 127.0.0.1, each on ports of its own." in captured.err
    said = json.loads(captured.out)
    assert said["devices"] == said["targets"] == said["score"]["found"] == 40
    assert said["score"]["is_surveillance"]["wrong"] == 0
    assert said["score"]["maker"]["wrong"] == 0
    assert said["asset_list"]["listed_but_not_found"] == 2


@pytest.mark.usefixtures("one_loopback")
def test_virtual_devices_say_how_they_can_be_had_and_then_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["simulate", "--devices", "2", "--for", "0"]) == 2
    assert "--one-address" in capsys.readouterr().err
    assert invoke(["simulate", "--devices", "2", "--for", "0", "--one-address"]) == 0
    assert "2 devices answer on 127.0.0.1." in capsys.readouterr().err
