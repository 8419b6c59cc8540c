"""`custodes networks`: the networks of the body, and who allowed each to be scanned until when."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.errors import UsageError
from custodes.units import iso

if TYPE_CHECKING:
    from custodes.estate.model import Authority, Network

COLUMNS = {
    "cidr": "Network",
    "name": "Name",
    "segment": "Segment",
    "site": "Site",
    "scanning": "Scanning",
}


@click.group(invoke_without_command=True)
@output.JSON
@click.pass_context
def networks(ctx: click.Context, as_json: bool) -> int:
    """List networks, and record who allowed each to be scanned.

    Without a sub-command: the list. Exit status: 0 done, 2 wrong usage, 6 the register is damaged.
    """
    ctx.meta["as_json"] = as_json
    return _list(ctx, as_json) if ctx.invoked_subcommand is None else 0


@networks.command("list")
@output.JSON
@click.pass_context
def list_networks(ctx: click.Context, as_json: bool) -> int:
    """List every network and whether it may be scanned now."""
    return _list(ctx, as_json)


def _list(ctx: click.Context, as_json: bool) -> int:
    now = datetime.now(UTC)
    with context.register(ctx) as register:
        found = [_row(network, now) for network in register.networks()]
    if as_json or ctx.meta.get("as_json"):
        output.emit_json(found)
    else:
        output.table(found, COLUMNS, empty="No network is recorded: custodes networks add CIDR.")
    return 0


@networks.command()
@click.argument("cidr")
@click.option("--name", default="", help="What people call it.")
@click.option(
    "--segment",
    type=click.Choice(["core", "isolated", "internet", "unknown"]),
    help="How it lies to the rest of the body's network.",
)
@click.option("--site", metavar="NAME", help="The site that it serves; recorded if it is new.")
@click.option("--notes", default="")
@output.JSON
@click.pass_context
def add(
    ctx: click.Context,
    cidr: str,
    name: str,
    segment: str | None,
    site: str | None,
    notes: str,
    as_json: bool,
) -> int:
    """Record the network CIDR. This allows no scan: see `authorise`."""
    with context.register(ctx) as register:
        site_id = register.add_site(site).id if site else None
        made = register.add_network(cidr, name=name, segment=segment, site_id=site_id, notes=notes)
    return _tell(made, as_json)


@networks.command()
@click.argument("cidr")
@click.option("--authority", required=True, metavar="TEXT", help='"NAME, POST, until YYYY-MM-DD".')
@click.option("--reference", default="", help="Where it is written: a letter, ticket or minute.")
@click.option("--site", metavar="NAME", help="The site that the network serves.")
@output.JSON
@click.pass_context
def authorise(
    ctx: click.Context, cidr: str, authority: str, reference: str, site: str | None, as_json: bool
) -> int:
    """Record who allows CIDR to be scanned, and until when. Sends nothing."""
    from custodes.find.observe.scope import permission

    now = datetime.now(UTC)
    granted = permission(authority, now)
    with context.register(ctx) as register:
        site_id = register.add_site(site).id if site else None
        made = register.record_authority(
            cidr, granted.who, granted.until, now, reference, site_id=site_id
        )
        network = next(n for n in register.networks() if n.id == made.network_id)
    return _tell(network, as_json)


@networks.command()
@click.argument("cidr")
@output.JSON
@click.pass_context
def show(ctx: click.Context, cidr: str, as_json: bool) -> int:
    """Show the network CIDR, or the one that holds the address CIDR, with every authority."""
    from custodes.estate.authority import covers, network

    wanted = network(cidr)
    with context.register(ctx) as register:
        holding = [n for n in register.networks() if covers(n.network, wanted)]
    if not holding:
        raise UsageError(
            f"no recorded network holds {cidr}", hint=f"Record it: custodes networks add {cidr}."
        )
    return _tell(max(holding, key=lambda n: n.network.prefixlen), as_json)


def _tell(network: "Network", as_json: bool) -> int:
    now = datetime.now(UTC)
    row = _row(network, now)
    if as_json:
        output.emit_json(row)
        return 0
    for key in ("cidr", "name", "segment", "site", "scanning", "notes"):
        value = row[key]
        click.echo(f"{key}: {output.printable(str(value)) if value else '-'}")
    for one in row["authorities"]:
        state = "in force" if one["in_force"] else "not in force"
        reference = f" ({one['reference']})" if one["reference"] else ""
        text = f"  {one['who']}, {one['valid_from']} until {one['until']}{reference}: {state}"
        click.echo(output.printable(text))
    return 0


def _row(network: "Network", now: datetime) -> dict[str, Any]:
    held = [_authority(a, now) for a in network.authorities]
    ends = max((a["until"] for a in held if a["in_force"]), default=None)
    return {
        "id": network.id,
        "cidr": network.cidr,
        "name": network.name,
        "segment": network.segment,
        "site": network.site,
        "scanning": f"allowed until {ends}" if ends else "not allowed",
        "notes": network.notes,
        "authorities": held,
    }


def _authority(authority: "Authority", now: datetime) -> dict[str, Any]:
    return {
        "who": authority.who,
        "reference": authority.reference,
        "recorded_at": iso(authority.recorded_at),
        "valid_from": iso(authority.valid_from),
        "until": iso(authority.until),
        "in_force": authority.valid_at(now),
    }
