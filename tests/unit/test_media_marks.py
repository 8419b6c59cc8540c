"""Marks are found in bytes made here, however they are cut; what only looks alike is not."""

import re
from pathlib import Path

import pytest
from tests import media_samples as made

from custodes.find.identify.core import identify
from custodes.knowledge.fingerprints import load
from custodes.observation import observe
from custodes.protocols.media_marks import MediaMarks, recognise
from custodes.protocols.media_marks.marks import TEXT_LIMIT, plain
from custodes.protocols.media_marks.reader import MARKS_LIMIT

AXIS = "5369676e-6564-2056-6964-656f2e2e2e30"
ONVIF = "005bc93f-2d71-5e95-ada4-796f90877a6f"
X264 = "dc45e9bd-e6d9-48b7-962c-d820d923eeef"
JVC = b"JVC V1.0\0size = 123456\0width = 640\0height = 480\0type = VN-V686U\0reverse = 0"
MOBOTIX = b"SECTION FINGERPRINT\nVER=1.0\nPRD=MOBOTIX\nFRM=583466\nDAT=2011-04-11\n"


def marks(data: bytes, piece: int = 1 << 20) -> list[str]:
    reader = MediaMarks()
    found = []
    for at in range(0, len(data), piece):
        found += reader.feed(data[at : at + piece])
    return [mark.line for mark in found + reader.close()]


def user_data(body: bytes) -> bytes:
    return made.mp4(made.box(b"udta", body))


DAHUA = b"DAHUA".ljust(1024, b"\0") + made.dhav()
CLOSED = "dhav.frame: closed by its own length"

# a file, and a mark that it must show
SHOWN = {
    "mp4 brand": (made.mp4(brand=b"mp42"), "mp4.brand: mp42"),
    "mp4 handler": (made.mp4(), "mp4.handler: VideoHandler"),
    "mp4 tool": (user_data(made.tool(b"Lavf60.16.100")), "mp4.tool: Lavf60.16.100"),
    "mp4 compressor": (made.mp4(made.compressor(b"AVC Coding")), "mp4.compressor: AVC Coding"),
    "mp4 export": (user_data(made.box(b"suep", bytes(40))), "mp4.box: suep"),
    "mp4 make": (user_data(made.box(b"\xa9mak", b"\0\4\x15\xc7Axis")), "mp4.make: Axis"),
    "mkv app": (made.mkv(b"GStreamer Matroska muxer"), "mkv.writing-app: GStreamer Matroska muxer"),
    "avi software": (made.avi(software=b"Lavf59.27.100"), "avi.software: Lavf59.27.100"),
    "avi padding": (made.avi(junk=b"Recorder 7 build 12"), "avi.junk: Recorder 7 build 12"),
    "avi letters": (made.avi(fourcc=b"GMP4"), "avi.fourcc: GMP4"),
    "ps descriptor": (made.program_stream(*made.HIKVISION), "ps.descriptor: 40 HK"),
    "imkh": (made.imkh(*made.HIKVISION), "ps.descriptor: 41 HK"),
    "ts provider": (made.transport_stream(b"FFmpeg"), "ts.provider: FFmpeg"),
    "ts service": (made.transport_stream(b"x", b"Gate 2"), "ts.service: Gate 2"),
    "dhav": (made.dhav(), CLOSED),
    "dahua head": (DAHUA, CLOSED),
    "hxvs": (made.hxvs(), "hxvs.frame: HXVS with HXVF"),
    "baichuan": (made.baichuan(b"H265"), "baichuan.frame: 00dcH265"),
    "mxpeg": (made.jpeg(made.comment(b"MXF\0" + bytes(14))), "mxpeg: frame header"),
    "jpeg comment": (made.jpeg(made.comment(b"hello")), "jpeg.comment: hello"),
    "exif": (made.jpeg(made.exif({271: b"AXIS", 272: b"P1375"})), "exif.model: P1375"),
    "exif, big end first": (made.jpeg(made.exif({271: b"Hikvision"}, ">")), "exif.make: Hikvision"),
    "png text": (made.png((b"Software", b"Snap 1.0")), "png.text: Software = Snap 1.0"),
    "sei": (made.h264(made.message(X264, b"x264 - core 164")), "sei.text: x264 - core 164"),
    "sei in mp4": (made.mp4() + made.box(b"mdat", made.message(ONVIF)[3:]), f"sei.uuid: {ONVIF}"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("piece", [1 << 20, 97, 1024])
def test_a_mark_is_found_however_the_file_is_cut(name: str, piece: int) -> None:
    data, line = SHOWN[name]
    assert line in marks(data, piece)


# a file, the brand and the maker that are possible
POSSIBLE = {
    "dhav": (made.dhav(), "Dahua", "Dahua"),
    "dahua": (DAHUA, "Dahua", "Dahua"),
    "imkh": (made.imkh(), None, "Hikvision"),
    "hikvision's descriptors": (made.program_stream(*made.HIKVISION), "Hikvision", "Hikvision"),
    "hxvs": (made.hxvs(b"HXVT", b"HXAF"), None, None),
    "baichuan": (made.baichuan(), None, None),
    "mxpeg": (made.jpeg(made.comment(b"MXF\0" + bytes(14))), "Mobotix", "Mobotix"),
    "mobotix": (made.jpeg(made.comment(MOBOTIX)), "Mobotix", "Mobotix"),
    "iqeye": (made.jpeg(made.comment(b'{"IQimage":{"sequence":5}}')), "IQinVision", "IQinVision"),
    "jvc": (made.jpeg(made.comment(JVC)), "JVC", "JVC"),
    "geovision": (made.avi(fourcc=b"GMP4"), "GeoVision", "GeoVision"),
    "march networks": (made.avi(fourcc=b"MNM4"), "March Networks", "March Networks"),
    "pelco": (made.avi(fourcc=b"PLV1"), "Pelco", "Pelco"),
    "samsung shr": (made.avi(fourcc=b"SIPP"), "Hanwha", "Hanwha"),
    "signed video": (made.h264(made.message(AXIS)), "Axis", "Axis"),
    "onvif signed": (made.h264(made.message(ONVIF)), None, None),
    "onvif export": (made.mp4(made.box(b"cstb", bytes(12))), None, None),
}


def concluded(data: bytes):
    return identify([observe("media.mark", line) for line in marks(data)])


@pytest.mark.parametrize("name", POSSIBLE)
def test_a_file_of_this_form_is_surveillance_and_possibly_of_this_maker(name: str) -> None:
    data, brand, maker = POSSIBLE[name]
    found = concluded(data)
    assert (found.vendor, found.maker) == (brand, maker)
    assert found.is_surveillance is True
    assert 0 < found.confidence <= 0.6
    assert all(e.weight <= 0.6 and e.source for e in found.evidence)


def test_every_rule_for_marks_is_shown_by_a_file_made_here() -> None:
    lines = {line for data, *_ in POSSIBLE.values() for line in marks(data)}
    rules = [rule for rule in load() if "media.mark" in rule.fields]
    unshown = [rule.id for rule in rules if not any(rule.match(line) is not None for line in lines)]
    assert rules
    assert unshown == []


# files that look alike and say nothing of a maker
SILENT = {
    "a plain mp4": made.mp4(),
    "a plain avi": made.avi(),
    "a plain program stream": made.program_stream(),
    "a disc's descriptor": made.program_stream(made.descriptor(5, b"HDMV")),
    "another tag with those letters": made.program_stream(made.descriptor(0x42, b"HK\0\0")),
    "a plain transport stream": made.transport_stream(b"FFmpeg"),
    "a plain jpeg": made.jpeg(made.comment(b"holiday")),
    "a word in a comment": made.jpeg(made.comment(b"MXF")),
    "a title with a brand": user_data(made.box(b"\xa9cmt", b"\0\5\x15\xc7dahua")),
    "an unknown message": made.h264(made.message("00000000-0000-0000-0000-000000000001")),
    "x264": made.h264(made.message(X264, b"x264 - core 164")),
    "the letters in the picture": made.mp4() + made.box(b"mdat", b"IMKH DHAV HXVS" * 40),
    "a head without frames": made.hxvs(frame=b"ABCD"),
    "a wrong frame type": made.dhav(kind=0x11),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_file_that_only_looks_like_one_names_nobody(name: str) -> None:
    found = concluded(SILENT[name])
    assert (found.vendor, found.maker) == (None, None)


def test_a_frame_that_its_length_does_not_close_is_said_to_be_no_more_than_a_container() -> None:
    assert marks(made.dhav(closed=False)) == ["container: dhav"]


@pytest.mark.parametrize(
    "head",
    [b"", b"\0", b'{"field":"x","payload":"y"}' * 60, b"\x1f\x8b\x08\0" * 300, b"<?xml " * 200,
     b"GIF89a" + bytes(1100), b"DHAV\x11" + bytes(1100), b"RIFF\0\0\0\0WAVE" + bytes(1100),
     b"#EXTM3U\n#EXTINF:1,\nhttp://192.0.2.1/x.ts\n" * 40, b"1001" + bytes(1100)],
)  # fmt: skip
def test_what_is_no_picture_and_no_recording_is_not_recognised(head: bytes) -> None:
    assert recognise(head) is None
    assert marks(head) == []


def test_a_very_short_file_is_recognised_when_it_ends() -> None:
    assert marks(b"\x89PNG\r\n\x1a\n") == ["container: png"]


def test_the_number_and_the_length_of_marks_are_bounded() -> None:
    many = b"".join(made.comment(b"%d " % n + b"x" * 900) for n in range(MARKS_LIMIT + 50))
    found = marks(made.jpeg(many))
    assert len(found) == MARKS_LIMIT
    assert max(map(len, found)) <= TEXT_LIMIT + len("jpeg.comment: ")


def test_control_characters_never_reach_a_mark() -> None:
    assert plain(b"a\x1b[31mb\0\nc") == "a [31mb c"


def test_bytes_that_a_walk_does_not_want_may_be_passed_over() -> None:
    data = made.avi(software=b"Recorder 1")  # software stands before the pictures
    big = data + bytes(1 << 20)
    reader = MediaMarks()
    reader._searched = 1 << 40  # the search for messages is over
    found = reader.feed(big[:1500])
    at = 1500
    while at < len(big):
        jump = min(reader.unwanted_bytes, len(big) - at)
        reader.passed_over(jump)
        at += jump
        found += reader.feed(big[at : at + 100])
        at += 100
    assert "avi.software: Recorder 1" in [mark.line for mark in found]


def test_every_name_of_a_mark_is_documented() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs" / "reference" / "media-marks.md").read_text(encoding="utf-8")
    folder = root / "src" / "custodes" / "protocols" / "media_marks"
    source = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    prefixes = "mp4|mkv|avi|ps|ts|dhav|hxvs|baichuan|jpeg|png|exif|sei"
    names = set(re.findall(rf'"((?:{prefixes})\.[a-z-]+)"', source)) | {"container", "mxpeg"}
    assert len(names) > 30
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
