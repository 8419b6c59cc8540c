"""ZGrab2: an answer that was taken apart is put together again; its judgements are left."""

import json
from datetime import UTC, datetime
from pathlib import Path

from custodes.find.identify.core import identify
from custodes.find.read.formats import open_file
from custodes.observation import Observation

DATA = Path(__file__).resolve().parents[1] / "data" / "read" / "scan.zgrab2.json"


def read(path: Path) -> tuple[list[Observation], list[str], str]:
    with open_file(path) as reader:
        found = list(reader)
        return found, [f"{r.where}: {r.reason}" for r in reader.tally.reasons], reader.format.NAME


def host(tmp_path: Path, **modules: object) -> list[Observation]:
    path = tmp_path / "hosts.json"
    scans = {name: {"status": "success", "protocol": name} | scan for name, scan in modules.items()}  # type: ignore[operator]
    path.write_text(json.dumps({"ip": "192.0.2.1", "data": scans}) + "\n")
    return read(path)[0]


def test_an_http_answer_has_its_status_line_headers_and_page_again() -> None:
    found, _, recognised = read(DATA)
    answer = next(o for o in found if o.field == "http.response").payload
    head, page = answer.split("\r\n\r\n", 1)
    assert recognised == "zgrab2"
    assert head.splitlines()[0] == "HTTP/1.1 401 Unauthorized"
    assert {"server: App-webs/", "x_frame_options: SAMEORIGIN"} <= set(head.splitlines())
    assert page == "<html><title>401</title></html>"


def test_the_camera_behind_it_is_identified() -> None:
    found, _, _ = read(DATA)
    assert identify([o for o in found if o.address == "198.51.100.31"]).maker == "Hikvision"
    axis = identify([o for o in found if o.address == "198.51.100.32"])
    assert (axis.vendor, axis.model) == ("Axis", "M1054")


def test_certificates_greetings_ports_and_times_are_taken() -> None:
    found, _, _ = read(DATA)
    places = {(o.field, o.port): o.seen_at for o in found if o.address == "198.51.100.32"}
    assert places["tls.subject", 443] == datetime(2026, 10, 4, tzinfo=UTC)
    assert places["ftp.banner", 21] == datetime(2026, 10, 4, 0, 0, 1, tzinfo=UTC)


def test_a_host_that_did_not_answer_says_nothing_and_one_without_address_is_counted() -> None:
    found, rejected, _ = read(DATA)
    assert "198.51.100.33" not in {o.address for o in found}
    assert rejected == ["line 4: names no address"]


def test_a_header_value_cannot_write_another_header(tmp_path: Path) -> None:
    headers = {"server": ["a\r\nX-Made-Up: 1"], "date": 5, "unknown": "none"}
    response = {"status_code": 200, "headers": headers, "body": None}
    found = host(tmp_path, http={"result": {"response": response}})
    assert found[0].payload == "HTTP/1.1 200\r\nserver: a  X-Made-Up: 1\r\n\r\n"


def test_a_request_log_of_another_shape_costs_only_its_certificate(tmp_path: Path) -> None:
    response = {"status_line": "200 OK", "request": {"tls_log": 7}}
    found = host(tmp_path, http={"result": {"response": response}, "port": 99999})
    assert [(o.field, o.port) for o in found] == [("http.response", None)]
