"""Write the tables of docs/reference/capabilities.md from the data that the program reads."""

from collections.abc import Iterator
from pathlib import Path

from custodes.knowledge.capabilities import SUBJECTS, capabilities, fact_kinds, readers

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "capabilities.md"
START, END = "<!-- from the data -->\n", "<!-- end of the data -->\n"
TITLES = {
    "face": "Faces",
    "person": "Persons",
    "vehicle": "Vehicles",
    "place": "Where people go and stay",
    "behaviour": "Behaviour and crowds",
    "sound": "Sound",
    "warmth": "Warmth",
    "picture": "The picture",
    "record": "What it keeps and sends",
}


def render(page: str) -> str:
    """The page with its tables made anew; what stands around them stays."""
    before, _, rest = page.partition(START)
    after = rest.partition(END)[2]
    return before + START + "".join(tables()) + END + after


def tables() -> Iterator[str]:
    """Capabilities by subject, then the readers, then the facts."""
    for subject in SUBJECTS:
        yield _head(TITLES[subject], "capability", "what it means", "ONVIF topic", "words")
        for one in capabilities().values():
            if one.subject == subject:
                words = "; ".join(f"{r}: {', '.join(w)}" for r, w in one.words.items())
                topic = f"`{one.topic}`" if one.topic else ""
                yield f"| `{one.name}` | {one.sentence} | {topic} | {words} |\n"
    yield _head("Readers", "reader", "what it takes for can, and for is on", "source")
    for reader in readers().values():
        yield f"| `{reader.name}` | {reader.says} | {reader.source} |\n"
    yield _head("Facts", "fact", "written as", "what it means", "read from")
    for fact in fact_kinds().values():
        yield f"| `{fact.name}` | {fact.kind} | {fact.sentence} | {fact.source} |\n"


def _head(title: str, *columns: str) -> str:
    return f"\n## {title}\n\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
