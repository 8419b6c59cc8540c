"""Shodan exports: one banner a line, as `shodan download` writes them, packed or not.

Only the keys that can say something about a device are decoded; pictures in particular never are.
What a device answered becomes an observation of its own kind. What Shodan concluded from it
(product, version, its own parsing) is kept under `shodan.…`, which proves nothing by itself.
Source of the keys: Shodan's published banner schema and its Python client.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from custodes.find.read.json_lines import begins_with, records
from custodes.find.read.lines import Readable
from custodes.find.read.shodan_fields import field_of, icon_md5, is_address, name_text, snmp_text
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import KIB

NAME = "shodan"
ABOUT = "Shodan exports (JSON, one banner a line, also .gz)"
TEXT_LIMIT = 64 * KIB  # characters kept of one banner or page
ABSENT = msgspec.Raw(b"null")


class Favicon(msgspec.Struct):
    hash: int | None = None
    data: str | None = None  # base64


class Http(msgspec.Struct):
    title: str | None = None
    server: str | None = None
    html: str | None = None
    favicon: Favicon | None = None


class Certificate(msgspec.Struct):
    subject: dict[str, msgspec.Raw] | None = None
    issuer: dict[str, msgspec.Raw] | None = None


class Tls(msgspec.Struct):
    cert: Certificate | None = None
    jarm: str | None = None


class Crawl(msgspec.Struct):
    module: str | None = None


class Banner(msgspec.Struct):
    """One line of an export; or a host, whose `data` is the list of its banners."""

    ip_str: str | None = None
    ipv6: str | None = None
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] | None = None
    transport: str | None = None
    timestamp: str | None = None
    data: "str | list[Banner] | None" = None
    hostnames: list[str] | None = None
    product: str | None = None
    version: str | None = None
    http: Http | None = None
    ssl: Tls | None = None
    mac: dict[str, msgspec.Raw] | None = None
    snmp: dict[str, msgspec.Raw] | None = None
    hikvision: msgspec.Raw = ABSENT
    dahua: msgspec.Raw = ABSENT
    dahua_dvr_web: msgspec.Raw = ABSENT
    crawl: Crawl | None = msgspec.field(default=None, name="_shodan")


def recognise(head: bytes) -> bool:
    """Whether one of the first lines carries keys that only Shodan writes."""
    return begins_with(head, any_of=(b'"ip_str"', b'"_shodan"'))


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every answer in the export; `source` names the file and the line."""
    for number, banner in records(stream, Banner, tally):
        source = f"import:{name}#line {number}"
        address = banner.ip_str or banner.ipv6
        if not is_address(address):
            tally.reject(f"line {number}", "names no address")
        elif isinstance(banner.data, list):
            for service in banner.data:
                yield from _observations(service, address, source)
        else:
            yield from _observations(banner, address, source)


def _observations(banner: Banner, address: str | None, source: str) -> Iterator[Observation]:
    port, transport, seen_at = banner.port, banner.transport, _instant(banner.timestamp)
    for field, text in _facts(banner):
        yield Observation(
            field=field,
            payload=text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT],
            address=address,
            port=port,
            transport=transport,
            seen_at=seen_at,
            source=source,
        )


def _facts(banner: Banner) -> Iterator[tuple[str, str]]:
    """What one banner says, as (field, text)."""
    if isinstance(banner.data, str) and banner.data.strip() and not banner.snmp:
        module = banner.crawl.module if banner.crawl else None
        yield field_of(banner.data, module or "", banner.transport or "tcp"), banner.data
    if banner.http is not None:
        yield from _http_facts(banner.http, whole=bool(banner.data))
    if banner.ssl is not None:
        yield from _tls_facts(banner.ssl)
    if banner.mac:
        yield from (("mac.address", mac) for mac in banner.mac)
    if banner.snmp:
        yield from snmp_text(banner.snmp)
    if banner.hostnames:
        yield from (("dns.hostname", host) for host in banner.hostnames)
    yield from _hints(banner)


def _http_facts(http: Http, *, whole: bool) -> Iterator[tuple[str, str]]:
    if http.html:
        yield "http.body", http.html
    if http.title:
        yield "http.title", http.title
    if http.server and not whole:  # else it stands in the response's own header
        yield "http.header.server", http.server
    if http.favicon is not None:
        if http.favicon.hash is not None:
            yield "http.favicon.mmh3", str(http.favicon.hash)
        if digest := icon_md5(http.favicon.data or ""):
            yield "http.favicon.md5", digest


def _tls_facts(tls: Tls) -> Iterator[tuple[str, str]]:
    if tls.cert is not None:
        if tls.cert.subject and (text := name_text(tls.cert.subject)):
            yield "tls.subject", text
        if tls.cert.issuer and (text := name_text(tls.cert.issuer)):
            yield "tls.issuer", text
    if tls.jarm:
        yield "tls.jarm", tls.jarm


def _hints(banner: Banner) -> Iterator[tuple[str, str]]:
    """Shodan's own conclusions: kept beside the answers, never in their place."""
    if banner.product:
        yield "shodan.product", f"{banner.product} {banner.version or ''}".rstrip()
    for key in ("hikvision", "dahua", "dahua_dvr_web"):
        raw = bytes(getattr(banner, key))
        if raw != b"null":
            yield f"shodan.{key}", raw.decode("utf-8", "replace")


def _instant(text: str | None) -> datetime | None:
    """Shodan writes UTC without saying so."""
    try:
        value = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
