"""WS-Security UsernameToken, as ONVIF asks for it: the password only as a digest. Pure.

The token holds the time by the device's own clock: one with another time is refused even where
the password is right.
"""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime

from custodes.errors import PeerError
from custodes.protocols import xml
from custodes.protocols.digest import Login

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECURITY = _OASIS + "wssecurity-secext-1.0.xsd"
UTILITY = _OASIS + "wssecurity-utility-1.0.xsd"
DIGEST = _OASIS + "username-token-profile-1.0#PasswordDigest"
ENCODING = _OASIS + "soap-message-security-1.0#Base64Binary"
NONCE_BYTES = 16


def token(login: Login, nonce: bytes, created: datetime) -> str:
    """The header element that proves the password to a device whose clock shows `created`.

    Raises:
        PeerError: the nonce is too short to be used once.
    """
    if len(nonce) < NONCE_BYTES:
        raise PeerError("a nonce of a token has at least 16 bytes")
    stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    proof = b64encode(
        hashlib.sha1(nonce + stamp.encode() + login.word.encode()).digest()  # noqa: S324 - its own
    ).decode()
    return (
        f'<w:Security xmlns:w="{SECURITY}" xmlns:u="{UTILITY}" s:mustUnderstand="1">'
        f"<w:UsernameToken><w:Username>{xml.escape(login.user)}</w:Username>"
        f'<w:Password Type="{DIGEST}">{proof}</w:Password>'
        f'<w:Nonce EncodingType="{ENCODING}">{b64encode(nonce).decode()}</w:Nonce>'
        f"<u:Created>{stamp}</u:Created></w:UsernameToken></w:Security>"
    )
