"""The vocabulary of device types."""

import json
from pathlib import Path

import pytest

from custodes.knowledge.devices import DEVICE_TYPES, device_type, same_kind

CASES = Path(__file__).parents[3] / "shared" / "data" / "identification_cases_public.jsonl"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("DVR", "recorder"),
        ("nvr", "recorder"),
        ("access_control", "access control"),
        ("Network Camera", "camera"),
        ("camera_or_recorder", None),
        ("toaster", None),
        (None, None),
    ],
)
def test_other_words_are_brought_to_ours(text: str | None, word: str | None) -> None:
    assert device_type(text) == word


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nvr", "recorder", True),
        ("camera_or_recorder", "camera", True),
        ("camera_or_recorder", "recorder", True),
        ("access_control", "face terminal", True),
        ("strobe_siren", "strobe siren", True),
        ("camera", "recorder", False),
        (None, "camera", False),
        (None, None, False),
    ],
)
def test_two_words_can_mean_one_thing(one: str | None, other: str | None, same: bool) -> None:
    assert same_kind(one, other) is same


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("camera", True),
        ("recorder", True),
        ("intercom", True),
        ("printer", False),
        ("video encoder", False),
        ("set-top box", False),
        ("device", None),
        ("access control", None),
    ],
)
def test_the_vocabulary_says_what_belongs_in_the_register(word: str, answer: bool | None) -> None:
    assert DEVICE_TYPES[word] is answer


@pytest.mark.shared
def test_every_surveillance_word_of_the_public_cases_has_its_match() -> None:
    if not CASES.exists():
        pytest.skip("../shared is not here")
    rows = [json.loads(line)["expected"] for line in CASES.read_text("utf-8").splitlines()]
    words = {r["device_type"] for r in rows if r.get("device_type") and r["is_surveillance"]}
    assert [w for w in words if not any(same_kind(w, ours) for ours in DEVICE_TYPES)] == []
