"""A list as CSV that a spreadsheet opens without obeying it. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

# A cell that begins so is read as a formula by spreadsheets; device text must not become one.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(
    facts: Sequence[Mapping[str, object]], names: Sequence[str] = ("id",)
) -> Iterator[str]:
    """The heading (`names` where there are no facts) and one line for each; unknown is empty."""
    names = list(facts[0]) if facts else names
    yield _line(names)
    for fact in facts:
        yield _line([cell(fact[name]) for name in names])


def cell(value: object) -> str:
    """One value as a cell.

    >>> cell("=cmd()"), cell(None), cell(True), cell(3)
    ("'=cmd()", '', 'yes', '3')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
