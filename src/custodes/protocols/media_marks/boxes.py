"""Names in MP4 and QuickTime files: brand, handlers, compressor, writing tool.

Sources: ISO/IEC 14496-12 (boxes, hdlr, stsd, udta); Apple QuickTime File Format (©-items of user
data); ONVIF Export File Format Specification 21.06 (boxes suep, cstb). Children are read on behind
their parent's head, so depth costs nothing.
"""

from typing import Final

from custodes.protocols.media_marks.marks import SMALL, TO_THE_END, Read, Say, Skip, Walk, plain

_PARENTS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst"})
_NOTED: Final = frozenset({b"suep", b"cstb"})
_ITEMS: Final = {
    b"\xa9too": "mp4.tool",
    b"\xa9swr": "mp4.software",
    b"\xa9mak": "mp4.make",
    b"\xa9mod": "mp4.model",
    b"\xa9cmt": "mp4.comment",
    b"\xa9inf": "mp4.information",
    b"manu": "mp4.make",
    b"modl": "mp4.model",
}
_WANTED: Final = frozenset({b"ftyp", b"hdlr", b"stsd", b"meta", *_ITEMS})
_COMPRESSOR: Final = 50  # of a visual sample entry, ISO/IEC 14496-12 §12.1.3


def walk(say: Say) -> Walk:
    """Every box one after the other."""
    while True:
        head = yield Read(8)
        size, kind = int.from_bytes(head[:4]), head[4:]
        left = size - 8
        if size == 1:
            left = int.from_bytes((yield Read(8))) - 16
        elif size == 0:
            left = TO_THE_END
        if left < 0:
            return
        if kind in _NOTED:
            say("mp4.box", kind)
        if kind in _PARENTS:
            continue
        if kind in _WANTED and left <= SMALL:
            body = yield Read(left)
            _read(kind, body, say)
        else:
            yield Skip(left)


def _read(kind: bytes, body: bytes, say: Say) -> None:
    if kind == b"ftyp":
        say("mp4.brand", body[:4])
    elif kind == b"hdlr":
        name = body[24:]
        say("mp4.handler", name[1:] if name[:1] and name[0] == len(name) - 1 else name)
    elif kind == b"stsd":
        name = body[8 + _COMPRESSOR : 8 + _COMPRESSOR + 32]
        say("mp4.compressor", name[1 : 1 + name[0]] if name else b"")
    elif kind == b"meta":
        _meta(body, say)
    else:
        say(_ITEMS[kind], item(body))


def _meta(body: bytes, say: Say) -> None:
    """A `meta` box is small and is cut here: it has four bytes more in MP4 than in QuickTime."""
    at = 0 if body[4:8] == b"hdlr" else 4
    for _ in range(64):
        size, kind = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        if len(kind) < 4 or size < 8:
            return
        if kind == b"ilst":
            at += 8
            continue
        if kind in _ITEMS:
            say(_ITEMS[kind], item(body[at + 8 : at + size]))
        at += size


def item(body: bytes) -> str:
    """The text of a user data item, in iTunes' or QuickTime's or 3GPP's form."""
    if body[4:8] == b"data":
        return plain(body[16:])
    if len(body) > 4 and int.from_bytes(body[:2]) == len(body) - 4:
        return plain(body[4:])
    return plain(body[6:] if body[:4] == b"\0\0\0\0" else body)
