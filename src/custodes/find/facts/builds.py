"""When a firmware was made, and for which platform and region, from the words of makers. Pure."""

import re
from datetime import date
from typing import Final

FIRST, LAST = 1998, 2099
_MONTHS: Final = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_SIX: Final = re.compile(r"(?i)build\s{0,4}:?\s{0,4}(\d{2})(\d{2})(\d{2})(?!\d)")
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_EIGHT: Final = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_WORDS: Final = re.compile(r"\b([A-Za-z]{3})[a-z]{0,6}\s{1,3}(\d{1,2}),?\s{1,3}(\d{4})\b")
_PLATFORM: Final = re.compile(r"[A-Z]-[A-Z]-([A-Z]{1,2}\d{1,2})-\d{1,3}")
_REGION: Final = re.compile(r"(?:AA|CC)(CH|WR|RR|RG)(?![a-z])")


def build_date(text: str) -> str | None:
    """The day that a firmware was made, as YYYY-MM-DD; None where the text names none.

    >>> build_date("V5.7.18 build 240826"), build_date("2.800.0000000.8.R,build:2020-12-30")
    ('2024-08-26', '2020-12-30')
    >>> build_date("Nov 02 2021 14:40"), build_date("V5.7.18")
    ('2021-11-02', None)
    """
    text = text[:256]
    six = _SIX.search(text)
    if six is not None:
        year, month, number = map(int, six.groups())
        return _day(2000 + year, month, number)
    for pattern in (_ISO, _EIGHT):
        found = pattern.search(text)
        if found is not None and (day := _day(*map(int, found.groups()))) is not None:
            return day
    words = _WORDS.search(text)
    if words is not None and words[1].lower() in _MONTHS:
        return _day(int(words[3]), _MONTHS[words[1].lower()], int(words[2]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made.isoformat() if FIRST <= year <= LAST else None


def platform(version: str, device_type: str) -> str | None:
    """The platform that `firmwareVersionInfo` names; with IPC_ before it for a camera.

    >>> platform("B-R-G5-0", "IPCamera"), platform("B-R-K8-0", "NVR"), platform("V5", "IPCamera")
    ('IPC_G5', 'K8', None)
    """
    found = _PLATFORM.fullmatch(version.strip())
    if found is None:
        return None
    return f"IPC_{found[1]}" if device_type.upper().startswith("IP") else found[1]


def region(serial: str) -> str | None:
    """The letters of the region in a serial number of Hikvision's form.

    >>> region("DS-2CD2386G2-IU20200101AAWRJ00000000"), region("4K05A1CPAK12345")
    ('WR', None)
    """
    found = _REGION.search(serial[:128])
    return found[1] if found is not None else None
