"""`custodes devices`: list them, show one with its evidence, state what a person knows of one."""

import getpass
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, conversations, output
from custodes.cli.details import say_details
from custodes.cli.nouns import Noun
from custodes.errors import UsageError
from custodes.units import counted, iso

if TYPE_CHECKING:
    from custodes.estate.model import Device, Finding, Summary
    from custodes.estate.register import Register
    from custodes.estate.statements import Change

NONE_YET = (
    "No device is in the register yet. `custodes demo` shows how it looks when it is full,"
    " `custodes import FILE` reads what you have, `custodes scan NETWORK` looks for itself."
)
COLUMNS = {
    "id": "ID",
    "address": "Address",
    "brand": "Brand",
    "maker": "Maker",
    "model": "Model",
    "device_type": "Type",
    "site": "Site",
    "asset_tag": "Asset tag",
    "state": "Status",
    "last_seen": "Last seen",
}
YES_NO: dict[bool | None, str] = {True: "yes", False: "no"}
# how conclusions are called to people, where that is not the key itself
SAID = {
    "is_surveillance": "surveillance",
    "vendor": "brand",
    "device_type": "type",
    "product_family": "product family",
}
ROWS = 500  # of a table, where no limit is given
UNKNOWN = ("brand", "maker", "model", "type", "surveillance")
# option of `set` -> what is stated
SETTABLE = {
    "site": "The site it is at (recorded if it is new).",
    "state": "in use, spare, faulty, removed or unknown.",
    "asset-tag": "The tag on it.",
    "name": "What people call it.",
    "location": "Where on the site it is.",
    "brand": "The badge on it, as a person read it.",
    "maker": "Who built it, as a person knows.",
    "model": "The model, as a person read it.",
    "serial": "The serial number on its label.",
    "device-type": "What it is: camera, recorder …",
    "installed-on": "Date, like 2026-11-22.",
    "warranty-until": "Date.",
    "support-ends-on": "Date.",
    "planned-replacement-on": "Date.",
    "removed-on": "Date.",
    "notes": "Anything else.",
}


@click.group(cls=Noun)
def devices() -> None:
    """List and show devices, with the evidence; state what a person knows of one.

    Without a sub-command: the list. Exit status: 0 done, 2 wrong usage, 6 the register is damaged.
    """


@devices.command("list")
@click.option("--site", metavar="NAME", help="Only those at this site.")
@click.option("--maker", metavar="NAME", help="Only those made by this maker.")
@click.option("--brand", metavar="NAME", help="Only those with this badge.")
@click.option("--type", "device_type", metavar="TYPE", help="Only those of this type.")
@click.option("--unknown", type=click.Choice(UNKNOWN), help="Only those whose fact is not known.")
@click.option("--search", metavar="TEXT", help="Only those that TEXT names in any way.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many [table: {ROWS:,}].")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many first.")
@output.JSON
@click.pass_context
def list_devices(
    ctx: click.Context, /, as_json: bool, limit: int | None, offset: int, **wanted: Any
) -> int:
    """List devices. Removed ones are listed too, and say so.

    The table is a page; JSON is the whole list, with the evidence, unless --limit cuts it.
    """
    with context.register(ctx, make=False) as register:
        if as_json:
            whole = register.devices(**wanted, limit=limit, offset=offset)
            output.emit_json([as_plain(device) for device in whole])
            return 0
        found = register.count(**wanted)
        rows = register.summaries(**wanted, limit=limit or ROWS, offset=offset)
        empty = NONE_YET if register.count() == 0 else "No device is like that."
    if found and not rows:
        empty = f"There are no more than {found:,} devices like that."
    output.table([_row(row) for row in rows], COLUMNS, empty=empty)
    if rows:
        output.note(_told(len(rows), offset, found))
    return 0


def _told(shown: int, offset: int, found: int) -> str:
    """How much of the list was shown, and how to see the rest."""
    part = counted(found, "device", "devices")
    if shown < found:
        part = f"Devices {offset + 1:,} to {offset + shown:,} of {found:,}"
        if offset + shown < found:
            part += f" (the next: --offset {offset + shown})"
    return f"{part}; in brackets: stated, not seen. `custodes devices show ID` shows the evidence."


def _row(device: "Summary") -> dict[str, object]:
    """What it showed; in brackets what only people say of it, and what follows from that."""
    row: dict[str, object] = {key: getattr(device, key, None) for key in COLUMNS}
    for key in ("address", "brand", "maker", "model", "device_type"):
        said = row[key] if device.last_seen is None else None
        if row[key] is None or said is not None:
            said = device.stated.get(key) or said
            row[key] = None if said is None else f"({said})"
    row["address"] = row["address"] or "-"
    row["asset_tag"] = device.stated.get("asset_tag") or "-"
    row["last_seen"] = iso(device.last_seen) if device.last_seen else "never"
    return row


def as_plain(device: "Device") -> dict[str, object]:
    """A device as JSON says it: what it showed, and beside it what people stated."""
    import msgspec

    plain: dict[str, object] = msgspec.to_builtins(device)
    return {**plain, "address": device.address, "state": device.state}


@devices.command()
@click.argument("device_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@click.option("--raw", is_flag=True, help="Every observation too, as it was received.")
@output.JSON
@click.pass_context
def show(ctx: click.Context, device_id: int, raw: bool, as_json: bool) -> int:
    """Show one device: each conclusion, and word for word the evidence behind it."""
    from custodes.estate.sightings import NEWEST

    with context.register(ctx, make=False) as register:
        device = find(register, device_id)
        seen = register.observations_of(device.id, newest=None if raw else NEWEST)
        total = register.how_many_of([device.id])[device.id]
        findings = register.findings(device_id=device.id)
        history = register.statements_of(device.id)
        told = register.fact_history(device.id)
        attached = register.attached_to(device.id)
        talks = conversations.of(register, device.id)
    if as_json:
        import msgspec

        extra = {
            "statements": history,
            "findings": findings,
            "facts": told,
            "attached": attached,
            "conversations": [conversations.as_plain(one) for one in talks],
            "observations": seen,
        }
        output.emit_json(as_plain(device) | msgspec.to_builtins(extra))
        return 0
    _say_device(device)
    _say_evidence(device)
    _say_statements(device)
    say_details(told, attached)
    conversations.say_of(device, talks)
    _say_findings(findings)
    counting = counted(total, "observation", "observations")
    click.echo(f"\n{counting}" + ("" if raw else " (--raw shows all)"))
    for one in seen if raw else ():
        click.echo(f"\n{one.observation.field}  {iso(one.first_seen)}, seen {one.times_seen} times")
        click.echo(_block(one.observation.text))
    return 0


def find(register: "Register", device_id: int) -> "Device":
    """The device of this number.

    Raises:
        UsageError: there is none.
    """
    device = register.device(device_id)
    if device is None:
        raise UsageError(
            f"there is no device {device_id}", hint="`custodes devices` lists those there are."
        )
    return device


def _say_device(device: "Device") -> None:
    click.echo(
        f"Device {device.id}, told from others by its {device.key_kind}: {_safe(device.key)}"
    )
    facts = {
        "Brand": device.brand,
        "Maker": device.maker,
        "Product family": device.product_family,
        "Model": device.model,
        "Firmware": device.firmware,
        "Serial number": device.serial,
        "MAC addresses": ", ".join(device.macs) or None,
        "Type": device.device_type,
        "Surveillance": YES_NO.get(device.is_surveillance),
        "Confidence": f"{device.confidence:.2f}" if device.evidence else None,
        "Site": device.site,
        "First seen": iso(device.first_seen) if device.first_seen else "never",
        "Last seen": iso(device.last_seen) if device.last_seen else "never",
    }
    for name, value in facts.items():
        click.echo(f"  {name:<16}{_safe(value) if value is not None else 'unknown'}")
    for at in device.addresses:
        until = f"until {iso(at.ended_at)}" if at.ended_at else "now"
        click.echo(
            f"  {'Address':<16}{_safe(at.address or at.place)}, from {iso(at.first_seen)}, {until}"
        )


def _say_evidence(device: "Device") -> None:
    click.echo(
        "\nEvidence" if device.evidence else "\nNo evidence: nothing it showed says what it is."
    )
    for one in device.evidence:
        against = " (outweighed)" if one.against else ""
        value = YES_NO[one.value] if isinstance(one.value, bool) else one.value
        click.echo(f"  {SAID.get(one.conclusion, one.conclusion)}: {_safe(value)}{against}")
        listed = one.field == "asset.record"
        click.echo("    a person wrote in a list:" if listed else f"    {one.field} showed:")
        click.echo(_block(one.matched, "      "))
        click.echo(f"    read by {_safe(one.fingerprint)}, from: {_safe(one.source)}")


def _say_statements(device: "Device") -> None:
    if device.stated:
        click.echo("\nStated by people")
    for one in device.stated.values():
        by = f"{one.who}, {one.source}" if one.who else one.source
        click.echo(f"  {one.field:<24}{_safe(one.value)}  ({_safe(by)}, {iso(one.stated_at)})")


def worst_first(findings: "list[Finding]") -> "list[Finding]":
    """Findings in the order in which somebody should see to them."""
    from custodes.estate.model import SEVERITIES

    return sorted(findings, key=lambda one: -SEVERITIES.index(one.severity))


def _say_findings(findings: "list[Finding]") -> None:
    for one in worst_first(findings):
        click.echo(f"\nFinding, {one.severity}: {_safe(one.text)} ({one.code})")


def _block(text: str, indent: str = "  ") -> str:
    return "\n".join(indent + output.printable(line) for line in text.splitlines() or [""])


def _safe(value: object) -> str:
    return output.printable(str(value))


def _stated(command: Any) -> Any:
    for name, about in reversed(SETTABLE.items()):
        command = click.option(f"--{name}", metavar="TEXT", help=about)(command)
    return command


@devices.command("set")
@click.argument("device_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@_stated
@click.option("--body", metavar="NAME", help="The body whose --site is meant.")
@click.option("--who", metavar="NAME", help="Who says so (default: you).")
@click.option("--because", metavar="TEXT", help="What it rests on: a label, a file and its digest.")
@output.JSON
@click.pass_context
def set_device(
    ctx: click.Context,
    /,
    device_id: int,
    body: str | None,
    who: str | None,
    because: str | None,
    as_json: bool,
    **said: str | None,
) -> int:
    """State what a person knows of a device; an empty text withdraws a statement.

    What the device showed of itself is not changed: both are kept, and shown side by side.
    """
    wanted = {field: value for field, value in said.items() if value is not None}
    if not wanted:
        raise UsageError(
            "nothing is stated", hint="`custodes devices set --help` lists what can be."
        )
    source = "custodes devices set" + (f": {because.strip()[:500]}" if because else "")
    with context.register(ctx) as register, register.transaction():
        device = find(register, device_id)
        site_id = _site(register, wanted, body)
        changes = register.state(
            device.id, wanted, who=who or me(), source=source,
            now=datetime.now(UTC), site_id=site_id,
        )  # fmt: skip
    _say_changes(device.id, changes, as_json)
    return 0


def _site(register: "Register", wanted: dict[str, str], body: str | None) -> int | None:
    if not wanted.get("site"):
        return None
    site = register.ensure_site(wanted["site"], body)
    wanted["site"] = site.name
    return site.id


def me() -> str:
    """The name of whoever runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _say_changes(device_id: int, changes: "list[Change]", as_json: bool) -> None:
    import msgspec

    rows: list[Mapping[str, object]] = [msgspec.to_builtins(change) for change in changes]
    if as_json:
        output.emit_json({"device": device_id, "changes": rows})
        return
    shown = [{**row, **{k: row[k] or "-" for k in ("before", "after")}} for row in rows]
    columns = {"field": "Stated", "before": "Before", "after": "After"}
    output.table(shown, columns, empty="Nothing changed: that was stated already.")
