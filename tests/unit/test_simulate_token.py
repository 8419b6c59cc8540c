"""A simulated ONVIF device judges log-ins as a real one: name, digest, and its own time."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from custodes.protocols import onvif, ws_security
from custodes.protocols.digest import Login
from custodes.protocols.http import Request
from custodes.simulate.device import Device
from custodes.simulate.plan import plan
from custodes.simulate.profile import profiles
from custodes.simulate.services import soap
from custodes.simulate.stats import Rate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NONCE = bytes(range(20))


def device(**over: int) -> Device:
    (spec,) = plan(1, only=[profiles()["uniview-ipc"]])
    profile = structs.replace(
        spec.profile, device=structs.replace(spec.profile.device, clock_offset_s=0, **over)
    )

    def spawn(_work: object) -> None:
        raise AssertionError("nothing is started")

    spec = structs.replace(spec, profile=profile)
    return Device(spec, "127.0.0.1", spawn=spawn, whole=Rate())


def call(to: Device, word: str | None = None, user: str = "admin", at: datetime = NOW) -> str:
    header = ""
    if word is not None:
        header = ws_security.token(Login(user, word), NONCE, at)
    body = onvif.envelope(f'<q:GetUsers xmlns:q="{onvif.DEVICE}"/>', header)
    request = Request("POST", onvif.PATH, "HTTP/1.1", (), body)
    to.settle()
    return soap.respond(to, request, NOW).body.decode()


def test_the_right_token_is_answered() -> None:
    one = device()
    assert "GetUsersResponse" in call(one, one.values["password"])
    assert (one.seen.logins, one.seen.wrong_logins) == (1, 0)


def test_no_token_is_refused_and_is_no_wrong_log_in() -> None:
    one = device()
    assert "NotAuthorized" in call(one)
    assert (one.seen.logins, one.seen.wrong_logins) == (0, 0)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(minutes=-6), timedelta(days=365)])
def test_a_token_of_another_time_is_refused_though_the_password_is_right(late: timedelta) -> None:
    one = device()
    assert "NotAuthorized" in call(one, one.values["password"], at=NOW + late)
    assert one.seen.wrong_logins == 1


def test_a_device_whose_clock_is_wrong_wants_its_own_time() -> None:
    one = device()
    wrong = structs.replace(one.profile.device, clock_offset_s=-31_536_000)
    one.profile = structs.replace(one.profile, device=wrong)
    assert "NotAuthorized" in call(one, one.values["password"])
    assert "GetUsersResponse" in call(one, one.values["password"], at=NOW - timedelta(days=365))


@pytest.mark.parametrize(("word", "user"), [("wrong", "admin"), (None, "root")])
def test_a_wrong_name_or_password_is_counted(word: str | None, user: str) -> None:
    one = device()
    assert "NotAuthorized" in call(one, word or one.values["password"], user)
    assert one.seen.wrong_logins == 1


def test_after_too_many_wrong_ones_the_right_one_is_refused_too() -> None:
    one = device(lock_after=3)
    for _ in range(3):
        call(one, "wrong")
    assert "NotAuthorized" in call(one, one.values["password"])
    assert (one.seen.wrong_logins, one.seen.locked_out) == (3, 1)


def test_what_the_owner_may_ask_and_the_device_does_not_know_is_another_fault() -> None:
    one = device()
    header = ws_security.token(Login("admin", one.values["password"]), NONCE, NOW)
    body = onvif.envelope(f'<q:GetGeoLocation xmlns:q="{onvif.DEVICE}"/>', header)
    answer = soap.respond(one, Request("POST", onvif.PATH, "HTTP/1.1", (), body), NOW)
    assert "ActionNotSupported" in answer.body.decode()
