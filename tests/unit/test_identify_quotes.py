"""Evidence quotes what the device sent: the words that decided, as received, and not too many."""

import json
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from custodes.find.identify.claims import MATCHED_LIMIT, around, span
from custodes.find.identify.core import identify
from custodes.find.identify.facets import text_of
from custodes.observation import Observation, observe, read_line

DHIP = json.dumps(
    {
        "mac": "3c:ef:8c:41:6c:ce",
        "method": "client.notifyDevInfo",
        "params": {
            "deviceInfo": {
                "DeviceClass": "IPC",
                "DeviceType": "IPC-HDW1431T1-S4",
                "Vendor": "General",
                "SerialNo": "6C01E93PAG69A7D",
                "Version": "2.800.0000000.13.R",
            }
        },
    }
)
FILLER = "<p>nothing to see here</p>\n" * 200
SCOPES = (
    "onvif://www.onvif.org/name/Dahua onvif://www.onvif.org/type/Network_Video_Transmitter "
    "onvif://www.onvif.org/hardware/IPC-HFW1431S onvif://www.onvif.org/MAC/3c:ef:8c:41:6c:cf"
)
INFO = (
    "<DeviceInfo xmlns='http://www.hikvision.com/ver20/XMLSchema'><model>DS-2CD2032-I</model>"
    "<macAddress>44:47:cc:00:00:01</macAddress><firmwareVersion>V5.2.0</firmwareVersion>"
    "<firmwareReleasedDate>build 140721</firmwareReleasedDate></DeviceInfo>"
)


def quoted(field: str, payload: str, conclusion: str) -> list[str]:
    found = identify([observe(field, payload)])
    return [e.matched for e in found.evidence if e.conclusion == conclusion]


@pytest.mark.parametrize(
    ("field", "payload"),
    [
        ("dhip.client.notifyDevInfo", DHIP),
        ("onvif.scopes", SCOPES),
        ("isapi.deviceInfo", INFO),
        ("mac.address", "44-47-CC-00-00-01"),
        ("http.body", FILLER + "www.hikvision.com" + FILLER),
        ("snmp.sysDescr", "Linux router 3.10"),
        (
            "onvif.soap.GetHostname",
            "<x xmlns:tt='http://www.onvif.org/ver10/schema'><tt:Name>ec71db48b85d</tt:Name></x>",
        ),
    ],
)
def test_evidence_stands_in_the_answer_word_for_word(field: str, payload: str) -> None:
    for evidence in identify([observe(field, payload)]).evidence:
        assert evidence.matched in payload, evidence
        assert 0 < len(evidence.matched) <= MATCHED_LIMIT


def test_the_maker_of_a_dahua_answer_rests_on_words_that_a_person_can_judge() -> None:
    assert (
        '"DeviceType": "IPC-HDW1431T1-S4", "Vendor": "General"'
        in quoted("dhip.client.notifyDevInfo", DHIP, "maker")[0]
    )


def test_of_a_long_page_the_words_that_decided_are_quoted() -> None:
    [quote] = quoted("http.body", FILLER + "<a>www.hikvision.com</a>\n" + FILLER, "maker")
    assert "www.hikvision.com" in quote
    assert len(quote) <= MATCHED_LIMIT


def test_a_version_with_its_date_is_quoted_as_it_stands() -> None:
    assert quoted("isapi.deviceInfo", INFO, "firmware") == [
        "V5.2.0</firmwareVersion><firmwareReleasedDate>build 140721"
    ]


def test_a_maker_from_the_graph_rests_on_the_text_that_named_the_brand() -> None:
    assert "CN=x,O=Lorex,C=CA" in quoted("tls.subject", "CN=x,O=Lorex,C=CA", "vendor")
    assert quoted("onvif.scopes", "onvif://www.onvif.org/name/HiWatch", "maker") == [
        "onvif://www.onvif.org/name/HiWatch"
    ]


def test_quotes_of_nothing_are_short() -> None:
    assert span("abc", "x", "y") == "abc"
    assert span("abc" * 999, "b", "zzz") == ("abc" * 999)[1 : MATCHED_LIMIT + 1]
    assert around("", 0) == ""


def _decoded(seen: Observation) -> str:
    return unescape(unquote(text_of(seen)))


@pytest.mark.shared
def test_all_evidence_for_labelled_answers_stands_in_them(shared: Path) -> None:
    cases = (shared / "data" / "identification_cases_public.jsonl").read_bytes().splitlines()
    for seen in map(read_line, cases):
        if seen.field == "mdns.packet":  # names are coded
            continue
        for evidence in identify([seen]).evidence:
            assert evidence.matched in text_of(seen) or evidence.matched in _decoded(seen), evidence
            assert len(evidence.matched) <= MATCHED_LIMIT
