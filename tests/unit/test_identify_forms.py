"""Forms in which any known maker names itself; and texts that only speak about a maker."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.find.identify.core import identify
from custodes.find.identify.readers import NAME_READERS, answers, forms
from custodes.identity import Identity
from custodes.observation import observe


def say(field: str, payload: str) -> Identity:
    return identify([observe(field, payload)])


PLATES = [
    ("telnet.banner", "Login screen\r\nWestell 6100 DSL modem\r\nlogin:", "Westell"),
    ("telnet.banner", "\r\nNetopia-3000/123\r\nTerminal shell v1.0\r\nusername:", "Netopia"),
    ("telnet.banner", "Trying to log in to Enterasys Matrix N7 Platinum\r\nUsername:", "Enterasys"),
    ("http.title", "Main page - Kyocera TASKalfa 3050ci", "Kyocera"),
    ("http.title", "Status | Xerox Phaser 6510", "Xerox"),
    ("http.title", "IGEL UD3 Thin Client", "IGEL"),
    ("http.realm", "Comtrend Gigabit 802.11n Router", "Comtrend"),
    ("ftp.banner", "220 Printronix P7000 FTP server ready", "Printronix"),
    ("upnp.friendlyName", "EnGenius EAP600", "EnGenius"),
    ("upnp.friendlyName", "EnGenius of the family", None),
    ("ssh.banner", "SSH-2.0-Adtran_4.31", "Adtran"),
]


@pytest.mark.parametrize(("field", "text", "brand"), PLATES)
def test_a_known_name_before_a_product_is_the_brand(
    field: str, text: str, brand: str | None
) -> None:
    assert say(field, text).vendor == brand


@pytest.mark.parametrize(
    "title",
    [
        "Hikvision Camera List - Home Assistant",
        "How to reset your Dahua NVR | Blog",
        "Dahua IP Camera Store – best offers",
        "Hikvision NVR driver for Windows",
        "Hikvision integration - openHAB",
        "Reolink camera app download",
        "Shop Hikvision IP cameras online",
        "Support page: Dahua cameras",
        "Compatible with Dahua network cameras",
        "CCTV Installation London | Dahua installers",
        "Our network cameras - city portal",
        "Driver for HP LaserJet 1020",
        "City Webcam Portal",
    ],
)
def test_a_page_about_devices_is_none(title: str) -> None:
    found = say("http.title", title)
    assert (found.vendor, found.maker, found.is_surveillance) == (None, None, None)


@pytest.mark.parametrize(
    "title",
    [
        "Apple Pie Recipes",
        "Sharp Dressed Man",
        "Brother and Sister Photography",
        "Welcome to Axis Bank",
        "Milestone Church",
        "Casio piano lessons",
    ],
)
def test_a_name_that_is_a_word_of_a_sentence_is_no_brand(title: str) -> None:
    assert say("http.title", title).vendor is None


@pytest.mark.parametrize(
    ("title", "brand"),
    [("Brother HL-L2350DW series", "Brother"), ("AXIS", "Axis"), ("Sharp Web Login", "Sharp")],
)
def test_a_name_that_is_a_word_is_the_brand_before_a_product(title: str, brand: str) -> None:
    assert say("http.title", title).vendor == brand


@pytest.mark.parametrize("text", ["TiVo DVR", "Dish Hopper DVR", "Sky+ HD DVR", "Humax PVR"])
def test_what_records_television_is_no_surveillance(text: str) -> None:
    assert say("http.title", text).is_surveillance is False


@pytest.mark.parametrize("text", ["Web CCTV Viewer", "Video Server", "Network Video Server"])
def test_words_that_say_what_it_is_for_prove_surveillance(text: str) -> None:
    found = say("http.title", text)
    assert (found.is_surveillance, found.vendor) == (True, None)


def test_a_switch_of_a_camera_network_stays_a_switch() -> None:
    found = say("snmp.sysDescr", "Linux cctv-switch 4.4 HIKVISION VLAN")
    assert (found.vendor, found.is_surveillance) == (None, False)


PAGE = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<html><body>{}<input type=password></body></html>"


def test_the_copyright_notice_of_a_page_with_a_log_in_names_the_maker() -> None:
    found = say("http.response", PAGE.format("Copyright (c) 2002-2006 Allied Telesis K.K."))
    assert (found.vendor, found.is_surveillance) == ("Allied Telesis", False)


@pytest.mark.parametrize(
    "notice",
    [
        "&copy; 2020 Dahua Technology",
        "&copy; 2020 Hikvision",
        "&copy; 2020 Axis Communications",
        "&copy; 2020 Samsung and Sony",
        "Copyright 2019 Google",
    ],
)
def test_the_copyright_of_a_camera_maker_or_of_several_names_nobody(notice: str) -> None:
    assert say("http.response", PAGE.format(notice)).vendor is None


def test_a_copyright_notice_without_a_log_in_names_nobody() -> None:
    text = "HTTP/1.1 200 OK\r\n\r\n<html>Copyright 2004 Kyocera</html>"
    assert say("http.response", text).vendor is None


@pytest.mark.parametrize(
    ("subject", "brand"),
    [
        ("CN=Polycom Inc., OU=VVX 410", "Polycom"),
        ("OU=Polycom SoundPoint IP 650, CN=0004f2", "Polycom"),
        ("CN=Lantronix SLC", "Lantronix"),
        ("OU=HTTPS Management Certificate for SonicWALL (self-signed), CN=x", "SonicWall"),
        ("CN=www.dahua.example, OU=Dahua", None),
        ("C=US, O=Let's Encrypt, CN=R3", None),
    ],
)
def test_a_certificate_names_its_maker_in_any_of_its_names(subject: str, brand: str | None) -> None:
    assert (
        forms.certified(subject).claims[0].value == brand
        if brand
        else (forms.certified(subject).claims == [])
    )


def test_the_only_name_counts_where_the_kind_is_no_cameras() -> None:
    claims = forms.sole("telnet.banner", "Broadband router, hardware Comtrend, ready").claims
    assert [claim.value for claim in claims] == ["Comtrend"]


@pytest.mark.parametrize(
    "text", ["router for Comtrend", "Comtrend or Westell router", "Hikvision router", "router"]
)
def test_two_names_or_a_name_spoken_about_are_not_the_only_name(text: str) -> None:
    assert forms.sole("telnet.banner", text).claims == []


def test_a_foscam_answer_shows_a_camera_and_the_brand_by_default() -> None:
    found = say("http.body", "<CGI_Result>\n    <result>-2</result>\n</CGI_Result>")
    assert (found.vendor, found.is_surveillance) == ("Foscam", True)


def test_a_sunapi_answer_names_model_and_firmware() -> None:
    text = (
        "Model=XNV-6080\r\nSerialNumber=Z1\r\nFirmwareVersion=1.40.02\r\nDeviceType=NWC\r\n"
        "ConnectedMACAddress=00:09:18:00:00:01\r\nCGIVersion=2.5.2\r\n"
    )
    found = say("http.body", text)
    assert (found.model, found.firmware) == ("XNV-6080", "1.40.02")
    assert (found.is_surveillance, found.device_type) == (True, "camera")


def test_model_lines_of_something_else_say_nothing() -> None:
    assert answers.told("Model=R7000\nFirmwareVersion=V1.0\n").claims == []


def test_a_configuration_table_shows_surveillance_and_accuses_nobody() -> None:
    found = say("http.body", "table.General.MachineName=IPC\r\n")
    assert (found.is_surveillance, found.vendor, found.maker) == (True, None, None)


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(list("axisDahuaKyocera 0123-|:*()<>&;=\r\n©CGI_ResultModel")),
        max_size=600,
    )
)
def test_no_text_makes_a_reader_of_forms_fail_or_accuse(text: str) -> None:
    for reader in (*NAME_READERS.values(), answers.told):
        for claim in reader(text).claims:
            assert claim.matched is not None
    assert all(c.value not in ("Dahua", "Hikvision") for c in forms.inside("x", text).claims)
    assert all(c.value not in ("Dahua", "Hikvision") for c in forms.sole("x", text).claims)


def test_a_long_hostile_text_is_looked_at_in_part() -> None:
    text = "Kyocera " * 50_000
    assert forms.inside("telnet.banner", text).claims == []
    assert len(forms.owned("http.body", "login (c) " * 20_000).claims) == 0
