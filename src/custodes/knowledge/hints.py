"""Text that a pattern cannot match without, read off the pattern: most texts need no regex at all.

Errs on the side of no hint: an empty answer means "try the pattern".
"""

_CLOSERS = {"(": ")", "[": "]"}
_QUANTIFIERS = "*?{"
SHORTEST = 2  # a hint shorter than this is not worth the look


def hints(pattern: str) -> tuple[str, ...]:
    """Texts of which at least one is in whatever the pattern matches; () when none can be told.

    >>> hints(r"Login to (?P<serial>[0-9A-Z]+)"), hints(r"(?:DNVRS|DVRDVS)-W.*"), hints("a|b")
    (('Login to ',), ('DNVRS', 'DVRDVS'), ())
    """
    alternatives = _split(pattern)
    if len(alternatives) > 1:
        return _all_of(alternatives)
    runs, groups = _walk(pattern)
    best = max(runs, key=len, default="")
    choices = max((hints(group) for group in groups), key=_worth, default=())
    if _worth(choices) > len(best):
        return choices
    return (best,) if len(best) >= SHORTEST else ()


def _worth(choices: tuple[str, ...]) -> int:
    return min(map(len, choices), default=0)


def _all_of(alternatives: list[str]) -> tuple[str, ...]:
    found = [hints(alternative) for alternative in alternatives]
    return tuple(hint for group in found for hint in group) if all(found) else ()


def _walk(pattern: str) -> tuple[list[str], list[str]]:
    """The literal runs outside groups, and the groups that must match, of one alternative."""
    runs, groups, run, at = [], [], "", 0
    while at < len(pattern):
        piece, inner, after = _piece(pattern, at)
        optional = after < len(pattern) and pattern[after] in _QUANTIFIERS
        if len(piece) == 1 and not optional:
            run += piece
        else:
            runs.append(run)
            run = ""
        if inner and not optional:
            groups.append(inner)
        if after < len(pattern) and pattern[after] in _QUANTIFIERS + "+":
            runs.append(run)
            run = ""
            after = _after_quantifier(pattern, after)
        at = after
    runs.append(run)
    return runs, groups


def _piece(pattern: str, at: int) -> tuple[str, str, int]:
    """The next piece: (its character if literal, its inside if a group, where it ends)."""
    char = pattern[at]
    if char == "\\":
        return _escaped(pattern, at)
    if char in _CLOSERS:
        end = _end(pattern, at)
        return "", (_inside(pattern[at + 1 : end - 1]) if char == "(" else ""), end
    return ("" if char in ".^$" else char), "", at + 1


def _escaped(pattern: str, at: int) -> tuple[str, str, int]:
    kind = pattern[at + 1]
    if kind == "x":
        return chr(int(pattern[at + 2 : at + 4], 16)), "", at + 4
    return ("" if kind.isalnum() else kind), "", at + 2


def _inside(group: str) -> str:
    if group.startswith("?:"):
        return group[2:]
    if group.startswith("?P<"):
        return group.partition(">")[2]
    return "" if group.startswith("?") else group


def _end(pattern: str, at: int) -> int:
    """Just behind the bracket that closes the one at `at`."""
    if pattern[at] == "[":
        at += 2 if pattern.startswith("[^", at) else 1
        at += 1  # a bracket that comes first is a member
        while pattern[at] != "]":
            at += 2 if pattern[at] == "\\" else 1
        return at + 1
    at += 1
    while pattern[at] != ")":
        at = (
            _end(pattern, at) if pattern[at] in _CLOSERS else at + (2 if pattern[at] == "\\" else 1)
        )
    return at + 1


def _after_quantifier(pattern: str, at: int) -> int:
    at = pattern.index("}", at) + 1 if pattern[at] == "{" else at + 1
    return at + 1 if pattern[at : at + 1] in ("?", "+") and pattern[at : at + 1] else at


def _split(pattern: str) -> list[str]:
    """The alternatives at the top level."""
    parts, start, at = [], 0, 0
    while at < len(pattern):
        if pattern[at] == "|":
            parts.append(pattern[start:at])
            start = at = at + 1
        else:
            at = _piece(pattern, at)[2]
    return [*parts, pattern[start:]]
