"""Hikvision's own protocols: SADP answers and ISAPI documents. Pure.

Who answers SADP or ISAPI runs Hikvision's platform; the badge on it may be another's. ISAPI is
read without regard to its namespace, of which three are in use (hikvision.com, isapi.org and, on
relabels, std-cgi.com).
"""

import re
from collections.abc import Mapping
from typing import Final

from custodes.find.identify import models, names
from custodes.find.identify.claims import (
    BANNER,
    DECLARED,
    DEFAULT,
    LOOKS,
    MODEL,
    NEUTRAL,
    PROTOCOL,
    WRITTEN,
    Reading,
    span,
)
from custodes.find.identify.readers import mac
from custodes.find.identify.readers.jsontext import leaves
from custodes.find.identify.readers.words import device_type_in
from custodes.find.identify.xmltext import fields
from custodes.knowledge.devices import DEVICE_TYPES

_SADP: Final = "SADP inquiry answer, UDP 37020 (Supergiovane/node-red-contrib-hikvision-ultimate)"
_ISAPI: Final = "ISAPI document (maciej-or/hikvision_next, 15 devices)"
_PLATFORM: Final = "Hikvision"
CHANNEL_LIST: Final = "condition.channel_list"
_NAMESPACE: Final = re.compile(
    r"xmlns(?::\w{1,32})?=[\"']http://www\.(hikvision\.com|isapi\.org|std-cgi\.com)/"
)
_DEVICE_TYPES: Final = {
    "ipcamera": "camera",
    "ipdome": "camera",
    "ipzoom": "camera",
    "ipcam": "camera",
    "dvr": "recorder",
    "nvr": "recorder",
    "xvr": "recorder",
    "hybirdnvr": "recorder",  # their spelling
    "hybridnvr": "recorder",
    "cvr": "recorder",
    "dvs": "encoder",
    "nvs": "encoder",
    "decoder": "decoder",
    "ptz": "camera",
    "thermal": "camera",
    "ipspeaker": "audio",
    "speaker": "audio",
    "switch": "switch",
    "radar": "radar",
    "ipdoorbell": "door station",
    "doorbell": "door station",
    "security control panel": "device",
    "vis": "intercom",
    "videointercom": "intercom",
    "acs": "access control",
    "accesscontrolterminal": "access control",
    "facerecognitionterminal": "access control",
}


def _brand(reading: Reading, model: str | None, named: str | None = None) -> None:
    """The badge: what the device names, else what its model number shows, else nobody."""
    declared = names.brand(named) if named else None
    if declared is not None:
        reading.say("vendor", declared, DECLARED, named)
        return
    if model is None:
        reading.say(DEFAULT, _PLATFORM, LOOKS, reading.field)
        return
    if models.own_brand(model) == _PLATFORM:
        reading.say("vendor", _PLATFORM, DECLARED, model)
        return
    other = models.badge(_PLATFORM, model)
    if other is not None:
        reading.say("vendor", other, MODEL, model)
        return
    reading.say(NEUTRAL, True, PROTOCOL, model)


def _address(reading: Reading, text: str | None) -> None:
    address = mac.normalise(text) if text else None
    if address is not None:
        reading.say("mac", address, DECLARED, text)
        mac.add_holder(reading, address, text or "")


def _kind(reading: Reading, model: str | None, stated: str | None = None) -> None:
    kind = _DEVICE_TYPES.get(stated.casefold()) if stated else None
    if kind is not None:
        reading.say("device_type", kind, PROTOCOL, stated)
        return
    if model is not None:
        reading.say("device_type", models.device_type_of(model), BANNER, model)


def sadp(text: str) -> Reading:
    """A SADP answer: model, serial, firmware with build date, address."""
    reading = Reading("sadp-answer", "sadp.ProbeMatch", _SADP)
    read = fields(text)
    model, serial = read.get("DeviceDescription"), read.get("DeviceSN")
    if not (model or serial) or read.get("Types", "inquiry") != "inquiry":
        return reading
    if model is not None and models.is_generic(model):
        model = None
    shown = "<DeviceDescription>" if model else "<DeviceSN>"
    reading.say("maker", _PLATFORM, 0.95, span(text, shown, "</DeviceSN>"))
    reading.say("model", model, DECLARED)
    reading.say("serial", serial, DECLARED)
    version = read.get("SoftwareVersion")
    if version:
        reading.say("firmware", models.firmware(version), DECLARED, version)
    _brand(reading, model)
    _kind(reading, model)
    if not any(c.conclusion == "device_type" for c in reading.claims):
        reading.say("is_surveillance", True, PROTOCOL, model or serial)
    elif model is not None and models.device_type_of(model) == "access control":
        reading.say("is_surveillance", True, BANNER, model)
    _address(reading, read.get("MAC"))
    return reading


def device_info(text: str) -> Reading:
    """`/ISAPI/System/deviceInfo`: what the device says of itself after its owner's log-in."""
    reading = Reading("isapi-device-info", "isapi.deviceInfo", _ISAPI)
    read = leaves(text) if text.lstrip()[:1] == "{" else fields(text)
    model, serial = read.get("model"), read.get("serialNumber")
    if not (model or serial):
        return _document("isapi.deviceInfo", text, LOOKS)
    namespace = _NAMESPACE.search(text[:8192])
    reading.say(
        "maker", _PLATFORM, 0.95 if namespace else BANNER, namespace[0] if namespace else model
    )
    reading.say("model", model, DECLARED)
    reading.say("serial", serial, DECLARED)
    version = read.get("firmwareVersion")
    if version:
        released = read.get("firmwareReleasedDate", "")
        reading.say(
            "firmware",
            models.firmware(version, released),
            DECLARED,
            span(text, version, released) if released else version,
        )
    _brand(reading, model, read.get("manufacturer"))
    _kind(reading, model, read.get("deviceType"))
    if not any(claim.conclusion == "device_type" for claim in reading.claims):
        called = read.get("deviceName", "")  # what the maker calls it, until somebody renames it
        reading.say("device_type", device_type_in(called), WRITTEN, called)
    _watches(reading, BANNER, model)
    _address(reading, read.get("macAddress"))
    return reading


def _watches(reading: Reading, weight: float, shown: str | None) -> None:
    """What speaks this protocol is surveillance, unless its type says that it is none."""
    kinds = [
        DEVICE_TYPES.get(str(c.value)) for c in reading.claims if c.conclusion == "device_type"
    ]
    if False not in kinds:
        reading.say("is_surveillance", True, weight, shown)


def _document(field: str, text: str, weight: float) -> Reading:
    """Any ISAPI document that does not name its device: the platform, and the brand by default."""
    reading = Reading("isapi-document", field, _ISAPI)
    namespace = _NAMESPACE.search(text[:8192])
    shown = namespace[0] if namespace else text[:80]
    if namespace is None and weight < BANNER:
        return reading
    reading.say("maker", _PLATFORM, PROTOCOL if namespace else LOOKS, shown)
    if namespace is None or namespace[1] != "std-cgi.com":
        reading.say(DEFAULT, _PLATFORM, BANNER if namespace else LOOKS, shown)
    reading.say("is_surveillance", True, PROTOCOL if namespace else LOOKS, shown)
    return reading


_ENTRY: Final = re.compile(r"<(?:isSupport)?AccessControl(?:Cap)?\b")
_RECORDS: Final = re.compile(r"<inputProxyNums>\s*([1-9]\d*)|<isSupportZeroChan>\s*true")


def capabilities(text: str) -> Reading:
    """`/ISAPI/System/capabilities`: a recorder counts the channels that it takes in."""
    reading = _document("isapi.System.capabilities", text, LOOKS)
    records = _RECORDS.search(text) if reading.claims else None
    if records is not None:
        reading.say("device_type", "recorder", PROTOCOL, records[0])
    elif reading.claims and _ENTRY.search(text) and "<VideoCap" not in text:
        reading.say("device_type", "access control", LOOKS, "AccessControl")
    elif reading.claims and "<VideoCap" in text:
        reading.say("device_type", "camera", LOOKS - 0.1, "VideoCap without channels of others")
    return reading


def triggers(text: str) -> Reading:
    return _document("isapi.Event.triggers", text, LOOKS)


def admin_accesses(text: str) -> Reading:
    return _document("isapi.Security.adminAccesses", text, LOOKS)


def ezviz(text: str) -> Reading:
    return _document("isapi.EZVIZ", text, LOOKS)


def alert(text: str) -> Reading:
    """An event that the device reports; the root element alone is ISAPI's."""
    if text.lstrip()[:1] == "{":
        return _json_alert(text)
    known = BANNER if "<EventNotificationAlert" in text[:512] else LOOKS
    reading = _document("isapi.EventNotificationAlert", text, known)
    if reading.claims:
        _address(reading, fields(text).get("macAddress"))
    return reading


_EVENT_KEYS: Final = frozenset({"eventType", "eventState", "eventDescription", "activePostCount"})


def _json_alert(text: str) -> Reading:
    """The same event as JSON, as door and access devices report it."""
    reading = Reading("isapi-alert-json", "isapi.EventNotificationAlert", _ISAPI)
    read = leaves(text)
    if len(_EVENT_KEYS & read.keys()) >= 2 or "AccessControllerEvent" in read.get("eventType", ""):
        shown = span(text, '"eventType"', read.get("eventType", ""))
        reading.say("maker", _PLATFORM, LOOKS, shown)
        reading.say("is_surveillance", True, LOOKS, shown)
        if "AccessController" in read.get("eventType", ""):
            reading.say("device_type", "access control", LOOKS, shown)
        _address(reading, read.get("macAddress"))
    return reading


def channel(text: str) -> Reading:
    """One entry of a recorder's channel list, read as the attached device's identity."""
    reading = Reading("isapi-channel", "isapi.InputProxyChannel", _ISAPI)
    read = fields(text)
    model = read.get("model")
    if not model or models.is_generic(model):
        model = None
    _listed(reading, read)
    reading.say("model", model, PROTOCOL)
    serial = read.get("serialNumber", "")
    if serial.strip("0"):
        reading.say("serial", serial, PROTOCOL)
    version = read.get("firmwareVersion")
    if version:
        reading.say("firmware", models.firmware(version), PROTOCOL, version)
    protocol = read.get("proxyProtocol", "")
    own = model is not None and models.own_brand(model) == _PLATFORM
    if own and protocol.upper() == "HIKVISION":
        reading.say("vendor", _PLATFORM, PROTOCOL, model)
        reading.say("maker", _PLATFORM, PROTOCOL, protocol)
    elif own:
        reading.say("vendor", _PLATFORM, MODEL, model)
    elif protocol.upper() == "HIKVISION":
        reading.say("maker", _PLATFORM, BANNER, protocol)
        if model is not None:
            reading.say("vendor", models.badge(_PLATFORM, model), MODEL, model)
    kind = models.device_type_of(model) if model else None
    reading.say("device_type", kind or "camera", BANNER if kind else LOOKS, model or protocol)
    return reading


def _listed(reading: Reading, read: Mapping[str, str]) -> None:
    """That these words speak of another device than the one that sent them."""
    shown = read.get("model") or read.get("name") or read.get("ipAddress") or read.get("id")
    reading.say(CHANNEL_LIST, shown, PROTOCOL)


def recorder_of(text: str) -> Reading:
    """One entry of a channel list, read as what it says of the recorder that keeps the list."""
    reading = Reading("isapi-channel-list", "isapi.InputProxyChannel", _ISAPI)
    if "InputProxyChannel" in text[:512]:
        reading.say("maker", _PLATFORM, BANNER, "InputProxyChannel")
        reading.say(DEFAULT, _PLATFORM, LOOKS, "InputProxyChannel")
        reading.say("device_type", "recorder", PROTOCOL, "InputProxyChannel")
        _listed(reading, fields(text))
    return reading
