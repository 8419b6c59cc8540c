"""Nothing is sent to an address that no valid authority covers."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from custodes.errors import OutOfScope, UsageError
from custodes.find.observe.scope import Grant, check, permission, uncovered
from custodes.find.observe.targets import Network

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def grant(network: str, days: int = 30, who: str = "J. Smith", since_days: int = -1) -> Grant:
    return Grant(
        ip_network(network),
        who,
        NOW + timedelta(days=days),
        NOW + timedelta(days=since_days),
    )


def asked(*texts: str) -> list[Network]:
    return [ip_network(text) for text in texts]


def test_a_network_inside_an_authority_is_in_scope() -> None:
    scope = check(asked("192.0.2.0/26"), [grant("192.0.2.0/24")], NOW)
    assert "192.0.2.1" in scope
    assert scope.authorities == ["J. Smith, until 2026-12-22T12:00:00Z"]


def test_two_authorities_together_may_cover_one_network() -> None:
    grants = [grant("192.0.2.0/25"), grant("192.0.2.128/25", who="B. Jones")]
    assert len(check(asked("192.0.2.0/24"), grants, NOW).authorities) == 2


def test_one_uncovered_part_refuses_the_whole_scan_and_is_named() -> None:
    with pytest.raises(OutOfScope) as caught:
        check(asked("192.0.2.0/24", "198.51.100.7"), [grant("192.0.2.0/25")], NOW)
    assert caught.value.exit_status == 5
    assert caught.value.facts["uncovered"] == ["192.0.2.128/25", "198.51.100.7/32"]
    assert "custodes networks authorise 192.0.2.128/25" in caught.value.hint
    assert "Nothing was sent" in caught.value.hint


def test_an_authority_that_has_ended_covers_nothing_and_is_named() -> None:
    with pytest.raises(OutOfScope) as caught:
        check(asked("192.0.2.0/24"), [grant("192.0.2.0/24", days=0)], NOW)
    assert "ran until 2026-11-22T12:00:00Z" in caught.value.hint


def test_an_authority_holds_up_to_its_last_instant() -> None:
    ending = Grant(ip_network("192.0.2.0/24"), "J. Smith", NOW + timedelta(seconds=1))
    assert "192.0.2.1" in check(asked("192.0.2.0/24"), [ending], NOW)


def test_an_authority_that_has_not_begun_covers_nothing() -> None:
    with pytest.raises(OutOfScope):
        check(asked("192.0.2.0/24"), [grant("192.0.2.0/24", since_days=1)], NOW)


def test_a_long_list_of_uncovered_parts_is_cut_in_the_message_and_whole_in_the_facts() -> None:
    parts = [f"192.0.2.{n}" for n in range(0, 60, 2)]
    with pytest.raises(OutOfScope, match="and 20 more") as caught:
        check(asked(*parts), [], NOW)
    facts = caught.value.facts["uncovered"]
    assert isinstance(facts, list)
    assert len(facts) == 30


def test_authority_over_one_version_of_ip_says_nothing_of_the_other() -> None:
    assert uncovered(asked("::1"), asked("0.0.0.0/0")) == asked("::1")


def test_an_answer_from_a_zone_is_judged_by_its_address() -> None:
    scope = check(asked("fe80::1"), [grant("fe80::/64")], NOW)
    assert "fe80::1%eth0" in scope
    assert "junk" not in scope


@pytest.mark.parametrize(
    ("text", "who", "until"),
    [
        ("J. Smith, Head of Estates, until 2026-12-31", "J. Smith, Head of Estates", "2027-01-01"),
        ("J. Smith until 31 December 2026", "J. Smith", "2027-01-01"),
        ("Until Tuesday Ltd, until 2027-01-01", "Until Tuesday Ltd", "2027-01-02"),
        ("Ó Néill, UNTIL 2026-12-31", "Ó Néill", "2027-01-01"),
    ],
)
def test_a_permission_runs_to_the_end_of_its_last_day(text: str, who: str, until: str) -> None:
    granted = permission(text, NOW)
    assert granted.who == who
    assert granted.until == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_a_permission_may_name_an_instant() -> None:
    assert permission("A. B., until 2026-11-22T17:00:00+01:00", NOW).until.hour == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "J. Smith",
        "until 2026-12-31",
        ", until 2026-12-31",
        "J. Smith, until whenever",
        "J. Smith, until 2026-11-21",
        "J. Smith, until 2026-12-31T10:00:00",
    ],
)
def test_a_permission_without_name_or_end_or_future_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        permission(text, NOW)
