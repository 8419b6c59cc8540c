"""Which ports are looked at, what is expected behind each, and in which order. Pure.

Order is expected information: what most often says who made a camera comes first, so that a
polite budget is spent well. Why each: docs/reference/probes.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from custodes.errors import UsageError

STREAM_SERVICES = (
    "http",
    "https",
    "onvif",
    "onvifs",
    "upnp",
    "rtsp",
    "rtsps",
    "silent",
    "ftp",
    "ssh",
    "telnet",
    "unknown",
)
DATAGRAM_SERVICES = ("sadp", "dhip", "wsd", "mdns", "ssdp", "snmp", "dvrip", "sofia")
# Told by the device itself, in an answer; nobody looks for them on ports of their own.
TOLD_SERVICES = ("onvif", "onvifs", "upnp")

# Raw print ports: whatever is written there comes out on paper, so nothing is ever written.
PRINT_PORTS = range(9100, 9108)


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """One port of a device and the service that is expected there."""

    number: int
    service: str = "unknown"

    @property
    def transport(self) -> str:
        return "udp" if self.service in DATAGRAM_SERVICES else "tcp"

    def __str__(self) -> str:
        return f"{self.number}/{self.service}"


# The order matters: see the module's first paragraph.
DEFAULT: tuple[Port, ...] = (
    Port(80, "http"),
    Port(554, "rtsp"),
    Port(37020, "sadp"),
    Port(37810, "dhip"),
    Port(3702, "wsd"),
    Port(1900, "ssdp"),
    Port(5353, "mdns"),
    Port(443, "https"),
    Port(8000, "silent"),
    Port(37777, "silent"),
    Port(8080, "http"),
    Port(5000, "http"),
    Port(34567, "silent"),
    Port(8443, "https"),
    Port(81, "http"),
    Port(88, "http"),
    Port(8554, "rtsp"),
    Port(2020, "http"),
    Port(8899, "http"),
    Port(9000, "silent"),
    Port(4567, "silent"),
    Port(10554, "rtsp"),
    Port(322, "rtsps"),
    Port(23, "telnet"),
    Port(21, "ftp"),
    Port(22, "ssh"),
)

# Where the probes go that are sent only where the operator asks for them.
ASKED_FOR: tuple[Port, ...] = (Port(161, "snmp"), Port(5050, "dvrip"), Port(34569, "sofia"))

_USUAL = {p.number: p.service for p in (*DEFAULT, *ASKED_FOR)}


def parse(text: str) -> tuple[Port, ...]:
    """Read `80,554,8080/http,37020/sadp,9000-9010`; the usual service where none is named.

    Raises:
        UsageError: not a port, not a range, or a service that custodes does not know.
    """
    found: dict[int, Port] = {}
    for item in (part.strip() for part in text.split(",")):
        if item:
            found.update((p.number, p) for p in _item(item))
    if not found:
        raise UsageError(f"no port in {text!r}", hint="Write for example 80,443,554,8080/http.")
    return tuple(found.values())


def _item(item: str) -> Iterable[Port]:
    numbers, _, service = item.partition("/")
    first, dash, last = numbers.partition("-")
    try:
        low, high = int(first), int(last if dash else first)
    except ValueError:
        raise UsageError(f"{item!r} is not a port", hint="Write 80, 80/http or 80-90.") from None
    if not 1 <= low <= high <= 65535:
        raise UsageError(f"{item!r} is not a port between 1 and 65535")
    if service and service not in (*STREAM_SERVICES, *DATAGRAM_SERVICES):
        known = ", ".join((*STREAM_SERVICES, *DATAGRAM_SERVICES))
        raise UsageError(f"no service is called {service!r}", hint=f"Known: {known}.")
    return [_port(number, service) for number in range(low, high + 1)]


def _port(number: int, service: str) -> Port:
    if number in PRINT_PORTS:
        return Port(number, "silent")
    return Port(number, service or _USUAL.get(number, "unknown"))
