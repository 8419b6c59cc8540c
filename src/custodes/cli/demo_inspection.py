"""The demo's second half: what virtual devices tell their owner, who stored their log-ins."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from custodes import settings as config
from custodes.cli import context, output
from custodes.units import counted

if TYPE_CHECKING:
    from custodes.estate.model import Device
    from custodes.estate.register import Register
    from custodes.find.inspect.visit import Visit
    from custodes.simulate.estate import Running

MANY = 12  # devices that are read deeper: enough to see, soon enough to wait for


def inspect(
    ctx: click.Context, register: "Register", running: "Mapping[str, Running]", plan: Any
) -> dict[str, Any]:
    """Store the log-ins of some devices, read these, and count what came of it."""
    from custodes.estate.keyfile import read_or_make_key
    from custodes.find.inspect import job, visit
    from custodes.find.observe import job as scanning

    key = read_or_make_key(
        config.key_file(context.settings(ctx), context.folder(ctx)), in_use=False
    )
    devices = _with_log_ins(register, running, key)
    found = job.candidates(register, devices)
    scope = scanning.scope_of(register, job.targets_of(found), datetime.now(UTC))
    asked = replace(plan, limits=visit.limits_of(plan.limits), may_reach=scope.__contains__)
    chosen = job.open_all(register, found, lambda: key, again=False)
    visits: list[Visit] = []
    what = counted(len(chosen.subjects), "device", "devices")
    output.note(f"reading {what} deeper, each with the log-in that its owner stored")
    if chosen.subjects:
        asyncio.run(_visit(chosen.subjects, asked, visits))
    for one in visits:
        job.keep(register, one, datetime.now(UTC))
    return {
        "asked": len(visits),
        "read": sum(bool(one.accepted) for one in visits),
        "attached_cameras": len(register.attached_to()),
        "findings": len(register.findings()),
    }


async def _visit(subjects: Any, plan: Any, visits: "list[Visit]") -> None:
    from custodes.find.inspect.doors import Terms
    from custodes.find.inspect.visit import visit_all

    await visit_all(subjects, plan, Terms(), finished=visits.append)


def _with_log_ins(
    register: "Register", running: "Mapping[str, Running]", key: bytes
) -> "list[Device]":
    """Devices that have more to tell, one of each kind before a second one, with a log-in each."""
    places = {a.place: d for d in register.devices() for a in d.addresses if a.ended_at is None}
    able = [(k, one) for k, one in running.items() if one.facts is not None and k in places]
    seen: dict[str, int] = {}
    order = []
    for k, one in able:
        seen[one.profile] = seen.get(one.profile, 0) + 1
        order.append((seen[one.profile], k, one))
    chosen = []
    for _, k, one in sorted(order, key=lambda row: row[:2])[:MANY]:
        device = places[k]
        register.add_credential(
            ("device", str(device.id)),
            one.password,
            key=key,
            now=datetime.now(UTC),
            user=one.username,
            recorded_by="the demo",
        )
        chosen.append(device)
    return chosen
