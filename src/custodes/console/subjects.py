"""The pages about the whole estate: changes, findings, conversations. Thin, as the others."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from custodes.console import changes, problems, services
from custodes.console.pages import Desk, as_file
from custodes.console.render import page
from custodes.console.sheet import csv_lines
from custodes.console.talks import peers
from custodes.errors import UsageError
from custodes.estate.model import Summary
from custodes.estate.register import Register
from custodes.find import looking

router = APIRouter(include_in_schema=False)
CSV, JSON = "text/csv; charset=utf-8", "application/json"


def compared(desk: Register, query: changes.ChangesQuery, now: datetime) -> looking.Compared:
    """The comparison that is asked for.

    Raises:
        UsageError: there are no two looks to compare, or no look has that number.
    """
    if query.instant is not None:
        return looking.since(desk, query.instant, now)
    return looking.two_looks(desk, query.before, query.after)


def changed(desk: Register, found: looking.Compared) -> tuple[changes.Row, ...]:
    """Every change in words, with what people call the devices."""
    sides = (s for c in found.result.changes for s in (c.before, c.after) if s is not None)
    return changes.rows(found, desk.stated_names({s.device_id for s in sides if s.device_id}))


@router.get("/changes")
def changes_page(request: Request, desk: Desk) -> Response:
    """What changed from one look to another, or since a day."""
    query, looks = changes.read(request.query_params), desk.looks()
    try:
        found = compared(desk, query, datetime.now(UTC))
    except UsageError as error:
        why = f"{str(error)[:1].upper()}{str(error)[1:]}."
        return page("changes.html", "Changes", "/changes", it=changes.nothing(query, looks, why))
    model = changes.changes_page(found, changed(desk, found), query, looks)
    return page("changes.html", "Changes", "/changes", it=model)


@router.get("/changes.csv")
def changes_csv(request: Request, desk: Desk) -> Response:
    """Exactly the changes that the page shows, of all its pages, as a sheet."""
    return _csv(_changes(desk, request), "changes.csv", changes.NAMES)


@router.get("/changes.json")
def changes_json(request: Request, desk: Desk) -> Response:
    """The same as JSON."""
    return _json(_changes(desk, request), "changes.json")


def _changes(desk: Register, request: Request) -> list[dict[str, object]]:
    query = changes.read(request.query_params)
    try:
        found = compared(desk, query, datetime.now(UTC))
    except UsageError:
        return []
    return changes.facts(changes.wanted(changed(desk, found), query))


def findings_of(desk: Register, query: problems.FindingsQuery) -> tuple[problems.Row, ...]:
    """Every finding, open or of all time, with its device and site."""
    return problems.rows(desk.findings(closed=query.closed), _summaries(desk), desk.sites())


@router.get("/findings")
def findings_page(request: Request, desk: Desk) -> Response:
    """What somebody should act on, the worst first."""
    query = problems.read(request.query_params)
    model = problems.findings_page(findings_of(desk, query), query, desk.sites())
    return page("findings.html", "Findings", "/findings", it=model)


@router.get("/findings.csv")
def findings_csv(request: Request, desk: Desk) -> Response:
    """Exactly the findings that the page shows, of all its pages, as a sheet."""
    return _csv(_findings(desk, request), "findings.csv")


@router.get("/findings.json")
def findings_json(request: Request, desk: Desk) -> Response:
    """The same as JSON."""
    return _json(_findings(desk, request), "findings.json")


def _findings(desk: Register, request: Request) -> list[dict[str, object]]:
    query = problems.read(request.query_params)
    return problems.facts(problems.wanted(findings_of(desk, query), query))


def outside(desk: Register, query: services.TalksQuery) -> tuple[services.Row, ...]:
    """All that leaves the building, by device and peer."""
    devices = _summaries(desk)
    kinds = {number: one.device_type for number, one in devices.items()}
    return services.rows(peers(desk.conversations(), kinds, home=query.home or None), devices)


@router.get("/conversations")
def conversations_page(request: Request, desk: Desk) -> Response:
    """Devices that talk to makers' clouds, time servers or others outside, by service."""
    query = services.read(request.query_params)
    model = services.talks_page(outside(desk, query), query, desk.sites())
    return page("conversations.html", "Conversations", "/conversations", it=model)


@router.get("/conversations.csv")
def conversations_csv(request: Request, desk: Desk) -> Response:
    """Exactly the conversations that the page shows, of all its pages, as a sheet."""
    return _csv(_conversations(desk, request), "conversations.csv")


@router.get("/conversations.json")
def conversations_json(request: Request, desk: Desk) -> Response:
    """The same as JSON."""
    return _json(_conversations(desk, request), "conversations.json")


def _conversations(desk: Register, request: Request) -> list[dict[str, object]]:
    query = services.read(request.query_params)
    return services.facts(services.wanted(outside(desk, query), query))


def _summaries(desk: Register) -> Mapping[int, Summary]:
    return {one.id: one for one in desk.summaries()}


def _csv(found: list[dict[str, object]], name: str, heading: Sequence[str] = ("id",)) -> Response:
    return as_file("".join(csv_lines(found, heading)), CSV, name)


def _json(found: list[dict[str, object]], name: str) -> Response:
    return as_file(json.dumps(found, indent=1), JSON, name)
