"""Containers of makers' own: how their frames are laid out, and that a file keeps to it.

Sources: FFmpeg libavformat/dhav.c (head of 24 bytes, length with trailer "dhav"; a file may begin
with 1,024 bytes "DAHUA"); libavformat/hxvs.c (16 bytes "HXVS" or "HXVT", then "HXVF" and "HXAF"
with length); wasteofcash.com BC_fileformat.txt (a head "1001" of 32 bytes, then "00dcH264").
"""

from typing import Final

from custodes.protocols.media_marks import mpeg
from custodes.protocols.media_marks.marks import SMALL, Read, Say, Skip, Walk

_FRAMES: Final = 64  # looked at before a file is believed
_DAHUA_HEAD: Final = 0x400
_IMKH_HEAD: Final = 40


def dahua(say: Say) -> Walk:
    """A file head of 1,024 bytes, then frames."""
    yield Skip(_DAHUA_HEAD)
    yield from dhav(say)


def dhav(say: Say) -> Walk:
    """Dahua's frames: each ends with "dhav" and its own length."""
    for _ in range(_FRAMES):
        head = yield Read(16)
        size = int.from_bytes(head[12:16], "little")
        if head[:4] != b"DHAV" or size < 32:
            return
        yield Skip(size - 24)
        tail = yield Read(8)
        if tail == b"dhav" + size.to_bytes(4, "little"):
            say("dhav.frame", "closed by its own length")


def imkh(say: Say) -> Walk:
    """Hikvision's head of 40 bytes, then a program stream."""
    yield Skip(_IMKH_HEAD)
    yield from mpeg.program(say)


def hxvs(say: Say) -> Walk:
    """A head of 16 bytes with the size of the picture, then frames with their length."""
    head = yield Read(16)
    for _ in range(_FRAMES):
        frame = yield Read(16)
        if frame[:4] not in (b"HXVF", b"HXAF"):
            return
        say("hxvs.frame", f"{head[:4].decode('latin-1')} with {frame[:4].decode('latin-1')}")
        yield Skip(int.from_bytes(frame[4:8], "little"))


def baichuan(say: Say) -> Walk:
    """A head of 32 bytes; the first picture's head may follow behind the rest of another one."""
    yield Skip(32)
    seen = yield Read(8)
    for _ in range(SMALL):
        if seen in (b"00dcH264", b"00dcH265"):
            say("baichuan.frame", seen)
            return
        seen = seen[1:] + (yield Read(1))
