"""Answers of `name=value` lines, and JSON made into the same: one flat list of names. Pure."""

from typing import Any, Final

import msgspec

MAX_PAIRS: Final = 20_000
MAX_DEPTH: Final = 12
MAX_NAME: Final = 400


def lines(text: str) -> dict[str, str]:
    """Names and values of an answer in lines; the first of a name counts.

    >>> lines("table.UPnP.Enable=true\\r\\nOK\\r\\n")
    {'table.UPnP.Enable': 'true'}
    """
    found: dict[str, str] = {}
    for line in text.splitlines()[:MAX_PAIRS]:
        name, sign, value = line.partition("=")
        if sign and len(name) <= MAX_NAME:
            found.setdefault(name.strip(), value.strip().strip('"'))
    return found


def flat(text: str, top: str = "") -> dict[str, str]:
    """The same of JSON; indexes in brackets, as the lines of the same maker write them.

    >>> flat('{"params": {"table": {"Enable": true, "Map": [{"Port": 80}]}}}', "table.UPnP")
    {'table.UPnP.Enable': 'true', 'table.UPnP.Map[0].Port': '80'}
    """
    try:
        row = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return {}
    inside = row.get("params") if isinstance(row, dict) and "params" in row else row
    if top and isinstance(inside, dict) and "table" in inside:
        inside = inside["table"]
    found: dict[str, str] = {}
    _walk(inside, top, found, 0)
    return found


def _walk(value: Any, name: str, found: dict[str, str], depth: int) -> None:
    if len(found) >= MAX_PAIRS or depth > MAX_DEPTH or len(name) > MAX_NAME:
        return
    if isinstance(value, dict):
        for key, inside in value.items():
            _walk(inside, f"{name}.{key}" if name else key, found, depth + 1)
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            if len(found) >= MAX_PAIRS:
                return
            _walk(inside, f"{name}[{number}]", found, depth + 1)
    elif isinstance(value, bool):
        found[name] = "true" if value else "false"
    elif value is not None:
        found[name] = str(value)
