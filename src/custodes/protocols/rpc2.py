"""Dahua's JSON calls over HTTP (RPC2): the log-in with a challenge, calls, answers. Pure.

The password goes out only as a digest over the device's realm and chance. A device that wants it
in another way (in clear, or in a form that is not known) gets none.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from custodes.errors import PeerError
from custodes.protocols.digest import Login
from custodes.units import MIB

CALL, LOGIN = "/RPC2", "/RPC2_Login"
MAX_VALUE = 256  # characters of a realm, a chance or a session
LIMIT_BYTES = MIB
CLIENT = "Web3.0"

Session = str | int


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a device gives to log in with; `session` is sent with everything after it."""

    realm: str
    random: str
    session: Session


def hello(user: str, number: int) -> bytes:
    """The first of two messages of a log-in: who wants to come in, without any proof."""
    told = {"userName": user, "password": "", "clientType": CLIENT, "loginType": "Direct"}
    return _message("global.login", told, number, 0)


def challenge(data: bytes) -> Challenge | None:
    """The challenge in a device's answer; None where it gives none that can be answered.

    Raises:
        PeerError: it is no JSON object, or it breaks a limit.
    """
    row = read(data)
    told = row.get("params")
    session = row.get("session")
    if not isinstance(told, dict) or not isinstance(session, str | int):
        return None
    realm, random = told.get("realm"), told.get("random")
    fit = all(isinstance(v, str) and 0 < len(v) <= MAX_VALUE for v in (realm, random))
    if not fit or told.get("encryption", "Default") != "Default" or len(str(session)) > MAX_VALUE:
        return None
    return Challenge(str(realm), str(random), session)


def proof(given: Challenge, login: Login, number: int) -> bytes:
    """The second message of a log-in: the digest that only who knows the password can make."""
    secret = _md5(f"{login.user}:{given.realm}:{login.word}")
    word = _md5(f"{login.user}:{given.random}:{secret}")
    told = {
        "userName": login.user,
        "password": word,
        "clientType": CLIENT,
        "loginType": "Direct",
        "authorityType": "Default",
        "passwordType": "Default",
    }
    return _message("global.login", told, number, given.session)


def goodbye(session: Session, number: int) -> bytes:
    """End a session: devices have room for few."""
    return _message("global.logout", None, number, session)


def call(body: bytes, number: int, session: Session) -> bytes:
    """A call with what the session adds to it.

    Raises:
        PeerError: the body is no JSON object.
    """
    row = read(body)
    return _message(str(row.get("method", "")), row.get("params"), number, session)


def accepted(data: bytes) -> bool:
    """Whether a device did what it was asked."""
    return bool(read(data).get("result"))


def trouble(data: bytes) -> str:
    """What a device says of its refusal, in short."""
    error = read(data).get("error")
    said = error.get("message") if isinstance(error, dict) else None
    return re.sub(r"[^\x20-\x7e]", "?", str(said or ""))[:120]


def read(data: bytes) -> Mapping[str, Any]:
    """A message as a mapping.

    Raises:
        PeerError: it is no JSON object, or it breaks a limit.
    """
    if len(data) > LIMIT_BYTES:
        raise PeerError("the answer is too long", limit_bytes=LIMIT_BYTES)
    try:
        row = msgspec.json.decode(data.decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise PeerError("the answer is not JSON") from error
    if not isinstance(row, dict):
        raise PeerError("the answer is no JSON object")
    return row


def _message(method: str, told: object, number: int, session: Session) -> bytes:
    row = {"method": method, "params": told, "id": number, "session": session}
    return msgspec.json.encode(row)


def _md5(text: str) -> str:
    data = text.encode("utf-8", "replace")
    return hashlib.md5(data).hexdigest().upper()  # noqa: S324 - the protocol's own
