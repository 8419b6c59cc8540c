"""What the form of a model number, a serial or a version text tells. Pure.

A form supports; it does not prove. Sources: models that the makers' own devices report in the
collections named in docs/howto/identify.md.
"""

import re
from functools import cache, lru_cache
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.matcher import shipped

_TYPES: Final[tuple[tuple[str, ...], ...]] = (
    # Hikvision: DS-K access control, DS-KV/KD/KB/KH door stations, DS-3E switches
    (r"i?DS-K[VDBPH]\d.*", "intercom"),
    (r"i?DS-K\d.*", "access control"),
    (r"DS-3[ETWX].*", "switch"),
    (r"DS-HD\d.*", "door station"),
    (r"DS-Q[A-Z].*", "audio"),
    (r"DS-[MA]P\d{4}.*|DS-M[PD]?\d{4}.*", "recorder"),
    (r"i?DS-[7-9]\d{3}.*|i?DS-A\d.*|DS-E\d{2}.*|HW[ND]-.*|HL-DVR-.*", "recorder"),
    (r"DS-6[479]\d{2}.*", "decoder"),
    (r"DS-6[0-367]\d{2}.*", "encoder"),
    (r"i?DS-2[A-Z]{2}.*|i?DS-T[A-Z]\d.*|HWI-.*|HIKVISION DS-2.*", "camera"),
    # Dahua and those who keep its numbers
    (r"(?:DH-|DHI-)?VT[OHA].*", "intercom"),
    (r"(?:DH-|DHI-)?AS[IC]\d.*", "access control"),
    (r"(?:DH-|DHI-)?(?:IPC|SD-?\d|TPC|HAC|PTZ|PSDW|ITC).*", "camera"),
    (r"(?:DH-|DHI-)?(?:[NDXH][VC]R|HCVR|XVR|EVS|IVSS|MHDX|NVR-).*", "recorder"),
    (r"(?:DH-|DHI-)?NVS.*", "encoder"),
    (r"(?:DH-|DHI-)?NVD.*", "decoder"),
    (r"(?:DH-|DHI-)?PFS\d.*|(?:DH-|DHI-)?[CA]S4\d{3}.*", "switch"),
    (r"(?:DH-|DHI-)?(?:MXVR|MCVR|MNVR).*", "recorder"),
    # software and others whose numbers are plain
    (
        (
            r"(?i)XProtect.*|Surveillance Station.*|QVR.*|Open Network Bridge|ONVIF Bridge"
            r"|Security Center.*|Nx Witness.*|Digifort.*|Blue Iris.*"
        ),
        "video management system",
    ),
    (
        r"(?:2N )?(?:Helios )?IP (?:Verso|Force|Solo|Style|Uni|Vario|Base|Safety)\b.*",
        "intercom",
    ),
    (r"CP-U[NV][CPBST].*", "camera"),
    (r"CP-U[NV]R.*", "recorder"),
    # Axis
    (r"(?:AXIS )?(?:M7|P7|Q7)\d{3}.*|(?:AXIS )?24[0-9][A-Z]?", "encoder", "Axis"),
    (r"(?:AXIS )?(?:I8|A8)\d{3}.*", "intercom", "Axis"),
    (r"(?:AXIS )?A1\d{3}.*", "access control", "Axis"),
    (r"(?:AXIS )?C[1-8]\d{3}.*", "audio", "Axis"),
    (r"(?:AXIS )?D4\d{3}.*", "strobe siren", "Axis"),
    (r"(?:AXIS )?D2\d{3}.*", "radar", "Axis"),
    (r"(?:AXIS )?S[123]\d{3}.*", "recorder", "Axis"),
    (r"(?:AXIS )?(?:[PQMFV][1-9]\d{3}|20\d|21\d|22\d|2[14][0-9]0)(?!\d).*", "camera", "Axis"),
    # Bosch
    (r"(?:FLEXIDOME|DINION|AUTODOME|AutoDome|MIC |NDC-|NDN-|NBN-|NIN-|TINYON).*", "camera"),
    (r"(?:DIVAR|VIDOS).*", "recorder"),
    (r"(?:VIDEOJET|VIP[- ]X).*", "encoder"),
    # Uniview
    (r"IPC\d{3,4}[A-Z].*", "camera"),
    (r"NVR\d{3}-.*", "recorder"),
    # others
    (
        r"DCS-\d{3,4}.*|WV-[SNXU].*|SN[BDPVOFZ]-\d.*|[QXPL]N[BDPVOFZ]-\d.*|DC-[A-Z]\d{4}.*",
        "camera",
    ),
    (r"[XLHSP]RN-\d.*|DNR-\d.*|SRD-\d.*|WJ-N[XVD].*", "recorder"),
)


@cache
def _types() -> tuple[tuple[re.Pattern[str], str, str | None], ...]:
    """What a number of each form is the number of, and whose form it is where it is one's own."""
    return tuple(
        (re.compile(pattern), kind, owner[0] if owner else None) for pattern, kind, *owner in _TYPES
    )


# Numbers so plain that they tell something only beside the name of their brand.
_PLAIN: Final = {
    "DoorBird": (re.compile(r"D\d{3,4}[A-Z]{0,3}(?:-.*)?"), "intercom"),
    "NUUO": (re.compile(r"N[TV]-\d{4}.*"), "recorder"),
}
_RECORDER_WORD: Final = re.compile(r"(?:^|[^A-Z])(?:[NDXH]VR)(?:[^A-Z]|$)")
_OWN: Final = (
    (re.compile(r"i?DS-(?:[2-9]|[ADEHKMPQTU])[A-Z0-9-].*"), "Hikvision"),
    (re.compile(r"DHI?-.*|IPC-H(?:DW|FW|DBW|UM|F|DB)\w*-?.*|VTO\d{4}.*|VTH\d{4}.*"), "Dahua"),
)
_SHARED: Final = re.compile(
    r"(?:IPC|IPD|[NDXH]VR|HCVR|XVR|SD|PTZ|HDCVI|H264|TPC|VTO)(?![A-Z])", re.IGNORECASE
)
_DAHUA_SERIAL: Final = re.compile(r"[0-9A-Z]{7}P[A-Z]{2}[0-9A-Z]{5}")
_BUILD: Final = re.compile(r"\s*build\s*(\d{6})\b", re.IGNORECASE)
_GENERIC_MODEL: Final = re.compile(
    r"(?:ip[ _-]?cam(?:era)?|network[ _]?camera|camera|ipc|ipcam|nvt|nvr|dvr|xvr|onvif|general|"
    r"unknown|n/?a|none|null|h\.?26[45]|model|device|hd|\d{1,4})",
    re.IGNORECASE,
)


@lru_cache(8_192)
def device_type_of(model: str, brand: str | None = None) -> str | None:
    """The type of device that a model number is the number of; None where its form is not known.

    Numbers of the form of another brand than the one named tell nothing: V6202 is a camera of
    Axis' only where it is not Infinova's.
    """
    text = model.strip()[:120]
    plain = _PLAIN.get(brand or "")
    if plain is not None and plain[0].fullmatch(text):
        return plain[1]
    for rule, _ in shipped().match("model", text):
        if rule.device_type is not None and agrees(brand, rule.vendor or rule.maker):
            return rule.device_type
    for pattern, kind, owner in _types():
        if pattern.fullmatch(text) and agrees(brand, owner):
            return kind
    return "recorder" if _RECORDER_WORD.search(text.upper()) else None


def agrees(brand: str | None, owner: str | None) -> bool:
    """Whether a number of `owner`'s can stand on goods of this brand, as far as both are known."""
    if brand is None or owner is None or brand == owner:
        return True
    return names.may_be_built_by(brand, owner) or names.may_be_built_by(owner, brand)


@lru_cache(8_192)
def own_brand(model: str) -> str | None:
    """The maker whose own-brand numbers have this form; a rebadge usually carries its own."""
    for pattern, name in _OWN:
        if pattern.fullmatch(model.strip()[:120]):
            return name
    return None


@lru_cache(8_192)
def brand_of_number(model: str) -> str | None:
    """The one brand whose numbers have this form, where only one has."""
    own = own_brand(model)
    if own is not None:
        return own
    named = {rule.vendor for rule, _ in shipped().match("model", model.strip()[:120])} - {None}
    return named.pop() if len(named) == 1 else None


@lru_cache(8_192)
def badge(maker: str, model: str) -> str | None:
    """The one other brand under which `maker` sells this model, as far as its number shows.

    Numbers that begin with what a thing is ("IPC-T5442", "NVR-16") are in use under many badges.
    """
    text = model.strip()[:120]
    if own_brand(text) is not None or _SHARED.match(text):
        return None
    shown = {
        rule.vendor
        for rule, _ in shipped().match("model", text)
        if rule.vendor and rule.vendor != maker and maker in (rule.maker, None)
    }
    if len(shown) == 1:
        return shown.pop()
    return names.brand_of_model(maker, text) or names.brand_in_model(text)


def is_dahua_serial(serial: str) -> bool:
    """Whether a serial number has the 15-character form of Dahua's own-brand devices."""
    return _DAHUA_SERIAL.fullmatch(serial) is not None


# <model><channels><YYYYMMDD made><AA|BB|CC><WR|CH|RR|…><number>: nobody else numbers so.
_HIKVISION_SERIAL: Final = re.compile(
    r"[A-Z0-9][\w/().-]{1,30}20[0-3]\d(?:0[1-9]|1[0-2])[0-3]\d[A-C]{2}(?:WR|CH|RR|AR|CN)\w{6,20}"
)
_UNIVIEW_SERIAL: Final = re.compile(r"210235[A-Z0-9]{14}")
_UNIVIEW_FIRMWARE: Final = re.compile(r"[A-Z]{2,5}[_-][A-Z]{1,2}\d{4}-B\d{4}P\d{1,3}D\d{4}\w{0,12}")


def maker_of_serial(serial: str) -> str | None:
    """Who numbers devices in this form; a rebadge keeps the number that its maker gave it.

    >>> maker_of_serial("DS-7804HQH-K10420190822CCCHD53257168WCVU")
    'Hikvision'
    """
    text = serial.strip()[:80]
    if _HIKVISION_SERIAL.fullmatch(text):
        return "Hikvision"
    return "Uniview" if _UNIVIEW_SERIAL.fullmatch(text) else None


def maker_of_firmware(version: str) -> str | None:
    """Whose firmware names itself in this form, of those forms that nobody else uses."""
    return "Uniview" if _UNIVIEW_FIRMWARE.fullmatch(version.strip()[:80]) else None


def is_generic(model: str) -> bool:
    """Whether a model field holds a word that is nobody's model number."""
    return _GENERIC_MODEL.fullmatch(model.strip()) is not None


def firmware(version: str, released: str = "") -> str:
    """A version as one line, "V5.5.6 build 180326", however the device spaces it.

    >>> firmware("V3.5.38build 191215"), firmware("V5.2.0", "build 140721")
    ('V3.5.38 build 191215', 'V5.2.0 build 140721')
    """
    text = f"{version.strip()} {released.strip()}".strip()
    return _BUILD.sub(r" build \1", text, count=1)
