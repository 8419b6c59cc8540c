"""Of which kind a picture or a recording is, by its first bytes.

Sources: ISO/IEC 14496-12 (ftyp), RFC 8794 (EBML), RFC 2083 (PNG), ITU-T T.81 (JPEG), ISO/IEC
13818-1 (pack header, sync byte), ITU-T H.264 and H.265 Annex B; FFmpeg libavformat/dhav.c (DHAV,
DAHUA), libavformat/hxvs.c (HXVS, HXVT); the 40 bytes of Hikvision's MEDIAINFO, which begin "IMKH",
as cameras print them in SDP; wasteofcash.com BC_fileformat.txt (the header "1001").
"""

import re
from typing import Final

HEAD_BYTES: Final = 1024  # enough to recognise every kind
_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot"})
_DHAV_TYPES: Final = b"\xf0\xf1\xfc\xfd"
_SIDE_LIMIT: Final = 16_384  # pixels
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"IMKH", "imkh"),
    (b"DAHUA", "dahua"),
    (b"HXVS", "hxvs"),
    (b"HXVT", "hxvs"),
    (b"\0\0\1\xba", "mpeg-ps"),
)
_NAL: Final = re.compile(rb"\x00?\x00\x00\x01(.)(.)", re.DOTALL)
_AVC_FIRST: Final = frozenset({6, 7, 9})  # SEI, SPS, delimiter: what a stream may begin with
_HEVC_FIRST: Final = frozenset({32, 33, 35, 39})  # VPS, SPS, delimiter, SEI


def recognise(head: bytes) -> str | None:
    """The kind of file that begins with `head`; None where it is no picture or recording."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX"):
        return "avi"
    if head[:4] == b"DHAV" and len(head) > 4 and head[4] in _DHAV_TYPES:
        return "dhav"
    if head[4:8] in _BOXES and _is_size(head[:4]):
        return "mp4"
    if _is_baichuan(head):
        return "baichuan"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpeg-ts"
    return _elementary(head)


def _is_size(raw: bytes) -> bool:
    size = int.from_bytes(raw)
    return size in (0, 1) or size >= 8


def _is_baichuan(head: bytes) -> bool:
    if not head.startswith(b"1001\x20\0\0\0") or len(head) < 32:
        return False
    width, height = (int.from_bytes(head[at : at + 4], "little") for at in (8, 12))
    return 0 < width <= _SIDE_LIMIT and 0 < height <= _SIDE_LIMIT


def _elementary(head: bytes) -> str | None:
    found = _NAL.match(head)
    if found is None:
        return None
    first, second = found[1][0], found[2][0]
    if first & 0x80:
        return None
    if first >> 1 in _HEVC_FIRST and second == 1:  # the second byte is layer 0, the lowest
        return "hevc"
    return "h264" if first & 0x1F in _AVC_FIRST else None
