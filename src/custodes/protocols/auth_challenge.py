"""Challenges: the values of WWW-Authenticate headers, taken apart (RFC 9110 §11.6.1). Pure."""

import re
from collections.abc import Iterable, Mapping

Challenge = tuple[str, Mapping[str, str]]

MAX_CHALLENGES = 32
MAX_PARAMETERS = 64

_WORD = re.compile(r'[^\s,="]+')
_SPACE = re.compile(r"\s*")
_GAP = re.compile(r"[\s,]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_BARE = re.compile(r"[^,]*")


def challenges(values: Iterable[str]) -> list[Challenge]:
    """Every challenge in the values, in order: (scheme as sent, {parameter in lower case: value}).

    One value may hold several challenges. What cannot be read is passed over.

    >>> challenges(['Digest realm="IP Camera(C1214)", nonce="1", Basic realm=web'])
    [('Digest', {'realm': 'IP Camera(C1214)', 'nonce': '1'}), ('Basic', {'realm': 'web'})]
    """
    found: list[Challenge] = []
    for value in values:
        found += _challenges(value)
        if len(found) > MAX_CHALLENGES:
            break
    return found[:MAX_CHALLENGES]


def _challenges(text: str) -> list[Challenge]:
    found: list[tuple[str, dict[str, str]]] = []
    at = _skip(_GAP, text, 0)
    while at < len(text) and len(found) <= MAX_CHALLENGES:
        word = _WORD.match(text, at)
        if word is None:
            at = _skip(_GAP, text, at + 1)  # a stray quote or equals sign
            continue
        behind = _skip(_SPACE, text, word.end())
        if text[behind : behind + 1] == "=":
            value, at = _value(text, behind + 1)
            if found and len(found[-1][1]) < MAX_PARAMETERS:
                found[-1][1].setdefault(word[0].lower(), value)
        else:
            found.append((word[0], {}))
            at = word.end()
        at = _skip(_GAP, text, at)
    return [(scheme, parameters) for scheme, parameters in found]


def _value(text: str, at: int) -> tuple[str, int]:
    at = _skip(_SPACE, text, at)
    quoted = _QUOTED.match(text, at)
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL), quoted.end()
    bare = _BARE.match(text, at)
    assert bare is not None  # the pattern matches the empty text
    return bare[0].strip(), bare.end()


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found is not None else at


def realm(challenge: str) -> str | None:
    """The first realm that a WWW-Authenticate value names; None where it names none.

    >>> realm('Basic realm="DVR"')
    'DVR'
    """
    for _scheme, parameters in challenges([challenge]):
        if "realm" in parameters:
            return parameters["realm"]
    return None
