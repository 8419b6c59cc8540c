"""How a device is set up: settings and states in plain words, by subject. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from custodes.console.abilities import Quoted, channels, listed, quoted
from custodes.estate.details import KeptFact
from custodes.knowledge.capabilities import fact_kinds
from custodes.units import human_size

ROWS = 16  # of one group on the page; the JSON has them all
# Title, and how the names begin that belong there. What the nameplate tells is not told again.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Services", ("service.", "tls.", "upnp.")),
    ("Accounts and log-in", ("accounts.", "login.", "device.activated")),
    ("Clock", ("clock.", "uptime.")),
    ("Cloud relay", ("cloud.",)),
    ("Network", ("network.", "events.")),
    ("Storage and recording", ("storage.", "recording.", "channels.")),
    ("Streams", ("stream.",)),
    ("Other", ("",)),
)
ELSEWHERE = ("build.", "device.oem_code")
PICTURES = ("stream.", "recording.")  # whose channels are channels; others are disks and services


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a person reads it; `name` is the one of facts.toml."""

    name: str
    sentence: str
    value: str
    channels: str
    seen: datetime
    quoted: Quoted


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: tuple[Setting, ...]
    left_out: int


def groups(told: Iterable[KeptFact], anchors: frozenset[str]) -> tuple[Group, ...]:
    """Every setting that a device tells now, by subject; channels that agree are told at once."""
    alike: dict[str, dict[tuple[str, str], list[KeptFact]]] = {}
    for one in told:
        if one.subject == "fact" and one.ended_at is None and not one.name.startswith(ELSEWHERE):
            rows = alike.setdefault(_group(one.name), {})
            rows.setdefault((one.name, one.value or ""), []).append(one)
    return tuple(_made(title, alike[title], anchors) for title, _ in GROUPS if title in alike)


def _group(name: str) -> str:
    return next(title for title, begins in GROUPS if name.startswith(begins))


def _made(
    title: str, rows: dict[tuple[str, str], list[KeptFact]], anchors: frozenset[str]
) -> Group:
    order = list(fact_kinds())
    keys = sorted(rows, key=lambda k: (order.index(k[0]) if k[0] in order else len(order), k))
    shown = tuple(_setting(key, rows[key], anchors) for key in keys[:ROWS])
    return Group(title, shown, len(keys) - len(shown))


def _setting(key: tuple[str, str], held: Sequence[KeptFact], anchors: frozenset[str]) -> Setting:
    name, value = key
    known = fact_kinds().get(name)
    return Setting(
        name=name,
        sentence=known.sentence if known else name,
        value=in_words(name, value),
        channels=_where(name, [one.channel for one in held]),
        seen=max(one.last_seen for one in held),
        quoted=quoted(held[0].words, anchors),
    )


def _where(name: str, named: Sequence[str]) -> str:
    """Where a setting holds: the channels of a picture, else the word that it stands under."""
    return channels(named) if name.startswith(PICTURES) else listed(n for n in named if n)


def in_words(name: str, value: str) -> str:
    """The value of a setting as a person reads it; one that cannot be read stays as it is.

    >>> in_words("clock.offset_s", "-86399"), in_words("storage.capacity_bytes", "2048")
    ('23 hours 59 minutes behind', '2.0 KiB')
    >>> in_words("clock.offset_s", "soon"), in_words("build.date", "2021-06-28")
    ('soon', '28 June 2021')
    """
    known = fact_kinds().get(name)
    write = _WRITERS.get(known.kind if known else "")
    if write is None:
        return value
    try:
        said = write(value)
    except (ValueError, OverflowError):
        return value
    if name != "clock.offset_s":
        return said
    return said if said == "nothing" else f"{said} {'behind' if value[0] == '-' else 'ahead'}"


def duration(text: str) -> str:
    """Seconds in the two largest units that they fill.

    >>> duration("90061"), duration("-59"), duration("0")
    ('1 day 1 hour', '59 seconds', 'nothing')
    """
    left = abs(int(float(text)))
    parts = []
    for unit, length_s in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number, left = divmod(left, length_s)
        if number:
            parts.append(f"{number:,} {unit}{'' if number == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts[:2]) or "nothing"


def _bytes(text: str) -> str:
    return human_size(int(text))


def _date(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day.strftime('%B %Y')}"


def _instant(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return f"{moment.day} {moment.strftime('%B %Y, %H:%M UTC')}"


def _count(text: str) -> str:
    return f"{int(text):,}"


_WRITERS: dict[str, Callable[[str], str]] = {
    "seconds": duration,
    "bytes": _bytes,
    "date": _date,
    "instant": _instant,
    "count": _count,
}
