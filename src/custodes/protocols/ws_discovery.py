"""WS-Discovery (April 2005) as ONVIF devices speak it on UDP 3702: probes, matches, hellos. Pure.

Three shapes of probe are needed because no single one is answered by all firmware.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from custodes.errors import PeerError
from custodes.protocols import xml
from custodes.protocols.charsets import decode
from custodes.units import KIB

PORT = 3702
GROUP = "239.255.255.250"
GROUP_V6 = "ff02::c"
LIMIT_BYTES = 64 * KIB
MAX_MATCHES = 64

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
NETWORK = "http://www.onvif.org/ver10/network/wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
ANYONE = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
ANONYMOUS = f"{ADDRESSING}/role/anonymous"

# The shapes by name: the prefix of the message's id, and the element that asks for a type.
SHAPES = {
    "nvt": ("uuid:", f'<d:Types xmlns:dn="{NETWORK}">dn:NetworkVideoTransmitter</d:Types>'),
    "device": ("urn:uuid:", f'<d:Types xmlns:tds="{DEVICE}">tds:Device</d:Types>'),
    None: ("urn:uuid:", ""),
}
TYPES = {
    "dn:NetworkVideoTransmitter": f'xmlns:dn="{NETWORK}"',
    "tds:Device": f'xmlns:tds="{DEVICE}"',
}
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class ProbeMatch:
    """One device that answered or announced itself (`kind`: match, hello or bye).

    `scopes` are decoded (%20 is a space); `raw_xml` is the datagram as it came, `cut` where its
    end was missing.
    """

    endpoint: str | None
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    xaddrs: tuple[str, ...]
    raw_xml: str
    kind: str = "match"
    metadata_version: str | None = None
    relates_to: str | None = None
    cut: bool = False

    def scope_values(self, name: str) -> list[str]:
        """What follows `…/name/` in the scopes: model, hardware, MAC as the device states them."""
        marker = f"onvif.org/{name}/".casefold()
        found = []
        for scope in self.scopes:
            at = scope.casefold().find(marker)
            if at >= 0 and scope[at + len(marker) :].strip():
                found.append(scope[at + len(marker) :].strip())
        return found


@dataclass(frozen=True, slots=True)
class Probe:
    """A question as a device reads it; no types stands for every device."""

    message_id: str
    types: tuple[str, ...]


def probe(message_id: str, types: str | None) -> bytes:
    """Ask who is there, in one of three shapes: types `nvt`, `device` or None.

    `message_id` is a GUID, with or without `uuid:` before it.

    Raises:
        PeerError: the id is not a GUID, or there is no such shape.
    """
    guid = message_id.rpartition("uuid:")[2]
    if types not in SHAPES or not _UUID.fullmatch(guid):
        raise PeerError("there is no such probe", types=types, message_id=message_id[:60])
    prefix, asked = SHAPES[types]
    body = f"<d:Probe>{asked}</d:Probe>"
    return _envelope("Probe", prefix + guid, ANYONE, body)


def _envelope(action: str, message_id: str, to: str, body: str, relates_to: str = "") -> bytes:
    relation = f"<a:RelatesTo>{xml.escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:a="{ADDRESSING}" xmlns:d="{DISCOVERY}">'
        f"<s:Header><a:MessageID>{xml.escape(message_id)}</a:MessageID>{relation}"
        f"<a:To>{to}</a:To><a:Action>{DISCOVERY}/{action}</a:Action></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


_KINDS = {"ProbeMatch": "match", "ResolveMatch": "match", "Hello": "hello", "Bye": "bye"}


def parse(data: bytes | str) -> list[ProbeMatch]:
    """Every device in a datagram; several may stand in one, and the end of it may be missing.

    Raises:
        PeerError: it names no device, or it breaks a limit.
    """
    if len(data) > LIMIT_BYTES:
        raise PeerError("the answer is too long", limit_bytes=LIMIT_BYTES)
    raw = decode(data) if isinstance(data, bytes) else data
    try:
        root = xml.parse(data, LIMIT_BYTES)
    except PeerError:
        return _cut_match(xml.clean(data), raw)
    relates_to = root.text_of("RelatesTo")
    elements = [e for e in root.walk() if e.tag in _KINDS][:MAX_MATCHES]
    if not elements:
        raise PeerError("no device in a discovery answer", root=root.tag[:40])
    return [_match(element, raw, relates_to) for element in elements]


def _match(element: xml.Element, raw: str, relates_to: str | None) -> ProbeMatch:
    return ProbeMatch(
        endpoint=element.text_of("Address"),
        types=tuple((element.text_of("Types") or "").split()),
        scopes=_scopes(element.text_of("Scopes")),
        xaddrs=tuple((element.text_of("XAddrs") or "").split()),
        raw_xml=raw,
        kind=_KINDS[element.tag],
        metadata_version=element.text_of("MetadataVersion"),
        relates_to=relates_to,
    )


_ANY_KIND = re.compile(r"<(?:[\w.-]{1,40}:)?(ProbeMatch|ResolveMatch|Hello|Bye)[\s>]")


def _cut_match(text: str, raw: str) -> list[ProbeMatch]:
    """The first device of a datagram whose end is missing, as far as its leaves were whole."""
    kind = _ANY_KIND.search(text)
    fields = xml.fields(text[kind.start() :]) if kind else {}
    if kind is None or not fields.keys() & {"Address", "Types", "Scopes", "XAddrs"}:
        raise PeerError("not a discovery answer", beginning=text[:60])
    return [
        ProbeMatch(
            endpoint=fields.get("Address"),
            types=tuple(fields.get("Types", "").split()),
            scopes=_scopes(fields.get("Scopes")),
            xaddrs=tuple(fields.get("XAddrs", "").split()),
            raw_xml=raw,
            kind=_KINDS[kind[1]],
            relates_to=xml.fields(text[: kind.start()]).get("RelatesTo"),
            cut=True,
        )
    ]


def _scopes(text: str | None) -> tuple[str, ...]:
    return tuple(unquote(scope) for scope in (text or "").split())


def read_probe(data: bytes) -> Probe:
    """Read a probe as a device does.

    Raises:
        PeerError: it is not a probe.
    """
    root = xml.parse(data, LIMIT_BYTES)
    asked = root.find("Probe")
    if asked is None:
        raise PeerError("not a probe", root=root.tag[:40])
    types = tuple((asked.text_of("Types") or "").split())
    return Probe(root.text_of("MessageID") or "", types)


def build_probe_match(
    *,
    message_id: str,
    relates_to: str,
    endpoint: str,
    types: Iterable[str],
    scopes: Iterable[str],
    xaddrs: Iterable[str],
) -> bytes:
    """Build a device's answer to a probe."""
    inside = _description(endpoint, types, scopes, xaddrs)
    body = f"<d:ProbeMatches><d:ProbeMatch>{inside}</d:ProbeMatch></d:ProbeMatches>"
    return _envelope("ProbeMatches", message_id, ANONYMOUS, body, relates_to)


def build_hello(
    *,
    message_id: str,
    endpoint: str,
    types: Iterable[str],
    scopes: Iterable[str],
    xaddrs: Iterable[str],
) -> bytes:
    """Build what a device announces when it starts."""
    body = f"<d:Hello>{_description(endpoint, types, scopes, xaddrs)}</d:Hello>"
    return _envelope("Hello", message_id, ANYONE, body)


def _description(
    endpoint: str, types: Iterable[str], scopes: Iterable[str], xaddrs: Iterable[str]
) -> str:
    types = list(types)
    declared = " ".join(TYPES[name] for name in types if name in TYPES)
    coded = " ".join(quote(scope, safe=":/?#[]@!$&'()*+,;=%~") for scope in scopes)
    return (
        f"<a:EndpointReference><a:Address>{xml.escape(endpoint)}</a:Address>"
        f"</a:EndpointReference><d:Types {declared}>{xml.escape(' '.join(types))}</d:Types>"
        f"<d:Scopes>{xml.escape(coded)}</d:Scopes>"
        f"<d:XAddrs>{xml.escape(' '.join(xaddrs))}</d:XAddrs>"
        "<d:MetadataVersion>1</d:MetadataVersion>"
    )
