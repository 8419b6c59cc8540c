"""Bytes from a file, unpacked and decoded as they are read, within limits.

A stream here is anything with `read(size)`. Each layer holds at most a few chunks, so that memory
does not grow with the file.
"""

import codecs
import zlib

from custodes.errors import InputError
from custodes.find.read.lines import CHUNK, Readable
from custodes.units import GIB, KIB, MIB, human_size

GZIP_MAGIC = b"\x1f\x8b"
# A packed file may be far larger unpacked (a Shodan export: 5 to 15 times), so size alone is no
# sign of a bomb. What is: a ratio that no scan data reaches, or output that never says anything.
RATIO_LIMIT = 200
RATIO_FROM = 64 * MIB  # a ratio says little about a small output
USELESS_LIMIT = GIB  # unpacked bytes in a row without one observation
PACKED_CHUNK = 64 * KIB


class Counted:
    """A stream that knows how many bytes were taken from it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.position = 0

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self.position += len(data)
        return data


class Gunzip:
    """Unpack gzip, one member after another; says what is wrong with a cut or damaged file."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(wbits=31)
        self._packed = b""
        self._taken = self._given = self._useful_at = 0
        self._more = False  # zlib may hold output for which there was no room
        self._failure: InputError | None = None

    def useful(self) -> None:
        """Note that what was unpacked so far made sense."""
        self._useful_at = self._given

    def read(self, size: int = CHUNK, /) -> bytes:
        """Up to `size` unpacked bytes; none at the end.

        Raises:
            InputError: the file is cut short or damaged, or unpacks like a bomb.
        """
        while self._failure is None:
            if not self._packed and not self._more and not self._fill():
                return b""
            if data := self._unpack(max(size, 1)):
                self._given += len(data)
                self._judge()
                return data
        raise self._failure

    def _fill(self) -> bool:
        """Take the next packed bytes; False at a proper end."""
        self._packed = self._stream.read(PACKED_CHUNK)
        self._taken += len(self._packed)
        if self._packed or (self._inflate.eof and self._taken):
            return bool(self._packed)
        raise InputError(f"the gzip stream is cut short after {self._taken} packed bytes")

    def _unpack(self, size: int) -> bytes:
        if self._inflate.eof:
            self._packed = self._packed.lstrip(b"\0")  # padding between and after members is usual
            self._more = False
            if not self._packed:
                return b""
            self._inflate = zlib.decompressobj(wbits=31)
        before = self._inflate.copy()
        try:
            data = self._inflate.decompress(self._packed, size)
        except zlib.error as error:
            return self._salvage(before, error)
        rest = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        self._packed, self._more = rest, len(data) == size
        return data

    def _salvage(self, inflate: "zlib._Decompress", error: zlib.error) -> bytes:
        """Unpack what stands before the damage; the next read raises."""
        at = self._taken - len(self._packed)
        self._failure = InputError(f"the gzip stream is damaged near packed byte {at}: {error}")
        out = bytearray()
        try:
            for byte in range(len(self._packed)):
                out += inflate.decompress(self._packed[byte : byte + 1])
        except zlib.error:
            pass
        if not out:
            raise self._failure from error
        return bytes(out)

    def _judge(self) -> None:
        ratio = self._given // max(self._taken, 1)
        if self._given > RATIO_FROM and ratio > RATIO_LIMIT:
            what = f"{human_size(self._given)} came out of {human_size(self._taken)}"
        elif self._given - self._useful_at > USELESS_LIMIT:
            what = f"{human_size(USELESS_LIMIT)} in a row held nothing that could be read"
        else:
            return
        raise InputError(
            f"this looks like a decompression bomb: {what}",
            hint="If the file is sound, unpack it yourself and import the unpacked file.",
        )


class Decoded:
    """UTF-16 text as UTF-8; what a Windows shell writes when output is redirected to a file."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-16")("replace").decode
        self._ended = False

    def read(self, size: int, /) -> bytes:
        while not self._ended:
            data = self._stream.read(size)
            self._ended = not data
            if text := self._decode(data, final=self._ended):
                return text.encode("utf-8", "replace")
        return b""


class Rewound:
    """A stream whose first bytes were looked at and are given again."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        if not self._head:
            return self._stream.read(size)
        data, self._head = self._head[:size], self._head[size:]
        return data
