"""ONVIF device service: the calls that only read, their answers, and a device's side of both. Pure.

The calls carry no login. All but GetDeviceInformation and GetScopes are open by the standard
(access class PRE_AUTH); those two are asked once, because many devices answer them anyway.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from custodes.errors import PeerError, UsageError
from custodes.protocols import xml
from custodes.protocols.charsets import decode

PATH = "/onvif/device_service"
CONTENT_TYPE = "application/soap+xml; charset=utf-8"
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
ERRORS = "http://www.onvif.org/ver10/error"
MAX_SERVICES = 256

_BODIES: Mapping[str, str] = {
    "GetSystemDateAndTime": "",
    "GetCapabilities": "<tds:Category>All</tds:Category>",
    "GetServices": "<tds:IncludeCapability>false</tds:IncludeCapability>",
    "GetHostname": "",
    "GetEndpointReference": "",
    "GetDeviceInformation": "",
    "GetScopes": "",
}
OPERATIONS: tuple[str, ...] = tuple(_BODIES)
INFORMATION = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber", "HardwareId")

Service = tuple[str, str, str]  # namespace, address, version ("" where it is not said)


def call(operation: str) -> bytes:
    """The envelope of one call of OPERATIONS; no other call can be built.

    Raises:
        UsageError: the operation is not one of OPERATIONS.
    """
    if operation not in _BODIES:
        raise UsageError(f"{operation[:60]!r} is not a call that only reads")
    return envelope(f"<tds:{operation}>{_BODIES[operation]}</tds:{operation}>")


def envelope(body: str, header: str = "") -> bytes:
    """A SOAP 1.2 envelope around what is asked; `header` is what proves who asks."""
    header = f"<s:Header>{header}</s:Header>" if header else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:tds="{DEVICE}" xmlns:tt="{SCHEMA}">'
        f"{header}<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def operation_of(data: bytes) -> str | None:
    """The call that an envelope makes, as a device reads it; None where it makes none.

    Raises:
        PeerError: it is not XML.
    """
    body = xml.parse(data).find("Body")
    return body.children[0].tag if body is not None and body.children else None


def _answer(data: bytes | str, operation: str) -> xml.Element | None:
    """The answer's element; None where the device answered something else."""
    root = xml.parse(data)
    name = f"{operation}Response"
    return root if root.tag == name else root.find(name)


def device_information(data: bytes | str) -> dict[str, str]:
    """What the device says of itself: maker, model, firmware, serial and hardware (INFORMATION).

    Only what it says and says not empty; {} where it answered something else, such as a fault.
    An answer whose end is missing gives what was whole.

    Raises:
        PeerError: not one field can be read.
    """
    try:
        answer = _answer(data, "GetDeviceInformation")
    except PeerError:
        found = xml.fields(decode(data) if isinstance(data, bytes) else data)
        if not any(found.get(name) for name in INFORMATION):
            raise
        return {name: found[name] for name in INFORMATION if found.get(name)}
    if answer is None:
        return {}
    texts = {name: answer.text_of(name) for name in INFORMATION}
    return {name: text for name, text in texts.items() if text}


def scopes(data: bytes | str) -> list[str]:
    """The scopes that the device lists, percent signs decoded; [] where it answered otherwise."""
    from urllib.parse import unquote

    answer = _answer(data, "GetScopes")
    items = answer.findall("ScopeItem") if answer is not None else []
    return [unquote(item.text) for item in items if item.text]


def services(data: bytes | str) -> list[Service]:
    """The services that the device lists, of GetServices or of the older GetCapabilities."""
    root = xml.parse(data)
    listed = [
        (e.text_of("Namespace") or "", e.text_of("XAddr") or "", _version(e.child("Version")))
        for e in root.findall("Service")
    ]
    if not listed:
        listed = [
            (capability.tag, address.text, "")
            for capability in root.walk()
            if (address := capability.child("XAddr")) is not None
        ]
    return [service for service in listed if service[1]][:MAX_SERVICES]


def _version(element: xml.Element | None) -> str:
    if element is None:
        return ""
    parts = (element.text_of("Major"), element.text_of("Minor"))
    return ".".join(part for part in parts if part)


def date_time(data: bytes | str) -> datetime | None:
    """The device's clock in UTC; None where it does not say, or says what no clock can show.

    Only the UTC time counts: local time without a trusted zone is not an instant.
    """
    answer = _answer(data, "GetSystemDateAndTime")
    utc = answer.find("UTCDateTime") if answer is not None else None
    if utc is None:
        return None
    texts = [utc.text_of(name) or "" for name in "Year Month Day Hour Minute Second".split()]
    if not all(re.fullmatch(r"[0-9]{1,4}", text) for text in texts):
        return None
    year, month, day, hour, minute, second = map(int, texts)
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def time_zone(data: bytes | str) -> str | None:
    """The zone that the device's clock is set to, as POSIX writes it."""
    return xml.parse(data).text_of("TZ")


def hostname(data: bytes | str) -> str | None:
    """The name that the device has on its network; None where it does not say."""
    answer = _answer(data, "GetHostname")
    return answer.text_of("Name") if answer is not None else None


def endpoint_reference(data: bytes | str) -> str | None:
    """The device's stable address, mostly `urn:uuid:…`."""
    answer = _answer(data, "GetEndpointReference")
    return answer.text_of("GUID") if answer is not None else None


def fault(data: bytes | str) -> str | None:
    """The most precise code of a SOAP fault, such as `ter:NotAuthorized`; None without a fault."""
    found = xml.parse(data).find("Fault")
    if found is None:
        return None
    code = found.find("Code")
    values = [e.text for e in code.findall("Value") if e.text] if code is not None else []
    return values[-1] if values else found.text_of("faultcode") or "fault"


def build_device_information(information: Mapping[str, str]) -> bytes:
    """A device's answer to GetDeviceInformation; fields in the order given."""
    return _response("GetDeviceInformation", _elements("tds", information))


def build_scopes(listed: Iterable[str]) -> bytes:
    """A device's answer to GetScopes."""
    items = "".join(
        "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
        f"<tt:ScopeItem>{xml.escape(scope.replace(' ', '%20'))}</tt:ScopeItem></tds:Scopes>"
        for scope in listed
    )
    return _response("GetScopes", items)


def build_services(listed: Sequence[Service]) -> bytes:
    """A device's answer to GetServices."""
    items = []
    for namespace, address, version in listed:
        major, _, minor = version.partition(".")
        items.append(
            f"<tds:Service><tds:Namespace>{xml.escape(namespace)}</tds:Namespace>"
            f"<tds:XAddr>{xml.escape(address)}</tds:XAddr>"
            f"<tds:Version><tt:Major>{xml.escape(major)}</tt:Major>"
            f"<tt:Minor>{xml.escape(minor)}</tt:Minor></tds:Version></tds:Service>"
        )
    return _response("GetServices", "".join(items))


def build_capabilities(addresses: Mapping[str, str]) -> bytes:
    """A device's answer to GetCapabilities: the address of each service by its name (Media …)."""
    items = "".join(
        f"<tt:{name}><tt:XAddr>{xml.escape(address)}</tt:XAddr></tt:{name}>"
        for name, address in addresses.items()
    )
    return _response("GetCapabilities", f"<tds:Capabilities>{items}</tds:Capabilities>")


def build_date_time(now: datetime, zone: str = "UTC0") -> bytes:
    """A device's answer to GetSystemDateAndTime, with its clock at `now`."""
    utc = now.astimezone(UTC)
    time = _elements("tt", {"Hour": utc.hour, "Minute": utc.minute, "Second": utc.second})
    date = _elements("tt", {"Year": utc.year, "Month": utc.month, "Day": utc.day})
    return _response(
        "GetSystemDateAndTime",
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings>"
        f"<tt:TimeZone><tt:TZ>{xml.escape(zone)}</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime>",
    )


def build_hostname(name: str) -> bytes:
    """A device's answer to GetHostname."""
    inside = f"<tt:FromDHCP>false</tt:FromDHCP><tt:Name>{xml.escape(name)}</tt:Name>"
    information = f"<tds:HostnameInformation>{inside}</tds:HostnameInformation>"
    return _response("GetHostname", information)


def build_endpoint_reference(guid: str) -> bytes:
    """A device's answer to GetEndpointReference."""
    return _response("GetEndpointReference", f"<tds:GUID>{xml.escape(guid)}</tds:GUID>")


def build_fault(code: str = "ter:NotAuthorized", reason: str = "Sender not Authorized") -> bytes:
    """A device's refusal."""
    return envelope(
        f'<s:Fault xmlns:ter="{ERRORS}"><s:Code><s:Value>s:Sender</s:Value>'
        f"<s:Subcode><s:Value>{xml.escape(code)}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{xml.escape(reason)}</s:Text></s:Reason></s:Fault>'
    )


def _response(operation: str, inside: str) -> bytes:
    return envelope(f"<tds:{operation}Response>{inside}</tds:{operation}Response>")


def _elements(prefix: str, values: Mapping[str, object]) -> str:
    return "".join(
        f"<{prefix}:{name}>{xml.escape(str(value))}</{prefix}:{name}>"
        for name, value in values.items()
    )
