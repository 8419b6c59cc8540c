"""Sheets carry everything there and back, and no file does harm."""

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custodes.errors import InputError
from custodes.estate.keys import normal_mac
from custodes.estate.model import LIFECYCLE, STATES
from custodes.estate.register import Register, open_register
from custodes.estate.sheets import cells
from custodes.estate.sheets.columns import SHEETS
from custodes.estate.sheets.importing import import_sheet
from custodes.estate.sheets.reading import read_rows
from custodes.estate.sheets.report import Rejected, Row
from custodes.estate.sheets.writing import guarded, write_csv_folder, write_xlsx

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# what people and devices put in: signs, controls, half pairs, formulas, Excel's own escapes
awkward = st.sampled_from(
    ["=1+1", "+44 20 7946 0000", "-", "@x", "'", "''", "'=1", '"', ";", "a,b", "a\nb", "\ttab",
     "Total", "03/04/2019", "43558", "TRUE", "1e5", "001", "_x0041_", "é", "😀", "\u202e",
     "\ud800", "\0", "\x07"]
)  # fmt: skip
text = st.one_of(awkward, st.text(max_size=20), st.text("=+-@'\t\r\n ,;\"x", max_size=6))
name = text.filter(lambda t: bool(t.replace("\0", "x").strip()))
mac = st.integers(1, 2**16).map(lambda n: normal_mac(f"0200{n:08x}") or "")
stated = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("brand", "model", "serial", "location", "notes", "device_type"), text),
        "asset_tag": name,
        "mac": mac,
        "state": st.sampled_from(STATES),
        **dict.fromkeys(LIFECYCLE, st.dates().map(str)),
    },
)


def fill(register: Register, sites: list[tuple[str, str]], devices: list[dict[str, str]]) -> None:
    for i, (site, notes) in enumerate(sites):
        made = register.add_site(
            site, body=None if i % 2 else "Body", sensitive=[True, False, None][i % 3], notes=notes,
            latitude=-0.1 * i or None, standard_ids={"UPRN": "1", "X": "2"} if i else {},
        )  # fmt: skip
        register.record_authority(
            f"10.{i}.0.0/16", "J. Smith", datetime(2027, 1, 1, tzinfo=UTC), NOW, site_id=made.id
        )
    for i, said in enumerate(devices):
        device_id = register.file_row({"hostname": f"host {i}", "name": f"n{i}"}, now=NOW).device_id
        register.state(device_id, dict(said), who="", source="test", now=NOW)


@given(st.lists(st.tuples(name, text), max_size=4), st.lists(stated, max_size=5))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_exported_and_imported_again_changes_nothing(
    sites: list[tuple[str, str]], devices: list[dict[str, str]]
) -> None:
    with open_register("sqlite://") as register, TemporaryDirectory() as folder:
        fill(register, sites, devices)
        before = register.devices(), register.sites(), register.networks()
        book = io.BytesIO()
        rows = write_xlsx(register, book)
        write_csv_folder(register, Path(folder))
        for source in ((book, "book.xlsx"), Path(folder)):
            report = import_sheet(register, source, NOW)
            assert report.rejected == []
            assert report.changes == []
            assert report.unchanged == report.rows_read == rows
        assert (register.devices(), register.sites(), register.networks()) == before


@given(st.lists(stated, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_second_import_of_any_list_writes_nothing_twice(devices: list[dict[str, str]]) -> None:
    with open_register("sqlite://") as register, open_register("sqlite://") as other:
        fill(register, [], devices)
        book = io.BytesIO()
        write_xlsx(register, book)
        first = import_sheet(other, (book, "book.xlsx"), NOW)
        count = len(other.devices())
        second = import_sheet(other, (book, "book.xlsx"), NOW)
        assert second.added == 0
        assert len(other.devices()) == count == first.added
        assert [r.row for r in second.rejected] == [r.row for r in first.rejected]


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_rows_or_one_clear_error(data: bytes) -> None:
    for head in (b"", b"Asset tag,Model,Installed\n", b"PK\x03\x04"):
        with suppress(InputError):
            rows = read_rows(io.BytesIO(head + data), "list")
            assert all(isinstance(row, Row | Rejected) for row in rows)


def _book() -> bytes:
    with open_register("sqlite://") as register:
        fill(register, [("Depot", "")], [{"asset_tag": "C1", "installed_on": "2019-04-03"}])
        out = io.BytesIO()
        write_xlsx(register, out)
    return out.getvalue()


BOOK = _book()


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_workbook_damaged_anywhere_is_rows_or_one_clear_error(data: st.DataObject) -> None:
    """Damaged inside, so that the checksums of the zip are right and the reader meets it."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old:
        parts = {item.filename: bytearray(old.read(item)) for item in old.infolist()}
    for _ in range(data.draw(st.integers(1, 3))):
        part = parts[data.draw(st.sampled_from(sorted(parts)))]
        at = data.draw(st.integers(0, max(0, len(part) - 1)))
        end = data.draw(st.sampled_from([at, at + 1, at + 9, len(part)]))
        part[at:end] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"<", b"&x;", b"-1"]))
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for filename, content in parts.items():
            new.writestr(filename, bytes(content))
    with suppress(InputError):
        assert all(isinstance(row, Row | Rejected) for row in read_rows(out, "book.xlsx"))


@given(st.text(max_size=40))
def test_a_cell_is_read_or_refused_with_a_reason(value: str) -> None:
    for column in (c for s in SHEETS for c in s.columns):
        with suppress(ValueError):
            kept = cells.read(column, value)
            assert cells.read(column, kept) == kept


@given(st.text(max_size=20))
def test_no_cell_of_a_csv_begins_like_a_formula(value: str) -> None:
    assert not guarded(value).startswith(("=", "+", "-", "@", "\t", "\r"))
