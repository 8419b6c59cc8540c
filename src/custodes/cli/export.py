"""`custodes export`: write the register as CSV, XLSX or JSON, and the template to fill in."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.errors import UsageError

if TYPE_CHECKING:
    from custodes.estate.register import Register

STDOUT = "-"
FORMATS = ("csv", "xlsx", "json")
PARTS = ("all", "bodies", "sites", "networks", "devices", "conversations")


@click.command()
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the name of FILE.")
@click.option("--what", type=click.Choice(PARTS), default="all", show_default=True)
@click.option(
    "-o", "--output", "out", metavar="FILE",
    help="Where to; - is standard output. CSV of everything goes into a folder.",
)  # fmt: skip
@click.option("--template", metavar="FILE", help="Write an empty .xlsx or .csv to fill in.")
@click.option("--force", is_flag=True, help="Write over a FILE that exists.")
@output.JSON
@click.pass_context
def export(ctx: click.Context, /, form: str | None, as_json: bool, **options: Any) -> int:
    """Write the register, or one part of it, for spreadsheets and programs.

    What is written as CSV or XLSX can be changed and brought back with `custodes import`: a row
    that was not changed changes nothing. JSON holds the evidence too. Texts that a spreadsheet
    would run as a formula are made harmless.

    Exit status: 0 done, 2 wrong usage, 6 the register is damaged.
    """
    if options["template"] is not None:
        return _template(Path(options["template"]), options["force"])
    out, what = options["out"] or STDOUT, options["what"]
    form = form or _form_of(out, as_json)
    write = {"csv": _csv, "xlsx": _xlsx, "json": _json}[form]
    _check(out, form, what, options["force"])
    with context.register(ctx, make=False) as register:
        try:
            write(register, out, what)
        except OSError as error:
            raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    if out != STDOUT:
        output.note(f"Wrote {out}.")
    return 0


def _template(path: Path, force: bool) -> int:
    from custodes.estate.sheets.writing import write_template

    _refuse_existing(path, force)
    try:
        write_template(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    output.note(f"Wrote {path}. Fill it in, then: custodes import {path}")
    return 0


def _form_of(out: str, as_json: bool) -> str:
    suffix = Path(out).suffix.lower().lstrip(".")
    if suffix in FORMATS:
        return suffix
    if as_json:
        return "json"
    raise UsageError("no format is given", hint="Say --format csv, xlsx or json, or name FILE so.")


def _check(out: str, form: str, what: str, force: bool) -> None:
    if what == "conversations" and form == "xlsx":
        raise UsageError("conversations are written as CSV or JSON", hint="Say --format csv.")
    if out == STDOUT:
        if form == "csv" and what == "all":
            raise UsageError(
                "four tables do not go into one CSV",
                hint="Say --what devices, or -o FOLDER, or --format xlsx.",
            )
        if form == "xlsx" and sys.stdout.isatty():
            raise UsageError("a workbook is not for a terminal", hint="Say -o FILE.xlsx.")
        return
    if form == "csv" and what == "all":
        if Path(out).is_file():
            raise UsageError(f"{out} is a file; CSV of everything needs a folder")
        return
    _refuse_existing(Path(out), force)


def _refuse_existing(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise UsageError(f"{path} exists", hint="Give another name, or --force to write over it.")


def _csv(register: "Register", out: str, what: str) -> None:
    from custodes.estate.sheets import writing
    from custodes.estate.sheets.tables import sheets_for

    if what == "all":
        writing.write_csv_folder(register, Path(out))
        return
    if what == "conversations":
        from custodes.cli.conversations import of, to_csv

        to_csv(out, of(register), force=True)  # whether FILE may be replaced is known by now
        return
    (sheet,) = sheets_for(what)
    if out == STDOUT:
        text = io.StringIO()
        writing.write_csv(register, sheet, text)
        click.echo(text.getvalue(), nl=False)
        return
    with Path(out).open("w", encoding="utf-8-sig", newline="") as file:
        writing.write_csv(register, sheet, file)


def _xlsx(register: "Register", out: str, what: str) -> None:
    from custodes.estate.sheets.writing import write_xlsx

    made = io.BytesIO()  # XlsxWriter seeks, which a pipe cannot
    write_xlsx(register, made, what)
    _to(out, lambda file: file.write(made.getvalue()))


def _json(register: "Register", out: str, what: str) -> None:
    import msgspec

    from custodes.estate.sheets.tables import as_plain

    text = msgspec.json.format(msgspec.json.encode(as_plain(register, what)), indent=2)
    _to(out, lambda file: file.write(text + b"\n"))


def _to(out: str, write: Callable[[IO[bytes]], object]) -> None:
    if out == STDOUT:
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with Path(out).open("wb") as file:
        write(file)
