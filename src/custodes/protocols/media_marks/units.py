"""Messages that encoders and cameras leave in the stream: user data with a UUID, unregistered.

Sources: ITU-T H.264 §D.1.7 and H.265 §D.2.7 (user_data_unregistered: payload type 5, size, 16
bytes of UUID, the user's bytes). A message is known by its place behind a NAL unit's head, or by a
UUID that is known, behind a size; so MP4's length prefixes and packet heads do not matter.
"""

import re
from typing import Final
from uuid import UUID

from custodes.protocols.media_marks.marks import Say

# x264 and x265: their own source (encoder/set.c, encoder/sei.h); VideoToolbox: as read by retina;
# Axis: AxisCommunications/signed-video-framework README; ONVIF: onvif/media-signing-framework
# README; MDPM (camcorders): ExifTool's tag tables, H264.
KNOWN: Final = {
    UUID(text).bytes: text
    for text in (
        "dc45e9bd-e6d9-48b7-962c-d820d923eeef",
        "2ca2de09-b517-47db-bb55-a4fe7fc2fc4e",
        "47564adc-5c4c-433f-94ef-c5113cd143a8",
        "5369676e-6564-2056-6964-656f2e2e2e30",
        "005bc93f-2d71-5e95-ada4-796f90877a6f",
        "17ee8c60-f84d-11d9-8cd6-0800200c9a66",
    )
}
_MESSAGE: Final = re.compile(
    rb"\x00\x00\x01(?:[\x06\x26\x46\x66]|[\x4e\x50]\x01)\x05\xff{0,8}[\x10-\xfe]", re.DOTALL
)
_ANY_KNOWN: Final = re.compile(b"|".join(re.escape(raw) for raw in KNOWN))
_WORDS: Final = re.compile(rb"[\x20-\x7e]{8,160}")
_OVERLAP: Final = 512  # bytes kept of the last piece: a message may lie across two
_MESSAGES_LIMIT: Final = 64


class Messages:
    """Looks for messages in a stream, piece by piece."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._tail = b""
        self._seen: set[bytes] = set()

    def feed(self, data: bytes) -> None:
        piece = self._tail + data
        if len(self._seen) < _MESSAGES_LIMIT:
            for found in _MESSAGE.finditer(piece):
                self._read(piece[found.end() : found.end() + 16 + 160])
            for found in _ANY_KNOWN.finditer(piece):
                if b"\x05" in piece[max(0, found.start() - 10) : found.start()]:
                    self._read(piece[found.start() : found.start() + 16 + 160])
        self._tail = piece[-_OVERLAP:]

    def _read(self, raw: bytes) -> None:
        # no start code inside: H.264 §7.4.1 puts 03 behind two zero bytes
        raw = raw.replace(b"\0\0\x03", b"\0\0")
        identity = raw[:16]
        if len(identity) < 16 or identity in self._seen or len(self._seen) >= _MESSAGES_LIMIT:
            return
        self._seen.add(identity)
        self._say("sei.uuid", str(UUID(bytes=identity)))
        found = _WORDS.match(raw, 16)
        if found is not None:
            self._say("sei.text", found[0])
