"""A device told as a careful report: what it is, why, what speaks against it, what is unknown.

Pure. The sentences are identification's own (custodes.find.identify.explain); here they get the
way to the raw observations that they rest on, and what only a person can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from custodes.console.device import anchor
from custodes.estate.model import Device
from custodes.find.identify.explain import Sentence, explain
from custodes.identity import CONDITION, Identity

LINKS = 3  # raw observations that one sentence leads to
TITLES = {
    "honeypot": "Probably a honeypot",
    "several_devices": "Several devices behind one address",
    "proxy": "Something stands in front of it",
    "management_software": "A program, not a camera",
    "channel_list": "It speaks of other devices",
    "rebadge": "The badge is not the maker",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, and the anchors of the raw observations that it rests on."""

    text: str
    about: str  # a key of Identity, or a kind of condition
    links: tuple[str, ...] = ()
    title: str = ""  # of a condition
    command: str = ""  # what a person would type to tell it


@dataclass(frozen=True, slots=True)
class Report:
    headline: str
    conditions: tuple[Said, ...]
    because: tuple[Said, ...]
    against: tuple[Said, ...]
    unknown: tuple[Said, ...]


def report(device: Device, anchors: frozenset[str]) -> Report:
    """The report; `anchors` are those of the observations that stand on the page."""
    sentences = explain(identity_of(device))
    parts = {part: [s for s in sentences if s.part == part] for part in PARTS}
    headline, *conditions = parts["is"]
    of_people = tuple(_left_to_people(device))
    return Report(
        headline=headline.text,
        conditions=tuple(_said(s, anchors) for s in conditions),
        because=tuple(_said(s, anchors) for s in parts["because"]),
        against=(*(_said(s, anchors) for s in parts["against"]), *_stated_otherwise(device)),
        unknown=(*(_said(s, anchors) for s in parts["unknown"]), *of_people),
    )


PARTS = ("is", "because", "against", "unknown")


def identity_of(device: Device) -> Identity:
    """What the register keeps of a device, as identification concluded it."""
    same = "is_surveillance maker product_family model firmware serial mac device_type confidence"
    return Identity(
        device=device.key,
        vendor=device.brand,
        **{name: getattr(device, name) for name in same.split()},
        evidence=list(device.evidence),
    )


def _said(sentence: Sentence, anchors: frozenset[str]) -> Said:
    places = [anchor(digest) for digest in sentence.observations]
    about = sentence.conclusion.removeprefix(CONDITION)
    return Said(
        text=sentence.text,
        about=about,
        title=TITLES.get(about, "To be known first"),
        links=tuple(place for place in places if place in anchors)[:LINKS],
    )


_SAME = (
    ("brand", "brand"),
    ("maker", "maker"),
    ("model", "model"),
    ("serial", "serial number"),
    ("firmware", "firmware"),
    ("device_type", "kind of device"),
)


def _stated_otherwise(device: Device) -> Iterator[Said]:
    """What people recorded and the device contradicts."""
    for name, label in _SAME:
        said, seen = device.stated.get(name), getattr(device, name)
        if said is None or seen is None or said.value.casefold() == str(seen).casefold():
            continue
        by = ", ".join(part for part in (said.who, said.source) if part)
        yield Said(
            f"A person recorded ‘{said.value}’ as {label} ({by}); what was seen says ‘{seen}’.",
            name,
        )


def _left_to_people(device: Device) -> Iterator[Said]:
    """What no packet tells."""
    if device.site is None:
        yield Said(
            "Which site it is at is not known: whoever knows the place can record it.",
            "site",
            command=f'custodes devices set {device.id} --site "NAME"',
        )
    if device.first_seen is None:
        yield Said(
            "Whether it is still there is not known: it stands on a list, and nobody has seen it."
            " A scan of its network would tell.",
            "seen",
            command="custodes scan NETWORK",
        )
