"""Names in AVI files: the writing software, what hides in padding, the codec's four letters.

Source: Microsoft, "AVI RIFF File Reference" (LIST, strh, strf, INFO chunks, JUNK).
"""

import re
from typing import Final

from custodes.protocols.media_marks.marks import SMALL, Read, Say, Skip, Walk

_INFO: Final = {
    b"ISFT": "avi.software",
    b"ICMT": "avi.comment",
    b"IENG": "avi.engineer",
    b"ISRC": "avi.source",
    b"ICOP": "avi.copyright",
    b"strn": "avi.stream",
}
_ENTERED: Final = frozenset({b"hdrl", b"strl", b"INFO", b"odml"})
_WORDS: Final = re.compile(rb"[\x20-\x7e]{6,120}")


def walk(say: Say) -> Walk:
    """Every chunk one after the other; lists that hold names are entered."""
    yield Skip(12)
    while True:
        head = yield Read(8)
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        padded = size + size % 2
        if kind in (b"LIST", b"RIFF") and size >= 4:
            listed = yield Read(4)
            if listed not in _ENTERED and kind == b"LIST":
                yield Skip(padded - 4)
        elif kind in _INFO and size <= SMALL:
            say(_INFO[kind], (yield Read(padded))[:size])
        elif kind in (b"strh", b"strf", b"JUNK") and size <= SMALL:
            _read(kind, (yield Read(padded))[:size], say)
        else:
            yield Skip(padded)


def _read(kind: bytes, body: bytes, say: Say) -> None:
    if kind == b"strh" and body[:4] == b"vids":
        say("avi.fourcc", body[4:8])
    elif kind == b"strf" and len(body) >= 40:  # a BITMAPINFOHEADER: sound formats are shorter
        say("avi.fourcc", body[16:20])
    elif kind == b"JUNK":
        found = _WORDS.match(body.lstrip(b"\0"))
        if found is not None and not found[0].startswith(b"odml"):  # an index kept free
            say("avi.junk", found[0])
