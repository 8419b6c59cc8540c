"""303 answers of real devices, labelled by others: how often identification is right.

Run `python benchmarks/identify_accuracy.py --cases FILE --mistakes` to see each wrong answer.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks" / "identify_accuracy.py"

# What is reached; lower is a step back. (precision, recall)
FLOORS = {
    "is_surveillance": (0.99, 0.96),
    "vendor": (0.99, 0.95),
    "maker": (1.0, 0.80),
    "builder": (0.99, 0.96),
    "model": (0.99, 0.94),
    "firmware": (1.0, 0.99),
    "device_type": (0.98, 0.90),
}


@pytest.fixture(scope="module")
def cases(shared: Path) -> Path:
    return shared / "data" / "identification_cases_public.jsonl"


@pytest.fixture(scope="module")
def figures(cases: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--cases", str(cases), "--json"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.shared
def test_the_figures_are_printed_for_each_field_and_vendor(
    cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--cases", str(cases)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    with capsys.disabled():
        print("\n" + done.stdout)
    assert "303 cases" in done.stdout
    assert "Hikvision" in done.stdout


@pytest.mark.shared
@pytest.mark.parametrize("field", FLOORS)
def test_no_field_falls_below_what_was_reached(field: str, figures: dict[str, Any]) -> None:
    precision, recall = FLOORS[field]
    reached = figures["fields"][field]
    wrong = [m for m in figures["mistakes"] if m["field"] == field]
    assert reached["precision"] >= precision, wrong
    assert reached["recall"] >= recall, [m for m in figures["missed"] if m["field"] == field]


@pytest.mark.shared
def test_nobody_is_wrongly_called_hikvision_or_dahua(figures: dict[str, Any]) -> None:
    assert figures["false_accusations"] == []


@pytest.mark.shared
def test_a_vendor_that_a_case_forbids_is_not_named(figures: dict[str, Any]) -> None:
    assert figures["forbidden_vendors"] == []


@pytest.mark.shared
def test_no_vendor_is_guessed_where_the_answer_does_not_carry_one(figures: dict[str, Any]) -> None:
    assert figures["weak_fields"]["vendor"]["wrong"] == 0


@pytest.mark.shared
def test_nothing_that_is_no_surveillance_is_called_a_camera(figures: dict[str, Any]) -> None:
    assert figures["non_cameras_called_cameras"] == []


@pytest.mark.shared
def test_rebadges_keep_both_names(figures: dict[str, Any]) -> None:
    rebadges = figures["rebadges"]
    assert rebadges["right"] >= 8
    assert rebadges["wrong"] == []


@pytest.mark.shared
def test_where_the_answer_holds_the_maker_it_is_found(figures: dict[str, Any]) -> None:
    assert figures["held"]["maker"] >= 0.97
    assert figures["held"]["vendor"] >= 0.98
    assert figures["held"]["is_surveillance"] >= 0.99


@pytest.mark.shared
@pytest.mark.nmap
def test_the_table_puts_custodes_beside_nmap_and_plain_words(cases: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cases.jsonl"  # of another name: only the public file itself is written up
    copy.write_bytes(cases.read_bytes())
    page = PROGRAM.parents[1] / "docs" / "identification.md"
    before = page.read_bytes()
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--cases", str(copy), "--table"],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "Nmap's probe file" in done.stdout
    assert "35 plain words" in done.stdout
    assert "| non-cameras called cameras | 0 |" in done.stdout
    assert page.read_bytes() == before


@pytest.mark.shared
def test_the_command_reads_the_labelled_lines_as_they_are(cases: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "identify", str(cases)],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 303
