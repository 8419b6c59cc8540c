"""Lines of text in several frames become sightings: where each stood, and in how many. Pure."""

from collections.abc import Sequence

from msgspec.structs import replace

from custodes.find.identify.printed import skeleton
from custodes.find.identify.readers.media import Sighting
from custodes.find.media.frames import Frame
from custodes.find.media.ocr import Line

NEAR = 0.04  # of the frame's width and height: a text that moved less stands still
TEXT_LIMIT = 200  # characters


class Sightings:
    """Collects the lines of frame after frame; the best reading of each text is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: list[Sighting] = []
        self._last: list[int] = []  # the frame in which each was seen last
        self.frames = 0

    def add(self, frame: Frame, lines: Sequence[Line]) -> None:
        """Take the lines of one frame."""
        self.frames += 1
        for line in lines:
            if line.text.strip():
                self._add(frame, line)

    def all(self) -> list[Sighting]:
        """Every text, with the number of frames that were looked at."""
        return [replace(known, frames_looked_at=self.frames) for known in self._held]

    def _add(self, frame: Frame, line: Line) -> None:
        found = _sighting(frame, line)
        for n, known in enumerate(self._held):
            if not _same(known, found):
                continue
            seen = known.frames_seen + (self._last[n] != self.frames)
            better = found if found.score > known.score else known
            self._held[n] = replace(better, frames_seen=seen)
            self._last[n] = self.frames
            return
        if len(self._held) < self._most:
            self._held.append(found)
            self._last.append(self.frames)


def _same(known: Sighting, found: Sighting) -> bool:
    """The same words, but for letters that look alike, in the same place."""
    width, height = found.frame
    return (
        abs(known.box[0] - found.box[0]) <= NEAR * width
        and abs(known.box[1] - found.box[1]) <= NEAR * height
        and skeleton(known.text) == skeleton(found.text)
    )


def _sighting(frame: Frame, line: Line) -> Sighting:
    return Sighting(
        text=line.text.strip()[:TEXT_LIMIT],
        score=line.score,
        box=line.box,
        frame=(frame.width, frame.height),
        frame_s=round(frame.seconds, 3),
    )
