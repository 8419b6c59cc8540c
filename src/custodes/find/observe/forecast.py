"""What a scan would send, said before it sends it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import DISCOVERY, probes_of
from custodes.find.observe.targets import Targets
from custodes.units import counted

FEWEST_PACKETS = 1  # of an address that the network says at once is nobody's
TYPICAL_PACKETS = 4  # of a device that answers; benchmarks/bench_scan.py measures it
SILENT_PACKETS = 2  # of an address where nobody is


def forecast(targets: Targets, plan: Plan) -> dict[str, Any]:
    """Addresses, probes, packets and time of a scan, as `--dry-run` shows them."""
    devices = len(targets)
    limits = plan.limits
    ports = [p for p in plan.ports if probes_of(p, plan)]
    typical = len(ports) + 4 if plan.thorough else TYPICAL_PACKETS
    rate = limits.packets_per_second
    asked = [p for p in DISCOVERY if plan.multicast and p.NAME in plan.probes]
    return {
        "networks": [str(network) for network in targets.asked],
        "names": {name: list(addresses) for name, addresses in targets.names},
        "addresses": devices,
        "ports": [str(port) for port in ports],
        "probes": {p: sends(p, plan) for p in sorted(plan.probes)},
        "packets_per_segment_by_multicast": sum(len(p.questions()) for p in asked),
        "packets_at_least": devices * FEWEST_PACKETS,
        "packets_if_nobody_is_there": devices * SILENT_PACKETS,
        "packets_if_every_address_answers": devices * typical,
        "packets_at_most": devices * limits.packets_per_device,
        "packets_per_second": rate,
        "seconds_if_nobody_is_there": round(devices * SILENT_PACKETS / rate, 1),
        "seconds_if_every_address_answers": round(devices * typical / rate, 1),
        "connections_per_device_at_once": limits.connections_per_device,
    }


def in_words(body: Mapping[str, Any]) -> Iterator[str]:
    """The same for a person, a line each; every number says what it counts."""
    rate = f"{body['packets_per_second']:g} a second in all"
    empty, full = "if nobody is there", "if every address answers"
    yield f"Networks: {', '.join(body['networks'])}"
    for name, addresses in body["names"].items():
        yield f"Name: {name} was resolved to {', '.join(addresses)} by this machine's resolver"
    yield f"To look at: {counted(body['addresses'], 'address', 'addresses')}"
    yield (
        f"Packets: {body['packets_at_least']:,} at least, {body['packets_at_most']:,} at most;"
        f" about {body['packets_if_nobody_is_there']:,} {empty},"
        f" about {body['packets_if_every_address_answers']:,} {full}; {rate}"
    )
    if by_multicast := body["packets_per_segment_by_multicast"]:
        packets = counted(by_multicast, "packet", "packets")
        yield f"By multicast: {packets} more to each own segment that may be scanned"
    yield (
        f"Time: about {body['seconds_if_nobody_is_there']:,} s {empty},"
        f" about {body['seconds_if_every_address_answers']:,} s {full}"
    )
    at_once = counted(body["connections_per_device_at_once"], "connection", "connections")
    yield f"To one device: {at_once} at a time at most"
    yield f"Ports: {', '.join(body['ports']) or 'those of each target'}"
    yield "Probes:"
    yield from (f"  {name}: {where}" for name, where in body["probes"].items())


def sends(name: str, plan: Plan) -> str:
    """In one line, to which ports a probe goes."""
    ports: list[Port] = [p for p in plan.ports if name in {b.NAME for b in probes_of(p, plan)}]
    if name == "onvif":
        return "the web ports that are open"
    return ", ".join(f"{p.transport} {p.number}" for p in ports) or "no port of this scan"
