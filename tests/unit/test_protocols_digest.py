"""Digest and UsernameToken: the standard's own examples, and what no challenge can do."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from custodes.errors import PeerError
from custodes.protocols import digest, ws_security, xml
from custodes.protocols.auth_challenge import challenges
from custodes.protocols.digest import Demand, Login

MUFASA = Login("Mufasa", "Circle of Life")
EXAMPLE = (  # RFC 7616 §3.9.1
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm},'
    ' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",'
    ' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_the_standard_come_out_to_the_letter(algorithm: str, response: str) -> None:
    wanted = digest.demand(challenges([EXAMPLE.format(algorithm=algorithm)]))
    assert wanted is not None
    said = digest.answer(wanted, MUFASA, "GET", "/dir/index.html", count=1, cnonce=CNONCE)
    ((scheme, parameters),) = challenges([said])
    assert (scheme, parameters["response"]) == ("Digest", response)
    assert parameters["opaque"] == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    assert (parameters["nc"], parameters["qop"]) == ("00000001", "auth")


def test_the_first_form_of_digest_is_answered_without_a_count() -> None:
    wanted = digest.demand(challenges(['Digest realm="IP Camera(C1214)", nonce="abc"']))
    assert wanted is not None
    said = digest.answer(wanted, Login("a", "b"), "GET", "/x", count=1, cnonce="c" * 16)
    one = hashlib.md5(b"a:IP Camera(C1214):b").hexdigest()
    two = hashlib.md5(b"GET:/x").hexdigest()
    assert hashlib.md5(f"{one}:abc:{two}".encode()).hexdigest() in said
    assert "nc=" not in said


def test_the_stronger_of_two_challenges_is_answered() -> None:
    both = ['Digest realm="x", nonce="1"', 'Digest realm="x", nonce="2", algorithm=SHA-256']
    wanted = digest.demand(challenges([*both, "Basic realm=x"]))
    assert wanted is not None
    assert wanted.nonce == "2"
    assert digest.wants_password(challenges(["Basic realm=x"]))


@pytest.mark.parametrize(
    "value",
    [
        'Digest realm="x", nonce="1", qop="auth-int"',
        'Digest realm="x", nonce="1", algorithm=SHA-512-256',
        'Digest realm="x", nonce=""',
        'Digest realm="a\x01b", nonce="1"',
        'Digest realm="x", nonce="' + "1" * 1025 + '"',
        'Basic realm="x"',
    ],
)
def test_a_challenge_that_cannot_be_answered_safely_is_not(value: str) -> None:
    assert digest.demand(challenges([value])) is None


def test_a_cnonce_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(PeerError):
        digest.answer(Demand("x", "1"), MUFASA, "GET", "/", count=1, cnonce="short")


def test_a_user_beyond_ascii_goes_in_the_extended_form() -> None:
    said = digest.answer(
        Demand("x", "1"), Login("jürgen", "p"), "GET", "/", count=1, cnonce="c" * 16
    )
    assert "username*=UTF-8''j%C3%BCrgen" in said


def test_a_login_does_not_show_its_password() -> None:
    assert "Circle" not in repr(MUFASA)


def test_a_username_token_is_the_digest_of_nonce_time_and_password() -> None:
    nonce, at = bytes(range(16)), datetime(2010, 9, 16, 7, 50, 45, tzinfo=UTC)
    element = ws_security.token(Login("ad<min", "user:pass"), nonce, at)
    root = xml.parse(f'<s:Header xmlns:s="x">{element}</s:Header>')
    proof = hashlib.sha1(nonce + b"2010-09-16T07:50:45.000Z" + b"user:pass").digest()
    assert root.text_of("Password") == base64.b64encode(proof).decode()
    assert root.text_of("Username") == "ad<min"
    assert root.text_of("Created") == "2010-09-16T07:50:45.000Z"
    with pytest.raises(PeerError):
        ws_security.token(MUFASA, b"short", at)
