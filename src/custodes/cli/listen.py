"""`custodes listen`: find devices, and who they talk to, without sending a packet."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.cli.importing import Stop
from custodes.errors import UsageError
from custodes.units import counted, human_size

if TYPE_CHECKING:
    from custodes.estate.register import Register
    from custodes.find.listen.live import Live
    from custodes.find.read.intake import Intake
    from custodes.observation import Observation

INTERRUPTED = 130
LIVE_S, QUIET_S = 1.0, 10.0
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s?([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


@click.command()
@click.option("--interface", "-i", required=True, metavar="IF", help="Where to listen: eth0 …")
@click.option("--for", "duration", metavar="DURATION", help="How long: 90s, 10m, 8h, 2d.")
@click.option("--write", metavar="FILE", help="Write every packet to a pcap file too.")
@click.option("--promiscuous", is_flag=True, help="Also packets between others (a mirror port).")
@click.option("--site", metavar="NAME", help="The site that the devices belong to.")
@click.option("--no-register", is_flag=True, help="Keep nothing; with -o, only write.")
@click.option("-o", "--observations", "out", metavar="FILE", help="Write JSON lines too; - stdout.")
@output.JSON
@click.pass_context
def listen(ctx: click.Context, /, interface: str, as_json: bool, **options: Any) -> int:
    """Listen on an interface of this machine and file what devices say of themselves.

    Nothing is sent, so no authority is needed; listen only where you may. Devices are what has a
    private address, or one of a recorded network, or shows itself on the segment; everything else
    is only a peer. Passwords that pass in clear are not kept, only that they did. Needs the right
    to read raw packets (root, or CAP_NET_RAW). Without --for it listens until Ctrl-C, which keeps
    all that was heard.

    Exit status: 0 done, 2 wrong usage, 6 the register is damaged, 7 no right to read packets,
    130 interrupted; everything is kept.
    """
    from custodes.find.listen.live import Live
    from custodes.find.listen.wire import Wire

    seconds = _seconds(options["duration"])
    for name in (options["write"], options["out"]):
        _refuse_existing(name)
    stop = Stop()
    with ExitStack() as stack:
        wire = stack.enter_context(Wire(interface, promiscuous=options["promiscuous"]))
        file = _opened(stack, options["write"])
        lines = sys.stdout.buffer if options["out"] == "-" else _opened(stack, options["out"])
        register = None
        if not options["no_register"]:
            register = stack.enter_context(context.register(ctx))
        networks = [n.network for n in register.networks()] if register else []
        live = Live(wire, time.monotonic, networks, file)
        intake = _intake(register, options["site"])
        until_s = None if seconds is None else time.monotonic() + seconds
        with stop.gently(), _progress(live) as show:
            for part in live.run(until_s, lambda: stop.asked):
                _keep(part, intake, lines, file)
                show()
        dropped = wire.count_dropped()
    _say(live, intake, dropped, as_json=as_json and options["out"] != "-")
    return INTERRUPTED if stop.asked else 0


def _seconds(text: str | None) -> float | None:
    """A length of time in seconds.

    >>> _seconds("10m"), _seconds("1.5h"), _seconds(None)
    (600.0, 5400.0, None)
    """
    if text is None:
        return None
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or not float(found[1]):
        raise UsageError(f"{text!r} is not a length of time", hint="For example 90s, 10m, 8h, 2d.")
    return float(found[1]) * _SECONDS[found[2]]


def _refuse_existing(name: str | None) -> None:
    if name is not None and name != "-" and Path(name).exists():
        raise UsageError(f"{name} exists", hint="Give another name; it is not replaced.")


def _opened(stack: ExitStack, name: str | None) -> IO[bytes] | None:
    if name is None:
        return None
    try:
        return stack.enter_context(Path(name).open("xb"))
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}") from error


def _intake(register: "Register | None", site: str | None) -> "Intake | None":
    if register is None:
        return None
    from custodes.find.identify.core import identify
    from custodes.find.read.intake import Intake

    site_id = None if site is None else register.ensure_site(site, None).id
    return Intake(register, identify, site_id, datetime.now(UTC))


def _keep(
    part: "list[Observation]",
    intake: "Intake | None",
    lines: IO[bytes] | None,
    file: IO[bytes] | None,
) -> None:
    """Everything of one part where it belongs, before more is heard."""
    from custodes.observation import write_line

    if not part:
        return
    for one in part:
        if lines is not None:
            lines.write(write_line(one))
        if intake is not None:
            intake.add(one)
    for stream in (lines, file):
        if stream is not None:
            stream.flush()
    if intake is not None:
        intake.flush()


@contextmanager
def _progress(live: "Live") -> "Iterator[Any]":
    """A line on standard error: rewritten on a terminal, now and then elsewhere."""
    on_terminal = sys.stderr.isatty()
    every_s = LIVE_S if on_terminal else QUIET_S
    next_s = time.monotonic() + every_s

    def show() -> None:
        nonlocal next_s
        if time.monotonic() < next_s:
            return
        next_s = time.monotonic() + every_s
        told = f"{live.listener.packets:,} packets, {human_size(live.heard_bytes)} heard"
        click.echo(f"\r\x1b[K{told}" if on_terminal else told, err=True, nl=not on_terminal)

    yield show
    if on_terminal:
        click.echo("\r\x1b[K", err=True, nl=False)


def _say(live: "Live", intake: "Intake | None", dropped: int, *, as_json: bool) -> None:
    from custodes.find.read.pcap import told

    listener = live.listener
    if as_json:
        output.emit_json(
            {
                "packets": listener.packets,
                "bytes": live.heard_bytes,
                "dropped": dropped,
                "not_understood": listener.unread,
                "let_go": listener.let_go,
                "devices": intake.devices if intake else None,
                "observations": {"new": intake.new, "known": intake.known} if intake else None,
            }
        )
        return
    heard = f"Heard {counted(listener.packets, 'packet', 'packets')}"
    if intake is not None:
        heard += f" of {counted(intake.devices, 'device', 'devices')}"
        heard += f"; {counted(intake.new, 'new observation', 'new observations')}"
    output.note(heard + ". Nothing was sent.")
    for text in told(listener):
        output.note(text)
    if dropped:
        output.note(f"The system had no room for {counted(dropped, 'packet', 'packets')}.")
