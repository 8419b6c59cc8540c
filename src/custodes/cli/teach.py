"""`custodes teach`: a draft fingerprint from a device that is not known yet."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.errors import UsageError
from custodes.units import counted

if TYPE_CHECKING:
    from custodes.find.teach.draft import Draft, LeftOut, Told
    from custodes.observation import Observation

FAULTY = 1
COLUMNS = {"field": "Field", "pattern": "Pattern", "text": "Example (disguised)"}


@click.command()
@click.argument("what", metavar="DEVICE|FILE")
@click.option("--brand", metavar="NAME", help="The badge on the device, as you read it.")
@click.option("--maker", metavar="NAME", help="Who built it, where you know.")
@click.option("--model", metavar="TEXT", help="Its model, word for word as it answers.")
@click.option("--type", "device_type", metavar="TYPE", help="camera, recorder, encoder …")
@click.option("--private", multiple=True, metavar="TEXT", help="What must not stand in it (again).")
@click.option("--where", metavar="TEXT", default="an owned device", help="Where it was seen.")
@click.option("-o", "--output", "out", metavar="FILE", help="Write the draft here.")
@click.option("--check", is_flag=True, help="Check a fingerprint FILE instead.")
@output.JSON
@click.pass_context
def teach(ctx: click.Context, /, what: str, as_json: bool, **options: Any) -> int:
    """Turn an unknown device's answers into a draft fingerprint file that you can send.

    DEVICE is a number of the register, FILE observation lines or any file that `custodes import`
    reads (`-`: standard input). Serial numbers, addresses and times are taken out of the examples;
    read the draft before you send it. Nothing is sent anywhere.

    \b
    custodes teach 17 --brand ACME --model AC-200 --type camera -o acme.toml
    custodes teach acme.toml --check

    Exit status: 0 done, 1 --check found something, 2 wrong usage, 3 a file could not be read, 6 the
    file to check is no fingerprint file.
    """
    if options["check"]:
        return _check(what, as_json)
    if not options["brand"]:
        raise UsageError("a draft needs the brand", hint="Give it with --brand NAME.")
    seen = list(_observations(ctx, what))
    if not seen:
        raise UsageError(f"nothing was ever seen of {what}")
    told = _told(seen, options)
    from custodes.find.teach.draft import drafts
    from custodes.find.teach.writing import as_toml

    made, left = drafts(seen, told)
    text = as_toml(made, left, told)
    _write(text, made, left, out=options["out"], as_json=as_json)
    return 0


def _observations(ctx: click.Context, what: str) -> "list[Observation]":
    if what.isdecimal():
        with context.register(ctx, make=False) as register:
            device = register.device(int(what))
            if device is None:
                raise UsageError(f"no device has the number {what}")
            return [one.observation for one in register.observations_of(device.id)]
    from custodes.find.read.formats import open_file

    with open_file(what, stdin=sys.stdin.buffer) as reader:
        found = list(reader)
    places = {one.device or one.address for one in found}
    if len(places) > 1:
        many = counted(len(places), "device", "devices")
        raise UsageError(f"{what} speaks of {many}", hint="A draft is made from one device.")
    return found


def _told(seen: "list[Observation]", options: dict[str, Any]) -> "Told":
    """What the person says, with what the device says of itself that must stay private."""
    from custodes.find.identify.core import identify
    from custodes.find.own_name import own_name
    from custodes.find.teach.draft import Told
    from custodes.knowledge.devices import DEVICE_TYPES

    kind = options["device_type"]
    if kind is not None and kind not in DEVICE_TYPES:
        raise UsageError(f"{kind!r} is no type", hint=f"Types: {', '.join(sorted(DEVICE_TYPES))}.")
    found = identify(seen)
    own = (found.serial, found.mac, own_name(seen), *(o.address for o in seen))
    return Told(
        brand=options["brand"],
        maker=options["maker"],
        model=options["model"],
        device_type=kind,
        is_surveillance=DEVICE_TYPES[kind] if kind else None,
        private=tuple(dict.fromkeys(filter(None, (*own, *options["private"])))),
        seen=f"answer of {options['where']}, seen {datetime.now(UTC).date().isoformat()}",
    )


def _write(
    text: str, made: "list[Draft]", left: "list[LeftOut]", *, out: str | None, as_json: bool
) -> None:
    if out is not None:
        try:
            with Path(out).open("x", encoding="utf-8") as stream:
                stream.write(text)
        except FileExistsError:
            raise UsageError(f"{out} exists", hint="Give another name.") from None
        except OSError as error:
            raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    if as_json:
        rows = [{name: getattr(d, name) for name in ("id", *COLUMNS, "weight")} for d in made]
        gone = [{"field": one.field, "text": one.text, "why": one.why} for one in left]
        output.emit_json({"rules": rows, "left_out": gone, "file": out, "draft": text})
    elif out is None:
        click.echo("\n".join(map(output.printable, text.split("\n"))), nl=False)
    rules, texts = counted(len(made), "rule", "rules"), counted(len(left), "text", "texts")
    output.note(f"{rules} drafted, {texts} left out (the draft says why).")
    if made and out is not None:
        output.note(
            "Read it, then `custodes teach --check` it; CONTRIBUTING.md says how to send it."
        )


def _check(name: str, as_json: bool) -> int:
    from custodes.find.teach.writing import faults

    try:
        text = Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is no text", hint="Give a draft of `custodes teach`.") from error
    found = list(faults(text, Path(name).name))
    if as_json:
        output.emit_json({"file": name, "faults": found})
    else:
        for fault in found:
            click.echo(output.printable(fault))
        output.note("Sound." if not found else f"{counted(len(found), 'fault', 'faults')}.")
    return FAULTY if found else 0
