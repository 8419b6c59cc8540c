"""The search of Xiongmai's devices on UDP 34569: one fixed question, and its answer. Pure.

A message is a 20-byte header and JSON. The only message that can be built is number 1530, which
asks who is there; the numbers that log in (1000) or configure are not in this code.
Source: OpenIPC/python-dvr (header and numbers, as facts).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

import msgspec

from custodes.errors import PeerError
from custodes.protocols import dhip
from custodes.protocols import mac as hardware
from custodes.protocols.charsets import decode
from custodes.units import KIB

PORT = 34569
BROADCAST = "255.255.255.255"
HEADER = 20
LIMIT_BYTES = 64 * KIB
SEARCH, FOUND = 1530, 1531
SUBJECT = "NetWork.NetCommon"

_HEAD = 0xFF


@dataclass(frozen=True, slots=True)
class SofiaAnswer:
    """What a device says of itself, by key, word for word; `text` is the JSON as it came."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    cut: bool = False

    def said(self, key: str) -> str:
        """A plain value as text; empty where absent."""
        value = self.fields.get(key)
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        return str(value).strip() if plain else ""

    @property
    def address(self) -> str:
        """The device's own address: written as hexadecimal, last part first."""
        text = self.said("HostIP").lower().removeprefix("0x")
        if len(text) != 8 or not all(c in "0123456789abcdef" for c in text):
            return ""
        return str(IPv4Address(bytes.fromhex(text)[::-1]))

    @property
    def mac(self) -> str:
        found = hardware.normalise(self.said("MAC")) or ""
        return found if hardware.is_usable(found) else ""


def search() -> bytes:
    """The one search, 20 bytes, always the same."""
    return _message(SEARCH, b"")


def _message(number: int, body: bytes) -> bytes:
    size = len(body).to_bytes(4, "little")
    return bytes((_HEAD,)) + bytes(13) + number.to_bytes(2, "little") + size + body


def is_search(data: bytes) -> bool:
    """Whether a datagram is the search, as a device sees it."""
    return len(data) >= HEADER and data[0] == _HEAD and _number(data) == SEARCH


def _number(data: bytes) -> int:
    return int.from_bytes(data[14:16], "little")


def parse(data: bytes) -> SofiaAnswer:
    """Read an answer; JSON that is cut gives the plain values that were whole.

    Raises:
        PeerError: it is not such an answer, or nothing of it can be read.
    """
    if not HEADER < len(data) <= LIMIT_BYTES or data[0] != _HEAD or _number(data) != FOUND:
        raise PeerError("not a Sofia answer", beginning=data[:4].hex(), length=len(data))
    size = int.from_bytes(data[16:20], "little")
    text = decode(data[HEADER : HEADER + min(size, LIMIT_BYTES)]).strip("\0 \r\n\t")
    try:
        value = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        found = dhip.recover(text)
        if not found:
            raise PeerError("a Sofia answer without one whole value", length=len(data)) from None
        return SofiaAnswer(found, text, cut=True)
    inner = value.get(SUBJECT) if isinstance(value, dict) else None
    if not isinstance(inner, dict):
        raise PeerError(f"a Sofia answer that does not speak of {SUBJECT}", length=len(data))
    return SofiaAnswer(inner, text)


def build_answer(fields: Mapping[str, Any]) -> bytes:
    """Build an answer as a device sends it."""
    said = {"Name": SUBJECT, SUBJECT: dict(fields), "Ret": 100, "SessionID": "0x00000000"}
    return _message(FOUND, msgspec.json.encode(said) + b"\n\0")
