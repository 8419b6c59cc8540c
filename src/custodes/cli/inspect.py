"""`custodes inspect`: read devices deeper, with the owner's key."""

import asyncio
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import click

from custodes import settings as config
from custodes.cli import context, output
from custodes.cli.devices import find
from custodes.cli.scan import plan_from
from custodes.errors import UsageError
from custodes.units import counted

if TYPE_CHECKING:
    from custodes.estate.model import Device
    from custodes.estate.register import Register
    from custodes.find.inspect.job import Candidate, Chosen
    from custodes.find.inspect.visit import Visit
    from custodes.find.observe.plan import Plan

PARTIAL, INTERRUPTED = 3, 130
FAMILIES = ("isapi", "onvif", "dahua", "vapix")
COLUMNS = {
    "device": "Device",
    "address": "Address",
    "name": "Name",
    "over": "Over",
    "result": "Result",
    "answers": "Answers",
    "requests": "Requests",
    "seconds": "Seconds",
}


@click.command()
@click.argument("device_ids", nargs=-1, metavar="[DEVICE]...", type=click.IntRange(1, 2**31 - 1))
@click.option("--site", metavar="NAME", help="Every device at this site.")
@click.option("--network", metavar="CIDR", help="Every device with an address in this network.")
@click.option("--all", "everything", is_flag=True, help="Every device of the register.")
@click.option("--over", metavar="WAYS", help=f"Only these ways: {', '.join(FAMILIES)}.")
@click.option("--again", is_flag=True, help="Also try a log-in that the device refused before.")
@click.option(
    "--allow-basic-in-clear",
    is_flag=True,
    help="Send the password itself over an open connection where a device wants nothing else.",
)
@click.option("--dry-run", is_flag=True, help="Say who would be asked what, and send nothing.")
@output.JSON
@click.pass_context
def inspect(
    ctx: click.Context, /, device_ids: tuple[int, ...], as_json: bool, **options: Any
) -> int:
    """Read devices deeper with the log-ins that the owner stored; nothing is changed on them.

    DEVICE is a number from `custodes devices`. Asked are only devices that a recorded authority
    covers. One log-in for a device in one run, the most specific that is stored; what a device
    refuses once it is not asked again, so that no account is locked. Secrets and user names in
    answers are not kept.

    \b
    Exit status: 0 done · 2 wrong usage · 3 some devices were not read: no log-in, refused, no
    answer · 5 not authorised: nothing was sent · 6 the register is damaged, or the key file is of
    no use · 130 interrupted; what was read is kept.
    """
    over = _over(options["over"])
    with context.register(ctx, make=False) as register:
        devices = _meant(register, device_ids, options)
        plan = plan_from(ctx)
        return _run(ctx, register, devices, plan, {**options, "over": over, "json": as_json})


def _run(
    ctx: click.Context,
    register: "Register",
    devices: "Sequence[Device]",
    plan: "Plan",
    options: dict[str, Any],
) -> int:
    from custodes.find.inspect import job, visit
    from custodes.find.observe import job as scanning

    found = job.candidates(register, devices, options["over"])
    scope = scanning.scope_of(register, job.targets_of(found), datetime.now(UTC))
    if options["dry_run"]:
        return _dry_run(found, options["json"])
    plan = replace(plan, limits=visit.limits_of(plan.limits), may_reach=scope.__contains__)

    @cache
    def key() -> bytes:
        from custodes.estate.keyfile import read_key

        return read_key(config.key_file(context.settings(ctx), context.folder(ctx)))

    chosen = job.open_all(register, found, key, again=options["again"])
    visits, interrupted = _visit(register, chosen, plan, options["allow_basic_in_clear"])
    return _tell(register, chosen, visits, interrupted=interrupted, as_json=options["json"])


def _meant(
    register: "Register", device_ids: Sequence[int], options: dict[str, Any]
) -> "list[Device]":
    """The devices that were named, each once."""
    site, network, everything = options["site"], options["network"], options["everything"]
    if sum((bool(device_ids), site is not None, network is not None, everything)) != 1:
        raise UsageError("say which devices: numbers, or one of --site, --network or --all")
    if device_ids:
        named = [find(register, number) for number in device_ids]
        return list({device.id: device for device in named}.values())
    listed = register.devices(site=site) if site is not None else register.devices()
    able = [one for one in listed if one.state != "removed" and one.last_seen is not None]
    if network is not None:
        able = [one for one in able if _inside(one.address, network)]
    if not able:
        raise UsageError("no device is like that", hint="`custodes devices` lists them.")
    return able


def _inside(address: str | None, cidr: str) -> bool:
    try:
        wanted = ip_network(cidr.strip(), strict=False)
    except ValueError as error:
        raise UsageError(f"{cidr!r} is not a network", hint="Like 10.20.0.0/24.") from error
    return address is not None and ip_address(address.partition("%")[0]) in wanted


def _over(text: str | None) -> frozenset[Any]:
    from custodes.find.inspect.asks import Family

    names = [name.strip().casefold() for name in (text or "").split(",") if name.strip()]
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        raise UsageError(f"no way of asking is called {unknown[0]!r}", hint=", ".join(FAMILIES))
    return frozenset(Family(name) for name in names)


def _dry_run(found: "Sequence[Candidate]", as_json: bool) -> int:
    """Who would be asked what, with which log-in; no secret is opened."""
    from custodes.find.inspect.ways import ASKS

    rows = [_planned(one) for one in found]
    if as_json:
        asked = {f"{family}": [ask.about for ask in asks] for family, asks in ASKS.items()}
        output.emit_json({"devices": rows, "questions": asked})
    else:
        columns = {
            "device": "Device",
            "address": "Address",
            "name": "Name",
            "login": "Log-in",
            "over": "Over",
            "questions": "Questions",
            "why_not": "Not asked because",
        }
        output.table(rows, columns, empty="No device is meant.")
    output.note("Nothing was sent.")
    return 0


def _planned(one: "Candidate") -> dict[str, object]:
    login = one.credential
    return {
        "device": one.device.id,
        "address": one.target.address if one.target else "-",
        "name": one.device.called,
        "login": f"{login.id}: {login.user_name}" if login else "-",
        "over": ", ".join(
            f"{way.family}{' clock' if way.clock_only else ''} on "
            f"{'/'.join(str(p.number) for p in way.ports)}"
            for way in one.ways
        )
        or "-",
        "questions": one.questions,
        "why_not": one.why_not or "-",
    }


def _visit(
    register: "Register", chosen: "Chosen", plan: "Plan", in_clear: bool
) -> "tuple[list[tuple[Visit, int]], bool]":
    """Ask every device; file each as it ends, in a thread of its own."""
    from custodes.find.inspect import job
    from custodes.find.inspect.doors import Terms
    from custodes.find.inspect.visit import visit_all

    waiting = []

    async def go() -> bool:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        terms = Terms(basic_in_clear=in_clear)
        await visit_all(chosen.subjects, plan, terms, finished=file, stop=stop)
        return stop.is_set()

    with ThreadPoolExecutor(1, "filer") as pool:

        def file(visit: "Visit") -> None:
            done = pool.submit(job.keep, register, visit, datetime.now(UTC))
            waiting.append((visit, done))

        interrupted = asyncio.run(go()) if chosen.subjects else False
    return [(visit, done.result()) for visit, done in waiting], interrupted


def _tell(
    register: "Register",
    chosen: "Chosen",
    visits: "Sequence[tuple[Visit, int]]",
    *,
    interrupted: bool,
    as_json: bool,
) -> int:
    rows = [_row(register, visit, number) for visit, number in visits]
    rows += [
        {"device": device.id, "address": device.address, "name": device.called, "result": why}
        for device, why in chosen.left_out
    ]
    rows.sort(key=lambda row: row["device"])
    read = sum(row["result"] == "read" for row in rows)
    if as_json:
        output.emit_json({"devices": rows, "read": read, "interrupted": interrupted})
    else:
        shown = [{key: row.get(key, "-") for key in COLUMNS} for row in rows]
        output.table(shown, COLUMNS, empty="No device was asked.")
        for row in rows:
            for trouble in row.get("troubles", ()):
                output.note(output.printable(f"Device {row['device']}: {trouble}"))
        output.note(
            f"{counted(read, 'device was', 'devices were')} read of {len(rows):,}."
            " `custodes devices show ID` shows what they can do and how they are set up."
        )
    if interrupted:
        return INTERRUPTED
    return 0 if read == len(rows) else PARTIAL


def _over_words(visit: "Visit") -> list[str]:
    open_ways = [f"{family} (no log-in was asked for)" for family in visit.unasked]
    return [*map(str, visit.accepted), *open_ways]


def _row(register: "Register", visit: "Visit", number: int) -> dict[str, Any]:
    told = register.facts_of(number)
    device = register.device(number)
    return {
        "device": number,
        "address": visit.subject.target.address,
        "name": device.called if device else "",
        "over": ", ".join(dict.fromkeys(_over_words(visit))) or "-",
        "result": visit.ending,
        "answers": len(visit.observations),
        "requests": visit.requests,
        "seconds": round(visit.seconds, 1),
        "packets": visit.packets,
        "capabilities": len(told.capabilities),
        "facts": len(told.facts),
        "attached": len(told.attached),
        "troubles": visit.troubles,
    }
