"""Answers of documented interfaces for programs that arrive as the body of a web answer. Pure.

Foscam's CGI, Hanwha's SUNAPI, and the `key=value` tables of Dahua's configManager, which many
badges have: the form alone shows surveillance and accuses nobody.
"""

import re
from typing import Final

from custodes.find.identify import models
from custodes.find.identify.claims import BANNER, DECLARED, DEFAULT, PROTOCOL, Reading
from custodes.find.identify.readers import dahua
from custodes.find.identify.xmltext import fields

_FIELD: Final = "http.body"
_LINES_LIMIT: Final = 200
_FOSCAM: Final = "Foscam IPCamera CGI User Guide: every answer is one CGI_Result"
_SUNAPI: Final = "SUNAPI system.cgi?msubmenu=deviceinfo (Hanwha Vision's open platform)"
_TABLE: Final = "configManager.cgi?action=getConfig (Dahua HTTP API; rroller/dahua)"
_SECTION: Final = re.compile(
    r"table\.(?:All\.|Network\.|General\.MachineName|Encode\[|VideoWidget\[|ChannelTitle\[|"
    r"VideoInOptions\[|MotionDetect\[|Snap\[|RemoteDevice\.)"
)


def told(text: str) -> Reading:
    """A reading without claims for anything that is not such an answer."""
    head = text[:512]
    if "<CGI_Result>" in head:
        return foscam(text)
    if "Model=" in head and "FirmwareVersion=" in text[:2048]:
        return sunapi(text)
    if "deviceType=" in head and ("processor=" in head or "serialNumber=" in head):
        return _system(text)
    return _table(text)


def foscam(text: str) -> Reading:
    """`<CGI_Result><result>0</result><productName>FI9821W V2</productName>…`."""
    reading = Reading("foscam-cgi-result", _FIELD, _FOSCAM)
    read = fields(text[:8192])
    if not read.get("result", "").lstrip("-").isdigit():
        return reading
    shown = f"<CGI_Result> result {read['result']}"
    reading.say(DEFAULT, "Foscam", BANNER, shown)
    reading.say("is_surveillance", True, PROTOCOL, shown)
    reading.say("model", read.get("productName"), DECLARED)
    reading.say("firmware", read.get("firmwareVer"), DECLARED)
    reading.say("device_type", "camera", BANNER, shown)
    return reading


def _pairs(text: str) -> dict[str, str]:
    rows = (line.partition("=") for line in text[:8192].splitlines()[:_LINES_LIMIT])
    return {key.strip(): value.strip() for key, sign, value in rows if sign}


_KINDS: Final = {"NWC": "camera", "NVR": "recorder", "DVR": "recorder", "ENCODER": "encoder"}


def sunapi(text: str) -> Reading:
    """`Model=XNV-6080`, `FirmwareVersion=…`, `DeviceType=NWC` lines."""
    reading = Reading("sunapi-device-information", _FIELD, _SUNAPI)
    read = _pairs(text)
    model = read.get("Model", "")
    own = models.own_brand(model) == "Hanwha"
    if not own and not {"CGIVersion", "ConnectedMACAddress"} <= read.keys():
        return reading
    shown = f"Model={model}"
    reading.say("vendor", "Hanwha" if own else None, PROTOCOL, shown)
    reading.say("model", model, DECLARED)
    reading.say("firmware", read.get("FirmwareVersion"), DECLARED)
    kind = _KINDS.get(read.get("DeviceType", "").upper()) or models.device_type_of(model)
    reading.say("device_type", kind, BANNER, shown)
    reading.say("is_surveillance", True, PROTOCOL, shown)
    return reading


def _system(text: str) -> Reading:
    """`deviceType=IPC-HDW2431T-AS-S2`: magicBox.cgi?action=getSystemInfo."""
    reading = dahua.system_info(text[:8192])
    reading.field = _FIELD
    return reading


def _table(text: str) -> Reading:
    reading = Reading("dahua-config-table", _FIELD, _TABLE)
    found = _SECTION.match(text[:256].lstrip())
    if found is not None:
        reading.say("is_surveillance", True, PROTOCOL, found[0])
    return reading
