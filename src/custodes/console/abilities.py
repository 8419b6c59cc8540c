"""What a device can do to people, and what of it is switched on, as a page tells it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from custodes.console.device import anchor
from custodes.console.text import PAYLOAD_LIMIT, cut, fitting
from custodes.estate.details import KeptFact
from custodes.facts import Words
from custodes.knowledge.capabilities import capabilities

ROWS = 48  # of a table on the page; the JSON has them all
WORDS = 80  # characters of the words that a fact was read from
WORDS_ROOM = 150  # bytes of HTML for them
CHANNELS = 12  # named in one cell
SENSITIVE = "SensitiveAttributes"
MARKS = {"face": "about faces", "sensitive": "sensitive attribute"}


@dataclass(frozen=True, slots=True)
class Quoted:
    """The words behind a fact: where they stand and what they are."""

    field: str
    matched: str
    source: str
    link: str  # anchor of the raw observation, where it is on the page


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing that a device can do. `capable` and `enabled` are "yes", "no" or "not said"."""

    name: str
    sentence: str
    mark: str  # why somebody should look at it first
    capable: str
    enabled: str
    channels: str
    quoted: Quoted


@dataclass(frozen=True, slots=True)
class Abilities:
    """`rows` are those that a device has or may have; `denied` those that it says it has not."""

    rows: tuple[Ability, ...]
    denied: tuple[str, ...]
    left_out: int
    switched_on: int

    @property
    def any(self) -> bool:
        return bool(self.rows or self.denied)


def abilities(told: Iterable[KeptFact], anchors: frozenset[str]) -> Abilities:
    """Every capability that a device tells of now: faces and sensitive attributes first."""
    alike: dict[tuple[str, bool | None, bool | None], list[KeptFact]] = {}
    for one in told:
        if one.subject == "capability" and one.ended_at is None:
            alike.setdefault((one.name, one.capable, one.enabled), []).append(one)
    able = {name for name, capable, _ in alike if capable is not False}
    denied = dict.fromkeys(name for name, _, _ in sorted(alike, key=_rank) if name not in able)
    keys = sorted((k for k in alike if k[1] is not False), key=_rank)
    shown = tuple(_ability(key, alike[key], anchors) for key in keys[:ROWS])
    return Abilities(
        rows=shown,
        denied=tuple(sentence_of(name) for name in list(denied)[:ROWS]),
        left_out=len(keys) - len(shown),
        switched_on=len({name for name, _, enabled in alike if enabled}),
    )


def sentence_of(name: str) -> str:
    """A capability in plain words; its name where nobody has described it."""
    known = capabilities().get(name)
    return known.sentence if known else name


def _rank(key: tuple[str, bool | None, bool | None]) -> tuple[int, int, int]:
    """Faces, sensitive attributes, then as reports tell them; what is on before what is not."""
    name, _, enabled = key
    order: Mapping[str, int] = {known: at for at, known in enumerate(capabilities())}
    mark = {"about faces": 0, "sensitive attribute": 1}.get(_mark(name), 2)
    return mark, order.get(name, len(order)), {True: 0, None: 1, False: 2}[enabled]


def _mark(name: str) -> str:
    if name.startswith(SENSITIVE):
        return MARKS["sensitive"]
    known = capabilities().get(name)
    return MARKS["face"] if known and known.subject == "face" else ""


def _ability(
    key: tuple[str, bool | None, bool | None], held: Sequence[KeptFact], anchors: frozenset[str]
) -> Ability:
    name, capable, enabled = key
    return Ability(
        name=name,
        sentence=sentence_of(name),
        mark=_mark(name),
        capable=answer(capable),
        enabled=answer(enabled),
        channels=channels(one.channel for one in held),
        quoted=quoted(held[0].words, anchors),
    )


def answer(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "not said"}[value]


def quoted(words: Words, anchors: frozenset[str]) -> Quoted:
    """The words that a fact was read from, short enough for a cell."""
    place = anchor(words.observation or "")
    text = " ".join(words.matched[:PAYLOAD_LIMIT].split())
    shown = cut(text, fitting(text, WORDS, WORDS_ROOM))
    return Quoted(
        field=words.field,
        matched=shown.text + ("…" if shown.missing else ""),
        source=words.source,
        link=place if place in anchors else "",
    )


def channels(named: Iterable[str]) -> str:
    """Channels as a person lists them; "" where only the whole device is meant.

    >>> channels(["1", "2", "3", "7"]), channels([""]), channels(["Profile_1"])
    ('channels 1–3 and 7', '', 'channel Profile_1')
    """
    names = dict.fromkeys(named)
    whole = "" in names
    said = listed(name for name in names if name)
    if not said:
        return ""
    said = f"{'channel' if len(names) - whole == 1 else 'channels'} {said}"
    return f"the device, {said}" if whole else said


def listed(named: Iterable[str]) -> str:
    """Words as a person lists them, numbers first and in runs; not too many.

    >>> listed(["HTTP", "2", "1"]), listed([])
    ('1–2 and HTTP', '')
    """
    names = set(named)
    numbers = {n for n in names if n.isascii() and n.isdigit() and len(n) < 6}
    parts = [*_runs(sorted(map(int, numbers))), *sorted(names - numbers)]
    if len(parts) > CHANNELS:
        parts = [*parts[:CHANNELS], f"{len(parts) - CHANNELS} others"]
    return " and ".join(p for p in (", ".join(parts[:-1]), *parts[-1:]) if p)


def _runs(numbers: Sequence[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs]
