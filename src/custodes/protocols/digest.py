"""HTTP Digest and Basic answers to a device's challenge (RFC 7616, RFC 7617). Pure.

The strongest challenge that can be answered is chosen. What a device puts into its challenge goes
back to it quoted, so that no realm or nonce can add a header or a parameter of its own.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from custodes.errors import PeerError
from custodes.protocols.auth_challenge import Challenge

MAX_VALUE = 1024  # characters of a realm, nonce or opaque
_UNFIT = re.compile(r"[^\x20-\x7e\x80-\U0010ffff]|[\x80-\x9f\ud800-\udfff]")
# Strongest first. MD5 is what almost every camera offers.
_ALGORITHMS: dict[str, Callable[[bytes], str]] = {
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data).hexdigest(),  # noqa: S324 - the protocol's own
}


@dataclass(frozen=True, slots=True)
class Demand:
    """One Digest challenge that can be answered."""

    realm: str
    nonce: str
    algorithm: str = ""  # as the device wrote it; "" where it named none, which means MD5
    qop: str = ""  # "auth", or "" for the first form of Digest, which knows none
    opaque: str | None = None
    stale: bool = False  # only the nonce was too old; the log-in was not judged
    utf8: bool = False

    @property
    def strength(self) -> tuple[int, int]:
        """Higher is better: the algorithm, then whether answers are counted."""
        return (-list(_ALGORITHMS).index(_name(self.algorithm)[0]), len(self.qop))


def demand(offered: Iterable[Challenge]) -> Demand | None:
    """The strongest Digest challenge that can be answered; None where there is none.

    Not answered: an unknown algorithm, a qop without "auth" (auth-int alone), and values with
    control characters or of more than MAX_VALUE characters.
    """
    found = [_demand(said) for scheme, said in offered if scheme.casefold() == "digest"]
    able = [one for one in found if one is not None]
    return max(able, key=lambda one: one.strength, default=None)


def wants_password(offered: Iterable[Challenge]) -> bool:
    """Whether the device takes Basic: the password itself, readable by whoever listens."""
    return any(scheme.casefold() == "basic" for scheme, _ in offered)


def _demand(said: Mapping[str, str]) -> Demand | None:
    realm, nonce, opaque = said.get("realm", ""), said.get("nonce", ""), said.get("opaque")
    algorithm = said.get("algorithm", "").strip()
    qops = [word.strip().casefold() for word in said.get("qop", "").split(",") if word.strip()]
    values = (realm, nonce, opaque or "")
    unfit = any(len(value) > MAX_VALUE or _UNFIT.search(value) for value in values)
    if not nonce or unfit or _name(algorithm)[0] not in _ALGORITHMS:
        return None
    if qops and "auth" not in qops:
        return None
    stale = said.get("stale", "").strip().casefold() == "true"
    utf8 = said.get("charset", "").strip().casefold() == "utf-8"
    return Demand(realm, nonce, algorithm, "auth" if qops else "", opaque, stale, utf8)


def _name(algorithm: str) -> tuple[str, bool]:
    """An algorithm and whether it is its session form."""
    upper = algorithm.upper() or "MD5"
    return upper.removesuffix("-SESS"), upper.endswith("-SESS")


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """A user and a password, on their way into an answer."""

    user: str
    word: str


def answer(wanted: Demand, login: Login, method: str, uri: str, *, count: int, cnonce: str) -> str:
    """The value of an Authorization header; the password is in it only as a digest.

    `count` is how often this nonce was answered, this time included; `cnonce` is the caller's own
    chance, at least 16 characters of it.

    Raises:
        PeerError: the request's own parts cannot stand in a header.
    """
    if _UNFIT.search(login.user + uri + cnonce) or not re.fullmatch(r"[\w=+/-]{16,64}", cnonce):
        raise PeerError("an answer to this challenge cannot be built")
    nc = f"{count:08x}"
    response = _response(wanted, login, f"{method}:{uri}", (nc, cnonce))
    parts = [_user(login.user), _quoted("realm", wanted.realm), _quoted("nonce", wanted.nonce)]
    parts += [_quoted("uri", uri), _quoted("response", response)]
    if wanted.algorithm:
        parts.append(f"algorithm={wanted.algorithm}")
    if wanted.opaque is not None:
        parts.append(_quoted("opaque", wanted.opaque))
    if wanted.qop:
        parts += [f"qop={wanted.qop}", f"nc={nc}", _quoted("cnonce", cnonce)]
    elif _name(wanted.algorithm)[1]:
        parts.append(_quoted("cnonce", cnonce))
    return "Digest " + ", ".join(parts)


def _response(wanted: Demand, login: Login, request: str, fresh: tuple[str, str]) -> str:
    name, session = _name(wanted.algorithm)
    digest = _ALGORITHMS[name]
    nc, cnonce = fresh

    def of(*parts: str) -> str:
        return digest(_bytes(":".join(parts), utf8=wanted.utf8))

    secret = of(login.user, wanted.realm, login.word)
    if session:
        secret = of(secret, wanted.nonce, cnonce)
    bound = (nc, cnonce, wanted.qop) if wanted.qop else ()
    return of(secret, wanted.nonce, *bound, of(request))


def _bytes(text: str, *, utf8: bool) -> bytes:
    """Latin-1 by old custom, where it can say it and the device did not ask for UTF-8."""
    if not utf8:
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            pass
    return text.encode("utf-8", "replace")


def _quoted(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'


def _user(user: str) -> str:
    return _quoted("username", user) if user.isascii() else f"username*=UTF-8''{quote(user)}"


def basic(login: Login) -> str:
    """The value of an Authorization header that carries the password itself."""
    return "Basic " + b64encode(f"{login.user}:{login.word}".encode()).decode()
