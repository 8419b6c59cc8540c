"""Which plain text every match of a pattern must contain, so that most rules need not be tried.

Reads the pattern's own text, conservatively: whatever it does not understand it leaves out, which
costs time and never a match. Pure.
"""

import re

_QUANTIFIER = re.compile(r"\*|\+|\?|\{\d*,?\d*\}")
_SIMPLE_ESCAPES = frozenset(".\\/+*?()[]{}|^$-_ :;,'\"#&~<>=!%@`")


class _Scanner:
    """Walks over a pattern once and collects runs of characters that no match can lack."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.runs: list[str] = []
        self.current = ""
        self.leading = True  # nothing but literals so far
        self.prefix = ""

    def cut(self) -> None:
        """End the run: what comes next may be anything."""
        if self.current:
            self.runs.append(self.current)
        if self.leading:
            self.prefix = self.current
            self.leading = False
        self.current = ""

    def quantifier(self) -> tuple[bool, bool]:
        """Skip a quantifier; returns whether there was one and whether it may mean "none"."""
        found = _QUANTIFIER.match(self.pattern, self.at)
        if found is None:
            return False, False
        self.at = found.end()
        if self.at < len(self.pattern) and self.pattern[self.at] in "?+":
            self.at += 1
        sign = found.group()
        return True, sign in "*?" or sign.startswith(("{0", "{,"))

    def character(self, char: str) -> None:
        repeated, optional = self.quantifier()
        if optional:
            self.cut()
            return
        self.current += char
        if repeated:
            self.cut()

    def opaque(self) -> None:
        """Something that matches more than one text."""
        self.quantifier()
        self.cut()

    def skip_class(self) -> None:
        end = self.at + 1
        if self.pattern[end : end + 1] == "^":
            end += 1
        end += 1  # a first "]" is a member
        while end < len(self.pattern) and self.pattern[end] != "]":
            end += 2 if self.pattern[end] == "\\" else 1
        self.at = end + 1

    def skip_group(self) -> str:
        """Move behind the group that starts here and return its inside."""
        start, depth = self.at + 1, 0
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if char == "\\":
                self.at += 2
                continue
            if char == "[":
                self.skip_class()
                continue
            depth += (char == "(") - (char == ")")
            self.at += 1
            if depth == 0:
                break
        return self.pattern[start : self.at - 1]


def required(pattern: str) -> tuple[str, tuple[str, ...]]:
    """The literal start of every match ("" if none) and the texts it holds, in their order.

    >>> required(r"AXIS (?P<model>[A-Z]+) Network Camera.*")
    ('AXIS ', ('AXIS ', ' Network Camera'))
    """
    if "(?i" in pattern or "(?x" in pattern or "(?a" in pattern or "(?s" in pattern:
        return "", ()
    scanner = _scan(pattern)
    if scanner is None:
        return "", ()
    return scanner.prefix, tuple(scanner.runs)


def _scan(pattern: str) -> _Scanner | None:
    s = _Scanner(pattern)
    while s.at < len(pattern):
        char = pattern[s.at]
        if char == "|":
            return None
        if char == "\\":
            _escape(s)
        elif char == "[":
            s.skip_class()
            s.opaque()
        elif char == "(":
            _group(s)
        elif char in ".^$":
            s.at += 1
            s.opaque()
        else:
            s.at += 1
            s.character(char)
    s.cut()
    return s


def _escape(s: _Scanner) -> None:
    char = s.pattern[s.at + 1 : s.at + 2]
    s.at += 2
    if char in _SIMPLE_ESCAPES and char:
        s.character(char)
    else:
        s.opaque()


def _group(s: _Scanner) -> None:
    inside = s.skip_group()
    repeated, optional = s.quantifier()
    named = re.match(r"\?P<\w+>|\?:", inside)
    if inside.startswith("?") and named is None:  # a look-around or something rarer
        s.cut()
        return
    inner = None if optional or repeated else _scan(inside[named.end() if named else 0 :])
    if inner is None:
        s.cut()
        return
    _join(s, inner)


def _join(s: _Scanner, inner: _Scanner) -> None:
    """Add the runs of a group that occurs exactly once, without gluing over its borders."""
    if s.leading and inner.prefix:
        s.prefix = s.current + inner.prefix
        s.leading = False
    s.cut()
    s.runs.extend(inner.runs)
