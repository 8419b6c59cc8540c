"""Write a part of a frame as PNG: RGB, eight bits, no interlace. Pure.

Source: PNG specification (IHDR, IDAT, IEND; filter 0 in front of each row).
"""

import struct
import zlib

from custodes.find.media.frames import Frame

MARGIN = 0.25  # of the box's height, around it


def crop(frame: Frame, box: tuple[float, float, float, float]) -> Frame:
    """The part of a frame that a box and a little around it covers; at least one pixel."""
    around = MARGIN * box[3]
    left = min(max(int(box[0] - around), 0), frame.width - 1)
    top = min(max(int(box[1] - around), 0), frame.height - 1)
    right = min(max(int(box[0] + box[2] + around), left + 1), frame.width)
    bottom = min(max(int(box[1] + box[3] + around), top + 1), frame.height)
    rows = (
        frame.rgb[3 * (y * frame.width + left) : 3 * (y * frame.width + right)]
        for y in range(top, bottom)
    )
    return Frame(right - left, bottom - top, frame.seconds, b"".join(rows))


def write(frame: Frame) -> bytes:
    """The frame as a PNG file."""
    row = 3 * frame.width
    raw = b"".join(b"\0" + frame.rgb[y * row : (y + 1) * row] for y in range(frame.height))
    head = struct.pack(">IIBBBBB", frame.width, frame.height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
