"""Take out of a text what tells one device or person from others, and keep its form. Pure.

Serial numbers, hardware and network addresses, identifiers, times and e-mail addresses are
replaced sign for sign: digits by 0, letters of a hexadecimal number by A. What stood there comes
back as a pattern of the same form, never as itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
# What is private in any text, the longest form first. Group names become the kind that is told.
_PRIVATE: Final = re.compile(
    rf"""
    (?P<email>[\w.+-]{{1,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,64}}){{1,4}})
  | (?P<uuid>\b[0-9A-Fa-f]{{8}}-(?:[0-9A-Fa-f]{{4}}-){{3}}[0-9A-Fa-f]{{12}}\b)
  | (?P<mac>\b[0-9A-Fa-f]{{2}}(?:[:-][0-9A-Fa-f]{{2}}){{5}}\b)
  | (?P<ipv6>\b(?:[0-9A-Fa-f]{{1,4}}:){{3,7}}[0-9A-Fa-f]{{0,4}}\b)
  | (?P<ipv4>(?<![\d.]){_OCTET}(?:\.{_OCTET}){{3}}(?![\d.]))
  | (?P<time>\b20\d\d-[01]\d-[0-3]\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?\b)
  | (?P<hex>\b(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{{10,64}}\b)
  | (?P<serial>\b(?=(?:[A-Z]*\d){{4}})(?=\d*[A-Z])[A-Z0-9]{{12,40}}\b)
  | (?P<number>\b\d{{7,20}}\b)
    """,
    re.VERBOSE,
)
# The form of each kind, as a pattern that reads any other of the kind.
FORMS: Final = {
    "email": r"\S{3,200}",
    "uuid": r"[0-9A-Fa-f-]{36}",
    "mac": r"[0-9A-Fa-f:-]{17}",
    "ipv6": r"[0-9A-Fa-f:]{2,39}",
    "ipv4": r"[\d.]{7,15}",
    "time": r"[\dT: Z-]{10,25}",
    "number": r"\d{7,20}",
    "name": r"[^<>]{1,120}",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: `kind` "" where it is kept; else what it was, `shown` in its stead."""

    kind: str
    shown: str
    size: int

    @property
    def pattern(self) -> str:
        """What reads a text of this form."""
        if not self.kind:
            return re.escape(self.shown)
        letters = r"[0-9A-Fa-f]" if self.kind == "hex" else r"[0-9A-Za-z]"
        return FORMS.get(self.kind) or f"{letters}{{{max(1, self.size - 4)},{self.size + 4}}}"


def parts(text: str, known: Iterable[str] = ()) -> Iterator[Part]:
    """The text in pieces; `known` are the device's own numbers and names, wherever they stand."""
    own = sorted({k for k in known if len(k) > 3}, key=len, reverse=True)
    either = "|".join(map(re.escape, own))
    pieces = re.split(f"({either})", text) if own else [text]
    for piece in pieces:
        if own and piece in own:
            form = _PRIVATE.fullmatch(piece)
            kind = str(form.lastgroup) if form else "serial" if piece.isalnum() else "name"
            yield Part(kind, masked(piece), len(piece))
        else:
            yield from _private(piece)


def _private(text: str) -> Iterator[Part]:
    at = 0
    for found in _PRIVATE.finditer(text):
        if found.start() > at:
            yield Part("", text[at : found.start()], found.start() - at)
        yield Part(str(found.lastgroup), masked(found[0]), len(found[0]))
        at = found.end()
    if at < len(text):
        yield Part("", text[at:], len(text) - at)


def masked(text: str) -> str:
    """The same form without what it says.

    >>> masked("4F0a12-BPAZ"), masked("bob@example.org")
    ('0A0A00-AAAA', 'AAA@AAAAAAA.AAA')
    """
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "0", text))


def disguised(text: str, known: Iterable[str] = ()) -> str:
    """The text as it may be published."""
    return "".join(part.shown for part in parts(text, known))
