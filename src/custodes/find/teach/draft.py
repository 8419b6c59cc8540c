"""Draft rules for a device that is not known yet: which of its texts may tell it, and how. Pure.

A text that a rule knows already, that many makers share, or that names neither the brand nor the
model by anything but a common word, teaches nothing; each is left out with the reason.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from custodes.find.identify.facets import cut, text_of
from custodes.find.identify.literals import clauses
from custodes.find.teach.disguise import Part, parts
from custodes.find.teach.shared import names
from custodes.knowledge import fingerprints
from custodes.knowledge.fingerprints import Rule
from custodes.observation import Observation

TEXT_LIMIT: Final = 300  # a longer text is a page, not a mark
RULES_LIMIT: Final = 20
PLAIN: Final = 4  # letters of plain text in one piece that a pattern needs at least
_DIGESTS: Final = frozenset({"http.favicon.md5", "http.favicon.mmh3"})
_VERSION: Final = re.compile(r"(?<![\w.])[vV]?\d{1,4}(?:\.\d{1,6}){1,5}(?![\w.])")
_NAMING: Final = 0.8  # the text holds the brand's name
_SHOWING: Final = 0.6  # it does not: others may have it too
_UNNAMED: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person knows of the device. `seen` says where and when it was seen, for `source`."""

    brand: str
    seen: str
    maker: str | None = None
    model: str | None = None
    device_type: str | None = None
    is_surveillance: bool | None = None
    private: tuple[str, ...] = ()  # its serial, names that people gave it


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One rule as it may be sent, and what it was made from (already disguised)."""

    id: str
    field: str
    pattern: str
    literal: bool
    text: str
    captures: Mapping[str, str]
    no: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A text that teaches nothing, and why."""

    field: str
    text: str
    why: str


def drafts(seen: Iterable[Observation], told: Told) -> tuple[list[Draft], list[LeftOut]]:
    """The rules that the observations of one device suggest, and what was left out."""
    made: dict[tuple[str, str], Draft] = {}
    left: list[LeftOut] = []
    for field, text in _texts(seen):
        found = _draft(field, text, told)
        if isinstance(found, LeftOut):
            left.append(found)
        elif len(made) < RULES_LIMIT:
            made.setdefault((found.field, found.pattern), found)
    return _numbered(made.values()), left


def _texts(seen: Iterable[Observation]) -> Iterator[tuple[str, str]]:
    """Every text that a fingerprint could read, each once."""
    readable = {field for rule in fingerprints.load() for field in rule.fields}
    found: dict[tuple[str, str], None] = {}
    for one in seen:
        for field, value in cut(one.field, text_of(one)):
            text = " ".join(value.split()) if field not in _DIGESTS else value.strip()
            if field in readable and text:
                found[field, text] = None
    yield from found


def _draft(field: str, text: str, told: Told) -> Draft | LeftOut:
    pieces = list(parts(text, told.private))
    shown = "".join(part.shown for part in pieces)
    named = [r for r in _of(field) if r.vendor or r.maker]  # what names nobody can be taught
    known = next((r for r in named if r.match(text) is not None), None)
    if known is not None:
        return LeftOut(field, shown, f"the rule {known.id} reads it already")
    if field == "http.body":
        return LeftOut(field, shown[:80], "a page: its title and headers are read apart")
    if len(text) > TEXT_LIMIT:
        return LeftOut(field, shown[:80] + " …", "too long to be a mark; take a part of it by hand")
    if text in {no for rule in _of(field) for no in rule.no}:
        return LeftOut(field, shown, "many makers have it: it stands as a counter-example")
    if field in _DIGESTS:
        return _literal(field, text, told)
    return _patterned(field, shown, pieces, told)


def _of(field: str) -> Sequence[Rule]:
    return _by_field().get(field, ())


def _by_field() -> Mapping[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in fingerprints.load():
        for field in rule.fields:
            found.setdefault(field, []).append(rule)
    return found


def _literal(field: str, text: str, told: Told) -> Draft:
    other = text[:-1] + ("0" if text[-1] != "0" else "1")
    return Draft(
        id=f"{_slug(field)}-{_slug(told.brand)}", field=field, pattern=text, literal=True,
        text=text, captures={}, no=(other,), weight=_SHOWING,
    )  # fmt: skip


def _patterned(field: str, shown: str, pieces: Sequence[Part], told: Told) -> Draft | LeftOut:
    captures: dict[str, str] = {}
    pattern = "".join(_pattern(part, told, captures) for part in pieces)
    plain = max((min(map(_letters, clause)) for clause in clauses(pattern)), default=0)
    if plain < PLAIN:
        return LeftOut(field, shown, "no plain text is left that would tell it from others")
    if re.compile(pattern, re.DOTALL | re.ASCII).fullmatch(shown) is None:
        return LeftOut(field, shown, "no pattern was found that reads it")
    if not names(shown, told.brand, told.maker, told.model):
        return LeftOut(field, shown, "it names neither brand nor model: others may say the same")
    claimed = _claimed(field, pattern, told)
    if claimed is not None:
        return LeftOut(field, shown, f"it would also read {claimed!r}, which is another's")
    named = _slug(told.brand) in _slug(shown)
    return Draft(
        id=f"{_slug(field)}-{_slug(told.brand)}", field=field, pattern=pattern, literal=False,
        text=shown, captures=captures, no=_counter(field, shown, pattern, told),
        weight=_NAMING if named else _SHOWING,
    )  # fmt: skip


def _pattern(part: Part, told: Told, captures: dict[str, str]) -> str:
    """One piece as a pattern: the model and the first version are captured, the rest is plain."""
    if part.kind:
        return part.pattern
    out = []
    at = 0
    for found in _marks(part.shown, told):
        out.append(re.escape(part.shown[at : found.start()]))
        name = "model" if told.model and found[0] == told.model else "firmware"
        form = _model_form(found[0]) if name == "model" else r"[vV]?\d[\d.]{2,30}"
        out.append(f"(?P<{name}>{form})" if name not in captures else f"(?:{form})")
        captures.setdefault(name, found[0])
        at = found.end()
    return "".join([*out, re.escape(part.shown[at:])])


def _marks(text: str, told: Told) -> Iterator[re.Match[str]]:
    if told.model:
        either = f"{re.escape(told.model)}|{_VERSION.pattern}"
        yield from re.finditer(either, text)
    else:
        yield from _VERSION.finditer(text)


def _model_form(model: str) -> str:
    """The family of a model number: its letters before the first digit stay.

    >>> _model_form("AC-200W")
    'AC\\\\-\\\\d[\\\\w./+-]{0,30}'
    """
    head = re.match(r"\D*", model)
    assert head is not None
    rest = r"\d[\w./+-]{0,30}" if len(head[0]) < len(model) else ""
    return re.escape(head[0]) + rest


def _claimed(field: str, pattern: str, told: Told) -> str | None:
    """A known text of another brand that the pattern would read too."""
    compiled = re.compile(pattern, re.DOTALL | re.ASCII)
    for rule in _of(field):
        if rule.vendor in (None, told.brand) and rule.maker in (None, told.maker, told.brand):
            continue
        for example in rule.yes:
            if compiled.fullmatch(example["text"].strip()):
                return example["text"]
    return None


def _counter(field: str, shown: str, pattern: str, told: Told) -> tuple[str, ...]:
    """Texts that look alike and must not match: the nearest known ones, and itself unnamed."""
    compiled = re.compile(pattern, re.DOTALL | re.ASCII)
    known = {e["text"] for rule in _of(field) for e in rule.yes if len(e["text"]) <= TEXT_LIMIT}
    known |= {text for rule in _of(field) for text in rule.no if text.strip()}
    near = sorted(known, key=lambda text: (-_alike(text, shown), text))
    words = [told.brand, *([told.model] if told.model else [])]
    bare = re.sub("|".join(map(re.escape, words)), "", shown, flags=re.IGNORECASE)
    bare = " ".join(bare.split())
    candidates = [*near[:2], bare] if bare != shown else near[:3]
    return tuple(t for t in candidates if t.strip() and not compiled.fullmatch(t.strip()))


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).quick_ratio()


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _slug(text: str) -> str:
    return _UNNAMED.sub("-", text.lower()).strip("-")


def _numbered(made: Iterable[Draft]) -> list[Draft]:
    """Rules under names that no shipped rule has."""
    taken = {rule.id for rule in fingerprints.load()}
    out = []
    for draft in made:
        name, number = draft.id, 1
        while name in taken:
            number += 1
            name = f"{draft.id}-{number}"
        taken.add(name)
        out.append(replace(draft, id=name))
    return out
