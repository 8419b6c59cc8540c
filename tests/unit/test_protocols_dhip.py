import time

import pytest

from custodes.errors import PeerError
from custodes.protocols import dhip

DEVICE = {
    "DeviceClass": "VTO",
    "DeviceType": "VTO2000A",
    "Vendor": "General",
    "SerialNo": "3C06520PAN00001",
    "Version": "3.120.0000.0.R",
    "HttpPort": 80,
    "DeviceID": "******",
    "IPv4Address": {"IPAddress": "192.168.0.232"},
}
ANSWER = dhip.build_answer(dhip.notice(DEVICE, "3C:EF:8C:41:6C:CE"))


def test_the_search_is_fixed_byte_for_byte() -> None:
    body = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'
    size = bytes([len(body), 0, 0, 0])
    assert dhip.search() == b"\x20\0\0\0DHIP" + bytes(8) + size + bytes(4) + size + bytes(4) + body
    assert dhip.is_search(dhip.search())
    assert not dhip.is_search(ANSWER)


def test_a_notice_is_read() -> None:
    message = dhip.parse(ANSWER)
    assert (message.method, message.mac, message.cut) == (dhip.NOTIFY, "3c:ef:8c:41:6c:ce", "")
    assert message.device == DEVICE
    assert (message.said("HttpPort"), message.said("DeviceID"), message.said("None")) == (
        "80",
        None,
        None,
    )


def test_a_cut_notice_gives_the_values_that_were_whole() -> None:
    message = dhip.parse(ANSWER[: ANSWER.index(b"3.120") + 4])
    assert message.cut.startswith("1")
    assert (message.method, message.said("SerialNo")) == (dhip.NOTIFY, "3C06520PAN00001")
    assert message.said("Version") is None


def test_a_login_challenge_names_its_realm() -> None:
    challenge = b'{"error":{"code":268632079},"params":{"realm":"Login to 4K01"},"result":false}'
    assert dhip.parse(dhip.pack(challenge)).realm == "Login to 4K01"
    assert dhip.parse(ANSWER).realm is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        ANSWER[:31],
        b"PIHD" + ANSWER[4:],
        b"\x20\0\0\0PIHD" + ANSWER[8:],
        ANSWER[:16] + b"\xff\xff\xff\xff" + ANSWER[20:],
        ANSWER[:20] + b"\x01" + ANSWER[21:],
        dhip.pack(b""),
        dhip.pack(b"[1]"),
        dhip.pack(b"nonsense"),
        dhip.pack(b"[" * 60_000),
        dhip.pack(b'{"a":' * 12_000),
        dhip.pack(b"\x00\xff" * 1000),
        b'{"method":"client.notifyDevInfo"}',
    ],
)
def test_what_is_not_a_message_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        dhip.parse(data)


def test_a_name_in_another_character_set_is_kept() -> None:
    message = dhip.parse(
        dhip.pack(b'{"method":"x","params":{"deviceInfo":{"MachineName":"\xb9\xa4"}}}')
    )
    assert message.said("MachineName") == "¹¤"


def test_hostile_bodies_are_searched_in_linear_time() -> None:
    started = time.process_time()
    for piece in ('"a":"', '"a', '"a":', '"a" :  "b', '\\"', '"a":1', '"' + "a" * 64):
        dhip.recover(piece * (60_000 // len(piece)))
    assert time.process_time() - started < 2
