"""How often identification is right, on labelled observations that nobody here wrote.

    python benchmarks/identify_accuracy.py --cases ../shared/data/identification_cases_public.jsonl

Each case is an observation with a key `expected`. Precision: of the answers given, how many are
right; recall: of the answers that were there to be given, how many were given and right. Naming a
vendor where the label says that it cannot be told is an error. Cases marked `weak` (the label did
not come from the answer itself) are counted apart. Prints tables, or one JSON document (--json).
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from custodes.find.identify import core
from custodes.identity import Identity
from custodes.knowledge.devices import DEVICE_TYPES, same_kind
from custodes.knowledge.makers import canonical, fold
from custodes.observation import Observation, read_line

FIELDS = ("is_surveillance", "vendor", "maker", "model", "firmware", "device_type")
ACCUSED = ("Hikvision", "Dahua")

Case = tuple[Observation, Mapping[str, Any], Identity]


class Tally:
    """Right, wrong and missed answers of one kind."""

    def __init__(self) -> None:
        self.right = self.wrong = self.missed = 0

    def count(self, said: object, expected: object, same: bool) -> None:
        self.right += said is not None and same
        self.wrong += said is not None and not same
        self.missed += expected is not None and not (said is not None and same)

    def figures(self) -> dict[str, float | int | None]:
        said, there = self.right + self.wrong, self.right + self.missed
        return {
            "precision": round(self.right / said, 4) if said else None,
            "recall": round(self.right / there, 4) if there else None,
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
        }


def cases(path: Path) -> Iterator[Case]:
    """Each case with what identification says of it alone."""
    for line in path.read_bytes().splitlines():
        row = json.loads(line)
        seen = read_line(line)
        yield seen, row["expected"], core.identify((seen,))


def _same(field: str, said: Any, expected: Any) -> bool:
    if said is None or expected is None:
        return False
    if field == "device_type":
        return same_kind(str(said), str(expected))
    if field in ("vendor", "maker"):
        return (canonical(said) or said) == (canonical(expected) or expected)
    if field in ("model", "firmware"):
        return fold(said) == fold(expected)
    return bool(said == expected)


def _labelled(field: str, expected: Mapping[str, Any]) -> bool:
    """Whether a case says anything about this field; a null vendor says "cannot be told"."""
    if field == "maker":
        return "oem" in expected
    if field == "device_type" and not _known_type(expected.get(field)):
        return False
    return field in expected and (field == "vendor" or expected[field] is not None)


def _known_type(label: str | None) -> bool:
    """Whether a label is a word for a kind of device at all (some are names of firmware)."""
    return bool(label) and any(same_kind(label, word) for word in DEVICE_TYPES)


def measure(found: list[Case]) -> dict[str, Any]:
    """All figures, as plain values."""
    fields = {kind: {f: Tally() for f in FIELDS} for kind in ("firm", "weak")}
    vendors: dict[str, Tally] = defaultdict(Tally)
    mistakes: list[dict[str, Any]] = []
    missed: list[dict[str, Any]] = []
    for seen, expected, said in found:
        kind = "weak" if expected.get("weak") else "firm"
        for field in FIELDS:
            if not _labelled(field, expected):
                continue
            truth = expected.get("oem") if field == "maker" else expected.get(field)
            answer = getattr(said, field)
            same = _same(field, answer, truth)
            fields[kind][field].count(answer, truth, same)
            entry = {"id": seen.id, "on": seen.field, "field": field, "said": answer}
            if not same and (answer is not None or truth is not None):
                (missed if answer is None else mistakes).append({**entry, "expected": truth})
        if kind == "firm":
            _per_vendor(vendors, said.vendor, expected.get("vendor"))
    return {
        "cases": len(found),
        "weak_cases": sum(bool(e.get("weak")) for _, e, _ in found),
        "fields": _figures(fields["firm"]),
        "weak_fields": _figures(fields["weak"]),
        "vendors": _figures(dict(sorted(vendors.items()))),
        "false_accusations": _accusations(found),
        "forbidden_vendors": [
            s.id for s, e, said in found if said.vendor and said.vendor == e.get("must_not_vendor")
        ],
        "mistakes": mistakes,
        "missed": missed,
    }


def _figures(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    return {name: tally.figures() for name, tally in tallies.items()}


def _per_vendor(vendors: dict[str, Tally], said: str | None, truth: str | None) -> None:
    truth = canonical(truth) or truth
    if truth is not None:
        vendors[truth].right += said == truth
        vendors[truth].missed += said != truth
    if said is not None and said != truth:
        vendors[said].wrong += 1


def _accusations(found: list[Case]) -> list[str | None]:
    """Cases that were wrongly called Hikvision's or Dahua's, as brand or as maker."""
    return [seen.id for seen, expected, said in found if _accuses(said, expected)]


def _accuses(said: Identity, expected: Mapping[str, Any]) -> bool:
    if said.vendor in ACCUSED and said.vendor != canonical(expected.get("vendor")):
        return True
    names = {canonical(n) or n for n in (expected.get("vendor"), expected.get("oem")) if n}
    return said.maker in ACCUSED and said.maker not in names and "oem" in expected


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _table(title: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    print(f"\n{title:24} {'precision':>9} {'recall':>9} {'right':>6} {'wrong':>6} {'missed':>6}")
    for name, row in rows.items():
        print(
            f"{name:24} {_percent(row['precision']):>9} {_percent(row['recall']):>9} "
            f"{row['right']:>6} {row['wrong']:>6} {row['missed']:>6}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, required=True, metavar="FILE")
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument(
        "--mistakes", action="store_true", help="list every wrong and missed answer"
    )
    options = parser.parse_args()
    figures = measure(list(cases(options.cases)))
    if options.as_json:
        print(json.dumps(figures, indent=2))
        return 0
    print(f"{figures['cases']} cases, {figures['weak_cases']} of them weak (counted apart)")
    _table("field", figures["fields"])
    _table("field, weak cases", figures["weak_fields"])
    _table("vendor", figures["vendors"])
    print(f"\nwrongly called {' or '.join(ACCUSED)}: {len(figures['false_accusations'])}")
    if options.mistakes:
        for kind in ("mistakes", "missed"):
            print(f"\n{kind}: {dict(Counter(e['field'] for e in figures[kind]))}")
            for entry in figures[kind]:
                print("  " + json.dumps(entry, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
