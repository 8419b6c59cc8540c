"""Instants, sizes and counts, as the whole of custodes writes and reads them. Pure."""

from datetime import UTC, datetime

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant as an aware UTC datetime; one without a zone is refused.

    Raises:
        ValueError: the text is not an instant, or it names no zone.

    >>> instant("2026-11-22T15:00:00+01:00").isoformat()
    '2026-11-22T14:00:00+00:00'
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return value.astimezone(UTC)


def iso(value: datetime) -> str:
    """Write an aware datetime as UTC to the second, ending in Z.

    >>> iso(datetime(2026, 11, 22, 15, tzinfo=UTC))
    '2026-11-22T15:00:00Z'
    """
    if value.tzinfo is None:
        raise ValueError("a datetime without a zone is not an instant")
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def human_size(size_bytes: int) -> str:
    """Say a number of bytes as a person would.

    >>> human_size(1536)
    '1.5 KiB'
    """
    size = float(size_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < KIB:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= KIB
    return f"{size:.1f} TiB"


def counted(number: int, one: str, several: str) -> str:
    """A count with its unit.

    >>> counted(1, "address", "addresses"), counted(2_000, "address", "addresses")
    ('1 address', '2,000 addresses')
    """
    return f"{number:,} {one if number == 1 else several}"
