"""Cut one observation into facets: the single texts that fingerprints and readers look at. Pure.

Whatever the device sent is looked at only up to a limit, so that a hostile answer costs no more
than an honest one; what cannot be cut yields fewer facets, never an error.
"""

import base64
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Final
from urllib.parse import unquote

from custodes.errors import PeerError
from custodes.find.identify import mdns
from custodes.find.identify.xmltext import fields as xml_fields
from custodes.observation import Observation
from custodes.units import KIB

Facet = tuple[str, str]  # field, text

PAYLOAD_LIMIT: Final = 256 * KIB
BODY_LIMIT: Final = 16 * KIB
LINE_LIMIT: Final = 1 * KIB
SCOPES_LIMIT: Final = 64
SDP_LINES_LIMIT: Final = 128
ALTERNATIVE_NAMES_LIMIT: Final = 32

# Each pattern begins with letters that `re` can jump to: that is several times faster than
# looking at every place, which \b, ^ and letters without case force it to do.
_TITLE = re.compile(r"<[tT][iI][tT][lL][eE][^<>]{0,200}>([^<]{0,1024})")
_HEADERS = re.compile(
    r"\n(server|www-authenticate|set-cookie|location|x-powered-by|public|via|cf-ray|x-varnish|"
    r"x-amz-cf-id|x-azure-ref|x-iinfo|x-sucuri-id|x-akamai-transformed)[ \t]*:[ \t]*"
    r"([^\r\n]{1,1024})",
    re.IGNORECASE,
)
_HEAD_LIMIT: Final = 64 * KIB
_REALM = re.compile(r'[a-zA-Z]{5}\s{0,4}=\s{0,4}(?:"([^"]{0,512})"?|([^\s,"]{1,512}))')
_SCOPE = re.compile(r"onvif://www\.onvif\.org/[^\s<>\"]{1,512}")
_SDP_LINE = re.compile(r"\n([siuao])=([^\r\n]{1,512})")
_SDP_NAMES = {"a": "rtsp.sdp.attribute", "o": "rtsp.sdp.origin"}
_FOLD = re.compile(r"\r?\n[ \t]{1,64}(?=[^\s])")
_NAMESPACE = re.compile(r"""xmlns(?::\w{1,32})?=["']([^"']{1,256})["']""")
_UPNP_HEADERS = re.compile(
    r"\n(server|nt|st|usn|location|x-user-agent|hue-bridgeid)[ \t]*:[ \t]*([^\r\n]{1,1024})",
    re.IGNORECASE,
)
_OPTION = re.compile(r"^option(\d{1,3})(?:\([^)]{0,64}\))?=([^\r\n]{1,1024})", re.MULTILINE)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,90000})-----END")
_OID_LINE = re.compile(
    r"^\.?((?:\d{1,10}\.){3,40}\d{1,10})\s{0,4}=\s{0,4}(?:([A-Za-z0-9-]{1,20}):\s?)?"
    r"(\"[^\"]{0,4096}\"?|[^\r\n]{0,4096})",
    re.MULTILINE,
)


def text_of(observation: Observation) -> str:
    """The payload as text, at most PAYLOAD_LIMIT of it; one character a byte for binary fields."""
    payload = observation.payload
    if observation.encoding is None and len(payload) <= PAYLOAD_LIMIT:
        return payload
    if observation.field in _BINARY:
        return observation.data[:PAYLOAD_LIMIT].decode("latin-1")
    if len(payload) <= PAYLOAD_LIMIT:
        return observation.text
    size = PAYLOAD_LIMIT // 4 * 4  # base64 is cut between its groups of four
    cut = Observation(
        field=observation.field,
        payload=payload[:size],
        encoding=observation.encoding,
    )
    return cut.text


def cut(field: str, text: str) -> list[Facet]:
    """The facets of one observed text, in a fixed order."""
    cutter = _CUTTERS.get(field)
    if cutter is not None:
        return list(cutter(text))
    return [(field, text[:BODY_LIMIT] if field in _LONG else text[:LINE_LIMIT])]


def realms(challenge: str) -> list[str]:
    """Every realm of a WWW-Authenticate value, in order, each once."""
    challenge = challenge[: 4 * LINE_LIMIT]
    found: dict[str, None] = {}
    for at in _places(challenge, "realm"):
        realm = _REALM.match(challenge, at)
        if realm is not None and (text := realm[1] or realm[2] or "").strip():
            found[text] = None
    return list(found)


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word of ASCII letters stands in the text, in any case."""
    folded = text.lower() if text.isascii() else text.translate(_ASCII_LOWER)
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + len(word))


_ASCII_LOWER: Final = {ord(c): ord(c.lower()) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def namespaces(text: str) -> list[str]:
    """The XML namespaces that the first part of a document declares, each once."""
    return list(dict.fromkeys(_NAMESPACE.findall(text[: 8 * KIB])))


def _split(text: str) -> tuple[str, str]:
    """Head and body; an empty line ends the head, however its end is written."""
    bare = text.find("\n\n", 0, _HEAD_LIMIT)
    full = text.find("\n\r\n", 0, _HEAD_LIMIT if bare < 0 else bare + 1)
    if full >= 0:
        return text[:full].removesuffix("\r"), text[full + 3 :]
    if bare >= 0:
        return text[:bare].removesuffix("\r"), text[bare + 2 :]
    return text[:_HEAD_LIMIT], ""


def _http(text: str) -> Iterator[Facet]:
    head, body = _split(text)
    yield from _headers("http", head)
    yield from _body(body)


def _unfolded(head: str) -> str:
    """The head with each header on one line: a line that begins with a blank continues another."""
    return _FOLD.sub(" ", head) if "\n " in head or "\n\t" in head else head


def _headers(protocol: str, head: str) -> Iterator[Facet]:
    for written, value in _HEADERS.findall(_unfolded(head)):
        name = written.lower()
        yield f"{protocol}.header.{name}", value.rstrip()
        if name == "www-authenticate":
            for realm in realms(value):
                yield f"{protocol}.realm", realm


def _body(body: str) -> Iterator[Facet]:
    if not body:
        return
    looked_at = body[:BODY_LIMIT]
    if "<" in looked_at:
        found = _TITLE.search(looked_at)
        if found and found[1].strip():
            yield "http.title", unescape(found[1]).strip()
    yield "http.body", looked_at


def _challenge(text: str) -> Iterator[Facet]:
    text = text[: 4 * LINE_LIMIT]
    yield "http.header.www-authenticate", text
    for realm in realms(text):
        yield "http.realm", realm


def _rtsp_challenge(text: str) -> Iterator[Facet]:
    text = text[: 4 * LINE_LIMIT]
    yield "rtsp.header.www-authenticate", text
    for realm in realms(text):
        yield "rtsp.realm", realm


def _rtsp(text: str) -> Iterator[Facet]:
    head, body = _split(text)
    yield from _headers("rtsp", head)
    yield from _sdp(body)


def _sdp(text: str) -> Iterator[Facet]:
    """`s=` and `i=` name the session, `o=` its host; only some makers write some `a=` lines."""
    if not text:
        return
    lines = _SDP_LINE.findall("\n" + text[: 4 * BODY_LIMIT])[:SDP_LINES_LIMIT]
    for kind, value in lines:
        yield _SDP_NAMES.get(kind, "rtsp.sdp.session"), value.rstrip()


def _scopes(text: str) -> Iterator[Facet]:
    for scope in dict.fromkeys(_SCOPE.findall(text[: 4 * BODY_LIMIT])[:SCOPES_LIMIT]):
        yield "onvif.scope", unquote(scope)


def _soap(text: str) -> Iterator[Facet]:
    for namespace in namespaces(text):
        yield "onvif.namespace", namespace


_INFORMATION = (
    ("Manufacturer", "onvif.manufacturer"),
    ("Model", "onvif.model"),
    ("FirmwareVersion", "onvif.firmware"),
    ("SerialNumber", "onvif.serial"),
    ("HardwareId", "onvif.hardwareId"),
)


def _device_information(text: str) -> Iterator[Facet]:
    read = xml_fields(text)
    for element, field in _INFORMATION:
        value = read.get(element)
        if value:
            yield field, value[:LINE_LIMIT]
    yield from _soap(text)


_UPNP_ELEMENTS = (
    ("manufacturer", "upnp.manufacturer"),
    ("modelName", "upnp.modelName"),
    ("modelNumber", "upnp.modelNumber"),
    ("modelDescription", "upnp.modelDescription"),
    ("friendlyName", "upnp.friendlyName"),
    ("deviceType", "upnp.deviceType"),
    ("serialNumber", "upnp.serialNumber"),
)
_UPNP_NAMES = {"server": "upnp.server", "nt": "upnp.deviceType", "st": "upnp.deviceType"}


def _upnp(text: str) -> Iterator[Facet]:
    head, body = _split(text)
    for written, value in _UPNP_HEADERS.findall(_unfolded(head)):
        name = written.lower()
        yield _UPNP_NAMES.get(name, f"upnp.{name}"), value.rstrip()
    document = body or text
    if "<" in document:
        read = xml_fields(document[: 4 * BODY_LIMIT])
        for element, field in _UPNP_ELEMENTS:
            value = read.get(element)
            if value:
                yield field, value[:LINE_LIMIT]


_SYSTEM = {
    "1.3.6.1.2.1.1.1.0": "snmp.sysDescr",
    "1.3.6.1.2.1.1.2.0": "snmp.sysObjectID",
    "1.3.6.1.2.1.1.5.0": "snmp.sysName",
}
_SPELT = ("sys", "iso.", "mib-2.", "enterprises.", "netSnmpAgentOIDs")
_SYSTEM_WORD = re.compile(
    r"^(?:[A-Za-z0-9-]{2,24}::|\.?(?:iso\.org\.dod\.internet\.mgmt\.)?(?:mib-2\.)?system\.)?"
    r"(sysDescr|sysObjectID|sysName)(?:\.0)?(?=\s{0,4}=)",
    re.MULTILINE,
)
_SYSTEM_NUMBERS = {"sysDescr": "1", "sysObjectID": "2", "sysName": "5"}
_PRIVATE_WORD = re.compile(
    r"(?:SNMPv2-SMI::|\.?iso\.org\.dod\.internet\.private\.)enterprises\.(?=\d)"
)
_MIB_WORD = re.compile(r"^(?:SNMPv2-SMI::)?mib-2\.(?=\d)", re.MULTILINE)
_TYPE_WORD = re.compile(r"(?:STRING|OID):\s{0,4}")
_ISO_WORD = re.compile(r"(?:^\.?|(?<=OID: )\.?)iso\.(?=\d)", re.MULTILINE)


def _in_numbers(text: str) -> str:
    """An SNMP record with the names that net-snmp writes for the beginnings of numbers undone."""
    if not any(word in text for word in _SPELT):
        return text
    text = _SYSTEM_WORD.sub(lambda m: f"1.3.6.1.2.1.1.{_SYSTEM_NUMBERS[m[1]]}.0", text)
    text = _PRIVATE_WORD.sub("1.3.6.1.4.1.", text)
    text = _MIB_WORD.sub("1.3.6.1.2.1.", text)
    text = text.replace("NET-SNMP-MIB::netSnmpAgentOIDs.", "1.3.6.1.4.1.8072.3.2.")
    return _ISO_WORD.sub("1.", text)


def snmp_values(text: str) -> list[tuple[str, str]]:
    """(OID without a leading dot, value without its type word and quotes), in order."""
    found = _OID_LINE.findall(_in_numbers(text[: 4 * BODY_LIMIT]))
    return [(oid, value.strip().strip('"').strip()) for oid, _, value in found]


def _snmp(text: str) -> Iterator[Facet]:
    for oid, value in snmp_values(text):
        field = _SYSTEM.get(oid)
        if field and value:
            yield field, (value.lstrip(".") if field.endswith("ID") else value)[:LINE_LIMIT]


def _system(text: str) -> Iterator[Facet]:
    yield "snmp.sysDescr", _typeless(text)


def _object(text: str) -> Iterator[Facet]:
    yield "snmp.sysObjectID", _typeless(_in_numbers(text[:LINE_LIMIT])).lstrip(".")


def _typeless(text: str) -> str:
    """A value without the word that net-snmp writes for its type, and the quotes behind it."""
    typed = _TYPE_WORD.match(text)
    text = text[typed.end() :].strip().strip('"').strip() if typed else text
    return text[:LINE_LIMIT]


_DHCP = {"12": "dhcp.hostname", "60": "dhcp.vendor_class", "55": "dhcp.parameters"}


def _dhcp(text: str) -> Iterator[Facet]:
    for option, value in _OPTION.findall(text[:BODY_LIMIT]):
        field = _DHCP.get(option)
        if field and value.strip():
            yield field, value.strip()


def _mdns(text: str) -> Iterator[Facet]:
    yield from mdns.facets(text)


def _certificate(text: str) -> Iterator[Facet]:
    """Whom a certificate names and who signed it, from its DER or PEM form.

    A certificate that cannot be read says nothing.
    """
    from custodes.protocols import tls

    try:
        read = tls.read(_der(text))
    except (PeerError, ValueError):
        return
    yield "tls.subject", read.subject[: 4 * LINE_LIMIT]
    if not read.self_signed:
        yield "tls.issuer", read.issuer[: 4 * LINE_LIMIT]
    for name in read.names[:ALTERNATIVE_NAMES_LIMIT]:
        yield "tls.san", name[:LINE_LIMIT]


def _der(text: str) -> bytes:
    found = _PEM.search(text)
    if found is not None:
        return base64.b64decode("".join(found[1].split()), validate=True)
    return text.encode("latin-1", "replace")


_PJL = "@PJL"
_PJL_NAME = re.compile(r'"([^"\r\n]{2,200})"')


def _printer(text: str) -> Iterator[Facet]:
    """The name in the answer to `@PJL INFO ID`, or the name alone."""
    found = _PJL_NAME.search(text[: 4 * LINE_LIMIT])
    if found is None:
        text = text.replace("@PJL INFO ID", "", 1) if _PJL in text[:64] else text
    yield "pjl.id", (found[1] if found else text[:LINE_LIMIT]).strip()


def _greeting(text: str) -> Iterator[Facet]:
    """A greeting at any port; a printer answers its language there."""
    yield "tcp.banner", text[:LINE_LIMIT]
    if text[:64].lstrip().startswith(_PJL):
        yield from _printer(text)


def _title(text: str) -> Iterator[Facet]:
    yield "http.title", unescape(text[:LINE_LIMIT]).strip()


def _only_body(text: str) -> Iterator[Facet]:
    yield from _body(text)


_BINARY = frozenset({"mdns.packet", "tls.certificate", "udp.discovery"})
_LONG = frozenset({"telnet.banner", "upnp.response", "ntp.banner", "asset.record", "tls.subject"})

_CUTTERS: dict[str, Callable[[str], Iterator[Facet]]] = {
    "http.response": _http,
    "http.private-stream.response": _rtsp,
    "http.body": _only_body,
    "http.title": _title,
    "http.header.www-authenticate": _challenge,
    "rtsp.header.www-authenticate": _rtsp_challenge,
    "rtsp.response": _rtsp,
    "rtsp.sdp": _sdp,
    "onvif.ProbeMatch": _scopes,
    "onvif.Hello": _scopes,
    "onvif.scopes": _scopes,
    "onvif.soap.GetScopes": _scopes,
    "onvif.soap.GetDeviceInformation": _device_information,
    "onvif.soap.GetCapabilities": _soap,
    "onvif.soap.GetServices": _soap,
    "onvif.soap.GetSystemDateAndTime": _soap,
    "onvif.soap.GetHostname": _soap,
    "onvif.soap.fault": _soap,
    "ssdp.packet": _upnp,
    "upnp.response": _upnp,
    "snmp.record": _snmp,
    "snmp.sysDescr": _system,
    "snmp.sysObjectID": _object,
    "pjl.id": _printer,
    "tcp.banner": _greeting,
    "dhcp.request": _dhcp,
    "mdns.packet": _mdns,
    "tls.certificate": _certificate,
}
