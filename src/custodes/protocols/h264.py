"""A tiny H.264 encoder: pictures in, NAL units out, exact to the last sample. No sockets here.

Constrained baseline, CAVLC (ITU-T H.264 08/2021). Every macroblock is either sent as it is (I_PCM,
§7.3.5) or not at all (P_Skip: the same as in the picture before), so there is no transform, no
prediction and no loss. Good for test patterns, where little moves; useless for film.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MACROBLOCK = 16
PROFILE, CONSTRAINTS, LEVEL = 66, 0xC0, 30  # baseline, also constrained baseline, level 3
SLICE, IDR_SLICE, SPS, PPS = 0x61, 0x65, 0x67, 0x68  # nal_ref_idc 3, nal_unit_type 1, 5, 7, 8
P_SLICE, I_SLICE = 5, 7  # slice_type: all slices of the picture are of this kind
I_PCM_IN_I, I_PCM_IN_P = 25, 30  # mb_type
FRAME_NUM_BITS = 4
START_CODE = b"\x00\x00\x00\x01"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in 4:2:0: luma, then two planes of colour at half the width and height."""

    width: int
    height: int
    luma: bytes
    blue: bytes
    red: bytes

    def __post_init__(self) -> None:
        colour = self.width * self.height // 4
        if self.width % MACROBLOCK or self.height % MACROBLOCK or not self.width * self.height:
            raise ValueError("width and height must be multiples of 16")
        if (len(self.luma), len(self.blue), len(self.red)) != (4 * colour, colour, colour):
            raise ValueError("the planes do not have the size of the picture")

    def macroblocks(self) -> list[bytes]:
        """The 384 samples of each macroblock, row by row: 256 luma, 64 blue, 64 red."""
        return [
            _cut(self.luma, self.width, x, y, MACROBLOCK)
            + _cut(self.blue, self.width // 2, x // 2, y // 2, MACROBLOCK // 2)
            + _cut(self.red, self.width // 2, x // 2, y // 2, MACROBLOCK // 2)
            for y in range(0, self.height, MACROBLOCK)
            for x in range(0, self.width, MACROBLOCK)
        ]


def _cut(plane: bytes, stride: int, x: int, y: int, side: int) -> bytes:
    return b"".join(plane[(y + row) * stride + x :][:side] for row in range(side))


class Bits:
    """A row of bits that is written from the left (§7.2, §9.1)."""

    def __init__(self) -> None:
        self._done = bytearray()
        self._open = 0
        self._count = 0

    def put(self, value: int, width: int) -> None:
        """Write an unsigned number of `width` bits: u(n)."""
        self._open = self._open << width | value
        self._count += width
        whole = self._count // 8
        if whole:
            self._count -= 8 * whole
            self._done += (self._open >> self._count).to_bytes(whole)
            self._open &= (1 << self._count) - 1

    def unsigned(self, value: int) -> None:
        """Write an Exp-Golomb number: ue(v)."""
        self.put(value + 1, 2 * (value + 1).bit_length() - 1)

    def signed(self, value: int) -> None:
        """Write a signed Exp-Golomb number: se(v)."""
        self.unsigned(2 * value - 1 if value > 0 else -2 * value)

    def raw(self, data: bytes) -> None:
        """Align with zero bits, then write whole bytes (§7.3.5, pcm_alignment_zero_bit)."""
        if self._count:
            self.put(0, 8 - self._count)
        self._done += data

    def end(self) -> bytes:
        """Write the stop bit, align, and return the bytes (§7.3.2.11)."""
        self.put(1, 1)
        self.raw(b"")
        return bytes(self._done)


def nal(header: int, payload: bytes) -> bytes:
    """A NAL unit: no start code can occur inside it (§7.4.1, emulation prevention)."""
    return bytes([header]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", payload)


def unescape(unit: bytes) -> bytes:
    """The payload of a NAL unit without emulation prevention and without its header."""
    return re.sub(rb"\x00\x00\x03", b"\x00\x00", unit[1:])


def sequence_parameters(width: int, height: int, frames_per_second: int) -> bytes:
    """The SPS (§7.3.2.1.1): size, order of pictures, and how many there are in a second (E.1.1)."""
    bits = Bits()
    for byte in (PROFILE, CONSTRAINTS, LEVEL):
        bits.put(byte, 8)
    bits.unsigned(0)  # seq_parameter_set_id
    bits.unsigned(FRAME_NUM_BITS - 4)
    bits.unsigned(2)  # pic_order_cnt_type: shown in the order in which they are sent
    bits.unsigned(1)  # max_num_ref_frames
    bits.put(0, 1)
    bits.unsigned(width // MACROBLOCK - 1)
    bits.unsigned(height // MACROBLOCK - 1)
    bits.put(0b110, 3)  # frames only; direct_8x8_inference; no cropping
    bits.put(1, 1)  # vui_parameters_present_flag
    bits.put(0b00001, 5)  # no aspect ratio, overscan, video signal, chroma place; timing follows
    bits.put(1, 32)
    bits.put(2 * frames_per_second, 32)
    bits.put(1, 1)  # fixed_frame_rate_flag
    bits.put(0b0000, 4)  # no HRD parameters, no picture structure, no bitstream restriction
    return nal(SPS, bits.end())


def picture_parameters() -> bytes:
    """The PPS (§7.3.2.2): CAVLC, and slices say themselves that nothing is smoothed."""
    bits = Bits()
    bits.unsigned(0)
    bits.unsigned(0)
    bits.put(0b00, 2)  # CAVLC; no order of fields
    bits.unsigned(0)  # one slice group
    bits.unsigned(0)
    bits.unsigned(0)
    bits.put(0, 3)  # no weighted prediction
    bits.signed(0)
    bits.signed(0)
    bits.signed(0)
    bits.put(0b100, 3)  # deblocking_filter_control_present_flag
    return nal(PPS, bits.end())


class Encoder:
    """Encode pictures one after another; each result is one access unit, as NAL units.

    An access unit that others can start with (every `key_every` pictures) brings its parameter
    sets along.
    """

    def __init__(self, width: int, height: int, *, key_every: int, frames_per_second: int) -> None:
        self.parameter_sets = (
            sequence_parameters(width, height, frames_per_second),
            picture_parameters(),
        )
        self._size = (width, height)
        self._key_every = key_every
        self._number = 0
        self._before: list[bytes] = []

    def encode(self, picture: Picture) -> list[bytes]:
        """The NAL units of one picture.

        Raises:
            ValueError: the picture has another size than the stream.
        """
        if (picture.width, picture.height) != self._size:
            raise ValueError("every picture of a stream has the same size")
        blocks = picture.macroblocks()
        position = self._number % self._key_every
        if position == 0:
            identity = self._number // self._key_every % 2
            units = [*self.parameter_sets, nal(IDR_SLICE, _whole(blocks, identity))]
        else:
            units = [nal(SLICE, _changes(blocks, self._before, position))]
        self._before = blocks
        self._number += 1
        return units


def _header(kind: int, frame_number: int) -> Bits:
    """The part of a slice header that both kinds share (§7.3.3)."""
    bits = Bits()
    bits.unsigned(0)  # first_mb_in_slice
    bits.unsigned(kind)
    bits.unsigned(0)  # pic_parameter_set_id
    bits.put(frame_number % (1 << FRAME_NUM_BITS), FRAME_NUM_BITS)
    return bits


def _end_of_header(bits: Bits) -> None:
    bits.signed(0)  # slice_qp_delta
    bits.unsigned(1)  # disable_deblocking_filter_idc


def _whole(blocks: Sequence[bytes], identity: int) -> bytes:
    bits = _header(I_SLICE, 0)
    bits.unsigned(identity)  # idr_pic_id
    bits.put(0b00, 2)  # dec_ref_pic_marking: shown, not long-term
    _end_of_header(bits)
    for block in blocks:
        bits.unsigned(I_PCM_IN_I)
        bits.raw(block)
    return bits.end()


def _changes(blocks: Sequence[bytes], before: Sequence[bytes], frame_number: int) -> bytes:
    bits = _header(P_SLICE, frame_number)
    bits.put(0b00, 2)  # the number and the order of reference pictures are as usual
    bits.put(0, 1)  # dec_ref_pic_marking: sliding window
    _end_of_header(bits)
    skipped = 0
    for block, old in zip(blocks, before, strict=True):
        if block == old:
            skipped += 1
            continue
        bits.unsigned(skipped)  # mb_skip_run
        bits.unsigned(I_PCM_IN_P)
        bits.raw(block)
        skipped = 0
    if skipped:
        bits.unsigned(skipped)
    return bits.end()


def annex_b(units: Iterable[bytes]) -> bytes:
    """NAL units as a byte stream with start codes (Annex B)."""
    return b"".join(START_CODE + unit for unit in units)


def fmtp(parameter_sets: Sequence[bytes]) -> str:
    """What an SDP says about the stream (RFC 6184 §8.1)."""
    level = parameter_sets[0][1:4].hex().upper()
    sets = ",".join(base64.b64encode(unit).decode() for unit in parameter_sets)
    return f"packetization-mode=1;profile-level-id={level};sprop-parameter-sets={sets}"
