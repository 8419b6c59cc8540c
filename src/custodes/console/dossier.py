"""Everything that is known of one device beyond its evidence, put together for its page.

Asks the register; each part is worked out by a pure module of its own.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from custodes.console import problems
from custodes.console.abilities import Abilities, abilities
from custodes.console.attached import Channels, Hung, channels_of, hung_on
from custodes.console.device import (
    Conclusion,
    DevicePage,
    Proof,
    Raw,
    anchors_of,
    chosen,
    device_page,
)
from custodes.console.history import History, history
from custodes.console.nameplate import Stated, nameplate
from custodes.console.report import Report, report
from custodes.console.state import Group, groups
from custodes.console.talks import Talks, talks
from custodes.console.text import cut, fitting
from custodes.estate.model import Device
from custodes.estate.register import Register

FINDINGS = 20  # on the page
RAW_SHORT = 100  # characters of a raw observation where room is short
RECORDERS = ("recorder", "encoder", "management software")


@dataclass(frozen=True, slots=True)
class Dossier:
    """One device as its page tells it. `teaches`: whether empty sections say what would fill them,
    which they do for all that may be surveillance equipment."""

    it: DevicePage
    report: Report
    nameplate: tuple[Stated, ...]
    abilities: Abilities
    settings: tuple[Group, ...]
    channels: Channels
    hung_on: tuple[Hung, ...]
    talks: Talks
    findings: tuple[problems.Row, ...]
    findings_left_out: int
    history: History
    teaches: bool
    records: bool  # whether it may have cameras of its own


def dossier(desk: Register, device: Device, now: datetime) -> Dossier:
    """Ask the register for all that there is of one device."""
    observations = desk.observations_of(device.id)
    total = desk.how_many_of([device.id])[device.id]
    anchors = anchors_of(chosen(device, observations))
    told = desk.fact_history(device.id)
    now_told = [one for one in told if one.ended_at is None]
    findings = problems.rows(desk.findings(device_id=device.id), {}, ())
    every_camera = desk.attached_to(device.id, ended=True)
    cameras = [one for one in every_camera if one.ended_at is None]
    return Dossier(
        it=device_page(device, observations, total),
        report=report(device, anchors),
        nameplate=nameplate(device, now_told, now.date()),
        abilities=abilities(now_told, anchors),
        settings=groups(now_told, anchors),
        channels=channels_of(cameras, anchors),
        hung_on=_recorders(desk, device),
        talks=talks(desk.conversations(device.id), device.device_type),
        findings=findings[:FINDINGS],
        findings_left_out=max(0, len(findings) - FINDINGS),
        history=history(desk.seen_of(device.id), told, every_camera),
        teaches=device.is_surveillance is not False,
        records=bool(cameras) or device.device_type in RECORDERS,
    )


_List = TypeVar("_List", Abilities, Group, Channels, Talks, History)


def shorter(whole: Dossier, share: int) -> Dossier:
    """The same device on less room: lists cut to a `share`th, and what is left out counted."""
    raw = tuple(map(_terse, whole.it.raw))
    conclusions = tuple(map(_briefer, whole.it.conclusions))
    findings = whole.findings[: max(1, FINDINGS // share)]
    return replace(
        whole,
        it=replace(whole.it, raw=raw, conclusions=conclusions),
        abilities=replace(_fewer(whole.abilities, share), denied=()),
        settings=tuple(_fewer(one, share) for one in whole.settings),
        channels=_fewer(whole.channels, share),
        talks=_fewer(whole.talks, share),
        findings=findings,
        findings_left_out=whole.findings_left_out + len(whole.findings) - len(findings),
        history=_fewer(whole.history, share),
    )


def _fewer(one: _List, share: int) -> _List:
    kept = -(-len(one.rows) // share)
    return replace(one, rows=one.rows[:kept], left_out=one.left_out + len(one.rows) - kept)


def _terse(one: Raw) -> Raw:
    text = one.shown.text
    shown = cut(text, fitting(text, RAW_SHORT, 2 * RAW_SHORT))
    missing = "the beginning is shown" if shown.missing or one.shown.missing else ""
    return replace(one, shown=replace(shown, missing=missing))


def _briefer(one: Conclusion) -> Conclusion:
    first = tuple(map(_quoting_less, one.first))
    return replace(one, first=first, more=(), left_out=one.left_out + len(one.more))


def _quoting_less(one: Proof) -> Proof:
    shown = cut(one.matched, fitting(one.matched, RAW_SHORT, 2 * RAW_SHORT))
    return replace(one, matched=shown.text, missing=one.missing or shown.missing)


def _recorders(desk: Register, device: Device) -> tuple[Hung, ...]:
    if device.is_surveillance is False or device.device_type in RECORDERS:
        return ()
    held = [one for one in desk.attached_to() if one.same_as == device.id]
    numbers = {one.device_id for one in held}
    recorders = {n: found for n in numbers if (found := desk.device(n)) is not None}
    return hung_on(device.id, held, {n: one.called for n, one in recorders.items()})
