"""Names in Matroska and WebM files: muxing and writing application, track names, tags.

Source: RFC 9559 (element ids), RFC 8794 (variable-size integers). Master elements are entered by
reading on behind their head.
"""

from collections.abc import Generator
from typing import Final

from custodes.protocols.media_marks.marks import SMALL, Read, Say, Skip, Walk

_MASTERS: Final = frozenset(
    {0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1254C367, 0x7373, 0x67C8}
)
_TEXTS: Final = {
    0x4282: "mkv.doctype",
    0x4D80: "mkv.muxing-app",
    0x5741: "mkv.writing-app",
    0x536E: "mkv.track",
    0x4487: "mkv.tag",
}
_CLUSTER: Final = 0x1F43B675


def walk(say: Say) -> Walk:
    """Every element one after the other."""
    while True:
        element = yield from _number(keep_marker=True)
        size = yield from _number(keep_marker=False)
        if element is None or size is None:
            return
        if element in _MASTERS:
            continue
        if size < 0:  # unknown size: only a cluster may have one here, its children follow
            if element != _CLUSTER:
                return
            continue
        if element in _TEXTS and size <= SMALL:
            say(_TEXTS[element], (yield Read(size)))
        else:
            yield Skip(size)


def _number(*, keep_marker: bool) -> Generator[Read | Skip, bytes, int | None]:
    """A variable-size integer; -1 for an unknown size, None where it is none."""
    first = (yield Read(1))[0]
    length = 9 - first.bit_length()
    if length > (4 if keep_marker else 8):
        return None
    rest = (yield Read(length - 1)) if length > 1 else b""
    value = int.from_bytes(bytes([first]) + rest)
    if keep_marker:
        return value
    bits = 7 * length
    value &= (1 << bits) - 1
    return -1 if value == (1 << bits) - 1 else value
