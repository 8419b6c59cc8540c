"""Makers' clouds: every fact carried, with a source, and nothing guessed."""

import csv
from pathlib import Path

import pytest

from custodes.knowledge import clouds
from custodes.knowledge.makers import makers

SHARED = Path(__file__).parents[3] / "shared" / "data" / "cloud_endpoints.csv"


@pytest.mark.parametrize("one", clouds.endpoints(), ids=lambda e: f"{e.domain}-{e.what}")
def test_every_endpoint_is_found_by_its_name_with_its_use_and_source(one: clouds.Endpoint) -> None:
    found = clouds.match(one.domain.upper() + ".", one.port, one.transport)
    assert found is not None
    assert (found.grade, found.use, found.source) == ("name", one.use, one.source)
    assert (found.service, found.operator or "") == (one.short, one.operator)
    assert found.country == (makers()[one.operator].country if one.operator else None)


def test_another_host_of_the_zone_is_the_same_operators_for_a_use_that_is_not_known() -> None:
    found = clouds.match("pu.ezvizlife.com")
    assert found is not None
    assert (found.grade, found.operator, found.what) == ("zone", "EZVIZ", "server")
    assert "not known" in found.use


@pytest.mark.parametrize(
    "name", ["", "example.org", "com", "notezvizlife.com", "ezvizlife.com.example.org", "192.0.2.7"]
)
def test_a_name_of_nobody_is_unknown(name: str) -> None:
    assert clouds.match(name, 443, "tcp") is None


@pytest.mark.parametrize(
    ("port", "transport", "operator"), [(8800, "udp", "Dahua"), (9999, "udp", "Reolink")]
)
def test_a_port_is_a_hint_only_where_one_service_alone_uses_it(
    port: int, transport: str, operator: str
) -> None:
    found = clouds.match("", port, transport)
    assert found is not None
    assert (found.grade, found.operator) == ("port", operator)
    assert clouds.match("some.example", port, transport) is None, "a name says more than a port"


@pytest.mark.parametrize("port", sorted(clouds.COMMON_PORTS))
def test_a_port_that_everybody_uses_is_no_hint(port: int) -> None:
    assert clouds.match("", port, "tcp") is None
    assert clouds.match("", port, "udp") is None


@pytest.mark.parametrize(
    ("name", "country"),
    [("0.cn.pool.ntp.org", "CN"), ("uk.pool.ntp.org", "GB"), ("2.pool.ntp.org", None)],
)
def test_the_zone_of_a_time_server_may_name_a_country(name: str, country: str | None) -> None:
    found = clouds.match(name, 123, "udp")
    assert found is not None
    assert (found.is_time, found.operator, found.country) == (True, None, country)


def test_abroad_is_known_only_where_both_countries_are() -> None:
    found = clouds.match("p2p.reolink.com")
    assert found is not None
    assert (found.abroad("gb"), found.abroad("CN"), found.abroad(None)) == (True, False, None)
    pool = clouds.match("pool.ntp.org")
    assert pool is not None
    assert pool.abroad("GB") is None


def test_time_is_told_by_port_or_by_name() -> None:
    assert clouds.is_time("", 123, "udp")
    assert clouds.is_time("ntp1.dlink.com", 0, "")
    assert not clouds.is_time("www.dlink.com", 443, "tcp")


@pytest.mark.shared
def test_every_row_of_the_collected_list_that_names_a_host_is_carried() -> None:
    if not SHARED.exists():
        pytest.skip("../shared is not here")
    with SHARED.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if "not read" not in r["domain"]]
    assert len(rows) == 49
    kept = {(e.service, e.domain, e.port, e.transport, e.use) for e in clouds.endpoints()}
    for row in rows:
        if "not read" in row["domain"]:
            continue
        port = int(row["port"] or 0)
        assert (row["service"], row["domain"], port, row["transport"], row["use"]) in kept
