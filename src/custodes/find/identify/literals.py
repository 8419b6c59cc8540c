"""Which plain texts a match of a pattern cannot lack, so that most rules need not be tried. Pure.

Reads the pattern's own text, conservatively: what it does not understand it leaves out, which
costs time and never a match. Case is dropped throughout.
"""

import re
from typing import Final

Clause = tuple[str, ...]  # at least one of these texts occurs in every match

_QUANTIFIER: Final = re.compile(r"[*+?]|\{\d*,?\d*\}")
_GROUP: Final = re.compile(r"\(\?(?:P<\w+>|:|[aims]+:)|\((?!\?)")
_LOOK: Final = re.compile(r"\(\?(?:<?[=!])")
_FLAGS: Final = re.compile(r"\(\?[aims]+\)")
_CODE: Final = re.compile(r"\\x([0-9a-fA-F]{2})")
_CLASSES: Final = frozenset("dDsSwWbBAZtnrfv")  # and white space by letter: not worth the trouble


class _NotUnderstoodError(Exception):
    """The pattern uses something rare; nothing is said about it."""


def needles(pattern: str) -> Clause:
    """Texts of which every match holds at least one, in lower case; () where none is certain.

    >>> needles(r"(?:.*\\b)?(?:AXIS|Vapix) (?P<model>[A-Z]\\d+)")
    ('axis', 'vapix')
    """
    flags = _FLAGS.match(pattern)
    reader = _Reader(pattern, flags.end() if flags else 0)
    try:
        found = reader.alternatives()
    except _NotUnderstoodError:
        return ()
    if found is None or reader.at < len(pattern) or not all(n.isascii() for n in found):
        return ()
    return tuple(dict.fromkeys(n.lower() for n in found))


class _Reader:
    """Walks once over a pattern."""

    def __init__(self, pattern: str, at: int) -> None:
        self.pattern = pattern
        self.at = at

    def alternatives(self) -> Clause | None:
        """Up to the end of this group: one text of each branch, None where a branch has none."""
        branches = [self._branch()]
        while self.pattern[self.at : self.at + 1] == "|":
            self.at += 1
            branches.append(self._branch())
        if None in branches:
            return None
        return tuple(text for branch in branches if branch is not None for text in branch)

    def _branch(self) -> Clause | None:
        clauses: list[Clause] = []
        run = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            step, clause = self._step()
            if step is not None:
                run += step
                continue
            if run:
                clauses.append((run,))
                run = ""
            if clause is not None:
                clauses.append(clause)
        if run:
            clauses.append((run,))
        return max(clauses, key=lambda c: (min(map(len, c)), -len(c)), default=None)

    def _step(self) -> tuple[str | None, Clause | None]:
        """One element: (text that continues the run, None) or (None, what a group requires)."""
        char = self.pattern[self.at]
        if char == "(":
            return None, self._group()
        if char == "[":
            self._class()
        elif char == "\\":
            return self._escape(), None
        elif char in ".^$":
            self.at += 1
        else:
            self.at += 1
            return self._literal(char), None
        self._quantifier()
        return None, None

    def _escape(self) -> str | None:
        code = _CODE.match(self.pattern, self.at)
        if code is not None:
            self.at = code.end()
            return self._literal(chr(int(code[1], 16)))
        kind = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if kind in _CLASSES:
            self._quantifier()
            return None
        if not kind or kind.isalnum():  # a reference to a group, an octal code …
            raise _NotUnderstoodError
        return self._literal(kind)

    def _literal(self, char: str) -> str | None:
        """The character, unless it may be lacking or repeated."""
        return None if self._quantifier() else char

    def _quantifier(self) -> str:
        found = _QUANTIFIER.match(self.pattern, self.at)
        if found is None:
            return ""
        self.at = found.end()
        if self.pattern[self.at : self.at + 1] in ("?", "+"):
            self.at += 1
        return found[0]

    def _class(self) -> None:
        end = self.at + 1
        end += self.pattern[end : end + 1] == "^"
        end += 1  # a first "]" is a member
        while end < len(self.pattern) and self.pattern[end] != "]":
            end += 2 if self.pattern[end] == "\\" else 1
        if self.pattern[end - 1 : end] == "\\":
            raise _NotUnderstoodError
        self.at = end + 1

    def _group(self) -> Clause | None:
        look = _LOOK.match(self.pattern, self.at)
        opening = look or _GROUP.match(self.pattern, self.at)
        if opening is None:
            raise _NotUnderstoodError
        self.at = opening.end()
        inside = self.alternatives()
        if self.pattern[self.at : self.at + 1] != ")":
            raise _NotUnderstoodError
        self.at += 1
        sign = self._quantifier()
        optional = sign[:1] in ("*", "?") or sign.startswith(("{0", "{,"))
        return None if look or optional else inside
