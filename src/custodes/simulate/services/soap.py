"""ONVIF device service of a simulated device: what is answered before a login, and the refusals.

Which calls need no login: access class PRE_AUTH of the ONVIF Core specification. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from custodes.errors import PeerError
from custodes.protocols import onvif as wire
from custodes.protocols.http import Request
from custodes.simulate.device import Device
from custodes.simulate.profile import Onvif

NAMESPACES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "media2": "http://www.onvif.org/ver20/media/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
    "imaging": "http://www.onvif.org/ver20/imaging/wsdl",
    "ptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "analytics": "http://www.onvif.org/ver20/analytics/wsdl",
    "recording": "http://www.onvif.org/ver10/recording/wsdl",
}
CAPABILITIES = {
    "device": "Device",
    "media": "Media",
    "events": "Events",
    "imaging": "Imaging",
    "ptz": "PTZ",
    "analytics": "Analytics",
}
REFUSALS = {200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized"}


@dataclass(frozen=True, slots=True)
class Call:
    """An answer to one call."""

    status: str
    headers: tuple[str, ...]
    body: bytes


def respond(device: Device, request: Request, now: datetime) -> Call:
    """Answer one SOAP call as the profile says."""
    onvif = device.profile.onvif
    assert onvif is not None
    try:
        operation = wire.operation_of(request.body)
    except PeerError:
        fault = wire.build_fault("ter:WellFormed", "The message is not well formed")
        return Call(REFUSALS[400], onvif.headers, fault)
    answer = _ANSWERS.get(operation or "")
    if answer is None or not _is_open(onvif, operation or ""):
        return Call(REFUSALS[onvif.refusal], onvif.headers, wire.build_fault())
    return Call(REFUSALS[200], onvif.headers, answer(device, onvif, now))


def address(device: Device, service: str) -> str:
    """The address of one ONVIF service of a device."""
    onvif = device.profile.onvif
    path = onvif.path if onvif and service == "device" else f"/onvif/{service}_service"
    port = device.values["onvif_port"]
    host = device.address if port == "80" else f"{device.address}:{port}"
    return f"http://{host}{path}"


def _is_open(onvif: Onvif, operation: str) -> bool:
    guarded = {
        "GetDeviceInformation": onvif.open_information,
        "GetScopes": onvif.open_scopes,
    }
    return guarded.get(operation, True)


def _information(device: Device, onvif: Onvif, _now: datetime) -> bytes:
    values = (onvif.manufacturer, onvif.model, onvif.firmware, onvif.serial, onvif.hardware)
    filled = map(device.fill, values)
    return wire.build_device_information(dict(zip(wire.INFORMATION, filled, strict=True)))


def _scopes(device: Device, onvif: Onvif, _now: datetime) -> bytes:
    return wire.build_scopes(map(device.fill, onvif.scopes))


def _services(device: Device, onvif: Onvif, _now: datetime) -> bytes:
    return wire.build_services(
        [(NAMESPACES[name], address(device, name), "2.60") for name in onvif.services]
    )


def _capabilities(device: Device, onvif: Onvif, _now: datetime) -> bytes:
    return wire.build_capabilities(
        {
            element: address(device, name)
            for name, element in CAPABILITIES.items()
            if name in onvif.services
        }
    )


def _date_and_time(_device: Device, _onvif: Onvif, now: datetime) -> bytes:
    return wire.build_date_time(now, "CST-8:00:00")  # the zone that it left the factory with


def _host_name(device: Device, _onvif: Onvif, _now: datetime) -> bytes:
    return wire.build_hostname(device.values["host_name"])


def _endpoint(device: Device, _onvif: Onvif, _now: datetime) -> bytes:
    return wire.build_endpoint_reference(f"urn:uuid:{device.values['uuid']}")


_ANSWERS: Mapping[str, Callable[[Device, Onvif, datetime], bytes]] = {
    "GetSystemDateAndTime": _date_and_time,
    "GetServices": _services,
    "GetCapabilities": _capabilities,
    "GetHostname": _host_name,
    "GetEndpointReference": _endpoint,
    "GetDeviceInformation": _information,
    "GetScopes": _scopes,
}
