"""Whatever devices answer: facts come out within the vocabulary, the limits and a bounded time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import PeerError
from custodes.facts import DeviceFacts
from custodes.find.facts import facts_of
from custodes.find.facts.pairs import flat, lines
from custodes.find.facts.said import MAX_ATTACHED, MAX_CAPABILITIES, MAX_FACTS, MAX_WORDS
from custodes.knowledge import capabilities as knowledge
from custodes.observation import FIELDS, Observation, observe
from custodes.protocols import xml
from custodes.protocols.dahua_rpc2 import challenge, opened, result

READ = sorted(
    f
    for f in FIELDS
    if f.startswith(
        ("isapi.", "http.cgi.", "http.rpc2.", "http.vapix.", "onvif.", "sadp.", "dhip.")
    )
)
WORDS = sorted({w for r in knowledge.readers() for w in knowledge.words(r)})
TAGS = [*WORDS[:120], "enabled", "id", "EventTrigger", "eventType", "Rule", "channel", "params"]
SECONDS = 1.0  # a million characters of anything


@st.composite
def documents(draw: st.DrawFn) -> str:
    """XML, lines and JSON that look like answers, whole and cut."""
    tags = draw(st.lists(st.sampled_from(TAGS), max_size=12))
    value = draw(st.one_of(st.sampled_from(["true", "false", "1", "0", ""]), st.text(max_size=20)))
    kind = draw(st.sampled_from(["xml", "lines", "json"]))
    if kind == "xml":
        text = (
            "<R>"
            + "".join(f"<{t.split('/')[0]}>{value}</{t.split('/')[0]}>" for t in tags)
            + "</R>"
        )
    elif kind == "lines":
        text = "\r\n".join(f"table.{t}[0].Enable={value}" for t in tags)
    else:
        text = '{"params":{' + ",".join(f'"{t}":"{i}"' for i, t in enumerate(tags)) + "}}"
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text


payloads = st.one_of(documents(), st.text(max_size=200), st.binary(max_size=200))
answers = st.builds(
    lambda field, payload, at: observe(field, payload, seen_at=at),
    st.sampled_from(READ),
    payloads,
    st.one_of(st.none(), st.datetimes(timezones=st.timezones())),
)


def check(told: DeviceFacts) -> None:
    assert len(told.capabilities) <= MAX_CAPABILITIES
    assert len(told.facts) <= MAX_FACTS
    assert len(told.attached) <= MAX_ATTACHED
    assert {c.name for c in told.capabilities} <= knowledge.capabilities().keys()
    assert {f.name for f in told.facts} <= knowledge.fact_kinds().keys()
    for one in (*told.capabilities, *told.facts, *told.attached):
        assert len(one.words.matched) <= MAX_WORDS
        assert one.words.source
    for capability in told.capabilities:
        assert (capability.capable, capability.enabled) != (None, None)
        assert not (capability.capable is False and capability.enabled is True)


@settings(deadline=None, max_examples=300)
@given(st.lists(answers, max_size=6))
def test_anything_that_devices_answer_gives_facts_of_the_vocabulary(
    seen: list[Observation],
) -> None:
    check(facts_of(seen))


@settings(deadline=None, max_examples=100)
@given(st.lists(answers, max_size=5), st.randoms(use_true_random=False))
def test_the_order_in_which_answers_come_does_not_matter(
    seen: list[Observation], chance: object
) -> None:
    kept = {(o.field, o.seen_at): o for o in seen}  # two answers at one instant have no order
    one = list(kept.values())
    other = list(one)
    chance.shuffle(other)  # type: ignore[attr-defined]
    times = [o.seen_at for o in one]
    if len(set(times)) == len(times):
        assert facts_of(one) == facts_of(other)


LONG = 1_000_000
HOSTILE = {
    "one-letter": "a" * LONG,
    "open-tags": "<a>" * (LONG // 3),
    "siblings": "<R>" + "<isSupportFaceDetect>true</isSupportFaceDetect>" * 20_000 + "</R>",
    "triggers": "<R>"
    + "".join(
        f"<EventTrigger><id>VMD-{i}</id><eventType>VMD</eventType></EventTrigger>"
        for i in range(9000)
    )
    + "</R>",
    "rules": "\n".join(
        f"table.VideoAnalyseRule[{i % 9999}][0].Type=FaceDetection" for i in range(20_000)
    ),
    "features": "\n".join(
        f"table.VideoAnalyseRule[{i % 9999}][{i % 7}].Config.FeatureList[0]=Race"
        for i in range(20_000)
    ),
    "deep-json": '{"params":' * 5000,
    "wide-json": '{"params":{"table":[' + ",".join(["[1]"] * 100_000) + "]}}",
    "numbers": "<R><audioInputNums>" + "9" * 100_000 + "</audioInputNums></R>",
    "cameras": "<R>"
    + "".join(f"<InputProxyChannel><id>{i}</id></InputProxyChannel>" for i in range(9000))
    + "</R>",
    "spaces": " " * LONG,
    "equals": "=" * LONG,
    "scopes": "onvif://www.onvif.org/Profile/G " * 30_000,
    "events": "events[0]=" + "VideoMotion," * 80_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_million_characters_of_it_take_a_bounded_time(name: str) -> None:
    slowest = 0.0
    for field in READ:
        started = time.process_time()
        check(facts_of([Observation(field=field, payload=HOSTILE[name])]))
        slowest = max(slowest, time.process_time() - started)
    assert slowest < SECONDS * 3


@settings(deadline=None)
@given(st.text(max_size=300))
def test_lines_and_json_are_read_into_flat_names(text: str) -> None:
    for found in (lines(text), flat(text), flat(text, "table.X")):
        assert all(isinstance(v, str) for v in found.values())


@settings(deadline=None)
@given(documents())
def test_cut_xml_is_read_as_far_as_it_was_whole(text: str) -> None:
    try:
        root = xml.parse_cut(text)
    except PeerError:
        return
    assert root.tag


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_of_rpc2_or_our_error(data: bytes) -> None:
    for read in (challenge, opened, result):
        try:
            read(data)
        except PeerError:
            continue
