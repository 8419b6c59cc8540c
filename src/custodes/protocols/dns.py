"""DNS messages (RFC 1035), as resolvers and multicast DNS speak them: read and built. Pure.

A name is followed backwards only, so that no loop of pointers can be followed twice; names,
records and questions have limits. A message whose end is missing gives what was whole of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from custodes.errors import PeerError
from custodes.units import KIB

PORT = 53
LIMIT_BYTES = 64 * KIB
HEADER = 12
MAX_QUESTIONS = 64
MAX_RECORDS = 512
MAX_NAME = 255  # bytes on the wire, RFC 1035 §2.3.4
MAX_LABEL = 63
MAX_TEXTS = 256  # strings in one TXT record
MAX_POINTERS = 32  # followed within one name
POINTER = 0xC0  # the first two bits of a pointer

A, NS, CNAME, PTR, TXT, AAAA, SRV = 1, 2, 5, 12, 16, 28, 33
INTERNET = 1
TOP_BIT = 0x8000  # of a class: "answer by unicast" in a question, "forget the old" in a record
RESPONSE, AUTHORITATIVE, RECURSION_WANTED = 0x8000, 0x0400, 0x0100


class Section(StrEnum):
    """Where in a message a record stands."""

    ANSWER = "answer"
    AUTHORITY = "authority"
    ADDITIONAL = "additional"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. `unicast` is multicast DNS's wish for an answer to the asker alone."""

    name: str
    kind: int = A
    unicast: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `target`, `address`, `port` and `texts` are what its kind gives, else empty.

    In names, a dot or a backslash within a label stands behind a backslash; `labels` cuts them.
    """

    name: str
    kind: int
    data: bytes = b""
    ttl_s: int = 120
    section: Section = Section.ANSWER
    target: str = ""  # of PTR, CNAME, NS and SRV
    address: str = ""  # of A and AAAA
    port: int = 0  # of SRV
    texts: tuple[bytes, ...] = ()  # of TXT


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `cut` where its end was missing or a record of it could not be read."""

    id: int = 0
    flags: int = 0
    questions: tuple[Question, ...] = ()
    records: tuple[Record, ...] = ()
    cut: bool = False

    @property
    def is_response(self) -> bool:
        return bool(self.flags & RESPONSE)

    @property
    def error(self) -> int:
        """The answer's own verdict: 0 is success, 3 is "no such name"."""
        return self.flags & 0x000F

    def of(self, kind: int) -> Iterator[Record]:
        """The records of one kind, in order."""
        return (record for record in self.records if record.kind == kind)


def parse(data: bytes) -> Message:
    """Read one datagram.

    Raises:
        PeerError: it is too short or too long for a message, or its numbers cannot be meant.
    """
    if not HEADER <= len(data) <= LIMIT_BYTES:
        raise PeerError("not a DNS message", length=len(data), limit_bytes=LIMIT_BYTES)
    number, flags, asked, *counts = (int.from_bytes(data[at : at + 2]) for at in range(0, 12, 2))
    if asked > MAX_QUESTIONS or sum(counts) > MAX_RECORDS:
        raise PeerError("the counts of a DNS message cannot be meant", asked=asked, held=counts)
    reader = _Reader(data)
    questions = reader.questions(asked)
    records: list[Record] = []
    for section, count in zip(Section, counts, strict=True):
        if not reader.broken:
            records += reader.records(section, count)
    if reader.broken and not questions and not records:
        raise PeerError("not a DNS message: nothing of it can be read", length=len(data))
    return Message(number, flags, tuple(questions), tuple(records), cut=reader.broken)


class _Reader:
    """Where in a message the reading stands; `broken` once something could not be read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = HEADER
        self.broken = False

    def questions(self, count: int) -> list[Question]:
        """The questions that are whole."""
        found: list[Question] = []
        try:
            for _ in range(count):
                name, kind, klass = self._name(), self._number(2), self._number(2)
                found.append(Question(name, kind, bool(klass & TOP_BIT)))
        except PeerError:
            self.broken = True
        return found

    def records(self, section: Section, count: int) -> list[Record]:
        """The records of a section that are whole."""
        found: list[Record] = []
        try:
            for _ in range(count):
                record = self._record(section)
                found.append(record)
        except PeerError:
            self.broken = True
        return found

    def _record(self, section: Section) -> Record:
        name, kind, _class = self._name(), self._number(2), self._number(2)
        ttl_s, size = self._number(4), self._number(2)
        begin, end = self.at, self.at + size
        if end > len(self.data):
            raise PeerError("a record is longer than its message", at=begin)
        data = self.data[begin:end]
        target, port = "", 0
        if kind in {PTR, CNAME, NS, SRV}:
            if kind == SRV:
                self.at += 4
                port = self._number(2)
            target = self._name()
        self.at = end
        texts = tuple(_texts(data)) if kind == TXT else ()
        return Record(name, kind, data, ttl_s, section, target, _address(kind, data), port, texts)

    def _number(self, size: int) -> int:
        end = self.at + size
        if end > len(self.data):
            raise PeerError("a DNS message ends too early", at=self.at)
        value = int.from_bytes(self.data[self.at : end])
        self.at = end
        return value

    def _name(self) -> str:
        """The name that stands here; a pointer may lead backwards only, a few times."""
        labels: list[str] = []
        after: int | None = None
        lowest, left, pointers = self.at, MAX_NAME - 1, MAX_POINTERS
        while size := self._number(1):
            if size > MAX_LABEL:
                self.at -= 1
                place = self._number(2) & 0x3FFF
                after = self.at if after is None else after
                pointers -= 1
                if size < POINTER or place >= lowest or pointers < 0:
                    raise PeerError("a name in a DNS message leads nowhere", at=self.at)
                lowest = self.at = place
                continue
            label = self.data[self.at : self.at + size]
            self.at += size
            left -= size + 1
            if left < 0 or len(label) < size:
                raise PeerError("a name in a DNS message is too long", at=self.at)
            labels.append(_written(label))
        self.at = self.at if after is None else after
        return ".".join(labels)


def _written(label: bytes) -> str:
    text = label.decode("utf-8", "replace")
    return text.replace("\\", "\\\\").replace(".", "\\.") if "." in text or "\\" in text else text


def labels(name: str) -> list[str]:
    r"""The labels of a name, as they were before they were joined.

    >>> labels(r"Gate v1\.2._http._tcp.local")
    ['Gate v1.2', '_http', '_tcp', 'local']
    """
    found, label, behind = [], "", False
    for character in name:
        if behind or character not in "\\.":
            label, behind = label + character, False
        elif character == "\\":
            behind = True
        else:
            found.append(label)
            label = ""
    return [*found, label] if label or found else []


def _texts(data: bytes) -> Iterator[bytes]:
    at = 0
    for _ in range(MAX_TEXTS):
        if at >= len(data):
            return
        size = data[at]
        if size:
            yield data[at + 1 : at + 1 + size]
        at += 1 + size


def _address(kind: int, data: bytes) -> str:
    if kind == A and len(data) == 4:
        return str(IPv4Address(data))
    if kind == AAAA and len(data) == 16:
        return str(IPv6Address(data))
    return ""


def build(
    *,
    number: int = 0,
    flags: int = 0,
    questions: Iterable[Question] = (),
    records: Iterable[Record] = (),
) -> bytes:
    """Build a message; its names are written out in full.

    Raises:
        PeerError: a name or a label is longer than DNS allows.
    """
    asked, held = list(questions), list(records)
    parts = [_name(q.name) + _class(q.kind, q.unicast) for q in asked]
    counts = []
    for section in Section:
        chosen = [record for record in held if record.section == section]
        counts.append(len(chosen))
        parts += [_name(r.name) + _class(r.kind, False) + _rest(r) for r in chosen]
    numbers = (number, flags, len(asked), *counts)
    return b"".join([*(value.to_bytes(2) for value in numbers), *parts])


def _class(kind: int, top: bool) -> bytes:
    return kind.to_bytes(2) + (INTERNET | (TOP_BIT if top else 0)).to_bytes(2)


def _rest(record: Record) -> bytes:
    data = record.data or _data(record)
    return record.ttl_s.to_bytes(4) + len(data).to_bytes(2) + data


def _data(record: Record) -> bytes:
    if record.kind == SRV:
        return bytes(4) + record.port.to_bytes(2) + _name(record.target)
    if record.address:
        address = IPv4Address if record.kind == A else IPv6Address
        return address(record.address).packed
    if record.kind == TXT:
        return b"".join(len(t[:255]).to_bytes() + t[:255] for t in record.texts) or b"\0"
    return _name(record.target)


def _name(name: str) -> bytes:
    parts = [label.encode() for label in labels(name)]
    wire = b"".join(len(part).to_bytes(2)[1:] + part for part in parts) + b"\0"
    if len(wire) > MAX_NAME or not all(0 < len(part) <= MAX_LABEL for part in parts):
        raise PeerError("a name is longer than DNS allows", name=name[:80])
    return wire
