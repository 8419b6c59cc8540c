"""Names in JPEG and PNG pictures: comments, EXIF, text chunks.

Sources: ITU-T T.81 (§B.1.1.4 marker segments); CIPA DC-008 / Exif 2.32 (§4.6 tags); TIFF 6.0
(image file directories); PNG specification (tEXt, iTXt, eXIf); FFmpeg libavformat/mxgdec.c (the
comment "MXF" in front of each picture of an MxPEG clip).
"""

from collections.abc import Iterator
from typing import Final

from custodes.protocols.media_marks.marks import SMALL, Read, Say, Skip, Walk, plain

_SOI, _EOI, _SOS, _COM, _APP1 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE1
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a segment
_EXIF: Final = b"Exif\0\0"
_TAGS: Final = {
    0x010E: "exif.description",
    0x010F: "exif.make",
    0x0110: "exif.model",
    0x0131: "exif.software",
    0x9286: "exif.comment",
    0x9C9C: "exif.comment",
}
_XP_COMMENT, _USER_COMMENT = 0x9C9C, 0x9286
_EXIF_DIRECTORY: Final = 0x8769
_ENTRIES_LIMIT: Final = 200
_PNG_TEXTS: Final = (b"tEXt", b"iTXt", b"eXIf")


def jpeg(say: Say) -> Walk:
    """The segments of a JPEG picture, up to the picture itself."""
    yield Skip(2)
    while True:
        marker = yield Read(1)
        while marker == b"\xff":
            marker = yield Read(1)
        kind = marker[0]
        if kind in (_SOS, _EOI, 0):
            return
        if kind in _ALONE:
            continue
        size = int.from_bytes((yield Read(2))) - 2
        if size < 0:
            return
        if kind in (_COM, _APP1):
            _segment(kind, (yield Read(size)), say)
        else:
            yield Skip(size)


def _segment(kind: int, body: bytes, say: Say) -> None:
    if kind == _COM and body.startswith(b"MXF\0"):
        say("mxpeg", "frame header")
    elif kind == _COM:
        say("jpeg.comment", body)
    elif body.startswith(_EXIF):
        for name, text in exif(body[len(_EXIF) :]):
            say(name, text)


def png(say: Say) -> Walk:
    """The chunks of a PNG picture; compressed text is not unpacked."""
    yield Skip(8)
    while True:
        head = yield Read(8)
        size, kind = int.from_bytes(head[:4]), head[4:]
        if kind == b"IEND":
            return
        if kind in _PNG_TEXTS and size <= SMALL:
            _chunk(kind, (yield Read(size + 4))[:size], say)
        else:
            yield Skip(size + 4)


def _chunk(kind: bytes, body: bytes, say: Say) -> None:
    if kind == b"eXIf":
        for name, text in exif(body):
            say(name, text)
        return
    key, _, value = body.partition(b"\0")
    if kind == b"iTXt":
        if value[:1] != b"\0":
            return  # compressed
        value = value[2:].split(b"\0", 2)[-1]
    say("png.text", f"{plain(key)} = {plain(value)}")


def exif(raw: bytes) -> Iterator[tuple[str, str]]:
    """The texts of an EXIF block that name a device or a program."""
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(raw[:4])
    if order is None:
        return
    start = _int(raw[4:8], order)
    inner = 0
    for tag, value in _directory(raw, start, order):
        if tag == _EXIF_DIRECTORY:
            inner = _int(value[:4], order)
        elif tag in _TAGS:
            yield _TAGS[tag], _text(tag, value)
    for tag, value in _directory(raw, inner, order) if inner else ():
        if tag in _TAGS:
            yield _TAGS[tag], _text(tag, value)


def _int(raw: bytes, order: str) -> int:
    return int.from_bytes(raw, "little" if order == "little" else "big")


def _directory(raw: bytes, at: int, order: str) -> Iterator[tuple[int, bytes]]:
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}
    for n in range(min(_int(raw[at : at + 2], order), _ENTRIES_LIMIT)):
        entry = raw[at + 2 + 12 * n : at + 14 + 12 * n]
        if len(entry) < 12:
            return
        size = _int(entry[4:8], order) * sizes.get(_int(entry[2:4], order), 0)
        where = _int(entry[8:12], order)
        value = entry[8 : 8 + size] if size <= 4 else raw[where : where + min(size, SMALL)]
        yield _int(entry[:2], order), value


def _text(tag: int, value: bytes) -> str:
    if tag == _XP_COMMENT:
        return plain(value[:4096].decode("utf-16-le", "replace"))
    return plain(value[8:] if tag == _USER_COMMENT else value)
