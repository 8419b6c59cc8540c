"""Hardware addresses, however they are written. Pure."""

import re

_PAIRS = re.compile(r"[0-9a-f]{2}(?:([:\-. ])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}")
_WRITTEN = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_NO_DIGIT = re.compile(r"[^0-9a-f]")
_SHORT_PAIRS = re.compile(r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}")
_QUADS = re.compile(r"[0-9a-f]{4}([.:\-])[0-9a-f]{4}\1[0-9a-f]{4}")
_SIXES = re.compile(r"[0-9a-f]{6}[-:]?[0-9a-f]{6}")


def normalise(text: str) -> str | None:
    """The address as `44:47:cc:aa:bb:cc`; None where the text is no hardware address.

    >>> normalise("4447.CCAA.BBCC"), normalise("0:c:29:1:2:3"), normalise("camera")
    ('44:47:cc:aa:bb:cc', '00:0c:29:01:02:03', None)
    """
    text = text.strip().lower().removeprefix("0x")
    if len(text) > 17:
        return None
    if _WRITTEN.fullmatch(text):
        return text
    if _SHORT_PAIRS.fullmatch(text):
        digits = "".join(part.zfill(2) for part in text.split(":"))
    elif _PAIRS.fullmatch(text) or _QUADS.fullmatch(text) or _SIXES.fullmatch(text):
        digits = _NO_DIGIT.sub("", text)
    else:
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def is_usable(mac: str) -> bool:
    """Whether a normalised address can tell one device from another.

    Not: multicast and broadcast addresses, all zeros, and the fillers that firmware ships with.
    """
    octets = mac.split(":")
    if len(octets) != 6 or normalise(mac) != mac:
        return False
    return not int(octets[0], 16) & 1 and len(set(octets)) > 1 and set(octets[3:]) != {"00"}


def is_local(mac: str) -> bool:
    """Whether a normalised address was made up locally, so that its prefix names no maker."""
    return normalise(mac) == mac and bool(int(mac[:2], 16) & 2)
