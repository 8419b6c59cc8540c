"""The part of TLS that is not secret: the name a client asks for, the certificate a server shows.

Pure; reads the first records of one direction (RFC 5246, RFC 6066, RFC 8446). From TLS 1.3 on the
certificate is encrypted, and nothing of it is read.
"""

from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.units import KIB

HANDSHAKE = 22
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
SERVER_NAME, SUPPORTED_VERSIONS = 0, 43
LIMIT_BYTES = 64 * KIB
MAX_MESSAGES = 32
MAX_RECORDS = 256
MAX_EXTENSIONS = 64
MAX_CERTIFICATES = 8
VERSIONS = {
    0x0300: "SSLv3",
    0x0301: "TLSv1",
    0x0302: "TLSv1.1",
    0x0303: "TLSv1.2",
    0x0304: "TLSv1.3",
}


@dataclass(frozen=True, slots=True)
class Hello:
    """What one side said in clear. `server_name` is the client's, the rest the server's."""

    client: bool
    server_name: str = ""
    version: str = ""
    certificates: tuple[bytes, ...] = ()


def begins(data: bytes) -> bool:
    """Whether a direction begins like TLS."""
    return len(data) >= 3 and data[0] == HANDSHAKE and data[1] == 3 and data[2] <= 4


def parse(data: bytes) -> Hello:
    """Read the beginning of one direction, as far as it came.

    Raises:
        PeerError: it does not begin with a hello of either side.
    """
    messages = _messages(_handshake(data[:LIMIT_BYTES]))
    if not messages or messages[0][0] not in {CLIENT_HELLO, SERVER_HELLO}:
        raise PeerError("not the beginning of TLS", beginning=data[:3].hex())
    kind, body = messages[0]
    version, extensions = _hello(body, client=kind == CLIENT_HELLO)
    if kind == CLIENT_HELLO:
        return Hello(client=True, server_name=_server_name(extensions.get(SERVER_NAME, b"")))
    chosen = extensions.get(SUPPORTED_VERSIONS, b"")
    if len(chosen) == 2:
        version = int.from_bytes(chosen)
    held = next((body for kind, body in messages[1:] if kind == CERTIFICATE), b"")
    known = VERSIONS.get(version, f"0x{version:04x}")
    return Hello(client=False, version=known, certificates=_certificates(held))


def _handshake(data: bytes) -> bytes:
    """The contents of the handshake records at the front, joined."""
    joined, at = bytearray(), 0
    for _ in range(MAX_RECORDS):
        if at + 5 > len(data) or data[at] != HANDSHAKE or data[at + 1] != 3:
            break
        size = int.from_bytes(data[at + 3 : at + 5])
        joined += data[at + 5 : at + 5 + size]
        at += 5 + size
    return bytes(joined)


def _messages(data: bytes) -> list[tuple[int, bytes]]:
    """Handshake messages; the last may be cut."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 4 <= len(data) and len(found) < MAX_MESSAGES:
        size = int.from_bytes(data[at + 1 : at + 4])
        found.append((data[at], data[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def _hello(body: bytes, *, client: bool) -> tuple[int, dict[int, bytes]]:
    """The version and the extensions of a hello."""
    if len(body) < 35:
        raise PeerError("a TLS hello is cut short")
    at = 35 + body[34]
    if client:
        at += 2 + int.from_bytes(body[at : at + 2])
        at += 1 + (body[at] if at < len(body) else 0)
    else:
        at += 3
    end = min(len(body), at + 2 + int.from_bytes(body[at : at + 2]))
    at += 2
    extensions: dict[int, bytes] = {}
    for _ in range(MAX_EXTENSIONS):
        if at + 4 > end:
            break
        size = int.from_bytes(body[at + 2 : at + 4])
        extensions.setdefault(int.from_bytes(body[at : at + 2]), body[at + 4 : at + 4 + size])
        at += 4 + size
    return int.from_bytes(body[:2]), extensions


def _server_name(data: bytes) -> str:
    """The first host name of the extension; empty where it is none that DNS could hold."""
    size = int.from_bytes(data[3:5])
    name = data[5 : 5 + size]
    if data[2:3] != b"\0" or len(name) < size or not 0 < size <= 255:
        return ""
    text = name.decode("latin-1").lower()
    return text if text.isascii() and text.isprintable() and " " not in text else ""


def _certificates(data: bytes) -> tuple[bytes, ...]:
    """The whole certificates of a message, the server's own first."""
    found: list[bytes] = []
    at = 3
    while at + 3 <= len(data) and len(found) < MAX_CERTIFICATES:
        size = int.from_bytes(data[at : at + 3])
        held = data[at + 3 : at + 3 + size]
        if size == 0 or len(held) < size:
            break
        found.append(held)
        at += 3 + size
    return tuple(found)
