"""What `custodes import` says of each file: counts, what rows changed or would, and progress."""

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import output
from custodes.units import counted, human_size

if TYPE_CHECKING:
    from custodes.estate.sheets.report import RowChange
    from custodes.find.read.formats import Reader

PROGRESS_S = 0.5  # between two lines of progress on a terminal
QUIET_S = 10.0  # and elsewhere
CHANGES_SHOWN = 200  # rows of a dry run in the table; JSON has them all


@dataclass(slots=True)
class FileReport:
    """What became of one file. Counts that need the register are None in a dry run.

    Of an asset list `sheet` tells what its rows did, or in a dry run would do, and `changes` then
    says so row by row; the other counts are of observations.
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
    changes: list[dict[str, Any]] | None = None
    notes: list[str] = field(default_factory=list)  # to know of the file, though nothing is wrong
    error: dict[str, str] | None = None

    @property
    def partial(self) -> bool:
        return bool(self.rejected or self.error)


def change(row: "RowChange") -> dict[str, Any]:
    """What one row did, or would do, as plain values."""
    return asdict(row)


def say(reports: Sequence[FileReport], *, as_json: bool, quiet: bool) -> None:
    """Print what became of the files; `quiet` where standard output carries observations."""
    if as_json and not quiet:
        output.emit_json({"files": [asdict(report) for report in reports]})
    elif not quiet:
        output.table([_row(report) for report in reports], COLUMNS, empty="No file was read.")
        for report in reports:
            _say_changes(report)
    for report in () if as_json else reports:
        _say_trouble(report)


def _say_trouble(report: FileReport) -> None:
    for text in report.notes:
        output.note(output.printable(f"{report.file}: {text}"))
    for reason in report.reasons:
        line = f"{report.file}: {reason['where']}: {reason['reason']}"
        output.note(output.printable(line))
    more = report.rejected - len(report.reasons)
    if more > 0:
        output.note(output.printable(f"{report.file}: and {more:,} more that could not be read."))
    if report.error:
        output.note(f"custodes: {output.printable(report.error['message'])}")
        if report.error["hint"]:
            output.note(f"  {report.error['hint']}")


def _say_changes(report: FileReport) -> None:
    """Row by row what a list would change; only a dry run knows it."""
    if not report.changes:
        return
    rows = [
        {
            "row": f"{one['sheet']} {one['row']}".strip(),
            "does": {"added": "would add", "updated": "would change"}[one["action"]],
            "what": one["what"],
            "changes": "; ".join(map(_words, one["changes"])),
        }
        for one in report.changes[:CHANGES_SHOWN]
    ]
    columns = {"row": "Row", "does": "Does", "what": "What", "changes": "Field by field"}
    click.echo()
    output.table(rows, columns, title=output.printable(report.file), empty="")
    if (more := len(report.changes) - CHANGES_SHOWN) > 0:
        output.note(f"And {counted(more, 'row', 'rows')} more; --json has them all.")


def _words(one: dict[str, str | None]) -> str:
    before, after = one["before"], one["after"]
    if before is None:
        return f"{one['field']}: {after}"
    return f"{one['field']}: {before} → {after if after is not None else 'nothing'}"


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
    row["read"] = ", ".join(counted(n, unit[:-1], unit) for unit, n in report.read.items())
    for key in ("new", "known", "devices"):
        row[key] = "-" if row[key] is None else row[key]
    row["state"] = _state(report, new=report.new)
    return row


def _sheet_row(report: FileReport) -> dict[str, object]:
    did = report.sheet or {}
    dry = report.changes is not None
    return {
        "read": counted(report.read["rows"], "row", "rows"),
        "observations": "-",
        "new": counted(did["added"], "row", "rows"),
        "known": f"{counted(did['unchanged'], 'row', 'rows')}, {did['updated']:,} updated",
        "devices": "-",
        "state": _state(report, new=None if dry else did["added"] + did["updated"]),
    }


def _state(report: FileReport, *, new: int | None) -> str:
    if report.error:
        return "stopped early"
    if new is None:
        return "dry run"
    return "" if new else "nothing new"


class Progress:
    """A line on standard error about a long import: how far it has read, or filed."""

    def __init__(self, reader: "Reader") -> None:
        self._reader = reader
        self._live = sys.stderr.isatty()
        self._every_s = PROGRESS_S if self._live else QUIET_S
        self._next = time.monotonic() + self._every_s
        self._shown = False

    def read(self) -> None:
        """Called for each observation; speaks only now and then."""
        if self._reader.tally.observations % 256 == 0:
            self.went_on()

    def went_on(self) -> None:
        """Called for each block of a format that holds its observations back."""
        if time.monotonic() < self._next:
            return
        size, done = self._reader.size_bytes, human_size(self._reader.position)
        of = f" of {human_size(size)} ({self._reader.position * 100 // size} %)" if size else ""
        self._show(f"{done}{of}, {self._reader.tally.observations:,} observations")

    def filed(self, done: int, of: int) -> None:
        """Called now and then while devices are filed."""
        if time.monotonic() >= self._next:
            self._show(f"{done:,} of {counted(of, 'device', 'devices')} filed")

    def _show(self, words: str) -> None:
        self._next = time.monotonic() + self._every_s
        self._shown = True
        line = output.printable(f"{self._reader.name}: {words}")
        click.echo(f"\r\x1b[K{line}" if self._live else line, err=True, nl=not self._live)

    def end(self) -> None:
        if self._live and self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)


class Stop:
    """Ctrl-C, asked for once: stop reading and file what was read. Twice: at once."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def gently(self) -> Iterator[None]:
        """In here the first Ctrl-C only asks."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        output.note("\nStopping; what was read is filed first. Again: at once.")
