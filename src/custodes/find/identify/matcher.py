"""Which fingerprints match one facet: every rule of the field, tried only where it could match.

A rule's answer is the same as Rule.match; this only avoids asking. Pure.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from custodes.find.identify.claims import Claim
from custodes.find.identify.literals import required
from custodes.knowledge.fingerprints import Rule, load

_PREFIX = 3
_STATED = ("vendor", "maker", "device_type", "is_surveillance", "product_family")


class _Pattern:
    """A rule with the plain texts that it cannot match without."""

    __slots__ = ("fold", "prefix", "rule", "texts")

    def __init__(self, rule: Rule) -> None:
        prefix, texts = required(rule.pattern)
        self.rule = rule
        self.fold = rule.ignore_case
        if self.fold:
            prefix, texts = prefix.lower(), tuple(t.lower() for t in texts)
            if not all(t.isascii() for t in texts):
                prefix, texts = "", ()
        self.prefix = prefix
        self.texts = texts

    def may_match(self, text: str, lowered: str) -> bool:
        """Whether the texts occur in their order; False only where a match is impossible."""
        haystack = lowered if self.fold else text
        at = 0
        for needle in self.texts:
            found = haystack.find(needle, at)
            if found < 0:
                return False
            at = found + len(needle)
        return True


class _Field:
    """The rules of one field: whole texts by dictionary, the others by how they begin."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.literals: dict[str, list[Rule]] = {}
        self.starts: dict[str, list[_Pattern]] = {}
        self.others: list[_Pattern] = []
        for rule in rules:
            self._add(rule)

    def _add(self, rule: Rule) -> None:
        if rule.literal:
            self.literals.setdefault(rule.pattern.casefold(), []).append(rule)
            return
        pattern = _Pattern(rule)
        if len(pattern.prefix) >= _PREFIX and pattern.prefix.isascii():
            self.starts.setdefault(pattern.prefix[:_PREFIX].lower(), []).append(pattern)
        else:
            self.others.append(pattern)

    def match(self, text: str) -> list[tuple[Rule, dict[str, str]]]:
        text = text.strip()
        lowered = text.lower()
        found: list[tuple[Rule, dict[str, str]]] = []
        for rule in self.literals.get(text.casefold(), ()):
            groups = rule.match(text)
            if groups is not None:
                found.append((rule, groups))
        for pattern in self._candidates(text, lowered):
            groups = pattern.rule.match(text)
            if groups is not None:
                found.append((pattern.rule, groups))
        return found

    def _candidates(self, text: str, lowered: str) -> Iterable[_Pattern]:
        """The patterns worth trying; with letters beyond ASCII, case folds in ways of its own."""
        if not text.isascii():
            return [p for start in self.starts.values() for p in start] + self.others
        starting = self.starts.get(lowered[:_PREFIX], ())
        return [p for p in (*starting, *self.others) if p.may_match(text, lowered)]


class Matcher:
    """All rules, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_field: dict[str, list[Rule]] = {}
        for rule in rules:
            by_field.setdefault(rule.field, []).append(rule)
        self._fields: Mapping[str, _Field] = {f: _Field(r) for f, r in by_field.items()}

    def claims(self, field: str, text: str) -> tuple[Claim, ...]:
        """What the fingerprints say about one facet."""
        rules = self._fields.get(field)
        if rules is None:
            return ()
        return tuple(
            claim
            for rule, groups in rules.match(text)
            for claim in _rule_claims(rule, groups, text)
        )


def _rule_claims(rule: Rule, groups: Mapping[str, str], text: str) -> list[Claim]:
    matched = text.strip()[:240]
    weight = rule.weight
    stated: list[tuple[str, str | bool]] = [
        (name, value) for name in _STATED if (value := getattr(rule, name)) is not None
    ]
    stated += groups.items()
    return [Claim(n, v, weight, rule.id, rule.field, matched, rule.source) for n, v in stated]


@cache
def shipped() -> Matcher:
    """The matcher over the shipped knowledge."""
    return Matcher(load())
