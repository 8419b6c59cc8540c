"""Which plain texts a match of a pattern cannot lack, so that most rules need not be tried. Pure.

Reads the pattern's own text, conservatively: what it does not understand it leaves out, which
costs time and never a match. Case is dropped throughout.
"""

import re
from functools import cache
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


@cache
def clauses(pattern: str) -> tuple[Clause, ...]:
    """What every match holds, in lower case: of each clause at least one text; () where unknown.

    >>> clauses(r"(?:.*,)?(?:AXIS|Vapix) (?P<model>[A-Z][0-9]+) Camera")
    (('axis', 'vapix'), (' ',), (' camera',))
    """
    flags = _FLAGS.match(pattern)
    reader = _Reader(pattern, flags.end() if flags else 0)
    try:
        found = reader.branches()
    except _NotUnderstoodError:
        return ()
    if reader.at < len(pattern):
        return ()
    whole = found[0] if len(found) == 1 else _any_of(found)
    return tuple(
        tuple(dict.fromkeys(text.lower() for text in clause))
        for clause in whole
        if all(text.isascii() for text in clause)
    )


def _any_of(branches: list[list[Clause]]) -> list[Clause]:
    """What alternatives require together: one text of each, if each requires any."""
    if not all(branches):
        return []
    return [tuple(text for branch in branches for text in _longest(branch))]


def _longest(branch: list[Clause]) -> Clause:
    return max(branch, key=lambda clause: (min(map(len, clause)), -len(clause)))


class _Reader:
    """Walks once over a pattern."""

    def __init__(self, pattern: str, at: int) -> None:
        self.pattern = pattern
        self.at = at

    def branches(self) -> list[list[Clause]]:
        """The alternatives up to the end of this group, each with what it requires."""
        found = [self._branch()]
        while self.pattern[self.at : self.at + 1] == "|":
            self.at += 1
            found.append(self._branch())
        return found

    def _branch(self) -> list[Clause]:
        required: list[Clause] = []
        run = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            step, inside = self._step()
            if step is not None:
                run += step
                continue
            if run:
                required.append((run,))
                run = ""
            required += inside
        if run:
            required.append((run,))
        return required

    def _step(self) -> tuple[str | None, list[Clause]]:
        """One element: text that continues the run, or None and what a group requires."""
        char = self.pattern[self.at]
        if char == "(":
            return None, self._group()
        if char == "[":
            self._class()
        elif char == "\\":
            return self._escape(), []
        elif char in ".^$":
            self.at += 1
        else:
            self.at += 1
            return self._literal(char), []
        self._quantifier()
        return None, []

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

    def _group(self) -> list[Clause]:
        look = _LOOK.match(self.pattern, self.at)
        opening = look or _GROUP.match(self.pattern, self.at)
        if opening is None:
            raise _NotUnderstoodError
        self.at = opening.end()
        inside = self.branches()
        if self.pattern[self.at : self.at + 1] != ")":
            raise _NotUnderstoodError
        self.at += 1
        sign = self._quantifier()
        optional = sign[:1] in ("*", "?") or sign.startswith(("{0", "{,"))
        if look or optional:
            return []
        return inside[0] if len(inside) == 1 else _any_of(inside)
