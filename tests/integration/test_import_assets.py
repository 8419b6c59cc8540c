"""Asset lists through `custodes import`: rows in, bad rows told, nothing twice."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from custodes.cli.main import invoke
from custodes.estate.register import open_register
from custodes.find.read.formats import open_file

ROWS = [
    ["Anytown Council: cameras"],
    [],
    ["Asset tag", "Make", "Model", "IP address", "Site", "Installed"],
    ["C1", "Hikvision", "DS-2CD2042", "192.0.2.10", "Town Hall", "03/04/2019"],
    ["C2", "Axis", "P1448-LE", "192.0.2.11", "Town Hall", "some day"],
    ["C3", "Honeywell", "HEW2PER3", "192.0.2.12", "Depot", ""],
]
Run = Callable[..., tuple[int, dict[str, Any]]]


def as_csv() -> bytes:
    return "".join(",".join(row) + "\r\n" for row in ROWS).encode()


def as_xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Cameras")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    return out.getvalue()


FORMS = {
    "list.csv": as_csv,
    "list.xlsx": as_xlsx,
    "list.csv.gz": lambda: gzip.compress(as_csv()),
    "semicolons.txt": lambda: as_csv().replace(b",", b";"),
    "windows.csv": lambda: as_csv().decode().encode("utf-16"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, dict[str, Any]]:
        status = invoke(["--data", str(folder), "import", "--json", *arguments])
        (report,) = json.loads(capsys.readouterr().out)["files"]
        return status, report

    return command


@pytest.mark.parametrize("name", FORMS)
def test_a_list_goes_in_row_by_row_and_only_once(
    name: str, run: Run, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(FORMS[name]())
    status, first = run(str(path))
    assert status == 3  # one row cannot be read
    assert (first["format"], first["sheet"]["added"], first["rejected"]) == ("assets", 2, 1)
    assert "Installed" in first["reasons"][0]["where"]
    assert "some day" in first["reasons"][0]["reason"]
    _, again = run(str(path))
    assert again["sheet"] == {"added": 0, "updated": 0, "unchanged": 2}
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        assert {d.asset_tag: d.site for d in register.devices()} == {
            "C1": "Town Hall",
            "C3": "Depot",
        }


@pytest.mark.parametrize("name", FORMS)
def test_each_device_row_is_an_asset_record(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FORMS[name]())
    with open_file(path) as reader:
        found = list(reader)
    assert [o.field for o in found] == ["asset.record", "asset.record"]
    assert json.loads(found[1].payload)["brand"] == "Honeywell"
    assert (reader.tally.unit, reader.tally.items, reader.tally.rejected) == ("row", 3, 1)


def test_what_a_list_states_and_what_a_scan_shows_meet_in_one_device(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.jsonl"
    line = {"field": "http.header.server", "payload": "App-webs/", "address": "192.0.2.12"}
    scan.write_text(json.dumps(line) + "\n", encoding="utf-8")
    (tmp_path / "list.csv").write_bytes(as_csv())
    run(str(tmp_path / "list.csv"))
    run(str(scan))
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        (device,) = [d for d in register.devices() if d.asset_tag == "C3"]
    assert (device.said("brand"), device.brand) == ("Honeywell", "Hikvision")


def test_half_a_packed_list_is_not_taken_for_a_shorter_one(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(as_csv())[:-20])
    status, report = run(str(path))
    assert status == 3
    assert report["error"]["message"].startswith("list.csv.gz: the gzip stream is cut short")
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        assert register.counts().devices == 0


def test_an_old_workbook_is_refused_with_what_to_do(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    status, report = run(str(path))
    assert status == 3
    assert "old or encrypted Office file" in report["error"]["message"]
    assert ".xlsx" in report["error"]["hint"]


def test_a_dry_run_says_row_by_row_what_would_change_and_changes_nothing(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv())
    status, first = run("--dry-run", str(path))
    assert status == 3
    assert not folder.exists(), "a dry run makes no register"
    assert first["sheet"] == {"added": 2, "updated": 0, "unchanged": 0}
    assert [(c["row"], c["action"], c["what"]) for c in first["changes"]] == [
        (4, "added", "a new device (C1)"),
        (6, "added", "a new device (C3)"),
    ]
    run(str(path))
    path.write_bytes(as_csv().replace(b"P1448-LE", b"P1448").replace(b"HEW2PER3", b"HEW4PER3"))
    _, second = run("--dry-run", str(path))
    (row,) = second["changes"]
    assert (row["row"], row["action"]) == (6, "updated")
    assert row["changes"] == [{"field": "model", "before": "HEW2PER3", "after": "HEW4PER3"}]
    with open_register(f"sqlite:///{folder}/custodes.sqlite") as register:
        assert "HEW2PER3" in {device.said("model") for device in register.devices()}


def test_a_dry_run_reads_well_on_paper(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv())
    assert invoke(["--data", str(folder), "import", "--dry-run", str(path)]) == 3
    said = capsys.readouterr()
    assert "would add" in said.out
    assert "model: DS-2CD2042" in said.out
    assert "dry run" in said.out
    assert "some day" in said.err


def test_rows_that_were_not_taken_come_back_with_the_reason_to_be_mended(
    run: Run, tmp_path: Path
) -> None:
    path, back = tmp_path / "list.csv", tmp_path / "rejected.csv"
    path.write_bytes(as_csv())
    assert run("--rejected", str(back), str(path))[0] == 3
    heading, row = csv.DictReader(text := back.read_text("utf-8-sig").splitlines()), text[1]
    assert "some day" in row
    (one,) = heading
    assert (one["Asset tag"], one["Row"], one["Column"]) == ("C2", "5", "Installed")
    assert "some day" in one["Reason"]
    mended = tmp_path / "mended.csv"
    mended.write_text(back.read_text("utf-8-sig").replace("some day", "2019-04-03"), "utf-8")
    _, report = run(str(mended))
    assert (report["sheet"]["added"], report["rejected"]) == (1, 0)


def test_no_file_is_replaced_and_none_made_where_every_row_was_taken(
    folder: Path, tmp_path: Path, run: Run
) -> None:
    path, back = tmp_path / "list.csv", tmp_path / "rejected.csv"
    path.write_bytes(as_csv().replace(b"some day", b"2019-04-03"))
    assert run("--rejected", str(back), str(path))[0] == 0
    assert not back.exists()
    assert invoke(["--data", str(folder), "import", "--rejected", str(path), str(path)]) == 2
