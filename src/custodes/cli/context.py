"""What commands share: the data folder, the settings and the open register."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custodes import settings as config
from custodes.errors import UsageError

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


@contextmanager
def register(ctx: click.Context) -> Iterator["Register"]:
    """The register, opened and migrated, closed at the end of the command."""
    from custodes.estate.register import open_register

    place = folder(ctx)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise UsageError(
            f"the data folder {place} is a file", hint="Give --data a folder."
        ) from None
    except OSError as error:
        raise UsageError(f"the data folder {place} cannot be made: {error.strerror}") from error
    with open_register(config.database_url(settings(ctx), place)) as opened:
        yield opened
