"""Readers of what devices say in protocols of their own; one module for each family. Pure.

A reader takes the text of one observation or facet and returns a Reading; it never raises on what
a device sent, and looks at a bounded part of it.
"""

from collections.abc import Callable, Mapping
from functools import partial

from custodes.find.identify.claims import Reading
from custodes.find.identify.readers import (
    answers,
    axis,
    between,
    bodies,
    certificates,
    dahua,
    forms,
    hikvision,
    mac,
    media,
    network,
    onvif,
    searches,
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
    "udp.discovery": searches.told,
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
    reading = read(field, text)
    if not reading.claims:
        reading.claims += mac.alone(field, text).claims or mac.hosted(field, text).claims
    return reading


def _both(first: Reader, second: Reader) -> Reader:
    """What two readers read out of one text, in one reading."""

    def read(text: str) -> Reading:
        reading = first(text)
        reading.claims += second(text).claims
        return reading

    return read


# For one facet, by its field.
FACET_READERS: Mapping[str, Reader] = {
    "http.realm": _both(partial(_realm, "http.realm"), partial(between.program, "http.realm")),
    "rtsp.realm": _both(partial(_realm, "rtsp.realm"), partial(between.program, "rtsp.realm")),
    "http.body": _both(bodies.told, answers.told),
    "http.title": partial(between.title, "http.title"),
    "http.header.server": partial(between.server, "http.header.server"),
    "http.header.set-cookie": partial(between.cookie, "http.header.set-cookie"),
    "http.header.via": partial(between.via, "http.header.via"),
    "rtsp.header.via": partial(between.via, "rtsp.header.via"),
    "rtsp.header.server": partial(between.program, "rtsp.header.server"),
    "rtsp.sdp.session": partial(between.program, "rtsp.sdp.session"),
    "rtsp.sdp.origin": partial(mac.origin, "rtsp.sdp.origin"),
    "dhcp.hostname": partial(mac.hosted, "dhcp.hostname"),
    "snmp.sysName": partial(mac.hosted, "snmp.sysName"),
    "upnp.server": partial(network.served, "upnp.server"),
    "onvif.manufacturer": partial(between.program, "onvif.manufacturer"),
    "onvif.model": partial(between.program, "onvif.model"),
    "pjl.id": network.printer,
    "dhcp.vendor_class": network.dhcp_vendor_class,
    "snmp.sysDescr": partial(axis.description, "snmp.sysDescr"),
    "ftp.banner": partial(axis.greeting, "ftp.banner"),
    "mdns.txt": partial(network.announced, "mdns.txt"),
    "mdns.instance": _both(
        partial(network.announced, "mdns.instance"), partial(between.program, "mdns.instance")
    ),
    "upnp.usn": partial(network.upnp, "upnp.usn"),
    "tls.subject": partial(certificates.names_of, "tls.subject"),
    "tls.san": partial(certificates.names_of, "tls.san"),
    **{
        f"http.header.{name}": partial(between.header, f"http.header.{name}")
        for name in between.HEADERS
    },
}

# For a facet on which no fingerprint decided, by its field.
NAME_READERS: Mapping[str, Reader] = {
    **{
        field: _both(partial(forms.plated, field), partial(forms.owned, field))
        for field in (
            "http.title http.header.server sip.banner sip.user_agent ftp.banner telnet.banner "
            "snmp.sysDescr upnp.manufacturer upnp.server mdns.instance http.realm rtsp.realm "
            "rtsp.header.server rtsp.sdp.session dhcp.vendor_class"
        ).split()
    },
    **{
        field: partial(forms.inside, field)
        for field in ("upnp.friendlyName", "upnp.modelDescription")
    },
    "http.body": partial(forms.owned, "http.body"),
    "tls.subject": forms.certified,
    "ssh.banner": forms.spoken,
}
WORD_READERS: Mapping[str, Reader] = {
    field: partial(words.plain, field)
    for field in (
        "http.title http.realm http.header.server rtsp.realm rtsp.header.server sip.banner "
        "sip.user_agent ftp.banner telnet.banner snmp.sysDescr upnp.modelDescription "
        "upnp.friendlyName mdns.instance mdns.txt"
    ).split()
}
WORD_READERS = {
    **WORD_READERS,
    "rtsp.sdp.session": partial(words.filmed, "rtsp.sdp.session"),
}
# For a facet that gave no model otherwise, by its field.
NUMBER_READERS: Mapping[str, Reader] = {
    field: partial(words.numbered, field)
    for field in (
        "http.title http.realm http.header.server rtsp.realm rtsp.header.server ftp.banner "
        "telnet.banner"
    ).split()
}
