"""RPC2: the log-in is the documented one, it is made once, and only reads can be built."""

import hashlib

import msgspec
import pytest

from custodes.errors import PeerError, UsageError
from custodes.find.inspect.asks_dahua import RPC2_ASKS
from custodes.protocols import dahua_rpc2 as rpc2

OFFER = (
    b'{"error":{"code":268632079,"message":"Component error: login challenge!"},"id":1,'
    b'"params":{"encryption":"Default","mac":"","random":"1152325210",'
    b'"realm":"Login to 4C0048DPAJ8F3C9"},"result":false,"session":"c28cf3c3ee27a0f6"}'
)


def upper(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest().upper()


def test_the_first_step_carries_no_password() -> None:
    sent = msgspec.json.decode(rpc2.hello("admin"))
    assert sent["method"] == "global.login"
    assert sent["params"]["password"] == ""
    assert "session" not in sent


def test_the_second_step_is_the_documented_digest_in_the_challenge_s_session() -> None:
    asked = rpc2.challenge(OFFER)
    sent = msgspec.json.decode(rpc2.answer(asked, "admin", "se:cret ü"))
    ha1 = upper("admin:Login to 4C0048DPAJ8F3C9:se:cret ü")
    assert sent["params"]["password"] == upper(f"admin:1152325210:{ha1}")
    assert sent["session"] == "c28cf3c3ee27a0f6"
    assert "cret" not in rpc2.answer(asked, "admin", "se:cret ü").decode()


def test_the_session_of_the_second_answer_counts_and_not_that_of_the_challenge() -> None:
    opened = rpc2.opened(b'{"id":2,"params":{"keepAliveInterval":60},"result":true,"session":"b7"}')
    assert opened == rpc2.Session("b7")
    sent = msgspec.json.decode(rpc2.call(rpc2.Session("b7"), 3, RPC2_ASKS[0].body))
    assert (sent["session"], sent["id"]) == ("b7", 3)
    assert sent["method"] == "magicBox.getSystemInfo"


def test_a_refusal_is_told_and_is_no_error() -> None:
    no = b'{"error":{"code":268632085,"message":"password not valid"},"result":false,"session":1}'
    assert rpc2.opened(no) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"params":{"realm":"x"},"session":"1"}',
        b'{"params":{"realm":"x","random":"y","encryption":"Basic"},"session":"1"}',
        b'{"params":{"realm":"x","random":"y"}}',
    ],
)
def test_what_is_no_challenge_gets_no_answer(data: bytes) -> None:
    with pytest.raises(PeerError):
        rpc2.challenge(data)


@pytest.mark.parametrize(
    "method",
    ["configManager.setConfig", "magicBox.reboot", "global.login", "getSystemInfo", "x.getx"],
)
def test_a_call_that_does_not_only_read_cannot_be_built(method: str) -> None:
    body = msgspec.json.encode({"method": method, "params": None})
    with pytest.raises(UsageError):
        rpc2.call(rpc2.Session("1"), 1, body)


@pytest.mark.parametrize("ask", RPC2_ASKS, ids=lambda a: a.field)
def test_every_question_of_the_list_can_be_built(ask: object) -> None:
    body = getattr(ask, "body", b"")
    assert msgspec.json.decode(rpc2.call(rpc2.Session(7), 4, body))["session"] == 7


def test_a_refused_read_gives_nothing_and_a_true_one_its_parameters() -> None:
    assert rpc2.result(b'{"result":false,"error":{"code":268959743}}') is None
    assert rpc2.result(b'{"result":true,"params":{"name":"NVR"}}') == {"name": "NVR"}
    with pytest.raises(PeerError):
        rpc2.result(b'{"params":{}}')


def test_the_session_is_closed_with_its_own_number() -> None:
    sent = msgspec.json.decode(rpc2.goodbye(rpc2.Session("b7"), 9))
    assert (sent["method"], sent["session"], sent["id"]) == ("global.logout", "b7", 9)
