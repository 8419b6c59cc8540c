"""Rows of Zeek's logs, written with tabs or as JSON, as the same plain values."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import msgspec

from custodes.errors import InputError
from custodes.find.read.lines import Readable, lines
from custodes.find.read.tally import Tally

MAX_FIELDS = 512
MAX_VALUES = 256  # of one set or vector
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")
SECOND_US = 1_000_000


class Row:
    """One row; a value that is unset, empty or of another kind than asked for is none."""

    def __init__(self, values: Mapping[str, Any], separator: str = "") -> None:
        self._values = values
        self._separator = separator  # of sets, where they are written as one text

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """A text; numbers are written out."""
        value = self._values.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value)

    def number(self, name: str) -> int:
        """A whole number that is not negative, else 0."""
        text = self.text(name).partition(".")[0]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    def port(self, name: str) -> int:
        """A port, else 0."""
        found = self.number(name)
        return found if found < 65_536 else 0

    def many(self, name: str) -> list[str]:
        """A set or a vector of texts."""
        value = self._values.get(name)
        if isinstance(value, str) and self._separator:
            value = value.split(self._separator, MAX_VALUES)
        found = value if isinstance(value, list) else []
        return [one for one in found[:MAX_VALUES] if isinstance(one, str)]

    def address(self, name: str) -> bytes | None:
        """An address in bytes; None for what is none."""
        try:
            return ip_address(self.text(name).partition("%")[0]).packed
        except ValueError:
            return None

    def mac(self, name: str) -> bytes:
        """A hardware address in bytes; none for what is none."""
        digits = self.text(name).replace(":", "")
        try:
            found = bytes.fromhex(digits)
        except ValueError:
            return b""
        return found if len(found) == 6 else b""

    def micros(self, name: str) -> int:
        """An instant, or a length of time, in microseconds; -1 for what is none."""
        text = self.text(name)
        whole, _, rest = text.partition(".")
        if whole.isascii() and whole.isdigit() and len(whole) < 13 and (rest + "0").isdigit():
            return int(whole) * SECOND_US + int((rest + "000000")[:6])
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return -1
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return int(found.timestamp() * SECOND_US)


def rows(stream: Readable, tally: Tally) -> Iterator[tuple[int, Row]]:
    """Every row with the number of its line; what is none is counted in the tally.

    Raises:
        InputError: the last line is broken and no newline closes it: the file was cut short.
    """
    table = _Table()
    for line in lines(stream):
        text = (line.data or b"").decode("utf-8", "replace").rstrip("\r")
        try:
            if line.data is None:
                raise InputError("too long")
            row = _json(text) if text.startswith("{") else table.read(text)
        except InputError as error:
            if not line.ended:
                raise InputError(
                    f"the file ends in the middle of line {line.number} ({error})"
                ) from error
            tally.reject(f"line {line.number}", str(error))
        else:
            if row is not None:
                yield line.number, row
                tally.items += 1
        tally.offset = line.end


def _json(text: str) -> Row:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError(f"not JSON: {why}") from error
    if not isinstance(value, dict):
        raise InputError("not a JSON object")
    return Row(value)


class _Table:
    """The head of a log with tabs, which may come again in the middle."""

    def __init__(self) -> None:
        self._separator, self._sets = "\t", ","
        self._unset, self._empty = "-", "(empty)"
        self._fields: list[str] = []

    def read(self, text: str) -> Row | None:
        """A row; None for lines of the head and empty ones."""
        if text.startswith("#"):
            self._head(text)
            return None
        if not text.strip():
            return None
        if not self._fields:
            raise InputError("a row before the line that names its fields")
        values = text.split(self._separator, MAX_FIELDS)
        if len(values) != len(self._fields):
            raise InputError(f"{len(values)} values for {len(self._fields)} fields")
        pairs = zip(self._fields, values, strict=True)
        gone = (self._unset, self._empty)
        return Row({k: unescaped(v) for k, v in pairs if v not in gone}, self._sets)

    def _head(self, text: str) -> None:
        if text.startswith("#separator "):
            self._separator = unescaped(text[11:].strip())[:1] or "\t"
            return
        name, _, rest = text.partition(self._separator)
        if name == "#fields":
            self._fields = rest.split(self._separator)[:MAX_FIELDS]
        elif name == "#set_separator":
            self._sets = rest[:1]
        elif name == "#unset_field":
            self._unset = rest
        elif name == "#empty_field":
            self._empty = rest


def unescaped(text: str) -> str:
    r"""Bytes that Zeek writes as \x09.

    >>> unescaped(r"a\x2cb")
    'a,b'
    """
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "\\x" in text else text
