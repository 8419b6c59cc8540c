"""Digest, redaction, sealing and questions hold for anything that a device may send."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes import sealing
from custodes.errors import PeerError, SealError
from custodes.find.inspect import asks_isapi, asks_onvif
from custodes.find.inspect.asks import MAX_FOLLOWING, may_be_asked
from custodes.find.inspect.redact import redact
from custodes.protocols import digest
from custodes.protocols.auth_challenge import challenges
from custodes.protocols.digest import Login

SECRET = st.text(
    st.characters(codec="utf-8", exclude_characters="<>&\"'\\,;{}[]\x00", exclude_categories=["C"]),
    min_size=6,
    max_size=24,
).map(lambda text: f"Zq{text.strip()}7")
NAMES = st.sampled_from(
    "password Password passwd userPassword pskKey sharedKey WPAKey wepKey verificationCode"
    " communityString privKey authKey secretKey Passphrase PSK hash salt pin key".split()
)
WHOLE = (
    "<a><{n}>{s}</{n}></a>",
    "<x:{n} opt='1'>{s}</x:{n}><b/>",
    "<{n}><![CDATA[{s}]]></{n}>",
    "<{n}><inner>{s}</inner></{n}>",
    "<{n}>{s}",
    '<a {n}="{s}" b="1"/>',
    '<tt:SimpleItem Name="{n}" Value="{s}"/>',
    '{{"a":1,"{n}":"{s}","b":2}}',
    '{{"{n}": ["{s}", "{s}"], "c": 1}}',
    '{{"{n}": {{"x": "{s}"}}}}',
    '{{"{n}":"{s}',
    "table.A[0].{n}={s}\r\ntable.A[0].Port=80\r\n",
    "root.Network.{n}={s}",
    "{n}={s}\n",
)


@given(SECRET, NAMES, st.sampled_from(WHOLE), st.text(max_size=40))
def test_a_secret_behind_its_name_is_never_kept(
    secret: str, name: str, shape: str, around: str
) -> None:
    text = shape.format(n=name, s=secret)
    assert secret not in redact("isapi.deviceInfo", text.encode())
    lines = around.replace("\r", " ").replace("\n", " ") + "\n" + text
    if "<" not in around and '"' not in around and "'" not in around:
        assert secret not in redact("http.vapix.param.Network", lines.encode())


@given(SECRET, st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"]))
def test_a_wide_encoding_hides_no_secret(secret: str, encoding: str) -> None:
    answer = f"<a><password>{secret}</password></a>".encode(encoding)
    assert secret not in redact("isapi.deviceInfo", answer)


@given(SECRET)
def test_a_name_in_a_list_of_accounts_is_never_kept(name: str) -> None:
    for field, shape in (
        ("isapi.Security.users", "<User><id>2</id><userName>{s}</userName></User>"),
        ("onvif.soap.GetUsers", "<tt:User><tt:Username>{s}</tt:Username></tt:User>"),
        ("http.cgi.userManager.getUserInfoAll", "users[1].Name={s}\r\nusers[1].Memo=of {s}\r\n"),
        ("http.rpc2.userManager.getUserInfoAll", '{{"users":[{{"Name":"{s}"}}]}}'),
        ("http.vapix.pwdgrp", 'admin="root,{s}"\n'),
    ):
        assert name not in redact(field, shape.format(s=name).encode())


@given(st.binary(max_size=4000))
def test_any_bytes_are_redacted_to_a_text_of_bounded_length(data: bytes) -> None:
    for field in ("isapi.Security.users", "http.vapix.pwdgrp", "onvif.soap.GetProfiles"):
        assert len(redact(field, data)) <= 4 * len(data) + 40


def test_what_is_no_secret_stays_to_the_letter() -> None:
    accounts = (
        "<User><id>1</id><userName>admin</userName><userLevel>Administrator</userLevel></User>"
    )
    for field, text in (
        (
            "isapi.System.capabilities",
            "<DeviceCap><isSupportPassword>true</isSupportPassword><token>P_1</token></DeviceCap>",
        ),
        ("http.cgi.configManager.NTP", "table.NTP.Enable=true\r\ntable.NTP.Address=a.org\r\n"),
        ("http.vapix.basicDeviceInfo", '{"data":{"propertyList":{"SerialNumber":"ACCC8E000000"}}}'),
        ("onvif.soap.GetProfiles", '<p:Profiles token="P_1"><t:Name>main</t:Name></p:Profiles>'),
        ("isapi.Security.users", accounts),
    ):
        assert redact(field, text.encode()) == text


@given(
    st.dictionaries(
        st.sampled_from("realm nonce opaque qop algorithm stale charset x".split()),
        st.text(max_size=60),
        max_size=8,
    ),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_no_challenge_breaks_out_of_the_answer(said: dict[str, str], user: str, word: str) -> None:
    wanted = digest.demand([("Digest", said)])
    if wanted is None:
        return
    answer = ""
    with suppress(PeerError):
        answer = digest.answer(wanted, Login(user, word), "GET", "/a?b=1", count=1, cnonce="c" * 16)
    if not answer:
        return
    assert not re.search(r"[\x00-\x1f\x7f]", answer)
    ((scheme, parameters),) = challenges([answer])
    assert scheme == "Digest"
    assert parameters["uri"] == "/a?b=1"
    assert parameters["realm"] == wanted.realm
    assert parameters["nonce"] == wanted.nonce


@given(st.text(max_size=200), st.binary(min_size=32, max_size=32), st.text(max_size=40))
def test_what_is_sealed_opens_only_for_its_own_purpose_and_key(
    secret: str, key: bytes, purpose: str
) -> None:
    sealed = sealing.seal(secret, key, purpose)
    assert sealing.unseal(sealed, key, purpose) == secret
    for other in (
        (sealed, key, purpose + "x"),
        (sealed, bytes(b ^ 1 for b in key), purpose),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), key, purpose),
    ):
        with pytest.raises(SealError):
            sealing.unseal(*other)


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_any_bytes_in_place_of_a_sealed_secret_are_our_error(data: bytes, key: bytes) -> None:
    with pytest.raises(SealError):
        sealing.unseal(data, key, "x")


HREF = st.sampled_from(
    ["http://10.0.0.1/onvif/media", "http://evil.example/x", "ftp://x", "/onvif/../etc", "x y", ""]
) | st.text(max_size=30)


@given(st.lists(st.tuples(st.sampled_from([asks_onvif.MEDIA, asks_onvif.EVENTS, "x"]), HREF)))
def test_questions_made_of_an_answer_only_read_and_name_no_host(
    services: list[tuple[str, str]],
) -> None:
    from custodes.protocols import onvif

    answer = onvif.build_services([(name, href, "2.0") for name, href in services])
    made = asks_onvif.of_services(answer)
    assert len(made) <= MAX_FOLLOWING
    for ask in made:
        assert may_be_asked(ask)
        assert ask.path.startswith("/")


@given(st.binary(max_size=2000))
def test_any_answer_leads_to_questions_that_only_read(answer: bytes) -> None:
    for follow in (asks_isapi.smart, asks_onvif.of_services):
        assert all(map(may_be_asked, follow(answer)))
    assert all(map(may_be_asked, asks_onvif.of_profiles(answer, "/onvif/analytics")))
