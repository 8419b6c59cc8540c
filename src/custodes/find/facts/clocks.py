"""Read the clocks of devices and say how far they are off. Pure: the instant of seeing comes in."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_STAMP: Final = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2}):(\d{2})(?:\.\d{1,9})?\s?"
    r"(Z|[+-]\d{2}:?\d{2})?\s*"
)
_POSIX: Final = re.compile(r"[A-Za-z<>+\-0-9]{3,12}?([+-]?\d{1,2})(?::(\d{2}))?(?::\d{2})?")
# No zone is farther from UTC than this; a clock in local time that is farther off is wrong.
FARTHEST: Final = timedelta(hours=15)


def stamp(text: str) -> datetime | None:
    """A device's own time; aware where it names its offset, naive where it does not.

    >>> stamp("2024-10-13T19:43:27+01:00").isoformat(), stamp("2021-5-19 14:31:12").isoformat()
    ('2024-10-13T19:43:27+01:00', '2021-05-19T14:31:12')
    """
    found = _STAMP.fullmatch(text[:64])
    if found is None:
        return None
    try:
        when = datetime(*map(int, found.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    zone = found[7]
    if zone is None:
        return when
    try:
        return when.replace(tzinfo=UTC if zone == "Z" else _offset(zone))
    except ValueError:
        return None


def _offset(zone: str) -> timezone:
    sign = -1 if zone[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])))


def posix_zone(text: str) -> timezone | None:
    """The fixed offset of a zone as POSIX writes it; None where it has a summer time.

    POSIX counts west of Greenwich, so that its sign is the other way round.

    >>> posix_zone("CST-8:00:00").utcoffset(None).total_seconds() / 3600
    8.0
    >>> posix_zone("CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00") is None
    True
    """
    found = _POSIX.fullmatch(text.strip()[:64])
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    if abs(hours) > FARTHEST // timedelta(hours=1) or minutes > 59:
        return None
    west = timedelta(hours=abs(hours), minutes=minutes)
    return timezone(west if found[1].startswith("-") else -west)


def offset_s(shown: datetime, seen_at: datetime | None) -> int | None:
    """Seconds that a clock is ahead of ours; None where either instant is not known for sure."""
    if seen_at is None or shown.tzinfo is None:
        return None
    try:
        return round((shown - seen_at).total_seconds())
    except OverflowError:
        return None


def surely_wrong(shown: datetime, seen_at: datetime | None) -> bool:
    """Whether a clock without a zone shows what no zone has."""
    if seen_at is None or shown.tzinfo is not None:
        return False
    try:
        return abs(shown.replace(tzinfo=UTC) - seen_at) > FARTHEST
    except OverflowError:
        return True


def written(when: datetime) -> str:
    """An instant in UTC with Z, or the device's own time without."""
    if when.tzinfo is None:
        return when.isoformat(timespec="seconds")
    try:
        return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        return when.replace(tzinfo=None).isoformat(timespec="seconds")
