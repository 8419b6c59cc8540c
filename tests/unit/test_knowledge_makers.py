"""Names of brands and makers, and who built what for whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.knowledge.graph import disputed, edges, maker_of, owners_of, ownerships
from custodes.knowledge.makers import canonical, fold, is_neutral, makers

CAMERA_BRANDS = tuple(maker.name for maker in makers().values() if maker.camera)
BRANDS_OF_THE_BRIEF = {
    *("Hikvision", "Dahua", "Axis", "Hanwha", "Uniview", "Bosch", "Avigilon", "Pelco", "Vivotek"),
    *("Sony", "Panasonic", "i-PRO", "Mobotix", "ACTi", "GeoVision", "Merit LILIN", "Milesight"),
    *("Reolink", "VIGI", "Tapo", "Tiandy", "TVT", "Xiongmai", "Jovision", "Raysharp", "Longse"),
    *("Sunell", "Foscam", "Amcrest", "Lorex", "Swann", "Annke", "EZVIZ", "Imou", "IDIS"),
    *("Dallmeier", "Arecont Vision", "Grandstream", "D-Link", "Trendnet", "Edimax", "Ubiquiti"),
    *("Verkada", "Ring", "Nest", "Arlo", "FLIR", "Honeywell", "Digital Watchdog", "Speco"),
    *("Interlogix", "March Networks", "Basler", "Brickcom", "Dynacolor", "Messoa", "CP Plus"),
    *("Prama", "Intelbras", "HiLook", "HiWatch", "Safire", "Provision-ISR", "Kedacom"),
    *("HoloSens", "Canon", "JVC", "Toshiba", "Sanyo", "Wansview", "Tenvis", "Gwelltimes"),
    *("Zosi", "Sannce", "TBK", "Novo", "CeNova", "Q-See", "Night Owl", "Zavio", "KBVision"),
    *("Yoosee", "V380", "Anran", "Floureon", "Hiseeu", "Hichip"),
}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("HIKVISION", "Hikvision"),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", "Hikvision"),
        ("Zhejiang Dahua Technology", "Dahua"),
        ("CPPlus", "CP Plus"),
        ("CP PLUS", "CP Plus"),
        ("EZIP", "EZ-IP"),
        ("TP-LINK", "TP-Link"),
        ("Hanwha Techwin", "Hanwha"),
        ("Samsung Techwin", "Hanwha"),
        ("Axis Communications AB", "Axis"),
        ("D-LINK", "D-Link"),
        ("lechange", "Imou"),
    ],
)
def test_what_devices_write_finds_the_one_name(text: str, name: str) -> None:
    assert canonical(text) == name


@pytest.mark.parametrize(
    "text", ["General", "Private", "IPCAM", "H264", "ONVIF", "N/A", "OEM", "", "  ", "IP_Camera"]
)
def test_a_word_that_names_nobody_is_neutral(text: str) -> None:
    assert canonical(text) is None
    assert is_neutral(text)


def test_an_unknown_name_is_unknown_and_not_neutral() -> None:
    assert canonical("Nobody Has Heard Of It Ltd") is None
    assert not is_neutral("Nobody Has Heard Of It Ltd")


def test_every_name_and_alias_leads_home() -> None:
    for maker in makers().values():
        for text in (maker.name, *maker.aliases):
            assert canonical(text) == maker.name
            assert canonical(text.upper()) == maker.name


def test_every_maker_has_a_source_and_there_are_many() -> None:
    assert all(maker.source for maker in makers().values())
    assert len(CAMERA_BRANDS) >= 320
    assert {*CAMERA_BRANDS} >= BRANDS_OF_THE_BRIEF
    assert all(m.country is None or len(m.country) == 2 for m in makers().values())


@given(st.text(max_size=200))
def test_no_text_breaks_the_lookup(text: str) -> None:
    assert canonical(text) is None or canonical(text) in makers()
    assert fold(fold(text)) == fold(text)


def test_every_edge_joins_two_known_names_and_has_a_dated_source() -> None:
    for edge in edges():
        assert {edge.brand, edge.maker} <= makers().keys()
        assert edge.source
        assert edge.source_date
        assert not (edge.whole_brand and edge.model_pattern)


@pytest.mark.parametrize(
    ("brand", "model", "maker"),
    [
        ("EZVIZ", None, "Hikvision"),
        ("HiLook", "IPC-B120H", "Hikvision"),
        ("HiWatch", None, "Hikvision"),
        ("Imou", None, "Dahua"),
        ("EZ-IP", None, "Dahua"),
        ("Uniarch", None, "Uniview"),
        ("Tapo", "Tapo C200", "TP-Link"),
        ("Honeywell", "HEN08144", "Dahua"),
        ("CP Plus", "CP-UNC-DA21PL3-Y", "Dahua"),
        ("Lorex", "W461ASC", "Dahua"),
        ("Intelbras", "HDCVI 1008 - Gerao 2", "Dahua"),
        ("Annke", "N46PCK", "Hikvision"),
        ("LaView", "LV-PDK50812A", "Hikvision"),
    ],
)
def test_the_graph_says_who_built_it(brand: str, model: str | None, maker: str) -> None:
    edge = maker_of(brand, model)
    assert edge is not None
    assert edge.maker == maker


@pytest.mark.parametrize(
    ("brand", "model"),
    [
        ("Honeywell", None),  # two suppliers, one after the other
        ("Honeywell", "HC35W45R3"),  # a current line, built by others
        ("Honeywell", "HRGX162"),  # only medium confidence
        ("Lorex", None),
        ("Lorex", "LH130"),  # older lines have other makers
        ("Annke", None),  # medium confidence for the brand
        ("Swann", "SWNVR-8000"),  # mixes suppliers
        ("CP Plus", "CP-Z43"),  # the Wi-Fi line
        ("Godrej", None),  # two sources disagree
        ("LTS", None),
        ("Panasonic", None),  # claimed in the trade, no source
        ("Bosch", None),
        ("Nobody", None),
        (None, None),
    ],
)
def test_where_the_evidence_does_not_reach_the_graph_is_silent(
    brand: str | None, model: str | None
) -> None:
    assert maker_of(brand, model) is None


def test_contradicted_and_unverified_claims_are_kept_but_never_told() -> None:
    kept = {(edge.brand, edge.confidence) for edge in disputed()}
    assert ("EZVIZ", "contradicted") in kept
    assert {("Panasonic", "unverified"), ("Bosch", "unverified")} <= kept
    assert not {id(edge) for edge in disputed()} & {id(edge) for edge in edges()}
    assert all(edge.confidence in ("high", "medium", "low") for edge in edges())
    assert not any(edge.brand == "EZVIZ" and edge.maker == "Dahua" for edge in edges())


def test_a_model_pattern_reads_the_whole_model() -> None:
    assert maker_of("Annke", "XN46PCK") is None
    assert maker_of("Q-See", "DVR41040") is None


def test_every_ownership_joins_two_known_names_and_has_a_dated_source() -> None:
    assert ownerships()
    for known in ownerships():
        assert {known.company, known.owner} <= makers().keys()
        assert known.source
        assert known.source_date
        assert not (known.since and known.until) or known.since <= known.until


def test_owners_come_latest_first_and_decide_nothing_about_who_built_it() -> None:
    assert [known.owner for known in owners_of("Lorex")] == ["Skywatch", "Dahua", "FLIR"]
    assert [known.owner for known in owners_of("Axis")] == ["Canon"]
    assert maker_of("Axis", "P3245-LVE") is None
    assert owners_of("Nobody") == ()
    assert owners_of(None) == ()


def test_one_name_for_two_companies_is_two_makers() -> None:
    """AVTECH of Taiwan makes recorders; AVTECH Software of the US makes Room Alert."""
    assert makers()["AVTECH"].camera
    assert not makers()["AVTECH Software"].camera
    assert canonical("AV TECH Corporation") == "AVTECH"
    assert canonical("AVTECH Software, Inc.") == "AVTECH Software"
