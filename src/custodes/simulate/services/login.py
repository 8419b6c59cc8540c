"""Whether a request carries the right login: Digest (MD5, RFC 2617) or Basic. Pure."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping

from custodes.protocols.auth_challenge import challenges


def admits(
    authorization: str | None,
    *,
    method: str,
    offered: Iterable[str],
    username: str,
    password: str,
) -> bool:
    """Whether an Authorization header answers one of the challenges that were `offered`."""
    if authorization is None:
        return False
    scheme, _, rest = authorization.strip().partition(" ")
    allowed = {name.lower(): values for name, values in challenges(offered)}
    if scheme.lower() not in allowed:
        return False
    if scheme.lower() == "basic":
        return _basic(rest) == f"{username}:{password}"
    parameters = dict(challenges([authorization])[0][1])
    expected = {
        "username": username,
        "realm": allowed["digest"].get("realm"),
        "response": digest(parameters, method, username, password),
    }
    return all(parameters.get(key) == value for key, value in expected.items())


def digest(parameters: Mapping[str, str], method: str, username: str, password: str) -> str:
    """The response that the right password gives for the parameters of an Authorization header."""
    get = parameters.get
    ha1 = _md5(f"{username}:{get('realm', '')}:{password}")
    ha2 = _md5(f"{method}:{get('uri', '')}")
    if get("qop"):
        return _md5(
            f"{ha1}:{get('nonce', '')}:{get('nc', '')}:{get('cnonce', '')}:{get('qop')}:{ha2}"
        )
    return _md5(f"{ha1}:{get('nonce', '')}:{ha2}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _basic(text: str) -> str | None:
    try:
        return base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
