"""What commands tell of a device reads well: columns stay apart, no word stands twice."""

from datetime import UTC, datetime

import pytest

from custodes.cli.details import say_details
from custodes.cli.devices import worst_first
from custodes.estate.details import KeptFact
from custodes.estate.model import Finding, called
from custodes.facts import Words

AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_long_name_of_a_setting_does_not_run_into_its_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fact = KeptFact(
        device_id=1,
        subject="fact",
        name="storage.disk_bytes_free",
        channel="1",
        capable=None,
        enabled=None,
        value="21474836480",
        words=Words(field="isapi.ContentMgmt.Storage", matched="x", source="s"),
        first_seen=AT,
        last_seen=AT,
        ended_at=None,
    )
    say_details([fact], [])
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split("  ")[1] == "storage.disk_bytes_free (channel 1)"
    assert "  21474836480  " in line


def test_a_model_that_begins_with_its_badge_is_told_once() -> None:
    told = {"brand": "HP", "model": "HP LaserJet Pro", "device_type": "printer"}
    assert called(told, None, None) == "HP LaserJet Pro"
    assert called(told | {"model": "HPX 1"}, None, None) == "HP HPX 1"


def test_of_the_findings_of_a_device_the_worst_is_told_first() -> None:
    ranks = ("low", "critical", "medium", "high")
    found = [Finding(id=n, code=s, severity=s, text="t", opened_at=AT) for n, s in enumerate(ranks)]
    told = [one.severity for one in worst_first(found)]
    assert told == ["critical", "high", "medium", "low"]
