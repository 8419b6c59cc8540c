"""Who holds the prefix of a MAC address. A prefix supports a maker, never a brand.

File: knowledge/data/address_prefixes.csv. `holder` there is "camera" (the holder's prefixes are
used for surveillance equipment), "mixed" (among other things) or "other".
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from custodes.errors import KnowledgeError

HOLDERS = ("camera", "mixed", "other")
_LENGTHS = (9, 7, 6)  # hexadecimal digits of 36, 28 and 24 bits, longest first


@dataclass(frozen=True, slots=True)
class Prefix:
    """One assignment by the IEEE, as a dated source prints it."""

    prefix: str  # upper-case hexadecimal digits
    bits: int
    registrant: str
    maker_name: str  # a name of makers.toml
    holder: str
    source: str
    date: str

    @property
    def is_camera_maker(self) -> bool:
        """Whether an address under this prefix is itself a reason to think of a camera."""
        return self.holder == "camera"


def lookup(mac: str) -> Prefix | None:
    """The longest known prefix of a MAC address in any usual notation; None where unknown.

    >>> lookup("44-47-cc-37-ce-81").maker_name
    'Hikvision'
    """
    digits = mac.upper().translate(_NOTATION)
    if len(digits) != 12:
        return None
    table = prefixes()
    for length in _LENGTHS:
        found = table.get(digits[:length])
        if found is not None:
            return found
    return None


_NOTATION = str.maketrans("", "", ":-. ")


@cache
def prefixes() -> Mapping[str, Prefix]:
    """Every known prefix, by its hexadecimal digits."""
    path = files("custodes.knowledge") / "data" / "address_prefixes.csv"
    table: dict[str, Prefix] = {}
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    next(rows, None)
    for row in rows:
        try:
            prefix, bits, registrant, maker, holder, source, date = row
            found = Prefix(prefix, int(bits), registrant, maker, holder, source, date)
        except ValueError as error:
            raise KnowledgeError(f"address_prefixes.csv, line {rows.line_num}: {error}") from error
        if found.bits != 4 * len(prefix) or len(prefix) not in _LENGTHS or prefix in table:
            raise KnowledgeError(f"address_prefixes.csv, line {rows.line_num}: {prefix}")
        table[prefix] = found
    return table
