"""A draft as a fingerprint file, and the proof of such a file before it is sent. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from custodes.errors import KnowledgeError
from custodes.find.identify.literals import clauses
from custodes.find.teach.draft import Draft, LeftOut, Told
from custodes.find.teach.shared import SHARED
from custodes.knowledge import fingerprints, makers
from custodes.knowledge.fingerprints import Rule

UNCHECKED = 0.75  # how far a rule that nobody checked may be believed


def as_toml(made: Sequence[Draft], left: Sequence[LeftOut], told: Told) -> str:
    """The rules as a file of knowledge/data/fingerprints; what was left out stands as comments."""
    lines = [
        f"# A draft by `custodes teach` for {told.brand}. Read every line before you send it:",
        "# serial numbers, addresses and times are taken out; only you know what else is private.",
    ]
    if makers.canonical(told.brand) is None:
        lines.append(f"# {told.brand} is not in makers.toml yet: add it there too.")
    for draft in made:
        lines += ["", *_rule(draft, told)]
    if left:
        lines += ["", "# Left out:"]
        lines += [
            f"# {_comment(one.field)} {_comment(one.text)}: {_comment(one.why)}" for one in left
        ]
    return "\n".join(lines) + "\n"


def _rule(draft: Draft, told: Told) -> Iterator[str]:
    yield "[[rule]]"
    yield f"id = {_text(draft.id)}"
    yield f"fields = [{_text(draft.field)}]"
    yield f"pattern = {_text(draft.pattern)}"
    if draft.literal:
        yield "literal = true"
    yield f"vendor = {_text(makers.canonical(told.brand) or told.brand)}"
    if told.maker:
        yield f"maker = {_text(makers.canonical(told.maker) or told.maker)}"
    if told.device_type:
        yield f"device_type = {_text(told.device_type)}"
    if told.is_surveillance is not None:
        yield f"is_surveillance = {str(told.is_surveillance).lower()}"
    yield f"weight = {draft.weight}"
    yield f"source = {_text(told.seen)}"
    captured = "".join(f", {name} = {_text(value)}" for name, value in draft.captures.items())
    yield f"yes = [{{ text = {_text(draft.text)}{captured} }}]"
    yield f"no = [{', '.join(map(_text, draft.no))}]"


def _text(value: str) -> str:
    """A TOML text; single quotes where they can hold it, so that a pattern stays readable."""
    plain = "'" not in value and all(sign.isprintable() for sign in value)
    return f"'{value}'" if plain and "\\" in value else json.dumps(value, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]


def faults(text: str, name: str) -> Iterator[str]:
    """What a fingerprint file lacks before it can be taken; nothing where it is sound.

    Raises:
        KnowledgeError: it is not a fingerprint file at all.
    """
    rules = list(fingerprints.read_rules(text, name))
    if not rules:
        raise KnowledgeError(f"{name} holds no rule")
    shipped = fingerprints.load()
    taken = {rule.id for rule in shipped}
    for rule in rules:
        if not rule.literal and not _reads(rule.pattern):
            yield f"{rule.id}: the pattern cannot be read"
            continue
        for fault in (*_own(rule), *_shared(rule), *_against(rule, shipped)):
            yield f"{rule.id}: {fault}"
        if rule.id in taken:
            yield f"{rule.id}: another rule has this id"
        taken.add(rule.id)


def _own(rule: Rule) -> Iterator[str]:
    if not rule.source.strip():
        yield "names no source"
    if not rule.yes or not rule.no:
        yield "needs at least one example that matches and one that does not"
    if not rule.is_checked and rule.weight > UNCHECKED:
        yield f"a rule that nobody checked is believed at most {UNCHECKED}"
    if not 0 < rule.weight < 1:
        yield "the weight lies between 0 and 1"
    if not rule.literal and not clauses(rule.pattern):
        yield "holds no plain text, so it would be tried on everything"
    if not rule.literal and _repeats(rule.pattern):
        yield "repeats a repetition: a long text could hold it up"
    yield from _unproved(rule)


def _reads(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _unproved(rule: Rule) -> Iterator[str]:
    for example in rule.yes:
        wanted = {k: v for k, v in example.items() if k != "text"}
        found = rule.match(example["text"])
        if found is None:
            yield f"does not match its own example {example['text']!r}"
        elif found != wanted:
            yield f"reads {found} from {example['text']!r}, its example says {wanted}"
    for no in rule.no:
        if rule.match(no) is not None:
            yield f"matches its counter-example {no!r}"


def _repeats(pattern: str) -> bool:
    """Whether a group that is repeated without end holds a repetition without end."""
    return re.search(r"[*+}]\)(?:[*+]|\{\d+,\})", pattern) is not None


def _shared(rule: Rule) -> Iterator[str]:
    """Texts of everybody that this rule would call by one name."""
    if rule.vendor or rule.maker:
        for text in SHARED:
            if rule.match(text) is not None:
                yield f"also reads {text!r}, which devices of many makers show"


def _against(rule: Rule, shipped: Iterable[Rule]) -> Iterator[str]:
    """Texts of other brands that this rule would claim, and the other way round."""
    for other in shipped:
        if not {*rule.fields} & {*other.fields} or other.id == rule.id:
            continue
        if None in (rule.vendor, other.vendor) or rule.vendor == other.vendor:
            continue
        for example in other.yes:
            if rule.match(example["text"]) is not None:
                yield f"also reads {example['text']!r}, which {other.id} says is {other.vendor}"
        for example in rule.yes:
            if other.match(example["text"]) is not None:
                yield f"{other.id} reads its example {example['text']!r} as {other.vendor}"
