"""Programs that write pictures and recordings, and the marks by which they are told.

File: knowledge/data/media_software.toml. Such a mark says what a file went through; it is never
evidence for who built a camera.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from custodes.errors import KnowledgeError
from custodes.knowledge import tables


@dataclass(frozen=True, slots=True)
class Program:
    """One program or library; `pattern` matches the whole line of a mark."""

    id: str
    name: str
    kind: str
    pattern: re.Pattern[str]
    source: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@cache
def programs() -> tuple[Program, ...]:
    """Every program that the knowledge names, in file order.

    Raises:
        KnowledgeError: the file cannot be read, or a program lacks something.
    """
    path = files("custodes.knowledge") / "data" / "media_software.toml"
    text = path.read_text(encoding="utf-8")
    try:
        return tuple(
            _program(table) for name, table in tables.read(text, path.name) if name == "program"
        )
    except (KeyError, TypeError, re.error) as error:
        raise KnowledgeError(f"{path.name}: {error}") from error


def _program(table: tables.Table) -> Program:
    examples = {key: table[key] for key in ("yes", "no")}
    yes, no = (
        tuple(map(str, value.read())) if isinstance(value, tables.Raw) else ()
        for value in examples.values()
    )
    words = {key: str(table[key]) for key in ("id", "name", "kind", "source")}
    return Program(
        **words,
        pattern=re.compile(str(table["pattern"]), re.ASCII | re.DOTALL),
        yes=yes,
        no=no,
    )


def programs_of(lines: Iterable[str]) -> list[tuple[Program, str]]:
    """The programs that these marks name, each once, with the first mark that names it."""
    found: dict[str, tuple[Program, str]] = {}
    for line in lines:
        for program in programs():
            if program.id not in found and program.pattern.fullmatch(line):
                found[program.id] = (program, line)
    return list(found.values())
