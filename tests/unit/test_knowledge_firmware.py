"""Firmware texts are taken apart by the maker's habit; what is no date gives no date."""

import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.knowledge import firmware
from custodes.knowledge.makers import makers

FORMS = firmware.forms()


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_every_form_proves_itself(form: firmware.Form) -> None:
    assert form.yes
    assert form.no
    assert set(form.makers) <= makers().keys()
    for example in form.yes:
        for maker in form.makers:
            read = firmware.parse(maker, example["text"])
            assert read is not None, (maker, example)
            for key, value in example.items():
                assert getattr(read, key) == _plain(value), (maker, example["text"], key)
    for text in form.no:
        assert form.read("any", text) is None, text


def test_ids_are_unique() -> None:
    assert len({form.id for form in FORMS}) == len(FORMS)


@pytest.mark.parametrize(
    ("maker", "text"),
    [
        ("Hikvision", "5"),
        ("Hikvision", ""),
        ("Hikvision", "V5.5.6 build 180326" + "x" * 300),
        ("Nobody", "V5.5.6 build 180326"),
        (None, "V5.5.6 build 180326"),
        ("Axis", "V5.5.6 build 180326"),
        ("Hikvision", None),
    ],
)
def test_a_text_outside_the_makers_habit_is_unknown(maker: str | None, text: str | None) -> None:
    assert firmware.parse(maker, text) is None


def test_a_badge_is_read_by_the_habit_of_its_maker() -> None:
    read = firmware.parse("Prama", "V5.5.6 build 180326")
    assert read is not None
    assert read.build_date == date(2018, 3, 26)


@pytest.mark.parametrize("text", ["991399", "180230", "20201301", "1803", "", None, "abcdef"])
def test_an_impossible_day_is_no_date(text: str | None) -> None:
    assert firmware.build_date(text) is None


def test_an_impossible_build_date_keeps_the_version() -> None:
    read = firmware.parse("Hikvision", "V5.5.6 build 189926")
    assert read is not None
    assert read.numbers == (5, 5, 6)
    assert read.build_date is None


@given(st.sampled_from(sorted(makers())), st.text(max_size=200))
def test_no_text_breaks_the_reading(maker: str, text: str) -> None:
    read = firmware.parse(maker, text)
    assert read is None or read.version


@given(st.text(max_size=40))
def test_no_text_breaks_the_date(text: str) -> None:
    assert firmware.build_date(text) is None or firmware.build_date(text).year >= 1998  # type: ignore[union-attr]


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_no_form_can_be_made_to_hang(form: firmware.Form) -> None:
    for seed in (form.yes[0]["text"], "1.", "0", "V1.0_", "A-"):
        text = (seed * firmware.TEXT_LIMIT)[: firmware.TEXT_LIMIT - 1] + "\x01"
        started = time.process_time()
        assert form.read("any", text) is None
        assert time.process_time() - started < 0.05


def test_a_firmware_says_whether_its_form_is_checked() -> None:
    checked = firmware.parse("Hikvision", "V5.5.6 build 180326")
    remembered = firmware.parse("Pelco", "2.11.0.6-20180402-2.9310-A1.13225")
    assert checked is not None
    assert remembered is not None
    assert checked.is_checked
    assert not remembered.is_checked
