"""What identification asks of the knowledge about brands and makers; answers are remembered."""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from custodes.knowledge import graph, prefixes
from custodes.knowledge.makers import canonical, is_neutral, makers

_REMEMBERED: Final = 8_192
_WORD: Final = re.compile(r"[^\s,;:/()\[\]_|]+")
_COMPANY: Final = re.compile(
    r"[\s,]+(?:inc|ltd|limited|llc|corp|corporation|co|company|gmbh|ag|ab|sa|s\.a|bv|b\.v|plc|"
    r"oy|kk|pty|srl|spa)\.?$",
    re.IGNORECASE,
)


class Built(NamedTuple):
    """Who built a brand's device, how far that is believed, and by which source."""

    maker: str
    weight: float
    source: str


class Holder(NamedTuple):
    """Who holds the prefix of an address, and whether that alone speaks for surveillance.

    `brand` is None where the holder builds for many badges, or only the network part.
    """

    name: str
    brand: str | None
    maker: str | None
    is_camera_maker: bool
    prefix: str
    source: str


@lru_cache(_REMEMBERED)
def brand(text: str) -> str | None:
    """The brand that a name field names; company forms ("Inc.", "Co., Ltd.") do not matter."""
    text = text[:200].strip()
    for _ in range(4):
        found = canonical(text)
        if found is not None:
            return found
        shorter = _COMPANY.sub("", text)
        if shorter == text:
            return None
        text = shorter
    return None


@lru_cache(_REMEMBERED)
def leading_brand(text: str) -> tuple[str, str] | None:
    """The brand that a banner begins with and the rest of the banner; at most three words.

    >>> leading_brand("Axis P3343 Network Camera")
    ('Axis', 'P3343 Network Camera')
    """
    ends = [found.end() for found in _WORD.finditer(text[:120].lstrip())][:3]
    stripped = text[:1024].lstrip()
    for end in reversed(ends):
        if end < 2:
            continue
        found = canonical(stripped[:end])
        if found is not None:
            return found, stripped[end:].lstrip(" \t,;:/-_")
    return None


@lru_cache(_REMEMBERED)
def brand_in_model(model: str) -> str | None:
    """The brand with whose name a model number begins ("BCS-TIP3401IR-E-V")."""
    start = re.split(r"[- _]", model.strip()[:60], maxsplit=1)[0]
    return canonical(start) if len(start) > 2 else None


@lru_cache(_REMEMBERED)
def neutral(text: str) -> bool:
    """Whether a name field holds a word that names nobody."""
    return is_neutral(text)


@lru_cache(_REMEMBERED)
def maker_of(vendor: str, model: str | None) -> Built | None:
    """Who built it, by the maker graph, or because the brand builds its own."""
    edge = graph.maker_of(vendor, model)
    if edge is not None:
        return Built(edge.maker, 0.7, f"{edge.source} ({edge.source_date})")
    known = makers().get(vendor)
    if known is None or known.kind == "brand" or vendor in _brands_with_makers():
        return None
    return Built(vendor, 0.6, known.source)


@cache
def may_be_built_by(brand_name: str, maker: str) -> bool:
    """Whether the graph knows of goods under this badge that the maker built."""
    return any(e.brand == brand_name and e.maker == maker for e in graph.edges())


@cache
def builds_its_own(brand_name: str) -> bool:
    """Whether this is the name of a company that builds devices, not only a badge."""
    known = makers().get(brand_name)
    return known is not None and known.kind != "brand"


@cache
def has_no_badge(maker: str) -> bool:
    """Whether this company builds for others only, so that unbadged goods go by its name."""
    known = makers().get(maker)
    return known is not None and known.kind == "maker"


@cache
def makes_cameras(name: str) -> bool:
    """Whether this company or badge is known for surveillance equipment."""
    known = makers().get(name)
    return known is not None and known.camera


@cache
def related(one: str, other: str) -> bool:
    """Whether the graph connects two names: as badge and maker, or as two badges of one maker."""
    return bool(_makers_behind(one) & _makers_behind(other))


@cache
def _makers_behind(name: str) -> frozenset[str]:
    return frozenset({name, *(edge.maker for edge in graph.edges() if edge.brand == name)})


@lru_cache(_REMEMBERED)
def brand_of_model(maker: str, model: str) -> str | None:
    """The one brand whose model numbers look like this among those that `maker` builds for."""
    found = {
        edge.brand
        for edge in graph.edges()
        if edge.maker == maker
        and edge.confidence == "high"
        and edge.model_pattern
        and edge.covers(model)
    }
    return found.pop() if len(found) == 1 else None


def holder(address: str) -> Holder | None:
    """Who holds the prefix of a normalised MAC address; no prefix is longer than nine digits."""
    digits = address[:13].replace(":", "")
    return _holder(digits[:9] if digits[:6] in _divided() else digits[:6] + "000")


@cache
def _divided() -> frozenset[str]:
    """The prefixes of six digits that are given out in smaller parts."""
    return frozenset(p[:6].lower() for p in prefixes.prefixes() if len(p) > 6)


@lru_cache(_REMEMBERED)
def _holder(nine_digits: str) -> Holder | None:
    found = prefixes.lookup(nine_digits + "000")
    if found is None:
        return None
    name = found.maker_name
    if name in _PARTS:
        return None
    built = maker_of(name, None)
    return Holder(
        name,
        None if name in _platforms() else name,
        built.maker if built else None,
        found.is_camera_maker,
        found.prefix,
        f"prefix {found.prefix}, {found.registrant}: {found.source}, {found.date}",
    )


# Their prefixes name the maker of a network part, which says nothing about the device around it.
_PARTS: Final = frozenset(
    "Espressif;Realtek;Broadcom;Intel;Murata;AzureWave;Hon Hai;Foxconn;Liteon;Texas Instruments;"
    "GainSpan;Qualcomm;MediaTek;Ralink;Sercomm;Raspberry Pi;Microchip;Marvell;AMPAK;HiSilicon;"
    "Wistron;USI;Samsung Electro-Mechanics;Tuya".split(";")
)


@cache
def _platforms() -> frozenset[str]:
    """Makers that build for other badges: their prefixes are found under many brands."""
    return frozenset(edge.maker for edge in graph.edges())


@lru_cache(_REMEMBERED)
def makes_no_cameras(vendor: str) -> str | None:
    """The source that lists this vendor as one without cameras; None where it has some."""
    known = makers().get(vendor)
    return known.source if known is not None and not known.camera else None


@cache
def _brands_with_makers() -> frozenset[str]:
    return frozenset(edge.brand for edge in graph.edges())


REMEMBERING: Final = (
    brand,
    leading_brand,
    brand_in_model,
    neutral,
    maker_of,
    brand_of_model,
    _holder,
    makes_no_cameras,
)
