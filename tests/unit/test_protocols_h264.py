"""The tiny encoder: what a real decoder shows is what was put in, sample for sample."""

import re

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.protocols import h264


def picture(width: int, height: int, shade: int) -> h264.Picture:
    luma = bytes(
        (16 + (x * 3 + y * 5 + shade * 7) % 220) for y in range(height) for x in range(width)
    )
    colour = width * height // 4
    return h264.Picture(
        width, height, luma, bytes([90 + shade % 60]) * colour, bytes([150 - shade % 60]) * colour
    )


def with_square(base: h264.Picture, left: int) -> h264.Picture:
    """The same picture with one bright macroblock somewhere."""
    luma = bytearray(base.luma)
    for row in range(16):
        luma[row * base.width + left : row * base.width + left + 16] = bytes([235]) * 16
    return h264.Picture(base.width, base.height, bytes(luma), base.blue, base.red)


def decode(stream: bytes) -> list[h264.Picture]:
    codec = av.CodecContext.create("h264", "r")
    frames = []
    for packet in [*codec.parse(stream), *codec.parse(b"")]:
        frames += codec.decode(packet)
    frames += codec.decode(None)
    return [_planes(frame) for frame in frames]


def _planes(frame: av.VideoFrame) -> h264.Picture:
    planes = []
    for number, plane in enumerate(frame.planes):
        width = frame.width if number == 0 else frame.width // 2
        data, stride = bytes(plane), plane.line_size
        planes.append(b"".join(data[y * stride :][:width] for y in range(plane.height)))
    return h264.Picture(frame.width, frame.height, *planes)


def encode(pictures: list[h264.Picture], key_every: int) -> list[list[bytes]]:
    first = pictures[0]
    encoder = h264.Encoder(first.width, first.height, key_every=key_every, frames_per_second=10)
    return [encoder.encode(p) for p in pictures]


@pytest.mark.parametrize(("width", "height"), [(16, 16), (64, 48), (128, 96)])
def test_a_decoder_shows_every_picture_exactly(width: int, height: int) -> None:
    sent = [picture(width, height, n) for n in range(6)]
    got = decode(h264.annex_b(u for units in encode(sent, 3) for u in units))
    assert got == sent


def test_a_picture_in_which_little_moves_costs_little() -> None:
    base = picture(128, 96, 0)
    sent = [with_square(base, 16 * (n % 8)) for n in range(20)]
    units = encode(sent, 40)
    assert decode(h264.annex_b(u for group in units for u in group)) == sent
    assert len(units[0][-1]) > 48 * 384
    assert all(len(group) == 1 and len(group[0]) < 900 for group in units[1:])


def test_a_picture_that_does_not_change_is_a_few_bytes() -> None:
    units = encode([picture(64, 48, 1)] * 2, 40)
    assert len(units[1][0]) < 12
    assert len(decode(h264.annex_b(u for group in units for u in group))) == 2


def test_numbers_of_pictures_wrap_without_a_fault() -> None:
    base = picture(32, 32, 0)
    sent = [with_square(base, 16 * (n % 2)) for n in range(50)]
    assert decode(h264.annex_b(u for group in encode(sent, 40) for u in group)) == sent


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=384, max_size=384))
def test_any_samples_survive(samples: bytes) -> None:
    sent = h264.Picture(16, 16, samples[:256], samples[256:320], samples[320:])
    assert decode(h264.annex_b(encode([sent, sent], 1)[0])) == [sent]


@given(st.binary(max_size=300) | st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4])).map(bytes))
def test_no_start_code_can_occur_inside_a_unit(payload: bytes) -> None:
    unit = h264.nal(h264.SLICE, payload)
    assert not re.search(rb"\x00\x00[\x00-\x02]", unit)
    assert h264.unescape(unit) == payload


@given(st.lists(st.integers(0, 70_000)))
def test_exponential_numbers_read_back(numbers: list[int]) -> None:
    bits = h264.Bits()
    for number in numbers:
        bits.unsigned(number)
    text = "".join(f"{byte:08b}" for byte in bits.end())
    got, at = [], 0
    for _ in numbers:
        zeros = text.index("1", at) - at
        got.append(int(text[at + zeros : at + 2 * zeros + 1], 2) - 1)
        at += 2 * zeros + 1
    assert got == numbers


def test_the_sdp_line_carries_profile_and_parameter_sets() -> None:
    encoder = h264.Encoder(128, 96, key_every=10, frames_per_second=10)
    line = h264.fmtp(encoder.parameter_sets)
    assert line.startswith(
        "packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHt"
    )


@pytest.mark.parametrize(("width", "height"), [(0, 16), (17, 16), (16, 8)])
def test_a_size_that_cannot_be_encoded_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="multiples of 16"):
        h264.Picture(width, height, b"", b"", b"")


def test_planes_of_the_wrong_size_are_refused() -> None:
    with pytest.raises(ValueError, match="planes"):
        h264.Picture(16, 16, b"", b"", b"")


def test_a_stream_keeps_its_size() -> None:
    encoder = h264.Encoder(32, 32, key_every=10, frames_per_second=10)
    with pytest.raises(ValueError, match="same size"):
        encoder.encode(picture(16, 16, 0))
