"""Names in MPEG program and transport streams: private descriptors, and the service's provider.

Sources: ISO/IEC 13818-1 (§2.5.3.3 pack header, §2.5.4 program stream map, §2.4.4 sections);
ETSI EN 300 468 (§6.2.33 service descriptor).
"""

from typing import Final

from custodes.protocols.media_marks.marks import Read, Say, Skip, Walk

_PACK, _END, _MAP = 0xBA, 0xB9, 0xBC
_SEARCH: Final = 1 << 20  # bytes before the first pack header, in a maker's own head
_SDT_PID, _SDT, _SERVICE = 0x11, 0x42, 0x48
_PACKET: Final = 188


def program(say: Say) -> Walk:
    """A program stream: packets one after the other, the map's descriptors named."""
    code = yield Read(4)
    for _ in range(_SEARCH):
        if code == b"\0\0\1\xba":
            break
        code = code[1:] + (yield Read(1))
    while code[:3] == b"\0\0\1" and code[3] != _END:
        if code[3] == _PACK:
            first = yield Read(1)
            is_mpeg2 = first[0] >> 6 == 1
            rest = yield Read(9 if is_mpeg2 else 7)
            yield Skip(rest[-1] & 7 if is_mpeg2 else 0)
        elif code[3] < _END:
            return
        else:
            size = int.from_bytes((yield Read(2)))
            body = (yield Read(size)) if code[3] == _MAP else b""
            if body:
                _map(body, say)
            else:
                yield Skip(size)
        code = yield Read(4)


def _map(body: bytes, say: Say) -> None:
    """The descriptors of the program: tag in hexadecimal, and the letters that they begin with."""
    end = 4 + int.from_bytes(body[2:4])
    at = 4
    while at + 2 <= min(end, len(body)):
        tag, size = body[at], body[at + 1]
        letters = _letters(body[at + 2 : at + 2 + min(size, 4)])
        if letters:
            say("ps.descriptor", f"{tag:02X} {letters}")
        at += 2 + size


def _letters(raw: bytes) -> str:
    text = raw.decode("latin-1")
    kept = [c for c in text if "A" <= c <= "Z"]
    return "".join(kept) if len(kept) > 1 and text.startswith("".join(kept)) else ""


def transport(say: Say) -> Walk:
    """A transport stream: the service description, where a packet holds a whole one."""
    while True:
        packet = yield Read(_PACKET)
        if packet[0] != 0x47:
            return
        pid = int.from_bytes(packet[1:3]) & 0x1FFF
        if pid == _SDT_PID and packet[1] & 0x40 and packet[3] & 0x10:
            at = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
            if at < _PACKET:
                _services(packet[at + 1 + packet[at] :], say)


def _services(section: bytes, say: Say) -> None:
    if len(section) < 16 or section[0] != _SDT:
        return
    at, end = 11, min(len(section), 3 + (int.from_bytes(section[1:3]) & 0xFFF) - 4)
    while at + 5 <= end:
        stop = at + 5 + (int.from_bytes(section[at + 3 : at + 5]) & 0xFFF)
        at += 5
        while at + 2 <= min(stop, end):
            tag, size = section[at], section[at + 1]
            if tag == _SERVICE:
                _service(section[at + 2 : at + 2 + size], say)
            at += 2 + size
        at = max(at, stop)


def _service(body: bytes, say: Say) -> None:
    size = body[1] if len(body) > 1 else 0
    say("ts.provider", body[2 : 2 + size])
    name = body[2 + size :]
    say("ts.service", name[1 : 1 + name[0]] if name else b"")
