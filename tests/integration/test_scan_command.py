"""`custodes scan` and `custodes networks` as an operator uses them, on loopback."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from custodes.cli.main import invoke

WHO = "J. Smith, Head of Estates, until 2099-12-31"
Run = Callable[..., tuple[int, str, str]]


@dataclass
class Camera:
    """A small web server that remembers who asked what of it."""

    address: str
    port: int
    asked: list[str] = field(default_factory=list)
    connections: list[float] = field(default_factory=list)

    @property
    def target(self) -> str:
        return f"{self.address}:{self.port}/http"


@pytest.fixture
def camera() -> Iterator[Camera]:
    seen = Camera("127.77.0.1", 0)

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            seen.connections.append(time.monotonic())
            super().setup()

        def do_GET(self) -> None:
            seen.asked.append(self.path)
            body = b"<html><head><title>index</title></head></html>"
            self.send_response_only(200)
            self.send_header("Server", "App-webs/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer((seen.address, 0), Handler) as server:
        seen.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield seen
        server.shutdown()
        thread.join()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("CUSTODES_DATA", str(tmp_path / "data"))

    def call(*arguments: str) -> tuple[int, str, str]:
        status = invoke(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def document(text: str) -> Any:
    return json.loads(text)


def test_without_authority_nothing_is_sent_and_the_refusal_says_how_to_record_it(
    run: Run, camera: Camera
) -> None:
    status, out, err = run("scan", camera.target)
    assert (status, out) == (5, "")
    assert "no recorded authority covers 127.77.0.1/32" in err
    assert "custodes networks authorise 127.77.0.1/32 --authority" in err
    assert camera.connections == []


def test_the_refusal_is_json_where_json_was_asked_for(run: Run, camera: Camera) -> None:
    status, _, err = run("scan", camera.target, "--json")
    assert status == 5
    assert document(err)["error"]["code"] == "out-of-scope"
    assert document(err)["error"]["facts"]["uncovered"]


def test_one_uncovered_target_keeps_the_whole_scan_at_home(run: Run, camera: Camera) -> None:
    assert run("networks", "authorise", "127.77.0.1", "--authority", WHO)[0] == 0
    assert run("scan", camera.target, "127.78.0.0/30")[0] == 5
    assert camera.connections == []


def test_authority_given_with_the_scan_is_recorded_and_the_device_filed(
    run: Run, camera: Camera
) -> None:
    status, out, _ = run("scan", camera.target, "--authority", WHO, "--site", "Depot", "--json")
    body = document(out)
    assert status == 0
    assert body["authorities"] == ["J. Smith, Head of Estates, until 2100-01-01T00:00:00Z"]
    assert (body["done"], body["answered"], body["devices"]) == (1, 1, 1)
    assert body["by_maker"] == {"Hikvision": 1}
    assert camera.asked[0] == "/"
    (network,) = document(run("networks", "--json")[1])
    assert (network["cidr"], network["site"]) == ("127.77.0.1/32", "Depot")
    assert network["scanning"].startswith("allowed until")


def test_a_finished_scan_starts_anew_and_writes_nothing_twice(run: Run, camera: Camera) -> None:
    from custodes.estate.register import open_register

    run("scan", camera.target, "--authority", WHO)
    _, out, _ = run("scan", camera.target, "--json")
    assert document(out)["already_done"] == 0
    data = os.environ["CUSTODES_DATA"]
    with open_register(f"sqlite:///{data}/custodes.sqlite") as register:
        assert len(register.devices()) == 1
        fields = [o.observation.field for o in register.observations()]
    assert fields.count("http.response") == 1


def test_without_the_register_nothing_is_kept(run: Run, camera: Camera) -> None:
    from custodes.estate.register import open_register

    assert run("scan", camera.target, "--authority", WHO, "--no-register")[0] == 0
    data = os.environ["CUSTODES_DATA"]
    with open_register(f"sqlite:///{data}/custodes.sqlite") as register:
        assert register.devices() == []


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(run: Run, camera: Camera) -> None:
    status, out, err = run("scan", camera.target, "127.78.0.0/24", "--dry-run", "--json")
    body = document(out)
    assert status == 0
    assert body["addresses"] == 255
    assert body["authorised"] is False
    assert body["not_covered"] == ["127.77.0.1/32", "127.78.0.0/24"]
    assert body["packets_at_most"] == 2550
    assert "Nothing was sent." in err
    assert camera.connections == []
    assert document(run("networks", "--json")[1]) == []


def test_observations_are_also_written_to_a_file_that_is_never_replaced(
    run: Run, camera: Camera, tmp_path: Path
) -> None:
    out = tmp_path / "seen.jsonl"
    assert run("scan", camera.target, "--authority", WHO, "-o", str(out))[0] == 0
    (line,) = [json.loads(text) for text in out.read_text().splitlines()]
    assert line["field"] == "http.response"
    assert line["device"] == f"127.77.0.1:{camera.port}"
    assert line["source"] == "scan:http"
    status, _, err = run("scan", camera.target, "-o", str(out))
    assert status == 2
    assert "exists" in err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--skip", "http,pages,onvif"], 0),
        (["--only", "rtsp"], 0),
        (["--only", "gopher"], 2),
        (["--only", "http", "--skip", "http"], 2),
        (["--resume", "--fresh"], 2),
        (["--packets-per-second", "0"], 2),
        (["--packets-per-second", "9999"], 2),
        (["--ports", "0"], 2),
        (["--authority", "me"], 2),
    ],
)
def test_probes_can_be_left_out_and_wrong_options_are_refused(
    run: Run, camera: Camera, arguments: list[str], expected: int
) -> None:
    run("networks", "authorise", "127.77.0.1", "--authority", WHO)
    assert run("scan", camera.target, *arguments)[0] == expected
    assert camera.connections == []


def test_a_probe_that_the_settings_switch_off_is_not_sent(
    run: Run, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODES_SCAN_PROBES_OFF", "http, pages, onvif")
    assert run("scan", camera.target, "--authority", WHO)[0] == 0
    assert camera.connections == []


def test_a_print_port_is_connected_to_and_nothing_is_written(run: Run, camera: Camera) -> None:
    target = f"{camera.address}:{camera.port}/silent"
    status, out, _ = run("scan", target, "--authority", WHO, "--json")
    assert status == 0
    assert document(out)["device_list"][0]["open_ports"] == [camera.port]
    assert camera.asked == []


def test_the_table_says_who_was_found_and_stderr_how(run: Run, camera: Camera) -> None:
    _, out, err = run("scan", camera.target, "--authority", WHO)
    assert "Hikvision" in out
    assert "1 of 1 address looked at" in err
    assert "1 device found: 1 camera or recorder, 0 other devices" in err
    assert "Cameras and recorders by brand: Hikvision 1." in err
    assert "Cameras and recorders by maker: Hikvision 1." in err
    head = out.splitlines()[0].split()
    assert head == ["Address", "Brand", "Maker", "Model", "Firmware", "Type", "Surveillance"]


def test_nobody_at_home_is_no_failure(run: Run) -> None:
    status, out, err = run("scan", "127.77.9.9:9/http", "--authority", WHO)
    assert status == 0
    assert "No device answered." in out
    assert "1 address refused everything." in err
    assert "did not answer" not in err


def test_the_counts_of_addresses_add_up(run: Run, camera: Camera) -> None:
    _, out, _ = run("scan", camera.target, "127.77.9.9:9/http", "--authority", WHO, "--json")
    body = document(out)
    assert (body["answered"], body["refused"], body["not_answering"]) == (1, 1, 0)
    assert body["done"] == body["answered"] + body["refused"] + body["not_answering"]
    assert body["devices"] == body["answered"] - body["said_nothing"] == 1


def test_a_dry_run_in_words_tells_least_and_most_and_how_names_were_resolved(run: Run) -> None:
    status, out, _ = run("scan", "localhost", "--ports", "80", "--dry-run", "--authority", WHO)
    assert status == 0
    assert "Name: localhost was resolved to " in out
    assert "127.0.0.1" in out
    assert re.search(r"^Packets: \d+ at least, \d+ at most;", out, re.MULTILINE)
    assert "to the end of 2099-12-31 (UTC)" in out
    assert not Path(os.environ["CUSTODES_DATA"]).exists(), "a dry run makes nothing"


def test_names_are_refused_where_nothing_may_be_asked_of_the_resolver(run: Run) -> None:
    status, _, err = run("scan", "localhost", "--dry-run", "--no-resolve")
    assert status == 2
    assert "'localhost' is a name" in err


def test_a_target_file_that_is_not_there_is_wrong_usage_and_an_unreadable_one_is_not(
    run: Run, tmp_path: Path
) -> None:
    missing, folder, binary = tmp_path / "no.txt", tmp_path, tmp_path / "binary.txt"
    binary.write_bytes(b"192.0.2.1\n\xff\xfe\n")
    status, _, err = run("scan", f"@{missing}", "--dry-run")
    assert (status, err) == (2, f"custodes: there is no file {missing}\n")
    status, _, err = run("identify", str(missing))
    assert (status, err) == (2, f"custodes: there is no file {missing}\n")
    status, _, err = run("scan", f"@{folder}", "--dry-run")
    assert (status, err) == (3, f"custodes: {folder} cannot be read: Is a directory\n")
    status, _, err = run("identify", str(folder))
    assert (status, err) == (3, f"custodes: {folder} cannot be read: Is a directory\n")
    status, _, err = run("scan", f"@{binary}", "--dry-run")
    assert (status, err.count(str(binary))) == (3, 1)
    assert "line 2 is not UTF-8 text" in err


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "custodes", *arguments]


def test_ctrl_c_stops_within_a_second_and_the_next_scan_goes_on(
    run: Run, camera: Camera, tmp_path: Path
) -> None:
    out = tmp_path / "seen.jsonl"
    run("networks", "authorise", "127.77.0.0/24", "--authority", WHO)
    # One packet a second: the first device is done soon, the others are not.
    others = [f"127.77.0.{n}:9/http" for n in range(10, 16)]
    asked = ["scan", camera.target, *others, "--packets-per-second", "1", "--json", "-o", str(out)]
    with subprocess.Popen(
        command(*asked), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as going:
        deadline = time.monotonic() + 20
        while not (out.exists() and out.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1.5)
        going.send_signal(signal.SIGINT)
        started = time.monotonic()
        text, err = going.communicate(timeout=20)
    assert going.returncode == 130, err
    assert time.monotonic() - started < 2  # one to stop, one for a slow machine to end Python
    body = document(text)
    assert body["interrupted"]
    assert 0 < body["done"] < 7
    assert out.read_bytes()
    asked[asked.index("1")] = "50"
    status, text, err = run(*asked)
    assert status == 0
    assert "Going on:" in err
    again = document(text)
    assert again["already_done"] == body["done"]
    assert again["already_done"] + again["done"] == 7
    _, text, _ = run(*[a for a in asked if a not in {"-o", str(out)}])
    assert document(text)["already_done"] == 0


# custodes networks


def test_a_network_is_recorded_and_shown_with_its_authorities(run: Run) -> None:
    run("networks", "add", "192.0.2.0/24", "--name", "CCTV", "--segment", "isolated")
    run("networks", "authorise", "192.0.2.0/24", "--authority", WHO, "--reference", "Minute 7")
    status, out, _ = run("networks", "show", "192.0.2.77", "--json")
    body = document(out)
    assert status == 0
    assert (body["cidr"], body["name"], body["segment"]) == ("192.0.2.0/24", "CCTV", "isolated")
    (authority,) = body["authorities"]
    assert authority["who"] == "J. Smith, Head of Estates"
    assert authority["reference"] == "Minute 7"
    assert authority["in_force"] is True
    assert "Minute 7" in run("networks", "show", "192.0.2.0/24")[1]


def test_the_list_says_which_networks_may_be_scanned(run: Run) -> None:
    _, out, err = run("networks")
    assert "No network is recorded" in out
    data = Path(os.environ["CUSTODES_DATA"])
    assert err == f"There is no register in {data} yet.\n"
    assert not data.exists(), "looking makes nothing"
    run("networks", "add", "198.51.100.0/24")
    assert "not allowed" in run("networks", "list")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "nonsense"],
        ["authorise", "192.0.2.0/24", "--authority", "somebody"],
        ["authorise", "192.0.2.0/24"],
        ["show", "192.0.2.1"],
        ["add", "192.0.2.0/24", "--segment", "moon"],
    ],
)
def test_what_cannot_be_recorded_is_refused(run: Run, arguments: list[str]) -> None:
    assert run("networks", *arguments)[0] == 2


def test_an_authority_of_a_date_is_shown_with_its_last_day(run: Run) -> None:
    _, out, _ = run("networks", "authorise", "192.0.2.0/24", "--authority", WHO)
    assert "scanning: allowed to the end of 2099-12-31 (UTC)" in out
    assert "to the end of 2099-12-31 (UTC): in force" in out
    assert "allowed to the end of 2099-12-31 (UTC)" in run("networks")[1]
    (network,) = document(run("networks", "--json")[1])
    assert network["scanning"] == "allowed until 2100-01-01T00:00:00Z"


@pytest.mark.parametrize("command_name", ["authorise", "add"])
def test_an_address_with_a_prefix_is_no_network_and_the_hint_names_it(
    run: Run, command_name: str
) -> None:
    more = ["--authority", WHO] if command_name == "authorise" else []
    status, _, err = run("networks", command_name, "127.9.0.5/24", *more)
    assert status == 2
    assert "127.9.0.0/24" in err
    assert run("networks", "--json")[1].strip() == "[]"


def test_a_network_that_is_there_is_not_recorded_twice(run: Run) -> None:
    run("networks", "add", "192.0.2.0/24", "--site", "Depot")
    status, out, err = run("networks", "add", "192.0.2.0/24", "--name", "CCTV", "--json")
    assert status == 0
    assert "192.0.2.0/24 is recorded already" in err
    assert (document(out)["site"], document(out)["name"]) == ("Depot", "CCTV")
    assert len(document(run("networks", "--json")[1])) == 1


def test_a_network_without_a_site_gets_the_one_that_is_named_later(run: Run) -> None:
    run("networks", "authorise", "192.0.2.0/24", "--authority", WHO)
    run("networks", "add", "192.0.2.0/24", "--site", "Depot")
    (network,) = document(run("networks", "--json")[1])
    assert (network["site"], len(network["authorities"])) == ("Depot", 1)


def test_which_of_several_sites_is_meant_must_be_said(run: Run) -> None:
    run("networks", "add", "192.0.2.0/24", "--site", "Depot")
    run("networks", "add", "192.0.2.0/24", "--site", "Library")
    status, _, err = run("networks", "add", "192.0.2.0/24", "--name", "CCTV")
    assert status == 2
    assert "--site" in err


def test_what_is_empty_looks_the_same_in_the_list_and_alone(run: Run) -> None:
    run("networks", "add", "192.0.2.0/24")
    listed = run("networks")[1].splitlines()[1].split()
    assert listed == ["192.0.2.0/24", "-", "unknown", "-", "not", "allowed"]
    shown = run("networks", "show", "192.0.2.0/24")[1].splitlines()
    assert {"name: -", "segment: unknown", "site: -"} <= set(shown)
