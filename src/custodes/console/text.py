"""Text of devices made fit for a page: shown as received, never obeyed.

Markup is escaped; control characters and the ones that turn writing round are spelt out, so that a
device cannot hide what it said. Pure.
"""

import unicodedata
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup, escape

from custodes.units import KIB, human_size

LINE_LIMIT = 300  # characters of one line of a table or heading
EVIDENCE_LIMIT = 2000  # characters of one matched text
SPELT_MORE = 40  # characters that a line may grow by where what cannot be seen is spelt out
ROOM = 6  # bytes of HTML for each character of a limit
PAYLOAD_LIMIT = 4 * KIB  # characters of one raw observation on a page

# Format (bidirectional overrides, zero widths), control, surrogate, private, line separators.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Cut:
    """The beginning of a text, and in words how much of it is missing ("" when nothing is)."""

    text: str
    missing: str = ""


def cut(text: str, limit: int) -> Cut:
    """Keep at most `limit` characters.

    >>> cut("abcdef", 4)
    Cut(text='abcd', missing='the first 4 of 6 characters are shown')
    """
    if len(text) <= limit:
        return Cut(text)
    return Cut(text[:limit], f"the first {limit:,} of {len(text):,} characters are shown")


def spelt(character: str) -> str | None:
    """How a character that cannot be seen is written; None for one that can.

    >>> spelt("\\u202e"), spelt("a")
    ('U+202E', None)
    """
    if character in "\n\t" or unicodedata.category(character) not in HIDDEN:
        return None
    return f"U+{ord(character):04X}"


def verbatim(text: object, limit: int = EVIDENCE_LIMIT) -> Markup:
    """The text as HTML, word for word; what cannot be seen is spelt out in a marked span."""
    plain = str(text).replace("\r\n", "\n")
    shown = cut(plain, fitting(plain, limit, ROOM * limit + SPELT_MORE))
    parts: list[Markup] = []
    plain_from = 0
    for at, character in enumerate(shown.text):
        code = spelt(character)
        if code is None:
            continue
        parts.append(escape(shown.text[plain_from:at]))
        parts.append(Markup('<span class="unseen">{}</span>').format(code))
        plain_from = at + 1
    parts.append(escape(shown.text[plain_from:]))
    if shown.missing:
        parts.append(Markup('<span class="cut"> … ({})</span>').format(shown.missing))
    return Markup("").join(parts)


def line(text: object, limit: int = LINE_LIMIT) -> str:
    """One line of plain text for headings, titles and cells; the template escapes it.

    >>> line("a\\nb\\u202ec")
    'a b⟨U+202E⟩c'
    """
    value = str(text)
    short = value[:limit]
    parts = [f"⟨{spelt(c)}⟩" if spelt(c) else " " if c in "\n\t" else c for c in short]
    fits = sum(total <= limit + SPELT_MORE for total in accumulate(map(len, parts)))
    return "".join(parts[:fits]) + ("…" if len(value) > fits else "")


def prose(text: object, limit: int = LINE_LIMIT) -> Markup:
    """One line of HTML; what stands between back quotes is set as what one would type.

    >>> prose("the probe `sadp` <b>")
    Markup('the probe <code>sadp</code> &lt;b&gt;')
    """
    parts = line(text, limit).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    marked = (
        Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts)
    )
    return Markup("").join(marked)


def fitting(text: str, limit: int, room: int) -> int:
    """How many characters of a text fit a page: at most `limit`, and `room` bytes of HTML.

    >>> fitting("a" * 9, 5, 100), fitting("<" * 9, 5, 10), fitting("\\x00" * 9, 9, 100)
    (5, 2, 2)
    """
    for at, character in enumerate(text[:limit]):
        room -= _cost(character)
        if room < 0:
            return at
    return min(len(text), limit)


def _cost(character: str) -> int:
    """Bytes of HTML that `verbatim` makes of a character, at most."""
    if character.isalnum() and character.isascii():
        return 1
    if spelt(character) is not None:
        return 40
    return 5 if character in "<>&'\"" else len(character.encode("utf-8", "replace"))


def size(characters: int) -> str:
    """A length as a person would say it."""
    return human_size(characters)


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its unit; no count is shown without one.

    >>> plural(1, "device"), plural(1200, "device")
    ('1 device', '1,200 devices')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
