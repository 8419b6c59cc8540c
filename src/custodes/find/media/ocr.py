"""Read text in a frame with RapidOCR, whose wheel carries its models. Nothing is fetched."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from custodes.errors import Missing
from custodes.find.media.frames import Frame

_MODELS = 3  # detection, direction, recognition: files that the wheel brings
_LEAST_SCORE = 0.5


class Line(NamedTuple):
    """A line of text in one frame; box as x, y, width, height in pixels."""

    text: str
    score: float
    box: tuple[float, float, float, float]


class Reader:
    """Reads the text of frames, one after the other, on one core.

    Raises:
        Missing: RapidOCR, its runtime or its models are not installed.
    """

    def __init__(self) -> None:
        place = find_spec("rapidocr")
        if place is None or place.origin is None or find_spec("onnxruntime") is None:
            raise Missing(
                "RapidOCR is not installed, so no text was read",
                hint="pip install 'custodes[media,ocr]'",
            )
        models = Path(place.origin).with_name("models")
        if len(list(models.glob("*.onnx"))) < _MODELS:  # else it would fetch them
            raise Missing(
                "RapidOCR has come without its models, so no text was read",
                hint="Install the wheel of rapidocr 3.10 or newer.",
            )
        self._read = _engine(models)

    def lines(self, frame: Frame) -> list[Line]:
        """The lines of text in one frame, in the order in which they are found."""
        import numpy

        shape = (frame.height, frame.width, 3)
        rgb = numpy.frombuffer(frame.rgb, dtype=numpy.uint8).reshape(shape)
        found = self._read(rgb[:, :, ::-1].copy(), use_cls=False)
        if found.txts is None or found.boxes is None or found.scores is None:
            return []
        return [
            Line(str(text), round(float(score), 3), _box(corners.tolist()))
            for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
            if score >= _LEAST_SCORE
        ]


@cache
def _engine(models: Path) -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.model_root_dir": str(models),
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _box(corners: list[list[float]]) -> tuple[float, float, float, float]:
    across = [corner[0] for corner in corners]
    down = [corner[1] for corner in corners]
    left, top = min(across), min(down)
    sides = (left, top, max(across) - left, max(down) - top)
    return tuple(round(side, 1) for side in sides)  # type: ignore[return-value]
