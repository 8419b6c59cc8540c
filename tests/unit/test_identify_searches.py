"""What the answers to makers' older searches tell, as a scan or a capture keeps them."""

import base64
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from custodes.find.identify.core import identify
from custodes.find.identify.readers.searches import told
from custodes.find.listen import dissect
from custodes.observation import Observation, observe
from custodes.protocols import dvrip, sofia

BARE = dvrip.DvripAnswer(address="192.0.2.7", mac="90:02:a9:00:00:01", model="DH-NVR4108HS")
LINES = {"Name": "x", "Device": "NVR", "SerialNo": "2J02E27PAZ00001"}
OLD = dvrip.build_answer(replace(BARE, said=LINES))


def seen(data: bytes) -> Observation:
    return observe("udp.discovery", base64.b64encode(data).decode(), encoding="base64")


def test_the_older_search_tells_the_platform_the_model_and_the_serial_number() -> None:
    who = identify([seen(OLD)])
    assert (who.maker, who.model, who.serial) == ("Dahua", "DH-NVR4108HS", "2J02E27PAZ00001")
    assert who.mac == "90:02:a9:00:00:01"
    assert who.is_surveillance is True


def test_an_older_answer_without_lines_tells_the_platform_and_the_model() -> None:
    who = identify([seen(dvrip.build_answer(BARE))])
    assert (who.maker, who.model, who.mac) == ("Dahua", "DH-NVR4108HS", "90:02:a9:00:00:01")


def test_both_searches_are_known_when_they_are_only_overheard() -> None:
    (older,) = dissect.datagram(5050, 40_000, OLD)
    assert (older.field, older.payload) == ("udp.discovery", OLD)
    (json_text,) = dissect.datagram(34569, 34569, sofia.build_answer({"SN": "0123456789ab"}))
    assert json_text.field == "udp.discovery"
    assert dissect.datagram(40_000, 5050, dvrip.search()) == []
    assert dissect.datagram(40_000, 34569, sofia.search()) == []


def test_xiongmais_search_tells_the_maker_the_serial_number_and_the_hardware_address() -> None:
    said = {"DeviceType": 1, "MAC": "00:12:31:00:00:01", "SN": "0123456789ab"}
    answer = sofia.build_answer(said)
    who = identify([observe("udp.discovery", sofia.parse(answer).text)])
    assert (who.maker, who.serial, who.model) == ("Xiongmai", "0123456789ab", None)
    assert who.mac == "00:12:31:00:00:01"


def test_an_answer_that_names_nothing_tells_nothing() -> None:
    assert told("\xb3\0" + "\0" * 118).claims == []
    assert told("\xb3\0short").claims == []


@given(st.text(max_size=300))
def test_any_text_ends_in_a_reading(text: str) -> None:
    told(text)
    told("\xb3\0" + "\0" * 118 + text)
