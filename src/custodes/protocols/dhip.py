"""DHIP, Dahua's discovery on UDP 37810: the one question that only reads, and its answers. Pure.

A message is a 32-byte header and JSON. The only message that can be sent to a device is
DHDiscover.search; other methods change devices.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from custodes.errors import PeerError
from custodes.protocols import mac as hardware
from custodes.protocols.charsets import decode
from custodes.units import KIB

PORT = 37810
GROUP = "239.255.255.251"
HEADER = 32
MAGIC = b"\x20\x00\x00\x00DHIP"
LIMIT_BYTES = 64 * KIB
SEARCH = "DHDiscover.search"
NOTIFY = "client.notifyDevInfo"
MAX_FIELDS = 1024

_SEARCH_BODY = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'


@dataclass(frozen=True, slots=True)
class DhipMessage:
    """One message. `method` is empty in replies to a call; `cut` says how far a broken body went.

    Of a cut body, `params` holds the plain values that were whole, without their nesting.
    """

    method: str
    params: Mapping[str, Any]
    body_text: str
    session: int = 0
    request_id: int = 0
    mac: str | None = None
    cut: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def device(self) -> Mapping[str, Any]:
        """What the device says of itself; empty where this is not a device's notice."""
        info = self.params.get("deviceInfo", self.params if self.cut else {})
        return info if isinstance(info, dict) else {}

    def said(self, name: str) -> str | None:
        """A plain value of the device's notice as text; None where absent, empty or masked."""
        value = self.device.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        text = str(value).strip()
        return text if text.strip("*") else None

    @property
    def realm(self) -> str | None:
        """The realm of a login challenge; None where this is not one."""
        value = self.params.get("realm")
        return value if isinstance(value, str) and value else None


def search() -> bytes:
    """The search that every Dahua-made device on the segment answers."""
    return pack(_SEARCH_BODY)


def pack(body: bytes, session: int = 0, request_id: int = 0) -> bytes:
    """Put the 32-byte header before a body."""
    size = len(body).to_bytes(4, "little")
    numbers = session.to_bytes(4, "little") + request_id.to_bytes(4, "little")
    return MAGIC + numbers + size + bytes(4) + size + bytes(4) + body


def is_search(data: bytes) -> bool:
    """Whether a datagram is a search, as a device sees it."""
    try:
        return parse(data).method == SEARCH
    except PeerError:
        return False


def parse(data: bytes) -> DhipMessage:
    """Read a datagram with its header; a body cut short gives what was whole of it.

    Raises:
        PeerError: the header is not DHIP's, the lengths cannot be meant, or the body holds nothing.
    """
    if len(data) < HEADER or data[:8] != MAGIC:
        raise PeerError("not a DHIP message", beginning=data[:8].hex(), length=len(data))
    session, request_id, size, high, announced = (
        int.from_bytes(data[at : at + 4], "little") for at in (8, 12, 16, 20, 24)
    )
    if high or size > LIMIT_BYTES or announced > LIMIT_BYTES or announced < size:
        raise PeerError(
            "the lengths of a DHIP message cannot be meant", size=size, in_all=announced
        )
    body = data[HEADER : HEADER + size]
    return parse_body(body, session=session, request_id=request_id, expected=size)


def parse_body(
    body: bytes | str, *, session: int = 0, request_id: int = 0, expected: int | None = None
) -> DhipMessage:
    """Read the JSON of a message, without the header.

    Raises:
        PeerError: not one value of it can be read; `read_bytes` says how much came.
    """
    text = decode(body) if isinstance(body, bytes) else body
    text = text.strip("\x00 \t\r\n")
    if len(text) > LIMIT_BYTES:
        raise PeerError("the DHIP body is too long", limit_bytes=LIMIT_BYTES)
    try:
        value = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        return _cut_message(text, str(error), session, request_id, expected)
    if not isinstance(value, dict):
        raise PeerError("the DHIP body is not an object", read_bytes=len(body))
    method, params = value.get("method"), value.get("params")
    return DhipMessage(
        method=method if isinstance(method, str) else "",
        params=params if isinstance(params, dict) else {},
        body_text=text,
        session=session,
        request_id=request_id,
        mac=_mac(value),
        body=value,
    )


def _cut_message(
    text: str, error: str, session: int, request_id: int, expected: int | None
) -> DhipMessage:
    values = recover(text)
    if not values:
        raise PeerError(
            f"the DHIP body is not JSON: {error}", read_bytes=len(text), expected_bytes=expected
        )
    method = values.get("method", "")
    wanted = "" if expected is None else f" of {expected}"
    return DhipMessage(
        method=method if isinstance(method, str) else "",
        params=values,
        body_text=text,
        session=session,
        request_id=request_id,
        mac=_mac(values),
        cut=f"{len(text)}{wanted} bytes: {error}",
        body=values,
    )


def _mac(value: Mapping[str, Any]) -> str | None:
    """The device's address: beside the method in most firmware, among the parameters in some."""
    params = value.get("params")
    for holder in (value, params if isinstance(params, dict) else {}):
        text = holder.get("mac")
        found = hardware.normalise(text) if isinstance(text, str) else None
        if found and hardware.is_usable(found):
            return found
    return None


# No class reads past a quote, and a string never ends in the middle of an escape: linear.
_PAIR = re.compile(
    r'"([A-Za-z0-9_]{1,64})"\s{0,8}:\s{0,8}(?:"([^"\\]{0,1024})"|(-?[0-9]{1,18})(?=[,}\s]))'
)


def recover(text: str) -> dict[str, str | int]:
    """The plain values of JSON that was cut: texts and whole numbers that are complete, by key."""
    found: dict[str, str | int] = {}
    for pair in _PAIR.finditer(text):
        if len(found) >= MAX_FIELDS:
            break
        found.setdefault(pair[1], int(pair[3]) if pair[3] else pair[2])
    return found


def build_answer(notice: Mapping[str, Any]) -> bytes:
    """Build a device's notice, or any reply of a simulated device, header included."""
    return pack(msgspec.json.encode(notice) + b"\n")


def notice(device: Mapping[str, Any], mac: str) -> dict[str, Any]:
    """The notice that a device sends when it is searched for."""
    return {"mac": mac, "method": NOTIFY, "params": {"deviceInfo": dict(device)}}
