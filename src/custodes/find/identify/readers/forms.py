"""Forms in which any maker names itself: brand and product noun, copyright, certificate. Pure.

No maker's rule is needed where a text says `Huawei HG630` or `(c) 2004 Kyocera`: the brand stands
in makers.toml and what follows it is a product. A brand in a sentence is only spoken about, and
a library or a platform that passes streams on is never the vendor of the device.
"""

import re
from functools import cache, lru_cache
from typing import Final

from custodes.find.identify import models, names
from custodes.find.identify.claims import LOOKS, Reading
from custodes.find.identify.readers.words import device_type_in, is_mention, leading_name
from custodes.find.identify.wordstarts import SIZE, starts
from custodes.knowledge.makers import makers

_SOURCE: Final = "a name of makers.toml right before a product's noun or number"
_LOOKED_AT: Final = 320  # characters; what is longer is a page or a notice, not a name plate
_NOTICE: Final = 2_048
_MIDDLE: Final = 6  # words; a name behind more of them stands in a sentence
# Every maker's goods are named in sentences; these two are accused only by their own marks.
_ACCUSED: Final = frozenset({"Hikvision", "Dahua"})
# They write programs and parts for others' devices, or are ordinary words.
_FOR_OTHERS: Final = frozenset(
    "Microsoft;Google;Oracle;Apple;Intel;Apache;Nginx;Red Hat;Canonical;IBM;Broadcom;Espressif;"
    "Raspberry Pi;NVIDIA;Amazon;Wowza;Jenkins;GitLab;Grafana;Home Assistant;Yocto;Realtek;Symantec;"
    "Novell;Digium;Tuya;HiSilicon;Sercomm;ACME;Duo;Ring;NICE;Matrix Comsec;Mobility;Northern;Hills;"
    "Novo;Defender;Redline;Costar;Motion Project;Hunt;Salient;Impulse CCTV;Quantum;Smarter;Ajax;"
    "Genie CCTV;Digi;Algo;Nest;Blink;Eagle Eye;Sparsh;Veo;Paradox;Perle;Peloton;Tesla;Sega".split(
        ";"
    )
)
_PLACE: Final = re.compile(r"(?<![^\s(\[*|:;,>-])[A-Za-z0-9]")
_BEFORE: Final = re.compile(
    r"(?:\b(?:for|with|by|on|via|of|from|behind|than|and|or|against|like|to|no|not|compatible)|@)"
    r"[\s:]*$",
    re.IGNORECASE,
)
_WELCOME: Final = re.compile(
    r"\b(?:(?:welcom\w+|log(?:ged|ging)? ?(?:in|on)|connect\w*) ?to|this is)(?: the| an?)?\s*$",
    re.IGNORECASE,
)
# Words that begin the titles of pages about anything.
_EVERYDAY: Final = frozenset(
    "Apple;Sharp;Brother;Quantum;Ring;Nest;Blink;Digi;Amazon;Google;Oracle;Intel;Microsoft;Sony;"
    "Planet;Philips Hue;Samsung;Canon;Tesla;Smarter;Ajax;Algo;Paradox;Duo;Symbol;Kodak;Comet;"
    "Hills;Defender;Hunt;NICE;Mobility;Barco;Sega;Nintendo;LG;Toshiba;Panasonic;Xiaomi;"
    "Axis;Milestone;Eagle Eye;Casio;Lucent;Kemp;Swann;Vivint;Genie CCTV;Pelco;Olivetti;Northern;"
    "Huawei;Nokia;Ericsson;Bosch;Siemens;Honeywell;Motorola Solutions;IKEA;GoPro;Garmin".split(";")
)
_APART: Final = re.compile(r"(?:^|[\r\n]|[-–|:·*(\[]\s)[\s*]*$")
_NUMBER: Final = re.compile(r"(?=[\w./+-]{0,24}\d)(?=[\w./+-]{0,24}[A-Z])[A-Za-z0-9][\w./+-]{2,24}")
_NO_NUMBER: Final = re.compile(
    r"(?:v|ver|rev|r|build)?\.?\d+(?:\.\d+)+\w*|\d+(?:st|nd|rd|th|x|%|[ap]m)", re.IGNORECASE
)


_GREETING: Final = re.compile(r"^\W*(?:(?:welcom\w+ to|this is)\s+)?(?:the\s+)?", re.IGNORECASE)
_INTERFACE: Final = re.compile(
    r"\b(?:log ?[io]n|web\w*|config\w*|set ?up|status|home|admin\w*|manag\w*|interface|server|"
    r"view\w*|live\w*|control\w*|utility|console|panel|remote|device|service|main|menu|index|user|"
    r"system|client|network|audio|video|stream\w*|onvif|tv|box|hub|bridge|series|communications|"
    r"security|electronics|inc|corp\w*|ltd|technolog\w+)\b|\d",
    re.IGNORECASE,
)


@cache
def _first_words() -> frozenset[str]:
    """How the names that this reader may find begin, cut as wordstarts cuts words."""
    texts = [
        text
        for maker in makers().values()
        if maker.name not in _FOR_OTHERS
        for text in (maker.name, *maker.aliases)
    ]
    found = (re.match(r"[a-z0-9]+", text.lower()) for text in texts)
    return frozenset(word[0][:SIZE] for word in found if word and len(word[0]) > 1)


def plated(field: str, text: str) -> Reading:
    """A brand and its product: at the beginning, or behind what stands before on the same plate."""
    reading = leading_name(field, text)
    if field == "http.title" and reading.claims and _is_everyday(text):
        reading.claims = []
    if reading.claims or len(text) > _LOOKED_AT:
        return reading
    return inside(field, text)


def _is_everyday(text: str) -> bool:
    """`Sharp Dressed Man`, `Apple Pie`: the name is a word here, as no product follows it."""
    found = names.leading_brand(_GREETING.sub("", text, count=1))
    if found is None or found[0] not in _EVERYDAY:
        return False
    rest = found[1]
    if not rest or rest[0] in "-|([" or _is_product(rest) or device_type_in(text) is not None:
        return False
    return _INTERFACE.search(rest) is None


def inside(field: str, text: str) -> Reading:
    """`BusyBox v1.19.4 Huawei HG630 login:`: a brand right before a product's noun or number."""
    reading = Reading("brand-and-product", field, _SOURCE)
    found = _plate(text[:_LOOKED_AT])
    if found is None:
        return reading
    vendor, rest = found
    reading.say("vendor", vendor, LOOKS - 0.1, text[:200])
    number = _NUMBER.match(rest)
    if number is not None and not _NO_NUMBER.fullmatch(number[0]):
        model = number[0].rstrip("./-+")
        reading.say("model", model, LOOKS - 0.1, text[:200])
        if names.makes_cameras(vendor):
            kind = models.device_type_of(model, vendor)
            reading.say("device_type", kind, LOOKS - 0.1, text[:200])
    return reading


@lru_cache(8_192)
def _plate(text: str) -> tuple[str, str] | None:
    """The one brand that stands before a product in a text that is no sentence; and the product."""
    if _first_words().isdisjoint(starts(text)) or is_mention(text):
        return None
    for place in list(_PLACE.finditer(text))[:40]:
        before, after = text[: place.start()], text[place.start() : place.start() + 96]
        if after[:SIZE].lower() not in _openings() and not _begins(after):
            continue
        found = _lead(after)
        if found is None or found[0] in _ACCUSED or found[0] in _FOR_OTHERS:
            continue
        if _is_product(found[1]) and _stands_apart(before, found[0]):
            return found
    return None


_HYPHENATED: Final = re.compile(r"([A-Za-z]{4,20})[-_](?=[A-Z]{0,4}\d)")


def _lead(text: str) -> tuple[str, str] | None:
    """The name with which a text begins, also one joined to its number: `Netopia-3000/123`."""
    found = names.leading_brand(text)
    joined = _HYPHENATED.match(text) if found is None else None
    named = names.brand(joined[1]) if joined is not None else None
    return (named, text[joined.end() :]) if joined is not None and named is not None else found


@cache
def _openings() -> frozenset[str]:
    return frozenset(word for word in _first_words() if len(word) == SIZE)


def _begins(after: str) -> bool:
    """Whether a word of fewer than six letters is how a known name begins."""
    word = re.match(r"[A-Za-z0-9]+", after)
    return word is not None and len(word[0]) < SIZE and word[0].lower() in _first_words()


# `TASKalfa 3050ci`, `Phaser 6510`: a word of the maker's own and a number that is no year
_SERIES: Final = re.compile(r"[A-Z][A-Za-z]{2,14} (?!(?:19|20)\d\d\b)[A-Z]{0,3}\d{3,5}[a-z]{0,3}\b")


def _is_product(rest: str) -> bool:
    number = _NUMBER.match(rest)
    if number is not None and not _NO_NUMBER.fullmatch(number[0]):
        return True
    if _SERIES.match(rest):
        return True
    line = re.split(r"[\r\n]", rest, maxsplit=1)[0]
    return device_type_in(" ".join(line.split()[:3])) is not None


def _stands_apart(before: str, brand: str) -> bool:
    """Whether what precedes makes the name a plate: nothing, a break, a greeting, a few words."""
    if _WELCOME.search(before) or _APART.search(before):
        return True
    if names.makes_cameras(brand) or _BEFORE.search(before):
        return False
    line = re.split(r"[\r\n]", before)[-1]
    return len(line.split()) < _MIDDLE


_SOLE: Final = "the only name of makers.toml in a text whose words are those of no camera"
SOLE_FIELDS: Final = frozenset(
    "http.title http.realm http.header.server sip.banner sip.user_agent ftp.banner telnet.banner "
    "ssh.banner snmp.sysDescr upnp.server upnp.modelDescription dhcp.vendor_class".split()
)


def sole(field: str, text: str) -> Reading:
    """The one maker that a short text names anywhere, asked only where the kind is no camera's."""
    reading = Reading("only-name", field, _SOLE)
    named = _named_in(text[:_LOOKED_AT])
    if len(named) == 1:
        reading.say("vendor", named[0], LOOKS - 0.15, text[:200])
    return reading


@lru_cache(8_192)
def _named_in(text: str) -> tuple[str, ...]:
    """The makers that are named in a text that is no page about devices, each once."""
    if _first_words().isdisjoint(starts(text)) or is_mention(text):
        return ()
    found: dict[str, None] = {}
    for place in list(_PLACE.finditer(text))[:40]:
        after = text[place.start() : place.start() + 96]
        if after[:SIZE].lower() not in _openings() and not _begins(after):
            continue
        named = _lead(after)
        if named is None or named[0] in _FOR_OTHERS or named[0] in _ACCUSED:
            continue
        before = text[: place.start()]
        if _BEFORE.search(before) and not _WELCOME.search(before):
            return ()
        found[named[0]] = None
    return tuple(found)


_OWNED: Final = "the maker's own copyright notice"
_COPYRIGHT: Final = re.compile(
    r"(?:copyright|\(c\)|©|&copy;|&#169;)(?:\s|\(c\)|©|&copy;|&#169;|by|,|:){0,6}"
    r"(?:(?:19|20)\d\d\s?(?:[-–,/]\s?(?:19|20)?\d\d\s?){0,3}[,.]?\s*(?:by\s+)?)?"
    r"([A-Za-z0-9][^\r\n<>]{1,60})",
    re.IGNORECASE,
)
_PAGE_MARKS: Final = ("password", "<frame", "login", "logon", "log in")


def owned(field: str, text: str) -> Reading:
    """`(c) 1996-2004 Lexmark International`: whoever made the device wrote its pages too.

    A shop or a portal has such a notice as well: of a page only one with a log-in or frames is
    read, and only for makers without cameras, which are nobody's platform.
    """
    reading = Reading("copyright-notice", field, _OWNED)
    head = text[:_LOOKED_AT] if field != "http.body" else text
    lowered = head.lower()
    if not any(mark in lowered for mark in ("copyright", "(c)", "©", "&copy;", "&#169;")):
        return reading
    is_page = field == "http.body"
    if is_page and not any(mark in lowered for mark in _PAGE_MARKS):
        return reading
    owners = {
        brand: found[0]
        for found in list(_COPYRIGHT.finditer(head[: 16 * _NOTICE]))[:4]
        if (brand := _owner(found[1], is_page)) is not None
    }
    if len(owners) == 1:
        brand, shown = next(iter(owners.items()))
        reading.say("vendor", brand, LOOKS - 0.15, " ".join(shown.split())[:200])
    return reading


def _owner(text: str, is_page: bool) -> str | None:
    found = names.leading_brand(text)
    if found is None or found[0] in _ACCUSED or found[0] in _FOR_OTHERS:
        return None
    if re.match(r"(?:and|&|&amp;|or)\s", found[1]):
        return None  # a notice of several
    return None if is_page and names.makes_cameras(found[0]) else found[0]


_CERTIFICATE: Final = "the names in a device's own certificate"
_NAMES: Final = re.compile(r"(?:^|[,/+]\s{0,2})(CN|OU|O)\s?=\s?\"?([^,/+\"=]{2,80})")
_SHORT: Final = 4  # words behind a name; a longer text is no model's
_FOR: Final = re.compile(
    r"(?:management |web |ssl )?certificate for ([\w .-]{2,40})", re.IGNORECASE
)


def certified(text: str) -> Reading:
    """`CN=Polycom Inc., OU=VVX 410`: a known maker, whole, in whichever of the three names."""
    reading = Reading("certificate-maker", "tls.subject", _CERTIFICATE)
    for part, value in _NAMES.findall(text[:1024]):
        plain = _FOR.search(value)
        name = names.brand(plain[1] if plain else value.split("(")[0])
        if name is None and part != "O":
            found = names.leading_brand(value)
            short = found is not None and "." not in value and len(found[1].split()) < _SHORT
            name = found[0] if found is not None and short else None
        if name is not None and name not in _ACCUSED and name not in _FOR_OTHERS:
            reading.say("vendor", name, LOOKS - 0.1, value.strip())
            return reading
    return reading


_SHELL: Final = re.compile(r"SSH-\d\.\d+-([A-Za-z][A-Za-z0-9]{2,24})(?=[-_ /.]|$)")


def spoken(text: str) -> Reading:
    """`SSH-2.0-Cisco-1.25`: a shell that its maker named after itself."""
    reading = Reading("ssh-named", "ssh.banner", "the name that the device's own shell gives")
    found = _SHELL.match(text)
    name = names.brand(found[1]) if found is not None else None
    if name is not None and name not in _FOR_OTHERS:
        reading.say("vendor", name, LOOKS, text[:200])
    return reading
