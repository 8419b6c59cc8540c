"""What was seen when: scans and imports are remembered, and two of them compared."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.errors import UsageError
from custodes.estate.register import Register
from custodes.find import looking
from custodes.find.identify.core import identify
from custodes.find.work import Group, Road
from custodes.observation import Observation, observe, write_line

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DAY = timedelta(days=1)
HIKVISION = (
    "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD2042WD-I</DeviceDescription>"
    "<DeviceSN>DS-2CD2042WD-I20170301AAWR{n:09d}</DeviceSN><MAC>44-47-cc-00-00-{n:02x}</MAC>"
    "<SoftwareVersion>{firmware}</SoftwareVersion></ProbeMatch>"
)


def camera(n: int, address: str, day: int = 0, firmware: str = "V5.4.5build 170123") -> Observation:
    text = HIKVISION.format(n=n, firmware=firmware)
    return observe(
        "sadp.ProbeMatch", text, address=address, device=address, seen_at=NOW + day * DAY
    )


def scan(register: Register, day: int, seen: Sequence[Observation], site: int | None = None) -> int:
    """A scan of 10.0.0.0/24 that saw these, each of another device."""
    now = NOW + day * DAY
    run = register.start_run(f"scan of day {day}", now)
    look = register.begin_look("scan", "10.0.0.0/24", now, scope=["10.0.0.0/24"], run_id=run.id)
    road = Road(register, identify, look)
    road.file([Group(road.keep([one], now), site) for one in seen], now)
    register.finish_look(look, now)
    return look


def kinds(found: looking.Compared) -> list[tuple[str, str | None, str | None]]:
    return [(c.kind, c.was, c.now) for c in found.result.changes]


def test_two_scans_show_what_changed_between_them(register: Register) -> None:
    first = [camera(1, "10.0.0.1"), camera(2, "10.0.0.2"), camera(3, "10.0.0.3")]
    scan(register, 0, first)
    new = "V5.5.0build 180101"
    scan(register, 1, [camera(1, "10.0.0.1", 1, new), camera(3, "10.0.0.4", 1)])
    found = looking.two_looks(register, None, None)
    assert [(kind, was and was[:6], now and now[:6]) for kind, was, now in kinds(found)] == [
        ("gone", None, None),
        ("firmware", "V5.4.5", "V5.5.0"),
        ("address", "10.0.0", "10.0.0"),
    ]
    assert found.before.startswith("scan 1 of 10.0.0.0/24 on 2026-11-22")


def test_a_device_that_vanished_from_one_site_and_appeared_at_another_has_moved(
    register: Register,
) -> None:
    hall = register.add_site("Town Hall").id
    depot = register.add_site("Depot").id
    scan(register, 0, [camera(1, "10.0.0.1")], hall)
    scan(register, 2, [camera(1, "10.0.0.1", 2)], depot)
    found = looking.since(register, NOW + DAY, NOW + 3 * DAY)
    assert kinds(found) == [("moved", "Town Hall", "Depot")]


def test_what_is_known_since_a_day_is_counted_over_every_look(register: Register) -> None:
    scan(register, 0, [camera(1, "10.0.0.1"), camera(2, "10.0.0.2")])
    scan(register, 2, [camera(2, "10.0.0.2", 2)])
    scan(register, 3, [camera(2, "10.0.0.2", 3), camera(3, "10.0.0.3", 3)])
    found = looking.since(register, NOW + DAY, NOW + 4 * DAY)
    assert [kind for kind, _, _ in kinds(found)] == ["new", "gone"]
    assert looking.since(register, NOW - DAY, NOW + 4 * DAY).result.not_looked_at == ()


def test_a_scan_that_goes_on_goes_on_in_its_own_look(register: Register) -> None:
    run = register.start_run("plan", NOW)
    one = register.begin_look("scan", "x", NOW, run_id=run.id)
    assert register.begin_look("scan", "x", NOW + DAY, run_id=run.id) == one
    assert [(look.id, look.finished_at) for look in register.looks()] == [(one, None)]


def test_without_two_scans_it_says_what_is_missing(register: Register) -> None:
    with pytest.raises(UsageError, match="no finished scan"):
        looking.two_looks(register, None, None)
    scan(register, 0, [camera(1, "10.0.0.1")])
    with pytest.raises(UsageError, match="before scan 1 of"):
        looking.two_looks(register, None, None)
    with pytest.raises(UsageError, match="no look has the number 9"):
        looking.two_looks(register, 9, None)


def test_two_records_that_turn_out_to_be_one_device_are_one_in_every_look(
    register: Register,
) -> None:
    title = observe("http.title", "x", address="10.0.0.1", device="10.0.0.1", seen_at=NOW)
    scan(register, 0, [title])
    scan(register, 1, [camera(1, "10.0.0.1", 1)])
    found = looking.two_looks(register, None, None)
    assert not {"new", "gone"} & {kind for kind, _, _ in kinds(found)}


def lines(path: Path, *seen: Observation) -> str:
    path.write_bytes(b"".join(map(write_line, seen)))
    return str(path)


def test_two_files_are_compared_without_a_register(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = lines(tmp_path / "old.jsonl", camera(1, "10.0.0.1"), camera(2, "10.0.0.2"))
    new = lines(tmp_path / "new.jsonl", camera(1, "10.0.0.9"), camera(3, "10.0.0.2"))
    assert invoke(["--data", str(tmp_path / "none"), "diff", old, new, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"swapped": 1, "address": 1}
    assert not (tmp_path / "none").exists()
    assert invoke(["diff", old, new, "--exit-code"]) == 1
    assert "gave way to" in capsys.readouterr().out
    assert invoke(["diff", old, old, "--exit-code"]) == 0
    told_of = capsys.readouterr()
    assert "Nothing changed." in told_of.out
    assert told_of.err.splitlines()[:2] == [f"From {old}", f"to   {old}"]


def test_what_is_only_in_the_first_of_two_files_is_not_said_to_be_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = lines(tmp_path / "old.jsonl", camera(1, "10.0.0.1"))
    new = lines(tmp_path / "new.jsonl", camera(2, "10.9.0.1"))
    assert invoke(["diff", old, new]) == 0
    out = capsys.readouterr().out
    assert f"is not in {new}" in out
    assert "answer" not in out


def test_imports_are_looks_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    for day, firmware in enumerate(("V5.4.5build 170123", "V5.5.0build 180101")):
        path = lines(tmp_path / f"{day}.jsonl", camera(1, "10.0.0.1", day, firmware))
        assert invoke([*data, "import", path]) == 0
    capsys.readouterr()
    assert invoke([*data, "diff", "--list"]) == 0
    assert "1.jsonl" in capsys.readouterr().out
    assert invoke([*data, "diff", "1", "2", "--json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert (change["kind"], change["now"]) == ("firmware", "V5.5.0 build 180101")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diff"], "no finished scan"),
        (["diff", "north"], "not the number of a look"),
        (["diff", "--since", "yesterday"], "not a day"),
    ],
)
def test_what_cannot_be_compared_says_what_to_do(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lines(tmp_path / "a.jsonl", camera(1, "10.0.0.1"))
    data = ["--data", str(tmp_path / "data")]
    invoke([*data, "import", path])
    assert invoke([*data, *words]) == 2
    assert said in capsys.readouterr().err


def test_one_device_is_told_look_by_look_the_oldest_first(register: Register) -> None:
    scan(register, 0, [camera(1, "10.0.0.1"), camera(2, "10.0.0.2")])
    scan(register, 1, [camera(1, "10.0.0.9", 1)])
    (number,) = (d.id for d in register.device_at("10.0.0.9"))
    assert [s.address for s in register.seen_of(number)] == ["10.0.0.1", "10.0.0.9"]
    assert register.seen_of(99) == []
