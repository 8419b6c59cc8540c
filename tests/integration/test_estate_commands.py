"""custodes devices, sites and export, as people and programs call them."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.estate.register import open_register
from custodes.estate.sheets.reading import read_rows
from custodes.identity import Evidence, Identity
from custodes.observation import observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
PROOF = Evidence(
    conclusion="vendor", value="Honeywell", fingerprint="honeywell-title", field="http.title",
    matched="Honeywell\x1b[31m IP Camera", source="an answer of 2026", weight=0.9,
)  # fmt: skip


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTODES_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CUSTODES_DATABASE", raising=False)
    return tmp_path


@pytest.fixture
def filled(data: Path) -> Path:
    with open_register(f"sqlite:///{data / 'custodes.sqlite'}") as register:
        site = register.add_site("Town Hall", body="Anytown Council", sensitive=True)
        shown = Identity(
            mac="44:47:cc:aa:bb:cc",
            vendor="Honeywell",
            maker="Dahua",
            confidence=0.9,
            evidence=[PROOF],
        )
        seen = observe("http.title", PROOF.matched, address="10.0.0.5", seen_at=NOW)
        register.file_identity(shown, [seen], site.id, NOW)
    return data


def answer(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert invoke(list(words)) == status
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["devices"], "custodes demo"), (["sites"], "custodes sites add"),
     (["sites", "bodies"], "custodes sites add-body")],
)  # fmt: skip
def test_an_empty_register_says_what_to_do_next(
    data: Path, capsys: pytest.CaptureFixture[str], words: list[str], expected: str
) -> None:
    assert expected in answer(capsys, *words)


def test_devices_are_listed_and_filtered(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Dahua" in answer(capsys, "devices")
    for words in (["--maker", "dahua"], ["--site", "town hall"], ["--unknown", "model"],
                  ["--search", "4447ccaabbcc"], ["list", "--brand", "Honeywell"]):  # fmt: skip
        found = json.loads(answer(capsys, "devices", *words, "--json"))
        assert [d["address"] for d in found] == ["10.0.0.5"], words
    assert "No device is like that" in answer(capsys, "devices", "--maker", "Axis")


def test_a_device_is_shown_with_its_evidence_word_for_word_and_harmless(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = answer(capsys, "devices", "show", "1", "--raw")
    assert "Honeywell\\x1b[31m IP Camera" in shown
    assert "honeywell-title" in shown
    assert "\x1b" not in shown
    plain = json.loads(answer(capsys, "devices", "show", "1", "--json"))
    assert plain["evidence"][0]["matched"] == PROOF.matched
    assert plain["observations"][0]["observation"]["payload"] == PROOF.matched


def test_setting_shows_before_and_after_and_leaves_what_was_seen(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "devices", "set", "1", "--state", "in use", "--brand", "Dahua")
    out = answer(capsys, "devices", "set", "1", "--state", "spare", "--site", "Depot", "--json")
    changes = {c["field"]: (c["before"], c["after"]) for c in json.loads(out)["changes"]}
    assert changes == {"state": ("in use", "spare"), "site": (None, "Depot")}
    device = json.loads(answer(capsys, "devices", "show", "1", "--json"))
    assert (device["brand"], device["stated"]["brand"]["value"]) == ("Honeywell", "Dahua")
    assert (device["state"], device["site"]) == ("spare", "Depot")
    assert "Nothing changed" in answer(capsys, "devices", "set", "1", "--state", "spare")


@pytest.mark.parametrize(
    "words",
    [["devices", "show", "99"], ["devices", "set", "1"], ["devices", "set", "1", "--state", "lost"],
     ["devices", "set", "1", "--installed-on", "03/04/2019"], ["devices", "show", "x"],
     ["sites", "show", "Nowhere"], ["sites", "add", " "], ["sites", "add", "X", "--id", "UPRN"],
     ["export"], ["export", "--format", "csv"], ["export", "-o", "/nowhere/x.xlsx"],
     ["export", "--template", "x.pdf"]],
)  # fmt: skip
def test_wrong_usage_ends_in_one_clear_line(
    filled: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert invoke(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert captured.err


def test_sites_are_recorded_brought_up_to_date_and_shown(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(
        capsys,
        "sites",
        "add",
        "Depot",
        "--not-sensitive",
        "--id",
        "UPRN=1",
        "--body",
        "Anytown Council",
    )
    again = answer(capsys, "sites", "add", "depot", "--latitude", "51.5", "--id", "OS=2", "--json")
    site = json.loads(again)
    assert (site["new"], site["sensitive"], site["latitude"]) == (False, False, 51.5)
    assert site["standard_ids"] == {"UPRN": "1", "OS": "2"}
    listed = json.loads(answer(capsys, "sites", "--json"))
    assert {s["name"]: s["devices"] for s in listed} == {"Depot": 0, "Town Hall": 1}
    assert "1 device made by Dahua" in answer(capsys, "sites", "show", "Town Hall")
    answer(capsys, "sites", "add-body", "Othertown", "--id", "LA=E07")
    bodies = json.loads(answer(capsys, "sites", "bodies", "--json"))
    assert [b["name"] for b in bodies] == ["Anytown Council", "Othertown"]


def test_the_register_is_written_in_each_format(
    filled: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answer(capsys, "export", "-o", str(tmp_path / "all.xlsx"))
    assert len(list(read_rows(tmp_path / "all.xlsx"))) == 3
    answer(capsys, "export", "--format", "csv", "-o", str(tmp_path / "all"))
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == [
        "bodies.csv", "devices.csv", "networks.csv", "sites.csv",
    ]  # fmt: skip
    text = answer(capsys, "export", "--format", "csv", "--what", "devices")
    (row,) = read_rows(io.BytesIO(text.encode()), "out")
    assert row is not None
    whole = json.loads(answer(capsys, "export", "--json"))
    assert whole["devices"][0]["maker"] == "Dahua"
    assert invoke(["export", "-o", str(tmp_path / "all.xlsx")]) == 2
    assert invoke(["export", "-o", str(tmp_path / "all.xlsx"), "--force"]) == 0


def test_a_template_is_written(data: Path, tmp_path: Path) -> None:
    assert invoke(["export", "--template", str(tmp_path / "t.xlsx")]) == 0
    assert invoke(["export", "--template", str(tmp_path / "t.xlsx")]) == 2
    assert (tmp_path / "t.xlsx").stat().st_size > 5000


def test_a_long_list_is_a_page_with_the_way_to_the_next(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_register(f"sqlite:///{data / 'custodes.sqlite'}") as register:
        for number in range(5):
            seen = observe("http.title", "t", address=f"10.0.0.{number}", seen_at=NOW)
            register.file_identity(Identity(), [seen], None, NOW)
    assert invoke(["--data", str(data), "devices", "list", "--limit", "2", "--offset", "2"]) == 0
    said = capsys.readouterr()
    assert "10.0.0.2" in said.out
    assert "10.0.0.4" not in said.out
    assert "Devices 3 to 4 of 5 (the next: --offset 4)" in said.err
    assert invoke(["--data", str(data), "devices", "list", "--offset", "4"]) == 0
    assert "Devices 5 to 5 of 5;" in capsys.readouterr().err
    assert "no more than 5 devices" in answer(capsys, "devices", "list", "--offset", "9")
    assert len(json.loads(answer(capsys, "devices", "list", "--json"))) == 5
    assert len(json.loads(answer(capsys, "devices", "list", "--json", "--limit", "2"))) == 2


@pytest.mark.parametrize("words", [["devices"], ["sites"], ["export", "--json"]])
def test_reading_makes_no_register(tmp_path: Path, words: list[str]) -> None:
    assert invoke(["--data", str(tmp_path / "new"), *words]) == 0
    assert not (tmp_path / "new").exists()
