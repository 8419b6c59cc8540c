"""Secrets at rest: sealed with a key that never lies in the database. Pure, but for chance.

A sealed secret opens only for the words that it was sealed for (whose it is, where it goes), so
that nobody who can write to the database can turn it towards a device of their own.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from custodes.errors import SealError

KEY_BYTES = 32
MAX_SECRET = 4096  # bytes of a secret
_VERSION = b"\x01"
_NONCE = 12


def new_key() -> bytes:
    """A fresh key."""
    return os.urandom(KEY_BYTES)


def seal(secret: str, key: bytes, purpose: str) -> bytes:
    """Seal a secret for a purpose: AES-256-GCM, a fresh nonce, the purpose authenticated.

    Raises:
        SealError: the key is no key, or the secret is too long.
    """
    plain = secret.encode("utf-8", "surrogatepass")
    if len(plain) > MAX_SECRET:
        raise SealError("a secret of more than 4,096 bytes is not kept")
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + _cipher(key).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, key: bytes, purpose: str) -> str:
    """The secret again.

    Raises:
        SealError: the key is another one, or what is sealed was changed or meant for another use.
    """
    head, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    if head != _VERSION or len(nonce) != _NONCE:
        raise SealError("this is no sealed secret")
    try:
        plain = _cipher(key).decrypt(nonce, body, purpose.encode())
    except InvalidTag as error:
        raise SealError(
            "a stored secret does not open with this key, or was changed",
            hint="Restore the key file it was sealed with, or enter the secret anew:"
            " custodes credentials add",
        ) from error
    return plain.decode("utf-8", "surrogatepass")


def mark(key: bytes, *parts: str) -> str:
    """A word by which a secret is known again without telling it (48 hex of HMAC-SHA-256)."""
    said = b"".join(len(p).to_bytes(4) + p for p in (t.encode("utf-8", "replace") for t in parts))
    return hmac.new(_checked(key), b"mark" + said, hashlib.sha256).hexdigest()[:48]


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(_checked(key))


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise SealError(
            f"a key has {KEY_BYTES} bytes, this one {len(key)}",
            hint="Restore the key file from a backup of the data folder.",
        )
    return key
