"""`custodes networks`: the networks of the body, and who allowed each to be scanned until when."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.cli.nouns import Noun
from custodes.errors import UsageError
from custodes.units import iso

if TYPE_CHECKING:
    from custodes.estate.model import Authority, Network
    from custodes.estate.register import Register

COLUMNS = {
    "cidr": "Network",
    "name": "Name",
    "segment": "Segment",
    "site": "Site",
    "scanning": "Scanning",
}


@click.group(cls=Noun)
def networks() -> None:
    """List networks, and record who allowed each to be scanned.

    Without a sub-command: the list. Exit status: 0 done, 2 wrong usage, 6 the register is damaged.
    """


@networks.command("list")
@output.JSON
@click.pass_context
def list_networks(ctx: click.Context, as_json: bool) -> int:
    """List every network and whether it may be scanned now."""
    now = datetime.now(UTC)
    with context.register(ctx, make=False) as register:
        found = register.networks()
    if as_json:
        output.emit_json([_row(network, now) for network in found])
    else:
        rows = [_in_words(network, now) for network in found]
        output.table(rows, COLUMNS, empty="No network is recorded: custodes networks add CIDR.")
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
    wanted = _whole(cidr)
    with context.register(ctx) as register:
        site_id = _place(register, wanted, site)
        if any(n.cidr == wanted and n.site_id == site_id for n in register.networks()):
            output.note(f"{wanted} is recorded already.")
        made = register.add_network(
            wanted, name=name, segment=segment, site_id=site_id, notes=notes
        )
    return _tell(made, as_json)


def _whole(cidr: str) -> str:
    """The network as it is written; an address with a prefix is refused, not rounded."""
    from custodes.estate.authority import network

    wanted = str(network(cidr))
    if "/" in cidr and cidr.strip().partition("/")[0].casefold() != wanted.partition("/")[0]:
        raise UsageError(
            f"{cidr} is an address with a prefix, not a network",
            hint=f"Write {wanted} for the whole network, or the address alone.",
        )
    return wanted


def _place(register: "Register", cidr: str, site: str | None) -> int | None:
    """The site that a network is recorded at: the one named, else where it is already.

    A network that had no site so far gets the one that is named.
    """
    held = [n for n in register.networks() if n.cidr == cidr]
    if site is None:
        if len(held) > 1:
            names = ", ".join(n.site or "no site" for n in held)
            raise UsageError(f"{cidr} is recorded at {names}", hint="Say which: --site NAME.")
        return held[0].site_id if held else None
    site_id = register.add_site(site).id
    if not any(n.site_id == site_id for n in held):
        for network in held:
            if network.site_id is None:
                register.change_network(network.id, site_id=site_id)
    return site_id


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
    wanted = _whole(cidr)
    with context.register(ctx) as register:
        site_id = _place(register, wanted, site)
        made = register.record_authority(
            wanted, granted.who, granted.until, now, reference, site_id=site_id
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
    with context.register(ctx, make=False) as register:
        holding = [n for n in register.networks() if covers(n.network, wanted)]
    if not holding:
        raise UsageError(
            f"no recorded network holds {cidr}", hint=f"Record it: custodes networks add {cidr}."
        )
    return _tell(max(holding, key=lambda n: n.network.prefixlen), as_json)


def _tell(network: "Network", as_json: bool) -> int:
    now = datetime.now(UTC)
    if as_json:
        output.emit_json(_row(network, now))
        return 0
    for key, value in _in_words(network, now).items():
        click.echo(f"{key}: {output.printable(value)}")
    for one in network.authorities:
        click.echo(output.printable(f"  {_authority_in_words(one, now)}"))
    return 0


def _in_words(network: "Network", now: datetime) -> dict[str, str]:
    """A network for a person; what is empty is a dash."""
    from custodes.find.observe.scope import ends

    last = max((a.until for a in network.authorities if a.valid_at(now)), default=None)
    scanning = f"allowed {ends(last)}" if last else "not allowed"
    row = _row(network, now) | {"scanning": scanning}
    keys = ("cidr", "name", "segment", "site", "scanning", "notes")
    return {key: str(row[key] or "-") for key in keys}


def _authority_in_words(authority: "Authority", now: datetime) -> str:
    from custodes.find.observe.scope import ends

    state = "in force" if authority.valid_at(now) else "not in force"
    reference = f" ({authority.reference})" if authority.reference else ""
    since = f"from {iso(authority.valid_from)}"
    return f"{authority.who}, {since} {ends(authority.until)}{reference}: {state}"


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
