"""Readers of what devices say in protocols of their own; one module for each family. Pure.

A reader takes the text of one observation or facet and returns a Reading; it never raises on what
a device sent, and looks at a bounded part of it.
"""

from collections.abc import Callable, Mapping
from functools import partial

from custodes.find.identify.claims import Reading
from custodes.find.identify.readers import (
    axis,
    certificates,
    dahua,
    hikvision,
    mac,
    media,
    network,
    onvif,
    shadowserver,
    words,
)

Reader = Callable[[str], Reading]

# For a whole observation, by its field.
OBSERVATION_READERS: Mapping[str, Reader] = {
    "sadp.ProbeMatch": hikvision.sadp,
    "isapi.deviceInfo": hikvision.device_info,
    "isapi.System.capabilities": hikvision.capabilities,
    "isapi.Event.triggers": hikvision.triggers,
    "isapi.Security.adminAccesses": hikvision.admin_accesses,
    "isapi.EventNotificationAlert": hikvision.alert,
    "isapi.EZVIZ": hikvision.ezviz,
    "dhip.client.notifyDevInfo": dahua.dhip,
    "dhip.global.login.challenge": dahua.challenge,
    "http.cgi.magicBox.getSystemInfo": dahua.system_info,
    "http.rpc2.magicBox": dahua.rpc2,
    "onvif.ProbeMatch": partial(onvif.scopes, "onvif.ProbeMatch"),
    "onvif.Hello": partial(onvif.scopes, "onvif.Hello"),
    "onvif.scopes": partial(onvif.scopes, "onvif.scopes"),
    "onvif.soap.GetScopes": partial(onvif.scopes, "onvif.soap.GetScopes"),
    "onvif.soap.GetDeviceInformation": onvif.device_information,
    "onvif.soap.GetCapabilities": partial(onvif.service, "onvif.soap.GetCapabilities"),
    "onvif.soap.GetServices": partial(onvif.service, "onvif.soap.GetServices"),
    "onvif.soap.GetSystemDateAndTime": partial(onvif.service, "onvif.soap.GetSystemDateAndTime"),
    "onvif.soap.GetHostname": partial(onvif.spoken, "onvif.soap.GetHostname"),
    "onvif.soap.fault": partial(onvif.spoken, "onvif.soap.fault"),
    "http.vapix.basicDeviceInfo": axis.basic_device_info,
    "http.vapix.param.Brand": axis.brand_parameters,
    "gb28181.Catalog": partial(network.gb28181, "gb28181.Catalog"),
    "gb28181.DeviceInfo": partial(network.gb28181, "gb28181.DeviceInfo"),
    "udp.discovery": network.udp_discovery,
    "upnp.response": network.upnp_description,
    "snmp.record": network.snmp,
    "mac.address": mac.read,
    "asset.record": network.asset,
    "media.mark": media.mark,
    "media.exif": media.exif,
    "media.text": media.seen_text,
    "shadowserver.dhip": shadowserver.dhip,
    "shadowserver.device_id": shadowserver.device_id,
}


def _realm(field: str, text: str) -> Reading:
    read = axis.realm if text.startswith("AXIS_") else dahua.serial_in_realm
    return read(field, text)


# For one facet, by its field.
FACET_READERS: Mapping[str, Reader] = {
    "http.realm": partial(_realm, "http.realm"),
    "rtsp.realm": partial(_realm, "rtsp.realm"),
    "http.body": network.machine_description,
    "dhcp.vendor_class": network.dhcp_vendor_class,
    "snmp.sysDescr": partial(axis.description, "snmp.sysDescr"),
    "ftp.banner": partial(axis.greeting, "ftp.banner"),
    "mdns.txt": partial(network.announced, "mdns.txt"),
    "mdns.instance": partial(network.announced, "mdns.instance"),
    "upnp.usn": partial(network.upnp, "upnp.usn"),
    "tls.subject": partial(certificates.names_of, "tls.subject"),
    "tls.san": partial(certificates.names_of, "tls.san"),
}

# For a facet on which no fingerprint decided, by its field.
NAME_READERS: Mapping[str, Reader] = {
    field: partial(words.leading_name, field)
    for field in (
        "http.title http.header.server sip.banner sip.user_agent ftp.banner telnet.banner "
        "snmp.sysDescr upnp.manufacturer upnp.server mdns.instance http.realm rtsp.realm "
        "rtsp.header.server dhcp.vendor_class"
    ).split()
}
WORD_READERS: Mapping[str, Reader] = {
    field: partial(words.plain, field)
    for field in (
        "http.title http.realm http.header.server rtsp.realm sip.banner sip.user_agent ftp.banner "
        "telnet.banner snmp.sysDescr upnp.modelDescription upnp.friendlyName mdns.instance mdns.txt"
    ).split()
}
