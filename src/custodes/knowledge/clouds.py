"""Which makers' clouds, relays and time servers a name or a port belongs to, who runs them, where.

File: knowledge/data/cloud_endpoints.csv. A name on the list is that service. Another name of the
same zone (`ab.ezvizlife.com`) is the same operator's, for a use that nobody has written down. A
port alone is only a hint. The country is the operator's seat (makers.toml), or what the name itself
says (`cn.pool.ntp.org`): where a server stands is not known from an address, and is not guessed.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from custodes.errors import KnowledgeError
from custodes.knowledge.makers import makers

Grade = Literal["name", "zone", "port"]

NTP_PORT = 123
TIME = "time server"
COMMON_PORTS = frozenset({80, 123, 443, 8000, 8080})  # say nothing of who is behind them
_POOL = re.compile(r"(?:[0-9]+\.)?([a-z]{2})\.pool\.ntp\.org")
_CODES = {"uk": "GB"}  # where the pool's zone is not the ISO 3166 code


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host of a service, as a source names it; port 0 and transport "" are not known."""

    service: str
    short: str
    what: str
    operator: str
    domain: str
    port: int
    transport: str
    use: str
    source: str
    notes: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a peer is, and how that is known.

    `grade`: name (the very host), zone (another host of the operator's), port (only a hint).
    """

    grade: Grade
    service: str
    what: str
    operator: str | None
    country: str | None  # ISO 3166 alpha-2: the operator's seat, or what the name says
    use: str
    source: str

    @property
    def is_time(self) -> bool:
        """Whether it tells the time."""
        return self.what == TIME

    def abroad(self, home: str | None) -> bool | None:
        """Whether its country is another than `home`; None where either is not known."""
        if home is None or self.country is None:
            return None
        return self.country != home.upper()

    @property
    def called(self) -> str:
        """The service in words: "a Reolink relay"."""
        spelt = self.service[:2].isupper()  # read letter by letter: an XMEye, an NTP
        article = "an" if self.service[0] in ("AEFHILMNORSX" if spelt else "AEIOU") else "a"
        return f"{article} {self.service} {self.what}"


def match(name: str, port: int = 0, transport: str = "") -> Match | None:
    """The service behind a name, else behind a port that only one service is known to use.

    >>> match("P2P3.reolink.com.").called
    'a Reolink relay'
    >>> match("example.org", 443, "tcp") is None
    True
    """
    name = name.rstrip(".").casefold()
    exact = _by_name().get(name)
    if exact is not None:
        return _match("name", _of(exact, port, transport), name)
    held = _by_zone().get(_zone(name)) if name else None
    if held is not None:
        return _match("zone", held, name)
    if not name and (hint := _by_port().get((port, transport))) is not None:
        return _match("port", hint, name)
    return None


def is_time(name: str, port: int, transport: str) -> bool:
    """Whether a peer is asked for the time."""
    found = match(name, port, transport)
    return (transport == "udp" and port == NTP_PORT) or (found is not None and found.is_time)


def country_of_name(name: str) -> str | None:
    """The country that a name of the NTP pool states; None for every other name.

    >>> country_of_name("0.uk.pool.ntp.org"), country_of_name("time.example")
    ('GB', None)
    """
    found = _POOL.fullmatch(name.rstrip(".").casefold())
    return _CODES.get(found[1], found[1].upper()) if found else None


def _match(grade: Grade, one: Endpoint, name: str) -> Match:
    maker = makers().get(one.operator)
    what, use = (one.what, one.use) if grade != "zone" or one.what == TIME else _OTHER
    if grade == "zone" and one.what == TIME and one.operator:
        what, use = _OTHER
    return Match(
        grade=grade,
        service=one.short,
        what=what,
        operator=one.operator or None,
        country=country_of_name(name) or (maker.country if maker else None),
        use=use,
        source=one.source,
    )


_OTHER = ("server", "another host of the same operator; what for is not known")


def _of(held: tuple[Endpoint, ...], port: int, transport: str) -> Endpoint:
    return next((e for e in held if (e.port, e.transport) == (port, transport)), held[0])


def _zone(name: str) -> str:
    """The part of a name that one operator holds.

    >>> _zone("pub-dss-hls.secu100.net"), _zone("2.uk.pool.ntp.org")
    ('secu100.net', 'pool.ntp.org')
    """
    if f".{name}".endswith(".pool.ntp.org"):
        return "pool.ntp.org"
    return ".".join(name.split(".")[-2:])


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every endpoint that is known, in the order of the file.

    Raises:
        KnowledgeError: a row is not whole, or names an operator that makers.toml does not have.
    """
    path = files("custodes.knowledge") / "data" / "cloud_endpoints.csv"
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    next(rows, None)
    found = []
    for row in rows:
        try:
            *before, port, transport, use, source, notes = row
            service, short, what, operator, domain = before
            one = Endpoint(
                service,
                short,
                what,
                operator,
                domain,
                int(port or 0),
                transport,
                use,
                source,
                notes,
            )
        except ValueError as error:
            raise KnowledgeError(f"cloud_endpoints.csv, line {rows.line_num}: {error}") from error
        if not _whole(one):
            raise KnowledgeError(f"cloud_endpoints.csv, line {rows.line_num}: {row[0]}")
        found.append(one)
    return tuple(found)


_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")


def _whole(one: Endpoint) -> bool:
    named = one.service and one.short and one.what and one.use and one.source
    known = not one.operator or one.operator in makers()
    return bool(
        named
        and known
        and _DOMAIN.fullmatch(one.domain)
        and one.port in range(65_536)
        and one.transport in {"", "tcp", "udp"}
    )


@cache
def _by_name() -> Mapping[str, tuple[Endpoint, ...]]:
    found: dict[str, tuple[Endpoint, ...]] = {}
    for one in endpoints():
        found[one.domain] = (*found.get(one.domain, ()), one)
    return found


@cache
def _by_zone() -> Mapping[str, Endpoint]:
    found: dict[str, Endpoint] = {}
    for one in endpoints():
        found.setdefault(_zone(one.domain), one)
    return found


@cache
def _by_port() -> Mapping[tuple[int, str], Endpoint]:
    """Ports that one service alone is known to use."""
    found: dict[tuple[int, str], set[str]] = {}
    first: dict[tuple[int, str], Endpoint] = {}
    for one in endpoints():
        key = (one.port, one.transport)
        if one.port and one.transport and one.port not in COMMON_PORTS:
            found.setdefault(key, set()).add(one.short)
            first.setdefault(key, one)
    return {key: first[key] for key, names in found.items() if len(names) == 1}
