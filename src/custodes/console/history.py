"""How one device changed: over the looks, and in what it says of itself. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from custodes.console.abilities import answer, channels, sentence_of
from custodes.console.state import in_words
from custodes.estate.details import KeptCamera, KeptFact
from custodes.estate.looks import Seen
from custodes.find.compare import compare, sentence
from custodes.knowledge.capabilities import fact_kinds

ROWS = 20  # on the page


@dataclass(frozen=True, slots=True)
class Step:
    """One change: when the new was first seen, and what it is."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class History:
    rows: tuple[Step, ...]
    left_out: int


def history(
    seen: Sequence[Seen], told: Sequence[KeptFact], attached: Sequence[KeptCamera]
) -> History:
    """Every change of one device, the newest first; `seen` from the oldest look to the newest."""
    found = sorted(
        (*_looks(seen), *_facts(told), *_cameras(attached)), key=lambda s: s.at, reverse=True
    )
    return History(tuple(found[:ROWS]), max(0, len(found) - ROWS))


def _looks(seen: Sequence[Seen]) -> Iterator[Step]:
    for was, now in pairwise(seen):
        if now.seen_at is None:
            continue
        for change in compare([was], [now], lambda _address: True).changes:
            text = sentence(change)
            yield Step(now.seen_at, text[:1].upper() + text[1:])


def _facts(told: Iterable[KeptFact]) -> Iterator[Step]:
    def subject(one: KeptFact) -> tuple[str, str, str]:
        return one.subject, one.name, one.channel

    for _, held in groupby(sorted(told, key=lambda f: (subject(f), f.first_seen)), key=subject):
        every = list(held)
        for was, now in pairwise(every):
            if _value(was) != _value(now):
                yield Step(now.first_seen, f"{_about(now)}: {_value(was)} → {_value(now)}")
        if every[-1].ended_at is not None:
            last = every[-1]
            yield Step(last.ended_at or last.last_seen, f"{_about(last)}: not told any more")


def _about(one: KeptFact) -> str:
    known = fact_kinds().get(one.name)
    named = sentence_of(one.name) if one.subject == "capability" else None
    text = (named or (known.sentence if known else one.name)).partition(". ")[0].rstrip(".")
    return f"{text} ({channels([one.channel])})" if one.channel else text


def _value(one: KeptFact) -> str:
    if one.subject == "fact":
        return in_words(one.name, one.value or "")
    return f"can: {answer(one.capable)}, is on: {answer(one.enabled)}"


def _cameras(attached: Iterable[KeptCamera]) -> Iterator[Step]:
    for one in attached:
        if one.ended_at is not None:
            said = one.attached
            parts = (said.manufacturer, said.model, said.name, said.address)
            what = " ".join(part for part in parts if part) or "a camera"
            yield Step(one.ended_at, f"Channel {said.channel}: {what} is attached no more")
