"""ONVIF of a simulated device: what is answered before a login, what to the owner, the refusals.

Which calls need no login: access class PRE_AUTH of the ONVIF Core specification. A log-in is a
UsernameToken with a digest (WS-Security), made with the device's own clock; or HTTP's. Pure.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from custodes.errors import PeerError
from custodes.protocols import onvif as wire
from custodes.protocols import xml
from custodes.protocols.http import Request
from custodes.simulate.device import Device
from custodes.simulate.profile import Onvif
from custodes.simulate.services.login import admits

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
FRESH = timedelta(minutes=5)  # a token that is older or younger than this is refused


@dataclass(frozen=True, slots=True)
class Call:
    """An answer to one call."""

    status: str
    headers: tuple[str, ...]
    body: bytes


def paths(device: Device) -> frozenset[str]:
    """Where the device takes SOAP calls."""
    onvif = device.profile.onvif
    if onvif is None:
        return frozenset()
    others = (f"/onvif/{name}_service" for name in onvif.services if name != "device")
    return frozenset({onvif.path, *others})


def respond(device: Device, request: Request, now: datetime) -> Call:
    """Answer one SOAP call as the profile says."""
    onvif = device.profile.onvif
    assert onvif is not None
    try:
        operation = wire.operation_of(request.body) or ""
        admitted = _admitted(device, onvif, request, now)
    except PeerError:
        fault = wire.build_fault("ter:WellFormed", "The message is not well formed")
        return Call(REFUSALS[400], onvif.headers, fault)
    known = operation in _ANSWERS or operation in onvif.answers
    if admitted is False or not (
        admitted or (operation in _ANSWERS and _is_open(onvif, operation))
    ):
        return _refusal(device, onvif)
    if not known:
        fault = wire.build_fault("ter:ActionNotSupported", "Not supported")
        return Call(REFUSALS[400], onvif.headers, fault)
    if operation in onvif.answers:
        return Call(REFUSALS[200], onvif.headers, _owners(device, onvif, operation))
    return Call(REFUSALS[200], onvif.headers, _ANSWERS[operation](device, onvif, now))


def address(device: Device, service: str) -> str:
    """The address of one ONVIF service of a device."""
    onvif = device.profile.onvif
    path = onvif.path if onvif and service == "device" else f"/onvif/{service}_service"
    port = device.values["onvif_port"]
    host = device.address if port == "80" else f"{device.address}:{port}"
    return f"http://{host}{path}"


def _refusal(device: Device, onvif: Onvif) -> Call:
    lines: tuple[str, ...] = ()
    http = device.profile.http
    if onvif.http_login and http is not None:
        lines = tuple(f"WWW-Authenticate: {challenge}" for challenge in http.challenges)
    return Call(REFUSALS[onvif.refusal], (*lines, *onvif.headers), wire.build_fault())


def _admitted(device: Device, onvif: Onvif, request: Request, now: datetime) -> bool | None:
    """Whether the log-in that came with a call is right; None where none came."""
    given = request.header("authorization")
    if given is not None and onvif.http_login and device.profile.http is not None:
        right = admits(
            given,
            method=request.method,
            offered=[device.fill(text) for text in device.profile.http.challenges],
            username=device.values["username"],
            password=device.values["password"],
        )
        return device.judge(right)
    token = xml.parse(request.body).find("UsernameToken")
    if token is None:
        return None
    device.seen.logins += 1
    return device.judge(_is_right(device, token, device.clock(now)))


def _is_right(device: Device, token: xml.Element, shown: datetime) -> bool:
    """Whether a UsernameToken holds the owner's name, the digest of his password, and this time."""
    created = token.text_of("Created") or ""
    try:
        nonce = base64.b64decode(token.text_of("Nonce") or "", validate=True)
        when = datetime.fromisoformat(created)
    except (binascii.Error, ValueError):
        return False
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    secret = nonce + created.encode() + device.values["password"].encode()
    proof = base64.b64encode(hashlib.sha1(secret, usedforsecurity=False).digest()).decode()
    return (
        token.text_of("Username") == device.values["username"]
        and token.text_of("Password") == proof
        and abs(when - shown) <= FRESH
    )


def _is_open(onvif: Onvif, operation: str) -> bool:
    guarded = {
        "GetDeviceInformation": onvif.open_information,
        "GetScopes": onvif.open_scopes,
    }
    return guarded.get(operation, True)


def _owners(device: Device, onvif: Onvif, operation: str) -> bytes:
    """An answer of the profile's own."""
    inside = device.fill(onvif.answers[operation])
    return wire.envelope(f"<{operation}Response>{inside}</{operation}Response>")


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


def _date_and_time(device: Device, _onvif: Onvif, now: datetime) -> bytes:
    # The zone that it left the factory with.
    return wire.build_date_time(device.clock(now), "CST-8:00:00")


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
