from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.console.text import cut, line, plural, verbatim

ATTACK = "<script>alert(1)</script>"


@given(st.text())
def test_no_device_text_becomes_markup(text: str) -> None:
    shown = str(verbatim(text))
    ours = ('<span class="unseen">', '<span class="cut">', "</span>")
    for tag in ours:
        shown = shown.replace(tag, "")
    assert "<" not in shown
    assert ">" not in shown


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_what_can_be_seen_is_shown_word_for_word(text: str) -> None:
    assert unescape(str(verbatim(text))) == text


def test_a_character_that_turns_writing_round_is_spelt_out() -> None:
    assert '<span class="unseen">U+202E</span>' in verbatim("photo\u202egnp.exe")
    assert "\u202e" not in verbatim("photo\u202egnp.exe")
    assert line("photo\u202egnp.exe") == "photo⟨U+202E⟩gnp.exe"


@given(st.text())
def test_one_line_is_one_line_without_hidden_characters(text: str) -> None:
    shown = line(text)
    assert not set(shown) & set("\n\r\t\0\x1b\u202e\u2066\u200b\ufeff")


def test_a_text_of_a_megabyte_is_cut_and_says_so() -> None:
    shown = verbatim("a" * 1_000_000, 2000)
    assert len(shown) < 2200
    assert "the first 2,000 of 1,000,000 characters are shown" in shown


def test_a_short_text_is_not_cut() -> None:
    assert cut("abc", 3).missing == ""


def test_markup_is_escaped_once() -> None:
    assert verbatim(ATTACK) == "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize(("count", "words"), [(0, "0 sites"), (1, "1 site"), (1200, "1,200 sites")])
def test_no_count_is_without_its_unit(count: int, words: str) -> None:
    assert plural(count, "site") == words
