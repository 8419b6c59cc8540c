"""`custodes scan`: look at networks whose owner allowed it."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from custodes import settings as config
from custodes.cli import context, output
from custodes.errors import InputError, UsageError
from custodes.settings import MOST_PACKETS_PER_SECOND

if TYPE_CHECKING:
    from custodes.estate.register import Register
    from custodes.find.observe.plan import Outcome, Plan, Progress, Summary
    from custodes.find.observe.scope import Permission
    from custodes.find.observe.targets import Target, Targets
    from custodes.observation import Observation

PARTIAL, INTERRUPTED = 3, 130
LINE_EVERY_S = 5.0
RISKY_RATE = 100
LONGEST_COMMUNITY = 255
PLANNED = (  # options that make the plan
    *("rate", "ports", "thorough", "only", "skip", "also"),
    *("multicast", "snmp", "community_file"),
)
OTHER_NAMES = {"community_file": "snmp-community-file"}
COLUMNS = {
    "device": "Address",
    "vendor": "Brand",
    "maker": "Maker",
    "model": "Model",
    "firmware": "Firmware",
    "device_type": "Type",
    "is_surveillance": "Surveillance",
}


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--authority", metavar="TEXT", help='Record who allows it: "NAME, POST, until DATE".')
@click.option("--site", metavar="NAME", help="The site that the devices belong to.")
@click.option("--ports", metavar="LIST", help="Ports, such as 80,554,8080/http,37020/sadp.")
@click.option(
    "--packets-per-second",
    "rate",
    type=click.FloatRange(0, MOST_PACKETS_PER_SECOND, min_open=True),
    help="New connections and datagrams a second in all (default 50, at most 5000).",
)
@click.option("--thorough", is_flag=True, help="Ask every port and page, also of known devices.")
@click.option("--only", metavar="PROBES", help="Send only these probes, with commas.")
@click.option("--skip", metavar="PROBES", help="Leave these probes out, with commas.")
@click.option("--also", metavar="PROBES", help="Also send these broadcasts: dvrip, sofia.")
@click.option("--snmp", is_flag=True, help="Ask by SNMP with the stored communities.")
@click.option(
    "--snmp-community-file",
    "community_file",
    metavar="FILE",
    help="Ask by SNMP with the owner's community in this file (-: standard input).",
)
@click.option(
    "--multicast/--no-multicast",
    default=None,
    help="Ask own segments by multicast first (default: yes, but not on loopback).",
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted scan, however old.")
@click.option("--fresh", is_flag=True, help="Start anew, also after an interruption.")
@click.option("--no-resolve", is_flag=True, help="Refuse names: nothing is asked of the resolver.")
@click.option("--yes", "large", is_flag=True, help="Agree to more than 65,536 addresses.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write every observation to this file, one JSON object a line.",
)
@click.option("--no-register", is_flag=True, help="Keep nothing of what is found.")
@output.JSON
@click.pass_context
def scan(ctx: click.Context, /, targets: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Find and identify devices on networks that may be scanned.

    TARGET is an address, a network (192.0.2.0/24), a range (192.0.2.10-40), a name, a file of
    such lines (@FILE), or ADDRESS:PORT[/SERVICE][,PORT...] for one device among several on one
    address.

    Nothing is sent to an address that no recorded authority covers. Only questions that read are
    sent: no login is tried, nothing is changed. An interrupted scan goes on when it is started
    again within a day.

    \b
    Exit status: 0 done, found or not · 2 wrong usage, or no such @FILE · 3 some devices did not
    finish an answer in time, or an @FILE cannot be read · 5 not authorised: nothing was sent · 6
    the register is damaged · 130 interrupted; what was read is kept.
    """
    from custodes.find.observe import targets as reading

    for one, other in (("resume", "fresh"), ("snmp", "community_file")):
        if options[one] and options[other]:
            raise UsageError(f"--{one} and --{OTHER_NAMES.get(other, other)} exclude each other")
    resolve = _refuse_name if options["no_resolve"] else _resolve
    asked = reading.parse(
        targets, read_file=_read_file, resolve=resolve, large=bool(options["large"])
    )
    plan = plan_from(ctx, options)
    with context.register(ctx, make=not options["dry_run"]) as register:
        if options["snmp"]:
            plan = replace(plan, community=_stored(ctx, register))
        return _run(register, asked, plan, options, as_json)


def _stored(ctx: click.Context, register: "Register") -> Callable[[str], bytes]:
    from custodes.estate.keyfile import read_key
    from custodes.find.observe.job import communities

    return communities(
        register, lambda: read_key(config.key_file(context.settings(ctx), context.folder(ctx)))
    )


def _run(
    register: "Register",
    asked: "Targets",
    plan: "Plan",
    options: dict[str, Any],
    as_json: bool,
) -> int:
    from custodes.find.observe import job
    from custodes.find.observe.scope import permission

    now = datetime.now(UTC)
    granted = permission(options["authority"], now) if options["authority"] else None
    if options["dry_run"]:
        return _dry_run(register, asked, plan, granted, as_json)
    site_id = register.add_site(options["site"]).id if options["site"] else None
    if granted is not None:
        job.allow(register, asked, granted, site_id, now)
    scope = job.scope_of(register, asked, now)
    plan = replace(plan, may_reach=scope.__contains__)
    if plan.limits.packets_per_second > RISKY_RATE:
        output.note("Above 100 packets a second embedded devices are known to hang.")
    body, summary = _scan(register, asked, plan, site_id, options)
    body["authorities"] = scope.authorities
    return _tell(body, summary, as_json)


def _dry_run(
    register: "Register",
    asked: "Targets",
    plan: "Plan",
    granted: "Permission | None",
    as_json: bool,
) -> int:
    from custodes.errors import OutOfScope
    from custodes.find.observe import job
    from custodes.find.observe.forecast import forecast, in_words

    body = forecast(asked, plan)
    said = list(in_words(body))
    try:
        scope = job.scope_of(register, asked, datetime.now(UTC), granted)
        body["authorised"], body["authorities"] = True, scope.authorities
        said.append(f"Authorised: yes, by {'; '.join(scope.in_words)}")
    except OutOfScope as error:
        body["authorised"], body["authorities"] = False, []
        body["not_covered"] = error.facts["uncovered"]
        said.append(f"Authorised: no; {error}")
    if as_json:
        output.emit_json(body)
    else:
        click.echo("\n".join(map(output.printable, said)))
    output.note("Nothing was sent.")
    return 0


def _scan(
    register: "Register",
    asked: "Targets",
    plan: "Plan",
    site_id: int | None,
    options: dict[str, Any],
) -> tuple[dict[str, Any], "Summary"]:
    """Scan, file and gather; gives the report's body and the summary."""
    from custodes.find.observe import job
    from custodes.find.observe.report import Found, document

    found, done, run, look = Found(), set[str](), None, None
    takers: list[Callable[[Outcome], None]] = [found.add]
    with ExitStack() as stack:
        if not options["no_register"]:
            run, done = job.begin(
                register,
                job.describe(asked, plan),
                datetime.now(UTC),
                resume=options["resume"],
                fresh=options["fresh"],
            )
            look = job.look(register, run, asked)
            takers.append(stack.enter_context(job.Filer(register, run, site_id, look)).put)
        if done:
            output.note(f"Going on: {len(done):,} of {len(asked):,} are done. --fresh: anew.")
        left = job.left_over(asked, done)
        sink = stack.enter_context(_observations(options["out"], append=bool(done)))
        show = stack.enter_context(_progress(len(left)))

        def finished(outcome: "Outcome") -> None:
            for take in takers:
                take(outcome)

        summary = asyncio.run(_with_stop(left, plan, sink=sink, progress=show, finished=finished))
    if run is not None and look is not None and not summary.interrupted:
        register.finish_run(run.id, datetime.now(UTC))
        register.finish_look(look, datetime.now(UTC))
    rate = plan.limits.packets_per_second
    return document(summary, found, already_done=len(done), rate=rate), summary


async def _with_stop(left: "Sequence[Target] | Targets", plan: "Plan", **ways: Any) -> "Summary":
    """Scan until done, or until Ctrl-C or a termination asks to stop."""
    from custodes.find.observe.scan import scan as look

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await look(left, plan, stop=stop, **ways)


def _tell(body: dict[str, Any], summary: "Summary", as_json: bool) -> int:
    """Print what was found and give the exit status."""
    from custodes.find.observe.report import in_words

    if as_json:
        output.emit_json(body)
    else:
        output.table(body["device_list"], COLUMNS, empty="No device answered.")
        for line in in_words(body):
            output.note(output.printable(line))
        if summary.interrupted:
            output.note(
                "Interrupted; what was read is kept. The same command goes on with the rest."
            )
    if summary.interrupted:
        return INTERRUPTED
    return PARTIAL if body["not_in_time"] else 0


def plan_from(ctx: click.Context, asked: Mapping[str, Any] = MappingProxyType({})) -> "Plan":
    """The plan that settings and options make; without options, that of a plain scan."""
    options: dict[str, Any] = {name: asked.get(name) for name in PLANNED}
    from custodes.find.identify.core import identify
    from custodes.find.observe import plan as plans
    from custodes.find.observe import ports

    chosen = context.settings(ctx, {"scan.packets_per_second": options["rate"]})
    limits = plans.Limits(
        packets_per_second=chosen["scan.packets_per_second"],
        connections_per_device=chosen["scan.connections_per_device"],
        connect_timeout_s=chosen["scan.connect_timeout_s"],
        reply_timeout_s=chosen["scan.reply_timeout_s"],
        answer_limit_bytes=chosen["scan.answer_limit_bytes"],
    )
    community = _community(options["community_file"])
    probes = _probes(options, chosen["scan.probes_on"], chosen["scan.probes_off"])
    asked_for = tuple(p for p in ports.ASKED_FOR if p.service in probes)
    listed = ports.parse(options["ports"]) if options["ports"] else (*ports.DEFAULT, *asked_for)
    if options["thorough"]:
        limits = plans.thorough(limits, len(listed))
    return plans.Plan(
        ports=listed,
        limits=limits,
        probes=probes,
        thorough=bool(options["thorough"]),
        multicast=options["multicast"] is not False,
        multicast_loopback=options["multicast"] is True,
        identify=identify,
        community=lambda _address: community,
    )


def _probes(options: Mapping[str, Any], on: str, off: str) -> frozenset[str]:
    """The probes to send: those asked for, without those left out or switched off."""
    from custodes.find.observe.plan import PROBE_NAMES, USUAL_PROBES

    snmp = bool(options["snmp"] or options["community_file"])
    usual = USUAL_PROBES | _names(on) | (frozenset({"snmp"}) if snmp else frozenset())
    wanted = (_names(options["only"]) or usual) | _names(options["also"])
    left_out = _names(options["skip"]) | _names(off)
    if unknown := sorted((wanted | left_out) - PROBE_NAMES):
        known = ", ".join(sorted(PROBE_NAMES))
        raise UsageError(f"no probe is called {unknown[0]!r}", hint=f"Probes: {known}.")
    if not wanted - left_out:
        raise UsageError("no probe is left to send")
    if "snmp" in wanted and not snmp:
        raise UsageError(
            "SNMP is asked only with the owner's community",
            hint="--snmp takes the stored ones, --snmp-community-file FILE (or -) one of yours.",
        )
    return wanted - left_out


def _community(name: str | None) -> bytes:
    """The first line of a file, or of standard input; empty where none was named."""
    if name is None:
        return b""
    try:
        with click.open_file(name, "rb") as stream:
            line = bytes(stream.readline(LONGEST_COMMUNITY + 2)).rstrip(b"\r\n")
    except OSError as error:
        raise context.unreadable(name, error) from error
    if not 0 < len(line) <= LONGEST_COMMUNITY:
        raise UsageError(f"{name} holds no SNMP community in its first line")
    return line


def _names(text: str | None) -> frozenset[str]:
    return frozenset(name.strip() for name in (text or "").split(",") if name.strip())


def _read_file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise context.unreadable(name, error) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{name} cannot be read: line {line} is not UTF-8 text") from error


def _refuse_name(name: str) -> list[str]:
    raise UsageError(f"{name!r} is a name", hint="Give its address, or leave out --no-resolve.")


def _resolve(name: str) -> list[str]:
    """The addresses of a name, by this machine's own resolver."""
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"the name {name!r} has no address: {error}") from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@contextmanager
def _observations(path: Path | None, *, append: bool) -> "Iterator[Callable[[Observation], None]]":
    """Where observations go as they come; evidence that is there is not overwritten."""
    if path is None:
        yield lambda _observation: None
        return
    from custodes.observation import write_line

    try:
        stream = path.open("ab" if append else "xb", buffering=0)  # a crash loses no line
    except FileExistsError:
        raise UsageError(f"{path} exists", hint="Give another name; it is not replaced.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error}") from error

    def keep(observation: "Observation") -> None:
        stream.write(write_line(observation))

    with stream:
        yield keep


@contextmanager
def _progress(total: int) -> "Iterator[Callable[[Progress], None]]":
    """A bar on a terminal; elsewhere a line now and then, on standard error."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} addresses"),
        BarColumn(),
        TextColumn("{task.fields[found]:,} answered, {task.fields[packets]:,} packets"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scan", total=total, found=0, packets=0)
        yield lambda p: bar.update(task, completed=p.done, found=p.found, packets=p.packets)


def _lines() -> "Callable[[Progress], None]":
    last_s = time.monotonic()

    def show(progress: "Progress") -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= LINE_EVERY_S:
            last_s = time.monotonic()
            output.note(
                f"{progress.done:,} of {progress.total:,} addresses,"
                f" {progress.found:,} answered, {progress.packets:,} packets"
            )

    return show
