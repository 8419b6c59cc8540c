"""Answers of families: what a maker's own habit shows, on texts that no rule was written for."""

import pytest

from custodes.find.identify.core import identify
from custodes.find.identify.models import maker_of_firmware, maker_of_serial
from custodes.find.identify.readers.words import is_mention
from custodes.identity import Identity
from custodes.observation import observe


def say(field: str, payload: str | bytes) -> Identity:
    return identify([observe(field, payload)])


def information(manufacturer: str, model: str, firmware: str = "", serial: str = "") -> str:
    return (
        "<s:Envelope xmlns:tds='http://www.onvif.org/ver10/device/wsdl'><tds:Manufacturer>"
        f"{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model><tds:FirmwareVersion>"
        f"{firmware}</tds:FirmwareVersion><tds:SerialNumber>{serial}</tds:SerialNumber></s:Envelope>"
    )


SEARCH = (
    b"\xb3\x00\x00\x58" + bytes(28) + b"4\x0158\x0000:11:22:33:44:55DH-NVR1108HC-HDS4Name:NVR-A4E2-"
    b"\x01\x00Device:NVR\r\nSerialNo:BC0E525PAJ3A4E2\r\nVersion:4.001.1ERT003.0.R\r\nDeviceID:\r\n"
)


def test_the_older_dahua_search_is_read_with_address_model_serial_and_version() -> None:
    found = say("udp.discovery", SEARCH.replace(b"00:11:22:33:44:55", b"3c:ef:8c:33:44:55"))
    assert (found.maker, found.model, found.device_type) == (
        "Dahua",
        "DH-NVR1108HC-HDS4",
        "recorder",
    )
    assert (found.vendor, found.firmware) == ("Dahua", "4.001.1ERT003.0.R")
    assert (found.serial, found.mac) == ("BC0E525PAJ3A4E2", "3c:ef:8c:33:44:55")
    assert found.is_surveillance is True


@pytest.mark.parametrize("cut", [0, 1, 4, 30, 60, 90])
def test_a_search_answer_that_is_cut_off_is_no_fault(cut: int) -> None:
    assert say("udp.discovery", SEARCH[:cut]).confidence >= 0.0


DEV_INFO = """[ { "cmd" : "GetDevInfo", "code" : 0, "value" : { "DevInfo" : { "channelNum" : 1,
 "detail" : "IPC_51516M5M", "exactType" : "IPC", "firmVer" : "v3.0.0.2356_23062003",
 "model" : "RLC-511", "serial" : "00000000000000", "type" : "IPC" } } } ]"""


@pytest.mark.parametrize("wrapped", [False, True])
def test_reolinks_device_information_is_its_own_word(wrapped: bool) -> None:
    field, text = (
        ("http.response", f"HTTP/1.1 200 OK\r\n\r\n{DEV_INFO}")
        if wrapped
        else (
            "http.body",
            DEV_INFO,
        )
    )
    found = say(field, text)
    assert (found.vendor, found.model, found.firmware, found.device_type) == (
        "Reolink",
        "RLC-511",
        "v3.0.0.2356_23062003",
        "camera",
    )


def test_a_page_that_only_names_devinfo_is_not_reolinks() -> None:
    assert say("http.body", '{"DevInfo": {"name": "x"}}').vendor is None


def test_axis_parameters_show_axis_even_without_the_brand_group() -> None:
    text = "root.Properties.API.HTTP.Version=3\nroot.Properties.Firmware.Version=9.80.1\n"
    found = say("http.body", text)
    assert (found.vendor, found.firmware) == ("Axis", "9.80.1")
    branded = say("http.body", "root.Brand.Brand=DoorBird\nroot.Brand.ProdNbr=D101\n")
    assert branded.vendor == "DoorBird"


def test_vivoteks_parameters_show_brand_model_and_version() -> None:
    text = "system_info_modelname='FD8169A'\nsystem_info_firmwareversion='FD8169A-VVTK-0302a'\n"
    found = say("http.body", text)
    assert (found.vendor, found.model, found.firmware) == (
        "Vivotek",
        "FD8169A",
        "FD8169A-VVTK-0302a",
    )


@pytest.mark.parametrize(
    ("serial", "maker"),
    [
        ("DS-7804HQH-K10420190822CCCHD53257168WCVU", "Hikvision"),
        ("ENP1A14-IR/25X20190305AAWRC12345678", "Hikvision"),
        ("210235C3N1A217000012", "Uniview"),
        ("DS-2CD2032-I", None),
        ("ACCC8E000001", None),
        ("4K01FD2PAJ6E3FF", None),
        ("20190305", None),
    ],
)
def test_a_serial_number_keeps_its_makers_form_under_any_badge(
    serial: str, maker: str | None
) -> None:
    assert maker_of_serial(serial) == maker
    found = say("onvif.soap.GetDeviceInformation", information("ONVIF", "X-1", "1.0", serial))
    assert (found.vendor, found.maker) == (None, maker)


def test_univiews_firmware_shows_under_a_label_that_names_nobody() -> None:
    firmware = "IPC_D1208-B0010P20D1911"
    assert maker_of_firmware(firmware) == "Uniview"
    found = say("onvif.soap.GetDeviceInformation", information("NONE", "GX728MF-IR28", firmware))
    assert (found.vendor, found.maker) == (None, "Uniview")


def test_a_version_in_hikvisions_style_alone_proves_no_maker() -> None:
    text = information("ONVIF", "ENP1A14", "V5.5.0 build 190305", "1234")
    assert say("onvif.soap.GetDeviceInformation", text).maker is None


def test_a_bridge_named_after_a_brand_is_not_that_brands() -> None:
    found = say("onvif.soap.GetDeviceInformation", information("Wyze Bridge", "mediamtx"))
    assert found.vendor != "Wyze"
    assert "management_software" in [c.kind for c in found.conditions]


def test_a_name_that_the_owner_may_type_is_a_badge_only_where_cameras_bear_it() -> None:
    scopes = "onvif://www.onvif.org/name/{} onvif://www.onvif.org/hardware/X-1"
    assert say("onvif.scopes", scopes.format("HP")).vendor is None
    assert say("onvif.scopes", scopes.format("Bosch")).vendor == "Bosch"


@pytest.mark.parametrize(
    "title",
    [
        "How to reset your Dahua NVR | Blog",
        "HikVision DS-2CD2185FWD-I · Issue #9950 · librenms/librenms · GitHub",
        "Best IP camera reviews",
        "Buy AXIS P3343 Network Camera",
    ],
)
def test_a_page_about_cameras_is_none(title: str) -> None:
    found = say("http.title", title)
    assert is_mention(title)
    assert (found.vendor, found.maker, found.is_surveillance) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "text", "kind"),
    [
        ("http.title", "Digital Disk Recorder", "recorder"),
        ("http.title", "iDVR", "recorder"),
        ("http.title", "ORITE Audio IP-Camera", "camera"),
        ("http.realm", "Camera Server", "camera"),
        ("rtsp.realm", "Rubetek IP camera device", "camera"),
        ("rtsp.header.server", "Nobodys IP Camera Server", "camera"),
        ("http.title", "Nobodys Video Viewer 2", "camera"),
    ],
)
def test_the_name_of_the_product_tells_surveillance_whoever_made_it(
    field: str, text: str, kind: str
) -> None:
    found = say(field, text)
    assert (found.is_surveillance, found.device_type) == (True, kind)


@pytest.mark.parametrize(
    ("field", "text", "brand"),
    [
        ("http.title", "The AXIS 200 Home Page", "Axis"),
        ("ftp.banner", "Welcome to Vivotek FTP server", "Vivotek"),
        ("rtsp.sdp", "v=0\r\ns=RTSP/RTP stream from Vivotek camera\r\n", "Vivotek"),
        ("tls.subject", "CN=device,O=Vivotek Inc.,C=TW", "Vivotek"),
        ("dhcp.vendor_class", "Mfg=Xerox;Typ=MFP;Mod=VersaLink C405;Ser=ABC", "Xerox"),
    ],
)
def test_a_brand_is_heard_behind_a_greeting(field: str, text: str, brand: str) -> None:
    assert say(field, text).vendor == brand


@pytest.mark.parametrize(
    ("field", "text", "model"),
    [
        ("ftp.banner", "Welcome to DCS-932L FTP Server", "DCS-932L"),
        ("http.header.server", "DCS-2130", "DCS-2130"),
        ("http.title", "Live view of DS-2CD2032-I", "DS-2CD2032-I"),
        ("http.title", "UTF-8 test page ISO-8859-1", None),
        ("http.title", "COVID-19", None),
    ],
)
def test_a_model_number_in_a_greeting_is_read_where_its_form_is_known(
    field: str, text: str, model: str | None
) -> None:
    found = say(field, text)
    assert found.model == model
    assert found.is_surveillance is (True if model else None)


def test_a_catalogue_of_several_cameras_is_a_platform_and_none_of_them() -> None:
    item = "<Item><DeviceID>{}</DeviceID><Manufacturer>{}</Manufacturer><Model>{}</Model></Item>"
    items = item.format(1, "Hikvision", "DS-2CD1") + item.format(2, "Dahua", "IPC-X")
    found = say("gb28181.Catalog", f"<Response><DeviceList Num='2'>{items}</DeviceList></Response>")
    assert (found.vendor, found.model, found.is_surveillance) == (None, None, True)
    assert [c.kind for c in found.conditions] == ["channel_list"]
