"""The beginnings of a text's words: a quick look whether a slow pattern is worth trying. Pure."""

from functools import cache
from typing import Final

SIZE: Final = 6
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


@cache
def _apart() -> dict[int, str | None]:
    """Every ASCII character that is no letter or digit becomes a space."""
    return {code: " " for code in range(128) if chr(code) not in _LETTERS}


def starts(text: str) -> set[str]:
    """The first six letters of each word, without case; shorter words whole.

    >>> sorted(starts("Blue-Iris login/2"))
    ['2', 'blue', 'iris', 'login']
    """
    return {word[:SIZE] for word in text.lower().translate(_apart()).split()}
