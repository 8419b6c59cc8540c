"""Plain words for what a thing is, in banners, titles and descriptions that name no product. Pure.

"IPCamera Login" is a camera of nobody in particular; "ADSL2+ Router" is no camera. A word is
believed less than any fingerprint.
"""

import re
from functools import cache, lru_cache
from typing import Final

from custodes.find.identify import models, names
from custodes.find.identify.claims import DEFAULT, LOOKS, Reading
from custodes.find.identify.wordstarts import starts
from custodes.knowledge.devices import DEVICE_TYPES, device_type

_SOURCE: Final = "the plain meaning of the words"
_CAMERA: Final = (
    r"(?:ip|internet[ _-]protocol|network|net|web|internet|box|dome|bullet|ptz|fisheye|thermal|"
    r"panoramic|turret|"
    r"surveillance|security|cctv|wireless|hd|video)[ _-]?cam(?:era)?s?(?: ?server)?|ipcam\w*|"
    r"webcam|(?<=\d )camera|camera server|video (?:viewer|network station)"
)
_RECORDER: Final = (
    r"(?:network|digital|embedded|hybrid)[ _-](?:net[ _-])?(?:video[ _-]|disk[ _-])?"
    r"(?:recorder|dvr|nvr)|[ie]?[ndxh]vrs?|video[ _-]recorder"
)
_PRINTER: Final = (
    r"(?:laser|desk|office|design|photo)jet|printer|jetdirect|docuprint|bizhub|imagerunner|"
    r"multifunction|mfp|copier"
)
_MODEM: Final = (
    r"(?:adsl2?\+?|vdsl|dsl|cable|docsis)(?: [\w/+-]+){0,2} (?:router|modem)|home ?gateway|"
    r"broadband router"
)
_SWITCH: Final = (
    r"(?:ethernet|gigabit|managed|poe|smart|network|core|access|procurve|fabric) "
    r"(?:\w+ ){0,2}switch|switch"
)
_SENSOR: Final = (
    r"(?:temperature|humidity|environment\w*) ?(?:&|and)? ?(?:sensor|monitor)\w*|sensor gateway"
)
# What records television, not what a camera sees.
_SET_TOP: Final = (
    r"(?:tivo|dish|directv|hopper|humax|echostar|topfield|freeview|satellite|sky\+?|cable|tv|hdtv|"
    r"moxi|dreambox|enigma2?) (?:\w+ ){0,2}(?:[hp]?dvrs?|pvrs?|(?:digital )?(?:video )?recorder)|"
    r"set[- ]top(?: box)?|iptv stb"
)
# The first that is found in a text decides, so that "print server" is no server.
_WORDS: Final = (
    (_SET_TOP, "set-top box"),
    (r"print ?server|document server", "print server"),
    (r"strobe|siren", "strobe siren"),
    (r"(?:network )?(?:video )?(?:intercom|door ?station|door ?phone)", "intercom"),
    (r"access control(?:ler)?|door controller|face recognition terminal", "access control"),
    (r"video (?:encoder|decoder|server)|camera encoder", "encoder"),
    (_CAMERA, "camera"),
    (_RECORDER, "recorder"),
    (r"network radar|security radar", "radar"),
    (r"(?:network |horn |cabinet |ceiling )?speakers?|audio (?:bridge|amplifier)", "audio"),
    (_PRINTER, "printer"),
    (r"firewall|threat defense|security gateway|utm", "firewall"),
    (r"access point|wap", "wap"),
    (_MODEM, "broadband router"),
    (r"(?:\w+ ){0,2}router|routeros", "router"),
    (_SWITCH, "switch"),
    (r"ethernet hub|10/100 hub|hub", "hub"),
    (r"ups\d*|uninterruptible|upscontroller|ups_server", "ups"),
    (r"power (?:control|distribution|system|supply|strip)|pdu", "power distribution unit"),
    (_SENSOR, "sensor gateway"),
    (r"voip|sip phone|ip phone|analog telephone|handytone|telephone", "voip"),
    (r"esxi?|hypervisor|vmware", "hypervisor"),
    (r"nas|diskstation|freenas|truenas|storage array", "nas"),
    (r"media gateway|softswitch", "telecom"),
    (r"fib(?:er|re) amplifier|optical (?:transport|amplifier|line)", "optical network"),
    (r"thin client", "thin client"),
    (r"device server|serial server", "device server"),
    (r"integrated lights-out|lights out|idrac|bmc", "lights out management"),
)


@cache
def _any() -> re.Pattern[str]:
    every = "|".join(f"(?:{pattern})" for pattern, _ in _WORDS)
    return re.compile(rf"(?<![a-z])(?:{every})(?![a-z])")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])"), kind) for pattern, kind in _WORDS
    )


# "Video encoder" is said of surveillance and of broadcast gear alike.
# The beginning of a word of each.
_MENTIONS: Final = frozenset(
    "github issue pull how what why blog forum forums wikipe reddit stack stacko overfl youtub "
    "amazon ebay buy price review best tutori vs home add datash downlo cheap sale vulner exploi "
    "cve store shop driver plugin integr compat resell distri wholes dealer list app firmwa suppor "
    "docume guide manual wordpr openha instal suppli soluti our camera cams dvrs nvrs news "
    "webcam".split()
)
_UNTOLD: Final = frozenset({"encoder"})
# Pages about devices, not of them: a brand or a kind in their titles is only mentioned.
_MENTION: Final = (
    r"(?i)\b(?:github$|github -|issue #\d|pull request|how (?:to|do|can)|what is|why |blog$|"
    r"forums?\b|wikipedia|reddit|stack ?overflow|youtube|amazon\.|ebay|buy |price|reviews?\b|"
    r"best \w+ |tutorial|vs\.?\b|add support|datasheet|download center|wordpress|openhab|"
    r"cheap|for sale|vulnerabilit(?:y|ies)|exploit|cve-\d|(?<=\w )(?:store|shop)\b|drivers?\b|"
    r"plug-?ins?\b|integrations?\b|compatib\w+|resellers?\b|distributors?\b|wholesale|dealers?\b|"
    r"(?:camera|device|product|dvr|nvr)s? list\b|(?:app|firmware|software) downloads?\b|"
    r"download (?:the )?(?:app|firmware|software)\b|support (?:page|cent(?:er|re)|portal)\b|"
    r"documentation\b|(?:user'?s? )?(?:guide|manual)s?\b|install(?:ations?|ers?)\b|suppliers?\b|"
    r"solutions\b|our\b|(?:ip|network|security|surveillance|cctv|wireless)[ -]?(?:cameras|cams)\b|"
    r"(?:dvr|nvr)s\b|news\b|webcams\b|webcam (?:portal|site|gallery|network|directory)\b)|"
    r"[-|·:] (?:home assistant|support)\b"
)
_HINTS: Final = tuple(
    "cam|dvr|nvr|pvr|set-t|set t|stb|xvr|hvr|video|record|door|intercom|access|print|jet|strobe|"
    "siren|radar|speaker|"
    "audio|mfp|copier|multif|firewall|defense|gateway|utm|wap|dsl|docsis|cable|router|switch|hub|"
    "ups|unint|power|pdu|sensor|monitor|voip|phone|handy|esx|hyperv|vmware|nas|disk|storage|fib|"
    "optic|client|server|lights|idrac|bmc|docu|bizhub|imager".split("|")
)  # one of them is in whatever the words above match


@lru_cache(8_192)
def is_mention(title: str) -> bool:
    """Whether a page's title speaks about devices instead of naming the one that sends it.

    >>> is_mention("How to reset your Dahua NVR | Blog"), is_mention("AXIS P3343 Network Camera")
    (True, False)
    """
    text = title[:400]
    if _MENTIONS.isdisjoint(starts(text)):
        return False
    return _mention().search(text) is not None


@cache
def _mention() -> re.Pattern[str]:
    return re.compile(_MENTION)


@lru_cache(8_192)
def device_type_in(text: str) -> str | None:
    """The type of device that the words of a short text name; the first in our order wins."""
    exact = device_type(text)
    if exact is not None and exact != "video encoder":
        return exact
    text = text[:512]
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS) or _any().search(lowered) is None:
        return None
    for pattern, kind in _patterns():
        if pattern.search(lowered):
            return kind
    return None


def plain(field: str, text: str) -> Reading:
    """What a title, a realm, a banner or a description calls the thing."""
    reading = Reading("plain-words", field, _SOURCE)
    kind = device_type_in(text)
    if kind not in _UNTOLD:
        reading.say("device_type", kind, LOOKS - 0.1, text[:200])
    if kind in (None, *_UNTOLD) and _watches(text):
        reading.say("is_surveillance", True, LOOKS - 0.15, text[:200])
    return reading


def filmed(field: str, text: str) -> Reading:
    """What the name of a stream calls its source, where that is surveillance equipment."""
    reading = plain(field, text)
    kinds = [c.value for c in reading.claims if c.conclusion == "device_type"]
    if any(not DEVICE_TYPES.get(str(kind)) for kind in kinds):
        reading.claims.clear()  # a stream is named by whoever sends it: "Router cam", "TV hub"
    return reading


_WATCHES: Final = re.compile(
    r"(?<![a-z])(?:cctv|video surveillance|"
    r"(?:ip|network|internet|web|camera) video (?:encoder|server))(?![a-z])|"
    r"^\W*video (?:web )?server\W*$"
)


def _watches(text: str) -> bool:
    """Whether words say what it is for, though not which kind: `Web CCTV Viewer`."""
    lowered = text[:256].lower()
    if "cctv" not in lowered and "video" not in lowered and "dvr" not in lowered:
        return False
    return _WATCHES.search(lowered) is not None


_MODEL: Final = re.compile(r"(?=[\w./-]{0,24}\d)[A-Za-z0-9][\w./()-]{1,24}(?: Mk ?II+)?")
_REVISION: Final = re.compile(r"V\d+\.\d+\w*$")
_VERSION: Final = re.compile(r"(?:version |ver\.? ?|v)?(\d+(?:\.\d+){1,5}\w*)", re.IGNORECASE)
_GREETS: Final = re.compile(
    r"(?:[\s;*\xff-]|220[ -])*(?:(?:welcom[ed]+ to|this is)(?: the)?|the|"
    r"(?:rtsp/rtp |session )?stream(?:ed)? (?:from|by)(?: the)?)?\s*",
    re.IGNORECASE,
)


def leading_name(field: str, text: str) -> Reading:
    """A banner that begins with a known name: `Grandstream HT802 1.0.3.2`, `The AXIS 200 Home`."""
    reading = Reading("leading-name", field, "the banner begins with a name of makers.toml")
    greeting = _GREETS.match(text)
    found = names.leading_brand(text[greeting.end() :] if greeting else text)
    if found is None:
        return reading
    vendor, rest = found
    reading.say("vendor", vendor, LOOKS, text[:200])
    if field.startswith("rtsp.") and names.makes_cameras(vendor):
        reading.say("is_surveillance", True, LOOKS - 0.1, text[:200])
    model = _MODEL.match(rest)
    if model is not None and not _VERSION.fullmatch(model[0]):
        number = _REVISION.sub("", model[0]).rstrip("./-")
        reading.say("model", number, LOOKS, text[:200])
        if names.makes_cameras(vendor):
            reading.say("device_type", models.device_type_of(number, vendor), LOOKS, text[:200])
    return reading


_NUMBER: Final = re.compile(
    r"(?<![A-Za-z0-9./-])(?=[A-Z0-9/-]{0,24}\d)[A-Za-z]{2,4}-[A-Z0-9][A-Z0-9/-]{2,24}(?![a-z])"
)


def numbered(field: str, text: str) -> Reading:
    """A model number somewhere in a title or a greeting: `Welcome to DCS-932L FTP Server`."""
    reading = Reading("model-in-text", field, "a model number of a form that stands in models")
    if "-" not in text:
        return reading
    for found in list(_NUMBER.finditer(text[:256]))[:4]:
        number = found[0].rstrip("/-")
        kind = models.device_type_of(number)
        if kind is None or not DEVICE_TYPES.get(kind):
            continue
        own = models.brand_of_number(number)
        reading.say("model", number, LOOKS, number)
        reading.say("device_type", kind, LOOKS, number)
        reading.say(DEFAULT, own, LOOKS, number)
        break
    return reading
