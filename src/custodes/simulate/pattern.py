"""The picture that every simulated camera shows: a bar that walks over a shaded field. Pure.

Encoded once, when the first stream is asked for, and shared by all devices.
"""

from dataclasses import dataclass
from functools import cache

from custodes.protocols.h264 import MACROBLOCK, Encoder, Picture

WIDTH, HEIGHT = 128, 96
FRAMES_PER_SECOND = 10
FRAMES = 40  # one loop of four seconds; it begins with a key picture
BRIGHT, GREY = 235, 128


@dataclass(frozen=True, slots=True)
class Clip:
    """A loop of access units, each a tuple of NAL units."""

    parameter_sets: tuple[bytes, ...]
    frames: tuple[tuple[bytes, ...], ...]
    frames_per_second: int
    width: int
    height: int


@cache
def clip() -> Clip:
    """The test pattern, encoded."""
    encoder = Encoder(WIDTH, HEIGHT, key_every=FRAMES, frames_per_second=FRAMES_PER_SECOND)
    frames = tuple(tuple(encoder.encode(picture(n))) for n in range(FRAMES))
    return Clip(encoder.parameter_sets, frames, FRAMES_PER_SECOND, WIDTH, HEIGHT)


def picture(number: int) -> Picture:
    """The picture at a place in the loop: the bar moves half a macroblock at a time."""
    left = number * (MACROBLOCK // 2) % WIDTH
    row = number * 3 % (HEIGHT // MACROBLOCK)
    luma = bytearray(_field())
    for y in range(row * MACROBLOCK, (row + 1) * MACROBLOCK):
        for x in range(left, left + MACROBLOCK):
            luma[y * WIDTH + x % WIDTH] = BRIGHT
    colour = bytes([GREY]) * (WIDTH * HEIGHT // 4)
    return Picture(WIDTH, HEIGHT, bytes(luma), colour, colour)


@cache
def _field() -> bytes:
    return bytes(32 + x + y // 2 for y in range(HEIGHT) for x in range(WIDTH))
