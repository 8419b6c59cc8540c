"""Dahua's own protocols: DHIP discovery, magicBox, the log-in realm, its private stream. Pure.

Who answers DHIP runs Dahua's platform. "General" and "Private" name no brand: the badge is then
Dahua's only where model, serial and address prefix are all Dahua's own.
"""

import re
from typing import Final

from custodes.find.identify import models, names
from custodes.find.identify.claims import (
    BANNER,
    DECLARED,
    DEFAULT,
    LOOKS,
    NEUTRAL,
    PREFIX,
    PROTOCOL,
    Reading,
    span,
)
from custodes.find.identify.readers import mac
from custodes.find.identify.readers.jsontext import leaves, pairs

_DHIP: Final = "DHDiscover answer, UDP 37810 (mcw0/DahuaConsole; Phenomite/AMP-Research)"
_CGI: Final = "magicBox (rroller/dahua; mcw0/Tools)"
_LOGIN: Final = "log-in realm (mcw0/DahuaConsole; retina test data)"
_PLATFORM: Final = "Dahua"
_CLASSES: Final = {
    "IPC": "camera",
    "SD": "camera",
    "TPC": "camera",
    "PTZ": "camera",
    "ITC": "camera",
    "NVR": "recorder",
    "DVR": "recorder",
    "XVR": "recorder",
    "HDVR": "recorder",
    "HCVR": "recorder",
    "HDCVI": "recorder",
    "MHDX": "recorder",
    "EVS": "recorder",
    "IVSS": "recorder",
    "NVS": "encoder",
    "NVD": "decoder",
    "MDVR": "recorder",
    "MXVR": "recorder",
    "AHD": "recorder",
    "DB": "door station",
    "ARC": "device",
    "PFS": "switch",
    "VTO": "intercom",
    "VTH": "intercom",
    "VTA": "intercom",
    "VTS": "intercom",
    "BSC": "access control",
    "ASI": "access control",
    "ASC": "access control",
    "VTT": "access control",
}
_REALM: Final = re.compile(r"Login to ([0-9A-Za-z]{6,40})")
_HIDDEN: Final = re.compile(r"[\W_xX0]*")


def _kind(reading: Reading, device_class: str | None, model: str | None) -> None:
    """The class word decides; "HDCVI" and the like only say "recorder" for lack of a camera."""
    kind = _CLASSES.get((device_class or "").upper())
    if kind is not None:
        reading.say("device_type", kind, PROTOCOL, device_class)
    elif model is not None:
        reading.say("device_type", models.device_type_of(model), BANNER, model)


def _brand(
    reading: Reading,
    vendor: str | None,
    model: str | None,
    serial: str | None = None,
    address: str | None = None,
    shown: str | None = None,
) -> None:
    declared = names.brand(vendor) if vendor else None
    if declared is not None:
        reading.say("vendor", declared, DECLARED, vendor)
        return
    if vendor and not names.neutral(vendor):
        reading.say("vendor", vendor, PROTOCOL)
        return
    signs = [
        model is not None and models.own_brand(model) == _PLATFORM,
        serial is not None and models.is_dahua_serial(serial),
        address is not None and _holder(address) == _PLATFORM,
    ]
    if sum(signs) >= 2:
        reading.say(DEFAULT, _PLATFORM, LOOKS, shown or model)
    elif model is not None and (named := models.badge(_PLATFORM, model)):
        reading.say("vendor", named, LOOKS, model)
    else:
        reading.say(NEUTRAL, True, PROTOCOL, vendor)


def _holder(address: str) -> str | None:
    found = names.holder(address)
    return found.name if found else None


def dhip(text: str) -> Reading:
    """`client.notifyDevInfo`: brand, model, serial, version, address."""
    reading = Reading("dhip-answer", "dhip.client.notifyDevInfo", _DHIP)
    read = leaves(text)
    model, version = read.get("DeviceType"), read.get("Version")
    if not (model or read.get("SerialNo")) or not (version or read.get("DeviceClass")):
        return reading
    serial = read.get("SerialNo", "")
    serial = "" if _HIDDEN.fullmatch(serial) else serial
    address = mac.normalise(read.get("mac", ""))
    shown = span(text, '"DeviceType"' if model else '"SerialNo"', '"Version"')
    reading.say("maker", _PLATFORM, 0.95, shown)
    reading.say("model", model, DECLARED)
    reading.say("firmware", version, DECLARED)
    reading.say("serial", serial, DECLARED)
    vendor = read.get("Vendor") or read.get("Manufacturer")
    _brand(reading, vendor, model, serial, address, shown)
    _kind(reading, read.get("DeviceClass"), model)
    if _CLASSES.get(read.get("DeviceClass", "").upper()) != "switch":
        reading.say("is_surveillance", True, BANNER, read.get("DeviceClass") or model)
    if address is not None:
        reading.say("mac", address, DECLARED, read["mac"])
        mac.add_holder(reading, address, read["mac"])
    return reading


_SEARCHED: Final = "search answer, UDP 5050 (mcw0/DahuaConsole; OpenIPC/python-dvr)"
_SEARCH_MAC: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_SEARCH_MODEL: Final = re.compile(r"([A-Z][\w/.-]{3,40}?)(?:Name:|[\x00-\x1f])")
_SEARCH_FIELDS: Final = re.compile(r"(Device|SerialNo|Version):([^\r\n\x00]{1,60})")


def searched(text: str) -> Reading:
    """An answer of the older search: address, model, and `Name:`, `Device:`, `SerialNo:` lines."""
    reading = Reading("dahua-search-answer", "udp.discovery", _SEARCHED)
    address = _SEARCH_MAC.search(text[:512])
    read = {key: value.strip() for key, value in _SEARCH_FIELDS.findall(text[:4096])}
    if text[:1] not in ("\xb3", "\ufffd") or address is None or not read:
        return reading
    shown = span(text, address[0], read.get("SerialNo", ""))
    found = _SEARCH_MODEL.match(text, address.end())
    model = found[1] if found else None
    serial = read.get("SerialNo")
    reading.say("maker", _PLATFORM, PROTOCOL, shown)
    reading.say("model", model, DECLARED)
    reading.say("serial", serial, DECLARED)
    reading.say("firmware", read.get("Version"), DECLARED)
    place = mac.normalise(address[0])
    _brand(reading, None, model, serial, place, shown)
    _kind(reading, read.get("Device"), model)
    reading.say("is_surveillance", True, BANNER, read.get("Device") or model)
    if place is not None:
        reading.say("mac", place, DECLARED, address[0])
        mac.add_holder(reading, place, address[0])
    return reading


def system_info(text: str) -> Reading:
    """`magicBox.cgi?action=getSystemInfo`; some recorders give a number for their type."""
    reading = Reading("magicbox-system-info", "http.cgi.magicBox.getSystemInfo", _CGI)
    read = _lines(text)
    stated, update = read.get("deviceType", ""), read.get("updateSerial", "")
    if not read.keys() & {"deviceType", "updateSerial", "processor", "hardwareVersion"}:
        return reading
    if not stated and not update:
        return reading
    named = stated if stated and not stated.isdigit() else re.sub(r"^DHI?-", "", update)
    serial = read.get("serialNumber")
    reading.say("maker", _PLATFORM, PROTOCOL, stated or update)
    reading.say("model", named, DECLARED, named if named == stated else update)
    reading.say("serial", serial, DECLARED)
    _kind(reading, None, named)
    if re.match(r"DHI?-", update):
        reading.say("vendor", _PLATFORM, PROTOCOL, update)
    else:
        _brand(reading, read.get("vendor"), named, serial)
    reading.say("is_surveillance", True, BANNER, named)
    return reading


def _lines(text: str) -> dict[str, str]:
    rows = (line.partition("=") for line in text[:16384].splitlines()[:200])
    return {key.strip(): value.strip() for key, sign, value in rows if sign and value.strip()}


def rpc2(text: str) -> Reading:
    """Answers of magicBox over RPC2: class, model, vendor and version, each by its own call."""
    reading = Reading("magicbox-rpc2", "http.rpc2.magicBox", _CGI)
    read = pairs(text)
    types = [value for key, value in read if key in ("type", "deviceType", "DeviceType") and value]
    kinds = [value for value in types if value.upper() in _CLASSES]
    named = [value for value in types if value.upper() not in _CLASSES]
    versions = [value for key, value in read if key == "Version" and value]
    vendors = [value for key, value in read if key in ("Vendor", "vendor") and value]
    if not (types or vendors or versions):
        return reading
    model = named[0] if named else None
    reading.say("maker", _PLATFORM, PROTOCOL, text[:80])
    reading.say("model", model, DECLARED)
    reading.say("firmware", versions[0] if versions else None, DECLARED)
    _brand(reading, vendors[0] if vendors else None, model)
    _kind(reading, kinds[0] if kinds else None, model)
    reading.say("is_surveillance", True, BANNER, text[:80])
    return reading


def serial_in_realm(field: str, text: str) -> Reading:
    """What the fingerprints of `Login to <serial>` do not tell: whose form the serial has."""
    reading = Reading("dahua-login-realm", field, _LOGIN)
    found = _REALM.search(text[:1024])
    if found is not None and models.is_dahua_serial(found[1]):
        reading.say(DEFAULT, _PLATFORM, PREFIX + 0.15, found[0])
    return reading


def challenge(text: str) -> Reading:
    """The log-in challenge of the TCP protocol carries the same realm."""
    reading = serial_in_realm("dhip.global.login.challenge", text)
    found = _REALM.search(text[:1024])
    if found is not None:
        reading.say("maker", _PLATFORM, PROTOCOL, found[0])
        reading.say("is_surveillance", True, PROTOCOL, found[0])
        if len(found[1]) < 32:
            reading.say("serial", found[1], BANNER, found[0])
    return reading
