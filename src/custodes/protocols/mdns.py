"""Multicast DNS (RFC 6762) and its service lists (RFC 6763): one question, and what devices say.

Pure. The question lists the service types that cameras announce; it asks for an answer to the
asker alone, so that nothing is sent to the whole segment because of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.protocols import dns
from custodes.protocols.charsets import decode
from custodes.units import KIB

PORT = 5353
GROUP = "224.0.0.251"
GROUP_V6 = "ff02::fb"
MAX_SERVICES = 128
MAX_TEXT = 16 * KIB  # bytes of the TXT strings of one service

EXTRA = dns.Section.ADDITIONAL
ALL_TYPES = "_services._dns-sd._udp.local"
# The general list first, then what cameras and their neighbours announce (identification.md §2.6).
TYPES = (
    ALL_TYPES,
    "_axis-video._tcp.local",
    "_vapix-http._tcp.local",
    "_vapix-https._tcp.local",
    "_rtsp._tcp.local",
    "_onvif._tcp.local",
    "_psia._tcp.local",
    "_http._tcp.local",
)


@dataclass(frozen=True, slots=True)
class Service:
    """One announced service: `AXIS P3245._axis-video._tcp` on a host and port, with its texts.

    What the message does not hold is empty or 0.
    """

    name: str  # the instance, as its owner sees it
    kind: str  # such as _axis-video._tcp
    host: str = ""
    port: int = 0
    texts: tuple[str, ...] = ()

    def text(self, key: str) -> str | None:
        """The value of a `key=value` string; None where there is none."""
        for entry in self.texts:
            found, sign, value = entry.partition("=")
            if sign and found.casefold() == key.casefold():
                return value
        return None

    @property
    def full_name(self) -> str:
        """The name as multicast DNS writes it."""
        return f"{self.name}.{self.kind}.local" if self.name else f"{self.kind}.local"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What one answer or announcement says: services, kinds of services, hosts with addresses."""

    services: tuple[Service, ...] = ()
    kinds: tuple[str, ...] = ()
    hosts: tuple[tuple[str, str], ...] = ()  # (name, address)
    cut: bool = False


def query() -> bytes:
    """The one question: which services are there, answered to the asker alone; 220 bytes."""
    return dns.build(questions=[dns.Question(name, dns.PTR, unicast=True) for name in TYPES])


def asked(data: bytes) -> list[str]:
    """The names that a question asks for, as a device reads it.

    Raises:
        PeerError: it is not a question.
    """
    message = dns.parse(data)
    if message.is_response:
        raise PeerError("not a question")
    return [question.name.casefold() for question in message.questions]


def parse(data: bytes) -> Announcement:
    """Read an answer or an announcement.

    Raises:
        PeerError: it is a question, or no message at all.
    """
    message = dns.parse(data)
    if not message.is_response:
        raise PeerError("a multicast DNS question, not an answer")
    return announcement(message)


def announcement(message: dns.Message) -> Announcement:
    """What a message of any DNS response says of services."""
    named: dict[tuple[str, str], list[dns.Record]] = {}
    kinds: dict[str, None] = {}
    for record in message.records:
        place = split(record.target if record.kind == dns.PTR else record.name)
        if not place[1] or place[1] == "_dns-sd._udp":
            continue
        kinds.setdefault(place[1])
        if place[0] and (place in named or len(named) < MAX_SERVICES):
            named.setdefault(place, []).append(record)
    hosts = {(r.name, r.address): None for r in message.records if r.address}
    services = tuple(_service(*place, records) for place, records in named.items())
    return Announcement(services, tuple(kinds)[:MAX_SERVICES], tuple(hosts), message.cut)


def split(name: str) -> tuple[str, str]:
    r"""Instance and kind of a service's name; empty where there is none.

    >>> split("AXIS P3245._axis-video._tcp.local"), split("_rtsp._tcp.local"), split("cam.local")
    (('AXIS P3245', '_axis-video._tcp'), ('', '_rtsp._tcp'), ('', ''))
    """
    parts = dns.labels(name)
    if len(parts) < 3 or parts[-1].casefold() != "local":
        return "", ""
    application, transport = parts[-3], parts[-2].casefold()
    if transport not in {"_tcp", "_udp"} or not application.startswith("_"):
        return "", ""
    before = parts[:-3]
    if len(before) > 1 and before[-1].casefold() == "_sub":
        before = []  # a subtype of the kind, no instance
    return ".".join(before), f"{application}.{transport}"


def _service(name: str, kind: str, records: Iterable[dns.Record]) -> Service:
    host, port, left = "", 0, MAX_TEXT
    texts: list[str] = []
    for record in records:
        if record.kind == dns.SRV and not host:
            host, port = record.target, record.port
        for entry in record.texts:
            left -= len(entry)
            if left >= 0:
                texts.append(decode(entry))
    return Service(name, kind, host, port, tuple(texts))


def build_answer(
    services: Iterable[Service], *, address: str = "", number: int = 0, questions: bytes = b""
) -> bytes:
    """Build what a device answers, also to an asker that is no multicast DNS resolver itself."""
    records: list[dns.Record] = []
    for service in services:
        kind = f"{service.kind}.local"
        full = f"{_escaped(service.name)}.{kind}"
        texts = tuple(text.encode() for text in service.texts)
        records += [
            dns.Record(ALL_TYPES, dns.PTR, target=kind),
            dns.Record(kind, dns.PTR, target=full),
            dns.Record(full, dns.SRV, section=EXTRA, target=service.host, port=service.port),
            dns.Record(full, dns.TXT, section=EXTRA, texts=texts),
        ]
        if address:
            version = dns.AAAA if ":" in address else dns.A
            records.append(dns.Record(service.host, version, section=EXTRA, address=address))
    again = dns.parse(questions).questions if questions else ()
    flags = dns.RESPONSE | dns.AUTHORITATIVE
    return dns.build(number=number, flags=flags, questions=again, records=records)


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace(".", "\\.")
