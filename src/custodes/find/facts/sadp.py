"""What Hikvision's SADP answers say of a device's settings, to anybody who asks. Pure."""

import re
from typing import Final

from custodes.find.facts.builds import build_date, region
from custodes.find.facts.clocks import stamp, written
from custodes.find.facts.said import Answer, Said
from custodes.find.facts.yes_no import number, said
from custodes.protocols.xml import fields

_NUMBERS: Final = {
    "AnalogChannelNum": "channels.analogue",
    "DigitalChannelNum": "channels.network",
    "DiskNumber": "storage.disks",
}
_PORTS: Final = {"CommandPort": "SDK", "HttpPort": "HTTP", "SDKOverTLSPort": "SDK_OVER_TLS"}
_REPLIES: Final = {"Activated": "device.activated", "SupportHCPlatform": "cloud.available"}
_SWITCHES: Final = {"HCPlatformEnable": "cloud.relay", "DHCP": "network.dhcp"}
_VERSION: Final = re.compile(
    r"(V?\d{1,3}(?:\.\d{1,5}){1,4})\s{0,4},?\s{0,4}(?:build.{0,20})?", re.IGNORECASE
)


def probe_match(collected: Said, answer: Answer, text: str) -> None:
    """A ProbeMatch: whether it was ever set up, its cloud switch, its build, its last start."""
    read = fields(text)
    if "DeviceSN" not in read and "DeviceDescription" not in read:
        return
    for tag, name in _REPLIES.items():
        collected.reply(answer, name, said(read.get(tag)), _shown(read, tag))
    for tag, name in _SWITCHES.items():
        collected.switch(answer, name, said(read.get(tag)), _shown(read, tag))
    for tag, name in _NUMBERS.items():
        collected.fact(answer, name, number(read.get(tag)), _shown(read, tag))
    for tag, service in _PORTS.items():
        port = number(read.get(tag))
        if port:
            collected.fact(answer, "service.port", port, _shown(read, tag), service)
    _firmware(collected, answer, read)
    gateway = read.get("IPv4Gateway", "")
    if gateway.strip("0."):
        collected.fact(answer, "network.gateway", gateway, _shown(read, "IPv4Gateway"))


def _firmware(collected: Said, answer: Answer, read: dict[str, str]) -> None:
    version, matched = read.get("SoftwareVersion", ""), _shown(read, "SoftwareVersion")
    found = _VERSION.match(version)
    collected.fact(answer, "build.version", found[1] if found else None, matched)
    collected.fact(answer, "build.date", build_date(version), matched)
    serial = read.get("DeviceSN", "")
    collected.fact(answer, "build.region", region(serial), _shown(read, "DeviceSN"))
    code = read.get("DetailOEMCode", "")
    collected.fact(answer, "device.oem_code", code, _shown(read, "DetailOEMCode"))
    booted = stamp(read.get("BootTime", ""))
    if booted is not None:
        collected.fact(answer, "uptime.booted_at", written(booted), _shown(read, "BootTime"))


def _shown(read: dict[str, str], tag: str) -> str:
    return f"<{tag}>{read.get(tag, '')}</{tag}>"
