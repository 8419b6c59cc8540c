"""Masscan: open ports and banners as the device sent them, from each of its text outputs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.find.read.formats import open_file
from custodes.find.read.masscan_fields import field_of
from custodes.observation import Observation

DATA = Path(__file__).resolve().parents[1] / "data" / "read"
HEAD = "HTTP/1.1 401 Unauthorized\r\nServer: DNVRS-Webs\r\n\r\n"


def read(path: Path, form: str | None = None) -> tuple[list[Observation], list[str], str]:
    with open_file(path, form=form) as reader:
        found = list(reader)
        return found, [f"{r.where}: {r.reason}" for r in reader.tally.reasons], reader.format.NAME


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("scan.masscan.json", "masscan", 5),
        ("scan.masscan.ndjson", "masscan", 3),
        ("scan.masscan.txt", "masscan-list", 4),
        ("scan.masscan.xml", "nmap", 3),
    ],
)
def test_each_output_is_known_by_its_content(name: str, form: str, expected: int) -> None:
    found, rejected, recognised = read(DATA / name)
    assert (recognised, len(found), rejected) == (form, expected, [])
    assert all(o.seen_at and o.seen_at.date().isoformat() == "2026-10-04" for o in found)


def test_a_banner_is_the_bytes_that_came_with_escapes_put_back() -> None:
    found, _, _ = read(DATA / "scan.masscan.txt")
    assert [o.payload for o in found if o.field == "http.response"] == [HEAD]
    found, _, _ = read(DATA / "scan.masscan.xml")
    assert found[-1].payload == "HTTP/1.1 200 OK\r\nServer: Hikvision-Webs\r\n\r\n"
    found, _, _ = read(DATA / "scan.masscan.json")
    realm = next(o for o in found if o.field == "rtsp.response")
    assert 'realm="Login to 4F0A12BPAZ00001"' in realm.payload


def test_bytes_that_are_no_text_travel_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "scan.txt"
    path.write_text("#masscan\nbanner tcp 8000 192.0.2.1 0 unknown \\xff\\x00\\x10\n# end\n")
    found, _, _ = read(path)
    assert (found[0].field, found[0].data) == ("tcp.banner", b"\xff\0\x10")


def test_text_in_another_script_comes_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    title = "".join(f"\\u00{byte:02x}" for byte in "摄像机".encode())
    record = '{"ip":"192.0.2.1","timestamp":"5","port":80,"proto":"tcp","rec_type":"banner",'
    path.write_text(record + f'"data":{{"service_name":"title","banner":"{title}"}}}}\n')
    found, _, _ = read(path)
    assert (found[0].payload, found[0].seen_at) == (
        "摄像机",
        datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC),
    )


def test_closed_ports_and_furniture_say_nothing_of_a_device() -> None:
    found, _, _ = read(DATA / "scan.masscan.txt")
    assert [(o.field, o.port) for o in found if o.port == 81] == []


def test_older_endings_and_one_line_arrays_are_read(tmp_path: Path) -> None:
    record = (
        '{"ip":"192.0.2.1","timestamp":"5","ports":[{"port":80,"proto":"tcp","status":"open"}]}'
    )
    old, one = tmp_path / "old.json", tmp_path / "one.json"
    old.write_text(f"[\n{record},\n{{finished: 1}}\n]\n")
    one.write_text(f"[{record},{record}]")
    assert (len(read(old)[0]), read(old)[1]) == (1, [])
    assert len(read(one)[0]) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("filtered tcp 80 192.0.2.1 0", "line 2: not a line of Masscan"),
        ("open tcp 80 nowhere 0", "line 2: names no address"),
        ("open tcp 99999 192.0.2.1 0", "line 2: '99999' is not a port"),
        ("open", "line 2: '' is not a port"),
    ],
)
def test_a_line_that_says_nothing_is_counted_with_the_reason(
    line: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "scan.txt"
    path.write_text(f"#masscan\n{line}\nopen tcp 80 192.0.2.1 never\n# end\n")
    found, rejected, _ = read(path)
    assert (rejected, len(found), found[0].seen_at) == ([reason], 1, None)


def test_what_masscan_calls_by_another_name_is_kept_and_believed_for_nothing() -> None:
    assert field_of("vnc", "RFB 003.008") == "masscan.vnc"
    assert field_of("unknown", "hello") == "tcp.banner"
