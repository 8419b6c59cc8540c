"""Which fingerprints match one facet: every rule of the field, tried only where it could match.

A rule's answer is the same as Rule.match; this only avoids asking. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from custodes.find.identify import literals
from custodes.find.identify.claims import DEFAULT, MATCHED_LIMIT, Claim, around
from custodes.find.identify.literals import Clause
from custodes.knowledge.fingerprints import Rule, load
from custodes.protocols.mac import normalise

_STATED: Final = ("vendor", "maker", "device_type", "is_surveillance", "product_family")

_LONG: Final = 256  # characters; a longer text is looked at line by line
_LINES: Final = 2_048  # remembered of each field
Match = tuple[Rule, Mapping[str, str]]
Three = tuple[str, str, str]


class _Field:
    """The rules of one field: whole texts by dictionary, patterns by a text that they need."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.literals: dict[str, list[Rule]] = {}
        self.patterns: list[Rule] = []
        self.by_needle: dict[str, list[int]] = {}
        self.by_three: dict[Three, list[str]] = {}  # three letters -> the needles they are of
        self.rest: list[int] = []  # patterns without a needle
        self.gate: re.Pattern[str] | None = None  # what all the rest would match
        clauses: list[tuple[Clause, ...]] = []
        for rule in rules:
            if rule.literal:
                self.literals.setdefault(rule.pattern.casefold(), []).append(rule)
            else:
                self.patterns.append(rule)
                clauses.append(literals.clauses(rule.pattern))
        shared = Counter(text for found in clauses for clause in found for text in clause)
        for number, found in enumerate(clauses):
            self._index(number, found, shared)
        self._merge()
        for needle in self.by_needle:
            self.by_three.setdefault(_rarest(needle), []).append(needle)
        self.across = [needle for needle in self.by_needle if "\n" in needle]
        self.hits_in_line = lru_cache(_LINES)(self._hits_in_line)

    def _index(self, number: int, found: tuple[Clause, ...], shared: Counter[str]) -> None:
        """File a pattern under the clause that the fewest other patterns share."""
        usable = [clause for clause in found if min(map(len, clause)) >= 3]
        if not usable:
            self.rest.append(number)
            return
        for needle in min(usable, key=lambda c: (max(shared[t] for t in c), -min(map(len, c)))):
            self.by_needle.setdefault(needle, []).append(number)

    def _merge(self) -> None:
        """File what needs a longer text under a shorter one inside it, which is looked for anyway.

        Very short ones stay apart: they are in too many texts.
        """
        for needle in sorted(self.by_needle, key=len, reverse=True):
            inside = next((n for n in _inside(needle) if n in self.by_needle), None)
            if inside is not None:
                self.by_needle[inside] += self.by_needle.pop(needle)

    def match(self, text: str) -> list[Match]:
        """Every rule that matches, in the order of the knowledge."""
        text = text.strip()
        found: list[Match] = []
        if self.literals:
            for rule in self.literals.get(text.casefold(), ()):
                groups = rule.match(text)
                if groups is not None:
                    found.append((rule, groups))
        if self.patterns:
            for number in self._candidates(text):
                rule = self.patterns[number]
                hit = rule.compiled.fullmatch(text)
                if hit is not None:
                    found.append((rule, {k: v for k, v in hit.groupdict().items() if v}))
        return found

    def _candidates(self, text: str) -> Iterable[int]:
        """The patterns worth trying; looks for needles, or by threes of letters if that is less."""
        hits = self._hits(text.lower())
        rest = self._rest(text)
        if not hits:
            return rest
        return sorted({*rest, *(number for hit in hits for number in self.by_needle[hit])})

    def _hits(self, lowered: str) -> Iterable[str]:
        """The needles in a text. Pages share most of their lines, so of those it is remembered."""
        if 3 * len(lowered) < 2 * len(self.by_needle):
            threes = self.by_three.keys() & zip(lowered, lowered[1:], lowered[2:], strict=False)
            needles = [needle for three in threes for needle in self.by_three[three]]
            return [needle for needle in needles if needle in lowered]
        if len(lowered) <= _LONG:
            return [needle for needle in self.by_needle if needle in lowered]
        hits = {needle for needle in self.across if needle in lowered}
        for line in lowered.split("\n"):
            hits.update(self.hits_in_line(line) if len(line) < _LONG else self._hits_in_line(line))
        return hits

    def _hits_in_line(self, line: str) -> tuple[str, ...]:
        return tuple([needle for needle in self.by_needle if needle in line])

    def _rest(self, text: str) -> Sequence[int]:
        """The patterns without a needle, if one of them matches; asked of all in one pattern."""
        if not self.rest:
            return ()
        if self.gate is None:
            self.gate = _either([self.patterns[number] for number in self.rest])
        return self.rest if self.gate.fullmatch(text) else ()


def _inside(needle: str) -> Iterator[str]:
    """The texts of five letters and more inside a longer one, the shortest first."""
    for size in range(5, min(len(needle), 16)):
        for at in range(len(needle) - size + 1):
            yield needle[at : at + size]


_NAMED: Final = re.compile(r"\(\?P<\w+>")
_REFERS: Final = re.compile(r"\(\?P=|\(\?\(|\\[1-9]|\(\?[a-zA-Z]+\)")


def _either(rules: Sequence[Rule]) -> re.Pattern[str]:
    """A pattern that matches whatever one of the rules matches."""
    branches = [
        f"(?{'i' if rule.ignore_case else ''}:{_NAMED.sub('(?:', rule.pattern)})"
        for rule in rules
        if not _REFERS.search(rule.pattern)
    ]
    if len(branches) < len(rules):  # one refers to its own groups: it cannot stand beside others
        return re.compile(".*", re.DOTALL)
    return re.compile("|".join(branches), re.DOTALL | re.ASCII)


_RARE: Final = str.maketrans("jkqvwxyz0123456789", "#" * 18)
_COMMON: Final = str.maketrans("=,./- :;_eatnoirs", "+" * 17)


def _rarest(needle: str) -> Three:
    """The three letters in a row that other texts are least likely to hold."""
    return max(
        zip(needle, needle[1:], needle[2:], strict=False),
        key=lambda three: (
            "".join(three).translate(_RARE).count("#")
            - "".join(three).translate(_COMMON).count("+")
        ),
    )


class Matcher:
    """All rules, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            for field in rule.fields:
                self._rules.setdefault(field, []).append(rule)
        self._fields: dict[str, _Field] = {}  # arranged when first asked for

    @property
    def fields(self) -> frozenset[str]:
        """The fields that have rules."""
        return frozenset(self._rules)

    def forget(self) -> None:
        """Empty the memory of lines."""
        for found in self._fields.values():
            found.hits_in_line.cache_clear()

    def match(self, field: str, text: str) -> list[Match]:
        """Every rule of this field that matches, with what it captured."""
        if field not in self._rules:
            return []
        found = self._fields.get(field)
        if found is None:
            found = self._fields[field] = _Field(self._rules[field])
        return found.match(text)

    def claims(self, field: str, text: str) -> list[Claim]:
        """What the fingerprints say about one facet."""
        found = self.match(field, text)
        if not found:
            return []
        text = text.strip()
        return [
            claim
            for rule, groups in found
            for claim in _rule_claims(rule, groups, field, _decisive(rule, text))
        ]


def _decisive(rule: Rule, text: str) -> str:
    """The text, or of a long one the part with the words that the rule needs."""
    if len(text) <= MATCHED_LIMIT:
        return text
    lowered = text.lower() if text.isascii() else text
    needed = () if rule.literal else literals.clauses(rule.pattern)
    for clause in sorted(needed, key=lambda c: -min(map(len, c))):
        places = [at for word in clause if (at := lowered.find(word)) >= 0]
        if places:
            return around(text, min(places))
    return text[:MATCHED_LIMIT]


def _rule_claims(rule: Rule, groups: Mapping[str, str], field: str, matched: str) -> list[Claim]:
    stated: list[tuple[str, str | bool]] = [
        (name, value) for name in _STATED if (value := getattr(rule, name)) is not None
    ]
    for name, text in groups.items():
        value = normalise(text) if name == "mac" else text
        if value is not None:
            stated.append((name, value))
    if rule.brand_by_default:
        stated = [(DEFAULT if name == "vendor" else name, value) for name, value in stated]
    return [
        Claim(name, value, rule.weight, rule.id, field, matched, rule.source)
        for name, value in stated
    ]


@cache
def shipped() -> Matcher:
    """The matcher over the shipped knowledge."""
    return Matcher(load())
