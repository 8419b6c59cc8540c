"""Small parts of the scanner, and that the manual tells word for word what is sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from custodes.find.observe import neighbourhood, segments
from custodes.find.observe.forecast import forecast
from custodes.find.observe.plan import (
    PROBE_NAMES,
    USUAL_PROBES,
    Limits,
    Outcome,
    Plan,
    Summary,
    thorough,
)
from custodes.find.observe.ports import ASKED_FOR, DEFAULT, Port
from custodes.find.observe.probes import DISCOVERY, PROBES, pages, probes_of
from custodes.find.observe.probes.http import looks_like_icon, same_place, stays_open
from custodes.find.observe.probes.rtsp import PATHS
from custodes.find.observe.probes.tcp import field_of
from custodes.find.observe.probes.wsd import own_service
from custodes.find.observe.report import Found, document
from custodes.find.observe.sockets import room
from custodes.find.observe.targets import Target, of_services, parse
from custodes.identity import Identity
from custodes.observation import FIELDS, observe
from custodes.protocols import (
    dhip,
    dvrip,
    http,
    mdns,
    onvif,
    rtsp,
    sadp,
    snmp,
    sofia,
    ssdp,
    ws_discovery,
)

ROOT = Path(__file__).resolve().parents[2]
MANUAL = (ROOT / "docs" / "reference" / "probes.md").read_text(encoding="utf-8")
GUID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: p.NAME)
def test_every_probe_has_a_chapter_in_the_manual(probe: object) -> None:
    assert f"\n## {getattr(probe, 'NAME')}\n" in MANUAL  # noqa: B009 - a module


def test_the_probes_are_those_that_the_plan_names() -> None:
    assert {probe.NAME for probe in PROBES} | {neighbourhood.NAME} == PROBE_NAMES
    assert f"\n## {neighbourhood.NAME}\n" in MANUAL
    assert {"snmp", "dvrip", "sofia"} == PROBE_NAMES - USUAL_PROBES
    assert Plan().probes == USUAL_PROBES


def said(data: bytes) -> list[str]:
    """What is sent, line by line, as the manual writes it."""
    text = data.decode().replace(http.USER_AGENT, "custodes/VERSION")
    return [line for line in text.splitlines() if line]


@pytest.mark.parametrize(
    "sent",
    [
        http.request("GET", "192.0.2.10", "/", keep_open=True),
        rtsp.options("rtsp://192.0.2.10/", 1),
        rtsp.describe("rtsp://192.0.2.10/", 2),
        sadp.inquiry(GUID).replace(GUID.encode(), b"A-NEW-UPPER-CASE-GUID"),
        ws_discovery.probe(GUID, None).replace(GUID.encode(), b"A-NEW-GUID"),
        onvif.call("GetDeviceInformation"),
        dhip.search()[dhip.HEADER :],
        pages.AXIS_BODY,
        ssdp.search(),
        dvrip.search()[:16].hex().encode(),
        dvrip.search()[16:].hex().encode(),
        sofia.search().hex().encode(),
        "\n".join(mdns.TYPES).encode(),
        "\n".join((*snmp.SYSTEM, *snmp.CAMERAS)).encode(),
    ],
)
def test_the_manual_says_word_for_word_what_is_sent(sent: bytes) -> None:
    for line in said(sent):
        assert line in MANUAL


@pytest.mark.parametrize("text", [p.path for p in pages.PAGES.values()] + list(PATHS.values()))
def test_the_manual_names_every_path(text: str) -> None:
    assert text in MANUAL


@pytest.mark.parametrize("port", [*DEFAULT, *ASKED_FOR], ids=str)
def test_every_usual_port_is_in_the_manual_and_has_a_probe(port: Port) -> None:
    assert str(port.number) in MANUAL
    assert probes_of(port, Plan(probes=PROBE_NAMES))
    assert bool(probes_of(port, Plan())) == (port not in ASKED_FOR)


def test_no_question_that_changes_a_device_can_be_asked() -> None:
    asked = b" ".join(q for probe in DISCOVERY for q in probe.questions())
    for word in (b"update", b"activate", b"reset", b"setConfig", b"login", b"Authorization"):
        assert word not in asked


def test_the_fields_of_the_maker_pages_are_known_fields() -> None:
    assert {page.field for page in pages.PAGES.values()} <= FIELDS


def answer(head: str, body: bytes = b"") -> http.Response:
    return http.parse(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("head", "stays"),
    [
        ("HTTP/1.1 200 OK\nContent-Length: 0", True),
        ("HTTP/1.1 204 No Content", True),
        ("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: Close", False),
        ("HTTP/1.0 200 OK\nContent-Length: 0", False),
        ("HTTP/1.0 200 OK\nContent-Length: 0\nConnection: Keep-Alive", True),
        ("HTTP/1.1 200 OK", False),
        ("HTTP/1.1 200 OK\nContent-Length: 9", False),
    ],
)
def test_a_connection_is_used_again_only_where_the_answer_ends_for_sure(
    head: str, stays: bool
) -> None:
    assert stays_open(answer(head)) is stays


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/doc/page/login.asp?_1", "/doc/page/login.asp?_1"),
        ("login.htm", "/login.htm"),
        ("http://192.0.2.1/a", "/a"),
        ("http://192.0.2.1:80/a", "/a"),
        ("http://192.0.2.1:81/a", None),
        ("https://192.0.2.1/a", None),
        ("ftp://192.0.2.1/a", None),
        ("http://user@192.0.2.2/a", None),
        ("/a b", None),
        ("/\r\nHost: evil", None),
        ("/" + "a" * 2000, None),
    ],
)
def test_a_redirect_is_followed_only_to_the_same_place(location: str, path: str | None) -> None:
    found = same_place("http://192.0.2.1/", location)
    assert found == path or (found is not None and not set(found) & {"\r", "\n", " "})


@pytest.mark.parametrize(
    ("service", "own"),
    [
        (
            "http://192.0.2.1/onvif/device_service",
            (Port(80, "onvif"), "/onvif/device_service"),
        ),
        ("http://192.0.2.1:8000/onvif", (Port(8000, "onvif"), "/onvif")),
        ("https://192.0.2.1/onvif", (Port(443, "onvifs"), "/onvif")),
        ("http://192.0.2.2/onvif/device_service", None),
        ("ftp://192.0.2.1/onvif", None),
        ("http://192.0.2.1:9100/onvif", None),  # whatever is sent there is printed
        ("http://[::1/", None),
        ("http://192.0.2.1:99999/", None),
        ("", None),
    ],
)
def test_a_service_address_counts_only_on_the_device_that_named_it(
    service: str, own: tuple[Port, str] | None
) -> None:
    assert own_service("192.0.2.1", service) == own


def test_an_error_page_is_no_icon() -> None:
    assert looks_like_icon(b"\x00\x00\x01\x00rest")
    assert not looks_like_icon(b"  <!DOCTYPE HTML><html>")
    assert not looks_like_icon(b"")


@pytest.mark.parametrize(
    ("number", "service", "heard", "field"),
    [
        (22, "ssh", b"SSH-2.0-dropbear\r\n", "ssh.banner"),
        (8000, "silent", b"SSH-2.0-dropbear\r\n", "ssh.banner"),
        (21, "silent", b"220 AXIS ready\r\n", "ftp.banner"),
        (23, "telnet", b"192.0.0.64 login: ", "telnet.banner"),
        (9000, "silent", b"\xff\xfd\x01", "telnet.banner"),
        (8000, "silent", b"\x00\x00\x00\x10", "tcp.banner"),
    ],
)
def test_a_greeting_is_filed_by_what_it_says(
    number: int, service: str, heard: bytes, field: str
) -> None:
    assert field_of(Port(number, service), heard) == field


def test_multicast_on_loopback_is_sent_only_where_it_was_asked_for() -> None:
    sample = [Target("127.0.0.9")]
    assert segments.own_addresses(sample, Plan()) == []
    (own,) = segments.own_addresses(sample, Plan(multicast_loopback=True))
    assert own.startswith("127.")
    assert segments.facing("fe80::1%no-such-interface") is None


def test_multicast_is_not_sent_where_nobody_allowed_this_machines_own_address() -> None:
    def facing(_address: str) -> str:
        return "192.0.2.250"

    sample = [Target("192.0.2.1"), Target("192.0.2.2")]
    outside = Plan(may_reach=lambda address: address != "192.0.2.250")
    assert segments.own_addresses(sample, outside, facing) == []
    assert segments.own_addresses(sample, Plan(), facing) == ["192.0.2.250"]


def test_no_more_devices_are_looked_at_together_than_there_are_sockets_for() -> None:
    assert room(1) == 1
    assert 1 <= room(10_000_000) <= 10_000_000


def test_services_known_by_name_become_a_target_in_the_order_of_the_scan() -> None:
    target = of_services("127.0.0.1", {"sdk8000": 20004, "ws_discovery": 20003, "http": 20001})
    assert target.ports == (Port(20001, "http"), Port(20003, "wsd"), Port(20004, "silent"))
    assert target.device == "127.0.0.1:20001"
    assert of_services("127.0.0.1", {"http": 1}, key="127.0.0.1").device == "127.0.0.1"


def test_the_forecast_counts_addresses_and_packets() -> None:
    targets = parse(["192.0.2.0/24"], read_file=str, resolve=lambda _: [])
    said_before = forecast(targets, Plan())
    assert said_before["addresses"] == 254
    assert said_before["packets_at_most"] == 2540
    assert said_before["seconds_if_nobody_is_there"] == 10.2
    every = replace(Plan(), thorough=True, limits=thorough(Limits(), len(DEFAULT)))
    assert forecast(targets, every)["packets_at_most"] > 2540


def outcome(
    address: str, identity: Identity, *, late: bool = False, complete: bool = True
) -> Outcome:
    return Outcome(
        device=address,
        address=address,
        observations=[observe("http.title", "x")],
        identity=identity,
        answered=True,
        refused=False,
        late=("80/http: no answer came within 5 s",) if late else (),
        open_ports=(80,),
        packets=3,
        troubles=(),
        complete=complete,
    )


def test_the_report_counts_cameras_by_maker_and_says_what_is_unknown() -> None:
    found = Found()
    found.add(outcome("192.0.2.10", Identity(is_surveillance=True, maker="Dahua")))
    found.add(outcome("192.0.2.9", Identity(is_surveillance=True), late=True))
    found.add(outcome("192.0.2.8", Identity(is_surveillance=False, maker="HP")))
    found.add(outcome("192.0.2.7", Identity()))
    summary = Summary(targets=8, done=8, answered=5, refused=1)
    body = document(summary, found, already_done=2, rate=50)
    assert body["by_maker"] == {"Dahua": 1, "unknown": 1}
    assert (body["surveillance"], body["not_surveillance"], body["surveillance_unknown"]) == (
        2,
        1,
        1,
    )
    assert (body["targets"], body["refused"], body["not_answering"]) == (10, 1, 2)
    assert body["said_nothing"] == 1
    assert [d["address"] for d in body["device_list"]][:2] == ["192.0.2.7", "192.0.2.8"]
    assert body["not_in_time"] == [
        {"device": "192.0.2.9", "why": ["80/http: no answer came within 5 s"]}
    ]


def test_a_device_that_was_cut_short_is_counted_apart_so_that_the_counts_add_up() -> None:
    found = Found()
    found.add(outcome("192.0.2.10", Identity()))
    found.add(outcome("192.0.2.11", Identity(), complete=False))
    body = document(Summary(targets=9, done=1, answered=1), found, already_done=0, rate=50)
    assert (body["devices"], body["answered"], body["cut_short"]) == (2, 1, 1)
    assert body["said_nothing"] == 0
