"""`custodes conversations`: who devices talk to, from captures and from listening."""

import csv
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.errors import UsageError
from custodes.units import counted, iso

if TYPE_CHECKING:
    from custodes.estate.model import Device
    from custodes.estate.register import Register
    from custodes.find.listen.sentences import Told

ROWS = 500
SHOWN = 12  # of one device, in `custodes devices show`
NONE_YET = (
    "No conversation like that is in the register. `custodes import FILE.pcap` reads a capture,"
    " `custodes listen --interface IF` hears for itself."
)
COLUMNS = {
    "device": "Device",
    "day": "Day (UTC)",
    "peer": "Peer",
    "port": "Port",
    "service": "Service",
    "country": "Country",
    "sent": "Sent",
    "received": "Received",
}


@click.command()
@click.option("--device", "device_id", type=click.IntRange(1), metavar="ID", help="Of one device.")
@click.option("--cloud", is_flag=True, help="Only with makers' clouds, relays and time servers.")
@click.option("--outside", is_flag=True, help="Only with addresses that are not private.")
@click.option("--home", metavar="CC", help="Your country (GB …): says what is known to be abroad.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write all of them as CSV; - is stdout.")
@output.JSON
@click.pass_context
def conversations(
    ctx: click.Context, /, device_id: int | None, as_json: bool, **options: Any
) -> int:
    """Who devices talk to: by device, day (UTC) and peer, with bytes and a plain sentence.

    They come from captures, Zeek's logs and `custodes listen`. A country is the seat of the
    service's operator, or what a name states; what is not known is said to be unknown. Nothing is
    looked up anywhere.

    Exit status: 0 done, 2 wrong usage, 6 the register is damaged.
    """
    home = _home(options["home"])
    with context.register(ctx, make=False) as register:
        every = of(register, device_id, home=home)
    if options["cloud"]:
        every = [one for one in every if one.service is not None or one.time_server]
    if options["outside"]:
        every = [one for one in every if one.outside]
    if options["csv_file"] is not None:
        to_csv(options["csv_file"], every)
    elif as_json:
        output.emit_json([as_plain(one) for one in every])
    else:
        _say(every, sentences=device_id is not None)
    return 0


def _home(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[A-Za-z]{2}", text):
        raise UsageError(f"{text!r} is not a country's two letters", hint="For example GB.")
    return text.upper() if text else None


def of(
    register: "Register", device_id: int | None = None, *, home: str | None = None
) -> "list[Told]":
    """The conversations of one device, or of all, with what is known of the peers."""
    from custodes.find.listen.sentences import in_order, told

    found = register.conversations(device_id)
    numbers = {one.device_id for one in found}
    kinds = {s.id: s.device_type for s in register.summaries()} if numbers else {}
    every = (told(one, kind=kinds.get(one.device_id), home=home) for one in found)
    return in_order(every)


def as_plain(one: "Told") -> dict[str, Any]:
    """A conversation as JSON says it."""
    import msgspec

    plain = dict(msgspec.to_builtins(one))
    return {**plain.pop("conversation"), **plain}


def say_of(device: "Device", every: "Sequence[Told]") -> None:
    """The sentences about one device, as its page has them."""
    if not every:
        return
    click.echo("\nWho it talked to")
    for one in every[:SHOWN]:
        click.echo(f"  {output.printable(one.sentence)}")
    if (more := len(every) - SHOWN) > 0:
        click.echo(f"  And {more:,} more: `custodes conversations --device {device.id}`.")


def _say(every: "Sequence[Told]", *, sentences: bool) -> None:
    if sentences:
        for one in every[:ROWS]:
            click.echo(output.printable(one.sentence))
        if not every:
            click.echo("No conversation of this device is in the register.")
    else:
        output.table([_row(one) for one in every[:ROWS]], COLUMNS, empty=NONE_YET)
    if len(every) > ROWS:
        output.note(f"{counted(len(every) - ROWS, 'more', 'more')}; --json has them all.")


def _row(one: "Told") -> dict[str, object]:
    from custodes.find.listen.sentences import said_size

    talk = one.conversation
    service = one.service or ("time server" if one.time_server else None)
    if one.known_by == "port":
        service = f"perhaps {service}"
    return {
        "device": talk.device_id,
        "day": talk.day,
        "peer": talk.peer,
        "port": f"{talk.port}/{talk.transport}" if talk.port else talk.transport,
        "service": service if one.outside or service else "inside",
        "country": one.country if one.outside else "-",
        "sent": said_size(talk.bytes_out),
        "received": said_size(talk.bytes_in),
    }


CSV = (
    "device_id day peer addresses port transport role bytes_out bytes_in packets_out packets_in"
    " first_seen last_seen service operator country abroad known_by source sentence"
).split()


def to_csv(name: str, every: "Sequence[Told]", *, force: bool = False) -> None:
    """Write conversations to a file, or to standard output for `-`.

    Raises:
        UsageError: the file is there already, or cannot be written.
    """
    if name == "-":
        _csv(sys.stdout, every)
        return
    if Path(name).exists() and not force:
        raise UsageError(f"{name} exists", hint="Give another name; it is not replaced.")
    try:
        with Path(name).open("w", encoding="utf-8-sig", newline="") as file:
            _csv(file, every)
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}") from error


def _csv(file: Any, every: "Sequence[Told]") -> None:
    from custodes.estate.sheets.writing import guarded

    rows = csv.writer(file)
    rows.writerow(CSV)
    for one in every:
        plain = as_plain(one)
        plain["addresses"] = " ".join(one.conversation.addresses)
        plain["first_seen"] = iso(one.conversation.first_seen)
        plain["last_seen"] = iso(one.conversation.last_seen)
        cells = ("" if plain[key] is None else str(plain[key]) for key in CSV)
        rows.writerow(guarded(cell) for cell in cells)
