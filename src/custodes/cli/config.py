"""`custodes config`: every setting, its value, and where it came from."""

import click

from custodes import settings as known
from custodes.cli import context, output


@click.command()
@output.JSON
@click.pass_context
def config(ctx: click.Context, as_json: bool) -> int:
    """Show every setting, its value and where it came from.

    A flag wins over the environment, that over custodes.toml in the data folder, that over the
    default. Passwords are shown as ***. Exit status: 0 shown, 2 a setting is wrong.
    """
    folder = context.folder(ctx)
    rows = [row(value) for value in context.settings(ctx).explain()]
    register = known.masked(known.database_url(context.settings(ctx), folder))
    if as_json:
        output.emit_json(
            {
                "data_folder": str(folder),
                "file": str(folder / context.FILE),
                "register": register,
                "settings": rows,
            }
        )
        return 0
    click.echo(f"Data folder  {output.printable(str(folder))}")
    click.echo(f"Settings in  {output.printable(str(folder / context.FILE))}")
    click.echo(f"Register     {output.printable(register)}\n")
    columns = {
        "name": "Setting",
        "value": "Value",
        "origin": "From",
        "variable": "Variable",
        "about": "Meaning",
    }
    output.table(rows, columns, empty="There are no settings.")
    return 0


def row(value: known.Value) -> dict[str, object]:
    """One setting as it may be shown."""
    shown = value.value
    if value.setting.name == "database":
        shown = known.masked(str(shown))
    return {
        "name": value.setting.name,
        "value": shown,
        "default": value.setting.default,
        "origin": value.origin,
        "variable": value.setting.variable,
        "about": value.setting.about,
    }
