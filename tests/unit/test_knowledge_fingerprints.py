"""Every fingerprint proves itself, and the rule set as a whole keeps its promises."""

import re
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from re import _constants as opcodes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from custodes.errors import KnowledgeError
from custodes.knowledge.devices import DEVICE_TYPES
from custodes.knowledge.fingerprints import CAPTURES, Rule, load, read_rules
from custodes.knowledge.makers import makers

RULES = load()
FILES = sorted(
    entry.name for entry in (files("custodes.knowledge") / "data" / "fingerprints").iterdir()
)
LINE = 4096  # identification cuts texts to less than this, long ones apart
SECONDS = 1.0  # generous: the slowest takes a hundredth of it on an idle machine


def _by_field() -> dict[str, list[Rule]]:
    by_field: dict[str, list[Rule]] = {}
    for rule in RULES:
        for field in rule.fields:
            by_field.setdefault(field, []).append(rule)
    return by_field


BY_FIELD = _by_field()


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_every_rule_proves_itself(rule: Rule) -> None:
    assert rule.yes, "an example that matches"
    assert rule.no, "an example that does not"
    for example in rule.yes:
        expected = {key: value for key, value in example.items() if key != "text"}
        assert rule.match(example["text"]) == expected
    for text in rule.no:
        assert rule.match(text) is None, text


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_every_rule_names_known_things_and_its_source(rule: Rule) -> None:
    assert rule.source.strip()
    assert 0 < rule.weight < 1, "1.0 is kept for what a device declares or signs"
    assert {rule.vendor, rule.maker} - {None} <= makers().keys()
    assert rule.device_type is None or rule.device_type in DEVICE_TYPES
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", rule.id)
    assert all(re.fullmatch(r"[a-z0-9]+(?:\.[A-Za-z0-9_-]+)+|model", f) for f in rule.fields)
    assert set(rule.compiled.groupindex if not rule.literal else ()) <= set(CAPTURES)
    told = (rule.vendor, rule.maker, rule.device_type, rule.is_surveillance)
    assert any(value is not None for value in told) or rule.note, "a rule that says nothing"


BELIEVED_UNCHECKED = 0.75


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_a_rule_that_nobody_checked_is_believed_at_most_three_quarters(rule: Rule) -> None:
    assert rule.is_checked or rule.weight <= BELIEVED_UNCHECKED


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_a_type_and_what_it_says_of_surveillance_agree(rule: Rule) -> None:
    usual = DEVICE_TYPES.get(rule.device_type or "")
    if usual is not None and rule.is_surveillance is not None:
        assert rule.is_surveillance == usual or rule.note or rule.device_type == "camera"


def test_no_two_rules_of_one_field_claim_one_text_for_different_brands() -> None:
    quarrels = []
    for field, rules in BY_FIELD.items():
        branded = [rule for rule in rules if rule.vendor]
        for rule in branded:
            for example in rule.yes:
                quarrels += [
                    (field, example["text"], rule.id, other.id)
                    for other in branded
                    if other.vendor != rule.vendor and other.match(example["text"]) is not None
                ]
    assert quarrels == []


def test_no_two_rules_of_one_field_say_camera_and_no_camera_of_one_text() -> None:
    quarrels = []
    for field, rules in BY_FIELD.items():
        for rule in rules:
            for example in rule.yes:
                quarrels += [
                    (field, example["text"], rule.id, other.id)
                    for other in rules
                    if rule.is_surveillance and other.is_surveillance is False
                    if other.match(example["text"]) is not None
                ]
    assert quarrels == []


def test_ids_are_unique() -> None:
    assert [i for i, n in Counter(rule.id for rule in RULES).items() if n > 1] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_no_pattern_repeats_a_repetition(rule: Rule) -> None:
    """(a+)+ takes exponential time on a text that a hostile device can send."""
    if not rule.literal:
        assert not list(_nested(parser.parse(rule.pattern), inside=False))


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_no_pattern_can_be_made_to_hang(rule: Rule) -> None:
    if rule.literal:
        return
    example = rule.yes[0]["text"] or "a"
    size = 65536 if rule.field == "http.body" else LINE
    for seed in (example, example[: len(example) // 2 + 1], example.split(" ")[0] + " ", "a", ", "):
        started = time.process_time()
        rule.match((seed * (size // len(seed) + 1))[:size] + "\x01")
        assert time.process_time() - started < SECONDS, seed[:40]


@pytest.mark.parametrize("name", FILES)
def test_the_fast_reader_reads_what_toml_says(name: str) -> None:
    text = (files("custodes.knowledge") / "data" / "fingerprints" / name).read_text("utf-8")
    document = tomllib.loads(text)
    mine = list(read_rules(text, name))
    assert [rule.id for rule in mine] == [raw["id"] for raw in document["rule"]]
    for rule, raw in zip(mine, document["rule"], strict=True):
        fields = raw.get("fields") or [raw.get("field") or document["field"]]
        assert list(rule.fields) == fields + document.get("also", [])
        assert list(rule.yes) == raw["yes"]
        assert list(rule.no) == raw["no"]
        for key in raw.keys() - {"yes", "no", "field", "fields"}:
            assert getattr(rule, key) == raw[key], (rule.id, key)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("http.header.server", "GoAhead-Webs"),
        ("http.header.server", "lighttpd/1.4.35"),
        ("http.header.server", "thttpd/2.25b 29dec2003"),
        ("http.header.server", "nginx/1.18.0"),
        ("http.header.server", "Webs"),
        ("http.realm", "IP Camera"),
        ("http.realm", "DVR"),
        ("http.title", "Network Camera"),
        ("rtsp.header.server", "GStreamer RTSP server"),
        ("onvif.namespace", "http://www.onvifext.com/onvif/ext/ver10/hikwsd"),
        ("onvif.namespace", "http://www.hikvision.com/2011/event/topics"),
        ("onvif.namespace", "http://www.axis.com/2009/event/topics"),
        ("onvif.scope", "onvif://www.onvif.org/MAC/68:6d:bc:00:00:00"),
        ("rtsp.sdp.attribute", "Media_header:MEDIAINFO=494D4B48010100000400000100000000"),
        ("model", "IPC-B120H"),
        ("model", "IPC"),
    ],
)
def test_what_many_makers_share_names_no_maker(field: str, text: str) -> None:
    matched = [rule for rule in BY_FIELD[field] if rule.match(text) is not None]
    assert {rule.vendor for rule in matched} | {rule.maker for rule in matched} <= {None}


@pytest.mark.parametrize(
    ("field", "text", "maker"),
    [
        ("rtsp.sdp.session", "VCP IPC Realtime stream", "Uniview"),  # GeoVision answers so too
        ("http.realm", "NVRDVR", "Uniview"),
        ("snmp.sysObjectID", "1.3.6.1.4.1.1004849.3.2.10", "Dahua"),
    ],
)
def test_what_a_platform_shares_with_its_relabels_names_the_maker_and_no_brand(
    field: str, text: str, maker: str
) -> None:
    matched = [rule for rule in BY_FIELD[field] if rule.match(text) is not None]
    assert {rule.maker for rule in matched} == {maker}
    assert {rule.vendor for rule in matched} == {None}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("http.header.server", "tivo-httpd-1:20.7.4.RC35-D18-6:D18"),
        ("rtsp.header.server", "Wowza Streaming Engine 4.8.10 build20210217143515"),
        ("snmp.sysDescr", "; AXIS C3003-E; Network Speaker; 1.65.032; Oct 12 2017 11:42; 709; 1;"),
        ("ftp.banner", "AXIS 5600+ Network Print Server V7.10 ready."),
        ("dhcp.vendor_class", "AXIS,Network Door Controller,A1001,1.65.2"),
        ("http.header.server", "TP-LINK HTTPD/1.0"),
        ("http.realm", "DIR-615"),
    ],
)
def test_what_only_looks_like_a_camera_is_not_called_one(field: str, text: str) -> None:
    told = {rule.is_surveillance for rule in BY_FIELD[field] if rule.match(text) is not None}
    assert told - {None} == {False}


def test_a_rule_without_proof_is_refused() -> None:
    text = 'field = "x.y"\n\n[[rule]]\nid = "a-b"\npattern = \'a\'\nweight = 0.5\nsource = "s"\n'
    with pytest.raises(KnowledgeError, match="a-b"):
        list(read_rules(text, "test.toml"))


def test_a_rule_with_an_unknown_key_is_refused() -> None:
    text = 'field = "x.y"\n\n[[rule]]\nid = "a-b"\ncolour = "red"\nyes = []\nno = []\n'
    with pytest.raises(KnowledgeError, match="a-b"):
        list(read_rules(text, "test.toml"))


def test_the_shipped_set_is_broad() -> None:
    assert len(RULES) > 1000
    assert len({rule.vendor for rule in RULES if rule.vendor}) > 150


REPEATS = {opcodes.MAX_REPEAT, opcodes.MIN_REPEAT}


def _nested(tree: Any, *, inside: bool) -> Iterator[object]:
    """Unbounded repetitions inside unbounded repetitions that can match one text in many ways."""
    for operation, argument in tree:
        unbounded = operation in REPEATS and argument[1] == opcodes.MAXREPEAT
        if unbounded and inside:
            yield argument
        if operation in REPEATS:
            body = argument[2]
            starts_fixed = len(body) > 0 and body[0][0] is opcodes.LITERAL
            yield from _nested(body, inside=inside or (unbounded and not starts_fixed))
        elif operation is opcodes.SUBPATTERN:
            yield from _nested(argument[3], inside=inside)
        elif operation is opcodes.BRANCH:
            for branch in argument[1]:
                yield from _nested(branch, inside=inside)
