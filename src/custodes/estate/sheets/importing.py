"""Bring a spreadsheet into the register: good rows go in once, bad rows are told apart.

A blank cell says nothing and erases nothing. A second import of the same file changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from custodes.errors import InputError, UsageError
from custodes.estate.model import Network, Site
from custodes.estate.register import Register
from custodes.estate.sheets.reading import observation_of, read_rows
from custodes.estate.sheets.report import Rejected, Row, RowChange, SheetReport
from custodes.estate.statements import Change
from custodes.units import instant, iso

BATCH = 500  # rows of one transaction: what was read before a failure stays
CSV_FILES = ("bodies.csv", "sites.csv", "networks.csv", "devices.csv")


class _Undo(Exception):
    """Ends a dry run's transaction."""


def import_sheet(
    register: Register,
    source: Path | tuple[BinaryIO, str],
    now: datetime,
    *,
    site_id: int | None = None,
    who: str = "",
    dry_run: bool = False,
) -> SheetReport:
    """Bring a CSV, an XLSX or a folder of exported CSVs into the register and say what came of it.

    `source` is a path, or a seekable stream and its name. `site_id` is the site of devices whose
    row names none. A dry run does all of it and undoes it, so its report is exact.

    Raises:
        InputError: the file is not a sheet, is damaged or too big. `facts["report"]` tells what
            was taken before.
    """
    name = source.name if isinstance(source, Path) else source[1]
    report = SheetReport(file=name, dry_run=dry_run)
    work = _Import(register, now, who, report, site_id)
    rows = _rows(source, report.notes)
    if not dry_run:
        work.run(rows)
        return report
    try:
        with register.transaction():
            work.run(rows)
            raise _Undo
    except _Undo:
        return report


def _rows(source: Path | tuple[BinaryIO, str], notes: list[str]) -> Iterator[Row | Rejected]:
    if not isinstance(source, Path):
        yield from read_rows(*source, notes)
        return
    if not source.is_dir():
        yield from read_rows(source, None, notes)
        return
    held = [source / file for file in CSV_FILES if (source / file).is_file()]
    if not held:
        raise InputError(f"{source} holds none of {', '.join(CSV_FILES)}")
    for file in held:
        yield from read_rows(file, None, notes)


class _Import:
    def __init__(
        self,
        register: Register,
        now: datetime,
        who: str,
        report: SheetReport,
        site_id: int | None,
    ) -> None:
        self._register = register
        self._now = now
        self._who = who
        self._report = report
        self._site_id = site_id
        self._rows_of: dict[int, str] = {}  # device -> the row that spoke of it
        self._own = register.register_id
        self._take = {
            "Bodies": self._body,
            "Sites": self._site,
            "Networks": self._network,
            "Devices": self._device,
        }

    def run(self, rows: Iterable[Row | Rejected]) -> None:
        stream = iter(rows)
        while batch := self._next(stream):
            self._all(batch)

    def _all(self, batch: Iterable[Row | Rejected]) -> None:
        with self._register.transaction():
            for row in batch:
                self._one(row)

    def _next(self, stream: Iterator[Row | Rejected]) -> list[Row | Rejected]:
        """The next batch; when the file breaks, what was read of it goes in first."""
        batch: list[Row | Rejected] = []
        try:
            for row in islice(stream, BATCH):
                batch.append(row)  # noqa: PERF402 - keeps what came before an error
        except InputError as error:
            self._all(batch)
            error.facts["report"] = self._report
            error.facts["rows_taken"] = self._report.rows_read
            raise
        return batch

    def _one(self, row: Row | Rejected) -> None:
        self._report.rows_read += 1
        if isinstance(row, Rejected):
            self._report.rejected.append(row)
            return
        try:
            with self._register.step():
                is_new, what, changes = self._take[row.kind](row)
        except (UsageError, InputError) as error:
            self._report.rejected.append(_rejected(row, str(error)))
            return
        if not is_new and not changes:
            self._report.unchanged += 1
            return
        self._report.added += is_new
        self._report.updated += not is_new
        action = "added" if is_new else "updated"
        change = RowChange(
            sheet=row.sheet, row=row.number, action=action, what=what, changes=tuple(changes)
        )
        self._report.changes.append(change)

    def _body(self, row: Row) -> tuple[bool, str, list[Change]]:
        values = row.values
        known = self._register.body_by_name(values["body"])
        body = known or self._register.add_body(values["body"])
        ids = _ids(values)
        new = {"standard_ids": {**body.standard_ids, **ids} if ids else None}
        changed, told = _differences(body, {**new, "notes": values.get("notes")})
        self._register.change_body(body.id, **changed) if changed else None
        return known is None, f"body {body.name}", told

    def _site(self, row: Row) -> tuple[bool, str, list[Change]]:
        values = row.values
        known = self._register.site_meant(values["site"], values.get("body") or None)
        site = known or self._register.add_site(values["site"], body=values.get("body") or None)
        ids = _ids(values)
        new: dict[str, Any] = {k: values.get(k) for k in ("address", "notes")}
        new["sensitive"] = {"yes": True, "no": False}.get(values.get("sensitive", ""))
        for key in ("latitude", "longitude"):
            new[key] = float(values[key]) if values.get(key) else None
        new["standard_ids"] = {**site.standard_ids, **ids} if ids else None
        changed, told = _differences(site, new)
        self._register.change_site(site.id, **changed) if changed else None
        return known is None, f"site {site.name}", told

    def _network(self, row: Row) -> tuple[bool, str, list[Change]]:
        values = row.values
        who, until = values.get("who"), values.get("until")
        if bool(who) != bool(until):
            raise UsageError("an authority needs both: by whom, and until when")
        site = self._site_of(values)
        site_id = site.id if site else None
        before = {n.id: n for n in self._register.networks()}
        more = {k: values.get(k, "") for k in ("name", "notes")}
        network = self._register.add_network(
            values["cidr"], segment=values.get("segment") or None, site_id=site_id, **more
        )
        if who and until:
            start = values.get("valid_from")
            self._register.record_authority(
                network.cidr, who, instant(until), self._now, values.get("reference", ""),
                valid_from=instant(start) if start else None, network_id=network.id,
                recorded_by=values.get("recorded_by") or self._who or row.where,
            )  # fmt: skip
        after = next(n for n in self._register.networks() if n.id == network.id)
        told = _network_changes(before.get(network.id), after)
        return network.id not in before, f"network {network.cidr}", told

    def _device(self, row: Row) -> tuple[bool, str, list[Change]]:
        said, device_id = self._meant(row)
        filed = self._register.file_row(
            said, now=self._now, who=self._who, source=row.where,
            site_id=self._site_id, device_id=device_id,
        )  # fmt: skip
        earlier = self._rows_of.setdefault(filed.device_id, row.where)
        if earlier != row.where:
            raise UsageError(f"it describes the same device as {earlier}")
        if device_id is None:
            self._register.keep_row(filed.device_id, observation_of(row), self._now)
        tag = said.get("asset_tag")
        known = not (filed.is_new and self._report.dry_run)  # a dry run gives no numbers
        what = f"device {filed.device_id}" if known else "a new device"
        what += f" ({tag})" if tag else ""
        return filed.is_new, what, filed.changes

    def _meant(self, row: Row) -> tuple[dict[str, str], int | None]:
        """What a row states, and the number of its device where this register gave one.

        What another register saw is hearsay here: it fills what the row leaves blank.
        """
        said = {k: v for k, v in row.values.items() if v and not k.startswith(("seen.", "ref"))}
        owner, _, number = row.values.get("ref", "").partition("/")
        if owner == self._own and number.isascii() and number.isdigit() and len(number) < 10:
            return said, int(number)
        hearsay = ("brand", "maker", "product_family", "model", "firmware", "serial", "mac")
        where = () if "site" in said else ("site", "body")
        for key in (*hearsay, "address", "hostname", "device_type", *where):
            seen = row.values.get(f"seen.{key}", "").split("; ")[0]
            if seen and key not in said:
                said[key] = seen
        return said, None

    def _site_of(self, values: Mapping[str, str]) -> Site | None:
        name, body = values.get("site"), values.get("body") or None
        if not name:
            return None
        return self._register.ensure_site(name, body)


def _rejected(row: Row, reason: str) -> Rejected:
    return Rejected(
        file=row.file, sheet=row.sheet, row=row.number, column="", reason=reason,
        cells=row.cells, titles=row.titles,
    )  # fmt: skip


def _ids(values: Mapping[str, str]) -> dict[str, str]:
    """Standard ids from their own columns and from "scheme=value; …"."""
    found = {k[3:]: v for k, v in values.items() if k.startswith("id.") and v}
    for part in filter(None, values.get("standard_ids", "").split("; ")):
        scheme, _, value = part.partition("=")
        found.setdefault(scheme, value)
    return found


def _differences(held: object, new: Mapping[str, Any]) -> tuple[dict[str, Any], list[Change]]:
    """The columns that a row changes; what it leaves blank it does not."""
    changed = {k: v for k, v in new.items() if v not in (None, "") and v != getattr(held, k)}
    told = [Change(k, _shown(getattr(held, k)), _shown(v)) for k, v in changed.items()]
    return changed, told


def _shown(value: object) -> str | None:
    if isinstance(value, Mapping):
        return "; ".join(f"{k}={v}" for k, v in sorted(value.items())) or None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value in (None, "") else str(value)


def _network_changes(before: Network | None, after: Network) -> list[Change]:
    told = []
    for key in ("name", "segment", "notes"):
        was, now = getattr(before, key, None), getattr(after, key)
        if was != now and now not in ("", None):
            told.append(Change(key, _shown(was), _shown(now)))
    known = {a.id for a in before.authorities} if before else set()
    given = [a for a in after.authorities if a.id not in known]
    return told + [Change("authority", None, f"{a.who} until {iso(a.until)}") for a in given]
