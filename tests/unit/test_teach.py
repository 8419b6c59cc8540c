"""A draft from an unknown device: a family's mark with proof, and nothing private in it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.cli.main import invoke
from custodes.find.identify.core import identify
from custodes.find.teach.disguise import disguised, parts
from custodes.find.teach.draft import Told, drafts
from custodes.find.teach.writing import as_toml, faults
from custodes.knowledge.fingerprints import read_rules
from custodes.observation import Observation, observe, write_line

REALM = 'Digest realm="ACME AC-200 4F0A12BPAZ00123", nonce="aabb"'
PAGE = "<html><head><title>ACME Vision AC-200 - 192.168.1.20 North door</title></head></html>"
ANSWER = (
    "HTTP/1.1 401 Unauthorized\r\nServer: AcmeCam-httpd/2.1.7\r\n"
    f"WWW-Authenticate: {REALM}\r\nContent-Type: text/html\r\n\r\n{PAGE}"
)
SEEN = [
    observe("http.response", ANSWER, address="192.168.1.20", port=80),
    observe("rtsp.header.server", "AcmeCam RTSP/2.1.7", address="192.168.1.20", port=554),
    observe("tls.subject", "CN=acme-0011AB22CC33,O=ACME Vision Ltd", address="192.168.1.20"),
    observe("http.favicon.md5", "0123456789abcdef0123456789abcdef", address="192.168.1.20"),
    observe("mac.address", "00:11:ab:22:cc:33", address="192.168.1.20"),
]
TOLD = Told(
    brand="ACME Vision",
    model="AC-200",
    device_type="camera",
    is_surveillance=True,
    private=("4F0A12BPAZ00123", "North door", "192.168.1.20"),
    seen="answer of an owned device, seen 2026-11-22",
)
PRIVATE = ("4F0A12BPAZ00123", "0011AB22CC33", "192.168.1.20", "North door", "00:11:ab:22:cc:33")


def draft(told: Told = TOLD, seen: list[Observation] = SEEN) -> str:
    return as_toml(*drafts(seen, told), told)


def test_the_draft_is_a_sound_fingerprint_file() -> None:
    rules = list(read_rules(draft(), "acme.toml"))
    assert {rule.field for rule in rules} == {
        "http.header.server",
        "http.realm",
        "http.title",
        "rtsp.header.server",
        "tls.subject",
        "http.favicon.md5",
    }
    assert list(faults(draft(), "acme.toml")) == []


def test_nothing_private_is_left_in_it() -> None:
    assert not [word for word in PRIVATE if word.lower() in draft().lower()]


def test_the_next_device_of_the_family_is_read_by_it() -> None:
    rules = {rule.field: rule for rule in read_rules(draft(), "acme.toml")}
    assert rules["http.realm"].match("ACME AC-310W 7B1C99ZZZZ44321") == {"model": "AC-310W"}
    assert rules["http.header.server"].match("AcmeCam-httpd/3.0") == {"firmware": "3.0"}
    title = rules["http.title"].match("ACME Vision AC-9 - 10.0.0.1 Car park")
    assert title == {"model": "AC-9"}
    assert rules["tls.subject"].match("CN=acme-AABBCCDDEEFF,O=ACME Vision Ltd") == {}


def test_what_is_known_or_shared_by_many_is_left_out_with_the_reason() -> None:
    seen = [
        observe("http.header.server", "App-webs/"),
        observe("rtsp.header.public", "OPTIONS, DESCRIBE"),
        observe("http.title", "12 34"),
        observe("http.body", "<p>" + "x" * 900),
    ]
    made, left = drafts(seen, TOLD)
    assert made == []
    assert {one.field: one.why.split(" ")[0] for one in left} == {
        "http.header.server": "the",
        "rtsp.header.public": "many",
        "http.title": "no",
        "http.body": "a",
    }


def test_a_text_of_another_brand_is_never_claimed() -> None:
    made, left = drafts([observe("http.title", "Hikvision 9.9.9 recorder page")], TOLD)
    known = {one.why.split(" ")[0] for one in left}
    assert not made or "Hikvision" not in {r.vendor for r in read_rules(draft(), "x")}
    assert known <= {"the", "it"}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("mail bob@example.org now", "mail AAA@AAAAAAA.AAA now"),
        ("cam 10.1.2.3:80", "cam 00.0.0.0:80"),
        ("up 2026-01-02T03:04:05Z", "up 0000-00-00A00:00:00A"),
        ("id 44:47:cc:00:11:22!", "id 00:00:AA:00:00:00!"),
        ("AC-200 v2.1", "AC-200 v2.1"),
        ("uuid 2419d68a-2dd2-21b2-a205-44a642000001", "uuid 0000A00A-0AA0-00A0-A000-00A000000000"),
    ],
)
def test_what_tells_one_device_from_others_keeps_only_its_form(text: str, safe: str) -> None:
    assert disguised(text) == safe


@settings(deadline=None)
@given(st.text(max_size=80), st.lists(st.text(min_size=4, max_size=10), max_size=3))
def test_a_disguised_text_is_read_by_its_own_pattern_and_holds_no_known_word(
    text: str, known: list[str]
) -> None:
    import re

    pieces = list(parts(text, known))
    shown = "".join(part.shown for part in pieces)
    assert len(shown) == len(text)
    plain = [part for part in pieces if not part.kind]
    assert not [k for k in known for part in plain if k in part.shown]
    assert all(re.fullmatch(part.pattern, part.shown, re.DOTALL) for part in plain)


@settings(deadline=None)
@given(st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_any_text_ends_in_rules_that_prove_themselves(texts: list[str]) -> None:
    seen = [observe("http.title", text) for text in texts]
    made, left = drafts(seen, TOLD)
    text = as_toml(made, left, TOLD)
    if made:
        assert not [f for f in faults(text, "x.toml") if "counter" in f or "own example" in f]


def run(tmp_path: Path, *words: str) -> int:
    return invoke(["--data", str(tmp_path / "data"), "teach", *words])


def test_the_command_writes_a_draft_and_checks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, out = tmp_path / "acme.jsonl", tmp_path / "acme.toml"
    answers.write_bytes(b"".join(map(write_line, SEEN)))
    words = ["--brand", "ACME Vision", "--model", "AC-200", "--type", "camera"]
    private = ["--private", "4F0A12BPAZ00123", "--private", "North door"]
    assert run(tmp_path, str(answers), *words, *private, "-o", str(out), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["rules"]) == 6
    assert not [word for word in PRIVATE if word.lower() in out.read_text().lower()]
    assert run(tmp_path, str(out), "--check") == 0
    assert run(tmp_path, str(answers), *words, "-o", str(out)) == 2
    out.write_text(out.read_text().replace("weight = 0.6", "weight = 1.6"))
    assert run(tmp_path, str(out), "--check") == 1
    assert "between 0 and 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("pattern = '(?:a+)+ acme'\nyes = [{ text = \"a acme\" }]", "repeats a repetition"),
        ("pattern = '.*'\nyes = [{ text = \"x\" }]", "no plain text"),
        ("pattern = 'acme'\nyes = [{ text = \"emca\" }]", "does not match its own example"),
        ("pattern = '('\nyes = [{ text = \"(\" }]", "cannot be read"),
        ("pattern = 'App-webs/'\nyes = [{ text = \"App-webs/\" }]", "says is Hikvision"),
    ],
)
def test_a_rule_that_would_harm_is_found_before_it_is_sent(rule: str, fault: str) -> None:
    text = (
        '[[rule]]\nid = "x"\nfields = ["http.header.server"]\nvendor = "ACME"\nweight = 0.5\n'
        f'source = "s"\n{rule}\nno = ["y"]\n'
    )
    assert any(fault in one for one in faults(text, "x.toml")), list(faults(text, "x.toml"))


def test_a_draft_of_what_is_identified_already_teaches_nothing_new() -> None:
    seen = [observe("http.header.server", "App-webs/")]
    assert identify(seen).maker == "Hikvision"
    assert drafts(seen, TOLD)[0] == []


SHARED = [
    ("http.header.server", "nginx/1.24.0"),
    ("http.header.server", "Apache/2.4.57 (Debian)"),
    ("http.header.server", "mini_httpd/1.30 26Oct2018"),
    ("http.title", "Sign in"),
    ("http.realm", "Secure Area"),
    ("rtsp.header.public", "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"),
    ("rtsp.sdp.session", "streaming vision"),
    ("rtsp.sdp.attribute", "control:*"),
    ("onvif.namespace", "http://www.w3.org/2003/05/soap-envelope"),
    ("onvif.scope", "onvif://www.onvif.org/hardware/IPCAM"),
    ("ssh.banner", "SSH-2.0-dropbear_2019.78"),
    ("snmp.sysDescr", "Linux ipcam 3.10.14 #1 mips"),
    ("tls.issuer", "CN=R3,O=Let's Encrypt,C=US"),
]


@pytest.mark.parametrize(("field", "text"), SHARED)
def test_a_text_that_names_neither_brand_nor_model_is_left_to_a_person(
    field: str, text: str
) -> None:
    made, left = drafts([observe(field, text)], TOLD)
    assert made == []
    assert [one.text for one in left]


def test_the_check_refuses_a_rule_that_calls_every_common_web_server_one_brand() -> None:
    text = (
        '[[rule]]\nid = "x"\nfields = ["http.header.server"]\nvendor = "ACME"\nweight = 0.5\n'
        "source = \"s\"\npattern = 'lighttpd/[\\d.]{3,9}'\n"
        'yes = [{ text = "lighttpd/1.4.35" }]\nno = ["y"]\n'
    )
    assert any("many makers" in one for one in faults(text, "x.toml"))


def test_a_draft_on_standard_output_is_a_file_that_can_be_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, out = tmp_path / "acme.jsonl", tmp_path / "acme.toml"
    answers.write_bytes(b"".join(map(write_line, SEEN)))
    assert run(tmp_path, str(answers), "--brand", "ACME Vision", "--type", "camera") == 0
    out.write_text(capsys.readouterr().out)
    assert run(tmp_path, str(out), "--check") == 0


def test_a_file_that_is_no_draft_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.bin"
    out.write_bytes(b"\xff\xfe\x00")
    assert run(tmp_path, str(out), "--check") == 2
    assert "codec" not in capsys.readouterr().err
    assert run(tmp_path, str(tmp_path / "none.toml"), "--check") == 2
    assert "Errno" not in capsys.readouterr().err
