"""What devices write for yes and no; anything else is not said. Pure."""

from typing import Final

_YES: Final = frozenset({"true", "yes", "on", "1", "enable", "enabled", "support"})
# "flase" is what some Hikvision devices really write.
_NO: Final = frozenset({"false", "flase", "no", "off", "0", "disable", "disabled"})


def said(text: str | None) -> bool | None:
    """True, False or not said.

    >>> said("true"), said("flase"), said(""), said(None)
    (True, False, None, None)
    """
    word = (text or "").strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else None


def number(text: str | None) -> int | None:
    """A whole number as devices write one; None where it is none or beyond 64 bits.

    >>> number(" 16 "), number("-3"), number("many")
    (16, None, None)
    """
    word = (text or "").strip()
    if not (word.isascii() and word.isdecimal() and len(word) <= 19):
        return None
    value = int(word)
    return value if value < 1 << 63 else None
