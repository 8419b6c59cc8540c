"""Read the leaf elements of XML that may be cut, broken or hostile, without building a tree. Pure.

No entity is expanded but the five of XML itself and character numbers; nothing is fetched.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from typing import Final

from custodes.units import KIB

LIMIT: Final = 64 * KIB
_LEAF: Final = re.compile(
    r"<(?:[A-Za-z_][\w.-]{0,63}:)?([A-Za-z_][\w.-]{0,63})(?:\s[^<>]{0,2048})?>([^<]{1,4096})</"
)
_ROOT: Final = re.compile(r"<(?:[A-Za-z_][\w.-]{0,63}:)?([A-Za-z_][\w.-]{0,63})[\s/>]")


@lru_cache(16)  # facets and readers ask for the same document
def fields(text: str) -> Mapping[str, str]:
    """The first text of each leaf element, by local name; white space at the ends is dropped.

    >>> fields("<a><n:Model x='1'>P3343</n:Model><b/></a>")
    {'Model': 'P3343'}
    """
    found: dict[str, str] = {}
    for name, raw in _LEAF.findall(text[:LIMIT]):
        if name not in found:
            value = raw.strip()
            if value:
                found[name] = unescape(value) if "&" in value else value
    return found


def root(text: str) -> str | None:
    """The local name of the first element, None where there is none."""
    found = _ROOT.search(text[: 4 * KIB])
    return found[1] if found else None
