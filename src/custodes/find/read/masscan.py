"""Masscan's JSON (-oJ) and line JSON (-oD); its XML is read as Nmap's is.

Masscan writes a record a line, in JSON with a comma before or behind it and, in older versions,
with `{finished: 1}` at the end. Source: its output modules (robertdavidgraham/masscan,
src/out-json.c and src/out-ndjson.c).
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from custodes.find.read.json_lines import begins_with, parsed
from custodes.find.read.lines import Readable
from custodes.find.read.masscan_fields import field_of, instant, opened, sent
from custodes.find.read.shodan_fields import is_address
from custodes.find.read.tally import Tally
from custodes.observation import Observation, observe
from custodes.units import KIB

NAME = "masscan"
ABOUT = "Masscan JSON (-oJ, -oD)"
TEXT_LIMIT = 64 * KIB
_FURNITURE = frozenset({b"", b"[", b"]", b",", b"{finished: 1}"})

Number = Annotated[int, msgspec.Meta(ge=0, le=65_535)]


class Service(msgspec.Struct):
    name: str = "unknown"
    banner: str = ""


class Port(msgspec.Struct):
    port: Number
    proto: str = "tcp"
    status: str | None = None
    service: Service | None = None


class Data(msgspec.Struct):
    status: str | None = None
    service_name: str = "unknown"
    banner: str | None = None


class Record(msgspec.Struct):
    """One record, of either JSON output."""

    ip: str
    timestamp: str | int | None = None
    ports: list[Port] = []
    port: Number | None = None
    proto: str = "tcp"
    data: Data | None = None


_decode = msgspec.json.Decoder(Record).decode
_decode_all = msgspec.json.Decoder(list[Record]).decode


def recognise(head: bytes) -> bool:
    """Whether it begins as one of Masscan's outputs does."""
    bare = head.lstrip(b"[ \t\r\n,")
    return begins_with(bare, all_of=(b'"ip"', b'"ports"', b'"proto"')) or begins_with(
        bare, all_of=(b'"ip"', b'"proto"', b'"rec_type"')
    )


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every open port and banner; `source` names the file and the line.

    Raises:
        InputError: the file was cut in the middle of a record.
    """
    tally.unit = "line"
    for number, records in parsed(stream, _records, tally):
        for record in records:
            if not is_address(record.ip):
                tally.reject(f"line {number}", "names no address")
                continue
            yield from _observations(record, f"import:{name}#line {number}")


def _records(line: bytes) -> list[Record]:
    """The records that one line holds: none where it is only furniture of the file."""
    bare = line.strip().strip(b",").strip()
    if bare in _FURNITURE:
        return []
    if bare.startswith(b"["):
        return _decode_all(bare) if bare.endswith(b"]") else _records(bare[1:])
    return [_decode(bare.removesuffix(b"]").rstrip(b" ,"))]


def _observations(record: Record, source: str) -> Iterator[Observation]:
    seen_at = instant(record.timestamp)
    for port, proto, field, payload in _facts(record):
        yield observe(
            field,
            payload[:TEXT_LIMIT],
            address=record.ip,
            port=port,
            transport=proto,
            seen_at=seen_at,
            source=source,
        )


def _facts(record: Record) -> Iterator[tuple[int, str, str, str | bytes]]:
    """What one record says: port, transport, field, payload."""
    for entry in record.ports:
        if entry.status == "open":
            yield entry.port, entry.proto, opened(entry.proto), "{}"
        if entry.service is not None and entry.service.banner:
            yield entry.port, entry.proto, *_said(entry.service.name, entry.service.banner)
    if record.port is not None and record.data is not None:
        if record.data.status == "open":
            yield record.port, record.proto, opened(record.proto), "{}"
        if record.data.banner:
            said = _said(record.data.service_name, record.data.banner)
            yield record.port, record.proto, *said


def _said(service: str, banner: str) -> tuple[str, str | bytes]:
    return field_of(service, banner), sent(banner)
