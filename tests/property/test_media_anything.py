"""Whatever a picture or a recording holds, its marks are few, short and clean, and soon found."""

import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests import media_samples as made

from custodes.find.identify.core import identify
from custodes.observation import observe
from custodes.protocols.media_marks import MediaMarks
from custodes.protocols.media_marks.marks import TEXT_LIMIT
from custodes.protocols.media_marks.reader import MARKS_LIMIT
from custodes.units import MIB

WHOLE = [
    made.mp4(made.box(b"udta", made.tool(b"Lavf60")), made.compressor(b"AVC")),
    made.mkv(b"writer"),
    made.avi(software=b"writer", junk=b"recorder 1"),
    made.imkh(*made.HIKVISION),
    made.transport_stream(b"FFmpeg"),
    made.dhav(),
    made.hxvs(),
    made.baichuan(),
    made.jpeg(made.comment(b"hello"), made.exif({271: b"AXIS", 272: b"P1375"})),
    made.png((b"Software", b"writer")),
    made.h264(made.message("5369676e-6564-2056-6964-656f2e2e2e30")),
]
STARTS = [data[:size] for data in WHOLE for size in (16, 64, 300)]
PIECES = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([*STARTS, b"\xff" * 40, b"\0" * 40, b"\0\0\1\xbc\xff\xff", b"\xff\xfe\0\2"]),
)


def marks(data: bytes, piece: int = 1 << 20) -> list[str]:
    reader = MediaMarks()
    found = []
    for at in range(0, len(data), piece):
        found += reader.feed(data[at : at + piece])
    found += reader.close()
    assert len(found) <= MARKS_LIMIT
    assert all(m.text.isprintable() and 0 < len(m.text) <= TEXT_LIMIT for m in found)
    return [mark.line for mark in found]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"", *STARTS]), st.lists(PIECES, max_size=20))
def test_any_bytes_give_few_clean_marks(start: bytes, rest: list[bytes]) -> None:
    marks(start + b"".join(rest) + bytes(1100))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(1, 5000))
def test_how_a_file_is_cut_does_not_matter(data: bytes, piece: int) -> None:
    assert sorted(marks(data, piece)) == sorted(marks(data))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 1200), st.binary(min_size=1, max_size=8))
def test_a_file_with_some_wrong_bytes_is_read_as_far_as_it_goes(
    data: bytes, at: int, wrong: bytes
) -> None:
    at = min(at, len(data))
    marks(data[:at] + wrong + data[at + len(wrong) :])
    marks(data[:at])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["media.mark", "media.exif", "media.text"]), st.text(max_size=300))
@example("media.text", "[" * 5000)
@example("media.text", '{"text":"DAHUA","score":1e400,"box":[0,0,1,1],"frame":[1,1]}')
@example("media.text", '{"text":"DAHUA","score":1,"box":[0,1e308,1e308,1e308],"frame":[1,9]}')
@example("media.exif", "exif.make: Dahua\n" * 4000)
def test_no_text_about_a_picture_is_ever_more_than_possible(field: str, text: str) -> None:
    found = identify([observe(field, text)])
    assert found.confidence <= 0.6
    assert all(e.weight <= 0.6 for e in found.evidence if e.conclusion != "is_surveillance")


# What would cost much if lengths and counts were believed.
HOSTILE = {
    "boxes without content": b"\0\0\0\x08moov" * (MIB // 8),
    "a box as large as they come": b"\0\0\0\1mdat" + b"\xff" * 8 + bytes(MIB),
    "boxes of no size": b"\0\0\0\x08free" + b"\0\0\0\0free" * 9000,
    "elements inside elements": made.mkv(b"x")[:60] + b"\x18\x53\x80\x67\x88" * 100_000,
    "elements of unknown size": made.mkv(b"x")[:60] + b"\x1f\x43\xb6\x75\xff" * 100_000,
    "segments without content": b"\xff\xd8" + b"\xff\xfe\0\2" * (MIB // 4),
    "markers without end": b"\xff\xd8" + b"\xff" * MIB,
    "an EXIF that points at itself": made.jpeg(made.exif({0x8769: b"\x08\0\0\0"})),
    "packets of no length": b"\0\0\1\xba\x44" + bytes(9) + b"\0\0\1\xbd\0\0" * (MIB // 6),
    "messages without end": b"\0\0\0\1\x67\x42" + b"\0\0\1\x06\x05\x20" * (MIB // 6),
    "size bytes without end": b"\0\0\0\1\x67\x42" + b"\0\0\1\x06\x05" + b"\xff" * MIB,
    "lists inside lists": made.avi()[:12] + b"LIST\4\0\0\0hdrl" * 80_000,
    "a head looked for": b"IMKH" + b"\0\0\1" * (MIB // 3),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_costs_little_time_and_memory(name: str) -> None:
    data = HOSTILE[name]
    started = time.process_time()
    marks(data, 65536)
    assert time.process_time() - started < 8.0
    tracemalloc.start()
    marks(data[: MIB // 4], 65536)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MIB
