"""`custodes credentials`: the log-ins that the owner gave, sealed; never shown, never guessed."""

import getpass
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from custodes import settings as config
from custodes.cli import context, output
from custodes.cli.devices import me
from custodes.cli.nouns import Noun
from custodes.errors import UsageError
from custodes.units import iso

if TYPE_CHECKING:
    from custodes.estate.credentials import Credential
    from custodes.estate.register import Register

COLUMNS = {
    "id": "ID",
    "kind": "Kind",
    "scope": "For",
    "called": "Which",
    "user": "User",
    "recorded_at": "Recorded",
    "recorded_by": "By",
}
LONGEST = 4096  # bytes read of standard input


@click.group(cls=Noun)
def credentials() -> None:
    """Keep log-ins for `custodes inspect`, sealed with a key outside the database.

    Without a sub-command: the list, without the secrets. Exit status: 0 done, 2 wrong usage, 6 the
    register is damaged, or the key file is missing, another one, or readable by others.
    """


@credentials.command("list")
@output.JSON
@click.pass_context
def list_credentials(ctx: click.Context, as_json: bool) -> int:
    """List who logs in where. No secret is shown, here or anywhere."""
    with context.register(ctx, make=False) as register:
        rows = [_row(one) for one in register.credentials()]
    if as_json:
        output.emit_json(rows)
    else:
        output.table(rows, COLUMNS, empty="No log-in is stored: custodes credentials add --help")
    return 0


@credentials.command()
@click.option("--device", metavar="ID", help="For one device, by its number.")
@click.option("--network", metavar="CIDR", help="For every device in this network.")
@click.option("--site", metavar="NAME", help="For every device at this site.")
@click.option("--body", metavar="NAME", help="The body whose --site is meant.")
@click.option("--user", metavar="NAME", help="Who logs in; a user that may only read is enough.")
@click.option(
    "--kind",
    type=click.Choice(["login", "snmp"]),
    default="login",
    show_default=True,
    help="A user with a password, or an SNMP community.",
)
@click.option("--password-stdin", is_flag=True, help="Read the secret's one line from stdin.")
@output.JSON
@click.pass_context
def add(ctx: click.Context, /, user: str | None, kind: str, as_json: bool, **options: Any) -> int:
    """Keep a log-in for one device, a network or a site; one for the same target is replaced.

    The password is asked for, or read from standard input; it is never an argument, where every
    user of this machine could see it. Of several log-ins for a device the most specific counts:
    the device's own, the narrowest network's, the site's. Only that one is ever tried.
    """
    from custodes.estate.keyfile import read_or_make_key

    if sum(options[name] is not None for name in ("device", "network", "site")) != 1:
        raise UsageError("say whom it is for: one of --device, --network or --site")
    if kind == "login" and not user:
        raise UsageError("say who logs in: --user NAME")
    word = _secret(kind, from_stdin=options["password_stdin"])
    with context.register(ctx) as register:
        target = _target(register, options)
        path = config.key_file(context.settings(ctx), context.folder(ctx))
        key = read_or_make_key(path, in_use=bool(register.credentials()))
        made = register.add_credential(
            target,
            word,
            key=key,
            now=datetime.now(UTC),
            user=user or "",
            kind=kind,
            recorded_by=me(),
        )
    if as_json:
        output.emit_json(_row(made))
    else:
        who = f"user {made.user_name}" if made.user_name else "the community"
        whom = made.called if made.scope == "device" else f"{made.scope} {made.called}"
        click.echo(output.printable(f"Log-in {made.id}: {who} for {whom}."))
        output.note(f"Sealed with {path}. Keep a copy of that file apart from the database.")
    return 0


@credentials.command()
@click.argument("credential_id", metavar="ID", type=click.IntRange(1, 2**31 - 1))
@output.JSON
@click.pass_context
def remove(ctx: click.Context, credential_id: int, as_json: bool) -> int:
    """Forget the log-in with this number."""
    with context.register(ctx) as register:
        gone = register.remove_credential(credential_id)
    if not gone:
        raise UsageError(
            f"there is no log-in {credential_id}", hint="`custodes credentials` lists them."
        )
    if as_json:
        output.emit_json({"removed": credential_id})
    else:
        click.echo(f"Log-in {credential_id} is forgotten.")
    return 0


def _row(one: "Credential") -> dict[str, object]:
    row: dict[str, object] = {
        name: getattr(one, name)
        for name in ("id", "kind", "scope", "target", "called", "recorded_by")
    }
    return {**row, "user": one.user_name or "-", "recorded_at": iso(one.recorded_at)}


def _target(register: "Register", options: dict[str, Any]) -> tuple[str, str]:
    """Whom a log-in is for, as the register writes it."""
    for scope in ("device", "network"):
        if options[scope] is not None:
            return scope, str(options[scope])
    found = register.site_meant(options["site"], options["body"])
    if found is None:
        raise UsageError(f"there is no site {options['site']!r}", hint="`custodes sites`")
    return "site", str(found.id)


def _secret(kind: str, *, from_stdin: bool) -> str:
    """The secret, from a prompt that shows nothing or from the first line of standard input."""
    called = "password" if kind == "login" else "community"
    if from_stdin:
        data = sys.stdin.buffer.readline(LONGEST)
        try:
            return data.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise UsageError(f"the {called} on standard input is not UTF-8 text") from error
    if not sys.stdin.isatty():
        raise UsageError(
            f"there is no terminal to ask for the {called}", hint="Pipe it: --password-stdin"
        )
    word = getpass.getpass(f"{called.capitalize()}: ")
    if getpass.getpass("Again: ") != word:
        raise UsageError("the two were not the same; nothing was kept")
    return word
