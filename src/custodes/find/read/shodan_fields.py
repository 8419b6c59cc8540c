"""Which kind of observation a Shodan banner is, and how its nested values read as text."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

import msgspec

from custodes.find.read.certificate_names import written

# The module that Shodan's crawler used -> what kind of answer its banner is.
MODULES = {
    "ftp": "ftp.banner",
    "ssh": "ssh.banner",
    "telnet": "telnet.banner",
    "telnets": "telnet.banner",
    "sip": "sip.banner",
    "ntp": "ntp.banner",
    "pjl": "pjl.id",
    "upnp": "ssdp.packet",
    "snmp": "snmp.sysDescr",
}


def field_of(data: str, module: str, transport: str) -> str:
    """The kind of observation that a banner is, by its first characters, else by the module."""
    if data.startswith("HTTP/"):
        return "ssdp.packet" if transport == "udp" else "http.response"
    if data.startswith("RTSP/"):
        return "rtsp.response"
    if transport == "udp":
        return _datagram(data, module)
    return _by_module(module, "tcp.banner")


def is_address(text: str | None) -> bool:
    """Whether the text is an IPv4 or IPv6 address."""
    try:
        return text is not None and bool(ip_address(text))
    except ValueError:
        return False


def _datagram(data: str, module: str) -> str:
    head = data[:4096]
    if "ProbeMatches" in head or "NetworkVideoTransmitter" in head:
        return "onvif.ProbeMatch"
    if "<ProbeMatch" in head:
        return "sadp.ProbeMatch"
    if "client.notifyDevInfo" in head:
        return "dhip.client.notifyDevInfo"
    return _by_module(module, "udp.discovery")


def _by_module(module: str, otherwise: str) -> str:
    return MODULES.get(module.replace("_", "-").partition("-")[0], otherwise)


def icon_md5(data: str) -> str | None:
    """The MD5 of an icon, from its base64: the other hash by which icons are known."""
    try:
        icon = base64.b64decode(data)
    except ValueError:
        return None
    return hashlib.md5(icon, usedforsecurity=False).hexdigest() if icon else None


def name_text(parts: Mapping[str, msgspec.Raw]) -> str:
    """A certificate's name, from Shodan's table of its parts."""
    return written({key: _text(raw) for key, raw in parts.items()})


def snmp_text(values: Mapping[str, msgspec.Raw]) -> Iterator[tuple[str, str]]:
    """The values of the system group that say what the device is."""
    for key, field in (("description", "snmp.sysDescr"), ("objectid", "snmp.sysObjectID")):
        if key in values and (text := _text(values[key])):
            yield field, text


def _text(raw: msgspec.Raw) -> str:
    """A JSON value as text: several values are joined, anything nested says nothing."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if isinstance(value, list):
        return "+".join(str(v) for v in value if isinstance(v, str | int | float))
    return str(value) if isinstance(value, str | int | float) else ""
