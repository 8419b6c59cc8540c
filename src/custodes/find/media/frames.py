"""Get frames of a recording from a child process, within time and memory."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from custodes.errors import InputError, Missing
from custodes.find.media.child import DEMUXERS, END_MAGIC, FRAME, FRAME_MAGIC
from custodes.find.media.limits import Limits

_PIECE = 1 << 20


class Frame(NamedTuple):
    """One picture: RGB rows, top to bottom, and its place in the recording."""

    width: int
    height: int
    seconds: float
    rgb: bytes


class Frames:
    """The frames of one file, as they are decoded; `stopped` says why there are no more."""

    def __init__(self, path: Path, kind: str, limits: Limits) -> None:
        if find_spec("av") is None:
            raise Missing(
                "PyAV is not installed, so nothing was decoded",
                hint="pip install 'custodes[media]'",
            )
        if kind not in DEMUXERS:
            raise InputError(f"there is no decoder here for {kind}")
        self._path = path
        self._kind = kind
        self._limits = limits
        self.count = 0
        self.codec: str | None = None
        self.stopped: str | None = None

    def __iter__(self) -> Iterator[Frame]:
        """Every frame that came in time; the child is gone when this ends."""
        with self._path.open("rb") as file, self._start(file) as child:
            assert child.stdout is not None
            try:
                yield from self._read(child.stdout)
            finally:
                child.kill()

    def _start(self, file: BinaryIO) -> "subprocess.Popen[bytes]":
        task = json.dumps({**asdict(self._limits), "kind": self._kind})
        return subprocess.Popen(  # noqa: S603 - our own module, no word of the file in it
            [sys.executable, "-I", "-m", "custodes.find.media.child", task],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            close_fds=True,
        )

    def _read(self, pipe: IO[bytes]) -> Iterator[Frame]:
        deadline = time.monotonic() + self._limits.decode_s
        most = 3 * self._limits.side_px**2
        while True:
            head = self._exactly(pipe, FRAME.size, deadline)
            if head is None:
                return
            magic, width, height, seconds, size = FRAME.unpack(head)
            if size > most or magic not in (FRAME_MAGIC, END_MAGIC):
                self.stopped = "the decoder broke its own form"
                return
            body = self._exactly(pipe, size, deadline)
            if body is None:
                return
            if magic == END_MAGIC:
                self._report(body)
                return
            if size != 3 * width * height or self.count >= self._limits.frames:
                self.stopped = "the decoder broke its own form"
                return
            self.count += 1
            yield Frame(width, height, seconds if seconds == seconds else 0.0, body)

    def _exactly(self, pipe: IO[bytes], size: int, deadline: float) -> bytes | None:
        """So many bytes; None where the time is over or the child went away."""
        parts: list[bytes] = []
        while size > 0:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([pipe], [], [], left_s)[0]:
                self.stopped = "time"
                return None
            part = os.read(pipe.fileno(), min(size, _PIECE))
            if not part:
                self.stopped = self.stopped or "the decoder gave up"
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _report(self, body: bytes) -> None:
        try:
            said = json.loads(body)
        except ValueError:
            self.stopped = "the decoder broke its own form"
            return
        if isinstance(said, dict):
            self.codec = str(said["codec"]) if "codec" in said else None
            self.stopped = str(said["stopped"]) if said.get("stopped") else None
