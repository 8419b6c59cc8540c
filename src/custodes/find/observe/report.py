"""What a scan found, as the table and the JSON of `custodes scan` say it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custodes.find.observe.plan import Outcome, Summary
from custodes.identity import Identity

UNKNOWN = "unknown"
SHOWN = (
    "is_surveillance",
    "vendor",
    "maker",
    "product_family",
    "model",
    "firmware",
    "serial",
    "mac",
    "device_type",
    "confidence",
)


@dataclass(slots=True)
class Found:
    """The devices of a scan, gathered as they are finished; raw answers are not kept here."""

    devices: list[dict[str, Any]] = field(default_factory=list)
    troubled: list[dict[str, Any]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Take one finished device in."""
        if outcome.observations:
            self.devices.append(row(outcome, outcome.identity))
        if outcome.slow:
            self.troubled.append({"device": outcome.device, "why": list(outcome.troubles)})

    def sorted(self) -> list[dict[str, Any]]:
        """The devices in the order of their addresses."""
        return sorted(self.devices, key=_place)


def row(outcome: Outcome, identity: Identity) -> dict[str, Any]:
    """One device in one line."""
    who = {name: getattr(identity, name) for name in SHOWN}
    return {
        "device": outcome.device,
        "address": outcome.address,
        **who,
        "open_ports": list(outcome.open_ports),
    }


def _place(device: Mapping[str, Any]) -> tuple[int, int, str]:
    from ipaddress import ip_address

    address = ip_address(device["address"])
    return address.version, int(address), device["device"]


def count_by(devices: Sequence[Mapping[str, Any]], key: str) -> dict[str, int]:
    """How many devices have each value of `key`; what is not known is counted as unknown."""
    counted = Counter(d[key] if d[key] is not None else UNKNOWN for d in devices)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def document(summary: Summary, found: Found, *, already_done: int, rate: float) -> dict[str, Any]:
    """The JSON answer of a scan. Every count has its unit in its name or is of devices."""
    devices = found.sorted()
    cameras = [d for d in devices if d["is_surveillance"]]
    return {
        "targets": summary.targets + already_done,
        "already_done": already_done,
        "done": summary.done,
        "answered": summary.answered,
        "not_answering": summary.done - summary.answered,
        "not_in_time": found.troubled,
        "devices": len(devices),
        "surveillance": len(cameras),
        "not_surveillance": sum(d["is_surveillance"] is False for d in devices),
        "surveillance_unknown": sum(d["is_surveillance"] is None for d in devices),
        "by_maker": count_by(cameras, "maker"),
        "by_brand": count_by(cameras, "vendor"),
        "observations": summary.observations,
        "packets": summary.packets,
        "packets_per_second": rate,
        "datagrams_dropped": summary.datagrams_dropped,
        "seconds": round(summary.seconds, 2),
        "interrupted": summary.interrupted,
        "multicast_from": summary.segments,
        "device_list": devices,
    }
