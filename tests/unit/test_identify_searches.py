"""What the answers to makers' older searches tell, as a scan or a capture keeps them."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from custodes.find.identify.core import identify
from custodes.find.identify.readers.searches import told
from custodes.observation import Observation, observe
from custodes.protocols import dvrip, sofia

OLD = dvrip.build_answer(
    dvrip.DvripAnswer(
        address="192.0.2.7",
        mac="90:02:a9:00:00:01",
        model="DH-NVR4108HS",
        said={"SerialNo": "2J02E27PAZ00001"},
    )
)


def seen(data: bytes) -> Observation:
    return observe("udp.discovery", base64.b64encode(data).decode(), encoding="base64")


def test_the_older_search_tells_the_platform_the_model_and_the_serial_number() -> None:
    who = identify([seen(OLD)])
    assert (who.maker, who.model, who.serial) == ("Dahua", "DH-NVR4108HS", "2J02E27PAZ00001")
    assert who.mac == "90:02:a9:00:00:01"
    assert who.is_surveillance is True


def test_xiongmais_search_tells_the_maker_the_serial_number_and_the_hardware_address() -> None:
    answer = sofia.build_answer({"HostName": "x", "MAC": "00:12:31:00:00:01", "SN": "0123456789ab"})
    who = identify([observe("udp.discovery", sofia.parse(answer).text)])
    assert (who.maker, who.serial, who.mac) == (
        "Xiongmai",
        "0123456789ab",
        "00:12:31:00:00:01",
    )


def test_an_answer_that_names_nothing_tells_nothing() -> None:
    assert told("\xb3\0" + "\0" * 118).claims == []
    assert told("\xb3\0short").claims == []


@given(st.text(max_size=300))
def test_any_text_ends_in_a_reading(text: str) -> None:
    told(text)
    told("\xb3\0" + "\0" * 118 + text)
