"""Read the leaves of JSON that may be cut, broken or hostile, without building a tree. Pure."""

import json
import re
from typing import Final

from custodes.units import KIB

LIMIT: Final = 64 * KIB
_PAIR: Final = re.compile(
    r'"([^"\\]{1,64})"\s{0,8}:\s{0,8}(?:"((?:[^"\\]|\\.){0,2048})"|(-?\d{1,20})(?=[,}\s]))',
    re.DOTALL,
)


def pairs(text: str) -> list[tuple[str, str]]:
    """Every key with a text or whole number, in order, however deep it lies."""
    found: list[tuple[str, str]] = []
    for key, value, number in _PAIR.findall(text[:LIMIT]):
        found.append((key, _plain(value) if value else number))
    return found


def leaves(text: str) -> dict[str, str]:
    """The first value of each key.

    >>> leaves('{"a": {"Vendor": "Dahua", "Port": 80, "cut')
    {'Vendor': 'Dahua', 'Port': '80'}
    """
    found: dict[str, str] = {}
    for key, value in pairs(text):
        if value.strip():
            found.setdefault(key, value.strip())
    return found


def _plain(value: str) -> str:
    if "\\" not in value:
        return value
    try:
        plain = json.loads(f'"{value}"', strict=False)
    except ValueError:
        return value
    return str(plain).encode("utf-8", "replace").decode()
