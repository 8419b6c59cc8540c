"""How every command speaks: tables for people, JSON for programs, errors and notes on stderr."""

import errno
import io
import json
import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

import click

from custodes.errors import CustodesError, UsageError

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def emit_json(value: object, stream: IO[str] | None = None) -> None:
    """Print one JSON document, keys in the order given."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    click.echo(text, file=stream)


def emit_json_lines(values: Iterable[object]) -> None:
    """Print one JSON object a line, as they come."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    for value in values:
        click.echo(encode(value).decode())


def table(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, str], *, title: str = "", empty: str
) -> None:
    """Print rows as a table; `columns` maps key to heading; `empty` is said when there are none."""
    if not rows:
        click.echo(empty)
        return
    if sys.stdout is None or not sys.stdout.isatty():
        _plain_table(rows, columns, title)
        return
    from rich.console import Console

    cells = [list(columns.values()), *([_cell(row.get(key)) for key in columns] for row in rows)]
    if _least_width(cells) > Console().width:
        _plain_table(rows, columns, title)
        return
    from rich.table import Table
    from rich.text import Text

    out = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False
    )
    for heading in columns.values():
        out.add_column(heading, overflow="fold")
    for line in cells[1:]:
        out.add_row(*map(Text, line))
    Console(highlight=False).print(out)


def _least_width(cells: Sequence[Sequence[str]]) -> int:
    """Columns of a terminal that a table needs so that no word in it is broken."""
    longest = (
        max(max(map(len, cell.split()), default=0) for cell in c) for c in zip(*cells, strict=True)
    )
    return sum(width + 2 for width in longest) - 2


def _plain_table(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, str], title: str
) -> None:
    """A table for a pipe or a file: a row is a line however long, thousands of rows are fast."""
    lines = [list(columns.values())]
    lines += [[_cell(row.get(key)) for key in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [title] if title else []
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        text.append("  ".join(cells).rstrip())
    click.echo("\n".join(text))


def _cell(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value))


def printable(text: str) -> str:
    """Text of a device made safe for a terminal: control characters are shown, not obeyed."""
    return "".join(c if c.isprintable() or c == " " else f"\\x{ord(c):02x}" for c in text)


def note(message: str) -> None:
    """Say something to the person, not to the program that reads stdout."""
    click.echo(message, err=True)


def report_error(error: CustodesError, as_json: bool) -> int:
    """Print an expected error and return its exit status."""
    if as_json:
        body: dict[str, Any] = {"code": error.code, "message": str(error)}
        if error.hint:
            body["hint"] = error.hint
        if error.facts:
            body["facts"] = {key: _plain(value) for key, value in error.facts.items()}
        click.echo(json.dumps({"error": body}), err=True)
    else:
        note(f"custodes: {error}")
        if error.hint:
            note(f"  {error.hint}")
    return error.exit_status


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def report_wrong_usage(error: click.ClickException, as_json: bool) -> int:
    """Print what the command line has wrong and return its exit status."""
    if not as_json:
        error.show()
        return error.exit_code
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "custodes"
    return report_error(UsageError(error.format_message(), hint=f"{path} --help"), as_json)


def report_lost_output(error: OSError, as_json: bool) -> int:
    """Print that there is no room for what should be written; anything else is a fault of ours."""
    if error.errno not in NO_ROOM:
        return report_fault(error, as_json)
    close_quietly()
    where = error.filename or "the output"
    return report_error(UsageError(f"{where} cannot be written: {error.strerror}"), as_json)


def report_fault(error: BaseException, as_json: bool) -> int:
    """Print a fault of ours in one line; the traceback only where CUSTODES_DEBUG asks for it."""
    if os.environ.get("CUSTODES_DEBUG"):
        traceback.print_exception(error)
    line = f"{type(error).__name__}: {error}"
    if as_json:
        click.echo(json.dumps({"error": {"code": "fault", "message": line}}), err=True)
    else:
        note(f"custodes: a fault in custodes itself: {line}")
        note("  Run it again with CUSTODES_DEBUG=1 and send us what it prints.")
    return 70


def show_what_can_be_shown() -> None:
    """On terminals that know few letters the others are shown by number, not refused."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def close_quietly() -> None:
    """The reader of our output went away; stop without a second error at exit."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until exit
