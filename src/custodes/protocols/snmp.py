"""SNMP v1 and v2c: one GET of fixed object ids, with the owner's community, and its answer. Pure.

There is no code here for any other kind of message: SET, GETNEXT, BULK and TRAP cannot be built.
The community never leaves this module but in the question itself; answers give it to nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from custodes.errors import PeerError
from custodes.protocols import ber
from custodes.protocols.charsets import decode
from custodes.units import KIB

PORT = 161
LIMIT_BYTES = 64 * KIB
MAX_COMMUNITY = 255
MAX_TEXT = 1024  # octets of one value that are kept

V1, V2C = 0, 1
GET, RESPONSE = 0xA0, 0xA2
NO_SUCH_NAME = 2  # of v1, for a whole question

SYSTEM = {
    "1.3.6.1.2.1.1.1.0": "sysDescr",
    "1.3.6.1.2.1.1.2.0": "sysObjectID",
    "1.3.6.1.2.1.1.3.0": "sysUpTime",
    "1.3.6.1.2.1.1.5.0": "sysName",
}
# Under the makers' own numbers: Hikvision's camera table (LibreNMS test records).
CAMERAS = {
    "1.3.6.1.4.1.39165.1.1.0": "Hikvision model",
    "1.3.6.1.4.1.39165.1.3.0": "Hikvision firmware",
}
_STRING, _ADDRESS, _TICKS, _OPAQUE = ber.OCTET_STRING, 0x40, 0x43, 0x44
_NUMBERS = {ber.INTEGER: "INTEGER", 0x41: "Counter32", 0x42: "Gauge32", 0x46: "Counter64"}
_ABSENT = frozenset({ber.NULL, 0x80, 0x81, 0x82})  # null, noSuchObject, noSuchInstance, endOfMib


@dataclass(frozen=True, slots=True)
class Answer:
    """The values of one answer by object id, as `TYPE: text`; what the device lacks is absent."""

    request_id: int
    version: int
    error: int
    values: dict[str, str] = field(default_factory=dict)

    @property
    def record(self) -> str:
        """The values as `.OID = TYPE: text` lines, as identification reads them."""
        return "".join(f".{oid} = {value}\n" for oid, value in self.values.items())


def get(community: bytes, request_id: int, *, version: int = V2C) -> bytes:
    """The question: v2c asks for all known object ids, v1 (where one unknown spoils all) for four.

    Raises:
        PeerError: the community is empty, too long, or the version is none of the two.
    """
    if not 0 < len(community) <= MAX_COMMUNITY or version not in {V1, V2C}:
        raise PeerError("a community has 1 to 255 bytes", length=len(community), version=version)
    asked = (*SYSTEM, *CAMERAS) if version == V2C else tuple(SYSTEM)
    pairs = (ber.build(ber.SEQUENCE, ber.build_object_id(o), ber.build(ber.NULL)) for o in asked)
    return _message(community, version, GET, request_id & 0x7FFFFFFF, pairs)


def _message(
    community: bytes, version: int, kind: int, request_id: int, pairs: Iterable[bytes]
) -> bytes:
    body = ber.build(
        kind,
        ber.build_integer(request_id),
        ber.build_integer(0),
        ber.build_integer(0),
        ber.build(ber.SEQUENCE, *pairs),
    )
    head = ber.build_integer(version) + ber.build(ber.OCTET_STRING, community)
    return ber.build(ber.SEQUENCE, head, body)


def parse(data: bytes) -> Answer:
    """Read an answer; its community is not given.

    Raises:
        PeerError: it is no answer to a GET, or it breaks a limit.
    """
    version, _community, body = _opened(data, RESPONSE)
    request_id, error, _index, pairs = body
    found = {}
    for pair in ber.values(pairs.content):
        name, value = _two(pair.content)
        text = _text(value)
        if text is not None:
            found[ber.object_id(name.content)] = text
    return Answer(ber.integer(request_id.content), version, ber.integer(error.content), found)


def _opened(data: bytes, kind: int) -> tuple[int, bytes, list[ber.Value]]:
    """Version, community and the four parts of a message of one kind."""
    if len(data) > LIMIT_BYTES:
        raise PeerError("the SNMP message is too long", limit_bytes=LIMIT_BYTES)
    parts = list(ber.values(ber.one(data, ber.SEQUENCE)))
    if [part.tag for part in parts] != [ber.INTEGER, ber.OCTET_STRING, kind]:
        raise PeerError("not the SNMP message that was expected", parts=len(parts))
    body = list(ber.values(parts[2].content))
    if [part.tag for part in body] != [*[ber.INTEGER] * 3, ber.SEQUENCE]:
        raise PeerError("not the SNMP message that was expected", parts=len(body))
    return ber.integer(parts[0].content), parts[1].content, body


def _two(content: bytes) -> tuple[ber.Value, ber.Value]:
    pair = list(ber.values(content))
    if len(pair) != 2 or pair[0].tag != ber.OBJECT_ID:
        raise PeerError("not a pair of SNMP", parts=len(pair))
    return pair[0], pair[1]


def _text(value: ber.Value) -> str | None:
    """A value in words; None where the device has none, or it is of a kind that says nothing."""
    content = value.content
    if value.tag in _ABSENT or value.tag == _OPAQUE:
        return None
    if value.tag == _STRING:
        said = " ".join(decode(content[:MAX_TEXT]).replace("\0", "").split())
        return f"STRING: {said}"
    if value.tag == ber.OBJECT_ID:
        return f"OID: .{ber.object_id(content)}"
    if value.tag == _ADDRESS and len(content) == 4:
        return f"IpAddress: {IPv4Address(content)}"
    if value.tag == _TICKS:
        return f"Timeticks: ({ber.integer(content, signed=False)})"
    name = _NUMBERS.get(value.tag)
    return f"{name}: {ber.integer(content, signed=name == 'INTEGER')}" if name else None


@dataclass(frozen=True, slots=True)
class Question:
    """A GET as a device reads it."""

    version: int
    community: bytes
    request_id: int
    asked: tuple[str, ...]


def read_get(data: bytes) -> Question:
    """Read a GET as a device does.

    Raises:
        PeerError: it is no GET.
    """
    version, community, body = _opened(data, GET)
    names = tuple(ber.object_id(_two(p.content)[0].content) for p in ber.values(body[3].content))
    return Question(version, community, ber.integer(body[0].content), names)


def build_answer(question: Question, values: dict[str, str]) -> bytes:
    """Build a device's answer: texts, or object ids where they begin with a dot."""
    pairs = []
    for oid in question.asked:
        said = values.get(oid)
        if said is None:
            value = ber.build(0x80)
        elif said.startswith("."):
            value = ber.build_object_id(said[1:])
        else:
            value = ber.build(ber.OCTET_STRING, said.encode())
        pairs.append(ber.build(ber.SEQUENCE, ber.build_object_id(oid), value))
    return _message(question.community, question.version, RESPONSE, question.request_id, pairs)
