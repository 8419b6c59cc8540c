"""How long `custodes inspect` takes at the default pace, how often it asks, how rightly it reads.

    python benchmarks/bench_inspect.py [--quick] [--devices N]

A virtual estate of devices that tell their owner more is started in a process of its own, scanned,
and then inspected with the log-ins of its manifest, all on loopback. A wrong password is tried
first on every device, to count how often it was sent. What the register holds afterwards is laid
beside the manifest: capabilities, settings and attached cameras, value by value.
Prints one JSON document. Fails only when broken.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custodes.estate.keyfile import read_or_make_key
from custodes.estate.register import open_register
from custodes.facts import DeviceFacts

WAIT_S = 60
BASE = "127.78.0.0"
STATES = {(True, True): "on", (True, False): "off", (True, None): "can", (False, None): "cannot"}
ANSWER = {True: "yes", False: "no"}
CAMERA = "name address port protocol manufacturer model serial firmware mac".split()


@contextmanager
def estate(count: int, folder: Path) -> Iterator[list[dict[str, Any]]]:
    """A virtual estate in a process of its own; gives its manifest."""
    manifest = folder / "manifest.json"
    command = [sys.executable, "-m", "custodes", "simulate", "--devices", str(count)]
    command += ["--base", BASE, "--manifest", str(manifest), "--profiles", telling()]
    with subprocess.Popen(command, env=environment(folder), stderr=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + WAIT_S
            while not (manifest.exists() and manifest.stat().st_size):
                if running.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("the virtual estate did not start")
                time.sleep(0.2)
            time.sleep(0.5)
            yield json.loads(manifest.read_text())
        finally:
            running.terminate()


def telling() -> str:
    """The profiles that tell their owner more than anybody."""
    from custodes.simulate.profile import profiles

    return ",".join(name for name, one in profiles().items() if one.facts)


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"CUSTODES_DATA": str(folder)}


def custodes(folder: Path, *arguments: str) -> Any:
    """Run the command and read what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "custodes", *arguments, "--json"],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 3}:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def give_log_ins(folder: Path, manifest: list[dict[str, Any]], *, right: bool) -> None:
    """Store each device's log-in, or a wrong one."""
    key = read_or_make_key(folder / "credentials.key", in_use=False)
    with open_register(f"sqlite:///{folder / 'custodes.sqlite'}") as register:
        for one in manifest:
            for device in register.device_at(one["address"]):
                word = one["password"] if right else "not the password"
                target = ("device", str(device.id))
                now = datetime.now(UTC)
                register.add_credential(target, word, key=key, now=now, user=one["username"])


def score(folder: Path, manifest: list[dict[str, Any]]) -> dict[str, Any]:
    """What the register holds beside what the manifest says, value by value."""
    counted: dict[str, Counter[str]] = {"capabilities": Counter(), "settings": Counter()}
    counted["attached"] = Counter()
    examples: list[str] = []
    with open_register(f"sqlite:///{folder / 'custodes.sqlite'}") as register:
        for one in manifest:
            devices = register.device_at(one["address"])
            told = plain(register.facts_of(devices[0].id)) if devices else {}
            for subject, truth in one["facts"].items():
                for name, wanted in _flat(truth):
                    got = told.get(subject, {}).get(name)
                    verdict = _verdict(name, got, wanted)
                    counted[subject][verdict] += 1
                    if verdict != "right":
                        examples.append(f"{one['profile']} {name}: {got} for {wanted}")
    return {**counted, "not_right": dict(Counter(examples).most_common(20))}


def _flat(truth: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in truth.items():
        if isinstance(value, dict):
            yield from ((f"{key}@{name}", str(text)) for key, text in value.items())
        else:
            yield name, str(value)


def _verdict(name: str, got: str | None, wanted: str) -> str:
    if got is None:
        return "unknown"
    if name.endswith("_s") and abs(int(got) - int(wanted)) <= 3:
        return "right"
    return "right" if got == wanted else "wrong"


def plain(told: DeviceFacts) -> dict[str, dict[str, str]]:
    """Facts as the manifest writes them."""

    def key(name: str, channel: str) -> str:
        return f"{name}@{channel}" if channel else name

    cameras = {}
    for one in told.attached:
        for name in CAMERA:
            if getattr(one, name) is not None:
                cameras[key(name, one.channel)] = str(getattr(one, name))
        if one.online is not None:
            cameras[key("online", one.channel)] = ANSWER[one.online]
    return {
        "capabilities": {
            key(c.name, c.channel): STATES.get((bool(c.capable), c.enabled), "?")
            for c in told.capabilities
        },
        "settings": {key(f.name, f.channel): f.value for f in told.facts},
        "attached": cameras,
    }


def by_way(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Requests, connections and seconds for a device, by way of asking."""
    found: dict[str, Any] = {}
    for way in sorted({row["over"] for row in rows if "over" in row}):
        own = [row for row in rows if row.get("over") == way]
        found[way] = {
            "devices": len(own),
            **{
                f"median_{name}": statistics.median(row[name] for row in own)
                for name in ("requests", "packets", "answers", "seconds")
            },
        }
    return found


def measure(devices: int, folder: Path) -> dict[str, Any]:
    """Scan, try wrong passwords, inspect; what it took and how right it is."""
    with estate(devices, folder) as manifest:
        who = "A benchmark, until 2099-12-31"
        custodes(folder, "scan", f"{BASE}/24", "--authority", who, "--packets-per-second", "500")
        give_log_ins(folder, manifest, right=False)
        wrong = custodes(folder, "inspect", "--all")["devices"]
        again = custodes(folder, "inspect", "--all")["devices"]
        give_log_ins(folder, manifest, right=True)
        started = time.monotonic()
        rows = custodes(folder, "inspect", "--all")["devices"]
        seconds = time.monotonic() - started
    return {
        "devices": devices,
        "results": Counter(row["result"] for row in rows),
        "seconds_in_all": round(seconds, 1),
        "by_way": by_way(rows),
        "wrong_password": Counter(row["result"] for row in wrong),
        "the_same_again": Counter(row["result"] for row in again),
        "beside_the_manifest": score(folder, manifest),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only show that it still runs")
    parser.add_argument("--devices", type=int, default=48)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(4 if options.quick else options.devices, Path(folder))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
