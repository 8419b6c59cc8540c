"""Firmware texts: version numbers, build date, platform and customer code, by the maker's habit.

File: knowledge/data/firmware.toml. Most advisories are decided by a build date, so a date is only
given where the text holds one in that maker's form; an impossible date is no date.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from custodes.errors import KnowledgeError
from custodes.knowledge import graph

TEXT_LIMIT: Final = 160  # characters
GROUPS: Final = frozenset({"version", "build", "platform", "customer", "revision"})
# The last number of each part: of "2.800.00AC006.0" these are 2, 800, 6 and 0.
_NUMBERS: Final = re.compile(r"[0-9]+(?=[^0-9._-]*(?:[._-]|$))")
_FIRST_YEAR: Final = 1998  # no network camera is older
_LAST_YEAR: Final = 2079


@dataclass(frozen=True, slots=True)
class Firmware:
    """One firmware text, taken apart. `numbers` compare as versions of one line do.

    `platform` is the hardware line that the build is for (Hikvision "IPC_G5", Uniview "B3801");
    `customer` the maker's mark of whom it was built for (Dahua "AC": Amcrest); `form` names the
    entry of firmware.toml that read it.
    """

    maker: str
    text: str
    form: str
    source: str
    version: str
    numbers: tuple[int, ...]
    build_date: date | None = None
    platform: str | None = None
    customer: str | None = None
    revision: str | None = None

    @property
    def is_checked(self) -> bool:
        """Whether this way of writing was found in public, or is only remembered."""
        return "unverified" not in self.source


@dataclass(frozen=True, slots=True)
class Form:
    """How some makers write their firmware."""

    id: str
    makers: tuple[str, ...]
    pattern: re.Pattern[str]
    source: str
    yes: tuple[Mapping[str, Any], ...]
    no: tuple[str, ...]
    note: str = ""

    def read(self, maker: str, text: str) -> Firmware | None:
        """The text taken apart; None where it is not of this form."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        parts = found.groupdict()
        return Firmware(
            maker=maker,
            text=text,
            form=self.id,
            source=self.source,
            version=parts["version"],
            numbers=tuple(int(number) for number in _NUMBERS.findall(parts["version"])),
            build_date=build_date(parts.get("build")),
            platform=parts.get("platform") or None,
            customer=parts.get("customer") or None,
            revision=parts.get("revision") or None,
        )


def parse(maker: str | None, text: str | None) -> Firmware | None:
    """Take a firmware text apart by its maker's habit; None where no form of the maker fits.

    A badge without forms of its own is read by those of the maker behind it, where the maker
    graph says who that is for the whole badge.

    >>> found = parse("Hikvision", "V5.5.6 build 180326")
    >>> found.numbers, found.build_date.isoformat()
    ((5, 5, 6), '2018-03-26')
    """
    text = (text or "").strip()
    return _parse(maker, text) if maker and text and len(text) <= TEXT_LIMIT else None


@lru_cache(4_096)
def _parse(maker: str, text: str) -> Firmware | None:
    own = _by_maker().get(maker)
    if own is None:
        edge = graph.maker_of(maker)
        own = _by_maker().get(edge.maker, ()) if edge else ()
    return next((found for form in own if (found := form.read(maker, text)) is not None), None)


def build_date(text: str | None) -> date | None:
    """The day that a build text names (YYMMDD, YYYYMMDD, YYYY-MM-DD …); None where it is none.

    >>> build_date("180326"), build_date("2020-12-30"), build_date("991399")
    (datetime.date(2018, 3, 26), datetime.date(2020, 12, 30), None)
    """
    digits = "".join(filter(str.isdecimal, text or ""))[:8]
    if not digits.isascii() or len(digits) not in (6, 8):
        return None
    year = int(digits[:-4]) + (0 if len(digits) == 8 else 2000)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, int(digits[-4:-2]), int(digits[-2:]))
    except ValueError:
        return None


@cache
def forms() -> tuple[Form, ...]:
    """Every form, in file order.

    Raises:
        KnowledgeError: the file cannot be read, or an entry lacks something.
    """
    path = files("custodes.knowledge") / "data" / "firmware.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_form(raw) for raw in document["form"])
    except (tomllib.TOMLDecodeError, TypeError, KeyError, re.error) as error:
        raise KnowledgeError(f"firmware.toml: {error}") from error


@cache
def _by_maker() -> Mapping[str, tuple[Form, ...]]:
    found: dict[str, tuple[Form, ...]] = {}
    for form in forms():
        for maker in form.makers:
            found[maker] = (*found.get(maker, ()), form)
    return MappingProxyType(found)


def _form(raw: Mapping[str, Any]) -> Form:
    values = dict(raw)
    values["pattern"] = re.compile(raw["pattern"], re.ASCII | re.IGNORECASE)
    for key in ("makers", "yes", "no"):
        values[key] = tuple(raw[key])
    form = Form(**values)
    groups = set(form.pattern.groupindex)
    if "version" not in groups or groups - GROUPS or not form.source:
        raise KnowledgeError(f"firmware.toml: {form.id}: groups {sorted(groups)}, or no source")
    return form
