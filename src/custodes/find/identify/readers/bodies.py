"""What makers' own pages for programs say in the body of a web answer. Pure.

Such a page may arrive as `http.body` or inside `http.response`, whichever program fetched it.
"""

import re
from typing import Final

from custodes.find.identify import models
from custodes.find.identify.claims import BANNER, DECLARED, PROTOCOL, Reading, span
from custodes.find.identify.readers import axis
from custodes.find.identify.readers.jsontext import leaves

_FIELD: Final = "http.body"


def told(text: str) -> Reading:
    """A page that only one maker's interface has; a reading without claims for any other."""
    head = text[:4096]
    if '"DevInfo"' in head or '"GetDevInfo"' in head:
        return reolink(text)
    if "root.Brand." in head or "root.Properties." in head:
        return axis_parameters(text)
    if "system_info_" in head or "-VVTK-" in head:
        return vivotek(text)
    return avtech(text)


_REOLINK: Final = "GetDevInfo (Reolink camera HTTP API; starkillerOG/reolink_aio)"
_BUILD: Final = re.compile(r"build (\d{8})")


def reolink(text: str) -> Reading:
    """`GetDevInfo`: model, version and kind, as JSON."""
    reading = Reading("reolink-device-information", _FIELD, _REOLINK)
    read = leaves(text)
    if not read.get("firmVer") or not read.get("model"):
        return reading
    shown = span(text, '"firmVer"', read["model"])
    kind = {"IPC": "camera", "NVR": "recorder", "HUB": "recorder"}.get(read.get("exactType", ""))
    kind = kind or {"IPC": "camera", "NVR": "recorder"}.get(read.get("type", ""))
    reading.say("vendor", "Reolink", PROTOCOL, shown)
    reading.say("model", read["model"], DECLARED)
    reading.say("firmware", read["firmVer"], DECLARED)
    reading.say("serial", read.get("serial"), DECLARED)
    reading.say("device_type", kind, PROTOCOL, read.get("exactType") or read.get("type"))
    reading.say("is_surveillance", True, PROTOCOL, shown)
    return reading


_AXIS: Final = "param.cgi (VAPIX; Kane610/axis)"
_PROPERTY: Final = re.compile(r"^root\.(?:Brand|Properties)\.[\w.]{1,80}=", re.MULTILINE)
_AXIS_VERSION: Final = re.compile(
    r"^root\.Properties\.Firmware\.Version=([^\r\n]{1,40})", re.MULTILINE
)
_AXIS_SERIAL: Final = re.compile(
    r"^root\.Properties\.System\.SerialNumber=([^\r\n]{1,40})", re.MULTILINE
)


def axis_parameters(text: str) -> Reading:
    """`param.cgi?action=list`: parameters of Brand and Properties, one on a line."""
    reading = axis.brand_parameters(text)
    reading.field = _FIELD
    found = _PROPERTY.search(text)
    if found is None:
        return Reading("vapix-parameters", _FIELD, _AXIS)
    own = Reading("vapix-parameters", _FIELD, _AXIS)
    if not any(claim.conclusion == "vendor" for claim in reading.claims):
        own.say("vendor", "Axis", BANNER, found[0])
    for name, pattern in (("firmware", _AXIS_VERSION), ("serial", _AXIS_SERIAL)):
        value = pattern.search(text)
        own.say(name, value[1].strip() if value else None, DECLARED)
    if any(mark in text for mark in ("Properties.Image.", "Properties.RTSP", "API.RTSP")):
        own.say("is_surveillance", True, BANNER, found[0])
    own.claims += reading.claims
    return own


_VIVOTEK: Final = "getparam.cgi (Vivotek's HTTP interface)"
_PARAMETER: Final = re.compile(r"(system_info_\w{1,40})='?([^'\r\n]{1,80})")
_VVTK: Final = re.compile(r"([A-Z]{2}\d{4}[A-Z]{0,4})-VVTK-\d{4}[a-z]?")


def vivotek(text: str) -> Reading:
    """`system_info_modelname='FD8169'`, `..._firmwareversion='FD8169-VVTK-0100a'`."""
    reading = Reading("vivotek-parameters", _FIELD, _VIVOTEK)
    read = dict(_PARAMETER.findall(text[:16384]))
    version = read.get("system_info_firmwareversion", "")
    model = read.get("system_info_modelname")
    marked = _VVTK.match(version)
    if not (model and version) and marked is None:
        return reading
    reading.say("vendor", "Vivotek" if marked else None, PROTOCOL, version)
    reading.say("model", model, DECLARED)
    reading.say("firmware", version, DECLARED)
    reading.say("serial", read.get("system_info_serialnumber"), DECLARED)
    reading.say("device_type", models.device_type_of(model) if model else None, BANNER, model)
    reading.say("is_surveillance", True, BANNER, version)
    return reading


_AVTECH: Final = "machine description of AVTECH recorders (projectdiscovery/nuclei-templates #1779)"


def avtech(text: str) -> Reading:
    """`Product.Type=DVR`, `Firmware.Version=…` lines, as AVTECH's recorders give them."""
    reading = Reading("avtech-machine", "http.body", _AVTECH)
    if text.find("Product.Type=", 0, 4096) < 0 or text.find("Firmware.Version=", 0, 4096) < 0:
        return reading
    rows = (line.partition("=") for line in text[:8192].splitlines()[:100])
    read = {key.strip(): value.strip() for key, sign, value in rows if sign}
    kind = {"DVR": "recorder", "NVR": "recorder"}.get(read.get("Product.Type", "").upper())
    reading.say("vendor", "AVTECH", BANNER, f"Product.Type={read.get('Product.Type', '')}")
    reading.say("firmware", read.get("Firmware.Version"), PROTOCOL)
    reading.say("device_type", kind or "camera", BANNER, f"Product.Type={read.get('Product.Type')}")
    return reading
