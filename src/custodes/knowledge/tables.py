"""Read the plain subset of TOML in which the knowledge is written, faster than tomllib.

Tables open with `[[name]]` or `[name]`; a value stands on the line of its key, except that an array
may go on over indented lines. Values: 'literal', "basic", true, false, numbers, arrays. Comments
have lines of their own. Every file is also TOML, and a test compares the two readings.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from custodes.errors import KnowledgeError

_HEAD = re.compile(r"^\[{1,2}(\w+)\]{1,2}$", re.MULTILINE)
_PAIR = re.compile(r"^(\w+) = (.+(?:\n[ \]].*)*)$", re.MULTILINE)
_LINE = re.compile(r"(?:#.*|\[{1,2}\w+\]{1,2}|\w+ = .+|[ \]].*)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Raw:
    """An array as it stands in the file; read only when somebody asks."""

    text: str

    def read(self) -> list[object]:
        """The array's values."""
        found = tomllib.loads(f"it = {self.text}")["it"]
        assert isinstance(found, list)
        return found


Value = str | bool | int | float | Raw
Table = dict[str, Value]


def read(text: str, name: str) -> Iterator[tuple[str, Table]]:
    """Every table of the text with its name, in order; what stands before the first has none.

    Raises:
        KnowledgeError: a line or value outside the subset; names the file and the line.
    """
    start, table_name = 0, ""
    for head in _HEAD.finditer(text):
        yield table_name, _table(text[start : head.start()], name)
        start, table_name = head.end(), head[1]
    yield table_name, _table(text[start:], name)


def check_lines(text: str, name: str) -> None:
    """Refuse text with a line that `read` would pass over.

    Raises:
        KnowledgeError: names the file and the line.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if not _LINE.fullmatch(line):
            raise KnowledgeError(f"{name}, line {number}: not in the subset that tables.py reads")


def _table(block: str, name: str) -> Table:
    return {key: _value(value, name) for key, value in _PAIR.findall(block)}


def _value(text: str, name: str) -> Value:
    first, last = text[0], text[-1]
    if first == last == "'" and len(text) > 1 and "'" not in text[1:-1]:
        return text[1:-1]
    if first == "[" and last == "]":
        return Raw(text)
    if text in _WORDS:
        return _WORDS[text]
    try:
        if first == last == '"':
            plain = "\\" not in text and '"' not in text[1:-1] and text.isprintable()
            return text[1:-1] if plain and len(text) > 1 else str(json.loads(text))
        if _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
    except ValueError:
        pass
    raise KnowledgeError(f"{name}: cannot read {text[:60]!r}")
