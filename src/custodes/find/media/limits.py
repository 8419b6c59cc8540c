"""How much of a picture or a recording is looked at, and for how long."""

from dataclasses import dataclass

from custodes.units import GIB, MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound of one study. Sizes in bytes, lengths in pixels, times in seconds."""

    frames: int = 6
    decode_s: float = 20.0
    read_s: float = 30.0  # reading text in all frames together
    side_px: int = 1280  # frames are made no larger
    pixels: int = 40_000_000  # of a frame before that; larger ones are not decoded
    memory_bytes: int = GIB
    packets: int = 3000
    read_bytes: int = 256 * MIB  # of the file, by the decoder
    marks_bytes: int = 64 * MIB  # of the file, for its marks
    digest_bytes: int = 4 * GIB  # a larger file goes without digest
    texts: int = 100


USUAL = Limits()
