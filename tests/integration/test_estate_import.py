"""Spreadsheets into the register and out of it, on both engines."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.errors import InputError
from custodes.estate.register import Register, open_register
from custodes.estate.sheets.importing import import_sheet
from custodes.estate.sheets.reading import read_rows
from custodes.estate.sheets.report import Row, SheetReport
from custodes.estate.sheets.writing import (
    rejected_csv,
    write_csv_folder,
    write_template,
    write_xlsx,
)
from custodes.identity import Identity
from custodes.observation import observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
MAC = "44:47:cc:aa:bb:cc"
LIST = """Camera No,Make,Model,MAC,IP,Site,Location,Status,Installed
CAM-1,Hikvision,DS-2CD,44-47-CC-AA-BB-CC,10.0.0.5,Depot,Gate,Live,03/04/2019
CAM-2,Dahua,,,10.0.0.6,Depot,Yard,Live,31/02/2019
CAM-3,Axis,P3245,,10.0.0.7,Library,Door,,
CAM-3,Axis,P3245,,10.0.0.8,Library,Roof,,
"""


def bring(register: Register, text: str, **options: bool) -> SheetReport:
    return import_sheet(register, (io.BytesIO(text.encode()), "list.csv"), NOW, **options)


def figures(report: SheetReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.rejected)


def test_good_rows_go_in_once_and_bad_rows_say_where_and_why(register: Register) -> None:
    report = bring(register, LIST)
    assert report.rows_read == 4
    assert figures(report) == (2, 0, 0, 2)
    bad, twice = report.rejected
    assert (bad.file, bad.row, bad.column) == ("list.csv", 3, "Installed")
    assert (twice.row, twice.reason) == (5, "it describes the same device as list.csv:4")
    assert [s.name for s in register.sites()] == ["Depot", "Library"]
    first, _ = register.devices()
    assert (first.asset_tag, first.state, first.site) == ("CAM-1", "in use", "Depot")
    assert (first.last_seen, first.brand, first.said("brand")) == (None, "Hikvision", "Hikvision")
    assert figures(bring(register, LIST)) == (0, 0, 2, 2)
    assert len(register.devices()) == 2


def test_a_dry_run_tells_exactly_what_would_change_and_changes_nothing(register: Register) -> None:
    planned = bring(register, LIST, dry_run=True)
    assert (register.devices(), register.sites()) == ([], [])
    assert list(register.observations()) == []
    done = bring(register, LIST)
    assert [c.changes for c in planned.changes] == [c.changes for c in done.changes]
    changed = bring(register, LIST.replace("Gate", "East gate"), dry_run=True)
    assert figures(changed) == (0, 1, 1, 2)
    (row,) = changed.changes
    assert [(c.field, c.before, c.after) for c in row.changes] == [
        ("location", "Gate", "East gate")
    ]


def test_a_listed_device_and_a_seen_one_are_one_in_either_order(register: Register) -> None:
    seen = observe("http.title", "x", address="10.0.0.5", seen_at=NOW)
    number = register.file_identity(Identity(mac=MAC, vendor="Hikvision"), [seen], None, NOW)
    assert figures(bring(register, LIST)) == (1, 1, 0, 2)
    device = register.device(number)
    assert device is not None
    assert (device.asset_tag, device.brand, device.site) == ("CAM-1", "Hikvision", "Depot")
    later = observe("http.title", "y", address="10.0.0.7", seen_at=NOW)
    found = register.file_identity(Identity(vendor="Axis"), [later], None, NOW)
    assert [d.asset_tag for d in register.devices() if d.id == found] == ["CAM-3"]
    assert len(register.devices()) == 2


def test_a_blank_cell_erases_nothing(register: Register) -> None:
    bring(register, LIST)
    assert figures(bring(register, "Asset tag,Make,Model,Location\nCAM-1,,,\n")) == (0, 0, 1, 0)


def test_cameras_without_tags_are_told_apart_by_where_they_are(register: Register) -> None:
    text = "Site,Location,Make\nDepot,Gate,Axis\nDepot,Yard,Axis\nLibrary,Gate,Axis\n"
    assert figures(bring(register, text)) == (3, 0, 0, 0)
    assert figures(bring(register, text)) == (0, 0, 3, 0)


def test_cameras_listed_under_their_recorders_address_are_devices_of_their_own(
    register: Register,
) -> None:
    text = "Asset,IP,Model\nNVR,10.0.0.5,DS-76\nC1,10.0.0.5,A\nC2,10.0.0.5,B\n"
    assert figures(bring(register, text)) == (3, 0, 0, 0)
    assert figures(bring(register, text)) == (0, 0, 3, 0)


def fill(register: Register) -> None:
    bring(register, LIST)
    register.add_body("Anytown Council", standard_ids={"LA": "E06"}, notes="=cmd()")
    site = register.add_site(
        "Town Hall", body="Anytown Council", sensitive=True, latitude=51.5, longitude=-0.12,
        standard_ids={"UPRN": "100012345678", "OS": "x"},
    )  # fmt: skip
    register.add_site("Town Hall", body="Othertown Council", sensitive=False)
    for until in (2027, 2028):
        register.record_authority(
            "10.0.0.0/24", "J. Smith", datetime(until, 3, 31, tzinfo=UTC), NOW, "CR-17",
            site_id=site.id,
        )  # fmt: skip
    register.add_network("fd00::/64", name="IPv6", segment="isolated")
    seen = observe("http.title", "x", address="10.0.0.9", seen_at=NOW)
    shown = Identity(
        mac="02:00:00:00:00:01", vendor="Honeywell", maker="Dahua", model="=HYPERLINK()"
    )
    register.file_identity(shown, [seen], site.id, NOW)


def test_the_whole_register_goes_out_and_in_again_unchanged(
    register: Register, tmp_path: Path
) -> None:
    fill(register)
    path = tmp_path / "register.xlsx"
    with path.open("wb") as file:
        rows = write_xlsx(register, file)
    write_csv_folder(register, tmp_path / "csv")
    for source in (path, tmp_path / "csv"):
        report = import_sheet(register, source, NOW)
        assert figures(report) == (0, 0, rows, 0), report.changes + report.rejected  # type: ignore[operator]


def test_the_whole_register_goes_into_another_register(register: Register, tmp_path: Path) -> None:
    fill(register)
    path = tmp_path / "register.xlsx"
    with path.open("wb") as file:
        write_xlsx(register, file)
    with open_register(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        assert import_sheet(other, path, NOW).rejected == []
        assert [b.name for b in other.bodies()] == [b.name for b in register.bodies()]
        assert [(s.name, s.body, s.sensitive, s.standard_ids) for s in other.sites()] == [
            (s.name, s.body, s.sensitive, s.standard_ids) for s in register.sites()
        ]
        granted = [[(a.who, a.until) for a in n.authorities] for n in other.networks()]
        assert granted == [[(a.who, a.until) for a in n.authorities] for n in register.networks()]
        heard = next(d for d in other.devices() if d.said("maker") == "Dahua")
        assert (heard.maker, heard.last_seen, heard.said("mac")) == (
            "Dahua",
            None,
            "02:00:00:00:00:01",
        )
        second = import_sheet(other, path, NOW)
        assert (second.added, second.updated, second.rejected) == (0, 0, [])


def test_rows_that_were_not_taken_can_be_mended_and_sent_again(register: Register) -> None:
    report = bring(register, LIST)
    text = rejected_csv(report.rejected)
    assert "Reason" in text
    mended = text.replace("31/02/2019", "28/02/2019")
    again = bring(register, mended)
    assert again.added == 1
    assert "CAM-2" in {d.asset_tag for d in register.devices()}


def test_an_authority_in_a_list_needs_its_end(register: Register) -> None:
    text = (
        "Network,Authorised by,Authorised until\n10.0.0.0/24,J. Smith,\n10.1.0.0/24,A,31/03/2027\n"
    )
    report = bring(register, text)
    assert figures(report) == (1, 0, 0, 1)
    assert register.authority_for("10.0.0.1", NOW) is None
    held = register.authority_for("10.1.0.1", NOW)
    assert held is not None
    assert (held.until, held.recorded_by) == (datetime(2027, 4, 1, tzinfo=UTC), "list.csv:3")


def test_a_file_that_breaks_off_keeps_what_was_read(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    from custodes.estate.sheets import grid

    monkeypatch.setattr(grid, "LINE_LIMIT", 200)
    with pytest.raises(InputError) as caught:
        bring(register, "Asset,Model\nC1,M\nC2,M\n" + "x" * 500)
    assert caught.value.facts["rows_taken"] == 2
    assert len(register.devices()) == 2


@pytest.mark.parametrize("name", ["template.xlsx", "template.csv"])
def test_a_template_that_is_filled_in_is_read(
    register: Register, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    write_template(path)
    assert import_sheet(register, path, NOW).rows_read == 0
    if name.endswith(".csv"):
        with path.open("a", encoding="utf-8") as file:
            file.write("CAM-9,Front door\n")
        (row,) = read_rows(path)
        assert isinstance(row, Row)
        assert row.values["name"] == "Front door"
