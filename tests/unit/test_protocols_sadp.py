from datetime import date

import pytest

from custodes.errors import PeerError
from custodes.protocols import sadp

GUID = "8282F1DB-2FA6-4709-B261-3C6B6A48CA17"
FIELDS = {
    "Uuid": GUID,
    "Types": "inquiry",
    "DeviceDescription": "DS-7804HQH-K1",
    "DeviceSN": "DS-7804HQH-K10420190822CCCHD53257168WCVU",
    "MAC": "68-6d-bc-ee-f8-f0",
    "SoftwareVersion": "V3.5.38build 191215",
    "Activated": "flase",
    "OEMInfo": "N/A",
}


def test_the_inquiry_is_fixed_byte_for_byte() -> None:
    assert sadp.inquiry(GUID) == (
        b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>' + GUID.encode() + b"</Uuid>"
        b"<Types>inquiry</Types></Probe>"
    )


@pytest.mark.parametrize(
    "uuid",
    [
        "",
        GUID.lower(),
        GUID + " ",
        GUID[:-1],
        GUID + "\n",
        "</Uuid><Types>update</Types><Uuid>",
        "٨" + GUID[1:],
    ],
)
def test_nothing_but_an_inquiry_can_be_built(uuid: str) -> None:
    with pytest.raises(PeerError):
        sadp.inquiry(uuid)


def test_no_other_function_of_the_module_builds_a_question() -> None:
    makers = {n for n in vars(sadp) if not n.startswith("_") and callable(vars(sadp)[n])}
    assert {n for n in makers if n.startswith(("build", "inquiry", "pack", "make", "send"))} == {
        "inquiry",
        "build_answer",
    }
    assert b"<Probe>" not in sadp.build_answer({"Types": "update"})


def test_an_answer_is_read_field_by_field() -> None:
    answer = sadp.parse(sadp.build_answer(FIELDS))
    assert dict(answer) == FIELDS
    assert not answer.cut
    assert (answer.model, answer.mac) == ("DS-7804HQH-K1", "68:6d:bc:ee:f8:f0")
    assert answer.software == ("V3.5.38", "191215")
    assert answer.activated is False
    assert answer.said("OEMInfo") is None
    assert answer.cloud_enabled is None


def test_a_cut_answer_gives_what_was_whole() -> None:
    wire = sadp.build_answer(FIELDS)
    answer = sadp.parse(wire[: wire.index(b"V3.5.38") + 4])
    assert answer.cut
    assert answer.model == "DS-7804HQH-K1"
    assert "SoftwareVersion" not in answer


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<Probe><Types>inquiry</Types></Probe>",
        b"<ProbeMatch><Types>update</Types></ProbeMatch>",
        b"<ProbeMatch>",
        b"<ProbeMatch>" * 10_000,
        b"<ProbeMatch><Model>" + b"A" * 100_000,
        b'<!DOCTYPE a [<!ENTITY b "c">]><ProbeMatch>&b;</ProbeMatch>',
        b"\x00\xff" * 500,
    ],
)
def test_hostile_answers_are_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        sadp.parse(data)


def test_a_device_reads_our_inquiry() -> None:
    assert sadp.read_inquiry(sadp.inquiry(GUID)) == GUID
    with pytest.raises(PeerError):
        sadp.read_inquiry(b"<Probe><Types>update</Types></Probe>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V3.5.38build 191215", ("V3.5.38", "191215")),
        ("V5.0, build 191213", ("V5.0", "191213")),
        ("V5.5.800 build 210628", ("V5.5.800", "210628")),
        ("V4.62.210", ("V4.62.210", None)),
        ("build 191215", (None, "191215")),
        ("", (None, None)),
        ("unknown", (None, None)),
    ],
)
def test_versions_are_split(text: str, expected: tuple[str | None, str | None]) -> None:
    assert sadp.software_version(text) == expected


@pytest.mark.parametrize(
    ("text", "model", "expected"),
    [
        (
            "DS-7804HQH-K10420190822CCCHD53257168WCVU",
            "DS-7804HQH-K1",
            sadp.Serial("DS-7804HQH-K1", "04", date(2019, 8, 22), "CCCH", "D53257168", "WCVU"),
        ),
        (
            "DS-K1T671M20210101AAWRF12345678",
            "DS-K1T671M",
            sadp.Serial("DS-K1T671M", None, date(2021, 1, 1), "AAWR", "F12345678", None),
        ),
        (
            "DS-KV8213-WME1(C)0120230508RRAB0353909",
            None,
            sadp.Serial(None, None, date(2023, 5, 8), "RR", "AB0353909", None),
        ),
        (
            "DS-2CD2532F-IWS00000000CCCH000000000",
            "DS-2CD2532F-IWS",
            sadp.Serial("DS-2CD2532F-IWS", None, None, "CCCH", "000000000", None),
        ),
        ("D53257168", None, sadp.Serial(None, None, None, None, None, None)),
    ],
)
def test_serial_numbers_are_split(text: str, model: str | None, expected: sadp.Serial) -> None:
    assert sadp.split_serial(text, model) == expected
