"""Strings by which Axis devices name kind, model and version over SNMP and FTP. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from custodes.find.identify import models, names
from custodes.find.identify.claims import BANNER, DECLARED, PROTOCOL, Reading
from custodes.find.identify.readers import mac
from custodes.find.identify.readers.jsontext import leaves
from custodes.find.identify.readers.words import device_type_in

_SNMP_SOURCE: Final = "sysDescr of Axis devices (LibreNMS tests)"
_FTP_SOURCE: Final = "FTP greeting of Axis devices (rapid7/recog ftp_banners.xml)"
_DESCRIPTION: Final = re.compile(
    r";? ?AXIS ([^;]{1,60}); ([^;]{1,80}); (\d[^;]{0,40}); [^;]{1,40};.*", re.DOTALL
)
_GREETING: Final = re.compile(
    r"(?:220[ -])?AXIS ((?:\d{3,4}|[A-Z]\d{4})[A-Z+-]*(?:-[A-Z]+)?(?: Mk ?II+)?) (.{1,80}?) "
    r"(?:version )?(\d+\.\d[\w.]*)[ (].*",
    re.IGNORECASE | re.DOTALL,
)


def description(field: str, text: str) -> Reading:
    """`; AXIS Q1656; Box Camera; 10.12.240; Jun 03 2024 14:13; 900; 1`."""
    reading = Reading("axis-sysdescr", field, _SNMP_SOURCE)
    found = _DESCRIPTION.fullmatch(text.strip())
    if found is not None:
        _say(reading, found)
    return reading


def greeting(field: str, text: str) -> Reading:
    """`AXIS P1346 Network Camera 5.50beta3 (2014) ready`."""
    reading = Reading("axis-ftp", field, _FTP_SOURCE)
    found = _GREETING.fullmatch(text.strip())
    if found is not None:
        _say(reading, found)
    return reading


_VAPIX: Final = "VAPIX basic device information (Kane610/axis)"
_PARAMETER: Final = re.compile(r"^(?:root\.)?Brand\.(\w{1,40})=([^\r\n]{1,200})", re.MULTILINE)


def basic_device_info(text: str) -> Reading:
    """`basicdeviceinfo.cgi`: what the device gives out without a log-in."""
    return _vapix(
        Reading("vapix-basic-device-info", "http.vapix.basicDeviceInfo", _VAPIX), leaves(text)
    )


def brand_parameters(text: str) -> Reading:
    """`param.cgi?group=Brand`: the same as parameters."""
    read = dict(_PARAMETER.findall(text[:16384]))
    return _vapix(Reading("vapix-brand", "http.vapix.param.Brand", _VAPIX), read)


def _vapix(reading: Reading, read: Mapping[str, str]) -> Reading:
    vendor, model = read.get("Brand", ""), read.get("ProdNbr")
    named = names.brand(vendor) or (vendor if vendor and not names.neutral(vendor) else None)
    reading.say("vendor", named, DECLARED, vendor)
    reading.say("model", model, DECLARED)
    reading.say("firmware", read.get("Version"), DECLARED)
    reading.say("serial", read.get("SerialNumber"), DECLARED)
    kind = device_type_in(read.get("ProdType", ""))
    if kind is not None:
        reading.say("device_type", kind, PROTOCOL, read.get("ProdType"))
    elif model is not None:
        reading.say("device_type", models.device_type_of(model), BANNER, model)
    address = mac.normalise(read.get("SerialNumber", ""))
    if address is not None and named == "Axis":  # whose serial numbers are addresses
        reading.say("mac", address, DECLARED, read.get("SerialNumber"))
        mac.add_holder(reading, address, read.get("SerialNumber", ""))
    return reading


_REALM: Final = re.compile(r"AXIS_([0-9A-F]{12})")


def realm(field: str, text: str) -> Reading:
    """`AXIS_ACCC8E000001`: the serial number of an Axis device is its address."""
    reading = Reading("axis-realm", field, "log-in realm of Axis devices")
    found = _REALM.fullmatch(text.strip())
    address = mac.normalise(found[1]) if found else None
    if found is not None and address is not None:
        reading.say("mac", address, BANNER, found[0])
        mac.add_holder(reading, address, found[0])
    return reading


def _say(reading: Reading, found: re.Match[str]) -> None:
    model, called, version = found.groups()
    reading.say("vendor", "Axis", PROTOCOL, found[0])
    reading.say("model", model, PROTOCOL, found[0])
    reading.say("firmware", version, PROTOCOL, found[0])
    kind = device_type_in(called)
    if kind is not None:
        reading.say("device_type", kind, PROTOCOL, called)
    else:
        reading.say("device_type", models.device_type_of(model), BANNER, model)
