"""Logins at a simulated device are checked as a real one does it."""

import base64

import pytest

from custodes.simulate.services.login import admits, digest

OFFERED = ['Digest realm="IP Camera(C1214)", nonce="abc"', 'Basic realm="IP Camera(C1214)"']


def admitted(authorization: str | None) -> bool:
    return admits(authorization, method="GET", offered=OFFERED, username="admin", password="right")


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def answer(password: str, **over: str) -> str:
    values = {"username": "admin", "realm": "IP Camera(C1214)", "nonce": "abc", "uri": "/"} | over
    response = digest(values, "GET", "admin", password)
    parts = ", ".join(f'{key}="{value}"' for key, value in values.items())
    return f'Digest {parts}, response="{response}"'


def test_the_example_of_rfc_2617_gives_its_response() -> None:
    parameters = {
        "username": "Mufasa",
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
    }
    assert (
        digest(parameters, "GET", "Mufasa", "Circle Of Life") == "6629fae49393a05397450978507c4ef1"
    )


@pytest.mark.parametrize("authorization", [basic("admin:right"), answer("right")])
def test_the_right_password_is_let_in(authorization: str) -> None:
    assert admitted(authorization)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Digest",
        "Basic !!!",
        "Basic /w==",
        "Bearer right",
        basic("admin:wrong"),
        basic("root:right"),
        answer("wrong"),
        answer("right", realm="another"),
        answer("right", username="root"),
    ],
)
def test_everything_else_is_refused(authorization: str | None) -> None:
    assert not admitted(authorization)


def test_a_scheme_that_was_not_offered_is_refused() -> None:
    assert not admits(
        basic("admin:right"),
        method="GET",
        offered=OFFERED[:1],
        username="admin",
        password="right",
    )
