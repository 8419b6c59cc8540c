"""`custodes sites`: the bodies that own devices, and the sites where the devices are."""

from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.cli.nouns import Noun
from custodes.errors import UsageError

if TYPE_CHECKING:
    from custodes.estate.model import Site

COLUMNS = {
    "id": "ID",
    "name": "Site",
    "body": "Body",
    "sensitive": "Sensitive",
    "devices": "Devices",
    "address": "Address",
}
NONE_YET = "No site is recorded yet: custodes sites add NAME --body BODY --sensitive"


@click.group(cls=Noun)
def sites() -> None:
    """List and record sites and the bodies that own them.

    Without a sub-command: the list of sites. Exit status: 0 done, 2 wrong usage, 6 the register is
    damaged.
    """


@sites.command("list")
@output.JSON
@click.pass_context
def list_sites(ctx: click.Context, as_json: bool) -> int:
    """List every site with how many devices are there."""
    with context.register(ctx, make=False) as register:
        here = register.counts().by_site_id
        rows = [_row(site, here.get(site.id, 0)) for site in register.sites()]
    if as_json:
        output.emit_json(rows)
    else:
        output.table([_told(row) for row in rows], COLUMNS, empty=NONE_YET)
    return 0


def _row(site: "Site", devices: int) -> dict[str, object]:
    import msgspec

    return {**msgspec.to_builtins(site), "devices": devices}


def _told(row: dict[str, object]) -> dict[str, object]:
    return {**row, "sensitive": _sensitive(row["sensitive"]), "body": row["body"] or "-",
            "address": row["address"] or "-"}  # fmt: skip


def _sensitive(value: object) -> str:
    return (
        {True: "yes", False: "no"}.get(value, "not said") if isinstance(value, bool) else "not said"
    )


@sites.command()
@click.argument("name")
@click.option("--body", metavar="NAME", help="The body whose site is meant.")
@output.JSON
@click.pass_context
def show(ctx: click.Context, name: str, body: str | None, as_json: bool) -> int:
    """Show one site: what is recorded of it, its networks, and its devices by maker and type."""
    with context.register(ctx, make=False) as register:
        site = register.site_meant(name, body)
        if site is None:
            raise UsageError(f"no site is called {name!r}", hint="`custodes sites` lists them.")
        counts = register.counts(site.id)
        row = _row(site, counts.devices)
        networks = [n.cidr for n in register.networks() if n.site_id == site.id]
    if as_json:
        by = {"by_maker": _named(counts.by_maker), "by_type": _named(counts.by_device_type)}
        output.emit_json({**row, "networks": networks, **by, "unit": counts.unit})
        return 0
    for key, heading in COLUMNS.items():
        click.echo(f"{heading:<12}{output.printable(str(_told(row)[key]))}")
    for scheme, value in sorted(site.standard_ids.items()):
        click.echo(f"{output.printable(scheme):<12}{output.printable(value)}")
    click.echo(f"{'Networks':<12}{', '.join(networks) or 'none recorded'}")
    for maker, number in counts.by_maker.items():
        unit = "device" if number == 1 else "devices"
        click.echo(f"  {number:>5,} {unit} made by {output.printable(maker or 'unknown')}")
    return 0


def _named(counts: Any) -> list[dict[str, object]]:
    return [{"name": name, "devices": number} for name, number in counts.items()]


def _ids(_: object, __: object, given: tuple[str, ...]) -> dict[str, str]:
    ids = {}
    for text in given:
        scheme, equals, value = text.partition("=")
        if not (equals and scheme.strip() and value.strip()):
            raise click.BadParameter(f"{text!r} is not SCHEME=VALUE, like UPRN=100012345678")
        ids[scheme.strip()] = value.strip()
    return ids


ID = click.option(
    "--id", "standard_ids", multiple=True, metavar="SCHEME=VALUE", callback=_ids,
    help="A standard id: UPRN, URN, ODS … May be given several times.",
)  # fmt: skip


@sites.command()
@click.argument("name")
@click.option("--body", metavar="NAME", help="The body that it belongs to (recorded if new).")
@click.option("--sensitive/--not-sensitive", default=None, help="As the body itself says.")
@click.option("--address", metavar="TEXT", help="Its postal address.")
@click.option("--latitude", type=click.FloatRange(-90, 90), help="Degrees, WGS 84.")
@click.option("--longitude", type=click.FloatRange(-180, 180), help="Degrees, WGS 84.")
@click.option("--notes", metavar="TEXT", help="Anything else.")
@ID
@output.JSON
@click.pass_context
def add(ctx: click.Context, /, name: str, body: str | None, as_json: bool, **given: Any) -> int:
    """Record a site, or bring what is recorded of it up to date."""
    values = {k: v for k, v in given.items() if v is not None and v != {}}
    with context.register(ctx) as register, register.transaction():
        known = register.site_meant(name, body)
        site = known or register.add_site(name, body=body)
        if "standard_ids" in values:
            values["standard_ids"] = {**site.standard_ids, **values["standard_ids"]}
        if values:
            register.change_site(site.id, **values)
        after = register.site(site.id)
    import msgspec

    if as_json:
        output.emit_json({**msgspec.to_builtins(after), "new": known is None})
    else:
        click.echo(f"Site {site.name} is {'recorded' if known is None else 'up to date'}.")
    return 0


@sites.command()
@output.JSON
@click.pass_context
def bodies(ctx: click.Context, as_json: bool) -> int:
    """List the bodies that own sites."""
    import msgspec

    with context.register(ctx) as register:
        rows = [msgspec.to_builtins(body) for body in register.bodies()]
    if as_json:
        output.emit_json(rows)
    else:
        columns = {"id": "ID", "name": "Body", "notes": "Notes"}
        output.table(rows, columns, empty="No body is recorded yet: custodes sites add-body NAME")
    return 0


@sites.command("add-body")
@click.argument("name")
@click.option("--notes", metavar="TEXT", default="", help="Anything else.")
@ID
@output.JSON
@click.pass_context
def add_body(
    ctx: click.Context, name: str, notes: str, standard_ids: dict[str, str], as_json: bool
) -> int:
    """Record a body: a council, school, trust or force."""
    import msgspec

    with context.register(ctx) as register, register.transaction():
        body = register.add_body(name)
        values: dict[str, object] = {"notes": notes} if notes else {}
        if standard_ids:
            values["standard_ids"] = {**body.standard_ids, **standard_ids}
        if values:
            register.change_body(body.id, **values)
        after = register.body_by_name(name)
    if as_json:
        output.emit_json(msgspec.to_builtins(after))
    else:
        click.echo(f"Body {body.name} is recorded.")
    return 0
