"""Study one picture or recording: its marks, the texts in its frames, and what follows.

The file is opened by its path and nothing else; nothing is sent anywhere. What follows is a
possibility: `Study.identity` is never surer than custodes.find.identify.possible allows.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from custodes.errors import InputError, Missing
from custodes.find.identify import core
from custodes.find.identify.readers.media import Sighting
from custodes.find.media import ocr, png
from custodes.find.media.frames import Frame, Frames
from custodes.find.media.limits import USUAL, Limits
from custodes.find.media.texts import Sightings
from custodes.identity import Identity
from custodes.knowledge.media_software import programs_of
from custodes.observation import Observation, observe
from custodes.protocols.media_marks import Mark, MediaMarks, recognise
from custodes.units import MIB

_PIECE = MIB
_EXIF = "exif."
_HEAD = 1024


@dataclass(slots=True)
class Study:
    """What was found in one file. `missing` names what is not installed, with what to do."""

    name: str
    kind: str
    size_bytes: int
    sha256: str | None
    marks: list[Mark]
    texts: list[Sighting] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    codec: str | None = None
    stopped: str | None = None
    missing: list[Missing] = field(default_factory=list)

    @property
    def observations(self) -> list[Observation]:
        """Everything that was found, in the shape in which everything that is learnt passes."""
        where = {"source": self.name}
        found = [
            observe("media.mark", mark.line, **where)
            for mark in self.marks
            if not mark.name.startswith(_EXIF)
        ]
        exif = "\n".join(m.line for m in self.marks if m.name.startswith(_EXIF))
        if exif:
            found.append(observe("media.exif", exif, **where))
        texts = (msgspec.json.encode(text).decode() for text in self.texts)
        return [*found, *(observe("media.text", text, **where) for text in texts)]

    @property
    def identity(self) -> Identity:
        """What is possible of whatever made the file."""
        return core.identify(self.observations)

    @property
    def software(self) -> list[dict[str, str]]:
        """The programs that the file went through; no evidence for who built a camera."""
        named = programs_of(mark.line for mark in self.marks)
        return [
            {"name": p.name, "kind": p.kind, "mark": line, "source": p.source} for p, line in named
        ]


def is_media(path: Path) -> bool:
    """Whether the file begins like a picture or a recording; False where it cannot be read.

    A pipe is not looked into: what is read from it once is gone.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return recognise(file.read(_HEAD)) is not None
    except OSError:
        return False


def study(path: Path, limits: Limits = USUAL, *, marks_only: bool = False) -> Study:
    """Study a file.

    Raises:
        InputError: it cannot be read, or is no picture or recording.
    """
    try:
        with path.open("rb") as file:
            kind, marks = marks_of(file, limits)
            size = file.seek(0, 2)
            file.seek(0)
            digest = _digest(file) if size <= limits.digest_bytes else None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", file=str(path)) from error
    if kind is None:
        raise InputError(f"{path} is no picture and no recording that we know", file=str(path))
    found = Study(path.name, kind, size, digest, marks)
    if not marks_only:
        _look(path, found, limits)
    return found


def marks_of(file: BinaryIO, limits: Limits) -> tuple[str | None, list[Mark]]:
    """The kind of an open file and its marks; what a walk does not want is not read."""
    reader = MediaMarks()
    found: list[Mark] = []
    left = limits.marks_bytes
    while left > 0 and (data := file.read(min(_PIECE, left))):
        left -= len(data)
        found += reader.feed(data)
        unwanted = reader.unwanted_bytes
        if unwanted:
            start = file.tell()
            end = file.seek(0, 2)
            if unwanted >= end - start:
                break
            file.seek(start + unwanted)
            reader.passed_over(unwanted)
    found += reader.close()
    return reader.kind, found


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while data := file.read(_PIECE):
        digest.update(data)
    return digest.hexdigest()


def _look(path: Path, found: Study, limits: Limits) -> None:
    """Read the text of some frames, as far as what is installed and the time allow."""
    try:
        source = Frames(path, found.kind, limits)
    except Missing as error:
        found.missing.append(error)
        return
    except InputError as error:
        found.stopped = str(error)
        return
    try:
        reader = ocr.Reader()
    except Missing as error:
        found.missing.append(error)
        return
    _read(source, reader, found, limits)


def _read(source: Frames, reader: ocr.Reader, found: Study, limits: Limits) -> None:
    sightings = Sightings(limits.texts)
    found.frames = list(source)
    found.codec, found.stopped = source.codec, source.stopped
    deadline = time.monotonic() + limits.read_s
    for frame in found.frames:
        if time.monotonic() > deadline:
            found.stopped = found.stopped or "time, while reading text"
            break
        sightings.add(frame, reader.lines(frame))
    found.texts = sightings.all()


def crops(frames: Iterable[Frame], texts: Sequence[Sighting]) -> list[tuple[Sighting, bytes]]:
    """For each text the part of its frame where it stands, as a PNG file."""
    by_time = {round(frame.seconds, 3): frame for frame in frames}
    return [
        (text, png.write(png.crop(by_time[text.frame_s], text.box)))
        for text in texts
        if text.frame_s in by_time
    ]
