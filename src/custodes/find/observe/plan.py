"""How a scan is done: what is sent, how fast, and the limits that hold whatever a device does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import UTC, datetime

from custodes.find.observe import ports
from custodes.find.observe.ports import Port
from custodes.identity import Identity
from custodes.observation import Observation
from custodes.units import KIB

# Sent only where the operator asks for them: one needs the owner's community, two are broadcasts.
ASKED_FOR = frozenset({"snmp", "dvrip", "sofia"})
USUAL_PROBES = frozenset(
    {"tcp", "tls", "http", "pages", "onvif", "rtsp", "sadp", "dhip", "wsd", "mdns", "ssdp"}
    | {"neighbours"}
)
PROBE_NAMES = USUAL_PROBES | ASKED_FOR

Identify = Callable[[Sequence[Observation]], Identity]


def know_nothing(_observations: Sequence[Observation]) -> Identity:
    """The identification that concludes nothing, so that a scan asks everything that it may."""
    return Identity()


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """What no device can exceed, and what no device is made to bear."""

    packets_per_second: float = 50
    connections_per_device: int = 2
    gap_s: float = 0.25  # between two requests to one device
    connect_timeout_s: float = 3.0
    reply_timeout_s: float = 5.0  # for one whole answer, not for each byte of it
    datagram_wait_s: float = 1.0  # before a device is left
    next_question_s: float = 0.4  # after a datagram; an answer that comes later is read, too
    silence_s: float = 1.0  # how long an open port may stay silent before it is closed
    answer_limit_bytes: int = 256 * KIB
    device_limit_s: float = 45.0  # of talking and waiting, not of standing in the queue
    packets_per_device: int = 10
    timeouts_per_device: int = 2  # after so many the device is left alone
    requests_per_device: int = 16
    devices_at_once: int = 512


def thorough(limits: Limits, ports_asked: int) -> Limits:
    """The same politeness, with room for every port and page of a device."""
    return replace(
        limits,
        packets_per_device=4 * ports_asked + 16,
        requests_per_device=64,
        device_limit_s=300.0,
        timeouts_per_device=max(limits.timeouts_per_device, 6),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what leaves this machine.

    `identify` is asked between the steps, so that a device that has said who it is is left alone;
    `multicast` sends one question to each own segment that lies in scope; `may_reach` is the scope;
    `community` gives the owner's word for SNMP at an address; where it is empty, nothing is sent.
    """

    ports: tuple[Port, ...] = ports.DEFAULT
    limits: Limits = Limits()
    probes: frozenset[str] = USUAL_PROBES
    thorough: bool = False
    multicast: bool = True
    multicast_loopback: bool = False
    identify: Identify = know_nothing
    may_reach: Callable[[str], bool] = lambda _address: True
    community: Callable[[str], bytes] = attribute(default=lambda _address: b"", repr=False)
    now: Callable[[], datetime] = _utc_now


@dataclass(slots=True)
class Progress:
    """How far a scan is."""

    done: int = 0
    total: int = 0
    found: int = 0  # addresses that answered with something
    packets: int = 0


@dataclass(slots=True)
class Outcome:
    """What came of one target."""

    device: str
    address: str
    observations: list[Observation]
    identity: Identity
    answered: bool  # a port accepted a connection, or a datagram came back
    refused: bool  # nothing was accepted or said, and some port refused
    late: tuple[str, ...]  # answers that had not ended in time: which port, which limit
    open_ports: tuple[int, ...]
    packets: int
    troubles: tuple[str, ...]
    complete: bool = True  # False where the scan was stopped in the middle of it


@dataclass(slots=True)
class Summary:
    """What came of a scan."""

    targets: int = 0
    done: int = 0
    answered: int = 0
    refused: int = 0
    late: int = 0  # devices that did not finish an answer in time
    observations: int = 0
    packets: int = 0
    datagrams_dropped: int = 0  # answers from addresses that were not asked or not in scope
    shared_hardware: int = 0  # addresses whose hardware address is that of several: a router's
    seconds: float = 0.0
    interrupted: bool = False
    segments: list[str] = attribute(default_factory=list)  # own addresses that asked by multicast
