"""`custodes doctor`: is this machine, the data folder and the register as they should be?"""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from custodes import __version__
from custodes import settings as known
from custodes.cli import checks, context, output
from custodes.cli.checks import FAIL, OK, Check
from custodes.errors import CustodesError
from custodes.units import counted

FAR_LOOPBACK = "127.42.0.1"
FOLDER_WANTED = "Give --data (or CUSTODES_DATA) a folder."


@click.command()
@output.JSON
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> int:
    """Check this machine, the data folder, the register and the knowledge.

    A register that is there is opened as every command opens it, which brings it to the newest
    schema. Nothing is sent anywhere, save to the database server that is set. Exit status: 0
    nothing failed (there may be warnings), 1 something failed.
    """
    found = list(examine(ctx))
    if as_json:
        output.emit_json({"checks": [asdict(check) for check in found]})
    else:
        show(found)
    return 1 if any(check.state == FAIL for check in found) else 0


def examine(ctx: click.Context) -> Iterator[Check]:
    """Every check, one after the other; a failed one does not stop the rest."""
    yield checks.python(sys.version_info[:3])
    yield Check("custodes", OK, __version__)
    folder = context.folder(ctx)
    yield _folder(folder)
    yield checks.free_space(shutil.disk_usage(_nearest_existing(folder)).free)
    found, problem = _settings(ctx)
    yield checks.settings(problem, known.unknown_variables(os.environ))
    yield from _register(found, folder)
    yield _knowledge()
    yield checks.loopback(_can_bind(FAR_LOOPBACK))
    yield checks.open_files(_file_limit())


def show(found: list[Check]) -> None:
    """One line for each check, and what to do under those that want something done."""
    width = max(len(check.name) for check in found)
    for check in found:
        state = click.style(f"{check.state:<4}", fg=COLOURS[check.state], bold=True)
        click.echo(f"{state}  {check.name:<{width}}  {output.printable(check.found)}")
        if check.advice:
            click.echo(f"{'':<{width + 8}}{output.printable(check.advice)}")
    failed = sum(check.state == FAIL for check in found)
    warned = sum(check.state == checks.WARN for check in found)
    output.note(f"{len(found)} checks: {failed} failed, {warned} to look at.")


COLOURS = {OK: "green", checks.WARN: "yellow", FAIL: "red"}


def _settings(ctx: click.Context) -> tuple[known.Settings | None, str]:
    try:
        return context.settings(ctx), ""
    except CustodesError as error:
        return None, str(error)


def _register(found: known.Settings | None, folder: Path) -> Iterator[Check]:
    from custodes.estate import health

    url = known.database_url(found, folder) if found else ""
    now = datetime.now(UTC)
    version = health.sqlite_version()
    sound = health.sqlite_is_sound(version)
    yield checks.sqlite(version, sound=sound, used=url.startswith("sqlite") or not url)
    if not url:
        yield Check("register", FAIL, "not looked at", "Put the settings right first.")
        yield checks.clock(now, None)
        return
    check, last_seen = _opened(url)
    yield check
    yield checks.clock(now, last_seen)


def _opened(url: str) -> tuple[Check, datetime | None]:
    """Open the register, see whether it is whole, and when something was seen last."""
    from custodes.estate.health import newest_schema
    from custodes.estate.register import open_register

    shown = known.masked(url)
    if (folder := context.absent(url)) is not None:
        if folder.exists() and not folder.is_dir():
            return Check("register", FAIL, f"{folder} is a file", FOLDER_WANTED), None
        return Check("register", OK, f"{shown} is not there yet; it is made on first use"), None
    try:
        with open_register(url) as register:
            broken = register.check()
            counts = register.counts()
    except CustodesError as error:
        return Check("register", FAIL, f"{shown}: {error}", error.hint), None
    if broken:
        found = f"{shown} is damaged: {broken[0]}"
        return Check("register", FAIL, found, "Restore it from a backup."), None
    words = f"{shown}, schema {newest_schema()}, {counted(counts.devices, 'device', 'devices')}"
    return Check("register", OK, words), counts.last_seen


def _knowledge() -> Check:
    from custodes.knowledge import fingerprints, makers, prefixes

    try:
        rules, names = len(fingerprints.load()), len(makers.makers())
        return checks.knowledge(rules, names, len(prefixes.prefixes()))
    except CustodesError as error:
        return Check("knowledge", FAIL, str(error), error.hint or "Install custodes again.")


def _folder(folder: Path) -> Check:
    exists = folder.is_dir()
    if folder.exists() and not exists:
        return Check("data folder", FAIL, f"{folder} is a file", FOLDER_WANTED)
    return checks.data_folder(
        str(folder),
        exists=exists,
        writable=exists and os.access(folder, os.W_OK | os.X_OK),
        mode=folder.stat().st_mode & 0o777 if exists else 0,
    )


def _nearest_existing(path: Path) -> Path:
    return next((p for p in (path, *path.parents) if p.exists()), Path("/"))


def _can_bind(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _file_limit() -> int:
    """How many files may be open at once; -1: no limit, or a system that has none."""
    try:
        import resource
    except ImportError:
        return -1
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
