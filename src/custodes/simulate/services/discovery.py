"""The answers of a simulated device to discovery inquiries. Pure: bytes in, datagrams out."""

import re
from xml.sax.saxutils import escape

from custodes.errors import PeerError
from custodes.protocols import dhip as dahua
from custodes.protocols import sadp as hikvision
from custodes.simulate.device import Device
from custodes.simulate.services import soap

_MESSAGE_ID = re.compile(rb"MessageID[^>]*>\s*([^<]{1,200}?)\s*<")
_TYPES = re.compile(rb"Types[^>]*>([^<]*)<")


def sadp(device: Device, data: bytes) -> list[bytes]:
    """The ProbeMatch to an inquiry; every other message is ignored."""
    service = device.profile.sadp
    assert service is not None
    try:
        asked = hikvision.read_inquiry(data)
    except PeerError:
        return []
    fields = {"Uuid": asked, "Types": "inquiry"}
    fields |= {key: device.fill(text) for key, text in service.fields.items()}
    return [hikvision.build_answer(fields)]


def dhip(device: Device, data: bytes) -> list[bytes]:
    """The notice to DHDiscover.search; JSON without its header gets no answer."""
    service = device.profile.dhip
    assert service is not None
    if not dahua.is_search(data):
        return []
    info: dict[str, object] = {
        key: device.fill(value) if isinstance(value, str) else value
        for key, value in service.info.items()
    }
    info |= {
        "HttpPort": int(device.values["http_port"]),
        "Port": int(device.values["sdk_port"]),
        "IPv4Address": {
            "DefaultGateway": device.values["gateway"],
            "DhcpEnable": False,
            "IPAddress": device.address,
            "SubnetMask": "255.255.255.0",
        },
    }
    notice = dahua.notice(dict(sorted(info.items())), device.values["mac"])
    return [dahua.build_answer(notice)]


def ws_discovery(device: Device, data: bytes) -> list[bytes]:
    """The ProbeMatches to a Probe whose types this device has."""
    service = device.profile.ws_discovery
    if service is None or b"Probe" not in data:
        return []
    asked = _TYPES.search(data)
    wanted = (
        {t.rpartition(":")[2] for t in asked[1].decode("ascii", "replace").split()}
        if asked
        else set()
    )
    if not wanted <= {t.rpartition(":")[2] for t in service.types.split()}:
        return []
    onvif = device.profile.onvif
    scopes = service.scopes or (onvif.scopes if onvif else ())
    addresses = device.fill(service.addresses) or soap.address(device, "device")
    related = _MESSAGE_ID.search(data)
    text = _PROBE_MATCHES.format(
        related=escape(related[1].decode("utf-8", "replace")) if related else "",
        uuid=device.values["uuid"],
        types=service.types,
        scopes=escape(" ".join(device.fill(scope) for scope in scopes)),
        addresses=escape(addresses),
    )
    return [text.encode()]


_PROBE_MATCHES = """<?xml version="1.0" encoding="UTF-8"?>
<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" \
xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" \
xmlns:dn="http://www.onvif.org/ver10/network/wsdl" \
xmlns:tds="http://www.onvif.org/ver10/device/wsdl" \
xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof" \
xmlns:pub="http://schemas.microsoft.com/windows/pub/2005/07">
<env:Header><wsa:MessageID>urn:uuid:{uuid}</wsa:MessageID>\
<wsa:RelatesTo>{related}</wsa:RelatesTo>\
<wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>\
<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action>\
</env:Header><env:Body><d:ProbeMatches><d:ProbeMatch>\
<wsa:EndpointReference><wsa:Address>urn:uuid:{uuid}</wsa:Address></wsa:EndpointReference>\
<d:Types>{types}</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{addresses}</d:XAddrs>\
<d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></env:Body></env:Envelope>
"""
