"""ZGrab2's output: one host a line, with the answers of the modules that were asked for.

Only what a device answered is taken, never ZGrab2's own judgement of it. An HTTP answer is put
together again from the status line, the headers and the page that ZGrab2 took apart; its order of
headers is lost, and header names come back in lower case.
Source of the keys: ZGrab2's published schemas (zmap/zgrab2, zgrab2_schemas).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from custodes.find.read.json_lines import begins_with, records
from custodes.find.read.lines import Readable
from custodes.find.read.shodan_fields import is_address
from custodes.find.read.tally import Tally
from custodes.observation import Observation, observe
from custodes.units import KIB

NAME = "zgrab2"
ABOUT = "ZGrab2 (JSON, one host a line)"
TEXT_LIMIT = 64 * KIB
HEADERS_LIMIT = 100
NONE = msgspec.Raw(b"null")
_BROKEN: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# Where a module says nothing of the port it asked. Source: each module's default in ZGrab2.
USUAL_PORTS: Final = {"http": 80, "tls": 443, "ssh": 22, "ftp": 21, "telnet": 23}
_BANNERS: Final = {
    "ftp": "ftp.banner",
    "telnet": "telnet.banner",
    "ssh": "ssh.banner",
    "banner": "tcp.banner",
}


class Response(msgspec.Struct):
    """An HTTP answer; `headers` maps lower-case names to lists of values."""

    status_line: str | None = None
    status_code: int | None = None
    protocol: dict[str, msgspec.Raw] = {}
    headers: dict[str, msgspec.Raw] = {}
    body: str | None = None
    request: msgspec.Raw = NONE


class Name(msgspec.Struct):
    subject_dn: str | None = None
    issuer_dn: str | None = None


class Certificate(msgspec.Struct):
    raw: str | None = None  # base64 DER
    parsed: Name | None = None


class Chain(msgspec.Struct):
    certificate: Certificate | None = None


class Handshake(msgspec.Struct):
    server_certificates: Chain | None = None


class TlsLog(msgspec.Struct):
    handshake_log: Handshake | None = None


class Request(msgspec.Struct):
    tls_log: TlsLog | None = None


class ServerId(msgspec.Struct):
    raw: str | None = None


class Result(msgspec.Struct):
    """What a module got; each module fills keys of its own."""

    response: Response | None = None
    banner: str | None = None
    server_id: ServerId | None = None
    handshake_log: Handshake | None = None


class Scan(msgspec.Struct):
    """One module's turn at one host."""

    status: str | None = None
    protocol: str | None = None
    port: int | None = None
    timestamp: str | None = None
    result: Result | None = None


class Host(msgspec.Struct):
    data: dict[str, Scan]
    ip: str | None = None
    domain: str | None = None


def recognise(head: bytes) -> bool:
    """Whether one of the first lines has the shape that only ZGrab2 writes."""
    return begins_with(head, all_of=(b'"data"', b'"status"', b'"protocol"'))


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every answer; `source` names the file and the line."""
    for number, host in records(stream, Host, tally):
        if not is_address(host.ip):
            tally.reject(f"line {number}", "names no address")
            continue
        for module, scan in host.data.items():
            if scan.result is not None:
                yield from _observations(host, module, scan, f"import:{name}#line {number}")


def _observations(host: Host, module: str, scan: Scan, source: str) -> Iterator[Observation]:
    kind = scan.protocol or module
    port = scan.port if scan.port is not None else USUAL_PORTS.get(kind)
    assert scan.result is not None
    for field, payload in _facts(kind, scan.result):
        yield observe(
            field,
            payload[:TEXT_LIMIT],
            address=host.ip,
            port=port if port is not None and 0 <= port <= 65_535 else None,
            transport="tcp",
            seen_at=_instant(scan.timestamp),
            source=source,
        )


def _facts(kind: str, result: Result) -> Iterator[tuple[str, str]]:
    """What one module's result says, as (field, text)."""
    if result.response is not None:
        yield from _http(result.response)
    if result.banner:
        yield _BANNERS.get(kind, "tcp.banner"), result.banner
    if result.server_id is not None and result.server_id.raw:
        yield "ssh.banner", result.server_id.raw
    yield from _certificate(result.handshake_log)


def _http(response: Response) -> Iterator[tuple[str, str]]:
    protocol = _texts(response.protocol.get("name", NONE)) or ["HTTP/1.1"]
    status = response.status_line or str(response.status_code or "")
    if status:
        first = status if status.startswith("HTTP/") else f"{protocol[0]} {status}"
        lines = [first, *_headers(response.headers), "", response.body or ""]
        yield "http.response", "\r\n".join(lines)
    try:
        request = msgspec.json.decode(response.request, type=Request | None)
    except _BROKEN:
        return
    if request is not None and request.tls_log is not None:
        yield from _certificate(request.tls_log.handshake_log)


def _headers(headers: Mapping[str, msgspec.Raw]) -> Iterator[str]:
    """Header lines; ZGrab2 keeps the ones it does not know under "unknown"."""
    for name, raw in list(headers.items())[:HEADERS_LIMIT]:
        if name == "unknown":
            for header in _unknown(raw)[:HEADERS_LIMIT]:
                yield from (f"{header.key}: {_one_line(v)}" for v in header.value)
        else:
            spelt = name.replace("_", "-")
            yield from (f"{spelt}: {_one_line(value)}" for value in _texts(raw))


class Header(msgspec.Struct):
    key: str
    value: list[str] = []


def _unknown(raw: msgspec.Raw) -> list[Header]:
    try:
        return msgspec.json.decode(raw, type=list[Header])
    except _BROKEN:
        return []


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _certificate(handshake: Handshake | None) -> Iterator[tuple[str, str]]:
    chain = handshake.server_certificates if handshake else None
    certificate = chain.certificate if chain else None
    if certificate is None:
        return
    if certificate.parsed is not None and certificate.parsed.subject_dn:
        yield "tls.subject", certificate.parsed.subject_dn
    if certificate.parsed is not None and certificate.parsed.issuer_dn:
        yield "tls.issuer", certificate.parsed.issuer_dn
    if certificate.raw:
        yield "tls.certificate", certificate.raw


def _texts(raw: msgspec.Raw) -> list[str]:
    """A JSON text or list of texts; anything else says nothing."""
    try:
        value = msgspec.json.decode(raw, type=str | list[str] | None)
    except _BROKEN:
        return []
    return [value] if isinstance(value, str) else value or []


def _instant(text: str | None) -> datetime | None:
    try:
        value = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return value.astimezone(UTC) if value is not None and value.tzinfo else None
