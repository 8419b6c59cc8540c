"""Which port of a device is worth the next packet. Pure: what is known goes in, a port comes out.

The rule (docs/reference/probes.md says it for operators):

1. The first web port and the first stream port are always asked: a discovery answer names the
   platform, but only they show a badge that differs from the builder.
2. A device that has then said who it is, in its own protocol, is left alone.
3. Otherwise one datagram at a time, the platform's own protocol first; then what the device
   announces to its segment (UPnP, multicast DNS), where its model or all of it is still unknown.
4. Otherwise the other ports in order, while neither brand nor maker is known.
5. A device that is no camera and says what it is is left alone at once.
6. `thorough`: every port, in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custodes.find.observe.ports import TOLD_SERVICES, Port
from custodes.identity import Identity

WEB = ("http", "https")
STREAM = ("rtsp", "rtsps")
# Answers in which a device states its own identity.
DECLARATIONS = frozenset(
    {
        "sadp.ProbeMatch",
        "dhip.client.notifyDevInfo",
        "onvif.soap.GetDeviceInformation",
        "isapi.deviceInfo",
        "http.vapix.basicDeviceInfo",
        "http.cgi.magicBox.getSystemInfo",
    }
)
# Beside an open web page, these still tell a platform: a certificate, the block of an SDK.
TELLING = ("https", "silent")
# Who answers which question best; everybody else is asked the common ones.
OWN_QUESTIONS = {
    "Hikvision": ("sadp",),
    "Dahua": ("dhip",),
    "Axis": ("onvif", "wsd", "ftp"),  # "onvif" includes basicdeviceinfo; FTP greets with the model
}
SERVICE = ("onvif", "onvifs")
# What a device announces to its own segment: where only its model is missing, and where all is.
DESCRIBED = ("upnp", "ssdp")
ANNOUNCED = ("upnp", "mdns", "ssdp")
# Only where the operator asked for them, and then before the usual ones.
ASKED_FOR = ("snmp",)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one device between two steps. `states`: port -> open, closed, silent…"""

    states: Mapping[Port, str]
    seen: frozenset[str]
    identity: Identity
    hunch: str | None = None  # the question that it most likely answers
    thorough: bool = False

    @property
    def alive(self) -> bool:
        return bool(self.seen) or any(s in {"open", "closed"} for s in self.states.values())

    def tried(self, service: Sequence[str]) -> bool:
        return any(port.service in service for port in self.states)

    def open(self, service: Sequence[str]) -> bool:
        return any(p.service in service and s == "open" for p, s in self.states.items())


def next_port(known: Known, ports: Sequence[Port]) -> Port | None:
    """Give the port to ask next; None when this device has said enough."""
    left = [p for p in ports if p not in known.states]
    if known.thorough:
        return left[0] if left else None
    if not known.states and not any(p.service in (*WEB, *STREAM) for p in left):
        return left[0] if left else None
    for services in (WEB, STREAM):
        if not known.tried(services) and not _no_camera(known):
            port = _first(left, services)
            if port is not None:
                return port
    if not known.alive or said_enough(known):
        return None
    port = _question(known, left)
    if port is None and known.open((*WEB, *STREAM)):
        port = _announced(known, left)
    return port or _other(known, left) or _announced(known, left)


def _first(ports: Sequence[Port], services: Sequence[str]) -> Port | None:
    return next((p for p in ports if p.service in services), None)


def _no_camera(known: Known) -> bool:
    return known.identity.is_surveillance is False and known.identity.vendor is not None


def said_enough(known: Known) -> bool:
    """Whether everything that a look without a login can tell is known."""
    if _no_camera(known):
        return True
    who = known.identity
    if known.seen.isdisjoint(DECLARATIONS):
        return all((who.vendor, who.model, who.firmware, who.serial or who.mac))
    return all((who.vendor, who.maker, who.model, who.firmware, who.device_type))


def _question(known: Known, left: Sequence[Port]) -> Port | None:
    """The platform's own question, then the common one, then the others where nothing is known."""
    who = known.identity
    own = OWN_QUESTIONS.get(who.maker or "") or OWN_QUESTIONS.get(who.vendor or "") or ()
    unknown = who.vendor is None and who.maker is None
    order = [*ASKED_FOR, *own, "wsd", *SERVICE]
    if unknown:
        first = [known.hunch] if known.hunch else []
        order = [*ASKED_FOR, *first, "wsd", "sadp", "dhip", *SERVICE, "sofia", "dvrip"]
    return _in_turn(left, order)


def _announced(known: Known, left: Sequence[Port]) -> Port | None:
    who = known.identity
    if who.model is not None:
        return None
    return _in_turn(left, DESCRIBED if who.vendor or who.maker else ANNOUNCED)


def _in_turn(left: Sequence[Port], order: Sequence[str]) -> Port | None:
    found = (_first(left, [service]) for service in order)
    return next((port for port in found if port is not None), None)


def _other(known: Known, left: Sequence[Port]) -> Port | None:
    """Another port, while whose device it is stays unknown or nothing has opened yet."""
    streams = [p for p in left if p.transport == "tcp" and p.service not in TOLD_SERVICES]
    if not known.open((*WEB, *STREAM)):
        return next(iter(streams), None)
    if known.identity.vendor or known.identity.maker:
        return None
    return next((p for p in streams if p.service in TELLING), None)
