"""Whether the owner allowed it: nothing is sent to an address that no recorded authority covers.

Pure: the recorded authorities and `now` are passed in.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from ipaddress import collapse_addresses, ip_address

from custodes.errors import OutOfScope, UsageError
from custodes.find.observe.targets import Network
from custodes.units import instant, iso

ALWAYS = datetime.min.replace(tzinfo=UTC)
NAMED_AT_MOST = 10  # parts named in a refusal


@dataclass(frozen=True, slots=True)
class Grant:
    """One recorded authority: who allowed the scanning of which network, from when until when."""

    network: Network
    who: str
    until: datetime
    since: datetime = ALWAYS

    def valid_at(self, now: datetime) -> bool:
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Scope:
    """The networks that may be scanned now, and by whose word."""

    grants: tuple[Grant, ...]

    def __contains__(self, address: object) -> bool:
        try:
            value = ip_address(str(address).partition("%")[0])
        except ValueError:
            return False
        return any(value in grant.network for grant in self.grants)

    @property
    def authorities(self) -> list[str]:
        """Who allowed it, each once, as the report says it."""
        return list(dict.fromkeys(f"{g.who}, until {iso(g.until)}" for g in self.grants))

    @property
    def in_words(self) -> list[str]:
        """The same for a person."""
        return list(dict.fromkeys(f"{g.who}, {ends(g.until)}" for g in self.grants))


def check(asked: Sequence[Network], grants: Iterable[Grant], now: datetime) -> Scope:
    """Give the scope in which `asked` lies whole.

    Raises:
        OutOfScope: some part of `asked` is covered by no authority that is valid at `now`.
    """
    recorded = tuple(grants)
    valid = tuple(g for g in recorded if g.valid_at(now))
    open_parts = uncovered(asked, [g.network for g in valid])
    if not open_parts:
        touched = tuple(g for g in valid if any(_overlap(g.network, a) for a in asked))
        return Scope(touched)
    named = ", ".join(str(part) for part in open_parts[:NAMED_AT_MOST])
    more = len(open_parts) - NAMED_AT_MOST
    lapsed = [g for g in recorded if g.until <= now and any(_overlap(g.network, a) for a in asked)]
    raise OutOfScope(
        f"no recorded authority covers {named}" + (f" and {more} more" if more > 0 else ""),
        hint=_hint(open_parts[0], lapsed),
        uncovered=[str(part) for part in open_parts],
        lapsed=[f"{g.network} until {iso(g.until)}" for g in lapsed],
    )


def _hint(part: Network, lapsed: Sequence[Grant]) -> str:
    past = f"The authority for {lapsed[0].network} ran {ends(lapsed[0].until)}. " if lapsed else ""
    return (
        f"{past}Nothing was sent. If the owner allows it, record who and until when:"
        f' custodes networks authorise {part} --authority "NAME, POST, until YYYY-MM-DD"'
    )


def uncovered(asked: Sequence[Network], granted: Sequence[Network]) -> list[Network]:
    """The parts of `asked` that no granted network covers, as few networks as possible."""
    left: list[Network] = []
    for version in (4, 6):
        parts = [n for n in asked if n.version == version]
        for grant in granted:
            if grant.version == version:
                parts = [piece for part in parts for piece in _without(part, grant)]
        left += collapse_addresses(parts)  # type: ignore[type-var]
    return left


def _without(part: Network, grant: Network) -> list[Network]:
    if not _overlap(part, grant):
        return [part]
    if part.prefixlen >= grant.prefixlen:
        return []
    return list(part.address_exclude(grant))  # type: ignore[arg-type]


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def ends(until: datetime) -> str:
    """When an authority ends, as a person would say it.

    >>> ends(datetime(2027, 1, 1, tzinfo=UTC)), ends(datetime(2026, 12, 31, 17, tzinfo=UTC))
    ('to the end of 2026-12-31 (UTC)', 'until 2026-12-31T17:00:00Z')
    """
    value = until.astimezone(UTC)
    if value.time() == time.min:
        return f"to the end of {(value - timedelta(days=1)).date()} (UTC)"
    return f"until {iso(value)}"


@dataclass(frozen=True, slots=True)
class Permission:
    """Who allows a scan, and until when."""

    who: str
    until: datetime


_UNTIL = re.compile(r"(?P<who>.*\S)[\s,]+until\s+(?P<until>\S.*?)\s*", re.IGNORECASE | re.DOTALL)


def permission(text: str, now: datetime) -> Permission:
    """Read `J. Smith, Head of Estates, until 2026-12-31`; a bare date runs to that day's end, UTC.

    Raises:
        UsageError: it names nobody, has no end, or has ended.
    """
    match = _UNTIL.fullmatch(text)
    who = match["who"].rstrip(" ,") if match else ""
    if match is None or not re.search(r"\w", who):
        raise UsageError(
            f"{text!r} does not say who allows it and until when",
            hint='Write it as "J. Smith, Head of Estates, until 2026-12-31".',
        )
    until = _end(match["until"])
    if until <= now:
        raise UsageError(f"that authority ran {ends(until)} and is over")
    return Permission(who, until)


def _end(text: str) -> datetime:
    for form in ("%Y-%m-%d", "%d %B %Y", "%d %b %Y"):
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return day + timedelta(days=1)
    try:
        return instant(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a date",
            hint="Write it as 2026-12-31, 31 December 2026 or 2026-12-31T17:00:00Z.",
        ) from None
