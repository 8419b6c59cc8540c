"""What changed between two looks, or since a day: what was asked, and the page made of it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from custodes.console.query import TEXT_LIMIT
from custodes.console.text import plural
from custodes.estate.looks import Look
from custodes.find.compare import KINDS, Change, called, sentence
from custodes.find.looking import Compared

ROWS = 100  # of a page
LOOKS = 60  # to choose from
KIND_WORDS: Mapping[str, str] = {
    "swapped": "another device in its place",
    "moved": "moved to another site",
    "new": "new",
    "gone": "gone",
    "firmware": "firmware changed",
    "address": "address changed",
    "changed": "says something else",
}


@dataclass(frozen=True, slots=True)
class ChangesQuery:
    """Which two looks, or since which day, and which changes of them."""

    before: int | None = None
    after: int | None = None
    since: date | None = None
    kind: str = ""
    site: str = ""  # by name, as it was at the time
    page: int = 1

    def with_(self, **changes: object) -> "ChangesQuery":
        return replace(self, **changes)  # type: ignore[arg-type]

    def parameters(self) -> dict[str, str]:
        values = {
            "before": str(self.before or ""),
            "after": str(self.after or ""),
            "since": self.since.isoformat() if self.since else "",
            "kind": self.kind,
            "site": self.site,
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in values.items() if value}

    def link(self, path: str = "/changes") -> str:
        given = self.parameters()
        return f"{path}?{urlencode(given)}" if given else path

    @property
    def narrowed(self) -> bool:
        return bool(self.kind or self.site)

    @property
    def instant(self) -> datetime | None:
        """The beginning of the day since which changes are asked for."""
        if self.since is None:
            return None
        return datetime.combine(self.since, datetime.min.time(), UTC)


def read(parameters: Mapping[str, str]) -> ChangesQuery:
    """The changes that an address asks for; what means nothing is ignored.

    >>> read({"before": "3", "after": "x", "kind": "gone", "since": "soon"}).link()
    '/changes?before=3&kind=gone'
    """
    kind = parameters.get("kind", "").strip()
    return ChangesQuery(
        before=_number(parameters.get("before", "")),
        after=_number(parameters.get("after", "")),
        since=_day(parameters.get("since", "")),
        kind=kind if kind in KINDS else "",
        site=parameters.get("site", "").strip()[:TEXT_LIMIT],
        page=max(1, _number(parameters.get("page", "")) or 1),
    )


def _number(text: str) -> int | None:
    text = text.strip()
    good = text.isascii() and text.isdigit() and len(text) <= 9
    return (int(text) or None) if good else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One change of one device, in words."""

    kind: str
    device_id: int | None
    device: str
    address: str | None
    site: str | None
    what: str
    was: str | None
    now: str | None
    sure: bool
    text: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """`why_not` says in words why there is nothing to compare; then the rest is empty."""

    query: ChangesQuery
    before: str
    after: str
    rows: tuple[Row, ...]
    found: str
    total: str
    kinds: tuple[tuple[str, str, int, str], ...]  # key, words, how many, link
    kind_choices: tuple[tuple[str, str], ...]
    sites: tuple[str, ...]
    looks: tuple[Look, ...]
    unchanged: str
    not_looked_at: str
    why_not: str
    page: int
    pages: int
    previous: str
    following: str


def rows(compared: Compared, names: Mapping[int, str]) -> tuple[Row, ...]:
    """Every change in words; `names` are what people call devices."""
    return tuple(_row(change, names) for change in compared.result.changes)


def _row(change: Change, names: Mapping[int, str]) -> Row:
    seen = change.device
    return Row(
        kind=change.kind,
        device_id=seen.device_id,
        device=names.get(seen.device_id or 0) or seen.name or called(seen),
        address=seen.address,
        site=seen.site,
        what=change.what,
        was=change.was,
        now=change.now,
        sure=change.sure,
        text=sentence(change),
    )


def wanted(every: Iterable[Row], query: ChangesQuery) -> tuple[Row, ...]:
    """The changes that the query asks for, of all pages."""
    return tuple(
        row for row in every if query.kind in ("", row.kind) and query.site in ("", row.site or "")
    )


def nothing(query: ChangesQuery, looks: Sequence[Look], why_not: str) -> ChangesPage:
    """The page where there are no two looks to compare."""
    return _page(query, looks, (), ("", ""), ("", ""), why_not)


def changes_page(
    compared: Compared, every: Sequence[Row], query: ChangesQuery, looks: Sequence[Look]
) -> ChangesPage:
    """The page of changes that the query asks for."""
    missed = len(compared.result.not_looked_at)
    told = (
        plural(compared.result.unchanged, "device"),
        plural(missed, "device") if missed else "",
    )
    return _page(query, looks, every, (compared.before, compared.after), told, "")


def _page(
    query: ChangesQuery,
    looks: Sequence[Look],
    every: Sequence[Row],
    ends: tuple[str, str],
    told: tuple[str, str],
    why_not: str,
) -> ChangesPage:
    found = wanted(every, query)
    pages = max(1, -(-len(found) // ROWS))
    page = min(query.page, pages)
    return ChangesPage(
        query=query,
        before=ends[0],
        after=ends[1],
        rows=found[(page - 1) * ROWS : page * ROWS],
        found=plural(len(found), "change"),
        total=plural(len(every), "change"),
        kinds=_kinds(wanted(every, query.with_(kind="")), query),
        kind_choices=tuple(KIND_WORDS.items()),
        sites=tuple(sorted({row.site for row in every if row.site} | ({query.site} - {""}))),
        looks=_choice(looks, query),
        unchanged=told[0],
        not_looked_at=told[1],
        why_not=why_not,
        page=page,
        pages=pages,
        previous=query.with_(page=page - 1).link() if page > 1 else "",
        following=query.with_(page=page + 1).link() if page < pages else "",
    )


def _kinds(rows_: Iterable[Row], query: ChangesQuery) -> tuple[tuple[str, str, int, str], ...]:
    held = Counter(row.kind for row in rows_)
    return tuple(
        (k, KIND_WORDS[k], held[k], query.with_(kind=k, page=1).link()) for k in KINDS if held[k]
    )


def _choice(looks: Sequence[Look], query: ChangesQuery) -> tuple[Look, ...]:
    """The newest looks, and those that were asked for however old."""
    asked = {query.before, query.after}
    return tuple(look for at, look in enumerate(looks) if at < LOOKS or look.id in asked)


def facts(found: Iterable[Row]) -> list[dict[str, object]]:
    """Changes as a file has them."""
    return [{name: getattr(row, name) for name in NAMES} for row in found]


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Row))
