"""The report on a device: what it is, why, what speaks against it, what nobody knows."""

import pytest

from custodes.find.identify import core
from custodes.find.identify.core import identify
from custodes.find.identify.explain import Sentence, explain
from custodes.find.identify.phrases import where
from custodes.find.identify.readers import FACET_READERS, OBSERVATION_READERS
from custodes.identity import Evidence, Identity
from custodes.observation import FIELDS, observe

LOREX = [
    observe("http.realm", "Login to 4K01FD2PAJ6E3FF"),
    observe("http.title", "Lorex"),
    observe("mac.address", "3c:ef:8c:11:22:33"),
]


def report(*seen: tuple[str, str]) -> list[Sentence]:
    return explain(identify([observe(field, text) for field, text in seen]))


def texts(sentences: list[Sentence], part: str, conclusion: str | None = None) -> list[str]:
    return [s.text for s in sentences if s.part == part and conclusion in (None, s.conclusion)]


def test_a_rebadge_is_told_with_badge_maker_and_what_follows() -> None:
    said = explain(identify(LOREX))
    what, rebadge = texts(said, "is")
    assert what == "A surveillance device sold as Lorex and built by Dahua."
    assert rebadge.startswith("The badge is Lorex's and the maker Dahua")


def test_the_maker_is_argued_from_the_words_of_the_firmware() -> None:
    said = explain(identify(LOREX))
    assert texts(said, "because", "maker")[0] == (
        "The log-in realm of its web page, ‘Login to 4K01FD2PAJ6E3FF’, is how Dahua firmware "
        "answers, whatever the badge says."
    )
    assert "a hint, no proof" in texts(said, "because", "maker")[1]


def test_the_platforms_own_brand_is_told_as_what_nothing_contradicts() -> None:
    said = report(("http.header.server", "App-webs/"))
    [why] = texts(said, "because", "vendor")
    assert why.endswith("is how Hikvision firmware answers, and nothing names another badge.")


def test_a_declared_brand_is_the_devices_own_word() -> None:
    text = '{"data":{"propertyList":{"Brand":"AXIS","ProdNbr":"Q1656","Version":"10.12.114"}}}'
    said = report(("http.vapix.basicDeviceInfo", text))
    assert texts(said, "is")[0] == "A camera by Axis, model Q1656, firmware 10.12.114."
    assert texts(said, "because", "vendor") == ["Its Axis interface (VAPIX) declares it: ‘AXIS’."]


def test_what_was_outweighed_is_said_with_what_outweighed_it() -> None:
    said = report(
        ("http.realm", "Login to 4K01FD2PAJ6E3FF"), ("asset.record", "make=Axis;model=P3343")
    )
    [against] = texts(said, "against")
    assert against == (
        "The asset list, ‘Axis’, speaks for ‘Axis’ as brand; what speaks for ‘Dahua’ is stronger."
    )


def test_what_is_not_known_names_the_probe_and_the_key_that_would_tell() -> None:
    said = report(("http.header.server", "App-webs/"))
    [model] = texts(said, "unknown", "model")
    assert "`sadp`" in model
    assert "credentials for ISAPI" in model


def test_a_probe_that_has_answered_is_not_proposed_again() -> None:
    text = (
        '{"mac":"","method":"client.notifyDevInfo","params":{"deviceInfo":{"DeviceClass":"IPC",'
        '"DeviceType":"X-1","Vendor":"General","Version":"2.800.0000000.8.R"}}}'
    )
    said = report(("dhip.client.notifyDevInfo", text))
    assert all("`dhip`" not in text for text in texts(said, "unknown"))
    assert any("build date" in text for text in texts(said, "unknown", "firmware"))


def test_nothing_is_asked_of_what_is_no_surveillance() -> None:
    said = report(("http.header.www-authenticate", 'Basic realm="ADSL2+ Router"'))
    assert texts(said, "unknown") == []
    assert "no surveillance equipment" in texts(said, "is")[0]


def test_an_identity_without_evidence_says_so_and_invents_nothing() -> None:
    said = explain(Identity())
    assert [s.part for s in said] == ["is", "unknown"]
    assert said[0].text == "Nothing that was seen says what this is."


def test_each_sentence_points_to_what_was_seen() -> None:
    for sentence in explain(identify(LOREX)):
        if sentence.part in ("because", "against"):
            assert set(sentence.observations) <= {o.digest for o in LOREX}
            assert sentence.observations


def test_every_field_that_is_read_has_words_of_its_own() -> None:
    facets = {cut for f in sorted(FIELDS) for cut, _ in core.cut(f, "")}
    read = (facets & core._heard_fields()) | OBSERVATION_READERS.keys() | FACET_READERS.keys()
    silent = {"pjl.id", "host.os", "dns.hostname", "model"}
    assert {f for f in read - silent if where(f) == f} == set()


def test_hostile_text_stays_one_short_line() -> None:
    evil = Evidence(
        conclusion="vendor",
        value="A\n" * 500,
        fingerprint="x",
        field="http.title",
        matched="\x1b[2J\n" * 500,
        source="s",
        weight=0.7,
    )
    said = explain(Identity(vendor="A\n" * 500, model="\x1b[2J" * 99, evidence=[evil]))
    assert {"is", "because"} <= {s.part for s in said}
    for sentence in said:
        assert sentence.text.isprintable()
        assert len(sentence.text) < 600


def test_what_only_a_list_says_of_the_maker_is_told_as_what_a_list_says() -> None:
    said = [s.text for s in explain(identify([observe("asset.record", '{"brand": "JVC"}')]))]
    assert not [text for text in said if "begins with a prefix" in text]


@pytest.mark.parametrize(
    ("firmware", "is_known"),
    [("2.620.HW00.12.R", False), ("2.800.0000000.8.R.20201230", True)],
)
def test_a_build_date_is_missed_only_where_the_firmware_names_none(
    firmware: str, is_known: bool
) -> None:
    found = Identity(maker="Dahua", vendor="Dahua", firmware=firmware)
    assert ("build date" in " ".join(s.text for s in explain(found))) is not is_known


def test_a_name_inside_a_sentence_keeps_its_capitals() -> None:
    said = " ".join(s.text for s in explain(Identity()))
    assert "onvif over" not in said
    assert "for onvif " not in said
