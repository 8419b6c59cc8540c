"""The words in which identification explains itself to somebody who is not an engineer. Pure."""

from typing import Final

from custodes.find.identify.claims import DECLARED, PREFIX, WRITTEN
from custodes.identity import Evidence, Identity

QUOTE_LIMIT: Final = 90

# Where something was read, by field; the longest key that begins the field decides.
_WHERE: Final = {
    "http.": "its web page",
    "http.realm": "the log-in realm of its web page",
    "http.header.www-authenticate": "the log-in challenge of its web page",
    "http.header.server": "the name that its web server gives",
    "http.header.set-cookie": "the cookie that its web page sets",
    "http.header.location": "the address that its web page sends visitors on to",
    "http.title": "the title of its web page",
    "http.favicon": "the icon of its web page",
    "http.cgi.magicBox": "its Dahua interface (CGI)",
    "http.rpc2": "its Dahua interface (RPC2)",
    "http.vapix": "its Axis interface (VAPIX)",
    "rtsp.": "its video stream service",
    "rtsp.realm": "the log-in realm of its video stream",
    "rtsp.header.www-authenticate": "the log-in challenge of its video stream",
    "rtsp.header.server": "the name of its stream server",
    "rtsp.sdp": "the description of its video stream",
    "onvif.": "its ONVIF service",
    "onvif.scope": "its answer to ONVIF discovery",
    "onvif.ProbeMatch": "its answer to ONVIF discovery",
    "onvif.Hello": "its ONVIF announcement",
    "onvif.soap.GetDeviceInformation": "what it tells of itself over ONVIF",
    "onvif.manufacturer": "the manufacturer that it gives over ONVIF",
    "onvif.model": "the model number that it gives over ONVIF",
    "isapi.": "its Hikvision interface (ISAPI)",
    "isapi.InputProxyChannel": "a recorder's channel list",
    "sadp.": "its answer to Hikvision's own discovery (SADP)",
    "dhip.": "its answer to Dahua's own discovery (DHIP)",
    "gb28181.": "its answer over GB/T 28181",
    "mac.address": "its hardware address",
    "mdns.": "its announcement on the local network (mDNS)",
    "ssdp.": "its announcement on the local network (SSDP)",
    "upnp.": "its UPnP description",
    "snmp.": "its SNMP description",
    "tls.": "its certificate",
    "tls.issuer": "the signer of its certificate",
    "tcp.banner": "its greeting",
    "ftp.banner": "its FTP greeting",
    "telnet.banner": "its Telnet greeting",
    "ssh.banner": "its SSH greeting",
    "sip.": "its telephone service (SIP)",
    "ntp.": "its time service",
    "dhcp.": "what it says when it asks for an address (DHCP)",
    "udp.discovery": "its answer to its maker's discovery",
    "asset.record": "the asset list",
    "media.": "the recording",
    "media.text": "the writing in the picture",
    "media.exif": "the notes in the picture file",
    "shadowserver.": "the Shadowserver report",
    "exposure.": "the report on what the internet sees",
    "model": "the form of its model number",
}
_LABELS: Final = {
    "is_surveillance": "an answer to whether it is surveillance equipment",
    "vendor": "brand",
    "maker": "maker",
    "product_family": "product family",
    "model": "model",
    "firmware": "firmware",
    "serial": "serial number",
    "mac": "hardware address",
    "device_type": "kind of device",
}


def where(field: str) -> str:
    """The place that a field is, in words.

    >>> where("http.realm"), where("snmp.sysDescr"), where("x.y")
    ('the log-in realm of its web page', 'its SNMP description', 'x.y')
    """
    best = max((key for key in _WHERE if field.startswith(key)), key=len, default=None)
    return _WHERE[best] if best is not None else field


def label(conclusion: str) -> str:
    """What a key of Identity is called in a sentence."""
    return _LABELS.get(conclusion, conclusion)


def quote(text: str) -> str:
    """The text in quotation marks, on one line, not too long.

    >>> quote("Login to  4F0")
    '‘Login to 4F0’'
    """
    return f"‘{short(text)}’"


def short(text: str) -> str:
    """The text on one line, without what cannot be printed, not too long."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text[:4096]).split())
    return flat if len(flat) <= QUOTE_LIMIT else f"{flat[: QUOTE_LIMIT - 1].rstrip()}…"


def an(noun: str) -> str:
    """The noun with its article: "a camera", "an intercom"."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def what(identity: Identity) -> str:
    """The device in one sentence: kind, badge, maker, model, firmware."""
    vendor, maker = short(identity.vendor or ""), short(identity.maker or "")
    kind = identity.device_type or _kind(identity.is_surveillance)
    if not (vendor or maker or identity.model):
        return _nobody(identity, kind)
    noun = an(kind).capitalize()
    if vendor and maker and vendor != maker:
        who = f"{noun} sold as {vendor} and built by {maker}"
    elif vendor and maker:
        who = f"{noun} by {vendor}"
    elif vendor:
        who = f"{noun} sold as {vendor}"
    elif maker:
        who = f"{noun} built by {maker}, under a badge that is not known"
    else:
        who = f"{noun} of unknown brand and maker"
    model = f", model {short(identity.model)}" if identity.model else ""
    firmware = f", firmware {short(identity.firmware)}" if identity.firmware else ""
    return f"{who}{model}{firmware}."


def _kind(watches: bool | None) -> str:
    return "surveillance device" if watches else "device"


def _nobody(identity: Identity, kind: str) -> str:
    if identity.is_surveillance is None and identity.device_type is None:
        return "Nothing that was seen says what this is."
    if identity.is_surveillance is False:
        return f"{an(kind).capitalize()}: no surveillance equipment. Brand and maker are not known."
    return f"{an(kind).capitalize()} of unknown brand and maker."


def because(identity: Identity, e: Evidence) -> str:
    """Why one piece of evidence supports its conclusion."""
    if e.conclusion == "vendor":
        text = _vendor(identity, e)
    elif e.conclusion == "maker":
        text = _maker(identity, e)
    elif e.conclusion == "device_type":
        text = f"{where(e.field)}, {quote(e.matched)}, is that of {an(str(e.value))}."
    elif e.conclusion == "is_surveillance":
        text = _watching(e)
    else:
        text = f"{where(e.field)} gives the {label(e.conclusion)}: {quote(e.matched)}."
    return text[:1].upper() + text[1:]


def _vendor(identity: Identity, e: Evidence) -> str:
    place, shown, name = where(e.field), quote(e.matched), short(str(e.value))
    if e.weight <= WRITTEN:
        return f"{place} says so: {shown}; nobody has heard it from the device."
    if e.field == "mac.address":
        return f"{place} {shown} begins with a prefix that {name} holds, and nothing names another."
    if e.weight >= DECLARED:
        return f"{place} declares it: {shown}."
    if _is_platform(identity, e):
        return f"{place}, {shown}, is how {name} firmware answers, and nothing names another badge."
    return f"{place}, {shown}, names {name}."


def _is_platform(identity: Identity, e: Evidence) -> bool:
    """Whether the same words show the maker too, so that they speak of firmware, not of a badge."""
    return any(
        o.conclusion == "maker"
        and (o.fingerprint, o.value, o.matched) == (e.fingerprint, e.value, e.matched)
        for o in identity.evidence
    )


def _maker(identity: Identity, e: Evidence) -> str:
    place, shown, name = where(e.field), quote(e.matched), short(str(e.value))
    if e.fingerprint == "maker-graph":
        if identity.vendor == e.value:
            return f"{name} builds what it sells under its own name: {e.source}."
        return f"what is sold as {short(identity.vendor or '')} is built by {name}: {e.source}."
    if e.weight <= WRITTEN:
        return f"{place} says so: {shown}; nobody has heard it from the device."
    if e.field == "mac.address" or e.weight <= PREFIX:
        return f"{place} {shown} begins with a prefix that {name} uses: a hint, no proof."
    firmware = f"{place}, {shown}, is how {name} firmware answers"
    return f"{firmware}." if identity.vendor == e.value else f"{firmware}, whatever the badge says."


def _watching(e: Evidence) -> str:
    place, shown = where(e.field), quote(e.matched)
    if e.fingerprint == "vendor-without-cameras":
        return f"{place}, {shown}, names a firm that makes no surveillance equipment."
    told = "is" if e.value else "is not"
    return f"{place}, {shown}, {told} that of surveillance equipment."


def against(identity: Identity, e: Evidence) -> str:
    """What one piece of outweighed evidence says, and why it does not decide."""
    place, held = where(e.field), getattr(identity, e.conclusion)
    place = place[:1].upper() + place[1:]
    says = f"{place}, {quote(e.matched)}, speaks for {_value(e.value)} as {label(e.conclusion)}"
    if held is None:
        return f"{says}; what else was seen contradicts it, so none is told."
    return f"{says}; what speaks for {_value(held)} is stronger."


def _value(value: str | bool) -> str:
    if isinstance(value, bool):
        return quote("yes" if value else "no")
    return quote(value)
