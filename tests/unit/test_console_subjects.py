"""Changes, findings and conversations of the sample register: pages, files and API."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from custodes.console import changes, problems, services
from custodes.console.app import create_app
from custodes.console.talks import peers
from custodes.estate.conversations import Contact
from custodes.estate.model import Finding
from custodes.estate.register import Register, open_register

BASE = "http://127.0.0.1:8765"
READERS = {"/changes": changes.read, "/findings": problems.read, "/conversations": services.read}


@pytest.fixture(scope="module")
def client(sample_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(sample_url), base_url=BASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def register(sample_url: str) -> Iterator[Register]:
    with open_register(sample_url) as opened:
        yield opened


def sheet(client: TestClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).text)))


def test_the_newest_scan_is_compared_with_the_one_before_it(client: TestClient) -> None:
    page = client.get("/changes").text
    assert "From <b>scan 1 of 10.20.0.0/16 on 2026-10-23 15:04 UTC</b>" in page
    assert "9 devices as before" in page
    assert [(r["kind"], r["device_id"]) for r in sheet(client, "/changes.csv")] == [
        ("moved", "3"),
        ("new", "13"),
        ("gone", "5"),
        ("firmware", "1"),
        ("address", "2"),
    ]


def test_two_looks_can_be_chosen_in_the_address_and_turned_round(client: TestClient) -> None:
    rows = sheet(client, "/changes.csv?before=2&after=1")
    assert {(r["kind"], r["device_id"]) for r in rows} >= {("new", "5"), ("gone", "13")}
    page = client.get("/changes?before=2&after=1").text
    assert re.search(r'<option value="2" selected>2: scan of', page)


def test_what_changed_since_a_day_can_be_asked(client: TestClient) -> None:
    page = client.get("/changes?since=2026-11-01").text
    assert "what was seen up to 2026-11-01 00:00 UTC" in page
    assert "firmware 5.6.9 → 5.7.1" in page


def test_changes_narrow_by_kind_and_site_and_the_files_hold_exactly_what_is_shown(
    client: TestClient,
) -> None:
    for asked in ("?kind=gone", "?site=Library", "?kind=new&site=Library", "?kind=swapped"):
        page = client.get("/changes" + asked).text
        shown = re.findall(r'rowheader" scope="row"><a href="/devices/(\d+)">', page)
        assert [r["device_id"] for r in sheet(client, "/changes.csv" + asked)] == shown
        assert [str(r["device_id"]) for r in client.get("/changes.json" + asked).json()] == shown
    assert "No change is like that" in page


def test_a_look_that_does_not_exist_is_told_and_the_page_still_offers_the_others(
    client: TestClient,
) -> None:
    page = client.get("/changes?before=77").text
    assert "No look has the number 77." in page
    assert 'id="filter-before"' in page


def test_every_count_of_kinds_leads_to_as_many_changes(client: TestClient) -> None:
    for path in ("/changes", "/findings"):
        page = client.get(path).text
        kinds = re.findall(r'<li><a href="([^"]+)"><b>(\d+)</b> ', page)
        assert kinds
        for link, count in kinds:
            shown = client.get(link.replace("&amp;", "&")).text
            assert len(re.findall('rowheader" scope="row"', shown)) == int(count)


def test_a_thousand_changes_are_walked_by_page(register: Register) -> None:
    row = changes.Row("new", 1, "d", None, None, "device", None, None, True, "t")
    from custodes.find.compare import Comparison
    from custodes.find.looking import Compared

    found = Compared(before="a", after="b", covers=(), result=Comparison())
    query = changes.ChangesQuery(page=10)
    page = changes.changes_page(found, [row] * 1000, query, register.looks())
    assert (len(page.rows), page.page, page.pages) == (100, 10, 10)
    assert (page.previous, page.following) == ("/changes?page=9", "")
    beyond = changes.changes_page(found, [row] * 5, query, ())
    assert (beyond.page, len(beyond.rows)) == (1, 5)


def test_findings_are_told_the_worst_first_with_their_evidence_and_site(
    client: TestClient,
) -> None:
    rows = sheet(client, "/findings.csv")
    assert [(r["severity"], r["code"], r["site"]) for r in rows] == [
        ("critical", "hostile", "Depot"),
        ("high", "telnet-open", "Town Hall"),
        ("medium", "cloud-relay", "Town Hall"),
        ("low", "no-owner", "Depot"),
    ]
    assert rows[1]["evidence"] == "isapi.telnetd: <enabled>true</enabled>"
    assert "&lt;enabled&gt;true&lt;/enabled&gt;" in client.get("/findings").text


def test_closed_findings_are_shown_only_when_asked(client: TestClient) -> None:
    assert "old-clock" not in client.get("/findings").text
    assert "old-clock" in client.get("/findings?closed=yes").text


def test_findings_narrow_by_site_severity_and_code(client: TestClient) -> None:
    assert [r["code"] for r in sheet(client, "/findings.csv?site=1")] == [
        "telnet-open",
        "cloud-relay",
    ]
    assert [r["code"] for r in sheet(client, "/findings.csv?severity=low")] == ["no-owner"]
    assert "No finding is like that" in client.get("/findings?code=none").text


def test_devices_are_told_by_the_services_outside_that_they_talk_to(client: TestClient) -> None:
    rows = sheet(client, "/conversations.csv")
    assert [(r["kind"], r["service"], r["peer"]) for r in rows[:3]] == [
        ("cloud", "Hik-Connect registration server", "litedev.hik-connect.com"),
        ("cloud", "Dahua P2P directory", "www.easy4ipcloud.com"),
        ("time", "NTP Pool time server", "cn.pool.ntp.org"),
    ]
    assert len(rows) == 5  # the own network is not outside
    page = client.get("/conversations").text
    assert "5 pairs of device and peer, 3 devices" in page


def test_what_is_abroad_is_told_only_against_a_home(client: TestClient) -> None:
    assert not any(r["abroad"] for r in sheet(client, "/conversations.csv"))
    rows = sheet(client, "/conversations.csv?home=gb&abroad=yes")
    assert {r["country"] for r in rows} == {"CN"}
    assert "which is abroad" in rows[0]["sentence"]


def test_the_chart_of_services_counts_devices_not_conversations(register: Register) -> None:
    summaries = {s.id: s for s in register.summaries()}
    rows = services.rows(peers(register.conversations(), {}), summaries)
    page = services.talks_page(rows, services.TalksQuery(), register.sites())
    assert page.chart.total == 3
    assert [(b.label, b.count) for b in page.chart.bars][-1] == ("Operator unknown", 2)


def test_devices_in_a_cloud_are_counted_by_name_alone(register: Register) -> None:
    contacts = register.contacts()
    assert services.cloud_devices(contacts) == 2
    hint = Contact(
        device_id=3,
        peer_address="203.0.113.9",
        peer_name="",
        peer_port=9999,
        transport="udp",
        role="client",
    )
    assert services.cloud_devices([hint]) == 0
    named = replace(hint, peer_name="p2p.reolink.com")
    assert services.cloud_devices([named, named, replace(named, role="server")]) == 1


def test_the_overview_leads_to_changes_findings_and_clouds(client: TestClient) -> None:
    page = client.get("/").text
    assert '<a href="/changes">5 changes since the last scan</a>' in page
    assert '<a href="/findings">4 open findings</a><p>1 critical, 1 high, 1 medium, 1 low' in page
    assert "2 devices talk to a maker&#39;s cloud" in page


def test_an_overview_without_scans_findings_or_captures_says_so(
    tmp_path: Path, console_sample: ModuleType
) -> None:
    url = f"sqlite:///{tmp_path / 'r.sqlite'}"
    with open_register(url) as register:
        console_sample.file_one(register, 99, "Axis", "Axis", "P3245-LVE", "camera", None)
    with TestClient(create_app(url), base_url=BASE) as client:
        page = client.get("/").text
    assert "A second scan will be compared with the first." in page
    assert "0 open findings" in page
    assert "Nobody has listened yet." in page


def test_a_new_scan_is_compared_anew_on_the_overview(
    tmp_path: Path, console_sample: ModuleType
) -> None:
    url = console_sample.fill(tmp_path)
    with TestClient(create_app(url), base_url=BASE) as client:
        assert "5 changes since" in client.get("/").text
        with open_register(url) as register:
            look = register.begin_look("scan", "x", console_sample.NOW, scope=["10.20.0.0/16"])
            register.finish_look(look, console_sample.NOW)
        assert "since the last scan</a>" in client.get("/").text
        assert "5 changes since" not in client.get("/").text


@pytest.mark.parametrize("path", sorted(READERS))
@given(
    st.dictionaries(
        st.sampled_from(
            "before after since kind site severity code closed service home abroad page".split()
        ),
        st.one_of(st.text(max_size=12), st.sampled_from(["yes", "1", "2026-11-01", "gone", "GB"])),
    )
)
def test_any_address_is_read_and_written_back_the_same(path: str, given_: dict[str, str]) -> None:
    from urllib.parse import parse_qsl, urlsplit

    read = READERS[path]
    query = read(given_)
    again = read(dict(parse_qsl(urlsplit(query.link()).query)))
    assert again == query


def test_the_api_gives_the_report_in_sentences(client: TestClient) -> None:
    found = client.get("/api/v1/devices/11/report").json()
    assert [s["part"] for s in found][:2] == ["is", "is"]
    assert found[1]["conclusion"] == "condition.rebadge"
    assert {s["part"] for s in found} == {"is", "because", "against", "unknown"}


def test_the_api_gives_facts_with_their_words_and_their_history(client: TestClient) -> None:
    found = client.get("/api/v1/devices/1/facts").json()
    telnet = [(f["value"], f["ended_at"] is None) for f in found if f["name"] == "service.telnet"]
    assert telnet == [("off", False), ("on", True)]
    face = next(f for f in found if f["name"] == "FaceRecognition")
    assert (face["capable"], face["enabled"], face["words"]["field"]) == (
        True,
        False,
        "isapi.capabilities",
    )


def test_the_api_gives_attached_cameras_conversations_looks_and_changes(
    client: TestClient,
) -> None:
    cameras = client.get("/api/v1/devices/11/attached").json()
    assert [(c["channel"], c["same_as"]) for c in cameras] == [("1", 1), ("2", None), ("10", None)]
    talks = client.get("/api/v1/devices/1/conversations?home=GB&limit=1").json()
    assert (talks["total"], talks["conversations"][0]["abroad"]) == (5, True)
    all_talks = client.get("/api/v1/conversations?kind=cloud").json()
    assert [c["device_id"] for c in all_talks["conversations"]] == [1, 6]
    looks = client.get("/api/v1/looks").json()
    assert [(look["id"], look["kind"]) for look in looks] == [
        (3, "import"),
        (2, "scan"),
        (1, "scan"),
    ]
    gone = client.get("/api/v1/changes?kind=gone").json()
    assert (gone["total"], gone["unchanged"], gone["changes"][0]["device_id"]) == (1, 9, 5)
    closed = client.get("/api/v1/findings?closed=true&severity=info").json()
    assert [f["code"] for f in closed["findings"]] == ["old-clock"]


def test_a_cell_of_a_sheet_that_a_spreadsheet_would_run_is_not_run(client: TestClient) -> None:
    for path in ("/changes.csv", "/findings.csv", "/conversations.csv?home=GB"):
        for row in csv.reader(io.StringIO(client.get(path).text)):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_a_finding_quotes_the_device_by_where_it_said_so() -> None:
    words = [{"field": "isapi.EZVIZ", "matched": "<enabled>true</enabled>"}]
    evidence = {"fact": "cloud.relay", "value": "on", "words": words}
    found = Finding(
        id=1, code="cloud-relay-on", severity="high", text="x", evidence=evidence,
        opened_at=datetime(2026, 11, 22, tzinfo=UTC),
    )  # fmt: skip
    (row,) = problems.rows([found], {}, [])
    assert row.evidence == (("isapi.EZVIZ", "<enabled>true</enabled>"),)
    other = replace(found, evidence={"port": 23, "words": "none"})
    assert problems.rows([other], {}, [])[0].evidence == (("port", "23"), ("words", "none"))
