"""Strings by which Axis devices name kind, model and version over SNMP and FTP. Pure."""

import re
from typing import Final

from custodes.find.identify import models
from custodes.find.identify.claims import BANNER, PROTOCOL, Reading
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
