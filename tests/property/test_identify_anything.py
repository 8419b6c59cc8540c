"""Whatever a device sends, identification answers: quickly, without fault, always the same."""

import base64
import json
import time
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import InputError
from custodes.find.identify import core
from custodes.find.identify.facets import cut
from custodes.find.identify.literals import clauses
from custodes.find.identify.readers import FACET_READERS, OBSERVATION_READERS
from custodes.observation import FIELDS, Observation, observe, read_line

fields = st.sampled_from(sorted(FIELDS)) | st.text(max_size=20)

# Pieces that make the readers go further than noise would.
PIECES = (
    "HTTP/1.1 200 OK\r\n",
    "RTSP/1.0 401\r\n",
    'WWW-Authenticate: Digest realm="Login to 4K01FD2PAJ6E3FF", nonce="1"\r\n',
    "Server: App-webs/\r\n\r\n",
    "<title>NETSurveillance WEB</title>",
    "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD2185FWD-I</DeviceDescription>",
    "<MAC>44-47-cc-37-ce-81</MAC>",
    "<InputProxyChannel><model>X</model>",
    "xmlns='http://www.hikvision.com/ver20/XMLSchema'",
    '{"mac":"3c:ef:8c:41:6c:ce","params":{"deviceInfo":{"DeviceClass":"IPC","Vendor":"General",',
    '"DeviceType":"IPC-HDW1","Version":"2.8","SerialNo":"6C01E93PAG69A7D"}}}',
    "onvif://www.onvif.org/name/Dahua onvif://www.onvif.org/extension/unique_identifier ",
    "<tds:Manufacturer>H264</tds:Manufacturer><tds:Model>XM530_50X50</tds:Model>",
    "deviceType=31\nupdateSerial=DH-NVR5232\n",
    ".1.3.6.1.2.1.1.1.0 = STRING: ; AXIS Q1656; Box Camera; 10.12.240; Jun; 9; 1\n",
    "option60(vendor class)=AXIS,Network Camera,P3343,5.20.3\n",
    "v=0\r\ns=Media Server\r\na=packetization-supported:DH\r\n",
    "\x00",
    "\ud800",
    "\\u0000",
    "\u2028",
)
texts = st.text(max_size=300) | st.lists(
    st.sampled_from(PIECES) | st.text(max_size=12), max_size=8
).map("".join)


@st.composite
def sightings(draw: st.DrawFn) -> Observation:
    field = draw(fields)
    if draw(st.booleans()):
        return Observation(
            field=field, payload=draw(texts), id=draw(st.none() | st.text(max_size=3))
        )
    raw = draw(st.binary(max_size=300))
    return Observation(field=field, payload=base64.b64encode(raw).decode(), encoding="base64")


@given(sightings())
def test_any_payload_of_any_field_is_answered(seen: Observation) -> None:
    found = core.identify([seen])
    assert 0.0 <= found.confidence <= 1.0
    for evidence in found.evidence:
        assert evidence.source
        assert evidence.matched is not None


@given(st.lists(sightings(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_observations_changes_nothing(seen: list[Observation], rng) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(seen)
    rng.shuffle(shuffled)
    assert core.identify(shuffled) == core.identify(seen)


@given(st.lists(sightings(), min_size=2, max_size=5))
def test_seeing_everything_twice_changes_nothing(seen: list[Observation]) -> None:
    assert core.identify(seen + seen) == core.identify(seen)


@given(st.lists(sightings(), min_size=1, max_size=4), st.text(max_size=50))
def test_a_field_that_nobody_knows_adds_nothing(seen: list[Observation], text: str) -> None:
    unknown = Observation(field="no.such.field", payload=text, id=seen[0].id)
    with_unknown = core.identify([*seen, unknown, unknown])
    assert with_unknown == core.identify([*seen, seen[0]])


@given(sightings())
def test_the_same_observation_always_gives_the_same_answer(seen: Observation) -> None:
    first = core.identify([seen])
    core.forget()
    assert core.identify([seen]) == first
    assert next(core.identify_each([seen])) == first


@given(st.sampled_from(sorted(OBSERVATION_READERS)), texts, st.integers(0, 400))
def test_a_cut_answer_never_breaks_its_reader(field: str, text: str, size: int) -> None:
    for claim in OBSERVATION_READERS[field](text[:size]).claims:
        assert 0 < claim.weight <= 1
        assert len(claim.matched) <= 200


@given(st.sampled_from(sorted(FACET_READERS)), texts)
def test_no_facet_breaks_its_reader(field: str, text: str) -> None:
    assert all(0 < claim.weight <= 1 for claim in FACET_READERS[field](text).claims)


@given(fields, texts)
def test_every_facet_is_a_text_of_bounded_length(field: str, text: str) -> None:
    for _, part in cut(field, text):
        assert len(part) <= 16 * 1024


SLOW = (
    "<a>",
    "<",
    "realm=",
    "onvif://www.onvif.org/",
    '"a":"',
    "a=",
    "\r\n",
    ".1",
    " ",
    "login ",
    "\\",
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FIELDS)), st.sampled_from(SLOW), st.sampled_from(SLOW))
def test_a_hostile_answer_costs_little_more_than_an_honest_one(field: str, a: str, b: str) -> None:
    seen = Observation(field=field, payload=(a * 50 + b) * 5_000)
    core.identify([seen])  # compiles what it needs
    core.forget()
    start = time.process_time()
    core.identify([seen])
    assert time.process_time() - start < 2.0


@given(st.binary(max_size=200))
def test_any_line_is_an_observation_or_a_clear_error(line: bytes) -> None:
    with suppress(InputError):
        assert read_line(line).field is not None


keys = st.sampled_from(
    ("field", "payload", "id", "device", "port", "source", "seen_at", "encoding")
)
values = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.none())


@given(st.dictionaries(keys, values))
def test_a_line_with_a_field_and_a_payload_is_always_read(row: dict[str, object]) -> None:
    line = json.dumps({**row, "field": "http.title", "payload": "x"}).encode()
    seen = read_line(line)
    assert (seen.field, seen.payload) == ("http.title", "x")


@given(st.text(alphabet="ab(|)[]*+?{}\\.^$:1,-x", max_size=24))
def test_what_a_pattern_needs_is_read_from_any_text(pattern: str) -> None:
    assert isinstance(clauses(pattern), tuple)


def test_an_observation_made_of_bytes_survives_the_way_through_a_line() -> None:
    seen = observe("telnet.banner", b"\xff\xfb\x01AXIS login:")
    assert core.identify([seen]).evidence is not None
