"""Read a multicast DNS message as far as it can be read: names, services and TXT strings. Pure.

Format: RFC 1035 §4, RFC 6762. A message is at most 9,000 bytes (RFC 6762 §17); a name is followed
over at most 32 pointers, so that a loop ends.
"""

import struct
from collections.abc import Iterator
from typing import Final

SIZE_LIMIT: Final = 9_000
RECORDS_LIMIT: Final = 256
_POINTERS_LIMIT: Final = 32
_PTR, _TXT, _SRV = 12, 16, 33


def facets(text: str) -> Iterator[tuple[str, str]]:
    """The facets of a message given as text, one character for each byte or as UTF-8."""
    message = _bytes(text[:SIZE_LIMIT])
    seen: dict[tuple[str, str], None] = {}
    for name, kind, start, end in _records(message):
        for facet in _facets_of(message, name, kind, start, end):
            seen.setdefault(facet)
    yield from seen


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _facets_of(
    message: bytes, name: str, kind: int, start: int, end: int
) -> Iterator[tuple[str, str]]:
    instance, service = _split(name)
    if service:
        yield "mdns.service", service
    if instance:
        yield "mdns.instance", instance
    elif not service and name.endswith(".local"):
        yield "mdns.hostname", name
    if kind == _TXT:
        for text in _strings(message[start:end]):
            yield "mdns.txt", text
    if kind == _PTR:
        target, _ = _name(message, start)
        instance, service = _split(target)
        if service:
            yield "mdns.service", service
        if instance:
            yield "mdns.instance", instance


def _split(name: str) -> tuple[str, str]:
    """("My camera", "_axis-video._tcp") from "My camera._axis-video._tcp.local"."""
    for transport in ("._tcp.local", "._udp.local"):
        if name.endswith(transport):
            head = name[: -len(".local")]
            before, found, service = head[: -len(transport) + len(".local")].rpartition("._")
            if found:
                return before, f"_{service}{transport[:5]}"
            return "", head
    return "", ""


def _records(message: bytes) -> Iterator[tuple[str, int, int, int]]:
    """(name, type, where its data starts, where it ends) of each record that is whole."""
    if len(message) < 12:
        return
    questions, *counts = struct.unpack_from("!4H", message, 4)
    at = 12
    for _ in range(min(questions, RECORDS_LIMIT)):
        _, at = _name(message, at)
        at += 4
    for _ in range(min(sum(counts), RECORDS_LIMIT)):
        name, at = _name(message, at)
        if at + 10 > len(message):
            return
        kind, _, _, size = struct.unpack_from("!HHIH", message, at)
        at += 10
        yield name, kind, at, min(at + size, len(message))
        at += size


def _name(message: bytes, at: int) -> tuple[str, int]:
    """The name at this place and where what follows it starts; a broken name ends early."""
    labels: list[str] = []
    after: int | None = None
    for _ in range(_POINTERS_LIMIT + 128):
        if at >= len(message):
            break
        size = message[at]
        if size >= 0xC0:
            after = at + 2 if after is None else after
            at = int.from_bytes(message[at : at + 2]) & 0x3FFF
            continue
        at += 1
        if size == 0:
            break
        labels.append(message[at : at + size].decode("utf-8", "replace"))
        at += size
    return ".".join(labels)[:1024], at if after is None else after


def _strings(data: bytes) -> Iterator[str]:
    at = 0
    while at < len(data):
        size = data[at]
        if size:
            yield data[at + 1 : at + 1 + size].decode("utf-8", "replace")
        at += size + 1
