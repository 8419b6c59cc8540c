"""The register as rows of text, by the columns of its sheets; what JSON export holds too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from custodes.estate.model import Authority, Body, Device, Network, Site
from custodes.estate.register import Register
from custodes.estate.sheets.columns import SHEETS, Sheet

OWN_IDS = ("UPRN", "URN", "ODS")  # standard ids with a column of their own
CELL_LIMIT = 32_000  # characters; Excel drops a cell of more than 32,767


def rows_of(register: Register, sheet: Sheet) -> Iterator[dict[str, str]]:
    """Every row of one sheet, by column key; a key that is missing is an empty cell."""
    makers = {"Bodies": _bodies, "Sites": _sites, "Networks": _networks, "Devices": _devices}
    for row in makers[sheet.name](register):
        yield {k: _cut(_text(v)) for k, v in row.items() if v is not None}


def _cut(text: str) -> str:
    return text if len(text) <= CELL_LIMIT else text[:CELL_LIMIT] + "…"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float):
        return repr(value)
    return str(value)


def _ids(ids: Mapping[str, str], without: tuple[str, ...] = ()) -> str:
    return "; ".join(f"{k}={ids[k]}" for k in sorted(ids) if k not in without)


def _bodies(register: Register) -> Iterator[dict[str, Any]]:
    for body in register.bodies():
        yield {"body": body.name, "standard_ids": _ids(body.standard_ids), "notes": body.notes}


def _sites(register: Register) -> Iterator[dict[str, Any]]:
    for site in register.sites():
        row = {"body": site.body, "site": site.name, "sensitive": site.sensitive}
        row |= {k: getattr(site, k) for k in ("address", "latitude", "longitude", "notes")}
        row |= {f"id.{k}": site.standard_ids.get(k) for k in OWN_IDS}
        yield row | {"standard_ids": _ids(site.standard_ids, OWN_IDS)}


def _networks(register: Register) -> Iterator[dict[str, Any]]:
    """A row for each authority, so that no two share a cell; a network without one has one row."""
    bodies = {site.id: site.body for site in register.sites()}
    for network in register.networks():
        for authority in network.authorities or (None,):
            yield _network(network, authority, bodies)


def _network(
    network: Network, authority: Authority | None, bodies: Mapping[int, str | None]
) -> dict[str, Any]:
    row: dict[str, Any] = {k: getattr(network, k) for k in ("cidr", "name", "segment", "notes")}
    row |= {"site": network.site, "body": bodies.get(network.site_id or 0)}
    if authority is not None:
        told = ("who", "reference", "valid_from", "until", "recorded_by")
        row |= {k: getattr(authority, k) for k in told}
    return row


def _devices(register: Register) -> Iterator[dict[str, Any]]:
    own = register.register_id
    bodies = {site.id: site.body for site in register.sites()}
    for device in register.devices():
        yield {"ref": f"{own}/{device.id}", **_stated(device, bodies), **_seen(device, bodies)}


def _stated(device: Device, bodies: Mapping[int, str | None]) -> dict[str, Any]:
    said: dict[str, Any] = {k: s.value for k, s in device.stated.items()}
    if device.site_stated:
        said |= {"site": device.site, "body": bodies.get(device.site_id or 0)}
    return said


def _seen(device: Device, bodies: Mapping[int, str | None]) -> dict[str, Any]:
    plain = (
        "brand maker product_family model firmware serial address hostname device_type"
        " is_surveillance first_seen last_seen"
    ).split()
    row: dict[str, Any] = {f"seen.{k}": getattr(device, k) for k in plain}
    row["seen.mac"] = "; ".join(device.macs) or None
    row["seen.confidence"] = device.confidence if device.last_seen else None
    if not device.site_stated:
        row |= {"seen.site": device.site, "seen.body": bodies.get(device.site_id or 0)}
    return row


def as_plain(register: Register, what: str = "all") -> dict[str, Any]:
    """The register as plain values for JSON, evidence and history of addresses included."""
    parts: dict[str, Callable[[], Sequence[Any]]] = {
        "bodies": register.bodies,
        "sites": register.sites,
        "networks": register.networks,
        "devices": register.devices,
        "findings": lambda: register.findings(closed=True),
        "conversations": register.conversations,
        "facts": register.fact_history,
        "attached": lambda: register.attached_to(ended=True),
    }
    wanted = parts if what == "all" else {what: parts[what]}
    found = {name: [plain_of(one) for one in get()] for name, get in wanted.items()}
    return {"register": register.register_id, **found}


def plain_of(one: Body | Site | Network | Device | Any) -> dict[str, Any]:
    """One noun of the register as plain values, keys in the order of its definition."""
    return dict(msgspec.to_builtins(one))


def sheets_for(what: str) -> tuple[Sheet, ...]:
    """The sheets that a part of the register is written to."""
    return SHEETS if what == "all" else tuple(s for s in SHEETS if s.name.lower() == what)
