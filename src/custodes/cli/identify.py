"""`custodes identify`: JSON lines of observations in, JSON lines of identities out."""

import sys
from collections.abc import Iterator
from typing import IO, BinaryIO

import click
import msgspec

from custodes.errors import InputError
from custodes.find.identify import core
from custodes.observation import Observation, read_line
from custodes.units import KIB, MIB, human_size

LINE_LIMIT = 8 * MIB
CHUNK = 256 * KIB


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--by", type=click.Choice(["observation", "device"]), default="observation")
def identify(file: BinaryIO, by: str) -> int:
    """Say what the observations in FILE mean."""
    encode = msgspec.json.Encoder().encode
    rows = (read_line(line) for line in file)
    conclude = core.identify_devices if by == "device" else core.identify_each
    out = sys.stdout.buffer
    for identity in conclude(rows):
        out.write(encode(identity) + b"\n")
    return 0
