"""Read the marks of one file: recognised by its first bytes, walked by its kind.

The first 8 MiB of a recording are searched for messages of encoders too. Limits: 200 marks, 300
characters each; a walk ends where the file contradicts its own lengths.
"""

from collections.abc import Callable, Mapping
from typing import Final

from custodes.protocols.media_marks import boxes, makers, matroska, mpeg, pictures, riff
from custodes.protocols.media_marks.kinds import HEAD_BYTES, recognise
from custodes.protocols.media_marks.marks import (
    TO_THE_END,
    Driver,
    Mark,
    Say,
    Skip,
    Walk,
    plain,
)
from custodes.protocols.media_marks.units import Messages
from custodes.units import MIB

MARKS_LIMIT: Final = 200
SEARCHED_BYTES: Final = 8 * MIB
PICTURES: Final = frozenset({"jpeg", "png"})


def _stream(_: Say) -> Walk:
    """A bare stream has no structure of its own: its messages say all there is."""
    yield Skip(TO_THE_END)


WALKS: Final[Mapping[str, Callable[[Say], Walk]]] = {
    "mp4": boxes.walk,
    "matroska": matroska.walk,
    "avi": riff.walk,
    "mpeg-ps": mpeg.program,
    "mpeg-ts": mpeg.transport,
    "h264": _stream,
    "hevc": _stream,
    "jpeg": pictures.jpeg,
    "png": pictures.png,
    "dhav": makers.dhav,
    "dahua": makers.dahua,
    "imkh": makers.imkh,
    "hxvs": makers.hxvs,
    "baichuan": makers.baichuan,
}


class MediaMarks:
    """The marks of one picture or recording, as its bytes come.

    `kind` is None until the file is recognised, and stays so where it is none of ours.
    """

    def __init__(self) -> None:
        self.kind: str | None = None
        self._head: bytes | None = b""
        self._driver: Driver | None = None
        self._messages = Messages(self._say)
        self._searched = 0
        self._found: list[Mark] = []
        self._known: set[Mark] = set()

    def feed(self, data: bytes) -> list[Mark]:
        """The marks that `data` completes, each once."""
        if self._head is not None:
            self._head += data
            if len(self._head) < HEAD_BYTES:
                return []
            data = self._begin()
        self._go(data)
        return self._take()

    def close(self) -> list[Mark]:
        """The file ended: the marks of a very short one."""
        if self._head is not None:
            self._go(self._begin())
        return self._take()

    @property
    def unwanted_bytes(self) -> int:
        """How many of the next bytes need not be given to `feed`, but to `passed_over`."""
        if self._driver is None:
            return 0 if self._head is not None else TO_THE_END
        still = SEARCHED_BYTES - self._searched
        return 0 if still > 0 and self.kind not in PICTURES else self._driver.skip

    def passed_over(self, size: int) -> None:
        """Take note that so many unwanted bytes were left out."""
        if self._driver is not None:
            self._driver.jump(size)

    def _begin(self) -> bytes:
        head, self._head = self._head or b"", None
        self.kind = recognise(head)
        if self.kind is not None:
            self._say("container", self.kind)
            self._driver = Driver(WALKS[self.kind](self._say))
        return head

    def _go(self, data: bytes) -> None:
        if self._driver is None:
            return
        if self.kind not in PICTURES and self._searched < SEARCHED_BYTES:
            self._messages.feed(data[: SEARCHED_BYTES - self._searched])
            self._searched += len(data)
        self._driver.feed(data)

    def _say(self, name: str, raw: str | bytes) -> None:
        text = plain(raw)
        mark = Mark(name, text)
        if text and mark not in self._known and len(self._known) < MARKS_LIMIT:
            self._known.add(mark)
            self._found.append(mark)

    def _take(self) -> list[Mark]:
        found, self._found = self._found, []
        return found
