"""Bars whose table is the chart: each bar is a picture of the number beside it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROWS = 8  # bars of one chart; what is smaller is added up


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: `percent` of the longest bar; `unknown` is drawn hatched, not only coloured."""

    label: str
    count: int
    percent: float
    link: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    heading: str  # of the column of labels
    unit: str
    total: int
    bars: tuple[Bar, ...]


def chart(
    title: str,
    heading: str,
    counts: Mapping[str | None, int],
    *,
    unknown: str,
    link: Callable[[str | None], str],
    rows: int = ROWS,
) -> Chart:
    """A chart of counts of devices: largest first, the rest added up, the unknown (None) last."""
    known = sorted(
        ((name, count) for name, count in counts.items() if name is not None),
        key=lambda pair: (-pair[1], pair[0].casefold()),
    )
    longest = max(counts.values(), default=0) or 1
    shown = known if len(known) <= rows else known[: rows - 1]
    bars = [_bar(name, count, longest, link(name)) for name, count in shown]
    rest = known[len(shown) :]
    if rest:
        total = sum(count for _, count in rest)
        bars.append(_bar(f"{len(rest)} others, together", total, max(longest, total)))
    if counts.get(None):
        bars.append(_bar(unknown, counts[None], longest, link(None), unknown=True))
    return Chart(title, heading, "devices", sum(counts.values()), tuple(bars))


def percent(part: int, whole: int) -> float:
    """A share in percent with one decimal; something is never drawn as nothing.

    >>> percent(1, 3), percent(1, 100000), percent(0, 0)
    (33.3, 0.5, 0.0)
    """
    if part <= 0 or whole <= 0:
        return 0.0
    return max(0.5, round(100 * part / whole, 1))


def _bar(label: str, count: int, longest: int, link: str = "", *, unknown: bool = False) -> Bar:
    return Bar(label, count, percent(count, longest), link, unknown)
