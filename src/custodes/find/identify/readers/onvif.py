"""ONVIF answers: scopes, device information, and that ONVIF is spoken at all. Pure.

The scope `name/` is text that a user may change; `extension/unique_identifier` is left by Dahua's
platform on every badge. Namespaces are no evidence of a maker (CamHi devices carry `hikwsd`).
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote

from custodes.find.identify import models, names
from custodes.find.identify.claims import (
    BANNER,
    DECLARED,
    DEFAULT,
    LOOKS,
    MODEL,
    NEUTRAL,
    PROTOCOL,
    Reading,
)
from custodes.find.identify.readers import mac
from custodes.find.identify.xmltext import fields

_SCOPES: Final = "ONVIF scopes (ONVIF Core, section on scopes; collected ProbeMatch replies)"
_INFO: Final = "ONVIF GetDeviceInformation (ONVIF Core)"
_SERVICE: Final = "ONVIF answer (ONVIF Core)"
_SCOPE: Final = re.compile(r"(onvif://www\.onvif\.org/([A-Za-z]{2,20})/([^\s<>\"]{1,256}))")
_TYPES: Final = re.compile(r"NetworkVideo(Transmitter|Display|Storage|Recorder)|Network_Video_")
_XIONGMAI: Final = re.compile(r"XM\d{3}\w*_.*|.*\.10010\.\d+\.[^.]*\.ONVIF.*")
LIMIT: Final = 64 * 1024


class Said(NamedTuple):
    """One scope: its value in plain text, and the whole of it as received."""

    plain: str
    raw: str


Scopes = dict[str, list[Said]]


def scopes(field: str, text: str) -> Reading:
    """The scopes of a ProbeMatch, a Hello, a GetScopes answer or a plain list."""
    reading = Reading("onvif-scopes", field, _SCOPES)
    mac.add_uuid_node(reading, text[:LIMIT])
    said: Scopes = {}
    for raw, kind, value in _SCOPE.findall(text[:LIMIT])[:64]:
        plain = unquote(value).replace("_", " ").strip()
        said.setdefault(kind.lower(), []).append(Said(plain, raw))
    if not said:
        return reading
    model = _model(said)
    if model is not None:
        reading.say("model", model.plain, PROTOCOL, model.raw)
    platform = _platform(reading, said)
    brand = _brand(reading, said, model, platform)
    _address(reading, said)
    _numbers(reading, said)
    kind = models.device_type_of(model.plain, brand) if model else None
    _kind(reading, said, kind, model, text)
    return reading


def _model(said: Scopes) -> Said | None:
    for kind in ("hardware", "model"):
        for found in said.get(kind, ()):
            if found.plain and not models.is_generic(found.plain):
                return found
    return None


def _platform(reading: Reading, said: Scopes) -> str | None:
    """Say whose platform leaves this scope, whatever name stands beside it."""
    for found in said.get("extension", ()):
        if found.plain.startswith("unique identifier"):
            reading.say("maker", "Dahua", PROTOCOL, found.raw)
            return "Dahua"
    return None


_SERIALS: Final = ("serial", "serialnumber", "serialno", "sn")
_VERSIONS: Final = ("firmware", "firmwareversion", "softwareversion", "version")
_VERSION: Final = re.compile(r"(?=.{5})(?=[\w. -]{0,40}\d)\w{1,12}(?:[. -]\w{1,16}){1,8}")


def _address(reading: Reading, said: Scopes) -> None:
    """The address in a scope of its own, or inside the serial or the name."""
    for found in said.get("mac", ())[:1]:
        address = mac.normalise(found.plain)
        if address is not None:
            reading.say("mac", address, PROTOCOL, found.raw)
            mac.add_holder(reading, address, found.raw)
            return
    for kind in ("macaddress", *_SERIALS, "hardware", "name"):
        for found in said.get(kind, ())[:2]:
            if mac.add_inside(reading, found.plain, found.raw):
                return


def _numbers(reading: Reading, said: Scopes) -> None:
    """Serial and version in scopes of their own, and whose form they have."""
    serial = _written(said, _SERIALS)
    if serial is not None and mac.normalise(serial.plain) is None:
        reading.say("serial", serial.plain, PROTOCOL, serial.raw)
        reading.say("maker", models.maker_of_serial(serial.plain), BANNER, serial.raw)
    version = _written(said, _VERSIONS)
    if version is not None and _VERSION.fullmatch(version.plain):
        reading.say("firmware", models.firmware(version.plain), PROTOCOL, version.raw)
        reading.say("maker", models.maker_of_firmware(version.plain), BANNER, version.raw)


def _written(said: Scopes, kinds: Sequence[str]) -> Said | None:
    """The first scope of these kinds, its value with the underscores that belong to a number."""
    found = next((s for kind in kinds for s in said.get(kind, ()) if s.plain), None)
    return None if found is None else Said(unquote(found.raw.split("/", 4)[4]).strip(), found.raw)


def _brand(reading: Reading, said: Scopes, model: Said | None, platform: str | None) -> str | None:
    """Say whose badge it bears; give the brand that is named."""
    for kind in ("manufacturer", "mfr", "name"):
        for found in said.get(kind, ()):
            leading = names.leading_brand(found.plain)
            if leading is not None and (kind != "name" or _may_be_typed(leading[0])):
                reading.say("vendor", leading[0], PROTOCOL, found.raw)
                return leading[0]
    named = said.get("name", [Said("", "")])[0]
    own = models.own_brand(model.plain) if model else None
    if model is not None and own is not None and platform in (None, own):
        reading.say(DEFAULT, own, MODEL, model.raw)
        return own
    in_model = names.brand_in_model(model.plain) if model else None
    if model is not None and in_model is not None:
        reading.say("vendor", in_model, MODEL, model.raw)
    elif platform is not None or (named.plain and names.neutral(named.plain)):
        reading.say(NEUTRAL, True, PROTOCOL, named.raw)
    return in_model


def _may_be_typed(brand: str) -> bool:
    """Whether a name scope, which the owner may write, can be the badge: one seen on cameras."""
    return names.makes_no_cameras(brand) is None


_VIDEO: Final = re.compile(r"(?i)(?:network )?video|ptz|audio enc")


def _kind(reading: Reading, said: Scopes, kind: str | None, model: Said | None, text: str) -> None:
    video = next((t for t in said.get("type", ()) if _VIDEO.match(t.plain)), None)
    typed = _TYPES.search(text[:LIMIT])
    if video is None and typed is None:
        return
    shown = video.raw if video else typed[0] if typed else ""
    if model is not None and kind is not None:
        reading.say("device_type", kind, BANNER, model.raw)
    else:
        profiles = {p.plain.casefold() for p in said.get("profile", ())}
        if "streaming" in profiles and ("g" not in profiles or model is None):
            reading.say("device_type", "camera", LOOKS - 0.1, shown)
    reading.say("is_surveillance", True, PROTOCOL, shown)


def device_information(text: str) -> Reading:
    """`GetDeviceInformation`; words that name nobody stay out."""
    reading = Reading("onvif-device-information", "onvif.soap.GetDeviceInformation", _INFO)
    read = fields(text)
    manufacturer, model = read.get("Manufacturer"), read.get("Model")
    version = read.get("FirmwareVersion")
    if not (manufacturer or model or version):
        return reading
    if model and not models.is_generic(model):
        reading.say("model", model, DECLARED)
    reading.say("serial", read.get("SerialNumber"), DECLARED)
    if version:
        reading.say("firmware", models.firmware(version), DECLARED, version)
    named = _manufacturer(reading, manufacturer, model)
    _behaviour(reading, read.get("SerialNumber"), version)
    for value in (model, version, read.get("HardwareId")):
        if value and _XIONGMAI.fullmatch(value):
            reading.say("maker", "Xiongmai", PROTOCOL, value)
    kind = models.device_type_of(model, named) if model else None
    if kind is not None:
        reading.say("device_type", kind, BANNER, model)
    elif named is None or names.makes_no_cameras(named) is None:
        reading.say("device_type", "camera", LOOKS - 0.1, model or manufacturer)
    reading.say("is_surveillance", True, PROTOCOL, "GetDeviceInformation")
    return reading


def _behaviour(reading: Reading, serial: str | None, version: str | None) -> None:
    """The maker whose way of numbering serials or firmware this is, whatever the badge says."""
    if serial:
        reading.say("maker", models.maker_of_serial(serial), BANNER, serial)
    if version:
        reading.say("maker", models.maker_of_firmware(version), BANNER, version)


_BRIDGE: Final = re.compile(r"(?i)(?:docker )?(?:bridge|proxy|gateway|emulator|simulator)\b")


def _manufacturer(reading: Reading, manufacturer: str | None, model: str | None) -> str | None:
    """Say whose badge it bears; give the brand where it is known."""
    named = names.brand(manufacturer) if manufacturer else None
    if named is None and manufacturer:
        leading = names.leading_brand(manufacturer)
        named = leading[0] if leading and not _BRIDGE.match(leading[1]) else None
    if named is not None:
        reading.say("vendor", named, DECLARED, manufacturer)
    elif manufacturer and not names.neutral(manufacturer) and not models.is_generic(manufacturer):
        reading.say("vendor", manufacturer, PROTOCOL)
    else:
        own = models.own_brand(model) if model else None
        if own is not None:
            reading.say(DEFAULT, own, MODEL, model)
        else:
            reading.say(NEUTRAL, True, PROTOCOL, manufacturer or model)
    return named


def service(field: str, text: str) -> Reading:
    """An answer that names no maker: the device speaks ONVIF, and its services hint at its type."""
    reading = Reading("onvif-service", field, _SERVICE)
    text = text[:LIMIT]
    if "www.onvif.org/ver" not in text:
        return reading
    offered = text.lower()
    if "/media" not in offered and ("doorcontrol" in offered or "accesscontrol" in offered):
        reading.say("device_type", "access control", LOOKS, "accesscontrol service")
    elif "/receiver/wsdl</" in offered or "/display/wsdl</" in offered:
        reading.say("device_type", "recorder", LOOKS - 0.1, "receiver or display service")
    else:
        reading.say("device_type", "camera", LOOKS - 0.1, "www.onvif.org/ver")
    reading.say("is_surveillance", True, BANNER, "www.onvif.org/ver")
    return reading


_SPOKEN: Final = re.compile(r"www\.onvif\.org/ver\d\d/\w{1,20}")


def spoken(field: str, text: str) -> Reading:
    """Any other answer: that ONVIF is spoken, and a host name where it is the device's address."""
    reading = Reading("onvif-service", field, _SERVICE)
    found = _SPOKEN.search(text[:8192])
    if found is not None:
        reading.say("is_surveillance", True, BANNER, found[0])
    named = fields(text).get("Name", "")
    address = mac.normalise(named)
    if address is not None and names.holder(address) is not None:
        reading.say("mac", address, BANNER, named)
        mac.add_holder(reading, address, named)
    return reading
