"""Nobody can allow the scanning of networks that no body owns."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.errors import UsageError
from custodes.estate.register import open_register
from custodes.find.observe import job
from custodes.find.observe.scope import permission
from custodes.find.observe.targets import parse

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TERMS = "A. Nyone, Nobody, until 2099-12-31"


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/7", "::/0", "2000::/3"])
def test_an_authority_for_more_than_any_body_owns_is_refused(cidr: str, tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r.sqlite'}") as register:
        with pytest.raises(UsageError, match="no one body owns"):
            register.record_authority(cidr, "A. Nyone", NOW + timedelta(days=1), NOW)
        assert register.networks() == []


@pytest.mark.parametrize(
    "cidr", ["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32", "fd12:3456:789a::/48"]
)
def test_the_widest_networks_that_a_body_has_can_be_authorised(cidr: str, tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r.sqlite'}") as register:
        register.record_authority(cidr, "A. Nyone", NOW + timedelta(days=1), NOW)
        assert register.authority_for(cidr, NOW) is not None


def test_neither_command_records_such_an_authority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = ["networks", "authorise", "0.0.0.0/0", "--authority", TERMS]
    assert invoke(["--data", str(tmp_path), *record]) == 2
    assert "no one body owns" in capsys.readouterr().err
    world = parse(["0.0.0.0/0"], read_file=str, resolve=lambda name: [name], large=True)
    with (  # not by `custodes scan`: were this test to fail, it would scan the world
        open_register(f"sqlite:///{tmp_path / 'custodes.sqlite'}") as register,
        pytest.raises(UsageError, match="no one body owns"),
    ):
        job.allow(register, world, permission(TERMS, NOW), None, NOW)


def test_a_dry_run_with_an_authority_shows_it_and_records_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]
    scan = ["scan", "127.0.0.1", "--authority", TERMS, "--dry-run"]
    assert invoke([*data, *scan]) == 0
    said = capsys.readouterr().out
    assert "Authorised: yes" in said
    assert "A. Nyone, Nobody, to the end of 2099-12-31 (UTC)" in said
    assert "not covered" not in said
    assert invoke([*data, "networks", "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"
