"""`custodes diff`: what changed between two scans, two files, or since a day."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from custodes.cli import context, output
from custodes.errors import UsageError
from custodes.units import counted, iso

if TYPE_CHECKING:
    from custodes.estate.looks import Look, Seen
    from custodes.estate.register import Register
    from custodes.find.compare import Change
    from custodes.find.looking import Compared

COLUMNS = {
    "kind": "What",
    "device": "Device",
    "address": "Address",
    "site": "Site",
    "text": "Change",
}
LOOKS = {"id": "Look", "kind": "Kind", "name": "Of", "started_at": "When", "devices": "Devices"}
CHANGED = 1


@click.command()
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--since", metavar="DAY", help="What changed since a day, over every look.")
@click.option("--list", "list_looks", is_flag=True, help="The looks that can be compared.")
@click.option("--site", metavar="NAME", help="Only changes at this site.")
@click.option("--exit-code", is_flag=True, help="Exit 1 where anything changed.")
@output.JSON
@click.pass_context
def diff(
    ctx: click.Context,
    /,
    before: str | None,
    after: str | None,
    since: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """What changed: new, gone, swapped and moved devices, firmware, addresses.

    \b
    custodes diff                     the newest scan with the one before it
    custodes diff 3 7                 two looks by their numbers (--list shows them)
    custodes diff --since 2026-11-01  what changed since a day
    custodes diff old.xml new.xml     two files that `custodes import` reads; no register is needed

    A device is called gone only where the later look covered its address. Exit status: 0 done,
    1 something changed (with --exit-code), 2 wrong usage, 3 a file could not be read.
    """
    if options["list_looks"]:
        with context.register(ctx, make=False) as register:
            return _list(register.looks(), as_json)
    found, names = _compared(ctx, before, after, since)
    wanted = options["site"]
    changes = [c for c in found.result.changes if wanted in (None, c.device.site)]
    if as_json:
        output.emit_json(as_plain(found, changes))
    else:
        _tell(found, changes, names)
    return CHANGED if options["exit_code"] and changes else 0


def _compared(
    ctx: click.Context, before: str | None, after: str | None, since: str | None
) -> "tuple[Compared, dict[int, str]]":
    """The comparison that was asked for, and what people call its devices."""
    numbers = [_number(text) for text in (before, after)]
    if before is not None and after is not None and None in numbers:
        return _files(before, after), {}
    if before is not None and numbers[0] is None:
        raise UsageError(f"{before!r} is not the number of a look", hint="Name two files, or none.")
    with context.register(ctx, make=False) as register:
        found = _asked(register, numbers, since)
        ids = {s.device_id for c in found.result.changes for s in (c.before, c.after) if s}
        return found, dict(register.stated_names(n for n in ids if n is not None))


def _asked(register: "Register", numbers: list[int | None], since: str | None) -> "Compared":
    from custodes.find import looking

    if since is not None:
        return looking.since(register, _day(since), datetime.now(UTC))
    return looking.two_looks(register, *numbers)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        raise UsageError(f"{text!r} is not a day", hint="Write it like 2026-11-01.") from None


def _files(before: str, after: str) -> "Compared":
    from custodes.find.compare import compare
    from custodes.find.looking import Compared

    old, new = _read(before), _read(after)
    result = compare(old, new, lambda _address: True)
    absent = f"is not in {after}"
    return Compared(before=before, after=after, covers=(), result=result, absent=absent)


def _read(name: str) -> "list[Seen]":
    from custodes.find.identify.core import identify
    from custodes.find.looking import of_observations
    from custodes.find.read.formats import open_file

    with open_file(name) as reader:
        found = of_observations(reader, identify)
        if reader.tally.rejected:
            lost = counted(reader.tally.rejected, reader.tally.unit, f"{reader.tally.unit}s")
            output.note(output.printable(f"{name}: {lost} could not be read"))
    return found


def _list(known: "list[Look]", as_json: bool) -> int:
    rows = [msgspec.to_builtins(look) | {"started_at": iso(look.started_at)} for look in known]
    if as_json:
        output.emit_json(rows)
    else:
        empty = "Nothing was scanned or imported yet: `custodes scan NETWORK` is a first look."
        output.table(rows, LOOKS, empty=empty)
    return 0


def as_plain(found: "Compared", changes: "list[Change]") -> dict[str, Any]:
    """The comparison as JSON."""
    from custodes.find.compare import sentence

    rows = [
        msgspec.to_builtins(change) | {"text": sentence(change, found.absent)} for change in changes
    ]
    return {
        "before": found.before,
        "after": found.after,
        "covers": list(found.covers),
        "changes": rows,
        "counts": dict(Counter(change.kind for change in changes)),
        "unchanged": found.result.unchanged,
        "not_looked_at": len(found.result.not_looked_at),
        "unit": "devices",
    }


def _tell(found: "Compared", changes: "list[Change]", names: dict[int, str]) -> None:
    output.note(output.printable(f"From {found.before}"))
    output.note(output.printable(f"to   {found.after}"))
    rows = [_row(change, names, found.absent) for change in changes]
    output.table(rows, COLUMNS, empty="Nothing changed.")
    same = counted(found.result.unchanged, "device", "devices")
    told = f"{same} as before"
    if missed := len(found.result.not_looked_at):
        told += (
            f"; {counted(missed, 'device', 'devices')} not looked for this time: not called gone"
        )
    output.note(told + ".")


def _row(change: "Change", names: dict[int, str], absent: str) -> dict[str, Any]:
    from custodes.find.compare import sentence

    seen = change.device
    return {
        "kind": change.kind,
        "device": names.get(seen.device_id or 0) or seen.name or seen.key,
        "address": seen.address,
        "site": seen.site,
        "text": sentence(change, absent),
    }
