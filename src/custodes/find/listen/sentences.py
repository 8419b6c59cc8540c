"""What a device exchanged with whom, in one plain sentence; dates are days of UTC. Pure.

Who is behind a peer is said where the knowledge says it (custodes.knowledge.clouds), with how that
is known; everything else is unknown. No country is guessed from an address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address

from custodes.estate.conversations import Conversation
from custodes.find.listen.who import PRIVATE
from custodes.knowledge import clouds
from custodes.knowledge.clouds import Match

MONTHS = (
    "January February March April May June July August September October November December".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A conversation with what is known of the peer, and the sentence about it.

    `outside`: the peer is not on a private network. `abroad`: the peer's operator, or the place
    that its name states, is in another country than the home that was given; None: not known.
    """

    conversation: Conversation
    sentence: str
    outside: bool
    time_server: bool
    service: str | None
    operator: str | None
    country: str | None
    abroad: bool | None
    known_by: str | None  # name, zone or port; None: nothing is known
    source: str | None


def told(one: Conversation, *, kind: str | None = None, home: str | None = None) -> Told:
    """Say it; `kind` is what the device is (camera, recorder …), `home` a country's two letters."""
    outside = not all(_is_inside(address) for address in one.addresses)
    named = one.peer not in one.addresses
    asked = outside and one.role != "server"
    found = clouds.match(one.peer if named else "", one.port, one.transport) if asked else None
    time = one.role != "server" and clouds.is_time(
        one.peer if named else "", one.port, one.transport
    )
    abroad = found.abroad(home) if found else None
    return Told(
        conversation=one,
        sentence=_sentence(one, found, time, kind or "device", outside) + _where(found, abroad),
        outside=outside,
        time_server=time,
        service=found.called if found else None,
        operator=found.operator if found else None,
        country=found.country if found else None,
        abroad=abroad,
        known_by=found.grade if found else None,
        source=found.source if found else None,
    )


def in_order(every: Iterable[Told]) -> list[Told]:
    """Makers' clouds first, then others outside, then the own network; most bytes first."""
    return sorted(
        every,
        key=lambda t: (
            t.service is None,
            not t.outside,
            -t.conversation.day.toordinal(),
            -(t.conversation.bytes_out + t.conversation.bytes_in),
        ),
    )


def _sentence(one: Conversation, found: Match | None, time: bool, kind: str, outside: bool) -> str:
    """Who did what to whom on which day."""
    peer, port = one.peer, f"port {one.port}/{one.transport}" if one.port else one.transport
    day = f"on {day_text(one.day)} (UTC)"
    amount = said_size(one.bytes_out)
    if one.role == "server":
        return (
            f"{peer} connected to this {kind}'s {port} {day}; the {kind} sent it {amount}"
            f" and received {said_size(one.bytes_in)}."
        )
    whom = _whom(found, time, peer, port)
    if one.packets_out + one.packets_in == 0:
        return f"This {kind} called {whom} {day}; the log does not say how much it sent."
    if time:
        return f"This {kind} asked {whom} for the time {day}."
    unknown = "; who runs it is not known" if outside and found is None else ""
    got = f"and received {said_size(one.bytes_in)}" if one.bytes_in else "and received nothing"
    return f"This {kind} sent {amount} to {whom} {day} {got}{unknown}."


def _whom(found: Match | None, time: bool, peer: str, port: str) -> str:
    if found is not None and found.grade == "port":
        return f"{peer}, {port}, perhaps {found.called} (only the port says so),"
    if found is not None:
        return f"{found.called} ({peer})"
    return peer if time else f"{peer}, {port},"


def _where(found: Match | None, abroad: bool | None) -> str:
    if found is None or found.country is None:
        return ""
    who = found.operator
    place = f" {who} has its seat in {found.country}" if who else f" Its name says {found.country}"
    return place + {True: ", which is abroad.", False: ", which is not abroad.", None: "."}[abroad]


def day_text(day: date) -> str:
    """A day as a person writes it.

    >>> day_text(date(2026, 10, 3))
    '3 October 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def said_size(size_bytes: int) -> str:
    """An amount as a person says it, in units of 1,000.

    >>> said_size(1_234_567), said_size(900), said_size(0)
    ('1.2 MB', '900 bytes', 'nothing')
    """
    if size_bytes == 0:
        return "nothing"
    if size_bytes < 1_000:
        return f"{size_bytes} bytes" if size_bytes > 1 else "1 byte"
    size = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        size /= 1_000
        if size < 999.95:
            return f"{size:.1f} {unit}"
    return f"{size / 1_000:,.1f} TB"


def _is_inside(address: str) -> bool:
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return here.is_multicast or any(here.version == n.version and here in n for n in PRIVATE)
