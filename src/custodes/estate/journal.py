"""Findings about devices and sites, and the state of scans so that they can go on."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from custodes.errors import UsageError
from custodes.estate.model import SEVERITIES, Finding, ScanRun
from custodes.estate.schema import findings, scan_runs, scan_targets
from custodes.estate.store import Store


class Journal(Store):
    """The part of the register that keeps findings and scans."""

    def open_finding(
        self,
        code: str,
        severity: str,
        text: str,
        *,
        now: datetime,
        device_id: int | None = None,
        site_id: int | None = None,
        evidence: Mapping[str, object] | None = None,
    ) -> Finding:
        """Record a finding; one of the same code that is open on the same thing is brought up."""
        if severity not in SEVERITIES:
            raise UsageError(f"a severity is one of: {', '.join(SEVERITIES)}; not {severity!r}")
        values: dict[str, Any] = {"severity": severity, "text": text}
        values["evidence"] = dict(evidence or {})
        about = {"code": code, "device_id": device_id, "site_id": site_id}
        same = [_is(findings.c[name], value) for name, value in about.items()]
        where = sa.and_(*same, findings.c.closed_at.is_(None))
        with self._write() as connection:
            found = connection.execute(sa.select(findings.c.id).where(where)).scalar()
            if found is None:
                connection.execute(sa.insert(findings), {**about, **values, "opened_at": now})
            else:
                connection.execute(sa.update(findings).where(where).values(**values))
            row = connection.execute(sa.select(findings).where(where)).mappings().one()
        return Finding(**row)

    def close_finding(self, finding_id: int, now: datetime) -> None:
        """Say that a finding holds no longer; it stays on record."""
        where = sa.and_(findings.c.id == finding_id, findings.c.closed_at.is_(None))
        with self._write() as connection:
            connection.execute(sa.update(findings).where(where).values(closed_at=now))

    def findings(
        self, *, device_id: int | None = None, site_id: int | None = None, closed: bool = False
    ) -> list[Finding]:
        """Open findings (with `closed`, all), newest first, of everything or one device or site."""
        query = sa.select(findings).order_by(findings.c.id.desc())
        if device_id is not None:
            query = query.where(findings.c.device_id == device_id)
        if site_id is not None:
            query = query.where(findings.c.site_id == site_id)
        if not closed:
            query = query.where(findings.c.closed_at.is_(None))
        with self._read() as connection:
            return [Finding(**row) for row in connection.execute(query).mappings()]

    def start_run(self, plan: str, now: datetime) -> ScanRun:
        """Begin a scan; `plan` is the caller's own text for what it will do."""
        with self._write() as connection:
            values = {"plan": plan, "started_at": now}
            made = connection.execute(sa.insert(scan_runs).values(**values)).inserted_primary_key
        assert made is not None
        return ScanRun(id=int(made[0]), plan=plan, started_at=now)

    def unfinished_run(self, plan: str) -> ScanRun | None:
        """The newest scan of exactly this plan that was not finished, to go on with."""
        done = (
            sa.select(sa.func.count())
            .where(scan_targets.c.run_id == scan_runs.c.id)
            .scalar_subquery()
            .label("targets_done")
        )
        query = (
            sa.select(scan_runs, done)
            .where(scan_runs.c.plan == plan, scan_runs.c.finished_at.is_(None))
            .order_by(scan_runs.c.id.desc())
        )
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
        return ScanRun(**row) if row else None

    def mark_done(
        self, run_id: int, targets: str | Iterable[str], now: datetime, outcome: str = ""
    ) -> None:
        """Note that one target (or several, in one transaction) need not be scanned again."""
        names = {targets} if isinstance(targets, str) else set(targets)
        with self._write() as connection:
            done = scan_targets.c
            query = sa.select(done.target).where(done.run_id == run_id, done.target.in_(names))
            new = names - set(connection.execute(query).scalars())
            rows = [
                {"run_id": run_id, "target": t, "done_at": now, "outcome": outcome} for t in new
            ]
            if rows:
                connection.execute(sa.insert(scan_targets), rows)

    def done_targets(self, run_id: int) -> set[str]:
        """The targets of a scan that are done."""
        query = sa.select(scan_targets.c.target).where(scan_targets.c.run_id == run_id)
        with self._read() as connection:
            return set(connection.execute(query).scalars())

    def finish_run(self, run_id: int, now: datetime) -> None:
        """Note that a scan came to its end."""
        with self._write() as connection:
            change = sa.update(scan_runs).where(scan_runs.c.id == run_id)
            connection.execute(change.values(finished_at=now))

    def runs(self, limit: int = 20) -> list[ScanRun]:
        """The newest scans."""
        done = sa.func.count(scan_targets.c.target).label("targets_done")
        query = (
            sa.select(scan_runs, done)
            .outerjoin(scan_targets)
            .group_by(*scan_runs.c)
            .order_by(scan_runs.c.id.desc())
            .limit(limit)
        )
        with self._read() as connection:
            return [ScanRun(**row) for row in connection.execute(query).mappings()]


def _is(column: Any, value: Any) -> Any:
    return column.is_(None) if value is None else column == value
