"""WCAG 2.2 AA contrast, worked out from the tokens of console.css."""

import re
from pathlib import Path

import pytest

import custodes.console

CSS = Path(custodes.console.__file__).parent / "static" / "console.css"
TEXT, PART = 4.5, 3.0  # 1.4.3 for text, 1.4.11 for parts of controls and pictures

PAIRS = [
    *[
        (ink, ground, TEXT)
        for ink in ("ink", "muted", "accent")
        for ground in ("ground", "surface", "sunken")
    ],
    ("accent-strong", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-tile", "tile", TEXT),
    ("unknown", "unknown-soft", TEXT),
    ("unknown", "surface", TEXT),
    ("unknown", "sunken", TEXT),
    ("against", "against-soft", TEXT),
    ("good", "good-soft", TEXT),
    ("differs", "differs-soft", TEXT),
    ("ink", "differs-soft", TEXT),
    ("ink", "against-soft", TEXT),
    ("muted", "differs-soft", TEXT),
    ("accent", "against-soft", TEXT),
    ("on-mark", "mark", TEXT),
    ("bar", "surface", PART),
    ("bar", "bar-ground", PART),
    ("edge", "surface", PART),
    ("focus", "ground", PART),
    ("focus", "surface", PART),
    ("focus", "focus-ring", PART),
]


def tokens(scheme: str) -> dict[str, str]:
    css = CSS.read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[0]))
    dark = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[1]))
    assert light.keys() == dark.keys()
    return light if scheme == "light" else dark


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "needed"), PAIRS)
def test_text_and_parts_can_be_told_from_their_ground(
    scheme: str, ink: str, ground: str, needed: float
) -> None:
    found = tokens(scheme)
    assert contrast(found[ink], found[ground]) >= needed


def test_no_colour_is_used_that_is_not_a_token() -> None:
    css = CSS.read_text(encoding="utf-8")
    rules = re.sub(r":root \{.*?\}", "", css, flags=re.DOTALL).partition("@media print")[0]
    assert not re.findall(r"#[0-9a-f]{3,8}\b", rules.replace("url(#hatch)", ""))
