"""In which ways a device can be asked, and where: by its maker and what it answered. Pure.

The maker's own way comes first: it tells most. ONVIF comes after it where the device was seen to
speak it, and alone where the maker is not known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from custodes.errors import PeerError
from custodes.find.inspect import asks_dahua, asks_isapi, asks_onvif, asks_vapix
from custodes.find.inspect.asks import Ask, Family
from custodes.find.observe.ports import Port
from custodes.observation import Observation
from custodes.protocols import ws_discovery

MOST_PORTS = 3  # that are tried of one way
ASKS: dict[Family, tuple[Ask, ...]] = {
    Family.ISAPI: asks_isapi.ASKS,
    Family.ONVIF: asks_onvif.ASKS,
    Family.DAHUA: asks_dahua.ASKS,
    Family.VAPIX: asks_vapix.ASKS,
}
MAKERS = {
    "hikvision": Family.ISAPI,
    "dahua": Family.DAHUA,
    "axis": Family.VAPIX,
}
SPOKEN = {
    "isapi.": Family.ISAPI,
    "http.cgi.": Family.DAHUA,
    "http.rpc2.": Family.DAHUA,
    "http.vapix.": Family.VAPIX,
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking, and the ports where it is tried, best first.

    `clock_only`: nothing but the clock, which ONVIF tells in UTC and without a log-in.
    """

    family: Family
    ports: tuple[Port, ...]
    clock_only: bool = False

    @property
    def questions(self) -> int:
        """How many questions are asked at least; some answers lead to more."""
        return 1 if self.clock_only else len(ASKS[self.family]) + (self.family is Family.ONVIF)


def ways(names: Sequence[str | None], seen: Iterable[Observation]) -> list[Way]:
    """The ways in which a device of this maker or brand, that answered this, can be asked.

    [] where nothing that it answered says where its web service or ONVIF lies.
    """
    known = list(seen)
    web, onvif = web_ports(known), onvif_ports(known)
    found = []
    native = _native(names, known)
    if native is not None and web:
        found.append(Way(native, web))
    if onvif or (native is None and web and _speaks_onvif(known)):
        found.append(Way(Family.ONVIF, onvif or web))
    elif native is not None and web:
        found.append(Way(Family.ONVIF, web[:1], clock_only=True))
    return found


def _native(names: Sequence[str | None], seen: Sequence[Observation]) -> Family | None:
    for one in seen:
        for prefix, family in SPOKEN.items():
            if one.field.startswith(prefix):
                return family
    said = ((name or "").casefold().split(" ")[0] for name in names)
    return next((MAKERS[name] for name in said if name in MAKERS), None)


def web_ports(seen: Iterable[Observation]) -> tuple[Port, ...]:
    """Where it answered HTTP: encrypted ports first, then in the order of numbers."""
    answered, secure = set(), set()
    for one in seen:
        if one.port is None or not 0 < one.port < 65_536 or one.transport == "udp":
            continue
        if one.field.startswith(("http.", "isapi.")):
            answered.add(one.port)
        elif one.field.startswith("tls."):
            secure.add(one.port)
    first = [Port(number, "https") for number in sorted(answered & secure)]
    rest = [Port(number, "http") for number in sorted(answered - secure)]
    return tuple([*first, *rest][:MOST_PORTS])


def onvif_ports(seen: Iterable[Observation]) -> tuple[Port, ...]:
    """Where its ONVIF service lies: where it answered, else where it says so by discovery."""
    known = list(seen)
    secure = {o.port for o in known if o.field.startswith("tls.")}
    answered = {
        o.port for o in known if o.field.startswith("onvif.soap.") and o.port and o.port != 3702
    }
    numbers = sorted(answered) or sorted(_declared(known))
    ports = [Port(n, "https" if n in secure else "http") for n in numbers if 0 < n < 65_536]
    return tuple(ports[:MOST_PORTS])


def _declared(seen: Iterable[Observation]) -> set[int]:
    """The ports of the service addresses that discovery told, of this very address."""
    found: set[int] = set()
    for one in seen:
        if one.field not in {"onvif.ProbeMatch", "onvif.Hello"} or one.address is None:
            continue
        try:
            told = [x for match in ws_discovery.parse(one.data) for x in match.xaddrs]
        except PeerError:
            continue
        found |= {port for x in told if (port := _port_of(x, one.address)) is not None}
    return found


def _port_of(url: str, address: str) -> int | None:
    try:
        there = urlsplit(url)
        number = there.port or (443 if there.scheme == "https" else 80)
    except ValueError:
        return None
    return number if there.hostname == address.partition("%")[0] else None


def _speaks_onvif(seen: Iterable[Observation]) -> bool:
    return any(one.field.startswith("onvif.") for one in seen)
