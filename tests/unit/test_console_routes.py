import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from custodes.console.app import create_app
from custodes.console.edge import HEADERS
from custodes.estate.register import open_register

BASE = "http://127.0.0.1:8765"
PAGES = """/ /devices /devices/1 /devices/11 /devices/13 /devices/14 /devices/15 /changes
    /changes?since=2026-11-01 /findings /findings?closed=yes /conversations /conversations?home=GB
    /sites /sites/1 /networks /about""".split()
VOID = set("area base br col hr img input link meta source wbr".split())


@pytest.fixture(scope="module")
def client(sample_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(sample_url), base_url=BASE) as opened:
        yield opened


class Outline(HTMLParser):
    """Reads a page strictly: what it nests, its headings, ids, labels and inline code."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID and tag not in ("path", "circle", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing at {self.getpos()}")

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]


def outline(text: str) -> Outline:
    read = Outline()
    read.feed(text)
    read.close()
    return read


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
def test_every_page_is_well_nested_and_has_the_landmarks_that_people_steer_by(
    client: TestClient, path: str
) -> None:
    text = client.get(path).text
    read = outline(text)
    assert not read.faults
    assert not read.open
    assert read.all("html")[0]["lang"] == "en-GB"
    for landmark in ("header", "main", "footer"):
        assert len(read.all(landmark)) == 1
    assert all(nav.get("aria-label") for nav in read.all("nav"))
    assert read.all("a")[0]["href"] == "#content"


@pytest.mark.parametrize("path", [*PAGES, "/nowhere"])
def test_headings_begin_at_one_and_skip_no_level(client: TestClient, path: str) -> None:
    levels = [
        int(tag[1]) for tag, _ in outline(client.get(path).text).tags if re.fullmatch("h[1-6]", tag)
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label_every_table_a_caption_and_every_heading_cell_a_scope(
    client: TestClient, path: str
) -> None:
    read = outline(client.get(path).text)
    labelled = {label["for"] for label in read.all("label")}
    for field in read.all("input", "select"):
        assert field.get("type") == "hidden" or field["id"] in labelled
    assert len(read.all("caption")) == len(read.all("table"))
    assert all(cell.get("scope") in ("row", "col") for cell in read.all("th"))
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_code_or_loads_anything_from_elsewhere(
    client: TestClient, path: str
) -> None:
    read = outline(client.get(path).text)
    for tag, attrs in read.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], tag
        for address in (attrs.get("src"), attrs.get("href"), attrs.get("action")):
            assert address is None or address.startswith(("/", "#"))
    assert all("src" in script for script in read.all("script"))
    assert not read.all("style")


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/static/console.css", "/api/v1/counts"])
def test_every_answer_carries_the_guards(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in headers["content-security-policy"]


def test_every_link_of_every_page_leads_somewhere(client: TestClient) -> None:
    todo: set[str] = {"/"}
    seen: set[str] = set()
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        # Filters can be combined without end, so their links are followed one step only.
        if "text/html" in answer.headers["content-type"] and "?" not in path:
            links = {(a["href"] or "").partition("#")[0] for a in outline(answer.text).all("a")}
            todo |= links - seen - {""}
    assert len(seen) > 60


def test_nothing_that_a_device_says_becomes_markup(
    client: TestClient, console_sample: ModuleType
) -> None:
    for path in (*PAGES, "/devices?q=%3Cscript%3E", "/changes?site=%3Cscript%3E&before=3"):
        text = client.get(path).text
        assert "<script>document" not in text
        assert "<img" not in text
        shown = "".join(outline(text).texts)
        assert "\u202e" not in shown
        assert "\x07" not in shown
    assert "&lt;script&gt;document.title" in client.get("/devices/15").text
    assert '<span class="unseen">U+202E</span>' in client.get("/devices/15").text


def test_a_device_with_a_megabyte_of_title_still_makes_a_small_page(client: TestClient) -> None:
    assert len(client.get("/devices/15").content) < 150_000


def test_the_raw_view_is_plain_text_whole_and_downloaded(
    client: TestClient, console_sample: ModuleType
) -> None:
    answer = client.get("/devices/15/observations.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert console_sample.HOSTILE + "<b>" * 350_000 in answer.text


def test_a_header_of_the_raw_view_cannot_be_forged_by_a_source_with_line_breaks(
    tmp_path: Path, console_sample: ModuleType
) -> None:
    from custodes.identity import Identity
    from custodes.observation import observe

    seen = observe("http.title", "x", address="10.0.0.1", source="a\nsha256: forged")
    url = f"sqlite:///{tmp_path / 'r.sqlite'}"
    with open_register(url) as register:
        register.file_identity(Identity(), [seen], None, console_sample.NOW)
    with TestClient(create_app(url), base_url=BASE) as client:
        assert "\nsha256: forged" not in client.get("/devices/1/observations.txt").text


def test_the_downloads_hold_exactly_the_devices_that_the_list_shows(client: TestClient) -> None:
    asked = "?maker=Dahua&sort=-address"
    shown = re.findall(
        r'<th role="rowheader" scope="row"><a href="/devices/(\d+)">',
        client.get("/devices" + asked).text,
    )
    sheet = list(csv.DictReader(io.StringIO(client.get("/devices.csv" + asked).text)))
    data = client.get("/devices.json" + asked).json()
    assert [row["id"] for row in sheet] == shown == [str(row["id"]) for row in data]
    assert {row["maker"] for row in data} == {"Dahua"}
    assert len(shown) == 5


def test_a_list_that_matches_nothing_says_so_and_leads_back(client: TestClient) -> None:
    text = client.get("/devices?q=zzz").text
    assert "No device matches" in text
    assert "0 devices of 15 devices" in text


def test_an_empty_register_teaches_three_ways_to_begin(tmp_path: Path) -> None:
    with TestClient(create_app(f"sqlite:///{tmp_path / 'r.sqlite'}"), base_url=BASE) as client:
        text = client.get("/").text
        for way in ("custodes demo", "custodes import", "custodes scan"):
            assert way in text
        for path in ("/devices", "/sites", "/networks", "/devices.csv", "/api/v1/counts"):
            assert client.get(path).status_code == 200
        for path, way in (
            ("/changes", "custodes scan"),
            ("/findings", "custodes inspect"),
            ("/conversations", "custodes listen"),
        ):
            assert way in client.get(path).text
            assert client.get(path + ".csv").text.count("\n") == 1
            assert client.get(path + ".json").json() == []


@pytest.mark.parametrize(
    "path", ["/devices/999", "/devices/0", "/devices/x", "/sites/99", "/devices/99999999999", "/x"]
)
def test_what_is_not_there_is_a_404_in_the_same_shell(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'aria-label="Main"' in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_reading_is_possible(client: TestClient, method: str) -> None:
    answer = client.request(method, "/devices")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_is_get_without_the_body(client: TestClient) -> None:
    answer = client.head("/devices")
    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1", "[::2]"]
)
def test_another_name_is_refused_so_that_no_page_elsewhere_can_read_us(
    client: TestClient, host: str
) -> None:
    answer = client.get("/api/v1/devices", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8765", "[::1]:8765"])
def test_names_of_this_machine_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).text == "ok\n"


def broken(url: str) -> FastAPI:
    app = create_app(url)

    @app.get("/broken")
    @app.get("/api/broken")
    def fail() -> None:
        raise ZeroDivisionError("a secret in a traceback")

    return app


def test_a_fault_is_a_page_with_a_number_and_the_log_has_the_rest(
    sample_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), TestClient(broken(sample_url), base_url=BASE) as client:
        page, problem = client.get("/broken"), client.get("/api/broken")
    assert (page.status_code, problem.status_code) == (500, 500)
    assert "secret" not in page.text + problem.text
    assert {name: page.headers[name] for name in HEADERS} == HEADERS
    found = re.search(r"number ([0-9a-f]{8})", page.text)
    assert found is not None
    assert f"fault {found[1]}" in caplog.text
    assert "a secret in a traceback" in caplog.text
    assert problem.json()["code"] == "internal-server-error"


def test_a_register_that_breaks_is_told_with_its_code_and_not_as_our_fault(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with TestClient(create_app(f"sqlite:///{path}"), base_url=BASE) as client:
        for file in tmp_path.glob("r.sqlite*"):
            file.write_bytes(b"not a database at all" * 400)
        answer = client.get("/api/v1/devices")
    assert answer.status_code == 503
    assert answer.json()["code"] == "register"


def test_the_api_counts_with_a_unit(client: TestClient) -> None:
    counts = client.get("/api/v1/counts").json()
    assert (counts["unit"], counts["devices"], counts["unknown_maker"]) == ("devices", 15, 2)
    assert {"name": None, "count": 2} in counts["by_maker"]


def test_the_api_gives_a_device_with_its_evidence_word_for_word(
    client: TestClient, console_sample: ModuleType
) -> None:
    found = client.get("/api/v1/devices", params={"differs": "true", "limit": 1}).json()
    assert found["total"] == 2
    whole = client.get(f"/api/v1/devices/{found['devices'][0]['id']}").json()
    maker = next(e for e in whole["evidence"] if e["conclusion"] == "maker" and not e["against"])
    assert maker["matched"] == console_sample.DAHUA_REALM
    assert whole["observations"] == 3


def test_the_api_gives_sites_and_networks(client: TestClient) -> None:
    sites = client.get("/api/v1/sites").json()
    assert {site["name"]: site["devices"] for site in sites}["Town Hall"] == 7
    networks = client.get("/api/v1/networks").json()
    assert networks[0]["authorities"][0]["who"] == "J. Smith, Head of ICT"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/devices/999", 404, "not-found"),
        ("/api/v1/devices/x", 400, "bad-request"),
        ("/api/v1/devices?limit=0", 400, "bad-request"),
        ("/api/v1/devices?unknown=soul", 400, "bad-request"),
        ("/api/v1/devices?colour=blue", 400, "bad-request"),
        ("/api/v2/devices", 404, "not-found"),
        ("/api/v1/devices/999/facts", 404, "not-found"),
        ("/api/v1/changes?before=77", 404, "not-found"),
        ("/api/v1/changes?since=soon", 400, "bad-request"),
        ("/api/v1/changes?kind=odd", 400, "bad-request"),
        ("/api/v1/findings?severity=odd", 400, "bad-request"),
        ("/api/v1/conversations?home=GBR", 400, "bad-request"),
    ],
)
def test_the_api_says_what_is_wrong_as_a_problem_document(
    client: TestClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told.keys() == {"type", "title", "status", "detail", "code", "instance"}


def test_the_api_describes_itself_without_pages_that_load_from_elsewhere(
    client: TestClient,
) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/v1/changes",
        "/api/v1/conversations",
        "/api/v1/counts",
        "/api/v1/devices",
        "/api/v1/devices/{number}",
        "/api/v1/devices/{number}/attached",
        "/api/v1/devices/{number}/conversations",
        "/api/v1/devices/{number}/facts",
        "/api/v1/devices/{number}/report",
        "/api/v1/findings",
        "/api/v1/looks",
        "/api/v1/networks",
        "/api/v1/sites",
    }
    for operation in described["paths"].values():
        assert set(operation) == {"get"}
        assert operation["get"]["description"] or operation["get"]["summary"]
    assert "422" not in json.dumps(described)
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404


def test_no_file_outside_the_static_folder_can_be_fetched(client: TestClient) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"):
        assert client.get(path).status_code == 404
