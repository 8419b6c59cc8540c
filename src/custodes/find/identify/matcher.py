"""Which fingerprints match one facet: every rule of the field, tried only where it could match.

A rule's answer is the same as Rule.match; this only avoids asking. Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from custodes.find.identify.claims import MATCHED_LIMIT, Claim
from custodes.find.identify.literals import needles
from custodes.knowledge.fingerprints import Rule, load

_STATED: Final = ("vendor", "maker", "device_type", "is_surveillance", "product_family")

Match = tuple[Rule, Mapping[str, str]]


class _Field:
    """The rules of one field: whole texts by dictionary, patterns by a text that they need."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.literals: dict[str, list[Rule]] = {}
        self.patterns: list[Rule] = []
        self.by_needle: dict[str, list[int]] = {}
        self.by_three: dict[str, list[int]] = {}
        self.rest: list[int] = []  # patterns without a needle
        self.gate: re.Pattern[str] | None = None  # what all the rest would match
        for rule in rules:
            if rule.literal:
                self.literals.setdefault(rule.pattern.casefold(), []).append(rule)
            else:
                self._index(rule)

    def _index(self, rule: Rule) -> None:
        needed = needles(rule.pattern)
        number = len(self.patterns)
        self.patterns.append(rule)
        if not needed or min(map(len, needed)) < 3:
            self.rest.append(number)
            return
        for needle in needed:
            self.by_needle.setdefault(needle, []).append(number)
            self.by_three.setdefault(_rarest(needle), []).append(number)

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
                groups = rule.match(text)
                if groups is not None:
                    found.append((rule, groups))
        return found

    def _candidates(self, text: str) -> Iterable[int]:
        """The patterns worth trying; looks for needles, or by threes of letters if that is less."""
        lowered = text.lower()
        index, hits = self.by_needle, []
        if len(lowered) < len(index):
            index = self.by_three
            hits = list(index.keys() & {lowered[i : i + 3] for i in range(len(lowered) - 2)})
        else:
            hits = [needle for needle in index if needle in lowered]
        rest = self._rest(text)
        if not hits:
            return rest
        return sorted({*rest, *(number for hit in hits for number in index[hit])})

    def _rest(self, text: str) -> Sequence[int]:
        """The patterns without a needle, if one of them matches; asked of all in one pattern."""
        if not self.rest:
            return ()
        if self.gate is None:
            self.gate = _either([self.patterns[number] for number in self.rest])
        return self.rest if self.gate.fullmatch(text) else ()


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


def _rarest(needle: str) -> str:
    """Three letters of a needle, those with digits and signs first, as they are rarer."""
    threes = [needle[i : i + 3] for i in range(len(needle) - 2)]
    return max(threes, key=lambda three: sum(not c.isalpha() for c in three))


class Matcher:
    """All rules, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_field: dict[str, list[Rule]] = {}
        for rule in rules:
            by_field.setdefault(rule.field, []).append(rule)
        self._fields: Mapping[str, _Field] = {f: _Field(r) for f, r in by_field.items()}

    @property
    def fields(self) -> frozenset[str]:
        """The fields that have rules."""
        return frozenset(self._fields)

    def match(self, field: str, text: str) -> list[Match]:
        """Every rule of this field that matches, with what it captured."""
        rules = self._fields.get(field)
        return rules.match(text) if rules is not None else []

    def claims(self, field: str, text: str) -> list[Claim]:
        """What the fingerprints say about one facet."""
        rules = self._fields.get(field)
        if rules is None:
            return []
        found = rules.match(text)
        if not found:
            return []
        matched = text.strip()[:MATCHED_LIMIT]
        return [claim for rule, groups in found for claim in _rule_claims(rule, groups, matched)]


def _rule_claims(rule: Rule, groups: Mapping[str, str], matched: str) -> list[Claim]:
    stated: list[tuple[str, str | bool]] = [
        (name, value) for name in _STATED if (value := getattr(rule, name)) is not None
    ]
    stated += groups.items()
    return [
        Claim(name, value, rule.weight, rule.id, rule.field, matched, rule.source)
        for name, value in stated
    ]


@cache
def shipped() -> Matcher:
    """The matcher over the shipped knowledge."""
    return Matcher(load())
