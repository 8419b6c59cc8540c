"""What commands share: the data folder, the settings and the open register."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custodes import settings as config
from custodes.cli import output
from custodes.errors import CustodesError, InputError, UsageError

if TYPE_CHECKING:
    from custodes.estate.register import Register

FILE = "custodes.toml"


def folder(ctx: click.Context) -> Path:
    """The data folder that this command works in; not made here."""
    flag = (ctx.find_root().obj or {}).get("data")
    return config.data_folder(flag, os.environ, Path.home())


def settings(ctx: click.Context, flags: Mapping[str, Any] | None = None) -> config.Settings:
    """The settings in force for this command."""
    path = folder(ctx) / FILE
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    own = {"database": (ctx.find_root().obj or {}).get("database")}
    return config.resolve(
        flags={**own, **(flags or {})}, environment=os.environ, file_text=text, file_name=str(path)
    )


def unreadable(name: str, error: OSError) -> CustodesError:
    """The error for an input file: wrong usage where it is not there, else what stopped it."""
    if isinstance(error, FileNotFoundError):
        return UsageError(f"there is no file {name}", file=name)
    return InputError(f"{name} cannot be read: {error.strerror or error}", file=name)


@contextmanager
def register(ctx: click.Context, *, make: bool = True) -> Iterator["Register"]:
    """The register, opened and migrated, closed at the end of the command.

    Commands that only read say `make=False`: where there is no register yet, they say so, read
    an empty one, and no folder and no database is made.
    """
    from custodes.estate.register import open_register

    place = folder(ctx)
    url = config.database_url(settings(ctx), place)
    if place.exists() and not place.is_dir():
        raise UsageError(f"the data folder {place} is a file", hint="Give --data a folder.")
    if not make and (missing := absent(url)):
        output.note(f"There is no register in {missing} yet.")
        with open_register("sqlite://") as empty:
            yield empty
        return
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(f"the data folder {place} cannot be made: {error.strerror}") from error
    with open_register(url) as opened:
        yield opened


def absent(url: str) -> Path | None:
    """The folder where the file of this register is missing; None: there is one, or a server."""
    path = Path(url.removeprefix("sqlite:///"))
    return path.parent if url.startswith("sqlite:///") and not path.exists() else None
