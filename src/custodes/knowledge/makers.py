"""Brands and makers: one name each, and the many ways in which devices write it.

File: knowledge/data/makers.toml. Words that devices give as a manufacturer but that name nobody
("General", "H264", "ONVIF" …) are listed there as neutral.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from custodes.errors import KnowledgeError

KINDS = ("maker", "brand", "both")


@dataclass(frozen=True, slots=True)
class Maker:
    """One company or badge. `camera` says that it makes or sells surveillance equipment."""

    name: str
    kind: str  # maker: builds; brand: a badge; both
    camera: bool
    source: str
    aliases: tuple[str, ...] = ()
    country: str | None = None  # ISO 3166 alpha-2


def makers() -> Mapping[str, Maker]:
    """Every brand and maker that the knowledge names, by name."""
    return _load()[0]


def canonical(text: str | None) -> str | None:
    """The one name for what a device calls its maker; None for neutral and unknown words.

    Case, spaces and punctuation do not matter.

    >>> canonical("HIKVISION"), canonical("General"), canonical("nobody knows it")
    ('Hikvision', None, None)
    """
    return _load()[1].get(fold(text)) if text else None


def is_neutral(text: str) -> bool:
    """Whether the text is a word that devices give as maker but that names nobody."""
    folded = fold(text)
    return not folded or folded in _load()[2]


def fold(text: str) -> str:
    """The text as aliases are compared: letters and digits only, without case.

    >>> fold("Hangzhou Hikvision Digital Technology Co., Ltd.")
    'hangzhouhikvisiondigitaltechnologycoltd'
    """
    return "".join(filter(str.isalnum, text.casefold()))


@cache
def _load() -> tuple[Mapping[str, Maker], Mapping[str, str], frozenset[str]]:
    path = files("custodes.knowledge") / "data" / "makers.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        neutral = frozenset(map(fold, document["neutral"]["words"]))
        found = [_maker(raw) for raw in document["maker"]]
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise KnowledgeError(f"makers.toml: {error}") from error
    by_name = {maker.name: maker for maker in found}
    if len(by_name) != len(found):
        raise KnowledgeError("makers.toml: a name is given twice")
    return MappingProxyType(by_name), _aliases(found, neutral), neutral


def _maker(raw: Mapping[str, Any]) -> Maker:
    maker = Maker(**{**raw, "aliases": tuple(raw.get("aliases", ()))})
    if maker.kind not in KINDS or not maker.source:
        raise KnowledgeError(f"makers.toml: {maker.name}: no such kind, or no source")
    return maker


def _aliases(found: list[Maker], neutral: frozenset[str]) -> Mapping[str, str]:
    aliases: dict[str, str] = {}
    for maker in found:
        for text in (maker.name, *maker.aliases):
            folded = fold(text)
            if folded in neutral or aliases.setdefault(folded, maker.name) != maker.name:
                raise KnowledgeError(f"makers.toml: {text!r} means two things")
    return aliases
