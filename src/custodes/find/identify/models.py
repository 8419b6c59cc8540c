"""What the form of a model number, a serial or a version text tells. Pure.

A form supports; it does not prove. Sources: models that the makers' own devices report in the
collections named in docs/howto/identify.md.
"""

import re
from functools import lru_cache
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.matcher import shipped

_TYPES: Final = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        # Hikvision: DS-K access control, DS-KV/KD/KB/KH door stations, DS-3E switches
        (r"i?DS-K[VDBPH]\d.*", "intercom"),
        (r"i?DS-K\d.*", "access control"),
        (r"DS-3E.*", "switch"),
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
        (r"CP-U[NV][CPBST].*", "camera"),
        (r"CP-U[NV]R.*", "recorder"),
        # Axis
        (r"(?:AXIS )?(?:M7|P7|Q7)\d{3}.*|(?:AXIS )?24[0-9][A-Z]?", "encoder"),
        (r"(?:AXIS )?(?:I8|A8)\d{3}.*", "intercom"),
        (r"(?:AXIS )?A1\d{3}.*", "access control"),
        (r"(?:AXIS )?C[1-8]\d{3}.*", "audio"),
        (r"(?:AXIS )?D4\d{3}.*", "strobe siren"),
        (r"(?:AXIS )?D2\d{3}.*", "radar"),
        (r"(?:AXIS )?S[123]\d{3}.*", "recorder"),
        (r"(?:AXIS )?(?:[PQMFV][1-9]\d{3}|20\d|21\d|22\d|2[14][0-9]0)(?!\d).*", "camera"),
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
)
_RECORDER_WORD: Final = re.compile(r"(?:^|[^A-Z])(?:[NDXH]VR)(?:[^A-Z]|$)")
_OWN: Final = (
    (re.compile(r"i?DS-(?:[2-9]|[AEKT])[A-Z0-9-].*"), "Hikvision"),
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
def device_type_of(model: str) -> str | None:
    """The type of device that a model number is the number of; None where its form is not known."""
    text = model.strip()[:120]
    for rule, _ in shipped().match("model", text):
        if rule.device_type is not None:
            return rule.device_type
    for pattern, kind in _TYPES:
        if pattern.fullmatch(text):
            return kind
    return "recorder" if _RECORDER_WORD.search(text.upper()) else None


@lru_cache(8_192)
def own_brand(model: str) -> str | None:
    """The maker whose own-brand numbers have this form; a rebadge usually carries its own."""
    for pattern, name in _OWN:
        if pattern.fullmatch(model.strip()[:120]):
            return name
    return None


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
