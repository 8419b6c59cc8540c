"""SNMP: one GET with the owner's community, and answers that may be bombs."""

import pytest

from custodes.errors import PeerError
from custodes.protocols import ber, snmp

CAMERA = {
    "1.3.6.1.2.1.1.1.0": "; AXIS Q1656; Box Camera; 10.12.240; Jun 03 2024 14:13; 900; 1",
    "1.3.6.1.2.1.1.2.0": ".1.3.6.1.4.1.368.1.1",
}


def test_the_question_is_a_get_and_nothing_else_can_be_built() -> None:
    question = snmp.read_get(snmp.get(b"estate-read", 7))
    assert (question.version, question.community, question.request_id) == (1, b"estate-read", 7)
    assert question.asked == (*snmp.SYSTEM, *snmp.CAMERAS)
    assert snmp.read_get(snmp.get(b"x", 1, version=snmp.V1)).asked == tuple(snmp.SYSTEM)
    builders = [name for name in dir(snmp) if callable(getattr(snmp, name))]
    assert not [name for name in builders if "set" in name.casefold()]
    assert 0xA3 not in {value for value in vars(snmp).values() if isinstance(value, int)}


def test_the_question_is_the_bytes_that_the_standard_asks_for() -> None:
    assert snmp.get(b"public", 1, version=snmp.V1)[:28].hex() == (
        "305002010004067075626c6963a0430201010201000201003038300c"
    )


def test_an_answer_becomes_lines_and_never_shows_the_community() -> None:
    question = snmp.read_get(snmp.get(b"estate-read", 7))
    answer = snmp.parse(snmp.build_answer(question, CAMERA))
    assert answer.request_id == 7
    assert answer.record == (
        f".1.3.6.1.2.1.1.1.0 = STRING: {CAMERA['1.3.6.1.2.1.1.1.0']}\n"
        ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.368.1.1\n"
    )
    assert "estate-read" not in repr(answer)


def test_what_the_device_does_not_have_is_left_out() -> None:
    question = snmp.read_get(snmp.get(b"x", 7))
    assert snmp.parse(snmp.build_answer(question, {})).values == {}


def test_every_kind_of_value_is_written_in_words() -> None:
    kinds = [
        (0x02, b"\xff", "INTEGER: -1"),
        (0x04, b"two\r\nlines\0", "STRING: two lines"),
        (0x40, b"\xc0\0\2\1", "IpAddress: 192.0.2.1"),
        (0x41, b"\0\xff\xff\xff\xff", "Counter32: 4294967295"),
        (0x43, b"\x10", "Timeticks: (16)"),
        (0x46, b"\x01", "Counter64: 1"),
        (0x44, b"x", None),
        (0x05, b"", None),
    ]
    for tag, content, expected in kinds:
        pair = ber.build(0x30, ber.build_object_id("1.3.6"), ber.build(tag, content))
        numbers = ber.build_integer(1) + ber.build_integer(0) * 2
        body = ber.build(snmp.RESPONSE, numbers, ber.build(0x30, pair))
        whole = ber.build(0x30, ber.build_integer(1), ber.build(4, b"x"), body)
        assert snmp.parse(whole).values.get("1.3.6") == expected


@pytest.mark.parametrize("size", [0, 256], ids=["empty", "too long"])
def test_a_community_that_cannot_be_meant_is_refused(size: int) -> None:
    with pytest.raises(PeerError):
        snmp.get(b"x" * size, 1)


def nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = ber.build(0x30, data)
    return data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        nested(3000),
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80" + b"\x30\x80" * 1000,
        b"\x30\x89" + bytes(9),
        ber.build(0x30, b"\x05\x00" * 1000),
        ber.build(0x30, ber.build_integer(1), ber.build(4, b"x"), ber.build(0xA2, b"\x02\x00" * 3)),
        bytes(70_000),
        snmp.get(b"x", 1),
    ],
    ids=["nothing", "nested", "long", "endless", "wide", "many", "empty", "huge", "a question"],
)
def test_a_bomb_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        snmp.parse(data)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x80", b"\xff" * 60 + b"\x01", b"\x2b" * 200],
    ids=["empty", "unfinished", "one huge part", "many parts"],
)
def test_an_object_id_that_cannot_be_meant_is_refused(content: bytes) -> None:
    with pytest.raises(PeerError):
        ber.object_id(content)


def test_numbers_and_object_ids_are_read_as_they_were_built() -> None:
    for number in (0, 1, 127, 128, 255, 256, -1, -128, -129, 2**31 - 1):
        assert ber.integer(ber.one(ber.build_integer(number), ber.INTEGER)) == number
    for oid in ("1.3.6.1.2.1.1.1.0", "1.3.6.1.4.1.39165.1.3.0", "2.100.3"):
        assert ber.object_id(ber.one(ber.build_object_id(oid), ber.OBJECT_ID)) == oid
