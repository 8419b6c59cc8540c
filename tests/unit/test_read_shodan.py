"""Shodan exports: answers become observations, conclusions stay hints, pictures are never read."""

import hashlib
import json
from pathlib import Path

import pytest

from custodes.find.read import shodan
from custodes.find.read.formats import open_file
from custodes.find.read.shodan import TEXT_LIMIT
from custodes.find.read.shodan_fields import field_of
from custodes.observation import FIELDS, Observation

DATA = Path(__file__).resolve().parents[1] / "data" / "read" / "cameras.shodan.json"


def read(tmp_path: Path, *banners: object) -> tuple[list[Observation], list[str]]:
    path = tmp_path / "export.json"
    path.write_text("".join(json.dumps(b) + "\n" for b in banners), encoding="utf-8")
    with open_file(path, form="shodan") as reader:
        return list(reader), [r.reason for r in reader.tally.reasons]


@pytest.fixture(scope="module")
def golden() -> list[Observation]:
    with open_file(DATA) as reader:
        return list(reader)


def test_answers_are_observations_of_their_own_kind(golden: list[Observation]) -> None:
    found = {(o.field, o.address, o.port, o.transport) for o in golden}
    assert {
        ("http.response", "198.51.100.4", 80, "tcp"),
        ("http.body", "198.51.100.4", 80, "tcp"),
        ("http.favicon.mmh3", "198.51.100.4", 80, "tcp"),
        ("http.title", "198.51.100.4", 443, "tcp"),
        ("rtsp.response", "198.51.100.5", 554, "tcp"),
        ("dhip.client.notifyDevInfo", "198.51.100.5", 37810, "udp"),
        ("ftp.banner", "198.51.100.6", 21, "tcp"),
        ("telnet.banner", "198.51.100.7", 23, "tcp"),
        ("onvif.ProbeMatch", "198.51.100.7", 3702, "udp"),
        ("ssdp.packet", "2001:db8::8", 1900, "udp"),
    } <= found


def test_values_are_taken_word_for_word(golden: list[Observation]) -> None:
    texts = {(o.field, o.payload) for o in golden}
    assert {
        ("tls.subject", "CN=198.51.100.4,O=Example\\, Ltd,C=GB"),
        ("tls.issuer", "CN=Example CA"),
        ("http.favicon.mmh3", "999357577"),
        ("http.favicon.md5", hashlib.md5(b"\0\0\0").hexdigest()),
        ("mac.address", "AC:CC:8E:00:00:06"),
        ("dns.hostname", "cam4.example.net"),
        ("snmp.sysDescr", " ; AXIS P1448-LE; Network Camera"),
        ("snmp.sysObjectID", "1.3.6.1.4.1.368.1.1"),
    } <= texts


def test_what_shodan_concluded_is_no_answer_of_the_device(golden: list[Observation]) -> None:
    hints = {o.field for o in golden if o.field.startswith("shodan.")}
    assert hints == {"shodan.product", "shodan.hikvision", "shodan.dahua"}
    assert not hints & FIELDS
    assert {o.field for o in golden} - hints <= FIELDS


def test_no_picture_is_ever_carried_over(golden: list[Observation]) -> None:
    assert b"screenshot" in DATA.read_bytes()
    assert not any("/9j/" in o.payload for o in golden)


def test_time_is_utc_and_the_line_is_named(golden: list[Observation]) -> None:
    assert golden[0].source == "import:cameras.shodan.json#line 1"
    assert golden[0].seen_at is not None
    assert golden[0].seen_at.isoformat() == "2026-11-20T10:00:00.123456+00:00"


def test_a_page_is_kept_up_to_a_limit(tmp_path: Path) -> None:
    (only,), _ = read(tmp_path, {"ip_str": "192.0.2.1", "http": {"html": "x" * 1_000_000}})
    assert len(only.payload) == TEXT_LIMIT


def test_the_server_is_taken_from_the_summary_only_where_the_answer_is_missing(
    tmp_path: Path,
) -> None:
    (only,), _ = read(tmp_path, {"ip_str": "192.0.2.1", "http": {"server": "App-webs/"}})
    assert (only.field, only.payload) == ("http.header.server", "App-webs/")


@pytest.mark.parametrize(
    ("banner", "reason"),
    [
        ({"data": "x"}, "names no address"),
        ({"ip_str": "not an address", "data": "x"}, "names no address"),
        ({"ip_str": "192.0.2.1", "port": 70_000}, "<= 65535"),
        ({"ip_str": "192.0.2.1", "http": "text"}, "$.http"),
        ({"ip_str": "192.0.2.1", "hostnames": [1]}, "$.hostnames"),
        ([], "Expected `object`"),
    ],
)
def test_a_line_of_another_shape_is_counted_with_the_reason(
    banner: object, reason: str, tmp_path: Path
) -> None:
    good = {"ip_str": "192.0.2.1", "data": "hello", "port": 2000}
    found, reasons = read(tmp_path, good, banner, good)
    assert [o.payload for o in found] == ["hello", "hello"]
    assert len(reasons) == 1
    assert reason in reasons[0]


@pytest.mark.parametrize("time", [None, "", "yesterday", "2026-13-01T00:00:00"])
def test_a_time_that_is_none_is_unknown_and_no_reason_to_refuse(
    time: str | None, tmp_path: Path
) -> None:
    (only,), reasons = read(tmp_path, {"ip_str": "192.0.2.1", "data": "x", "timestamp": time})
    assert only.seen_at is None
    assert reasons == []


def test_a_host_with_its_banners_inside_is_read_as_its_banners(tmp_path: Path) -> None:
    inside = {"port": 554, "data": "RTSP/1.0 200 OK\r\n\r\n", "transport": "tcp"}
    (only,), _ = read(tmp_path, {"ip_str": "192.0.2.1", "data": [inside]})
    assert (only.field, only.address, only.port) == ("rtsp.response", "192.0.2.1", 554)


@pytest.mark.parametrize(
    ("data", "module", "transport", "field"),
    [
        ("HTTP/1.1 200 OK", "rtsp-tcp", "tcp", "http.response"),
        ("HTTP/1.1 200 OK", "upnp", "udp", "ssdp.packet"),
        ("RTSP/1.0 200 OK", "", "tcp", "rtsp.response"),
        ("220 ready", "ftp", "tcp", "ftp.banner"),
        ("SSH-2.0-dropbear", "ssh", "tcp", "ssh.banner"),
        ("login:", "telnets-simple", "tcp", "telnet.banner"),
        ("?", "unheard-of", "tcp", "tcp.banner"),
        ("?", "unheard-of", "udp", "udp.discovery"),
        ("device", "snmp_v2", "udp", "snmp.sysDescr"),
        ("<ProbeMatch><Uuid>1</Uuid>", "hikvision", "udp", "sadp.ProbeMatch"),
        ("<a:ProbeMatches>", "", "udp", "onvif.ProbeMatch"),
    ],
)
def test_the_kind_of_a_banner_is_seen_from_its_text_first(
    data: str, module: str, transport: str, field: str
) -> None:
    assert field_of(data, module, transport) == field


@pytest.mark.parametrize("data", ["", "A", "no base64 ☃", None])
def test_an_icon_that_cannot_be_decoded_has_no_hash(data: str | None, tmp_path: Path) -> None:
    found, reasons = read(tmp_path, {"ip_str": "192.0.2.1", "http": {"favicon": {"data": data}}})
    assert (found, reasons) == ([], [])


def test_an_observation_that_quotes_shodan_is_not_shodans() -> None:
    line = {"field": "http.body", "payload": '{"ip_str": "192.0.2.1", "_shodan": {}}'}
    assert not shodan.recognise(json.dumps(line).encode())
