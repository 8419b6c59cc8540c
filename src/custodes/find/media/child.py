"""Decode a few frames of the recording on standard input; runs as a process of its own.

    python -m custodes.find.media.child '{"kind": "mp4", …}' < FILE > frames

It is given an open file and no name. Before it reads a byte it gives up memory, time, and the
right to open anything at all: not one more file, not one socket. What it writes: for each frame a
head (FRAME) and RGB bytes; at the end a head with the size of a JSON report, and the report.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from pkgutil import walk_packages
from typing import Any, BinaryIO

FRAME = struct.Struct("<4sIIdI")  # magic, width, height, seconds, bytes that follow
FRAME_MAGIC, END_MAGIC = b"CFRM", b"CEND"
DEMUXERS = {
    "mp4": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "mpeg-ps": "mpeg",
    "imkh": "mpeg",
    "mpeg-ts": "mpegts",
    "h264": "h264",
    "hevc": "hevc",
    "dhav": "dhav",
    "dahua": "dhav",
    "jpeg": "jpeg_pipe",
    "png": "png_pipe",
}
CODECS = (
    "h264,hevc,mjpeg,png,apng,mpeg4,mpeg1video,mpeg2video,msmpeg4v1,msmpeg4v2,msmpeg4,h263,vp8,vp9,"
    "libdav1d,av1,mxpeg"
)
PICTURES = frozenset({"jpeg", "png"})
_NOTHING = "none-at-all"  # a protocol that does not exist: the decoder opens no address


class Bounded:
    """Standard input as a file, readable up to so many bytes in all."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self.left = size

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size if size >= 0 else self.left, self.left))
        self.left -= len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def main() -> None:
    """Read the task, lock the door, decode."""
    av = loaded()
    task = json.loads(sys.argv[1])
    stream = os.fdopen(0, "rb", buffering=1 << 16)
    out = os.fdopen(1, "wb")
    lock(task["memory_bytes"], int(task["decode_s"]) + 1)
    report: dict[str, Any] = {"frames": 0, "stopped": None}
    try:
        source = Bounded(stream, task["read_bytes"])
        for width, height, seconds, pixels in frames(av, source, task, report):
            out.write(FRAME.pack(FRAME_MAGIC, width, height, seconds, len(pixels)) + pixels)
            out.flush()
            report["frames"] += 1
        if not report["frames"]:
            report["stopped"] = "no frame could be decoded"
    except MemoryError:
        report["stopped"] = "memory"
    except (av.error.FFmpegError, OSError, ValueError, ArithmeticError, LookupError) as error:
        report["stopped"] = f"not decodable: {type(error).__name__}"
    body = json.dumps(report).encode()
    out.write(FRAME.pack(END_MAGIC, 0, 0, 0.0, len(body)) + body)
    out.flush()
    os._exit(0)  # nothing is left to be said, and a decoder's clean-up may hang


def loaded() -> Any:
    """PyAV with everything that it would load when it first meets a stream: later is too late."""
    import av

    for module in walk_packages(av.__path__, "av."):
        if module.name.rpartition(".")[2] not in ("__main__", "datasets"):
            import_module(module.name)
    return av


def lock(memory_bytes: int, cpu_s: int) -> None:
    """Give up what decoding does not need, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # open files stay; none can be added


def frames(
    av: Any, source: Bounded, task: dict[str, Any], report: dict[str, Any]
) -> Iterator[tuple[int, int, float, bytes]]:
    """Frames spread over the recording: width, height, seconds, RGB."""
    options = {"protocol_whitelist": _NOTHING, "codec_whitelist": CODECS}
    demuxer = DEMUXERS[task["kind"]]
    with av.open(source, format=demuxer, container_options=options, **forgiving(av)) as c:
        video = c.streams.video[0]
        context = video.codec_context
        context.thread_count = 1
        context.options = {"max_pixels": str(task["pixels"])}
        report["codec"] = str(context.name)[:40]
        pick = one if task["kind"] in PICTURES else spread
        for frame in pick(av, c, video, task):
            width, height = fitted(frame.width, frame.height, task["side_px"])
            small = frame.reformat(width=width, height=height, format="rgb24")
            plane = small.planes[0]
            yield (
                width,
                height,
                float(frame.time or 0.0),
                packed(bytes(plane), plane.line_size, 3 * width, height),
            )


def forgiving(av: Any) -> dict[str, str]:
    """Names in the file that are no UTF-8 stop nothing; PyAV 19 does so by itself."""
    major = str(av.__version__).partition(".")[0]
    return {"metadata_errors": "ignore"} if major.isdigit() and int(major) < 19 else {}


def one(av: Any, container: Any, video: Any, task: dict[str, Any]) -> Iterator[Any]:
    """The one frame of a picture."""
    return islice(decoded(av, container, video, task["packets"]), 1)


def spread(av: Any, container: Any, video: Any, task: dict[str, Any]) -> Iterator[Any]:
    """Frames at even distances where the recording tells its length, else every twelfth."""
    wanted = task["frames"]
    length_s = float(container.duration or 0) / 1_000_000
    if not 0 < length_s < 10 * 365 * 86400:
        yield from islice(decoded(av, container, video, task["packets"]), 0, 12 * wanted, 12)
        return
    start_s = float(container.start_time or 0) / 1_000_000
    found = 0
    for n in range(wanted):
        due_s = start_s + length_s * (n + 0.5) / wanted
        container.seek(int(due_s * 1_000_000))
        frame = next_at(decoded(av, container, video, task["packets"] // wanted), due_s)
        if frame is not None:
            found += 1
            yield frame
    if not found:  # no key picture behind any of these places
        container.seek(0)
        yield from islice(decoded(av, container, video, task["packets"]), 0, 12 * wanted, 12)


def next_at(pictures: Iterator[Any], due_s: float) -> Any:
    """The first frame that is due, else the last that came, else None."""
    last = None
    for last in pictures:
        if last.time is None or last.time >= due_s:
            break
    return last


def decoded(av: Any, container: Any, video: Any, packets: int) -> Iterator[Any]:
    """Frames as they come; a packet that cannot be decoded is left out."""
    for packet in islice(container.demux(video), packets):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def fitted(width: int, height: int, side_px: int) -> tuple[int, int]:
    """The size of a frame no side of which is longer than `side_px`."""
    longest = max(width, height, 1)
    if longest <= side_px:
        return width, height
    return max(1, width * side_px // longest), max(1, height * side_px // longest)


def packed(data: bytes, stride: int, row: int, height: int) -> bytes:
    """Rows without the padding behind each."""
    if stride == row:
        return data[: row * height]
    return b"".join(data[y * stride : y * stride + row] for y in range(height))


if __name__ == "__main__":
    main()
