"""What model numbers state: every grammar proves itself, and silence is an answer."""

import time
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.knowledge import models
from custodes.knowledge.makers import makers

GRAMMARS = models.grammars()
GROUPS = {"family", "form", "series", "generation", "resolution_mp", "channels", "environment"}


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda g: g.id)
def test_every_grammar_proves_itself(grammar: models.Grammar) -> None:
    assert grammar.yes
    assert grammar.no
    for example in grammar.yes:
        for maker in grammar.makers:
            read = models.describe(maker, example["text"])
            assert read is not None, example
            got = {key: getattr(read, key) for key in example if key != "text"}
            assert got == {key: value for key, value in example.items() if key != "text"}
    for text in grammar.no:
        assert grammar.read("any", text) is None, text


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda g: g.id)
def test_every_grammar_keeps_to_the_vocabulary(grammar: models.Grammar) -> None:
    assert grammar.source.strip()
    assert set(grammar.makers) <= makers().keys()
    assert {group.rstrip("_23") for group in grammar.pattern.groupindex} <= GROUPS
    assert set(grammar.words) <= GROUPS
    told = {**grammar.words, **{key: {"": value} for key, value in grammar.fixed.items()}}
    assert set(told.get("form", {}).values()) <= models.FORMS
    assert set(told.get("environment", {}).values()) <= models.ENVIRONMENTS


def test_ids_are_unique() -> None:
    assert len({grammar.id for grammar in GRAMMARS}) == len(GRAMMARS)


def test_the_makers_of_most_devices_have_a_grammar() -> None:
    told = {maker for grammar in GRAMMARS for maker in grammar.makers}
    expected = """
    Hikvision HiLook HiWatch EZVIZ Dahua Imou Axis Hanwha Uniview Bosch Vivotek Avigilon Pelco
    ACTi Provision-ISR Honeywell Foscam Reolink VIGI Tapo Tiandy Milesight Panasonic Sony GeoVision
    Mobotix Amcrest Intelbras IDIS""".split()
    assert told >= {*expected, "Merit LILIN", "CP Plus"}


@pytest.mark.parametrize(
    ("maker", "model"),
    [
        ("Hikvision", "DS-2CD"),
        ("Hikvision", "IPC-B120H"),
        ("Axis", "5600+"),
        ("Dahua", "IPC"),
        ("Nobody", "DS-2CD2386G2-IU"),
        ("Hikvision", ""),
        ("Hikvision", "DS-2CD2386G2-IU" + "X" * 200),
        (None, "DS-2CD2386G2-IU"),
        ("Hikvision", None),
    ],
)
def test_a_number_that_the_maker_does_not_use_says_nothing(
    maker: str | None, model: str | None
) -> None:
    assert models.describe(maker, model) is None


def test_a_code_without_an_explanation_leaves_the_fact_unknown() -> None:
    read = models.describe("Hikvision", "DS-2CD2Z07G2-X")
    assert read is not None
    assert read.form is None
    assert read.resolution_mp is None
    assert read.generation == "G2"


def test_a_badge_is_read_by_the_numbering_of_its_maker() -> None:
    read = models.describe("Prama", "DS-2CD2386G2-IU")
    assert read is not None
    assert (read.maker, read.form, read.resolution_mp) == ("Prama", "turret", 8.0)


def test_the_name_of_the_maker_before_the_number_is_passed_over() -> None:
    assert models.describe("Axis", "AXIS P3245-LVE") is not None
    assert models.describe("Reolink", "Reolink E1 Zoom") is not None


@given(st.sampled_from(sorted(makers())), st.text(max_size=120))
def test_no_text_breaks_the_reading(maker: str, text: str) -> None:
    read = models.describe(maker, text)
    if read is not None:
        told = [getattr(read, field.name) for field in fields(read)]
        assert any(value is not None for value in told[4:])


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda g: g.id)
def test_no_grammar_can_be_made_to_hang(grammar: models.Grammar) -> None:
    for seed in (grammar.yes[0]["text"], "A", "-", "0", "A-"):
        text = (seed * models.MODEL_LIMIT)[: models.MODEL_LIMIT - 1] + "\x01"
        started = time.process_time()
        assert grammar.read("any", text) is None
        assert time.process_time() - started < 0.05


def test_facts_say_whether_the_numbering_is_checked() -> None:
    axis = models.describe("Axis", "P3245-LVE")
    tiandy = models.describe("Tiandy", "TC-C32XN")
    assert axis is not None
    assert tiandy is not None
    assert axis.is_checked
    assert not tiandy.is_checked
