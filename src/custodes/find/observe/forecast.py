"""What a scan would send, said before it sends it. Pure."""

from typing import Any

from custodes.find.observe.plan import Plan
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import DISCOVERY, probes_of
from custodes.find.observe.targets import Targets

TYPICAL_PACKETS = 4  # of a device that answers; benchmarks/bench_scan.py measures it
SILENT_PACKETS = 2  # of an address where nobody is


def forecast(targets: Targets, plan: Plan) -> dict[str, Any]:
    """Addresses, probes, packets and time of a scan, as `--dry-run` shows them."""
    devices = len(targets)
    limits = plan.limits
    ports = [p for p in plan.ports if probes_of(p, plan)]
    most = len(ports) + 4 if plan.thorough else limits.packets_per_device
    typical = most if plan.thorough else TYPICAL_PACKETS
    rate = limits.packets_per_second
    multicast = sum(len(p.questions()) for p in DISCOVERY) if plan.multicast else 0
    return {
        "networks": [str(network) for network in targets.asked],
        "addresses": devices,
        "ports": [str(port) for port in ports],
        "probes": {p: sends(p, plan) for p in sorted(plan.probes)},
        "packets_per_segment_by_multicast": multicast,
        "packets_if_nobody_is_there": devices * SILENT_PACKETS,
        "packets_if_every_address_answers": devices * typical,
        "packets_at_most": devices * most,
        "packets_per_second": rate,
        "seconds_if_nobody_is_there": round(devices * SILENT_PACKETS / rate, 1),
        "seconds_if_every_address_answers": round(devices * typical / rate, 1),
        "connections_per_device_at_once": limits.connections_per_device,
    }


def sends(name: str, plan: Plan) -> str:
    """In one line, to which ports a probe goes."""
    ports: list[Port] = [p for p in plan.ports if name in {b.NAME for b in probes_of(p, plan)}]
    if name == "onvif":
        return "the web ports that are open"
    return ", ".join(f"{p.transport} {p.number}" for p in ports) or "no port of this scan"
