"""DHCP (RFC 2131, RFC 2132): who asks for an address, as what, and which one is given. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.protocols.charsets import decode

SERVER_PORT, CLIENT_PORT = 67, 68
HEAD = 240
COOKIE = b"\x63\x82\x53\x63"
HOSTNAME, REQUESTED, TYPE, PARAMETERS, VENDOR_CLASS, CLIENT_ID = 12, 50, 53, 55, 60, 61
OFFER, ACK = 2, 5
MAX_OPTIONS = 256
_NAMED = {HOSTNAME: "hostname", VENDOR_CLASS: "vendor class"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `mac` is the client's, also in what the server sends. Empty: not given."""

    from_client: bool
    mac: bytes
    client_address: bytes
    your_address: bytes
    options: Mapping[int, bytes]

    @property
    def kind(self) -> int:
        """1 discover, 2 offer, 3 request, 5 acknowledgement; 0 where it does not say (BOOTP)."""
        value = self.options.get(TYPE, b"")
        return value[0] if len(value) == 1 else 0

    def text(self, option: int) -> str:
        """An option as text; empty where it is not there."""
        return decode(self.options.get(option, b"")).strip("\0 \r\n\t")

    def lines(self) -> str:
        """What a client says of itself, an option on each line; empty where it says nothing."""
        said = [
            f"option{code}({name})={' '.join(self.text(code).split())}"
            for code, name in _NAMED.items()
            if self.text(code)
        ]
        if asked := self.options.get(PARAMETERS):
            said.append(f"option{PARAMETERS}={','.join(map(str, asked))}")
        return "".join(f"{line}\n" for line in said)


def parse(data: bytes) -> Message:
    """Read one datagram.

    Raises:
        PeerError: it is cut short, or not DHCP for Ethernet.
    """
    if len(data) < HEAD or data[236:240] != COOKIE:
        raise PeerError("not a DHCP message", length=len(data))
    if data[0] not in (1, 2) or data[1:3] != b"\x01\x06":
        raise PeerError("DHCP for something else than Ethernet")
    options: dict[int, bytes] = {}
    at = HEAD
    for _ in range(MAX_OPTIONS):
        while at < len(data) and data[at] == 0:
            at += 1
        if at + 2 > len(data) or data[at] == 255:
            break
        code, size = data[at], data[at + 1]
        value = data[at + 2 : at + 2 + size]
        if len(value) < size:
            break
        options[code] = options.get(code, b"") + value  # RFC 3396: a long option in pieces
        at += 2 + size
    return Message(data[0] == 1, data[28:34], data[12:16], data[16:20], options)


def build(
    *, mac: bytes, options: Mapping[int, bytes], from_client: bool = True, your: bytes = bytes(4)
) -> bytes:
    """A message as a client or a server sends it."""
    head = bytes([1 if from_client else 2, 1, 6, 0]) + bytes(12) + your + bytes(8)
    head += mac.ljust(16, b"\0") + bytes(192) + COOKIE
    body = b"".join(bytes([code, len(value)]) + value for code, value in options.items())
    return head + body + b"\xff"
