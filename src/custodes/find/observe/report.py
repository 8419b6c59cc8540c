"""What a scan found, as the table and the JSON of `custodes scan` say it. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custodes.find.observe.plan import Outcome, Summary
from custodes.identity import CONCLUSIONS, Identity
from custodes.units import counted

UNKNOWN = "unknown"
NAMED_AT_MOST = 10
SHOWN = (*CONCLUSIONS, "confidence")


@dataclass(slots=True)
class Found:
    """The devices of a scan, gathered as they are finished; raw answers are not kept here."""

    devices: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    cut_short: int = 0  # devices that were being looked at when the scan was stopped

    def add(self, outcome: Outcome) -> None:
        """Take one finished device in."""
        if outcome.observations:
            self.devices.append(row(outcome, outcome.identity))
            self.cut_short += not outcome.complete
        if outcome.late:
            self.late.append({"device": outcome.device, "why": list(outcome.late)})

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
    """The JSON answer of a scan; docs/howto/scan.md says what each count counts.

    targets = already_done + done (unless interrupted); done = answered + refused + not_answering;
    devices = answered - said_nothing + cut_short.
    """
    devices = found.sorted()
    cameras = [d for d in devices if d["is_surveillance"]]
    return {
        "targets": summary.targets + already_done,
        "already_done": already_done,
        "done": summary.done,
        "answered": summary.answered,
        "refused": summary.refused,
        "not_answering": summary.done - summary.answered - summary.refused,
        "said_nothing": summary.answered - len(devices) + found.cut_short,
        "cut_short": found.cut_short,
        "not_in_time": found.late,
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
        "shared_hardware": summary.shared_hardware,
        "seconds": round(summary.seconds, 2),
        "interrupted": summary.interrupted,
        "multicast_from": summary.segments,
        "device_list": devices,
    }


def in_words(body: Mapping[str, Any]) -> Iterator[str]:
    """The same counts for a person; what is zero is only said where somebody would ask."""
    looked_at = f"{body['done']:,} of {counted(body['targets'], 'address', 'addresses')}"
    packets = counted(body["packets"], "packet", "packets")
    yield f"{looked_at} looked at in {body['seconds']:g} s with {packets}."
    yield (
        f"{counted(body['devices'], 'device', 'devices')} found:"
        f" {counted(body['surveillance'], 'camera or recorder', 'cameras and recorders')},"
        f" {counted(body['not_surveillance'], 'other device', 'other devices')},"
        f" {counted(body['surveillance_unknown'], 'device', 'devices')} that cannot be told."
    )
    if body["cut_short"]:
        cut_short = counted(body["cut_short"], "of them was", "of them were")
        yield f"{cut_short} not looked at to the end."
    quiet = (
        (body["said_nothing"], "accepted a connection and said nothing"),
        (body["refused"], "refused everything"),
        (body["not_answering"], "did not answer"),
    )
    parts = [f"{counted(n, 'address', 'addresses')} {did}" for n, did in quiet if n]
    if parts:
        yield f"{', '.join(parts)}."
    if body["shared_hardware"]:
        shared = counted(body["shared_hardware"], "address shares its", "addresses share their")
        yield f"{shared} hardware address with others (a router or proxy): it tells no device."
    for word, key in (("brand", "by_brand"), ("maker", "by_maker")):
        if body[key]:
            names = ", ".join(f"{name} {count:,}" for name, count in body[key].items())
            yield f"Cameras and recorders by {word}: {names}."
    yield from _late_in_words(body["not_in_time"])


def _late_in_words(late: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for device in late[:NAMED_AT_MOST]:
        yield f"{device['device']} did not finish an answer in time: {'; '.join(device['why'])}."
    if len(late) > NAMED_AT_MOST:
        more = counted(len(late) - NAMED_AT_MOST, "more device", "more devices")
        yield f"{more} did not finish an answer in time (--json names them all)."
