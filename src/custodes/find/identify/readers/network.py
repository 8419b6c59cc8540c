"""What other protocols let slip: SNMP, DHCP, mDNS, UDP discovery, GB/T 28181, asset lists. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from custodes.find.identify import models, names
from custodes.find.identify.claims import (
    BANNER,
    DECLARED,
    LOOKS,
    NEUTRAL,
    PROTOCOL,
    WRITTEN,
    Reading,
    around,
)
from custodes.find.identify.facets import snmp_values
from custodes.find.identify.readers import dahua, mac
from custodes.find.identify.readers.jsontext import leaves
from custodes.find.identify.readers.words import device_type_in
from custodes.find.identify.xmltext import fields

_SNMP: Final = "SNMP (LibreNMS tests; IANA private enterprise numbers)"
_HIKVISION: Final = "1.3.6.1.4.1.39165.1."


def snmp(text: str) -> Reading:
    """Camera values that a maker keeps under its own enterprise number."""
    reading = Reading("snmp-hikvision-camera", "snmp.record", _SNMP)
    values = dict(snmp_values(text))
    model = values.get(f"{_HIKVISION}1.0")
    if model:
        reading.say("maker", "Hikvision", PROTOCOL, around(text, text.find(f"{_HIKVISION}1.0")))
        reading.say("model", model, PROTOCOL)
        version = values.get(f"{_HIKVISION}3.0")
        if version:
            reading.say("firmware", models.firmware(version), PROTOCOL, version)
        if models.own_brand(model) == "Hikvision":
            reading.say("vendor", "Hikvision", PROTOCOL, model)
        else:
            reading.say(NEUTRAL, True, PROTOCOL, model)
        reading.say("device_type", models.device_type_of(model) or "camera", BANNER, model)
    return reading


_PRINTER: Final = "HP printer job language reference: `@PJL INFO ID` names maker and model"
_SERIES: Final = re.compile(r"\s+series\b.*|[:;].*", re.IGNORECASE | re.DOTALL)


def printer(text: str) -> Reading:
    """`Brother HL-5450DN series:84E-B54:Ver.L`: a known maker first, the model behind it."""
    reading = Reading("pjl-name", "pjl.id", _PRINTER)
    found = names.leading_brand(text[:200])
    if found is not None:
        reading.say("vendor", found[0], BANNER, text)
        reading.say("model", _SERIES.sub("", found[1]).strip(), LOOKS, text)
    return reading


_CATALOG: Final = "GB/T 28181 MANSCDP answer"


def gb28181(field: str, text: str) -> Reading:
    """A catalogue with one device, or a DeviceInfo: manufacturer, model, firmware."""
    reading = Reading("gb28181-answer", field, _CATALOG)
    read = fields(text)
    manufacturer, model = read.get("Manufacturer"), read.get("Model")
    if text.count("<Item>") > 1:
        return _catalogue(reading, text) if manufacturer or model else reading
    if not (manufacturer or model):
        return _only_coded(reading, text)
    if manufacturer and not names.neutral(manufacturer):
        named = names.brand(manufacturer)
        reading.say("vendor", named or manufacturer, DECLARED if named else PROTOCOL, manufacturer)
    if model and not models.is_generic(model):
        reading.say("model", model, DECLARED)
    reading.say("firmware", read.get("Firmware"), DECLARED)
    kind = models.device_type_of(model) if model else None
    if kind is not None:
        reading.say("device_type", kind, BANNER, model)
    else:
        _coded(reading, read, text, model or manufacturer)
    reading.say("is_surveillance", True, PROTOCOL, model or manufacturer)
    return reading


# GB/T 28181, annex on codes: digits 11 to 13 of the twenty say what has the code.
_CODE: Final = re.compile(r"<DeviceID>\s{0,9}(\d{10}(\d{3})\d{7})\s{0,9}</DeviceID>")
_CODED: Final = {
    "111": "recorder",
    "112": "encoder",
    "113": "encoder",
    "114": "decoder",
    "118": "recorder",
    "131": "camera",
    "132": "camera",
}
_RECORDS: Final = re.compile(r"(?i)(?<![a-z])(?:[ndxh]vr)(?![a-z])|video recorder")


def _only_coded(reading: Reading, text: str) -> Reading:
    """An answer that names neither maker nor model may still say by its code what gave it."""
    code = next((code for code, kind in _CODE.findall(text[:16384]) if kind in _CODED), None)
    if code is not None:
        _coded(reading, {}, text, code)
        reading.say("is_surveillance", True, BANNER, code)
    return reading


def _coded(reading: Reading, read: Mapping[str, str], text: str, shown: str | None) -> None:
    """What the codes say it is, or the plain word; a recorder tells of its one camera too."""
    for key in ("Model", "DeviceType", "DeviceName"):
        if _RECORDS.search(read.get(key, "")[:200]):
            reading.say("device_type", "recorder", BANNER, read[key])
            return
    codes = {_CODED[kind]: code for code, kind in _CODE.findall(text[:16384]) if kind in _CODED}
    told = next((kind for kind in ("recorder", "encoder", "decoder") if kind in codes), None)
    if told is not None:
        reading.say("device_type", told, BANNER, codes[told])
    else:
        reading.say("device_type", "camera", LOOKS, codes.get("camera", shown))


_ITEM: Final = re.compile(r"<Item>(.{0,2000}?)(?:</Item>|$)", re.DOTALL)


def _catalogue(reading: Reading, text: str) -> Reading:
    """A list of several cameras: a platform or recorder that has them, and none of them."""
    for item in _ITEM.findall(text[:16384])[:16]:
        read = fields(item)
        shown = read.get("Model") or read.get("Name") or read.get("DeviceID")
        reading.say("condition.channel_list", shown, PROTOCOL)
    reading.say("is_surveillance", True, PROTOCOL, "<Item>")
    return reading


_AXIS_CLASS: Final = re.compile(r"([^,]{1,40}),([^,]{1,60}),([^,]{1,60}),([0-9][^,\s]{0,40})")


def dhcp_vendor_class(text: str) -> Reading:
    """`AXIS,Network Camera,P3343,5.20.3`: maker, kind, model and version in one packet."""
    reading = Reading(
        "dhcp-vendor-class", "dhcp.vendor_class", "rapid7/recog dhcp_vendor_class.xml"
    )
    if text.startswith("Mfg="):
        return _listed_class(reading, text)
    found = _AXIS_CLASS.fullmatch(text.strip())
    named = names.brand(found[1]) if found else None
    if found is None or named is None:
        return reading
    reading.say("vendor", named, PROTOCOL, found[0])
    reading.say("model", found[3].strip(), PROTOCOL, found[0])
    reading.say("firmware", found[4], PROTOCOL, found[0])
    kind = device_type_in(found[2])
    reading.say("device_type", kind, PROTOCOL, found[2])
    return reading


def _listed_class(reading: Reading, text: str) -> Reading:
    """`Mfg=Xerox;Typ=MFP;Mod=VersaLink C405;…`: the same in pairs."""
    read = _pairs(text)
    reading.say("vendor", names.brand(read.get("Mfg", "")), PROTOCOL, text)
    reading.say("model", read.get("Mod"), PROTOCOL, text)
    reading.say("device_type", device_type_in(read.get("Typ", "")), PROTOCOL, text)
    return reading


_DISCOVERY: Final = "vendor discovery over UDP; keys as the device names them"


def udp_discovery(text: str) -> Reading:
    """JSON that a device sends about itself: maker, product, serial, version."""
    if text[:1] in ("\xb3", "\ufffd"):
        return dahua.searched(text)
    reading = Reading("udp-discovery", "udp.discovery", _DISCOVERY)
    read = {key.casefold(): value for key, value in leaves(text).items()}
    for key in ("manufacturer", "vendor", "brand"):
        if key in read and not names.neutral(read[key]):
            named = names.brand(read[key])
            reading.say("vendor", named or read[key], PROTOCOL if named else BANNER, read[key])
            break
    for key in ("model", "product", "devicetype", "devtype"):
        if key in read and not models.is_generic(read[key]):
            reading.say("model", read[key], PROTOCOL)
            reading.say("device_type", models.device_type_of(read[key]), BANNER, read[key])
            break
    for key in ("serialnumber", "serialno", "serial", "sn"):
        if key in read:
            reading.say("serial", read[key], PROTOCOL)
            break
    for key in ("firmware", "firmwareversion", "softwareversion"):
        if key in read:
            reading.say("firmware", models.firmware(read[key]), PROTOCOL, read[key])
            break
    return reading


_LOCAL: Final = "what a device tells its own network segment (mDNS TXT, UPnP)"
_ANY_MAC: Final = re.compile(
    r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"
)
_TXT_MODEL: Final = re.compile(
    r"(?:model|model_number|modelname|product|ty|md)=(.{2,60})", re.IGNORECASE
)
_TXT_MAKER: Final = re.compile(
    r"(?:manufacturer|vendor|mfg|usb_mfg|brand)=(.{2,60})", re.IGNORECASE
)
_TXT_MAC: Final = re.compile(
    r"(?:mac|macaddress|mac_address|deviceid|id)=([0-9A-Fa-f]{12})", re.IGNORECASE
)


def announced(field: str, text: str) -> Reading:
    """A name or `key=value` string of a multicast DNS answer: maker, model, address."""
    reading = Reading("mdns-strings", field, _LOCAL)
    found = _ANY_MAC.search(text)
    bare = _TXT_MAC.fullmatch(text)
    address = mac.normalise(found[0] if found else bare[1] if bare else "")
    if address is not None:
        reading.say("mac", address, BANNER, text)
        mac.add_holder(reading, address, found[0] if found else bare[1] if bare else text)
    model = _TXT_MODEL.fullmatch(text)
    if model is not None and not models.is_generic(model[1]):
        reading.say("model", model[1], BANNER, text)
        reading.say("device_type", models.device_type_of(model[1]), LOOKS, text)
    maker = _TXT_MAKER.fullmatch(text)
    if maker is not None:
        reading.say("vendor", names.brand(maker[1]), BANNER, text)
    return reading


_UPNP: Final = "UPnP device description (UPnP Device Architecture 1.0 §2.1)"


def upnp_description(text: str) -> Reading:
    """What a device description states: maker, model, serial number."""
    reading = Reading("upnp-description", "upnp.response", _UPNP)
    read = fields(text)
    manufacturer = read.get("manufacturer", "")
    if not manufacturer or "InternetGatewayDevice" in manufacturer:
        return reading
    _version(reading, read)
    named = names.brand(manufacturer)
    if named is None and (leading := names.leading_brand(manufacturer)) is not None:
        named = leading[0]
    if named is not None:
        reading.say("vendor", named, LOOKS, manufacturer)
    elif names.neutral(manufacturer):
        reading.say(NEUTRAL, True, LOOKS, manufacturer)
    model = _model(read, named)
    if not model or models.is_generic(model):
        return reading
    reading.say("model", model, LOOKS)
    if named is not None and names.makes_cameras(named):
        reading.say("device_type", models.device_type_of(model, named), LOOKS, model)
    _serial(reading, read.get("serialNumber"))
    return reading


def _serial(reading: Reading, number: str | None) -> None:
    """The serial number, which many devices fill with their own address."""
    address = mac.normalise(number or "")
    if number is not None and address is not None and names.holder(address) is not None:
        reading.say("mac", address, LOOKS, number)
        mac.add_holder(reading, address, number)
    else:
        reading.say("serial", number, LOOKS)


_VERSIONS: Final = frozenset(
    "firmwareversion softwareversion firmware fwversion swversion x_firmwareversion "
    "x_softwareversion".split()
)


def _version(reading: Reading, read: Mapping[str, str]) -> None:
    for key, value in read.items():
        if key.lower() in _VERSIONS and any(map(str.isdigit, value)):
            reading.say("firmware", models.firmware(value[:100]), LOOKS, value)
            return


_NUMBER: Final = re.compile(r"(?!v?\d+(?:\.\d+)*$)(?=[A-Za-z-]*\d)[A-Za-z][\w./()+-]{2,30}")


def _model(read: Mapping[str, str], vendor: str | None) -> str:
    """The model without the brand before it; the number where the name is only a family's."""
    model, number = read.get("modelName", ""), read.get("modelNumber", "")
    leading = names.leading_brand(model) if vendor is not None else None
    if leading is not None and leading[0] == vendor and not models.is_generic(leading[1] or "hd"):
        model = leading[1]
    is_family = not any(map(str.isdigit, model)) or model.endswith(f" {number}")
    return number if is_family and _NUMBER.fullmatch(number) else model


_SERVED: Final = re.compile(r"UPnP/\d\.\d,?\s{1,4}([A-Za-z][\w -]{1,40})(?:/|$)")
_ACCUSED: Final = frozenset({"Hikvision", "Dahua"})  # a word in a banner is too little


def served(field: str, text: str) -> Reading:
    """`Linux/2.6 UPnP/1.0 Vivotek/1.0`: the product behind the two, where its brand is known."""
    reading = Reading("upnp-product", field, _UPNP)
    found = _SERVED.search(text[:256]) if "UPnP/" in text else None
    leading = names.leading_brand(found[1]) if found is not None else None
    if found is None or leading is None or leading[0] in _ACCUSED:
        return reading
    vendor, rest = leading
    if rest and not (_NUMBER.fullmatch(rest) or device_type_in(rest)):
        return reading
    reading.say("vendor", vendor, LOOKS, found[0])
    if _NUMBER.fullmatch(rest):
        reading.say("model", rest, LOOKS, found[0])
        if names.makes_cameras(vendor):
            reading.say("device_type", models.device_type_of(rest, vendor), LOOKS, found[0])
    return reading


def upnp(field: str, text: str) -> Reading:
    """A unique name that ends with the device's own address."""
    reading = Reading("uuid-node", field, _LOCAL)
    mac.add_uuid_node(reading, text)
    return reading


_LIST: Final = "asset list: what a person wrote"
_COLUMNS: Final = {
    "manufacturer": "vendor",
    "make": "vendor",
    "brand": "vendor",
    "vendor": "vendor",
    "model": "model",
    "modelnumber": "model",
    "firmware": "firmware",
    "firmwareversion": "firmware",
    "serial": "serial",
    "serialnumber": "serial",
    "mac": "mac",
    "macaddress": "mac",
    "type": "device_type",
    "devicetype": "device_type",
}


def asset(text: str) -> Reading:
    """A row of an asset list, JSON or key=value: believed least, and never as the device's word."""
    reading = Reading("asset-list", "asset.record", _LIST)
    rows = leaves(text) if text.lstrip()[:1] == "{" else _pairs(text)
    for key, value in rows.items():
        column = _COLUMNS.get("".join(filter(str.isalnum, key.casefold())))
        if column == "vendor":
            if not names.neutral(value):
                reading.say("vendor", names.brand(value) or value, WRITTEN, value)
        elif column == "mac":
            reading.say("mac", mac.normalise(value), WRITTEN, value)
        elif column == "device_type":
            reading.say("device_type", device_type_in(value), WRITTEN, value)
        elif column is not None:
            reading.say(column, value, WRITTEN)
    return reading


def _pairs(text: str) -> dict[str, str]:
    parts = re.split(r"[\r\n;]", text[:8192])[:200]
    found = (part.partition("=") for part in parts)
    return {key.strip(): value.strip() for key, sign, value in found if sign and value.strip()}
