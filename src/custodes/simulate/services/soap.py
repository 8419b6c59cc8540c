"""ONVIF device service of a simulated device: what is answered before a login, and the refusals.

Which calls need no login: access class PRE_AUTH of the ONVIF Core specification. Pure.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from custodes.protocols.http import Request
from custodes.simulate.device import Device
from custodes.simulate.profile import Onvif

_OPERATION = re.compile(rb"<(?:[A-Za-z0-9_.-]+:)?(Get[A-Za-z0-9]+|Set[A-Za-z0-9]+|SystemReboot)\b")
NAMESPACES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "media2": "http://www.onvif.org/ver20/media/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
    "imaging": "http://www.onvif.org/ver20/imaging/wsdl",
    "ptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "analytics": "http://www.onvif.org/ver20/analytics/wsdl",
    "recording": "http://www.onvif.org/ver10/recording/wsdl",
    "search": "http://www.onvif.org/ver10/search/wsdl",
    "replay": "http://www.onvif.org/ver10/replay/wsdl",
    "thermal": "http://www.onvif.org/ver10/thermal/wsdl",
    "access": "http://www.onvif.org/ver10/accesscontrol/wsdl",
}
_CAPABILITIES = {"media": "Media", "events": "Events", "imaging": "Imaging", "ptz": "PTZ"}


@dataclass(frozen=True, slots=True)
class Call:
    """An answer to one call."""

    status: str
    body: str
    headers: tuple[str, ...]


def respond(device: Device, request: Request, now: datetime) -> Call:
    """Answer one SOAP call as the profile says."""
    onvif = device.profile.onvif
    assert onvif is not None
    found = _OPERATION.search(request.body)
    operation = found[1].decode() if found else ""
    body = _answer(device, onvif, operation, now)
    if body is None:
        return _fault(onvif)
    return Call(
        "200 OK",
        _envelope(f"<tds:{operation}Response>{body}</tds:{operation}Response>"),
        onvif.headers,
    )


def _answer(device: Device, onvif: Onvif, operation: str, now: datetime) -> str | None:
    if operation == "GetSystemDateAndTime":
        return _date_and_time(now)
    if operation == "GetServices":
        return "".join(_service(device, name) for name in onvif.services)
    if operation == "GetCapabilities":
        return _capabilities(device, onvif)
    if operation == "GetHostname":
        name = _text(device, device.values["host_name"])
        return (
            "<tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
            f"<tt:Name>{name}</tt:Name></tds:HostnameInformation>"
        )
    if operation == "GetEndpointReference":
        return f"<tds:GUID>urn:uuid:{device.values['uuid']}</tds:GUID>"
    if operation == "GetDeviceInformation" and onvif.open_information:
        return _information(device, onvif)
    if operation == "GetScopes" and onvif.open_scopes:
        return "".join(
            "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
            f"<tt:ScopeItem>{_text(device, scope)}</tt:ScopeItem></tds:Scopes>"
            for scope in onvif.scopes
        )
    return None


def _text(device: Device, text: str) -> str:
    return escape(device.fill(text))


def _information(device: Device, onvif: Onvif) -> str:
    parts = {
        "Manufacturer": onvif.manufacturer,
        "Model": onvif.model,
        "FirmwareVersion": onvif.firmware,
        "SerialNumber": onvif.serial,
        "HardwareId": onvif.hardware,
    }
    return "".join(f"<tds:{key}>{_text(device, text)}</tds:{key}>" for key, text in parts.items())


def address(device: Device, service: str) -> str:
    """The address of one ONVIF service of a device."""
    onvif = device.profile.onvif
    path = onvif.path if onvif and service == "device" else f"/onvif/{service}_service"
    return f"http://{device.address}:{device.values['onvif_port']}{path}"


def _service(device: Device, name: str) -> str:
    return (
        f"<tds:Service><tds:Namespace>{NAMESPACES[name]}</tds:Namespace>"
        f"<tds:XAddr>{address(device, name)}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
    )


def _capabilities(device: Device, onvif: Onvif) -> str:
    parts = [f"<tt:Device><tt:XAddr>{address(device, 'device')}</tt:XAddr></tt:Device>"]
    for name, element in _CAPABILITIES.items():
        if name in onvif.services:
            parts.append(
                f"<tt:{element}><tt:XAddr>{address(device, name)}</tt:XAddr></tt:{element}>"
            )
    return f"<tds:Capabilities>{''.join(parts)}</tds:Capabilities>"


def _date_and_time(now: datetime) -> str:
    def parts(value: datetime) -> str:
        return (
            f"<tt:Time><tt:Hour>{value.hour}</tt:Hour><tt:Minute>{value.minute}</tt:Minute>"
            f"<tt:Second>{value.second}</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>{value.year}</tt:Year><tt:Month>{value.month}</tt:Month>"
            f"<tt:Day>{value.day}</tt:Day></tt:Date>"
        )

    local = now + timedelta(hours=8)  # never set since it left the factory
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings>"
        "<tt:TimeZone><tt:TZ>CST-8:00:00</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime>{parts(now)}</tt:UTCDateTime>"
        f"<tt:LocalDateTime>{parts(local)}</tt:LocalDateTime></tds:SystemDateAndTime>"
    )


def _fault(onvif: Onvif) -> Call:
    reasons = {200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized"}
    body = _envelope(
        "<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode>"
        "<env:Value>ter:NotAuthorized</env:Value></env:Subcode></env:Code>"
        '<env:Reason><env:Text xml:lang="en">The action requested requires authorization and the '
        "sender is not authorized</env:Text></env:Reason></env:Fault>"
    )
    return Call(reasons.get(onvif.refusal, "400 Bad Request"), body, onvif.headers)


def _envelope(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:ter="http://www.onvif.org/ver10/error"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
        f' xmlns:tt="http://www.onvif.org/ver10/schema"><env:Body>{body}</env:Body></env:Envelope>'
    )
