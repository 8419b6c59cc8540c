"""The web pages. Thin: ask the register, make the page model, render it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from starlette.responses import Response, StreamingResponse

from custodes.console import listing, places, query, services, views
from custodes.console.dossier import Dossier, dossier, shorter
from custodes.console.render import page
from custodes.console.sheet import csv_lines
from custodes.errors import UsageError
from custodes.estate.model import StoredObservation
from custodes.estate.register import Register
from custodes.find import looking
from custodes.units import iso

router = APIRouter(include_in_schema=False)
PAGE_LIMIT = 150_000  # bytes; a page on a device that says too much is made again with less
SHARES = (4, 16)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


def the_register(request: Request) -> Register:
    register: Register = request.app.state.register
    return register


Desk = Annotated[Register, Depends(the_register)]


@router.get("/")
def overview(request: Request, desk: Desk) -> Response:
    """How many devices, who made them, where they are, and what is not known."""
    model = views.overview(desk.counts(), desk.sites(), lately(desk, request.app.state.compared))
    template = "welcome.html" if model.empty else "overview.html"
    return page(template, "Overview", "/", it=model)


@router.get("/devices")
def devices(request: Request, desk: Desk) -> Response:
    """The list of devices, filtered and ordered as the address says."""
    asked = query.read(request.query_params)
    wanted = listing.wanted(asked)
    found = desk.count(**wanted)
    start = listing.start_of(asked, found)
    part = listing.Part(
        rows=desk.summaries(**wanted, sort=asked.sort, offset=start, limit=query.PAGE_SIZE),
        found=found,
        total=desk.count(removed=asked.removed),
        values=desk.choices(),
    )
    model = listing.list_page(part, desk.sites(), asked)
    return page("devices.html", "Devices", "/devices", it=model, searched=asked.q)


@router.get("/devices.csv")
def devices_csv(request: Request, desk: Desk) -> Response:
    """Exactly the devices that the list shows, of all its pages, as a sheet."""
    facts = _facts(desk, request)
    return as_file("".join(csv_lines(facts)), "text/csv; charset=utf-8", "devices.csv")


@router.get("/devices.json")
def devices_json(request: Request, desk: Desk) -> Response:
    """Exactly the devices that the list shows, of all its pages, as JSON."""
    facts = _facts(desk, request)
    return as_file(json.dumps(facts, indent=1), "application/json", "devices.json")


@router.get("/devices/{number}")
def device(number: Number, desk: Desk) -> Response:
    """One device as a report: what it is, why, what speaks against it, what is not known."""
    found = desk.device(number)
    if found is None:
        raise HTTPException(404, f"There is no device number {number}.")
    whole = dossier(desk, found, datetime.now(UTC))
    made = _device(whole)
    for share in SHARES:
        if len(made.body) <= PAGE_LIMIT:
            break
        made = _device(shorter(whole, share))
    return made


def _device(it: Dossier) -> Response:
    crumbs = (("Devices", "/devices"),)
    return page("device.html", it.it.name, "/devices/one", it=it.it, all=it, crumbs=crumbs)


@router.get("/devices/{number}/observations.txt")
def observations(number: Number, desk: Desk) -> Response:
    """Every observation of one device as it was received, as plain text."""
    found = desk.device(number)
    if found is None:
        raise HTTPException(404, f"There is no device number {number}.")
    return StreamingResponse(
        _as_text(desk.observations_of(found.id, newest=None)),
        media_type="text/plain; charset=utf-8",
        headers=_attachment(f"device-{number}-observations.txt"),
    )


@router.get("/sites")
def sites(desk: Desk) -> Response:
    """Every site with its number of devices."""
    return page("sites.html", "Sites", "/sites", rows=places.site_rows(desk.sites(), desk.counts()))


@router.get("/sites/{number}")
def site(number: Number, desk: Desk) -> Response:
    """One site: its devices by maker, and its networks."""
    found = next((s for s in desk.sites() if s.id == number), None)
    if found is None:
        raise HTTPException(404, f"There is no site number {number}.")
    model = places.site_page(found, desk.counts(number), desk.networks(), datetime.now(UTC))
    crumbs = (("Sites", "/sites"),)
    return page("site.html", found.name, "/sites/one", it=model, crumbs=crumbs)


@router.get("/networks")
def networks(desk: Desk) -> Response:
    """Every network, and who allowed it to be scanned until when."""
    rows = places.network_rows(desk.networks(), datetime.now(UTC))
    return page("networks.html", "Networks", "/networks", rows=rows)


@router.get("/about")
def about() -> Response:
    """What custodes is, and what it never does."""
    return page("about.html", "About", "/about")


def lately(desk: Register, known: dict[int, views.Lately]) -> views.Lately:
    """What changed since the last scan, what is to act on, who talks to a cloud.

    `known` keeps the comparison of the newest finished scan: what ended changes no more.
    """
    newest = next((k.id for k in desk.looks() if k.kind == "scan" and k.finished_at), 0)
    if newest not in known:
        known.clear()
        known[newest] = _compared(desk)
    contacts = desk.contacts()
    return replace(
        known[newest],
        findings=Counter(one.severity for one in desk.findings()),
        heard=bool(contacts),
        in_clouds=services.cloud_devices(contacts),
    )


def _compared(desk: Register) -> views.Lately:
    try:
        found = looking.two_looks(desk, None, None)
    except UsageError:
        return views.Lately()
    return views.Lately(len(found.result.changes), f"{found.before} and {found.after}")


def _facts(desk: Register, request: Request) -> list[dict[str, object]]:
    asked = query.read(request.query_params)
    return listing.facts(desk.summaries(**listing.wanted(asked), sort=asked.sort))


def as_file(body: str, media_type: str, name: str) -> Response:
    """Text as a file to be kept."""
    return Response(
        body.encode("utf-8", "replace"), media_type=media_type, headers=_attachment(name)
    )


def _attachment(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _as_text(found: "Iterator[StoredObservation] | list[StoredObservation]") -> Iterator[bytes]:
    for stored in found:
        seen = stored.observation
        head = (
            f"field: {seen.field}",
            f"address: {seen.address or 'unknown'}",
            f"port: {seen.port if seen.port is not None else 'unknown'}",
            f"transport: {seen.transport or 'unknown'}",
            f"source: {seen.source or 'unknown'}",
            f"seen: {iso(stored.first_seen)} to {iso(stored.last_seen)}, {stored.times_seen} times",
            f"sha256: {stored.digest}",
            f"encoding: {seen.encoding or 'text'}",
        )
        text = "\n".join(" ".join(part.split()) for part in head) + f"\n\n{seen.payload}\n\n"
        yield text.encode("utf-8", "replace") + b"-" * 78 + b"\n"
