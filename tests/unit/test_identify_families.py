"""Other members of the families: answers that differ from the labelled ones, as protocols allow."""

import json
from typing import Any

import pytest

from custodes.find.identify.core import identify
from custodes.observation import observe


def check(field: str, payload: str, expected: dict[str, Any]) -> None:
    found = identify([observe(field, payload)])
    assert {key: getattr(found, key) for key in expected} == expected


def isapi(**elements: str) -> str:
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
    return f"<DeviceInfo xmlns='http://www.isapi.org/ver20/XMLSchema'>{inner}</DeviceInfo>"


def dhip(kind: str, model: str, vendor: str) -> str:
    info = {"DeviceClass": kind, "DeviceType": model, "Vendor": vendor, "Version": "2.8.0.R"}
    body = {"method": "client.notifyDevInfo", "params": {"deviceInfo": info}}
    return json.dumps(body)


def information(manufacturer: str, model: str) -> str:
    return (
        "<s:Envelope xmlns:tds='http://www.onvif.org/ver10/device/wsdl'><tds:Manufacturer>"
        f"{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model></s:Envelope>"
    )


def upnp(**elements: str) -> str:
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
    return f"<root xmlns='urn:schemas-upnp-org:device-1-0'><device>{inner}</device></root>"


@pytest.mark.parametrize(
    ("model", "stated", "kind", "watches"),
    [
        ("DS-K1T671M", "ACS", "access control", True),
        ("DS-KD8003-IME1", "VIS", "intercom", True),
        ("DS-2TD2617-3/PA", "IPCamera", "camera", True),
        ("iDS-7208HUHI-M1/S", "DVR", "recorder", True),
        ("DS-HD1", "IPDoorbell", "door station", True),
        ("DS-PDQP15", "radar", "radar", True),
        ("DS-3E1318P-EI/M", "switch", "switch", False),
        ("DS-QAZ1307G1T-E", "IPSpeaker", "audio", False),
    ],
)
def test_hikvision_builds_more_than_cameras(
    model: str, stated: str, kind: str, watches: bool
) -> None:
    expected = {"vendor": "Hikvision", "device_type": kind, "is_surveillance": watches}
    check("isapi.deviceInfo", isapi(model=model, serialNumber="1", deviceType=stated), expected)


def test_isapi_speaks_json_as_well() -> None:
    info = {"DeviceInfo": {"model": "DS-7216HQHI-K1", "serialNumber": "x", "deviceType": "DVR"}}
    check("isapi.deviceInfo", json.dumps(info), {"vendor": "Hikvision", "device_type": "recorder"})
    event = {"eventType": "AccessControllerEvent", "macAddress": "44:47:cc:11:22:33"}
    expected = {"maker": "Hikvision", "device_type": "access control", "mac": event["macAddress"]}
    check("isapi.EventNotificationAlert", json.dumps(event), expected)
    check("isapi.EventNotificationAlert", '{"eventType": "x"}', {"maker": None})


def test_a_refusal_in_isapis_namespace_shows_the_platform() -> None:
    refusal = (
        "<ResponseStatus xmlns='http://www.isapi.org/ver20/XMLSchema'><statusCode>4</statusCode>"
        "</ResponseStatus>"
    )
    check("isapi.deviceInfo", refusal, {"maker": "Hikvision", "model": None})
    check("isapi.deviceInfo", "<ResponseStatus/>", {"maker": None})


@pytest.mark.parametrize(
    ("kind", "model", "vendor", "brand", "type_", "watches"),
    [
        ("ASI", "ASI7213X", "Dahua", "Dahua", "access control", True),
        ("TPC", "TPC-BF2221", "Dahua", "Dahua", "camera", True),
        ("NVD", "NVD0905DH", "Dahua", "Dahua", "decoder", True),
        ("MDVR", "MXVR4104", "Dahua", "Dahua", "recorder", True),
        ("DB", "DB6I", "Imou", "Imou", "door station", True),
        ("NVR", "NV4108E-A2", "Amcrest", "Amcrest", "recorder", True),
        ("PFS", "PFS3110", "Dahua", "Dahua", "switch", False),
        ("IPC", "FV-100", "Fjordvakt", "Fjordvakt", "camera", True),
    ],
)
def test_dahuas_platform_carries_other_kinds_and_badges(
    kind: str, model: str, vendor: str, brand: str, type_: str, watches: bool
) -> None:
    expected = {"vendor": brand, "maker": "Dahua", "device_type": type_, "is_surveillance": watches}
    check("dhip.client.notifyDevInfo", dhip(kind, model, vendor), expected)


@pytest.mark.parametrize(
    ("manufacturer", "model", "brand", "maker", "kind"),
    [
        ("Hikvison", "DS-2CD2042WD-I", "Hikvision", "Hikvision", "camera"),
        ("Univeiw", "IPC2122", "Uniview", "Uniview", "camera"),
        ("Infinova", "V6202", "Infinova", "Infinova", "camera"),
        ("Doorbird", "D2101V", "DoorBird", "DoorBird", "intercom"),
        ("2N", "IP Verso", "2N", "2N", "intercom"),
        ("Synology", "Surveillance Station", "Synology", "Synology", "video management system"),
        ("TP-Link", "Tapo C200", "TP-Link", "TP-Link", "camera"),
        ("AXIS", "A8207-VE", "Axis", "Axis", "intercom"),
        ("Honeywell", "HEN16104", "Honeywell", "Dahua", "recorder"),
        ("Unknown", "Unknown", None, None, "camera"),
    ],
)
def test_onvif_names_other_makers_and_kinds(
    manufacturer: str, model: str, brand: str | None, maker: str | None, kind: str
) -> None:
    expected = {"vendor": brand, "maker": maker, "device_type": kind, "is_surveillance": True}
    check("onvif.soap.GetDeviceInformation", information(manufacturer, model), expected)


def test_a_badge_and_its_maker_do_not_contradict_each_other() -> None:
    found = identify(
        [observe("onvif.soap.GetDeviceInformation", information("TP-Link", "Tapo C200"))]
    )
    assert found.confidence == 1.0


@pytest.mark.parametrize(
    ("head", "brand", "watches"),
    [
        ('WWW-Authenticate: Digest realm="Bosch Security Systems", nonce="x"', "Bosch", None),
        ('WWW-Authenticate: Digest realm="i-PRO network camera", nonce="x"', "i-PRO", True),
        ('WWW-Authenticate: Digest realm="FLIR", nonce="x"', "FLIR", True),
        ('WWW-Authenticate: Digest realm="Sony Network Camera SNC-EM600"', "Sony", True),
        ("Server: Avigilon RTSP Server", "Avigilon", True),
        ("Server: D-Link DCS-932L", "D-Link", None),
        ("Server: GStreamer RTSP server", None, None),
        ('WWW-Authenticate: Digest realm="LIVE555 Streaming Media", nonce="x"', None, None),
    ],
)
def test_streams_of_other_makers(head: str, brand: str | None, watches: bool | None) -> None:
    text = f"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n{head}\r\n\r\n"
    found = identify([observe("rtsp.response", text)])
    assert found.vendor == brand
    assert watches is None or found.is_surveillance is watches


def test_a_upnp_description_states_maker_model_and_address() -> None:
    camera = upnp(manufacturer="VIVOTEK INC.", modelName="FD8169A", serialNumber="0002D1123456")
    expected: dict[str, Any] = {"vendor": "Vivotek", "model": "FD8169A", "is_surveillance": True}
    check("upnp.response", camera, {**expected, "mac": "00:02:d1:12:34:56"})
    router = upnp(manufacturer="AVM Berlin", modelName="FRITZ!Box 7490", deviceType="x")
    expected = {"vendor": "AVM", "model": "FRITZ!Box 7490", "is_surveillance": False}
    check("upnp.response", router, expected)
    television = upnp(manufacturer="Samsung Electronics", modelName="UE55NU7172")
    check("upnp.response", television, {"vendor": "Samsung", "is_surveillance": False})


def test_the_names_of_a_ssdp_packet() -> None:
    packet = "NOTIFY * HTTP/1.1\r\nSERVER: {}\r\nUSN: uuid:{}::upnp:rootdevice\r\n\r\n"
    named = packet.format("Vivotek UPnP/1.0", "1")
    check("ssdp.packet", named, {"vendor": "Vivotek"})
    axis = packet.format("Linux UPnP/1.0", "Upnp-BasicDevice-1_0-ACCC8E123456")
    check("ssdp.packet", axis, {"vendor": "Axis", "mac": "ac:cc:8e:12:34:56"})


@pytest.mark.parametrize(
    ("field", "payload", "model", "firmware", "kind"),
    [
        ("ftp.banner", "AXIS 2400 Video Server 2.34 Jul 04 2003 ready.", "2400", "2.34", "encoder"),
        (
            "snmp.sysDescr",
            "; AXIS D2050-VE; Network Radar Detector; 8.40.1; Jul 18 2018; 713; 1",
            "D2050-VE",
            "8.40.1",
            "radar",
        ),
        (
            "snmp.sysDescr",
            "; AXIS A8105-E; Network Video Door Station; 1.65.1; Jul 18; 713; 1",
            "A8105-E",
            "1.65.1",
            "intercom",
        ),
        (
            "dhcp.vendor_class",
            "AXIS,PTZ Dome Network Camera,Q6055-E,7.15.2",
            "Q6055-E",
            "7.15.2",
            "camera",
        ),
        (
            "dhcp.vendor_class",
            "AXIS,Network Door Controller,A1001,1.65.3",
            "A1001",
            "1.65.3",
            "access control",
        ),
    ],
)
def test_other_products_of_axis(
    field: str, payload: str, model: str, firmware: str, kind: str
) -> None:
    expected = {"vendor": "Axis", "model": model, "firmware": firmware, "device_type": kind}
    check(field, payload, expected)


def test_the_serial_number_in_an_axis_realm_is_its_address() -> None:
    check("http.realm", "AXIS_ACCC8E123456", {"vendor": "Axis", "mac": "ac:cc:8e:12:34:56"})
