"""A forgiving look into certificates that strict readers refuse (X.690 DER, RFC 5280). Pure.

Firmware ships certificates with serial number 0, characters that their string type forbids, and
dates that never were. Who the certificate names can still be read from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from custodes.errors import PeerError
from custodes.protocols.charsets import decode

SEQUENCE, SET, OBJECT_ID, INTEGER, VERSION = 0x30, 0x31, 0x06, 0x02, 0xA0
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
BMP_STRING, UNIVERSAL_STRING = 0x1E, 0x1C
MAX_VALUES = 256

Names = list[
    list[tuple[str, str]]
]  # groups of (dotted object id, text), in the certificate's order


@dataclass(frozen=True, slots=True)
class Fields:
    """What could be read; a date is None where it is none."""

    subject: Names
    issuer: Names
    not_before: datetime | None
    not_after: datetime | None
    serial: str


@dataclass(frozen=True, slots=True)
class _Value:
    tag: int
    content: bytes


def certificate(der: bytes) -> Fields:
    """Read names, dates and serial number of a certificate.

    Raises:
        PeerError: its outline is not that of a certificate.
    """
    whole = _one(der, SEQUENCE)
    body = list(_values(_one(whole, SEQUENCE)))
    if body and body[0].tag == VERSION:
        body.pop(0)
    if [value.tag for value in body[:5]] != [INTEGER, *[SEQUENCE] * 4]:
        raise PeerError("not the outline of a certificate")
    serial, _algorithm, issuer, validity, subject = (value.content for value in body[:5])
    dates = [_date(value) for value in _values(validity)]
    return Fields(
        subject=_names(subject),
        issuer=_names(issuer),
        not_before=dates[0] if dates else None,
        not_after=dates[1] if len(dates) > 1 else None,
        serial=serial.hex().lstrip("0") or "0",
    )


def _one(data: bytes, tag: int) -> bytes:
    """The content of the first value, which has to be of this kind."""
    first = next(_values(data), None)
    if first is None or first.tag != tag:
        raise PeerError("not the outline of a certificate")
    return first.content


def _values(data: bytes) -> Iterator[_Value]:
    at = 0
    for _ in range(MAX_VALUES):
        if at >= len(data):
            return
        size, begin = _length(data, at + 1)
        if begin + size > len(data):
            raise PeerError("a value of the certificate is longer than the certificate", at=at)
        yield _Value(data[at], data[begin : begin + size])
        at = begin + size
    raise PeerError("the certificate has too many parts", limit=MAX_VALUES)


def _length(data: bytes, at: int) -> tuple[int, int]:
    """A value's length, and where its content begins."""
    if at >= len(data):
        raise PeerError("the certificate ends within a value", at=at)
    size = data[at]
    if size < 0x80:
        return size, at + 1
    count = size & 0x7F
    if not 1 <= count <= 4:
        raise PeerError("a length in the certificate cannot be meant", at=at)
    return int.from_bytes(data[at + 1 : at + 1 + count]), at + 1 + count


def _names(content: bytes) -> Names:
    groups = []
    for group in _values(content):
        pairs = []
        for pair in _values(group.content):
            parts = list(_values(pair.content))
            if len(parts) >= 2 and parts[0].tag == OBJECT_ID:
                pairs.append((_object_id(parts[0].content), _text(parts[1])))
        if pairs:
            groups.append(pairs)
    return groups


def _object_id(content: bytes) -> str:
    numbers: list[int] = []
    number = 0
    for octet in content[:64]:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        return ""
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _text(value: _Value) -> str:
    wide = {BMP_STRING: "utf-16-be", UNIVERSAL_STRING: "utf-32-be"}.get(value.tag)
    return value.content.decode(wide, "replace") if wide else decode(value.content)


def _date(value: _Value) -> datetime | None:
    text = value.content[:32].decode("latin-1").removesuffix("Z")
    if not text.isascii() or not text.isdigit():
        return None
    if value.tag == UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    elif value.tag != GENERALIZED_TIME:
        return None
    text = text.ljust(14, "0") if len(text) == 12 else text
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
