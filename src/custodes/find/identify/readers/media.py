"""Read what pictures and recordings say: EXIF names, names in marks, texts in the picture. Pure.

A text in the picture is worth most where cameras write: small, near an edge, in the same place in
several frames. A word in the middle may be a shop's sign; it is told as hardly possible.
"""

import json
from typing import Final

import msgspec

from custodes.find.identify import names, printed
from custodes.find.identify.claims import Reading

_EXIF_SOURCE: Final = "CIPA DC-008 (Exif 2.32): Make is the manufacturer of the recording equipment"
_NAME_SOURCE: Final = "the name itself"
_EXIF: Final = 0.55
_NAMED: Final = 0.5
# Marks whose text a program or a device wrote about itself; titles and comments are people's.
_OWN_WORDS: Final = frozenset(
    "mp4.handler mp4.tool mp4.software mp4.make mp4.information mkv.muxing-app mkv.writing-app "
    "avi.software avi.engineer avi.source avi.copyright avi.junk ts.provider exif.software".split()
)
EDGE: Final = 0.16  # of the height, from above and below, where cameras write
SMALL: Final = 0.12  # of the height: what is larger stands in the scene
STEADY: Final = 0.6  # of the frames looked at
PERSISTENT: Final = 0.5
ONE_PICTURE: Final = 0.35
SCENE: Final = 0.15
_INEXACT: Final = 0.8
_EVERYDAY: Final = 0.7  # names that stand on other goods and on shops too


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A text in a picture, as `media.text` carries it. Boxes are x, y, width, height in pixels."""

    text: str
    score: float
    box: tuple[float, float, float, float]
    frame: tuple[int, int]  # width and height
    frame_s: float | None = None
    frames_seen: int = 1
    frames_looked_at: int = 1


_decode = msgspec.json.Decoder(Sighting, strict=False).decode


def mark(text: str) -> Reading:
    """A maker's name with which a program or a device describes itself."""
    reading = Reading("media-own-words", "media.mark", _NAME_SOURCE)
    name, _, said = text.partition(": ")
    if name in _OWN_WORDS:
        found = names.leading_brand(said)
        if found is not None and names.makes_cameras(found[0]):
            reading.say("vendor", found[0], _NAMED, text)
    return reading


def exif(text: str) -> Reading:
    """The maker and the model that a picture gives; whoever edits a picture can change both."""
    reading = Reading("media-exif", "media.exif", _EXIF_SOURCE)
    lines = dict(line.split(": ", 1) for line in text.splitlines()[:32] if ": " in line)
    make = lines.get("exif.make", "")
    brand = names.brand(make)
    if brand is not None:
        reading.say("vendor", brand, _EXIF, make)
        reading.say("model", lines.get("exif.model", "")[:80] or None, _EXIF)
    return reading


def seen_text(text: str) -> Reading:
    """A brand's name read in the picture."""
    reading = Reading("media-printed-name", "media.text", _NAME_SOURCE)
    try:
        sighting = _decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return reading
    named = printed.brand_on(sighting.text)
    if named is not None:
        weight = worth(sighting) * (1.0 if named.is_exact else _INEXACT)
        weight *= _EVERYDAY if named.is_everyday else 1.0
        reading.say("vendor", named.brand, round(weight, 2), _quoted(sighting))
    return reading


def worth(sighting: Sighting) -> float:
    """How far a name that stands there is believed to be the camera's own; 0.5 at most."""
    score = min(max(sighting.score, 0.0), 1.0)
    if not stands_where_cameras_write(sighting):
        return SCENE * score
    steady = sighting.frames_seen >= 2 and (
        sighting.frames_seen >= STEADY * sighting.frames_looked_at
    )
    if steady:
        return PERSISTENT * score
    return (ONE_PICTURE if sighting.frames_looked_at == 1 else SCENE) * score


def stands_where_cameras_write(sighting: Sighting) -> bool:
    """Small, and near the upper or the lower edge."""
    _, top, _, tall = sighting.box
    height = sighting.frame[1]
    if height <= 0 or not 0 < tall <= SMALL * height:
        return False
    return top <= EDGE * height or top + tall >= (1 - EDGE) * height


def _quoted(sighting: Sighting) -> str:
    where = ", ".join(f"{side:.0f}" for side in sighting.box)
    when = "" if sighting.frame_s is None else f" at {sighting.frame_s:.2f} s"
    return f"{json.dumps(sighting.text, ensure_ascii=False)} in box [{where}]{when}"
