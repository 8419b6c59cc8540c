"""How fast, how politely and how rightly `custodes scan` looks at a virtual estate, beside nmap.

    python benchmarks/bench_scan.py [--quick] [--devices N] [--nmap-hosts N] [--raised RATE]

Runs: (a) a /24 of 254 devices at the default 50 packets a second, once as a routed network (no
multicast) and once as the own segment (multicast first); (b) `--devices` (1,000) at the default
rate and at `--raised` packets a second, and `nmap -sV -T4` on the first `--nmap-hosts` of the same
addresses, on three ports (its best case: a web page, TLS and the stream) and, with `--nmap-all`, on
every TCP port that our scan may ask. Estate and scan are processes of their own: memory is the peak
of the scanning process alone. Everything stays on loopback.

A field is right when it is what a perfect look without a login would conclude (the estate says);
where that is "unknown", any value is wrong. nmap counts as naming a maker when brand or maker
stands anywhere in what it prints of a host, word for word and whatever the case: generous.
Prints one JSON document. Fails only when broken.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from custodes.find.identify.core import identify
from custodes.find.observe.plan import Limits, Outcome, Plan
from custodes.find.observe.ports import DEFAULT
from custodes.find.observe.scan import scan
from custodes.find.observe.targets import Target
from custodes.units import KIB, MIB

FIELDS = ("is_surveillance", "vendor", "maker", "model", "firmware", "device_type")
NMAP_PORTS = [80, 443, 554]
WAIT_S = 60


@contextmanager
def estate(count: int, base: str, folder: Path) -> Iterator[list[dict[str, Any]]]:
    """A virtual estate in a process of its own; gives its manifest."""
    manifest = folder / f"{base}.json"
    command = [sys.executable, "-m", "custodes", "simulate", "--devices", str(count)]
    command += ["--base", base, "--manifest", str(manifest)]
    environment = os.environ | {"CUSTODES_DATA": str(folder)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as running:
        try:
            yield _ready(manifest, running)
        finally:
            running.terminate()


def _ready(manifest: Path, running: "subprocess.Popen[bytes]") -> list[dict[str, Any]]:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline and running.poll() is None:
        if manifest.exists() and manifest.stat().st_size:
            time.sleep(0.5)
            found: list[dict[str, Any]] = json.loads(manifest.read_text())
            return found
        time.sleep(0.1)
    raise SystemExit("the virtual estate did not start")


def look(addresses: list[str], rate: float, multicast: bool) -> dict[str, Any]:
    """Scan in this process; what it took and what it concluded of each device."""
    plan = Plan(
        limits=Limits(packets_per_second=rate),
        identify=identify,
        multicast=multicast,
        multicast_loopback=multicast,
    )
    concluded: dict[str, dict[str, Any]] = {}

    def finished(outcome: Outcome) -> None:
        who = outcome.identity
        concluded[outcome.address] = {name: getattr(who, name) for name in FIELDS}

    cpu_s = time.process_time()
    summary = asyncio.run(
        scan([Target(a) for a in addresses], plan, sink=lambda _: None, finished=finished)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    return {
        "devices": len(addresses),
        "packets_per_second_allowed": rate,
        "multicast_first": multicast,
        "seconds": round(summary.seconds, 2),
        "hosts_per_second": round(len(addresses) / summary.seconds, 2),
        "packets": summary.packets,
        "packets_per_device": round(summary.packets / len(addresses), 2),
        "observations": summary.observations,
        "cpu_seconds": round(time.process_time() - cpu_s, 2),
        "peak_memory_mib": round(peak / MIB, 1),
        "concluded": concluded,
    }


def measured(manifest: list[dict[str, Any]], rate: float, multicast: bool) -> dict[str, Any]:
    """Scan the estate in a process of its own and score it."""
    order = {"addresses": [d["address"] for d in manifest], "rate": rate, "multicast": multicast}
    done = subprocess.run(
        [sys.executable, __file__, "--look"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    result["accuracy"] = score(manifest, result.pop("concluded"))
    return result


def score(
    manifest: list[dict[str, Any]], concluded: dict[str, dict[str, Any]]
) -> dict[str, dict[str, int]]:
    """For each field: right, wrong, and said to be unknown although a look could tell."""
    counted = {name: {"right": 0, "wrong": 0, "unknown": 0} for name in FIELDS}
    for device in manifest:
        found = concluded.get(device["address"], {})
        for name in FIELDS:
            value, truth = found.get(name), device["truth"].get(name)
            verdict = "right" if value == truth else "unknown" if value is None else "wrong"
            counted[name][verdict] += 1
    return counted


def nmap(
    manifest: list[dict[str, Any]], hosts: int, ports: list[int], folder: Path
) -> dict[str, Any] | None:
    """`nmap -sV -T4` on some ports of some of the devices; None where there is no nmap."""
    program = shutil.which("nmap")
    if program is None:
        return None
    sample = manifest[:hosts]
    listed = folder / "targets"
    listed.write_text("\n".join(d["address"] for d in sample))
    chosen = ",".join(map(str, ports))
    command = [program, "-sV", "-T4", "-n", "-Pn", "-p", chosen, "-iL", str(listed), "-oX", "-"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - started
    named, surveillance = _named(sample, done.stdout)
    return {
        "command": " ".join(command[1:-4]),
        "hosts": len(sample),
        "seconds": round(seconds, 1),
        "hosts_per_second": round(len(sample) / seconds, 2),
        "maker_or_brand_named": named,
        "of_devices_that_show_one": surveillance,
    }


def _named(sample: list[dict[str, Any]], text: str) -> tuple[int, int]:
    """How many hosts nmap names brand or maker of, and how many have one to name."""
    said = {}
    for host in ElementTree.fromstring(text).iter("host"):
        address = next(a.attrib["addr"] for a in host.iter("address"))
        words = [v for e in host.iter() if e.tag != "cpe" for v in e.attrib.values()]
        said[address] = " ".join([*words, *(c.text or "" for c in host.iter("cpe"))]).casefold()
    named = shown = 0
    for device in sample:
        names = {device["truth"].get("vendor"), device["truth"].get("maker")} - {None}
        shown += bool(names)
        heard = said.get(device["address"], "")
        named += any(re.search(rf"\b{re.escape(str(n).casefold())}\b", heard) for n in names)
    return named, shown


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All the runs, one after another."""
    small = 24 if options.quick else 254
    many = 40 if options.quick else options.devices
    report: dict[str, Any] = {"processors": os.cpu_count()}
    with estate(small, "127.51.0.0", folder) as manifest:
        report["a_24_routed"] = measured(manifest, 50, multicast=False)
        report["a_24_own_segment"] = measured(manifest, 50, multicast=True)
    with estate(many, "127.52.0.0", folder) as manifest:
        report["many_at_default_rate"] = measured(manifest, 50, multicast=False)
        report["many_at_raised_rate"] = measured(manifest, options.raised, multicast=False)
        hosts = min(8 if options.quick else options.nmap_hosts, many)
        report["nmap_three_ports"] = beside = nmap(manifest, hosts, NMAP_PORTS, folder)
        if options.nmap_all:
            every = [p.number for p in DEFAULT if p.transport == "tcp"]
            report["nmap_every_port"] = nmap(manifest, hosts, every, folder)
    if beside is not None:
        for name in ("many_at_default_rate", "many_at_raised_rate"):
            ratio = report[name]["hosts_per_second"] / beside["hosts_per_second"]
            report[name]["times_as_fast_as_nmap"] = round(ratio, 1)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="few devices, for CI")
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--nmap-hosts", type=int, default=60)
    parser.add_argument("--nmap-all", action="store_true", help="nmap on every port too (slow)")
    parser.add_argument("--raised", type=float, default=500)
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.look:
        order = json.load(sys.stdin)
        print(json.dumps(look(order["addresses"], order["rate"], order["multicast"])))
        return
    with tempfile.TemporaryDirectory(prefix="custodes-bench-") as folder:
        print(json.dumps(run(options, Path(folder)), indent=2))


if __name__ == "__main__":
    main()
