"""`custodes import`: read scan files and asset lists of other tools into the register."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from custodes.cli import context, output
from custodes.cli.importing import FileReport, Progress, Stop, change, say
from custodes.errors import CustodesError, InputError, UsageError
from custodes.units import counted

if TYPE_CHECKING:
    from custodes.estate.register import Register
    from custodes.estate.sheets.report import Rejected, SheetReport
    from custodes.find.read.formats import Reader
    from custodes.find.read.intake import Intake
    from custodes.observation import Observation

STDOUT = "-"
FORMATS = (
    "pcap",
    "zeek",
    "nmap",
    "shodan",
    "observations",
    "masscan",
    "masscan-list",
    "zgrab2",
    "shadowserver",
    "neighbours",
    "assets",
)
PARTIAL = 3
INTERRUPTED = 130


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--site", metavar="NAME", help="The site that the devices belong to.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Do not recognise; it is this.")
@click.option("--dry-run", is_flag=True, help="Read and report; write nothing to the register.")
@click.option(
    "--rejected",
    metavar="FILE",
    help="Write the rows of lists that were not taken to a CSV, with the reasons, to be mended.",
)
@click.option(
    "-o", "--observations", "out", metavar="FILE", help="Write what was read as JSON lines too."
)
@output.JSON
@click.pass_context
def import_files(ctx: click.Context, /, files: Sequence[str], **options: Any) -> int:
    """Read FILEs of other tools and file their devices in the register; `-` is standard input.

    Understood, by content: packets (pcap, pcapng), Zeek's logs, Nmap XML, Shodan exports, Masscan,
    ZGrab2, Shadowserver reports, asset lists (CSV, XLSX) and custodes observation lines; all but
    XLSX may be packed with gzip. Nothing is sent to any network, so no authority is needed.
    A file that was imported before changes nothing. With --dry-run an asset list says row by row
    what it would change. Ctrl-C stops the reading and files what was read; the same command then
    goes on with the rest.

    Exit status: 0 all was read, 2 wrong usage, 3 something could not be read (the rest is in the
    register), 6 the register is damaged, 130 interrupted.
    """
    _refuse_existing(options["rejected"])
    with ExitStack() as stack:
        to_stdout = options["out"] == STDOUT
        register = None if options["dry_run"] else stack.enter_context(context.register(ctx))
        job = Job(
            register=register,
            site_id=_site(register, options["site"]),
            form=options["form"],
            out=_open_out(stack, options["out"], files),
            now=datetime.now(UTC),
            dry_register=partial(context.register, ctx, make=False),
        )
        reports = [job.run(name) for name in files if not job.stop.asked]
    _write_rejected(options["rejected"], job.rejected)
    say(reports, as_json=options["as_json"], quiet=to_stdout)
    if job.stop.asked:
        return INTERRUPTED
    return PARTIAL if any(report.partial for report in reports) else 0


def _refuse_existing(name: str | None) -> None:
    if name is not None and Path(name).exists():
        raise UsageError(f"{name} exists", hint="Give another name; it is not replaced.")


def _write_rejected(name: str | None, rejected: "Sequence[Rejected]") -> None:
    if name is None or not rejected:
        return
    from custodes.estate.sheets.writing import rejected_csv

    try:
        Path(name).write_text(rejected_csv(rejected), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}") from error
    output.note(f"Wrote {counted(len(rejected), 'rejected row', 'rejected rows')} to {name}.")


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
    dry_register: "Callable[[], AbstractContextManager[Register]]"
    stop: Stop = field(default_factory=Stop)
    rejected: "list[Rejected]" = field(default_factory=list)

    def run(self, name: str) -> FileReport:
        """Read one file as far as it goes."""
        from custodes.find.read.formats import STDIN, open_file

        report = FileReport(file=name)
        stdin = sys.stdin.buffer if name == STDIN else None
        try:
            with open_file(name, form=self.form, stdin=stdin) as reader:
                report.format = reader.format.NAME
                if report.format != "assets" or (self.register is None and self.out):
                    self._take(reader, report)
                elif self.register is not None:
                    self._take_list(reader, report, self.register, dry_run=False)
                else:
                    with self.dry_register() as register:
                        self._take_list(reader, report, register, dry_run=True)
        except InputError as error:
            report.error = _told(error)
        return report

    def _take(self, reader: "Reader", report: FileReport) -> None:
        progress = Progress(reader)
        reader.went_on, reader.tally.halted = progress.went_on, lambda: self.stop.asked
        if self.register is not None:
            reader.networks = tuple(n.network for n in self.register.networks())
        intake = self._intake(progress, reader.name)
        try:
            with self.stop.gently():
                self._read(reader, intake, progress, report)
                if intake is not None:
                    intake.finish()
        finally:
            progress.end()
        if intake is not None:
            report.new, report.known = intake.new, intake.known
            report.devices, report.unplaced = intake.devices, intake.unplaced
        tally = reader.tally
        report.read = {f"{tally.unit}s": tally.items}
        report.observations, report.rejected = tally.observations, tally.rejected
        report.reasons = [asdict(reason) for reason in tally.reasons]
        report.notes = tally.notes

    def _read(
        self,
        reader: "Reader",
        intake: "Intake | None",
        progress: Progress,
        report: FileReport,
    ) -> None:
        """Every observation to whoever takes it, until the end, an error or Ctrl-C."""
        takers = self._takers(intake)
        try:
            for observation in reader:
                for take in takers:
                    take(observation)
                progress.read()
                if self.stop.asked and not reader.tally.winds_down:
                    break
            if self.stop.asked:
                report.error = _stopped(reader)
        except InputError as error:
            report.error = _told(error)

    def _take_list(
        self, reader: "Reader", report: FileReport, register: "Register", *, dry_run: bool
    ) -> None:
        """An asset list speaks of sites and networks too, so it goes in as rows."""
        from custodes.find.read.assets import into_register, place
        from custodes.find.read.tally import LISTED

        try:
            done = into_register(
                reader.stream, reader.name, register, self.site_id, self.now, dry_run=dry_run
            )
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
        if dry_run:
            report.changes = [change(row) for row in done.changes]
        self.rejected += done.rejected
        for text in done.notes:
            output.note(output.printable(text))

    def _intake(self, progress: Progress, name: str) -> "Intake | None":
        if self.register is None:
            return None
        from custodes.find.identify.core import identify
        from custodes.find.read.intake import Intake

        return Intake(self.register, identify, self.site_id, self.now, progress.filed, name)

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


def _stopped(reader: "Reader") -> dict[str, str]:
    got = counted(reader.tally.observations, "observation", "observations")
    return {
        "code": "interrupted",
        "message": f"{reader.name}: interrupted after {got}, which are kept and filed",
        "hint": "The same command again takes the rest; what is known changes nothing.",
    }


def _told(error: CustodesError) -> dict[str, str]:
    return {"code": error.code, "message": str(error), "hint": error.hint}
