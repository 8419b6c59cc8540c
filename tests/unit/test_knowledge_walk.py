"""One walk over every fingerprint: it refuses what a contributor's rule must never bring along.

Refused are: no source; no example on either side; a pattern that a hostile text can hold up; a
pattern that no plain text spares from being asked everywhere; two rules that take each other's
examples for different brands, unless one is marked as the default that yields.
"""

import re
import time
from collections.abc import Iterator
from re import _constants as opcodes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from custodes.find.identify import literals
from custodes.knowledge.fingerprints import Rule, load, read_rules

RULES = load()
HOSTILE_BYTES = 64 * 1024
SECONDS = 1.0  # for one pattern on all its hostile texts; the slowest takes a tenth of it
SHORTEST = 3  # letters of a plain text worth looking for first
WITHOUT_PLAIN_TEXT = 93  # this may only fall
_REPEATS = {opcodes.MAX_REPEAT, opcodes.MIN_REPEAT}
# Fields of a few short texts a device: asking every rule there costs nothing worth saving.
_SHORT_FIELDS = frozenset(
    """
    model onvif.model upnp.modelName http.realm rtsp.realm http.title http.header.server
    upnp.server dhcp.hostname dns.hostname mdns.hostname mdns.service mdns.instance mdns.txt
    pjl.id sip.banner sip.user_agent http.header.set-cookie snmp.sysDescr telnet.banner
    udp.discovery tls.subject tls.issuer
    """.split()
)


def refusals(rule: Rule) -> list[str]:
    """Why a rule is not taken, in plain words; nothing where it is."""
    found = [
        *(["no source"] if not rule.source.strip() else []),
        *(["no example that matches"] if not rule.yes else []),
        *(["no example that does not"] if not rule.no else []),
        *("does not match its own example" for e in rule.yes if rule.match(e["text"]) is None),
        *("matches what it must not" for text in rule.no if rule.match(text) is not None),
    ]
    if not rule.literal:
        if list(_nested(parser.parse(rule.pattern), inside=False)):
            found.append("a repetition inside a repetition")
        if not has_plain_text(rule) and not set(rule.fields) <= _SHORT_FIELDS:
            found.append("no plain text of three letters to look for first")
    return found


def has_plain_text(rule: Rule) -> bool:
    """Whether every match holds one of a few plain texts, so that the rule need rarely be asked."""
    return rule.literal or any(
        min(map(len, clause)) >= SHORTEST for clause in literals.clauses(rule.pattern)
    )


def _nested(tree: Any, *, inside: bool) -> Iterator[object]:
    """Unbounded repetitions inside unbounded repetitions that can match one text in many ways."""
    for operation, argument in tree:
        unbounded = operation in _REPEATS and argument[1] == opcodes.MAXREPEAT
        if unbounded and inside:
            yield argument
        if operation in _REPEATS:
            body = argument[2]
            starts_fixed = len(body) > 0 and body[0][0] is opcodes.LITERAL
            yield from _nested(body, inside=inside or (unbounded and not starts_fixed))
        elif operation is opcodes.SUBPATTERN:
            yield from _nested(argument[3], inside=inside)
        elif operation is opcodes.BRANCH:
            for branch in argument[1]:
                yield from _nested(branch, inside=inside)


def hostile_texts(rule: Rule) -> Iterator[str]:
    """Texts of 64 KiB that begin to match again and again and never end well."""
    example = rule.yes[0]["text"] or "a"
    plain = max((t for c in literals.clauses(rule.pattern) for t in c), key=len, default="a")
    for seed in (example, example[: len(example) // 2 + 1], plain, plain + " ", "a", "-", ", "):
        yield (seed * (HOSTILE_BYTES // len(seed) + 1))[:HOSTILE_BYTES] + "\x01"


def test_no_shipped_rule_is_refused() -> None:
    refused = {rule.id: why for rule in RULES if (why := refusals(rule))}
    assert refused == {}


def test_no_shipped_pattern_can_be_held_up_by_64_kib() -> None:
    slow = {}
    for rule in RULES:
        if rule.literal:
            continue
        started = time.process_time()
        for text in hostile_texts(rule):
            rule.compiled.fullmatch(text)
        taken_s = time.process_time() - started
        if taken_s > SECONDS:
            slow[rule.id] = round(taken_s, 2)
    assert slow == {}


def test_the_rules_that_nothing_spares_grow_no_more() -> None:
    assert sum(not has_plain_text(rule) for rule in RULES) <= WITHOUT_PLAIN_TEXT


def test_rules_that_take_each_others_examples_agree_or_one_yields() -> None:
    """`brand_by_default` marks the rule that yields to any other evidence of a brand."""
    by_field: dict[str, list[Rule]] = {}
    for rule in RULES:
        for field in rule.fields:
            by_field.setdefault(field, []).append(rule)
    quarrels = {
        tuple(sorted((one.id, other.id)))
        for rules in by_field.values()
        for one, other in _overlapping(rules)
        if _disagree(one, other)
    }
    assert quarrels == set()


def _overlapping(rules: list[Rule]) -> Iterator[tuple[Rule, Rule]]:
    firm = [rule for rule in rules if rule.vendor or rule.is_surveillance is not None]
    for one in firm:
        for example in one.yes:
            lowered = example["text"].lower()
            for other in firm:
                if other is one or not _may_match(other, lowered):
                    continue
                if other.match(example["text"]) is not None:
                    yield one, other


def _may_match(rule: Rule, lowered: str) -> bool:
    if rule.literal:
        return rule.pattern.lower() == lowered.strip()
    return all(any(t in lowered for t in clause) for clause in literals.clauses(rule.pattern))


def _disagree(one: Rule, other: Rule) -> bool:
    if {one.is_surveillance, other.is_surveillance} == {True, False}:
        return True
    yields = one.brand_by_default or other.brand_by_default
    return bool(one.vendor and other.vendor and one.vendor != other.vendor and not yields)


_GOOD = """field = "http.title"

[[rule]]
id = "title-acme"
pattern = '%s'
vendor = "Axis"
weight = 0.7
source = "%s"
yes = [%s]
no = [%s]
"""


@pytest.mark.parametrize(
    ("pattern", "source", "yes", "no", "why"),
    [
        ("ACME Camera", "", '"ACME Camera"', '"ACME"', "no source"),
        ("ACME Camera", "seen", "", '"ACME"', "no example that matches"),
        ("ACME Camera", "seen", '"ACME Camera"', "", "no example that does not"),
        ("ACME Camera", "seen", '"ACME Recorder"', '"ACME"', "does not match its own example"),
        ("ACME .*", "seen", '"ACME Camera"', '"ACME Router"', "matches what it must not"),
        (r"(?:\\w+ ?)+ACME", "seen", '"x ACME"', '"ACM"', "a repetition inside a repetition"),
    ],
)
def test_a_rule_with_a_fault_is_refused_and_told_why(
    pattern: str, source: str, yes: str, no: str, why: str
) -> None:
    examples = re.sub(r'"([^"]+)"', r'{ text = "\1" }', yes)
    text = _GOOD % (pattern.replace(r"\\", "\\"), source, examples, no)
    (rule,) = read_rules(text, "draft.toml")
    assert why in refusals(rule)


def test_a_rule_without_plain_text_is_refused_where_texts_are_long() -> None:
    text = (_GOOD % (r"\w\d\w", "seen", '{ text = "a1b" }', '"ab"')).replace(
        "http.title", "http.body"
    )
    (rule,) = read_rules(text, "draft.toml")
    assert refusals(rule) == ["no plain text of three letters to look for first"]
