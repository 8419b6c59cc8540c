"""Brand names as they are printed or drawn in a picture, read by a machine that mistakes letters.

A name counts only as a word of its own. Letters that machines take for each other (O and 0, I, l
and 1, S and 5 …) are the same; of a long name one letter may be wrong. Names that are everyday
words, or shorter than five letters, count only where nothing but the name and a model number stands
on the line: "axis" is a word of many signs. Pure.
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from custodes.knowledge.makers import fold, makers

_LOOK_ALIKE: Final = str.maketrans("01l!|5828", "oiiiisbzb")
_WORD: Final = re.compile(r"[^\W_]+(?:[-&'!|][^\W_]+)*[!|]?")
_MODEL: Final = re.compile(r"(?=[A-Za-z-]*\d)[A-Za-z0-9][A-Za-z0-9/-]{2,24}")
_SHORTEST: Final = 4  # letters; shorter names are too easily misread
_SHORT: Final = 5  # letters; shorter names stand alone
_LONG: Final = 8  # letters; of longer names one may be wrong
_LINE_LIMIT: Final = 120
_WORDS_LIMIT: Final = 12
# Names of brands that are words of the street, of other goods, or of what cameras print anyway.
_EVERYDAY: Final = frozenset(
    fold(word)
    for word in (
        "Alarm Alibi Apple Arlo Blink Bosch Camera Canon Channel Cisco Climax Cohu Costar D-Link "
        "Defender Digital Eagle Eneo Ezlo First Ganz General Genie Goliath Google Grundig Guard "
        "Guardian Hills Home Honeywell Huawei Hunt Intel Juan Kasa LevelOne Linksys Mango March "
        "Marshall Matsushita Meraki Milestone Mobility Nest Network Nice Night Niko Northern Novo "
        "Novus Panasonic Philips Pixel Predator Provision Redline Rhombus Ring Risco Safire "
        "Salient Samsung Santec Sanyo Schneider Secure Security Securus Sentry Siemens Smart Sony "
        "Speco Swann Tapo Target Tesla Toshiba TP-Link Truen Trust Tyco Vera Vicon Video Vision "
        "Vista Watch Wireless Xiaomi Zoom"
    ).split()
)


class Named(NamedTuple):
    """A brand that a line names: the word that did, and how sure that word is."""

    brand: str
    word: str
    is_alone: bool
    is_exact: bool
    is_everyday: bool


def skeleton(word: str) -> str:
    """The word with letters that look alike made one.

    >>> skeleton("HlKVISI0N") == skeleton("Hikvision")
    True
    """
    return fold(word.translate(_LOOK_ALIKE)).translate(_LOOK_ALIKE)


@lru_cache(4096)
def brand_on(line: str) -> Named | None:
    """The one brand that a printed line names; None where it names none, or two."""
    words = _WORD.findall(line[:_LINE_LIMIT])[:_WORDS_LIMIT]
    found: dict[str, Named] = {}
    for size in (3, 2, 1):
        for at in range(len(words) - size + 1):
            part = words[at : at + size]
            rest = words[:at] + words[at + size :]
            named = _named(part, rest)
            if named is not None:
                found.setdefault(named.brand, named)
    return next(iter(found.values())) if len(found) == 1 else None


def _named(part: list[str], rest: list[str]) -> Named | None:
    shape = " ".join(map(skeleton, part))
    brand = _shapes().get(shape)
    exact = brand is not None
    if brand is None and len(shape) >= _LONG:
        brand = _nearly(shape)
    if brand is None:
        return None
    alone = all(_MODEL.fullmatch(word) for word in rest) and len(rest) <= 1
    everyday = fold("".join(part)) in _EVERYDAY or fold(brand) in _EVERYDAY
    if len(shape) < _SHORTEST or (not alone and (everyday or len(shape) < _SHORT)):
        return None
    return Named(brand, " ".join(part), alone, exact, everyday)


@cache
def _shapes() -> dict[str, str]:
    """Every name of a maker of cameras as it looks; what two makers share names neither.

    A name counts in as many words as it is written in: "level one" is no LevelOne.
    """
    found: dict[str, str | None] = {}
    for maker in makers().values():
        if not maker.camera:
            continue
        for name in (maker.name, *maker.aliases):
            shape = " ".join(map(skeleton, _WORD.findall(name)))
            held = found.setdefault(shape, maker.name)
            if held != maker.name:
                found[shape] = None
    return {shape: name for shape, name in found.items() if name is not None}


@cache
def _by_size() -> dict[int, list[tuple[str, str]]]:
    sizes: dict[int, list[tuple[str, str]]] = {}
    for shape, name in _shapes().items():
        if len(shape) >= _LONG and fold(name) not in _EVERYDAY:
            sizes.setdefault(len(shape), []).append((shape, name))
    return sizes


@lru_cache(4096)
def _nearly(shape: str) -> str | None:
    """The one brand whose name differs in one letter."""
    near = {
        name
        for size in (len(shape) - 1, len(shape), len(shape) + 1)
        for known, name in _by_size().get(size, ())
        if _one_apart(shape, known)
    }
    return near.pop() if len(near) == 1 else None


def _one_apart(one: str, other: str) -> bool:
    """Whether a letter changed, missing or too many is all that differs."""
    if len(one) > len(other):
        one, other = other, one
    at = 0
    while at < len(one) and one[at] == other[at]:
        at += 1
    if len(one) == len(other):
        return one[at + 1 :] == other[at + 1 :]
    return one[at:] == other[at + 1 :]
