"""How often identification is right, on labelled observations that nobody here wrote.

    python benchmarks/identify_accuracy.py [--cases FILE] [--mistakes] [--json]
    python benchmarks/identify_accuracy.py --table

Each case is an observation with a key `expected` (or `expect`, of which only the fields count that
`evidence_in_payload` lists). Precision: of the answers given, how many are
right; recall: of the answers that were there to be given, how many were given and right. Naming a
vendor where the label says that it cannot be told is an error. Cases marked `weak` (the label did
not come from the answer itself) are counted apart. Prints tables, or one JSON document (--json).

--table puts custodes beside Nmap's own probe file (read where Debian's package installs it) and a
search for 35 plain words, on the same cases. With the public cases it also writes the table into
docs/identification.md; with others (--cases FILE) it only prints it.
"""

import argparse
import json
import platform
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nmap_probes
import plain_words
from custodes import __version__
from custodes.find.identify import core, names
from custodes.identity import Identity
from custodes.knowledge import graph
from custodes.knowledge.devices import DEVICE_TYPES, same_kind
from custodes.knowledge.fingerprints import load
from custodes.knowledge.makers import canonical, fold
from custodes.observation import Observation, read_line

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = ROOT.parent / "shared" / "data" / "identification_cases_public.jsonl"
PAGE = ROOT / "docs" / "identification.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
FIELDS = ("is_surveillance", "vendor", "maker", "builder", "model", "firmware", "device_type")
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


def custodes(seen: Observation) -> Identity:
    """What identification says of one observation alone."""
    return core.identify((seen,))


def cases(path: Path, ask: Callable[[Observation], Identity] = custodes) -> Iterator[Case]:
    """Each case with what is said of it."""
    for line in path.read_bytes().splitlines():
        seen = read_line(line)
        yield seen, _labels(json.loads(line)), ask(seen)


def _labels(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The labels of a case: `expected`, or `expect` with the list of what its payload holds."""
    if "expected" in row:
        return dict(row["expected"])
    held = {key: row["expect"].get(key) for key in row["evidence_in_payload"]}
    if held.get("maker") is not None:
        held["oem"] = held["maker"]
    return {key: value for key, value in held.items() if key != "maker"}


def _same(field: str, said: Any, expected: Any) -> bool:
    if said is None or expected is None:
        return False
    if field == "device_type":
        return same_kind(str(said), str(expected))
    if field in ("vendor", "maker", "builder"):
        return (canonical(said) or said) == (canonical(expected) or expected)
    if field in ("model", "firmware"):
        return fold(said) == fold(expected)
    return bool(said == expected)


# A label that the answer itself cannot give, whoever reads it: why, by the case's id.
NOT_IN_THE_ANSWER = {
    "id-34b41064d54f": "the DHCP host name is that of a radio module (GainSpan), in many brands",
    "id-6abe10b0053b": "`udhcp 0.9.8` is a DHCP client that hundreds of products carry",
    "id-51da996949a9": "the prefix is Espressif's, a radio module in many brands",
    "id-56d31634d7ba": "the prefix is Dahua's; the badge Intelbras was read from another answer",
    "id-86ce3a7db928": "Hikvision's prefix is found under many badges: it tells the maker only",
    "id-9044796d559b": "Dahua's prefix is found under many badges: it tells the maker only",
    "id-804d6158372c": "the prefix is Lorex's own, which bought from several makers",
    "id-e7278320662b": "the prefix is Intelbras's own, which bought from several makers",
    "id-97d8b578d870": "the brand is the file's name; the answer has another maker's decoder tag",
    "id-dd8a6b9d2d55": "the brand is the folder's name; the answer says `H264`, which names nobody",
    "id-4f85a7fc8be1": "the answer has firmware of another form than the labelled maker's",
    "id-da483fdaf9ec": "`thttpd` alone is a web server that any device may carry",
    "id-ed8ff5a53cdf": "`thttpd` alone is a web server that any device may carry",
    "id-cadb108c6349": "the prefix tells the holder, not the kind of device",
    "id-fedecda194c8": "the prefix of a maker of network gear tells no kind of device",
    "id-a8ad1b35c6fc": "the prefix tells the holder, not the kind of device",
    "id-c667f1c5cf34": "the prefix tells the holder, not the kind of device",
}


def _labelled(field: str, expected: Mapping[str, Any]) -> bool:
    """Whether a case says anything about this field; a null vendor says "cannot be told"."""
    if field == "maker":
        return "oem" in expected
    if field == "builder":
        return expected.get("is_surveillance") is True and _builder(expected) is not None
    if field == "device_type" and not _known_type(expected.get(field)):
        return False
    return field in expected and (field == "vendor" or expected[field] is not None)


def _builder(expected: Mapping[str, Any]) -> str | None:
    """Who built it: the labelled maker, else a brand that is known to build all its own goods."""
    if "oem" in expected:
        return canonical(expected["oem"]) or expected["oem"]
    vendor = canonical(expected.get("vendor"))
    if vendor is None or not names.builds_its_own(vendor):
        return None
    return None if any(edge.brand == vendor for edge in graph.edges()) else vendor


def _answer(field: str, said: Identity, expected: Mapping[str, Any]) -> Any:
    """What is said; a tool that names one firm only is asked kindly whether it is either."""
    if field in ("maker", "builder"):
        if said.maker is not None or said.evidence or said.vendor is None:
            return said.maker
        is_badge = "oem" in expected and _same("vendor", said.vendor, expected.get("vendor"))
        return None if is_badge else said.vendor
    words = said.product_family
    if field in ("model", "firmware") and words and not said.evidence and expected.get(field):
        held = fold(str(expected[field])) in fold(words)
        return expected[field] if held else getattr(said, field)
    return getattr(said, field)


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
            truth = _truth(field, expected)
            answer = _answer(field, said, expected)
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
        "non_cameras_called_cameras": _as_cameras(found),
        "rebadges": _rebadges(found),
        "held": _held(fields["firm"], missed),
        "forbidden_vendors": [
            s.id for s, e, said in found if said.vendor and said.vendor == e.get("must_not_vendor")
        ],
        "mistakes": mistakes,
        "missed": missed,
    }


def _truth(field: str, expected: Mapping[str, Any]) -> Any:
    if field == "maker":
        return expected.get("oem")
    return _builder(expected) if field == "builder" else expected.get(field)


def _held(tallies: Mapping[str, Tally], missed: list[dict[str, Any]]) -> dict[str, float | None]:
    """Recall over the labels that the answer itself can give (see NOT_IN_THE_ANSWER)."""
    recalls: dict[str, float | None] = {}
    for field, tally in tallies.items():
        away = sum(m["field"] == field and m["id"] in NOT_IN_THE_ANSWER for m in missed)
        there = tally.right + tally.missed - away
        recalls[field] = round(tally.right / there, 4) if there else None
    return recalls


def _rebadges(found: list[Case]) -> dict[str, Any]:
    """Labelled rebadges: of how many brand and maker are both right."""
    right: list[str | None] = []
    wrong: list[str | None] = []
    held_back: list[str | None] = []
    for seen, expected, said in found:
        names_ = [canonical(expected.get(key)) or expected.get(key) for key in ("vendor", "oem")]
        if None in names_ or names_[0] == names_[1] or expected.get("weak"):
            continue
        both = [canonical(name) or name for name in (said.vendor, said.maker)] == names_
        if not both and seen.id in NOT_IN_THE_ANSWER:
            held_back.append(seen.id)
        else:
            (right if both else wrong).append(seen.id)
    return {"right": len(right), "wrong": wrong, "not_in_the_answer": held_back}


def _as_cameras(found: list[Case]) -> list[str | None]:
    """Things that are no surveillance equipment and were called some."""
    return [
        seen.id
        for seen, expected, said in found
        if expected.get("is_surveillance") is False and said.is_surveillance is True
    ]


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
    named = canonical(expected.get("vendor"))
    if "vendor" in expected and said.vendor in ACCUSED and said.vendor != named:
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


Tool = tuple[str, Callable[[Observation], Identity]]


def _tools() -> list[Tool]:
    found: list[Tool] = [("custodes", custodes)]
    if nmap_probes.PATH.exists():
        probes = nmap_probes.read()
        called = f"Nmap's probe file ({probes.revision}, {probes.count:,} match lines)"
        found.append((called, lambda seen: nmap_probes.identify(probes, seen)))
    return [*found, ("35 plain words", plain_words.identify)]


ROWS = (
    ("is_surveillance", "surveillance or not"),
    ("vendor", "brand (the badge)"),
    ("builder", "maker, own goods counted"),
    ("maker", "maker, where labelled beside the brand"),
    ("model", "model, exact"),
    ("firmware", "firmware, exact"),
)


def table(path: Path) -> str:
    """The comparison on these cases, as Markdown."""
    tools = _tools()
    measured = [(name, measure(list(cases(path, ask)))) for name, ask in tools]
    first = measured[0][1]
    head = "| | " + " | ".join(name for name, _ in measured) + " |"
    lines = [_preface(path, first), "", head, "|---" * (len(measured) + 1) + "|"]
    for field, called in ROWS:
        cells = [
            f"{_percent(row['precision'])} / {_percent(row['recall'])}"
            for row in (f["fields"][field] for _, f in measured)
        ]
        lines.append(f"| {called}: precision / recall | " + " | ".join(cells) + " |")
    for called, count in (
        ("wrongly called Hikvision or Dahua", lambda f: str(len(f["false_accusations"]))),
        ("non-cameras called cameras", lambda f: str(len(f["non_cameras_called_cameras"]))),
        ("rebadges, brand and maker both right", _rebadge_cell),
    ):
        lines.append(f"| {called} | " + " | ".join(count(f) for _, f in measured) + " |")
    return "\n".join([*lines, "", _seen_by_nmap(path), *_not_held(first)])


def _preface(path: Path, figures: Mapping[str, Any]) -> str:
    known = "the public cases" if path.resolve() == PUBLIC else f"the cases of {path.name}"
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with custodes {__version__} "
        f"({len(load()):,} fingerprints), Python {platform.python_version()}, on {known}: "
        f"{figures['cases']} labelled answers, {figures['weak_cases']} of them weak and left out "
        "of precision and recall."
    )


def _rebadge_cell(figures: Mapping[str, Any]) -> str:
    right, wrong = figures["rebadges"]["right"], len(figures["rebadges"]["wrong"])
    return f"{right} of {right + wrong}"


def _seen_by_nmap(path: Path) -> str:
    seen = sum(nmap_probes.sees(json.loads(line)["field"]) for line in path.open("rb"))
    return (
        f"Nmap's probes get answers of the kind of {seen} of these cases; the others come over "
        "protocols that its probe file does not speak (SADP, DHIP, ISAPI, ONVIF, SNMP values, "
        "certificates, addresses …) and count as not answered."
    )


def _not_held(figures: Mapping[str, Any]) -> list[str]:
    """What custodes missed because the answer does not hold it, and recall without that."""
    away = [m for m in figures["missed"] if m["id"] in NOT_IN_THE_ANSWER]
    if not away:
        return []
    held = ", ".join(f"{called} {_percent(figures['held'][f])}" for f, called in ROWS)
    lines = ["", f"Recall of custodes where the answer holds the evidence at all: {held}.", ""]
    lines += ["| case | field | label | why the answer cannot give it |", "|---|---|---|---|"]
    for m in sorted(away, key=lambda m: (m["id"], m["field"])):
        why = NOT_IN_THE_ANSWER[m["id"]]
        lines.append(f"| {m['id']} | {m['field']} on `{m['on']}` | {m['expected']} | {why} |")
    return lines


def _write(text: str) -> None:
    """Put the table between its marks on the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, default=PUBLIC, metavar="FILE")
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument(
        "--mistakes", action="store_true", help="list every wrong and missed answer"
    )
    parser.add_argument("--table", action="store_true", help="beside Nmap and plain words")
    options = parser.parse_args()
    if options.table:
        text = table(options.cases)
        print(text)
        if options.cases.resolve() == PUBLIC:
            _write(text)
        return 0
    return _report(measure(list(cases(options.cases))), options.as_json, options.mistakes)


def _report(figures: Mapping[str, Any], as_json: bool, mistakes: bool) -> int:
    if as_json:
        print(json.dumps(figures, indent=2))
        return 0
    print(f"{figures['cases']} cases, {figures['weak_cases']} of them weak (counted apart)")
    _table("field", figures["fields"])
    _table("field, weak cases", figures["weak_fields"])
    _table("vendor", figures["vendors"])
    print(f"\nwrongly called {' or '.join(ACCUSED)}: {len(figures['false_accusations'])}")
    print(f"non-cameras called cameras: {len(figures['non_cameras_called_cameras'])}")
    print(f"rebadges, brand and maker both right: {_rebadge_cell(figures)}")
    if mistakes:
        for kind in ("mistakes", "missed"):
            print(f"\n{kind}: {dict(Counter(e['field'] for e in figures[kind]))}")
            for entry in figures[kind]:
                print("  " + json.dumps(entry, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
