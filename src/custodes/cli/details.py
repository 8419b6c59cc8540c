"""How `custodes devices show` tells what a device can do, how it is set up, what is attached."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from custodes.cli import output
from custodes.units import iso

if TYPE_CHECKING:
    from custodes.estate.details import KeptCamera, KeptFact

CAPABLE = {True: "capable", False: "not capable", None: "unknown"}
ENABLED = {True: "enabled", False: "switched off", None: "unknown whether enabled"}


def say_details(told: "Sequence[KeptFact]", attached: "Sequence[KeptCamera]") -> None:
    """Print capabilities, settings and attached cameras, each with the words behind it."""
    now = [one for one in told if one.ended_at is None]
    _say("What it can do", [one for one in now if one.subject == "capability"])
    _say("How it is set up", [one for one in now if one.subject == "fact"])
    past = len(told) - len(now)
    if past:
        click.echo(f"  {past} earlier values are on record: --json")
    _say_attached(attached)


def _say(heading: str, rows: "Sequence[KeptFact]") -> None:
    if rows:
        click.echo(f"\n{heading}")
    for one in rows:
        where = f" (channel {one.channel})" if one.channel else ""
        words = f"{one.words.field}: {one.words.matched}"[:120]
        name, value = _safe(one.name + where), _safe(_value(one))
        click.echo(f"  {name:<38}  {value:<34}  {_safe(words)}")


def _value(one: "KeptFact") -> str:
    if one.subject == "fact":
        return str(one.value)
    if one.capable is False:
        return CAPABLE[False]
    return f"{CAPABLE[one.capable]}, {ENABLED[one.enabled]}"


def _say_attached(attached: "Sequence[KeptCamera]") -> None:
    if not attached:
        return
    click.echo(f"\nCameras that it says are attached: {len(attached)} (not counted as devices)")
    for one in attached:
        camera = one.attached
        known = (camera.name, camera.manufacturer, camera.model, camera.firmware, camera.address)
        said = ", ".join(part for part in known if part) or "no more is said"
        state = {True: "online", False: "offline", None: "unknown whether online"}[camera.online]
        seen = f"; it is device {one.same_as}" if one.same_as is not None else ""
        click.echo(
            _safe(f"  channel {camera.channel}: {said}; {state}, {iso(one.last_seen)}{seen}")
        )


def _safe(text: str) -> str:
    return output.printable(text)
