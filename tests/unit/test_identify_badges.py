"""Whose name a device bears when its answers hold several: platform, badge, neighbours."""

import pytest

from custodes.find.identify.core import identify
from custodes.identity import Identity
from custodes.knowledge.fingerprints import load
from custodes.observation import observe

PLATFORM = {
    "Hikvision": ("http.header.server", "App-webs/"),
    "Dahua": ("http.realm", "Login to 4K01FD2PAJ6E3FF"),
}


def say(*seen: tuple[str, str]) -> Identity:
    return identify([observe(field, text) for field, text in seen])


def sadp(model: str) -> tuple[str, str]:
    return (
        "sadp.ProbeMatch",
        (
            f"<ProbeMatch><Types>inquiry</Types><DeviceDescription>{model}</DeviceDescription>"
            f"<DeviceSN>{model}20190101AAWR1</DeviceSN></ProbeMatch>"
        ),
    )


def information(manufacturer: str, model: str) -> tuple[str, str]:
    return (
        "onvif.soap.GetDeviceInformation",
        (
            "<s:Envelope xmlns:tds='http://www.onvif.org/ver10/device/wsdl'><tds:Manufacturer>"
            f"{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model></s:Envelope>"
        ),
    )


def streams(realm: str, server: str = "") -> tuple[str, str]:
    named = f"Server: {server}\r\n" if server else ""
    return (
        "rtsp.response",
        f'RTSP/1.0 401 Unauthorized\r\n{named}WWW-Authenticate: Digest realm="{realm}"\r\n\r\n',
    )


def against(found: Identity) -> set[object]:
    return {e.value for e in found.evidence if e.conclusion == "vendor" and e.against}


def test_the_sign_of_a_platform_gives_the_brand_where_nothing_else_names_one() -> None:
    for maker, sign in PLATFORM.items():
        found = say(sign)
        assert (found.vendor, found.maker) == (maker, maker)


@pytest.mark.parametrize(
    ("model", "brand"),
    [
        ("HWI-T220H", "HiWatch"),
        ("HWD-6104MH-G2", "HiWatch"),
        ("HL-DVR-204G", "HiLook"),
        ("CS-C3W", "EZVIZ"),
        ("N46PCK", "Annke"),
        ("I91BM", "Annke"),
        ("C800", "Annke"),
    ],
)
def test_the_model_number_of_a_second_brand_wins_over_the_platform(model: str, brand: str) -> None:
    found = say(PLATFORM["Hikvision"], streams("IP Camera(C1214)"), sadp(model))
    assert (found.vendor, found.maker, found.model) == (brand, "Hikvision", model)
    assert against(found) == set()
    assert found.confidence >= 0.6


@pytest.mark.parametrize("model", ["IPC-B640H", "IPC-T221H", "NVR-216MH-C", "DVR-104G-F1"])
def test_a_number_that_begins_with_what_a_thing_is_names_no_brand(model: str) -> None:
    found = say(PLATFORM["Hikvision"], sadp(model))
    assert (found.vendor, found.maker) == (None, "Hikvision")


@pytest.mark.parametrize(
    "named",
    [
        ("http.title", "Lorex"),
        ("tls.subject", "CN=device,O=Lorex,C=CA"),
        ("onvif.scopes", "onvif://www.onvif.org/name/Lorex onvif://www.onvif.org/type/ptz"),
        information("Lorex", "LNB8963B"),
        ("asset.record", "make=Lorex"),
    ],
)
def test_any_channel_that_names_a_badge_of_the_platform_gives_the_brand(
    named: tuple[str, str],
) -> None:
    found = say(PLATFORM["Dahua"], named)
    assert (found.vendor, found.maker) == ("Lorex", "Dahua")
    assert against(found) == set()


def test_a_badge_that_nobody_knows_wins_over_the_platform_where_the_device_names_it() -> None:
    found = say(PLATFORM["Dahua"], information("Fjordvakt", "FV-100"))
    assert (found.vendor, found.maker) == ("Fjordvakt", "Dahua")
    assert against(found) == set()


def test_the_name_of_another_maker_contradicts_the_platform() -> None:
    found = say(PLATFORM["Hikvision"], streams("IP Camera(C1214)"), ("http.title", "AXIS"))
    assert found.vendor != "Axis"
    assert found.confidence < 0.7
    declared = say(PLATFORM["Hikvision"], information("AXIS", "P3343"))
    assert declared.vendor == "Axis"
    assert against(declared) == {"Hikvision"}
    assert declared.confidence < 0.7


def test_what_a_person_wrote_does_not_replace_the_sign_of_a_platform() -> None:
    found = say(PLATFORM["Hikvision"], ("asset.record", "make=Axis"))
    assert (found.vendor, found.maker) == ("Hikvision", "Hikvision")
    assert against(found) == {"Axis"}


def test_every_sign_of_a_platform_names_its_maker_too() -> None:
    flagged = [rule for rule in load() if rule.brand_by_default]
    assert len(flagged) > 15
    assert [rule.id for rule in flagged if rule.vendor is None] == []


def test_a_camera_behind_a_reverse_proxy_is_the_camera() -> None:
    page = "HTTP/1.1 200 OK\r\nServer: nginx/1.18.0\r\n\r\n<title>Welcome to nginx!</title>"
    found = say(("http.response", page), streams("IP Camera(C1214)"))
    assert (found.vendor, found.device_type, found.is_surveillance) == ("Hikvision", "camera", True)


def test_a_video_management_server_that_speaks_onvif_is_no_camera() -> None:
    page = (
        "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/10.0\r\n\r\n"
        "<title>Milestone XProtect Web Client</title>"
    )
    found = say(("http.response", page), information("Milestone Systems", "Open Network Bridge"))
    assert (found.vendor, found.is_surveillance) == ("Milestone", True)
    assert found.device_type == "video management system"


def test_the_channels_of_a_recorder_are_not_the_recorder() -> None:
    channel = (
        "<InputProxyChannel><proxyProtocol>{}</proxyProtocol><model>{}</model>"
        "<serialNumber>{}</serialNumber><firmwareVersion>1</firmwareVersion></InputProxyChannel>"
    )
    makers = [("ONVIF", "P3343"), ("ONVIF", "DINION IP 5000"), ("HIKVISION", "DS-2CD2032-I")]
    seen = [("isapi.InputProxyChannel", channel.format(*m, n)) for n, m in enumerate(makers)]
    found = say(*seen, sadp("DS-7608NXI-I2/8P/S"), streams("IP Camera(C1214)"))
    assert (found.vendor, found.model) == ("Hikvision", "DS-7608NXI-I2/8P/S")
    assert (found.device_type, found.firmware) == ("recorder", None)
    alone = say(*seen)
    assert (alone.maker, alone.model, alone.device_type) == ("Hikvision", None, "recorder")


def test_three_makers_that_have_nothing_to_do_with_each_other_are_a_conflict() -> None:
    seen = [
        sadp("DS-2CD2032-I"),
        ("mac.address", "ac:cc:8e:00:00:01"),
        streams("AXIS_ACCC8E000001", "Dahua Rtsp Server"),
        ("tls.subject", "CN=local.myboschcam.net,O=Bosch Security Systems,C=DE"),
    ]
    found = say(*seen)
    told = (found.vendor, found.maker, found.model, found.serial, found.device_type)
    assert told == (None,) * 5
    assert (found.is_surveillance, found.mac) == (None, "ac:cc:8e:00:00:01")
    assert found.confidence == 0.0
    assert against(found) >= {"Hikvision", "Axis", "Dahua", "Bosch"}
    told = {e.conclusion for e in found.evidence if not e.against}
    assert told == {"mac", "condition.honeypot"}


def test_badges_of_one_maker_are_no_conflict() -> None:
    found = say(
        PLATFORM["Dahua"],
        information("Lorex", "LNB8963B"),
        ("http.title", "Amcrest"),
        ("tls.subject", "CN=x,O=Dahua,C=CN"),
    )
    assert (found.vendor, found.maker) == ("Lorex", "Dahua")
    assert found.confidence < 1.0
