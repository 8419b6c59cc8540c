"""What one reading says about one conclusion, and how far such a reading is believed. Pure.

The order of belief, strongest first: what the device declares about itself in a protocol made for
that; what only one maker's protocol does; banners and realms; what a page looks like; the holder
of an address prefix; what a person wrote in a list.
"""

from typing import Final

import msgspec

DECLARED: Final = 1.0  # the device says who it is, in a protocol made for saying so
PROTOCOL: Final = 0.9  # only this maker's protocol or data format has this
BANNER: Final = 0.75
MODEL: Final = 0.65  # follows from the form of a model or serial number
LOOKS: Final = 0.6
PREFIX: Final = 0.35
WRITTEN: Final = 0.25  # a person wrote it in a list

# Claims that are no conclusions themselves: the label names nobody; the brand that only follows
# from platform or prefix.
NEUTRAL: Final = "brand.neutral"
DEFAULT: Final = "vendor.default"


class Claim(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """One reading for one conclusion, word for word; positions fixed because speed asks for it."""

    conclusion: str
    value: str | bool
    weight: float
    fingerprint: str
    field: str
    matched: str
    source: str


MATCHED_LIMIT: Final = 200


def around(text: str, at: int) -> str:
    """What stands around a place of a long text, word for word, cut at ends of lines if it can."""
    start = max(0, at - MATCHED_LIMIT // 4)
    line = text.rfind("\n", start, at)
    start = line + 1 if line >= 0 else start
    return text[start : start + MATCHED_LIMIT].strip()


def span(text: str, first: str, last: str) -> str:
    """The text from one word to behind another, where that is short; else what follows the first.

    >>> span("a <Model>P1</Model><Mac>2</Mac> b", "<Model>", "</Mac>")
    '<Model>P1</Model><Mac>2</Mac>'
    """
    start = text.find(first)
    if start < 0:
        return text[:MATCHED_LIMIT].strip()
    end = text.find(last, start)
    if 0 <= end <= start + MATCHED_LIMIT - len(last):
        return text[start : end + len(last)]
    return text[start : start + MATCHED_LIMIT].strip()


class Reading:
    """Collects what one reader reads out of one observation; unknown values are left out."""

    __slots__ = ("claims", "field", "fingerprint", "source")

    def __init__(self, fingerprint: str, field: str, source: str) -> None:
        self.fingerprint = fingerprint
        self.field = field
        self.source = source
        self.claims: list[Claim] = []

    def say(
        self, conclusion: str, value: str | bool | None, weight: float, matched: str | None = None
    ) -> None:
        """Add a claim; None and empty text say nothing."""
        if value is None or value == "":
            return
        shown = matched if matched is not None else str(value)
        self.claims.append(
            Claim(
                conclusion,
                value,
                weight,
                self.fingerprint,
                self.field,
                shown[:MATCHED_LIMIT],
                self.source,
            )
        )
