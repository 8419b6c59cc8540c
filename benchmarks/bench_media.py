"""How long `custodes identify` takes for a recording, and how well it reads names in the picture.

    python benchmarks/bench_media.py [--quick] [--shared DIR]

Recordings are made here: a street of 1280×720 with a clock and one brand's name where cameras write
it, in letters of three sizes, on a calm and on a noisy picture; then the same without the name, and
with it as a large sign in the middle. `recall` is the share of recordings whose brand was named;
`wrong` names another brand. Clips of ../shared/video (nobody's brand is written there) give false
findings. Marks alone are timed on a recording of 256 MiB. Times are wall-clock of one process on
one thread, with what RapidOCR takes to load told apart. Prints one JSON document. Fails only when
broken.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import media_samples as made  # noqa: E402

from custodes.find.media import ocr  # noqa: E402
from custodes.find.media.limits import USUAL  # noqa: E402
from custodes.find.media.study import study  # noqa: E402

WIDTH, HEIGHT = 1280, 720
SIZES_PX = {"tiny": 8, "small": 12, "usual": 24}
BRANDS = {
    "HIKVISION": "Hikvision",
    "dahua": "Dahua",
    "AXIS": "Axis",
    "uniview": "Uniview",
    "VIVOTEK": "Vivotek",
    "MOBOTIX": "Mobotix",
    "reolink": "Reolink",
    "Hanwha Vision": "Hanwha",
}


def _noisy(image: Any, rng: random.Random) -> Any:
    from PIL import Image

    grain = Image.effect_noise(image.size, 40 + 20 * rng.random()).convert("RGB")
    return Image.blend(image, grain, 0.25)


def _recording(
    folder: Path, rng: random.Random, words: list[tuple[str, int, int, int]], *, noisy: bool
) -> Path:
    images = []
    for second in range(3):
        clock = (f"2026-11-22 12:00:0{second}", WIDTH - 330, 16, 28)
        image = made.picture(WIDTH, HEIGHT, [clock, *words])
        images.append(_noisy(image, rng) if noisy else image)
    return made.clip(folder / f"{rng.getrandbits(48):x}.mp4", images)


def _read(path: Path) -> tuple[str | None, float, float]:
    started = time.perf_counter()
    found = study(path).identity
    return found.vendor, found.confidence, time.perf_counter() - started


def recall(folder: Path, brands: dict[str, str]) -> tuple[dict[str, Any], list[float]]:
    """For each size of letters: how many names were found, and how many became another's."""
    table: dict[str, Any] = {}
    took: list[float] = []
    for name, size in SIZES_PX.items():
        found = wrong = 0
        for noisy in (False, True):
            for at, (word, brand) in enumerate(brands.items()):
                rng = random.Random(f"{name}{noisy}{word}")
                place = (24, 20) if at % 2 else (24, HEIGHT - size - 20)
                clip = _recording(folder, rng, [(word, *place, size)], noisy=noisy)
                vendor, _, seconds = _read(clip)
                took.append(seconds)
                found += vendor == brand
                wrong += vendor not in (brand, None)
        count = 2 * len(brands)
        table[name] = {"letters_px": size, "recordings": count, "found": found, "wrong": wrong}
        table[name]["recall"] = round(found / count, 3)
    return table, took


def silent(folder: Path) -> dict[str, Any]:
    """Recordings that must name nobody, and signs that must hardly."""
    rng = random.Random(7)
    places = ("Gate 2 North", "Car park level 3", "Camera 01", "IPC", "Reception")
    named = [
        _read(_recording(folder, rng, [(place, 24, HEIGHT - 50, 28)], noisy=False))[0]
        for place in places
    ]
    signs = [
        _read(_recording(folder, rng, [(word, 240, 260, 130)], noisy=False))[1]
        for word in ("HIKVISION", "dahua")
    ]
    return {
        "recordings_without_a_name": len(places),
        "named_somebody": sum(name is not None for name in named),
        "large_signs": len(signs),
        "highest_confidence_of_a_sign": max(signs),
    }


def foreign(folder: Path) -> dict[str, Any]:
    """Other people's clips, in which no maker is written."""
    clips = sorted(p for p in folder.rglob("*") if p.suffix in (".mp4", ".avi"))
    if not clips:
        return {"skipped": f"no clips in {folder}"}
    found = {clip.name: _read(clip) for clip in clips}
    return {
        "clips": len(clips),
        "named_somebody": [n for n, (vendor, _, _) in found.items() if vendor is not None],
        "seconds": {n: round(seconds, 2) for n, (_, _, seconds) in found.items()},
    }


def marks(folder: Path, size_mib: int) -> dict[str, Any]:
    """Marks and digest of a large recording; its pictures are passed over."""
    path = folder / "large.mp4"
    with path.open("wb") as file:
        file.write(made.box(b"ftyp", b"isom" + bytes(4)))
        file.write((8 + (size_mib << 20)).to_bytes(4) + b"mdat")
        for _ in range(size_mib):
            file.write(bytes(1 << 20))
        file.write(made.mp4())
    started = time.perf_counter()
    found = study(path, marks_only=True)
    seconds = time.perf_counter() - started
    assert any(mark.name == "mp4.handler" for mark in found.marks)
    return {"size_mib": size_mib, "seconds_with_digest": round(seconds, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two brands, a smaller file")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "video")
    asked = parser.parse_args()
    started = time.perf_counter()
    ocr.Reader()
    loading_s = time.perf_counter() - started
    brands = dict(list(BRANDS.items())[: 2 if asked.quick else None])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, took = recall(folder, brands)
        result = {
            "frames": USUAL.frames,
            "seconds_to_load_ocr": round(loading_s, 2),
            "seconds_per_recording": round(statistics.median(took), 2),
            "names_in_the_picture": table,
            "silence": silent(folder),
            "shared_video": foreign(asked.shared),
            "marks": marks(folder, 32 if asked.quick else 256),
        }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
