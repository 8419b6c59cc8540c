"""The documented forms of protocols in other spellings, each beside one that only looks so."""

import pytest

from custodes.find.identify.core import identify
from custodes.find.identify.facets import cut
from custodes.identity import Identity
from custodes.observation import observe


def say(field: str, payload: str) -> Identity:
    return identify([observe(field, payload)])


def scopes(*values: str) -> str:
    said = " ".join(f"onvif://www.onvif.org/{value}" for value in ("type/video_encoder", *values))
    return f"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{said}</d:Scopes>"


def described(**elements: str) -> str:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    return f"<root xmlns='urn:schemas-upnp-org:device-1-0'><device>{inside}</device></root>"


AXIS, WRITTEN = "ac:cc:8e:11:22:33", "accc8e112233"


@pytest.mark.parametrize("field", ["http.realm", "rtsp.realm"])
@pytest.mark.parametrize("realm", [WRITTEN, WRITTEN.upper(), AXIS, "AC-CC-8E-11-22-33"])
def test_a_realm_that_is_an_address_is_read_like_one(field: str, realm: str) -> None:
    found = say(field, realm)
    assert (found.mac, found.maker, found.vendor) == (AXIS, "Axis", "Axis")


def test_an_address_inside_a_realm_is_read_where_its_prefix_is_known() -> None:
    assert say("rtsp.realm", f"IPC_{WRITTEN}").mac == AXIS
    assert say("rtsp.realm", f"IPC{WRITTEN}0").mac is None
    assert say("rtsp.realm", "IPC_fefefe112233").mac is None


@pytest.mark.parametrize("realm", ["123456789012", "deadbeefcafe0", "decade facade"])
def test_a_realm_of_twelve_characters_that_is_no_known_address_says_nothing(realm: str) -> None:
    found = say("http.realm", realm)
    assert (found.mac, found.maker, found.vendor) == (None, None, None)


def test_the_prefix_of_a_platform_in_a_realm_tells_the_maker_and_no_badge() -> None:
    found = say("rtsp.realm", "44:19:b6:11:22:33")
    assert (found.vendor, found.maker) == (None, "Hikvision")


@pytest.mark.parametrize(
    "scope", [f"MAC/{AXIS}", f"MAC/{WRITTEN}", f"serial/{WRITTEN}", f"name/Cam-{WRITTEN}"]
)
def test_an_address_in_a_scope_is_read_wherever_it_stands(scope: str) -> None:
    found = say("onvif.ProbeMatch", scopes(scope, "hardware/Z9"))
    assert (found.mac, found.maker) == (AXIS, "Axis")


def test_a_number_inside_a_longer_word_of_a_scope_is_no_address() -> None:
    assert say("onvif.ProbeMatch", scopes(f"serial/X{WRITTEN}7")).mac is None


@pytest.mark.parametrize(
    "origin", [f"- 1 1 IN IP4 axis-{WRITTEN}", f"{WRITTEN} 7 7 IN IP4 192.0.2.7"]
)
def test_the_user_or_host_of_a_session_may_be_the_devices_address(origin: str) -> None:
    found = say("rtsp.sdp", f"v=0\r\no={origin}\r\ns=Media Presentation\r\n")
    assert (found.mac, found.maker) == (AXIS, "Axis")


def test_the_number_of_a_session_is_no_address_even_where_it_looks_like_one() -> None:
    assert say("rtsp.sdp", f"v=0\r\no=- {WRITTEN} 1 IN IP4 192.0.2.7\r\ns=x\r\n").mac is None


@pytest.mark.parametrize("protocol", ["http", "rtsp"])
def test_a_header_that_goes_on_in_the_next_line_hides_nothing(protocol: str) -> None:
    text = (
        f"{protocol.upper()}/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest\r\n"
        ' realm="AXIS_ACCC8E112233",\r\n\tnonce="1"\r\nServer:\r\n\tthttpd\r\n\r\n'
    )
    facets = cut(f"{protocol}.response", text)
    assert (f"{protocol}.realm", "AXIS_ACCC8E112233") in facets
    assert (f"{protocol}.header.server", "thttpd") in facets


def test_an_indented_body_is_no_header_and_an_empty_header_takes_no_other_line() -> None:
    text = "HTTP/1.1 200 OK\r\nServer: \r\nX: 1\r\n\r\n\r\n <p>\r\n Location: /x"
    facets = dict(cut("http.response", text))
    assert facets["http.header.server"] == ""
    assert "http.header.location" not in facets


@pytest.mark.parametrize(
    ("text", "vendor", "model"),
    [
        ("Brother HL-5450DN series:84E-B54:Ver.L", "Brother", "HL-5450DN"),
        ("Lexmark E360dn", "Lexmark", "E360dn"),
        ("Kyocera FS-1300D", "Kyocera", "FS-1300D"),
    ],
)
def test_a_printers_id_is_maker_and_model(text: str, vendor: str, model: str) -> None:
    for field, payload in (
        ("pjl.id", text),
        ("pjl.id", f'@PJL INFO ID\r\n"{text}"\r\n\f'),
        ("tcp.banner", f'@PJL INFO ID\r\n"{text}"\r\n\f'),
    ):
        found = say(field, payload)
        assert (found.vendor, found.model) == (vendor, model), field
        assert found.is_surveillance is False


def test_a_printers_id_without_a_known_maker_names_nobody() -> None:
    found = say("pjl.id", '@PJL INFO ID\r\n"Zorblax 4250"\r\n')
    assert (found.vendor, found.is_surveillance) == (None, False)


def test_a_greeting_that_quotes_a_name_is_no_printers() -> None:
    assert say("tcp.banner", 'hello "Lexmark E360dn"').vendor is None


@pytest.mark.parametrize(
    ("elements", "model", "firmware"),
    [
        ({"modelName": "Vivotek IP8332"}, "IP8332", None),
        ({"modelName": "Network Camera", "modelNumber": "IP8332"}, "IP8332", None),
        ({"modelName": "IP8332", "modelNumber": "1.0"}, "IP8332", None),
        ({"modelName": "Network Camera IP8332", "modelNumber": "IP8332"}, "IP8332", None),
        ({"modelName": "IP8332 Wireless", "modelNumber": "IP83"}, "IP8332 Wireless", None),
        ({"modelName": "IP8332", "firmwareVersion": "0301a"}, "IP8332", "0301a"),
        ({"modelName": "IP8332", "softwareVersion": "none"}, "IP8332", None),
    ],
)
def test_a_description_gives_the_model_without_the_brand_and_the_firmware(
    elements: dict[str, str], model: str, firmware: str | None
) -> None:
    found = say("upnp.response", described(manufacturer="Vivotek Inc.", **elements))
    assert (found.vendor, found.model, found.firmware) == ("Vivotek", model, firmware)


def test_a_brand_that_is_not_the_makers_stays_in_the_model() -> None:
    text = described(manufacturer="Zorblax", modelName="Vivotek IP8332")
    assert say("upnp.response", text).model == "Vivotek IP8332"


@pytest.mark.parametrize(
    ("kind", "device_type", "watches"),
    [
        ("DigitalSecurityCamera", "camera", True),
        ("WLANAccessPointDevice", "wap", False),
        ("InternetGatewayDevice", "router", False),
        ("MediaRenderer", "media server", False),
        ("Printer", "printer", False),
        ("Basic", None, None),
    ],
)
def test_the_type_in_a_description_is_the_kind_of_device(
    kind: str, device_type: str | None, watches: bool | None
) -> None:
    text = described(deviceType=f"urn:schemas-upnp-org:device:{kind}:1", manufacturer="Zorblax")
    found = say("upnp.response", text)
    assert (found.device_type, found.is_surveillance) == (device_type, watches)


def listed(code: str, model: str, **more: str) -> str:
    item = {"DeviceID": f"3402000000{code}0000001", "Manufacturer": "Zorblax", "Model": model}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in {**item, **more}.items())
    return f"<Response><CmdType>DeviceInfo</CmdType>{inside}</Response>"


@pytest.mark.parametrize(
    ("code", "model", "kind"),
    [
        ("111", "Z1", "recorder"),
        ("118", "Z1", "recorder"),
        ("113", "Z1", "encoder"),
        ("131", "Z1", "camera"),
        ("132", "Z1", "camera"),
        ("200", "Z1", "camera"),
        ("132", "NVR", "recorder"),
        ("132", "Zorb DVR", "recorder"),
        ("132", "ENVRO", "camera"),
    ],
)
def test_a_chinese_platforms_code_tells_a_recorder_from_a_camera(
    code: str, model: str, kind: str
) -> None:
    found = say("gb28181.DeviceInfo", listed(code, model))
    assert (found.device_type, found.is_surveillance) == (kind, True)


def test_a_code_alone_tells_the_kind_and_another_number_does_not() -> None:
    bare = "<Response><DeviceID>{}</DeviceID><Result>OK</Result></Response>"
    found = say("gb28181.DeviceInfo", bare.format("34020000001180000001"))
    assert (found.device_type, found.is_surveillance) == ("recorder", True)
    assert say("gb28181.DeviceInfo", bare.format("34020000002000000001")).is_surveillance is None
    assert say("gb28181.DeviceInfo", bare.format("1180000001")).device_type is None


@pytest.mark.parametrize(
    "line",
    [
        "SNMPv2-MIB::sysDescr.0 = STRING: AXIS P3343 Network Camera",
        'iso.3.6.1.2.1.1.1.0 = STRING: "AXIS P3343 Network Camera"',
        '.1.3.6.1.2.1.1.1.0 = STRING: "AXIS P3343 Network Camera"',
        "SNMPv2-SMI::mib-2.1.1.0 = STRING: AXIS P3343 Network Camera",
        "system.sysDescr.0 = AXIS P3343 Network Camera",
        "RFC1213-MIB::sysDescr.0 = STRING: AXIS P3343 Network Camera",
    ],
)
def test_an_snmp_value_is_read_in_each_of_net_snmps_spellings(line: str) -> None:
    found = say("snmp.record", line)
    assert (found.vendor, found.model, found.device_type) == ("Axis", "P3343", "camera")


@pytest.mark.parametrize(
    "value",
    [
        "OID: SNMPv2-SMI::enterprises.368.1.1",
        "OID: iso.3.6.1.4.1.368.1.1",
        "OID: .iso.org.dod.internet.private.enterprises.368.1.1",
        "OID: .1.3.6.1.4.1.368.1.1",
    ],
)
def test_an_object_id_is_read_in_each_spelling(value: str) -> None:
    text = f"SNMPv2-MIB::sysObjectID.0 = {value}\nSNMPv2-MIB::sysName.0 = STRING: axis-{WRITTEN}"
    assert cut("snmp.record", text) == [
        ("snmp.sysObjectID", "1.3.6.1.4.1.368.1.1"),
        ("snmp.sysName", f"axis-{WRITTEN}"),
    ]
    assert say("snmp.record", text).mac == AXIS


def test_single_snmp_values_are_read_with_and_without_their_type() -> None:
    told = 'STRING: "AXIS P3343 Network Camera"'
    assert cut("snmp.sysDescr", told) == [("snmp.sysDescr", "AXIS P3343 Network Camera")]
    assert cut("snmp.sysDescr", "STRINGS: 6") == [("snmp.sysDescr", "STRINGS: 6")]
    for value in (
        "SNMPv2-SMI::enterprises.368.1",
        "OID: iso.3.6.1.4.1.368.1",
        ".1.3.6.1.4.1.368.1",
    ):
        assert cut("snmp.sysObjectID", value) == [("snmp.sysObjectID", "1.3.6.1.4.1.368.1")]


def test_another_table_of_an_snmp_record_is_no_description() -> None:
    assert cut("snmp.record", "IF-MIB::ifDescr.0 = STRING: AXIS P3343 Network Camera") == []
    assert cut("snmp.record", "sysDescription = AXIS P3343 Network Camera") == []


@pytest.mark.parametrize(
    ("server", "vendor", "watches"),
    [
        ("Linux/2.6 UPnP/1.0 Vivotek/1.0", "Vivotek", None),
        ("OpenWRT/19.07 UPnP/1.1 MiniUPnPd/2.1", None, False),
        ("Linux/2.6 UPnP/1.0 IGD/1.00", None, False),
        ("Linux/2.6 UPnP/1.0 Vivotek compatible thing/1.0", None, None),
        ("Linux/2.6, UPnP/1.0, Portable SDK for UPnP devices/1.6.18", None, None),
        ("Linux/2.6 UPnP/1.0 Hikvision/1.0", None, None),
    ],
)
def test_the_product_of_a_search_answer_names_a_known_brand(
    server: str, vendor: str | None, watches: bool | None
) -> None:
    found = say(
        "ssdp.packet", f"HTTP/1.1 200 OK\r\nSERVER: {server}\r\nST: upnp:rootdevice\r\n\r\n"
    )
    assert (found.vendor, found.is_surveillance) == (vendor, watches)


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("http.title", "Internet Protocol Camera", "camera"),
        ("http.title", "Internet-Protocol-Camera", "camera"),
        ("http.title", "Network-Video-Recorder", "recorder"),
        ("http.realm", "Digital_Video_Recorder", "recorder"),
        ("rtsp.sdp", "v=0\r\ns=Zorblax Network-Video-Recorder\r\n", "recorder"),
        ("rtsp.sdp", "v=0\r\ni=Internet Protocol Camera\r\n", "camera"),
        ("http.title", "Internet Protocol Settings", None),
        ("rtsp.sdp", "v=0\r\ns=Router hub printer\r\n", None),
    ],
)
def test_a_noun_that_is_spelt_out_or_hyphenated_is_the_same(
    field: str, text: str, kind: str | None
) -> None:
    found = say(field, text)
    assert (found.device_type, found.is_surveillance) == (kind, None if kind is None else True)


IDENTIFIER = "extension/unique_identifier/0"


@pytest.mark.parametrize("name", ["General", "IPC", "ZX-200", "CPPlus", "Dahua", "Lobby"])
def test_whatever_name_stands_beside_it_the_platforms_scope_leaves_the_platform_its_maker(
    name: str,
) -> None:
    found = say("onvif.ProbeMatch", scopes("hardware/ZX-200", f"name/{name}", IDENTIFIER))
    assert found.maker == "Dahua"


def test_a_makers_own_serial_or_version_in_a_scope_tells_the_maker() -> None:
    serial = "serial/DS-2CD2042WD-I20160101AAWR123456789"
    assert say("onvif.scopes", scopes(serial)).maker == "Hikvision"
    found = say("onvif.scopes", scopes("version/IPC_G6102-B5011P10D1806C81"))
    assert (found.maker, found.firmware) == ("Uniview", "IPC_G6102-B5011P10D1806C81")
    assert say("onvif.scopes", scopes("version/20", "serial/12345")).maker is None
