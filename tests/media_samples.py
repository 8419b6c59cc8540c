"""Small pictures and recordings made here, byte by byte or by PyAV and Pillow; nobody's footage."""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def handler(name: bytes) -> bytes:
    return box(b"hdlr", bytes(8) + b"vide" + bytes(12) + name + b"\0")


def tool(name: bytes) -> bytes:
    data = box(b"data", struct.pack(">II", 1, 0) + name)
    ilst = box(b"ilst", box(b"\xa9too", data))
    return box(b"meta", bytes(4) + handler(b"") + ilst)


def compressor(name: bytes) -> bytes:
    entry = bytes(42) + bytes([len(name)]) + name.ljust(31, b"\0") + bytes(4)
    return box(b"stsd", struct.pack(">II", 0, 1) + box(b"avc1", entry))


def mp4(*extra: bytes, brand: bytes = b"isom") -> bytes:
    track = box(b"trak", box(b"mdia", handler(b"VideoHandler")))
    moov = box(b"moov", box(b"mvhd", bytes(100)) + track + b"".join(extra))
    return box(b"ftyp", brand + bytes(4)) + box(b"mdat", bytes(3000)) + moov


def element(identity: int, body: bytes) -> bytes:
    raw = identity.to_bytes((identity.bit_length() + 7) // 8)
    return raw + (0x10000000 | len(body)).to_bytes(4) + body


def mkv(app: bytes) -> bytes:
    info = element(0x1549A966, element(0x4D80, b"libmatroska") + element(0x5741, app))
    head = element(0x1A45DFA3, element(0x4282, b"matroska"))
    return head + element(0x18538067, info + element(0x1F43B675, bytes(2000)))


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def avi(*, fourcc: bytes = b"H264", software: bytes = b"", junk: bytes = b"") -> bytes:
    header = b"vids" + fourcc + bytes(48)
    picture = struct.pack("<IiiHH", 40, 64, 64, 1, 24) + fourcc + bytes(20)
    strl = chunk(b"LIST", b"strl" + chunk(b"strh", header) + chunk(b"strf", picture))
    parts = chunk(b"LIST", b"hdrl" + chunk(b"avih", bytes(56)) + strl)
    if software:
        parts += chunk(b"LIST", b"INFO" + chunk(b"ISFT", software))
    if junk:
        parts += chunk(b"JUNK", junk)
    parts += chunk(b"LIST", b"movi" + chunk(b"00dc", bytes(2000)))
    return b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"AVI " + parts


def descriptor(tag: int, body: bytes) -> bytes:
    return bytes([tag, len(body)]) + body


def program_stream(*descriptors: bytes) -> bytes:
    info = b"".join(descriptors)
    pack = b"\0\0\1\xba\x44\x73\x26\xb8\x34\x01\0\0\x03\xfe" + b"\xff\xff\0\0\0\1"
    body = b"\xe0\xff" + struct.pack(">H", len(info)) + info + bytes(2) + bytes(4)
    video = b"\0\0\1\xe0" + struct.pack(">H", 1200) + bytes(1200)
    return pack + b"\0\0\1\xbc" + struct.pack(">H", len(body)) + body + video


HIKVISION = (
    descriptor(0x40, b"HK\0\1" + bytes(10)),
    descriptor(0x41, b"HK\0\0" + bytes(14)),
)


def imkh(*descriptors: bytes) -> bytes:
    return b"IMKH\1\2\0\0\4\0\0\1".ljust(40, b"\0") + program_stream(*descriptors)


def transport_stream(provider: bytes, service: bytes = b"Camera") -> bytes:
    body = bytes([1, len(provider)]) + provider + bytes([len(service)]) + service
    loop = descriptor(0x48, body)
    entry = struct.pack(">HBH", 1, 0, len(loop)) + loop
    section = b"\x42" + struct.pack(">H", 0xF000 | 8 + len(entry) + 4) + bytes(8) + entry + bytes(4)
    packet = b"\x47\x40\x11\x10\0" + section
    return packet.ljust(188, b"\xff") + (b"\x47\x1f\xff\x10".ljust(188, b"\xff")) * 12


def dhav(kind: int = 0xFD, frames: int = 3, *, closed: bool = True) -> bytes:
    body = bytes(300)
    size = 24 + len(body) + 8
    frame = b"DHAV" + bytes([kind, 0, 0, 0]) + struct.pack("<III", 1, size, 0) + bytes(4) + body
    end = b"dhav" + struct.pack("<I", size if closed else size + 1)
    return (frame + end) * frames


def hxvs(head: bytes = b"HXVS", frame: bytes = b"HXVF") -> bytes:
    return (
        head
        + struct.pack("<III", 1280, 720, 0)
        + (frame + struct.pack("<III", 700, 1, 1) + bytes(700)) * 2
    )


def baichuan(codec: bytes = b"H264") -> bytes:
    head = b"1001" + struct.pack("<III", 32, 1280, 720) + bytes(16)
    return head + bytes(40) + b"00dc" + codec + bytes(1200)


def segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xda\0\2" + bytes(1200) + b"\xff\xd9"


def comment(text: bytes) -> bytes:
    return segment(0xFE, text)


def exif(tags: dict[int, bytes], order: str = "<") -> bytes:
    """An APP1 segment with text tags in the first directory."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    at = 8 + 2 + 12 * len(tags) + 4
    entries, texts = b"", b""
    for tag, text in sorted(tags.items()):
        raw = text + b"\0"
        place = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(order + "I", at + len(texts))
        texts += raw if len(raw) > 4 else b""
        entries += struct.pack(order + "HHI", tag, 2, len(raw)) + place
    tiff = mark + struct.pack(order + "IH", 8, len(tags)) + entries + bytes(4) + texts
    return segment(0xE1, b"Exif\0\0" + tiff)


def png(*texts: tuple[bytes, bytes]) -> bytes:
    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    inside = b"".join(part(b"tEXt", key + b"\0" + text) for key, text in texts)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", bytes(13)) + inside + part(b"IEND", b"") + bytes(1100)
    )


def message(identity: str, text: bytes = b"") -> bytes:
    """An H.264 SEI unit with unregistered user data."""
    body = UUID(identity).bytes + text
    size = b"\xff" * (len(body) // 255) + bytes([len(body) % 255])
    return b"\0\0\0\1\x06\x05" + size + body + b"\x80"


def h264(*units: bytes) -> bytes:
    return b"\0\0\0\1\x67\x42\0\x1e" + b"".join(units) + b"\0\0\0\1\x65" + b"\xb8" * 1500


WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def picture(width: int, height: int, words: Iterable[tuple[str, int, int, int]]) -> Any:
    """A dull scene with words as cameras write them: text, left, top, size in pixels."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (width, height), (92, 96, 90))
    draw = ImageDraw.Draw(image)
    for x in range(0, width, width // 8):  # edges of houses
        draw.rectangle((x, height // 3, x + width // 12, height * 3 // 4), fill=(60 + x % 80,) * 3)
    for text, left, top, size in words:
        font = ImageFont.load_default(size=size)
        draw.text((left, top), text, WHITE, font=font, stroke_width=1, stroke_fill=BLACK)
    return image


def clip(
    path: Path,
    images: list[Any],
    codec: str = "libx264",
    form: str | None = None,
    rate: int = 5,
) -> Path:
    """A recording of these pictures, a second each, one key picture a second."""
    import av

    video: Any = av.VideoFrame
    opened: Any = av.open(str(path), "w", format=form)
    with opened as out:
        stream = out.add_stream(codec, rate=rate, options={"g": str(rate)})
        stream.width, stream.height = images[0].size
        stream.pix_fmt = "yuv420p"
        for image in images:
            for _ in range(rate):
                frame = video.from_image(image).reformat(format="yuv420p")
                out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def as_png(image: Any) -> bytes:
    raw = BytesIO()
    image.save(raw, "PNG")
    return raw.getvalue()
