"""Shadowserver: what of the owner's range answers the internet, and what it said of itself."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.errors import InputError
from custodes.find.identify.core import identify
from custodes.find.read.formats import open_file
from custodes.observation import Observation

DATA = Path(__file__).resolve().parents[1] / "data" / "read"
COLUMNS = "timestamp,severity,ip,protocol,port,hostname,tag,asn,geo"


def read(path: Path) -> tuple[list[Observation], list[str], str]:
    with open_file(path) as reader:
        found = list(reader)
        return found, [f"{r.where}: {r.reason}" for r in reader.tally.reasons], reader.format.NAME


def of(found: list[Observation], address: str) -> list[Observation]:
    return [o for o in found if o.address == address]


def report(tmp_path: Path, more: str, *rows: str) -> tuple[list[Observation], list[str], str]:
    path = tmp_path / "report.csv"
    path.write_text("\n".join([COLUMNS + more, *rows, ""]))
    return read(path)


def test_every_row_says_that_the_address_answers_the_internet() -> None:
    found, rejected, recognised = read(DATA / "dvr.shadowserver.csv")
    exposed = [o for o in found if o.field == "exposure.internet"]
    assert (recognised, rejected) == ("shadowserver", [])
    assert [(o.address, o.port, o.transport) for o in exposed] == [
        ("198.51.100.41", 37810, "udp"),
        ("198.51.100.42", 37810, "udp"),
    ]
    assert exposed[0].seen_at == datetime(2026, 10, 4, 3, 10, 11, tzinfo=UTC)
    assert json.loads(exposed[0].payload)["tag"] == "dvr-dhcpdiscover"


def test_a_recorder_is_identified_by_its_own_words() -> None:
    found, _, _ = read(DATA / "dvr.shadowserver.csv")
    recorder = identify(of(found, "198.51.100.41"))
    assert (recorder.vendor, recorder.maker, recorder.device_type) == ("Dahua", "Dahua", "recorder")
    assert (recorder.model, recorder.serial) == ("DHI-XVR5108HS-4KL", "6E0A12BPAZ00041")
    assert recorder.mac == "e0:50:8b:00:00:41"
    assert all("Shadowserver" in e.source for e in recorder.evidence if e.conclusion == "model")


def test_what_shadowserver_takes_it_for_is_believed_less_than_a_banner() -> None:
    found, rejected, _ = read(DATA / "device_id.shadowserver.csv")
    camera = identify(of(found, "198.51.100.43"))
    assert (camera.vendor, camera.model, camera.confidence) == ("Hikvision", "DS-2CD2042WD-I", 0.5)
    assert identify(of(found, "198.51.100.44")).is_surveillance is not True
    assert rejected == ["row 4: names no address"]


def test_a_quoted_comma_or_quote_stays_in_its_cell() -> None:
    found, _, _ = read(DATA / "dvr.shadowserver.csv")
    answers = [json.loads(o.payload) for o in found if o.field == "shadowserver.dhip"]
    assert answers[1]["MachineName"] == 'CAM, front "door"'


def test_words_of_the_device_are_taken_from_any_report(tmp_path: Path) -> None:
    row = "2026-01-02 03:04:05,info,192.0.2.1,tcp,80,,http,1,GB,App-webs/,Basic realm=x,hello"
    found, _, _ = report(tmp_path, ",server,www_authenticate,banner", row)
    assert {(o.field, o.payload) for o in found[1:]} == {
        ("http.header.server", "App-webs/"),
        ("http.header.www-authenticate", "Basic realm=x"),
        ("tcp.banner", "hello"),
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-01-02,info,nowhere,tcp,80,,,1,GB", "row 2: names no address"),
        ("2026-01-02,info,192.0.2.1", "row 2: has 3 cells, the first row 9"),
    ],
)
def test_a_row_that_cannot_be_read_is_counted_with_the_reason(
    row: str, reason: str, tmp_path: Path
) -> None:
    good = "never,info,192.0.2.2,tcp,99999,,,1,GB"
    found, rejected, _ = report(tmp_path, "", row, good)
    assert rejected == [reason]
    assert [(o.address, o.port, o.seen_at) for o in found] == [("192.0.2.2", None, None)]


def test_a_report_that_was_cut_says_so_and_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    row = "2026-01-02 03:04:05,info,192.0.2.1,tcp,80,,,1,GB"
    path.write_text(f"{COLUMNS}\n{row}\n{row[:-20]}")
    found: list[Observation] = []
    with open_file(path) as reader, pytest.raises(InputError, match="the middle of row 3"):
        found.extend(reader)
    assert reader.tally.items == 1


def test_a_netbox_export_gives_the_model_kind_and_bare_address_of_each_device() -> None:
    found, rejected, recognised = read(DATA / "netbox-devices.csv")
    said = [json.loads(o.payload) for o in found]
    assert (recognised, rejected) == ("assets", [])
    assert [(s["model"], s["device_type"], s["address"]) for s in said] == [
        ("DS-2CD2143G0-I", "IP Camera", "192.0.2.11"),
        ("NVR5216-4KS2", "NVR", "192.0.2.5"),
        ("C9200L-24P-4G", "Access switch", "192.0.2.1"),
        ("P3225-LV", "IP Camera", "2001:db8::22"),
    ]
    assert said[3]["state"] == "unknown"
