"""The older search of Dahua and that of Xiongmai: fixed questions, answers within limits."""

import pytest

from custodes.errors import PeerError
from custodes.protocols import dvrip, sofia

OLD = dvrip.DvripAnswer(
    address="192.0.2.7",
    mac="90:02:a9:00:00:01",
    model="IPC-HFW2100",
    name="IPC",
    version="1.0.2.3",
    http_port=80,
    tcp_port=37777,
    said={"SerialNo": "PZC1AB000000001", "IPv6Addr": "2001:db8::7/64;gateway:"},
)
COMMON = {
    "ChannelNum": 4,
    "HostIP": "0x0702000A",
    "HostName": "LocalHost",
    "HttpPort": 80,
    "MAC": "00:12:31:00:00:01",
    "SN": "0123456789abcdef",
    "TCPPort": 34567,
}


def test_the_older_search_is_32_fixed_bytes() -> None:
    assert dvrip.search().hex() == "a3010001" + "00" * 12 + "02" + "00" * 15
    assert dvrip.is_search(dvrip.search())
    assert dvrip.is_search(b"\xa3\x01\x00\x00" + dvrip.search()[4:])
    assert not dvrip.is_search(b"\xa0" + dvrip.search()[1:])


def test_an_older_answer_is_read_as_it_was_built() -> None:
    assert dvrip.parse(dvrip.build_answer(OLD)) == OLD
    assert OLD.serial == "PZC1AB000000001"


def test_what_was_whole_of_a_cut_older_answer_is_kept() -> None:
    cut = dvrip.parse(dvrip.build_answer(OLD)[: dvrip.FIXED + 20])
    assert (cut.mac, cut.model, cut.said) == (OLD.mac, "IPC", {})
    bare = dvrip.parse(dvrip.build_answer(OLD)[: dvrip.FIXED])
    assert (bare.address, bare.mac, bare.model) == ("192.0.2.7", "", "")


@pytest.mark.parametrize(
    "data", [b"", b"\xb3\x00" * 20, b"\xa0" + bytes(200), b"\xb3\x00" + bytes(70_000)]
)
def test_what_is_no_older_answer_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        dvrip.parse(data)


def test_the_search_of_xiongmai_is_20_fixed_bytes_of_number_1530() -> None:
    assert sofia.search().hex() == "ff00000000000000000000000000fa0500000000"
    assert sofia.is_search(sofia.search())
    assert not sofia.is_search(sofia.build_answer(COMMON))


def test_an_answer_of_xiongmai_is_read() -> None:
    answer = sofia.parse(sofia.build_answer(COMMON))
    assert (answer.address, answer.mac) == ("10.0.2.7", "00:12:31:00:00:01")
    assert (answer.said("HttpPort"), answer.said("SN")) == ("80", "0123456789abcdef")
    assert (answer.said("ChannelNum"), answer.said("Absent")) == ("4", "")
    assert not answer.cut


def test_what_was_whole_of_a_cut_answer_of_xiongmai_is_kept() -> None:
    answer = sofia.parse(sofia.build_answer(COMMON)[:120])
    assert answer.cut
    assert answer.said("HostIP") == "0x0702000A"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        sofia.search(),
        b"\xff" + bytes(13) + b"\xfb\x05" + b"\xff\xff\xff\xff" + b"{",
        b"\xff" + bytes(13) + b"\xfb\x05" + b"\x04\0\0\0" + b"[[]]",
        b"\xff" + bytes(13) + b"\xfb\x05" + b"\xff\xff\0\0" + b"[" * 60_000,
        bytes(70_000),
    ],
    ids=["nothing", "a question", "no value", "a list", "deep", "huge"],
)
def test_what_is_no_answer_of_xiongmai_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        sofia.parse(data)


def test_values_of_other_kinds_say_nothing() -> None:
    answer = sofia.parse(sofia.build_answer({"HostIP": ["x"], "MAC": True, "SN": "0xzz"}))
    assert (answer.address, answer.mac) == ("", "")
    assert sofia.parse(sofia.build_answer({"HostIP": "0xzz112233"})).address == ""
