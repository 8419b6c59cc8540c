"""Dahua's JSON calls over HTTP (RPC2): the owner's log-in in two steps, reads, and the end. Pure.

Rules that this file keeps:
- the first step carries no password; the device answers it with a challenge and no log-in fails;
- the second answers the challenge once; a refusal is final, there is no other try;
- between log-in and end only methods that begin with get or list can be built.

The password never leaves as such: HA1 = MD5(user:realm:password), answer = MD5(user:random:HA1),
both in upper-case hexadecimal. Source: RCooLeR/DahuaBridge bridge/docs/dahua-api.md §2.2;
rroller/dahua custom_components/dahua/rpc2.py.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from custodes.errors import PeerError, UsageError
from custodes.units import MIB

LOGIN_PATH = "/RPC2_Login"
PATH = "/RPC2"
MAX_ANSWER = MIB
MAX_TEXT = 256

_READS = re.compile(r"[A-Za-z][A-Za-z0-9]*\.(?:get|list)[A-Z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the device wants answered; `session` goes with the answer."""

    realm: str
    random: str
    session: str | int


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. Its end is asked for by `goodbye`."""

    id: str | int


def hello(username: str) -> bytes:
    """The first step: asks for the challenge, without a password."""
    return _login(1, {"userName": username, "password": "", **_CLIENT})


def challenge(data: bytes) -> Challenge:
    """The device's challenge.

    Raises:
        PeerError: there is none, or it asks for another way than the documented one.
    """
    answer = _object(data)
    asked = answer.get("params")
    session = answer.get("session")
    if not isinstance(asked, dict) or not isinstance(session, str | int):
        raise PeerError("the device gave no challenge to log in with")
    kind = asked.get("encryption", "Default")
    if kind != "Default":
        raise PeerError("the device asks for a way to log in that is not known", way=str(kind)[:40])
    realm, random = _text(asked.get("realm")), _text(asked.get("random"))
    if not realm or not random:
        raise PeerError("the device's challenge is not complete")
    return Challenge(realm, random, session)


def answer(asked: Challenge, username: str, password: str) -> bytes:
    """The second step: the answer to the challenge."""
    ha1 = _md5(f"{username}:{asked.realm}:{password}")
    proof = _md5(f"{username}:{asked.random}:{ha1}")
    body = {
        "userName": username,
        "password": proof,
        **_CLIENT,
        "authorityType": "Default",
        "passwordType": "Default",
    }
    return _login(2, body, asked.session)


def opened(data: bytes) -> Session | None:
    """The session that the device opened; None where it refused the log-in.

    Raises:
        PeerError: it answered neither.
    """
    answered = _object(data)
    session = answered.get("session")
    if answered.get("result") is not True:
        if "error" in answered or answered.get("result") is False:
            return None
        raise PeerError("the device answered the log-in with something else")
    if not isinstance(session, str | int) or isinstance(session, bool):
        raise PeerError("the device opened no session")
    return Session(session)


def call(session: Session, number: int, asked: bytes) -> bytes:
    """One read in an open session; `asked` is JSON with a method that begins with get or list.

    Raises:
        UsageError: the method is not one that only reads.
    """
    body = _object(asked)
    method = body.get("method")
    if not isinstance(method, str) or _READS.fullmatch(method) is None:
        raise UsageError(f"{str(method)[:60]!r} is not a call that only reads")
    parts = {"method": method, "params": body.get("params")}
    return msgspec.json.encode({**parts, "id": number, "session": session.id})


def goodbye(session: Session, number: int) -> bytes:
    """Ends the session, so that it does not stay open on the device."""
    return msgspec.json.encode(
        {"method": "global.logout", "params": None, "id": number, "session": session.id}
    )


def result(data: bytes) -> Mapping[str, Any] | None:
    """What a read gave; None where the device refused it or does not know it.

    Raises:
        PeerError: it is not an answer to a call.
    """
    answered = _object(data)
    if "result" not in answered and "error" not in answered:
        raise PeerError("the device answered something else than a call")
    found = answered.get("params")
    if answered.get("result") in (False, None) or not isinstance(found, dict):
        return None
    return found


_CLIENT = {"clientType": "Web3.0", "loginType": "Direct"}


def _login(number: int, body: Mapping[str, str], session: str | int | None = None) -> bytes:
    parts: dict[str, Any] = {"method": "global.login", "params": body, "id": number}
    return msgspec.json.encode(parts if session is None else {**parts, "session": session})


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_ANSWER:
        raise PeerError("the answer is too long", limit_bytes=MAX_ANSWER, read_bytes=len(data))
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise PeerError("the answer is not JSON") from error
    if not isinstance(found, dict):
        raise PeerError("the answer is not a JSON object")
    return found


def _text(value: object) -> str:
    return str(value)[:MAX_TEXT] if isinstance(value, str | int) else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
