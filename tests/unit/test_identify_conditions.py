"""Addresses that are not simply one device: each is told for what it is, and what it is not."""

import pytest

from custodes.find.identify import conditions
from custodes.find.identify.core import identify
from custodes.find.identify.explain import explain
from custodes.find.identify.readers import between
from custodes.identity import CONDITIONS, Identity
from custodes.observation import Observation, observe

AXIS_PAGE = (
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="AXIS_ACCC8E000001"\r\n\r\n'
)
DAHUA_PAGE = (
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to 4K01FD2PAJ6E3FF"\r\n\r\n'
)
HIK_PAGE = "HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n<title>index</title>"
BOSCH_PAGE = 'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="Bosch Security Systems"\r\n\r\n'


def at(port: int | None, field: str, text: str) -> Observation:
    return observe(field, text, address="192.0.2.7", port=port)


def rtsp(realm: str, server: str = "") -> str:
    named = f"Server: {server}\r\n" if server else ""
    return f'RTSP/1.0 401 Unauthorized\r\n{named}WWW-Authenticate: Digest realm="{realm}"\r\n\r\n'


def information(manufacturer: str, model: str) -> str:
    return (
        "<s:Envelope xmlns:tds='http://www.onvif.org/ver10/device/wsdl'><tds:Manufacturer>"
        f"{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model></s:Envelope>"
    )


def kinds(found: Identity) -> list[str]:
    return [condition.kind for condition in found.conditions]


def values(found: Identity, kind: str) -> set[object]:
    return {e.value for e in found.evidence if e.conclusion == f"condition.{kind}"}


def told(found: Identity) -> tuple[str | None, ...]:
    return found.vendor, found.maker, found.model, found.firmware, found.serial, found.device_type


def test_two_makers_pages_at_two_ports_are_several_devices_behind_one_address() -> None:
    found = identify([at(80, "http.response", AXIS_PAGE), at(8080, "http.response", DAHUA_PAGE)])
    assert kinds(found) == ["several_devices"]
    assert told(found) == (None,) * 6
    assert found.is_surveillance is True
    assert values(found, "several_devices") == {"Axis (port 80)", "Dahua (port 8080)"}
    assert "Several devices answer behind this one address" in found.conditions[0].why
    assert {e.value for e in found.evidence if e.conclusion == "maker" and e.against} == {
        "Axis",
        "Dahua",
    }


def test_the_streams_of_two_makers_at_two_ports_are_two_devices() -> None:
    seen = [
        at(554, "rtsp.response", rtsp("IP Camera(C1214)")),
        at(10554, "rtsp.response", rtsp("AXIS_ACCC8E000001")),
    ]
    assert kinds(identify(seen)) == ["several_devices"]


def test_one_device_that_shows_two_names_on_two_protocols_is_not_taken_apart() -> None:
    seen = [
        at(80, "http.response", HIK_PAGE),
        at(554, "rtsp.response", rtsp("AXIS_ACCC8E000001")),
    ]
    assert "several_devices" not in kinds(identify(seen))


def test_a_badge_and_its_maker_at_two_ports_are_one_device() -> None:
    seen = [
        at(80, "http.response", "HTTP/1.1 200 OK\r\n\r\n<title>Lorex</title>"),
        at(8080, "http.response", DAHUA_PAGE),
        at(554, "rtsp.response", rtsp("Login to 4K01FD2PAJ6E3FF")),
    ]
    found = identify(seen)
    assert (found.vendor, found.maker) == ("Lorex", "Dahua")
    assert kinds(found) == ["rebadge"]


def test_two_devices_of_one_maker_keep_the_maker_and_lose_what_is_theirs_alone() -> None:
    seen = [
        at(80, "http.response", DAHUA_PAGE),
        at(81, "http.response", DAHUA_PAGE.replace("4K01FD2PAJ6E3FF", "6C01E93PAG69A7D")),
    ]
    found = identify(seen)
    assert (found.vendor, found.maker, found.serial) == ("Dahua", "Dahua", None)
    assert kinds(found) == ["several_devices"]
    assert len(values(found, "several_devices")) == 2


def test_one_device_at_two_ports_keeps_its_serial_number() -> None:
    found = identify([at(80, "http.response", DAHUA_PAGE), at(443, "http.response", DAHUA_PAGE)])
    assert (found.serial, kinds(found)) == ("4K01FD2PAJ6E3FF", [])


def test_unrelated_makers_at_one_port_are_a_honeypot_and_no_maker_is_told() -> None:
    page = HIK_PAGE.replace(
        "\r\n\r\n", '\r\nWWW-Authenticate: Digest realm="AXIS_ACCC8E000001"\r\n\r\n'
    )
    seen = [
        at(80, "http.response", page),
        at(554, "rtsp.response", rtsp("Login to 4K01FD2PAJ6E3FF")),
        at(443, "tls.subject", "CN=local.myboschcam.net,O=Bosch Security Systems,C=DE"),
    ]
    found = identify(seen)
    assert kinds(found) == ["honeypot"]
    assert told(found) == (None,) * 6
    assert (found.confidence, found.is_surveillance) == (0.0, None)
    assert values(found, "honeypot") >= {"Hikvision", "Axis", "Dahua", "Bosch"}


def test_one_answer_that_names_every_maker_is_a_honeypot() -> None:
    servers = "".join(
        f"Server: {name}\r\n" for name in ("App-webs/", "Dahua Rtsp Server", "AXIS", "Avigilon")
    )
    realms = (
        'WWW-Authenticate: Basic realm="AXIS_ACCC8E000001", Digest realm="Login to 4K01FD2PAJ6E3FF"'
    )
    found = identify([at(80, "http.response", f"HTTP/1.1 200 OK\r\n{servers}{realms}\r\n\r\n")])
    assert kinds(found) == ["honeypot"]
    assert found.vendor is None


def test_three_makers_each_at_web_ports_of_their_own_are_several_devices() -> None:
    seen = [
        at(80, "http.response", HIK_PAGE),
        at(81, "http.response", AXIS_PAGE),
        at(82, "http.response", DAHUA_PAGE),
    ]
    assert kinds(identify(seen)) == ["several_devices"]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ("Server: cloudflare\r\nCF-RAY: 8b1e3d-LHR", "Cloudflare"),
        ("Via: 1.1 varnish", "varnish"),
        ("Via: 1.1 proxy.example (squid/5.7)", "squid/5.7"),
        ("Server: Traefik", "Traefik"),
        ("Set-Cookie: BIGipServerpool=1.2.3; path=/", "F5 BIG-IP"),
        ("Server: awselb/2.0", "Amazon's load balancer"),
        ("Server: envoy", "Envoy"),
    ],
)
def test_a_proxy_is_told_and_the_camera_behind_it_too(headers: str, name: str) -> None:
    page = f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n<title>Login</title>"
    alone = identify([at(443, "http.response", page)])
    assert kinds(alone) == ["proxy"]
    assert (alone.is_surveillance, alone.maker) != (True, "Hikvision")
    seen = [at(443, "http.response", page), at(554, "rtsp.response", rtsp("IP Camera(C1214)"))]
    found = identify(seen)
    assert (found.vendor, found.is_surveillance) == ("Hikvision", True)
    assert kinds(found) == ["proxy"]
    assert values(found, "proxy") == {name}


def test_the_name_of_a_load_balancer_does_not_deny_the_camera_behind_it() -> None:
    head = "HTTP/1.1 200 OK\r\nServer: BigIP\r\nSet-Cookie: BIGipServerx=1"
    page = f"{head}\r\n\r\n<title>BIG-IP</title>"
    seen = [at(443, "http.response", page), at(554, "rtsp.response", rtsp("IP Camera(C1214)"))]
    found = identify(seen)
    assert (found.vendor, found.maker, found.is_surveillance) == ("Hikvision", "Hikvision", True)
    assert found.confidence > 0.7


def test_a_camera_whose_own_web_server_is_nginx_is_behind_no_proxy() -> None:
    page = DAHUA_PAGE.replace("\r\n", "\r\nServer: nginx\r\n", 1)
    assert kinds(identify([at(80, "http.response", page)])) == []
    welcome = "HTTP/1.1 200 OK\r\nServer: nginx/1.18.0\r\n\r\n<title>Welcome to nginx!</title>"
    assert kinds(identify([at(80, "http.response", welcome)])) == ["proxy"]


@pytest.mark.parametrize(
    ("field", "text", "program"),
    [
        (
            "onvif.soap.GetDeviceInformation",
            information("Milestone Systems", "Open Network Bridge"),
            "Milestone XProtect",
        ),
        ("http.title", "Genetec Security Center", "Genetec Security Center"),
        ("http.header.server", "Nx Witness/5.0.0.35745 (Network Optix)", "Nx Witness"),
        ("http.header.server", "DW Spectrum/4.2", "DW Spectrum"),
        ("http.header.server", "BlueIris-HTTP/1.1", "Blue Iris"),
        ("http.title", "Blue Iris Login", "Blue Iris"),
        ("http.title", "Frigate", "Frigate"),
        ("http.title", "ZM - Login", "ZoneMinder"),
        ("http.title", "Shinobi", "Shinobi"),
        ("http.title", "Synology Surveillance Station", "Synology Surveillance Station"),
        ("http.title", "Agent DVR", "iSpy / Agent DVR"),
        ("http.header.server", "iSpy", "iSpy / Agent DVR"),
        ("http.title", "exacqVision Web Client", "exacqVision"),
        ("http.title", "HikCentral Professional", "HikCentral"),
        ("http.title", "motionEye", "motionEye"),
        ("http.header.server", "SecuritySpy/5.3.4", "SecuritySpy"),
    ],
)
def test_management_software_is_software_and_no_camera(field: str, text: str, program: str) -> None:
    found = identify([at(8080, field, text)])
    assert found.device_type == "video management system"
    assert values(found, "management_software") == {program}
    assert "management_software" in kinds(found)
    assert "is itself no camera" in found.conditions[0].why


@pytest.mark.parametrize(
    ("field", "text", "program"),
    [
        ("rtsp.header.server", "gortsplib", "MediaMTX"),
        ("http.header.server", "mediamtx", "MediaMTX"),
        ("http.title", "go2rtc", "go2rtc"),
    ],
)
def test_what_passes_streams_on_is_a_media_server(field: str, text: str, program: str) -> None:
    found = identify([at(8554, field, text)])
    assert (found.device_type, found.is_surveillance) == ("media server", False)
    assert values(found, "management_software") == {program}


def test_the_stream_that_a_program_passes_on_is_another_devices() -> None:
    answer = (
        "RTSP/1.0 200 OK\r\nServer: gortsplib\r\nContent-Type: application/sdp\r\n\r\n"
        "v=0\r\ns=RTSP Session of ZheJiang Dahua Technology CO.,LTD.\r\n"
        "a=packetization-supported:DH\r\n"
    )
    found = identify([at(8554, "rtsp.response", answer)])
    assert (found.maker, found.vendor, found.device_type) == (None, None, "media server")
    against = {e.value for e in found.evidence if e.conclusion == "maker" and e.against}
    assert against == {"Dahua"}


def test_a_program_and_a_camera_at_another_port_are_two_devices() -> None:
    seen = [at(81, "http.title", "Blue Iris Login"), at(8080, "http.response", DAHUA_PAGE)]
    found = identify(seen)
    assert "several_devices" in kinds(found)
    assert found.vendor is None


SPELT = {
    "Axxon": "Axxon Next",
    "Dahua DSS": "DSS Professional",
    "Motion": "Motion/4.2",
    "Orchid": "Orchid Core VMS",
    "Webcam 7 / XP": "webcamXP 5",
    "iSpy / Agent DVR": "iSpy",
}


@pytest.mark.parametrize("name", sorted({program[0] for program in between._PROGRAMS}))
def test_every_program_is_known_by_its_own_name(name: str) -> None:
    found = identify([at(80, "http.header.server", SPELT.get(name, name))])
    assert name in values(found, "management_software")


@pytest.mark.parametrize(
    "title",
    ["Motion picture archive", "Frigates of the Royal Navy", "Emotion/2.0"],
)
def test_words_that_only_sound_like_a_program_are_none(title: str) -> None:
    assert "management_software" not in kinds(identify([at(80, "http.title", title)]))


CHANNEL = (
    "<InputProxyChannel><id>{}</id><proxyProtocol>ONVIF</proxyProtocol><model>{}</model>"
    "</InputProxyChannel>"
)


def test_a_channel_list_is_told_to_speak_of_other_devices() -> None:
    seen = [at(80, "isapi.InputProxyChannel", CHANNEL.format(n, f"P33{n}")) for n in (43, 44)]
    found = identify(seen)
    assert kinds(found) == ["channel_list"]
    assert values(found, "channel_list") == {"P3343", "P3344"}
    assert (found.model, found.device_type) == (None, "recorder")
    alone = identify(seen[:1])
    assert (alone.model, kinds(alone)) == ("P3343", ["channel_list"])


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("http.header.server", "GoAhead-Webs"),
        ("http.header.server", "lighttpd/1.4.35"),
        ("http.header.server", "thttpd/2.25b 29dec2003"),
        ("http.header.server", "Boa/0.94.14rc21"),
        ("http.header.server", "mini_httpd/1.19 19dec2003"),
        ("http.title", "IP Camera"),
        ("http.title", "Network Camera"),
        ("http.title", "WEB"),
        ("http.realm", "index.htm"),
        ("rtsp.header.server", "GStreamer RTSP server"),
        ("rtsp.realm", "LIVE555 Streaming Media"),
        ("rtsp.realm", "RTSP SERVER"),
        ("onvif.scopes", "onvif://www.onvif.org/name/IPCAM onvif://www.onvif.org/hardware/IPC"),
    ],
)
def test_generic_answers_name_no_brand_and_no_maker(field: str, text: str) -> None:
    found = identify([at(80, field, text)])
    assert (found.vendor, found.maker) == (None, None)


def test_conditions_can_be_told_again_from_the_evidence_alone() -> None:
    seen = [at(80, "http.response", AXIS_PAGE), at(8080, "http.response", DAHUA_PAGE)]
    found = identify(seen)
    kept = Identity(evidence=found.evidence)
    assert conditions.of(kept) == found.conditions
    assert [s.text for s in explain(kept) if s.conclusion == "condition.several_devices"] == [
        found.conditions[0].why
    ]


def test_only_the_known_kinds_are_told() -> None:
    page = "HTTP/1.1 200 OK\r\nVia: 1.1 varnish\r\n\r\n"
    assert set(kinds(identify([at(80, "http.response", page)]))) <= set(CONDITIONS)


def test_the_order_of_the_answers_behind_an_address_changes_nothing() -> None:
    seen = [
        at(80, "http.response", HIK_PAGE),
        at(81, "http.response", AXIS_PAGE),
        at(82, "http.response", BOSCH_PAGE),
        at(None, "mac.address", "44:47:cc:00:00:01"),
    ]
    assert identify(seen) == identify(seen[::-1])


def test_a_badge_that_nobody_knows_to_sell_the_makers_goods_is_doubted() -> None:
    seen = [
        at(80, "http.response", HIK_PAGE),
        at(80, "onvif.soap.GetDeviceInformation", information("AXIS", "P3343")),
    ]
    found = identify(seen)
    [why] = [c.why for c in found.conditions if c.kind == "rebadge"] or [""]
    assert (found.vendor, found.maker) != ("Axis", "Hikvision") or "no source known to us" in why
