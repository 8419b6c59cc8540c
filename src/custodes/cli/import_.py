"""`custodes import`: read scan files and asset lists of other tools into the register."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from custodes.cli import context, output
from custodes.errors import CustodesError, InputError, UsageError
from custodes.units import human_size

if TYPE_CHECKING:
    from custodes.estate.register import Register
    from custodes.estate.sheets.report import SheetReport
    from custodes.find.read.formats import Reader
    from custodes.find.read.intake import Intake
    from custodes.observation import Observation

STDOUT = "-"
FORMATS = ("nmap", "shodan", "observations", "assets")
PARTIAL = 3
PROGRESS_S = 0.5  # between two lines of progress on a terminal
QUIET_S = 10.0  # and elsewhere


@dataclass(slots=True)
class FileReport:
    """What became of one file. Counts that need the register are None in a dry run.

    Of an asset list `sheet` tells what its rows did; the other counts are of observations.
    """

    file: str
    format: str | None = None
    read: dict[str, int] = field(default_factory=dict)  # {"lines": 3} or hosts, rows
    observations: int | None = 0
    new: int | None = None
    known: int | None = None
    devices: int | None = None
    unplaced: int | None = None
    rejected: int = 0
    reasons: list[dict[str, str]] = field(default_factory=list)
    sheet: dict[str, int] | None = None
    error: dict[str, str] | None = None

    @property
    def partial(self) -> bool:
        return bool(self.rejected or self.error)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--site", metavar="NAME", help="The site that the devices belong to.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Do not recognise; it is this.")
@click.option("--dry-run", is_flag=True, help="Read and report; write nothing to the register.")
@click.option(
    "-o", "--observations", "out", metavar="FILE", help="Write what was read as JSON lines too."
)
@output.JSON
@click.pass_context
def import_files(ctx: click.Context, /, files: Sequence[str], **options: Any) -> int:
    """Read FILEs of other tools and file their devices in the register; `-` is standard input.

    Understood, by content: Nmap XML, Shodan exports (.json, .json.gz), asset lists (CSV, XLSX)
    and custodes observation lines. Nothing is sent to any network, so no authority is needed.
    A file that was imported before changes nothing.

    Exit status: 0 all was read, 2 wrong usage, 3 something could not be read (the rest is in the
    register), 6 the register is damaged.
    """
    with ExitStack() as stack:
        to_stdout = options["out"] == STDOUT
        register = None if options["dry_run"] else stack.enter_context(context.register(ctx))
        job = Job(
            register=register,
            site_id=_site(register, options["site"]),
            form=options["form"],
            out=_open_out(stack, options["out"], files),
            now=datetime.now(UTC),
        )
        reports = [job.run(name) for name in files]
    _say(reports, as_json=options["as_json"], quiet=to_stdout)
    return PARTIAL if any(report.partial for report in reports) else 0


def _site(register: "Register | None", name: str | None) -> int | None:
    if register is None or name is None:
        return None
    site = register.site_by_name(name)
    if site is None:
        site = register.add_site(name)
        output.note(f"Recorded a new site: {output.printable(site.name)}.")
    return site.id


def _open_out(stack: ExitStack, name: str | None, files: Sequence[str]) -> IO[bytes] | None:
    if name is None:
        return None
    if name == STDOUT:
        return sys.stdout.buffer
    if any(Path(name).absolute() == Path(file).absolute() for file in files):
        raise UsageError(f"{name} is one of the files to read", hint="Give -o another name.")
    return stack.enter_context(_written(name))


@contextmanager
def _written(name: str) -> Iterator[IO[bytes]]:
    """A file that is being written; a full disk is an error in one line, also at the end."""
    try:
        file = Path(name).open("wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise _unwritable(error) from error
    try:
        yield file
    except BaseException:
        with suppress(OSError):  # the first error is the one to tell
            file.close()
        raise
    try:
        file.close()
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> UsageError:
    return UsageError(f"the observations cannot be written: {error.strerror}")


@dataclass(slots=True)
class Job:
    """One run of the command: where observations go, and what is said about each file."""

    register: "Register | None"
    site_id: int | None
    form: str | None
    out: IO[bytes] | None
    now: datetime

    def run(self, name: str) -> FileReport:
        """Read one file as far as it goes."""
        from custodes.find.read.formats import STDIN, open_file

        report = FileReport(file=name)
        stdin = sys.stdin.buffer if name == STDIN else None
        try:
            with open_file(name, form=self.form, stdin=stdin) as reader:
                report.format = reader.format.NAME
                if report.format == "assets" and self.register is not None:
                    self._take_list(reader, report, self.register)
                else:
                    self._take(reader, report)
        except InputError as error:
            report.error = _told(error)
        return report

    def _take(self, reader: "Reader", report: FileReport) -> None:
        intake = self._intake()
        progress = Progress(reader)
        takers = self._takers(intake)
        try:
            for observation in reader:
                for take in takers:
                    take(observation)
                progress.tick()
        except InputError as error:
            report.error = _told(error)
        finally:
            progress.end()
        if intake is not None:
            intake.finish()
            report.new, report.known = intake.new, intake.known
            report.devices, report.unplaced = intake.devices, intake.unplaced
        tally = reader.tally
        report.read = {f"{tally.unit}s": tally.items}
        report.observations, report.rejected = tally.observations, tally.rejected
        report.reasons = [asdict(reason) for reason in tally.reasons]

    def _take_list(self, reader: "Reader", report: FileReport, register: "Register") -> None:
        """An asset list speaks of sites and networks too, so it goes in as rows."""
        from custodes.find.read.assets import into_register, place
        from custodes.find.read.tally import LISTED

        try:
            done = into_register(reader.stream, reader.name, register, self.site_id, self.now)
        except InputError as error:
            report.error = _told(error)
            if (rows := error.facts.get("report")) is None:
                return
            done = cast("SheetReport", rows)
        report.read, report.observations = {"rows": done.rows_read}, None
        report.sheet = {"added": done.added, "updated": done.updated, "unchanged": done.unchanged}
        report.rejected = len(done.rejected)
        report.reasons = [
            {"where": place(row), "reason": row.reason} for row in done.rejected[:LISTED]
        ]
        for text in done.notes:
            output.note(output.printable(text))

    def _intake(self) -> "Intake | None":
        if self.register is None:
            return None
        from custodes.find.identify.core import identify
        from custodes.find.read.intake import Intake

        return Intake(self.register, identify, self.site_id, self.now)

    def _takers(self, intake: "Intake | None") -> "list[Callable[[Observation], object]]":
        takers: list[Callable[[Observation], object]] = []
        if intake is not None:
            takers.append(intake.add)
        if self.out is not None:
            takers.append(partial(_write, self.out))
        return takers


def _write(out: IO[bytes], observation: "Observation") -> None:
    from custodes.observation import write_line

    try:
        out.write(write_line(observation))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from error


class Progress:
    """A line on standard error about a long read: how much of the file, how many observations."""

    def __init__(self, reader: "Reader") -> None:
        self._reader = reader
        self._live = sys.stderr.isatty()
        self._every_s = PROGRESS_S if self._live else QUIET_S
        self._next = time.monotonic() + self._every_s
        self._shown = False

    def tick(self) -> None:
        """Called for each observation; speaks only now and then."""
        if self._reader.tally.observations % 256 or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every_s
        self._shown = True
        click.echo(self._line(), err=True, nl=not self._live)

    def _line(self) -> str:
        reader = self._reader
        size, done = reader.size_bytes, human_size(reader.position)
        of = f" of {human_size(size)} ({reader.position * 100 // size} %)" if size else ""
        line = f"{reader.name}: {done}{of}, {reader.tally.observations:,} observations"
        return f"\r\x1b[K{output.printable(line)}" if self._live else output.printable(line)

    def end(self) -> None:
        if self._live and self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _told(error: CustodesError) -> dict[str, str]:
    return {"code": error.code, "message": str(error), "hint": error.hint}


def _say(reports: Sequence[FileReport], *, as_json: bool, quiet: bool) -> None:
    if as_json and not quiet:
        output.emit_json({"files": [asdict(report) for report in reports]})
    elif not quiet:
        output.table([_row(report) for report in reports], COLUMNS, empty="No file was read.")
    for report in reports:
        for reason in () if as_json else report.reasons:
            line = f"{report.file}: {reason['where']}: {reason['reason']}"
            output.note(output.printable(line))
        more = report.rejected - len(report.reasons)
        if more > 0 and not as_json:
            line = f"{report.file}: and {more:,} more that could not be read."
            output.note(output.printable(line))
        if report.error and not as_json:
            output.note(f"custodes: {output.printable(report.error['message'])}")
            if report.error["hint"]:
                output.note(f"  {report.error['hint']}")


COLUMNS = {
    "file": "File",
    "format": "Format",
    "read": "Read",
    "observations": "Observations",
    "new": "New",
    "known": "Known before",
    "devices": "Devices",
    "rejected": "Rejected",
    "state": "",
}


def _row(report: FileReport) -> dict[str, object]:
    row: dict[str, object] = asdict(report)
    if report.sheet is not None:
        return row | _sheet_row(report)
    row["read"] = ", ".join(
        f"{n:,} {unit if n != 1 else unit[:-1]}" for unit, n in report.read.items()
    )
    for key in ("new", "known", "devices"):
        row[key] = "-" if row[key] is None else row[key]
    row["state"] = _state(report, new=report.new)
    return row


def _sheet_row(report: FileReport) -> dict[str, object]:
    did = report.sheet or {}
    return {
        "read": f"{report.read['rows']:,} rows",
        "observations": "-",
        "new": f"{did['added']:,} rows",
        "known": f"{did['unchanged']:,} rows, {did['updated']:,} updated",
        "devices": "-",
        "state": _state(report, new=did["added"] + did["updated"]),
    }


def _state(report: FileReport, *, new: int | None) -> str:
    if report.error:
        return "stopped early"
    if new is None:
        return "dry run"
    return "" if new else "nothing new"
