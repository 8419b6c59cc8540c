"""When an answer is the same answer again, and when it is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.estate.likeness import likeness
from custodes.observation import FIELDS, Observation, observe

HTTP = (
    "HTTP/1.1 401 Unauthorized\r\nDate: {date}\r\nServer: App-webs/\r\n"
    'WWW-Authenticate: Digest qop="auth", realm="{realm}", nonce="{nonce}", opaque="{nonce}"\r\n'
    "Set-Cookie: {cookie}\r\nContent-Length: 20\r\n\r\n<html>{body}</html>"
)
USUAL = {
    "date": "Sun, 22 Nov 2026 10:00:00 GMT",
    "realm": "IP Camera(C1234)",
    "nonce": "6f1d3",
    "cookie": "WebSession_1=aa11bb22cc33; path=/; expires=Sun, 22 Nov 2026 11:00:00 GMT",
    "body": "V5.5.0",
}
SADP = (
    "<ProbeMatch><Uuid>{uuid}</Uuid><DeviceSN>DS-1{serial}</DeviceSN>"
    "<BootTime>{boot}</BootTime></ProbeMatch>"
)
WSD = (
    '<e:Header><w:MessageID a="b">{asked}</w:MessageID><w:RelatesTo>uuid:{asked}</w:RelatesTo>'
    '<d:AppSequence MessageNumber="{number}" InstanceId="{instance}"/></e:Header>'
    "<w:EndpointReference><w:Address>urn:uuid:{device}</w:Address></w:EndpointReference>"
)
CLOCK = (
    "<tt:TimeZone>GMT</tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>{hour}</tt:Hour></tt:Time>"
    "<tt:Date><tt:Year>2026</tt:Year></tt:Date></tt:UTCDateTime>"
)


def http(**changed: str) -> Observation:
    return observe(
        "http.response", HTTP.format(**{**USUAL, **changed}), address="10.0.0.5", port=80
    )


def seen(field: str, text: str, **changed: object) -> Observation:
    values = {"uuid": "A", "serial": "7", "boot": "1", "asked": "q", "number": "1", "device": "d"}
    values |= {"instance": "5", "hour": "1"}
    return observe(field, text.format(**{**values, **changed}), address="10.0.0.5")


@pytest.mark.parametrize(
    "changed",
    [
        {"date": "Mon, 23 Nov 2026 10:00:01 GMT"},
        {"nonce": "another"},
        {"cookie": "WebSession_1=0099887766aa; path=/; expires=Mon, 23 Nov 2026 11:00:00 GMT"},
    ],
)
def test_what_every_answer_brings_anew_is_no_new_answer(changed: dict[str, str]) -> None:
    assert likeness(http(**changed)) == likeness(http())
    assert http(**changed).digest != http().digest


@pytest.mark.parametrize(
    "changed",
    [
        {"realm": "IP Camera(C9999)"},
        {"body": "V5.5.1"},
        {"cookie": "lang=english; path=/"},
        {"cookie": "WebSession_2=aa11bb22cc33; path=/"},
        {"nonce": ""},
    ],
)
def test_what_may_tell_a_device_or_a_firmware_makes_a_new_answer(changed: dict[str, str]) -> None:
    assert likeness(http(**changed)) != likeness(http())


def test_where_an_answer_came_from_counts() -> None:
    one = http()
    other = Observation(field=one.field, payload=one.payload, address="10.0.0.6", port=80)
    assert likeness(one) != likeness(other)


@pytest.mark.parametrize(
    ("field", "text", "changed"),
    [
        ("sadp.ProbeMatch", SADP, {"uuid": "B-2"}),
        ("onvif.ProbeMatch", WSD, {"asked": "another", "number": "22"}),
        ("onvif.soap.GetSystemDateAndTime", CLOCK, {"hour": "23"}),
        ("rtsp.response", "RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: {uuid};timeout=60\r\n\r\n",
         {"number": "9", "uuid": "77"}),
        ("http.header.www-authenticate", 'Digest realm="x", nonce="{uuid}"', {"uuid": "77"}),
        ("http.header.set-cookie", "sid=12345678{uuid}; path=/", {"uuid": "77"}),
        ("http.body", '<input name="csrf_token" value="0123456789ab{uuid}">', {"uuid": "CD"}),
        ("dhip.global.login.challenge", '{{"realm": "r", "random": "{uuid}"}}', {"uuid": "77"}),
        ("snmp.record", "1.3.6.1.2.1.1.3.0 = {number}\n1.3.6.1.2.1.1.1.0 = x", {"number": "9"}),
    ],
)  # fmt: skip
def test_each_protocol_repeats_itself_in_its_own_way(
    field: str, text: str, changed: dict[str, str]
) -> None:
    assert likeness(seen(field, text, **changed)) == likeness(seen(field, text))


@pytest.mark.parametrize(
    ("field", "text", "changed"),
    [
        ("sadp.ProbeMatch", SADP, {"serial": "8"}),
        ("sadp.ProbeMatch", SADP, {"boot": "2"}),
        ("onvif.ProbeMatch", WSD, {"device": "e"}),
        ("onvif.ProbeMatch", WSD, {"instance": "6"}),
        ("http.header.server", "nonce=12345678{serial}", {"serial": "8"}),
        ("http.body", "session id {serial}", {"serial": "8"}),
    ],
)
def test_identity_and_restarts_are_never_masked(
    field: str, text: str, changed: dict[str, str]
) -> None:
    assert likeness(seen(field, text, **changed)) != likeness(seen(field, text))


def test_bytes_that_are_no_text_are_compared_like_text() -> None:
    one, other = (
        observe("http.response", b"HTTP/1.0 200 OK\r\nDate: %d\r\n\r\n\xff\xfe" % n) for n in (1, 2)
    )
    assert one.encoding == "base64"
    assert likeness(one) == likeness(other) != one.digest


@given(st.sampled_from(sorted(FIELDS)), st.text() | st.binary())
def test_any_payload_has_a_likeness_of_its_own(field: str, payload: str | bytes) -> None:
    one = observe(field, payload, address="10.0.0.5")
    assert likeness(one) == likeness(one)
    assert len(likeness(one)) == 64


@pytest.mark.parametrize(
    "bait",
    ["nonce=", 'nonce="', "Date:", "\nSession:", "<Uuid>", "<Uuid ", "set-cookie:a", "csrf=",
     "\nset-cookie: ", "<a:b:Uuid", "session_id", "nonce        ", "MessageNumber='", "viewstate "],
)  # fmt: skip
@pytest.mark.parametrize("field", ["http.response", "sadp.ProbeMatch", "http.header.set-cookie"])
def test_no_payload_takes_more_than_linear_time(field: str, bait: str) -> None:
    def seconds(size: int) -> float:
        one = observe(field, (bait * (size // len(bait) + 1))[:size])
        start = time.perf_counter()
        likeness(one)
        return time.perf_counter() - start

    assert min(seconds(1 << 18) for _ in range(2)) < 1.0
