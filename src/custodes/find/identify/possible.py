"""How far a picture or a recording may be believed: it says "possible", never "certain". Pure.

A file tells who wrote it and what stood in front of a lens; neither is the device. So whatever is
read from one, by any rule or reader, weighs at most so much, and all of it is one voice.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from custodes.find.identify.claims import Claim

LIMIT: Final = 0.6
TEXT_LIMIT: Final = 0.5  # what is only written in the picture


def is_media(field: str) -> bool:
    """Whether an observation was made on a picture or a recording."""
    return field.startswith("media.")


def limit_of(field: str) -> float:
    """The most that a claim from this field may weigh.

    >>> limit_of("media.text"), limit_of("media.mark"), limit_of("http.title")
    (0.5, 0.6, 1.0)
    """
    if not is_media(field):
        return 1.0
    return TEXT_LIMIT if field == "media.text" else LIMIT


def held(field: str, claims: Sequence[Claim]) -> list[Claim]:
    """The claims read from an observation of this field, none above its limit."""
    most = limit_of(field)
    return [replace(c, weight=most) if c.weight > most else c for c in claims]


def following(weight: float, claim: Claim) -> float:
    """How far a conclusion from `claim` may be believed: from a picture, no further than it."""
    return min(weight, claim.weight) if is_media(claim.field) else weight
