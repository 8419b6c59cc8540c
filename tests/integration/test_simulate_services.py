"""Every profile answers on every service as it states, over real sockets."""

import re
import socket
import ssl
from collections.abc import Iterator

import pytest

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
    tls,
    ws_discovery,
)
from custodes.simulate.background import running_estate
from custodes.simulate.estate import Running
from custodes.simulate.plan import DeviceSpec, plan
from custodes.simulate.profile import profiles
from custodes.simulate.services.login import digest

GUID = "0D2B1C5A-0000-4000-8000-0123456789AB"
NAMES = [name for name, profile in profiles().items() if not profile.hostile]


def having(service: str) -> list[str]:
    return [name for name in NAMES if service in profiles()[name].services()]


@pytest.fixture(scope="module")
def estate() -> Iterator[dict[str, tuple[Running, DeviceSpec]]]:
    """One device of each profile."""
    specs = plan(len(NAMES), 11)
    with running_estate(specs, base=None, where="thread") as running:
        pairs = zip(running.devices, specs, strict=True)
        yield {device.profile: (device, spec) for device, spec in pairs}


@pytest.fixture
def device(estate: dict[str, tuple[Running, DeviceSpec]], name: str) -> Running:
    return estate[name][0]


@pytest.fixture
def spec(estate: dict[str, tuple[Running, DeviceSpec]], name: str) -> DeviceSpec:
    return estate[name][1]


def talk(device: Running, service: str, request: bytes, secure: bool = False) -> bytes:
    with socket.create_connection((device.address, device.ports[service]), timeout=5) as sock:
        if secure:
            with _context().wrap_socket(sock) as wrapped:
                return _exchange(wrapped, request)
        return _exchange(sock, request)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _exchange(sock: socket.socket, request: bytes) -> bytes:
    sock.sendall(request)
    got = b""
    while part := sock.recv(65536):
        got += part
    return got


def ask(device: Running, service: str, question: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(question, (device.address, device.ports[service]))
        data, peer = sock.recvfrom(65536)
    assert peer == (device.address, device.ports[service])
    return data


def get(device: Running, path: str = "/") -> http.Response:
    return http.parse(talk(device, "http", http.request("GET", device.address, path)))


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_has_every_service_of_the_profile(device: Running, spec: DeviceSpec) -> None:
    assert set(device.ports) == set(spec.profile.services())
    assert device.truth == spec.truth


@pytest.mark.parametrize("name", having("http"))
def test_the_first_page_has_the_header_lines_of_the_profile_in_their_order(
    device: Running, spec: DeviceSpec
) -> None:
    answer = get(device)
    stated = spec.profile.http
    assert stated is not None
    first = [line.split(":")[0] for line in stated.common]
    assert [key for key, _ in answer.headers][: len(first)] == first
    page = next(p for p in stated.pages if p.path == "/")
    if page.login:
        assert answer.status == 401
        assert answer.all("www-authenticate")
    else:
        assert answer.status == int(page.status.split()[0])
    assert not re.search(r"\{[a-z_]+\}", answer.raw_head.decode() + answer.text)


@pytest.mark.parametrize("name", having("http"))
def test_a_page_that_does_not_exist_is_not_found(device: Running) -> None:
    assert get(device, "/no/such/page").status == 404


@pytest.mark.parametrize("name", having("https"))
def test_tls_shows_a_certificate_of_the_maker_and_the_same_pages(
    device: Running, spec: DeviceSpec
) -> None:
    where = (device.address, device.ports["https"])
    with (
        socket.create_connection(where, timeout=5) as sock,
        _context().wrap_socket(sock) as wrapped,
    ):
        der = wrapped.getpeercert(binary_form=True)
    assert der is not None
    stated = spec.profile.https
    assert stated is not None
    expected = stated.subject.replace("{mac_plain}", spec.values["mac_plain"]).replace(
        "{mac_plain_upper}", spec.values["mac_plain_upper"]
    )
    assert _parts(tls.subject(der)) == _parts(expected)
    page = talk(device, "https", http.request("GET", device.address, "/"), secure=True)
    assert http.parse(page).status == get(device).status


def _parts(name: str) -> set[str]:
    return {part.strip() for part in name.split(",")}


@pytest.mark.parametrize("name", having("rtsp"))
def test_rtsp_says_what_it_can_do_and_asks_for_a_login_unless_it_is_open(
    device: Running, spec: DeviceSpec
) -> None:
    stated = spec.profile.rtsp
    assert stated is not None
    url = f"rtsp://{device.address}:{device.ports['rtsp']}{stated.path or '/'}"
    with socket.create_connection((device.address, device.ports["rtsp"]), timeout=5) as sock:
        able = _rtsp(sock, rtsp.options(url, 1))
        shown = _rtsp(sock, rtsp.describe(url, 2))
    assert (able.status, able.cseq, able.header("public")) == (200, 1, stated.public)
    if stated.open:
        assert shown.status == 200
        assert b"H264/90000" in shown.body
    else:
        assert shown.status == 401
        assert len(shown.all("www-authenticate")) == len(stated.challenges)


def _rtsp(sock: socket.socket, request: bytes) -> rtsp.Response:
    sock.sendall(request)
    reader = rtsp.ResponseReader()
    while True:
        data = sock.recv(65536)
        assert data, "the connection ended without a reply"
        reply = reader.feed(data)
        if reply is not None:
            return reply


def with_onvif() -> list[str]:
    return [name for name in NAMES if profiles()[name].onvif]


def call(device: Running, spec: DeviceSpec, operation: str) -> http.Response:
    stated = spec.profile.onvif
    assert stated is not None
    service = "onvif" if stated.port else "http"
    request = http.request("POST", device.address, stated.path, body=onvif.call(operation))
    return http.parse(talk(device, service, request))


@pytest.mark.parametrize("operation", ["GetServices", "GetCapabilities", "GetHostname"])
@pytest.mark.parametrize("name", with_onvif())
def test_onvif_calls_that_need_no_login_are_answered(
    device: Running, spec: DeviceSpec, operation: str
) -> None:
    answer = call(device, spec, operation)
    assert answer.status == 200
    assert f"{operation}Response".encode() in answer.body


@pytest.mark.parametrize("name", with_onvif())
def test_onvif_tells_the_time_of_the_device(device: Running, spec: DeviceSpec) -> None:
    assert onvif.date_time(call(device, spec, "GetSystemDateAndTime").body) is not None


@pytest.mark.parametrize("name", with_onvif())
def test_device_information_is_open_or_refused_as_the_profile_says(
    device: Running, spec: DeviceSpec
) -> None:
    stated = spec.profile.onvif
    assert stated is not None
    answer = call(device, spec, "GetDeviceInformation")
    if stated.open_information:
        assert onvif.device_information(answer.body)["Manufacturer"] == stated.manufacturer
    else:
        assert answer.status == stated.refusal
        assert onvif.fault(answer.body) == "ter:NotAuthorized"


@pytest.mark.parametrize("name", having("ws_discovery"))
def test_a_probe_is_answered_with_scopes_and_addresses_of_the_device(
    device: Running, spec: DeviceSpec
) -> None:
    (match,) = ws_discovery.parse(ask(device, "ws_discovery", ws_discovery.probe(GUID, None)))
    assert match.endpoint == f"urn:uuid:{spec.values['uuid']}"
    assert match.relates_to == f"urn:uuid:{GUID}"
    assert all(device.address in address for address in match.xaddrs)
    stated = spec.profile.onvif
    if stated is not None and any("{model" in scope for scope in stated.scopes):
        hardware = match.scope_values("hardware")
        assert hardware[0].replace("_", " ") == spec.values["model"]


@pytest.mark.parametrize("name", ["printer-hp"])
def test_a_printer_does_not_answer_a_probe_for_cameras(device: Running) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        where = (device.address, device.ports["ws_discovery"])
        sock.sendto(ws_discovery.probe(GUID, "nvt"), where)
        with pytest.raises(TimeoutError):
            sock.recv(65536)


@pytest.mark.parametrize("name", ["hikvision-dvr"])
def test_some_firmware_answers_sadp_over_multicast_only(device: Running) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        sock.sendto(sadp.inquiry(GUID), (device.address, device.ports["sadp"]))
        with pytest.raises(TimeoutError):
            sock.recv(65536)


@pytest.mark.parametrize("name", [n for n in having("sadp") if n != "hikvision-dvr"])
def test_sadp_gives_model_serial_number_and_firmware(device: Running, spec: DeviceSpec) -> None:
    answer = sadp.parse(ask(device, "sadp", sadp.inquiry(GUID)))
    assert answer["Uuid"] == GUID
    assert answer.model == spec.values["model"]
    assert answer.serial == device.serial
    assert answer.mac == device.mac
    assert answer.software == (spec.values["version"], spec.values["build"])


@pytest.mark.parametrize("name", having("mdns"))
def test_multicast_dns_announces_services_with_the_devices_own_address(device: Running) -> None:
    said = mdns.parse(ask(device, "mdns", mdns.query()))
    assert said.services
    assert all(service.port == device.ports["http"] for service in said.services)
    assert {address for _, address in said.hosts} == {device.address}


@pytest.mark.parametrize("name", having("ssdp"))
def test_an_ssdp_answer_names_a_description_that_is_there(
    device: Running, spec: DeviceSpec
) -> None:
    said = ssdp.parse(ask(device, "ssdp", ssdp.search()))
    place = ssdp.own_place(said.location or "", device.address)
    assert place is not None
    page = get(device, place[1])
    assert ssdp.is_description(page.body)
    assert spec.values["model"] in page.text


@pytest.mark.parametrize("name", having("snmp"))
def test_snmp_answers_the_right_community_and_no_other(device: Running) -> None:
    answer = snmp.parse(ask(device, "snmp", snmp.get(b"virtual-read", 5)))
    assert answer.request_id == 5
    assert answer.values
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        sock.sendto(snmp.get(b"public", 5), (device.address, device.ports["snmp"]))
        with pytest.raises(TimeoutError):
            sock.recv(65536)


@pytest.mark.parametrize("name", having("dvrip_search"))
def test_the_older_search_gives_model_and_serial_number(device: Running, spec: DeviceSpec) -> None:
    answer = dvrip.parse(ask(device, "dvrip_search", dvrip.search()))
    assert (answer.model, answer.serial) == (spec.values["model"], device.serial)
    assert (answer.mac, answer.address) == (device.mac, device.address)


@pytest.mark.parametrize("name", having("sofia_search"))
def test_the_search_of_xiongmai_gives_serial_number_and_addresses(device: Running) -> None:
    answer = sofia.parse(ask(device, "sofia_search", sofia.search()))
    assert (answer.mac, answer.address) == (device.mac, device.address)
    assert answer.said("SN") == device.serial


@pytest.mark.parametrize("name", having("dhip"))
def test_dhip_gives_model_serial_number_and_firmware(device: Running, spec: DeviceSpec) -> None:
    notice = dhip.parse(ask(device, "dhip", dhip.search()))
    assert notice.method == dhip.NOTIFY
    assert notice.mac == device.mac
    assert notice.said("DeviceType") == spec.values["model"]
    assert notice.said("SerialNo") == device.serial
    assert notice.said("Version") == spec.values["firmware"]
    assert notice.said("Port") == str(device.ports["dvrip"])


@pytest.mark.parametrize("name", having("sdk8000"))
def test_the_sdk_port_answers_a_connection_with_its_block(device: Running) -> None:
    with socket.create_connection((device.address, device.ports["sdk8000"]), timeout=5) as sock:
        assert sock.recv(64) == bytes.fromhex("000000100000001e0000001e00000000")


@pytest.mark.parametrize("name", having("ftp") + having("ssh") + having("telnet"))
def test_greetings_come_without_a_question(device: Running, spec: DeviceSpec) -> None:
    for banner in spec.profile.banners:
        if banner.greeting and not banner.hexadecimal:
            where = (device.address, device.ports[banner.name])
            with socket.create_connection(where, timeout=5) as sock:
                assert sock.recv(256).decode().startswith(banner.greeting.split("{")[0])


@pytest.mark.parametrize("name", ["axis-p3245"])
def test_an_axis_tells_its_properties_to_the_unrestricted_call_only(
    device: Running, spec: DeviceSpec
) -> None:
    path = "/axis-cgi/basicdeviceinfo.cgi"
    body = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
    open_call = http.request("POST", device.address, path, body=body)
    answer = http.parse(talk(device, "http", open_call))
    assert f'"ProdNbr":"{spec.values["model"]}"' in answer.text
    other = http.request("POST", device.address, path, body=b'{"method":"getAllProperties"}')
    assert http.parse(talk(device, "http", other)).status == 401


@pytest.mark.parametrize("name", ["hikvision-nvr-mixed"])
def test_a_recorder_lists_cameras_of_other_makers_to_the_owners_login(device: Running) -> None:
    path = "/ISAPI/ContentMgmt/InputProxy/channels"
    refused = get(device, path)
    assert refused.status == 401
    realm = http.realm(refused.all("www-authenticate")[0])
    values = {"username": device.username, "realm": realm or "", "nonce": "1", "uri": path}
    response = digest(values, "GET", device.username, device.password)
    parts = ", ".join(f'{key}="{value}"' for key, value in values.items())
    line = ("Authorization", f'Digest {parts}, response="{response}"')
    raw = talk(device, "http", http.request("GET", device.address, path, headers=[line]))
    assert "JVSWO708" in http.parse(raw).text


@pytest.mark.parametrize("name", ["dahua-ipc"])
def test_json_without_its_header_gets_no_answer_from_dahua(device: Running) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        sock.sendto(dhip.search()[32:], (device.address, device.ports["dhip"]))
        with pytest.raises(TimeoutError):
            sock.recv(65536)
