"""Rules are found by texts that they need; the answer is the same as asking every rule."""

import pytest

from custodes.find.identify.literals import clauses
from custodes.find.identify.matcher import Matcher, shipped
from custodes.knowledge.fingerprints import Rule, load

PATTERNS = [
    (r"AXIS (?P<model>[A-Z]+) Network Camera.*", [("axis ",), (" network camera",)]),
    (r"(?:.*\b)?(?:HIKVISION|Hikvision)(?:\b.*)?", [("hikvision",)]),
    (r"(?i)dcs-\d+", [("dcs-",)]),
    (r"Login to (?P<serial>[0-9A-Z]{10,32})", [("login to ",)]),
    (r"(?:ab)?c", [("c",)]),
    (r"colou?r", [("colo",), ("r",)]),
    (r"ab*c", [("a",), ("c",)]),
    (r"ab+", [("a",)]),
    (r"a{0,2}bc", [("bc",)]),
    (r"(?:one|two)+end", [("one", "two"), ("end",)]),
    (r"x|yz", [("x", "yz")]),
    (r"long one|b(?:c|de)f|[0-9]", []),
    (r"[abc]+", []),
    (r"(?:[0-9]|abc)", []),
    (r"(?=abc)\w+", []),
    (r"(?!abc)def", [("def",)]),
    (r"\.1\.3", [(".1.3",)]),
    (r"[]]x", [("x",)]),
    (r"(?x) a b", []),
    (r"(a)(?(1)b|c)", []),
    (r"é+", []),
    (r"\x00\x00AB\d", [("\0\0ab",)]),
    (r"(ab)\1", []),
    (r"one\040two", []),
    (r"a\tlong one", [("a",), ("long one",)]),
]


@pytest.mark.parametrize(("pattern", "expected"), PATTERNS, ids=str)
def test_what_a_pattern_cannot_match_without(pattern: str, expected: list[tuple[str, ...]]) -> None:
    assert list(clauses(pattern)) == expected


def test_every_example_of_every_rule_holds_what_its_rule_needs() -> None:
    for rule in load():
        if rule.literal:
            continue
        for example in rule.yes:
            text = example["text"].lower()
            for clause in clauses(rule.pattern):
                assert any(needle in text for needle in clause), (rule.id, clause)


def test_asking_through_the_index_gives_what_asking_every_rule_gives() -> None:
    rules = load()
    by_field: dict[str, list[Rule]] = {}
    for rule in rules:
        for field in rule.fields:
            by_field.setdefault(field, []).append(rule)
    for rule in rules[::3]:
        field = rule.fields[-1]
        texts = [e["text"] for e in rule.yes] + list(rule.no)
        for text in [
            *texts,
            *(t.upper() for t in texts),
            *(f"{t} \u017f\u0130\u212a" for t in texts),
        ]:
            asked = {r.id for r in by_field[field] if r.match(text) is not None}
            assert {r.id for r, _ in shipped().match(field, text)} == asked


def rule(pattern: str, **more: object) -> Rule:
    values = {"id": pattern, "fields": ("f",), "source": "s", "weight": 0.5, "vendor": "V", **more}
    return Rule(pattern=pattern, **values)  # type: ignore[arg-type]


def test_whole_texts_are_compared_with_and_without_case() -> None:
    matcher = Matcher([rule("ABC", literal=True), rule("abc", literal=True, ignore_case=True)])
    assert [r.pattern for r, _ in matcher.match("f", " abc ")] == ["abc"]
    assert [r.pattern for r, _ in matcher.match("f", "ABC")] == ["ABC", "abc"]


def test_patterns_without_any_needed_text_are_still_asked() -> None:
    matcher = Matcher([rule(r"[AB]\d+"), rule(r"(?P<model>[XY]\d)"), rule(r"([a-z])\1")])
    assert [g for _, g in matcher.match("f", "Y7")] == [{"model": "Y7"}]
    assert [r.pattern for r, _ in matcher.match("f", "zz")] == [r"([a-z])\1"]
    assert matcher.match("f", "Q1") == []


def test_an_unknown_field_has_no_rules() -> None:
    assert shipped().claims("no.such.field", "anything") == []
