"""`custodes simulate`: virtual devices on loopback, to scan, to learn and to test with."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import output

if TYPE_CHECKING:
    from custodes.simulate.estate import Running, VirtualEstate

REAL_WEB_PORTS = (80, 5000)


@click.command()
@click.option(
    "--devices",
    "count",
    type=click.IntRange(1, 20_000),
    default=40,
    show_default=True,
    help="How many.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same estate.")
@click.option(
    "--base",
    default="127.42.0.0",
    show_default=True,
    help="Where the addresses start; `auto` takes a range that is free.",
)
@click.option("--profiles", metavar="A,B", help="Only these profiles (see --list).")
@click.option(
    "--sites",
    metavar="A,B",
    default="Town Hall",
    show_default=True,
    help="The sites that they are spread over, a /24 each.",
)
@click.option(
    "--one-address", is_flag=True, help="All devices on the base address, each on its own ports."
)
@click.option(
    "--manifest",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what each device is, and where, to FILE.",
)
@click.option(
    "--targets",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what `custodes scan @FILE` needs to find exactly them.",
)
@click.option(
    "--for",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="Stop after so many seconds.",
)
@click.option("--list", "listing", is_flag=True, help="Show every profile and stop.")
@output.JSON
def simulate(**options: Any) -> int:
    """Run virtual cameras, recorders and other devices on loopback.

    They answer over real sockets as real devices do: HTTP, TLS, RTSP with a stream that plays,
    ONVIF, WS-Discovery, Hikvision SADP and Dahua DHIP. Nothing leaves this machine. The manifest
    says where each device is and what a scan should find, so that a scan can be scored.

    Exit status: 0 stopped as asked, 2 an address or a limit of this machine does not allow it.
    """
    if options["listing"]:
        return _list(options["as_json"])
    return asyncio.run(_run(options))


def _list(as_json: bool) -> int:
    from custodes.simulate.profile import profiles

    rows: list[dict[str, object]] = [
        {
            "profile": profile.name,
            "about": profile.about,
            "services": " ".join(profile.services()),
            "only_by_name": profile.hostile,
            "truth": profile.truth | dict.fromkeys(profile.unknown),
            "source": profile.source,
        }
        for profile in profiles().values()
    ]
    if as_json:
        output.emit_json(rows)
        return 0
    columns = {"profile": "Profile", "about": "What it is", "services": "Services"}
    output.table(rows, columns, empty="There is no profile.")
    return 0


async def _run(options: dict[str, Any]) -> int:
    from custodes.simulate import sockets
    from custodes.simulate.estate import VirtualEstate
    from custodes.simulate.plan import DEFAULT_BASE, plan
    from custodes.simulate.profile import chosen

    names = [n.strip() for n in (options["profiles"] or "").split(",") if n.strip()]
    sites = [s.strip() for s in options["sites"].split(",") if s.strip()]
    specs = plan(
        options["count"], options["seed"], sites=sites, only=chosen(names) if names else None
    )
    base = None if options["base"] == "auto" else options["base"]
    if options["one_address"] and base in {None, DEFAULT_BASE} and not sockets.has(DEFAULT_BASE):
        base = sockets.ONLY_ADDRESS
    estate = VirtualEstate(specs, base, one_address=options["one_address"])
    stop = _stop_signal()
    async with estate:
        _announce(estate, options)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), options["seconds"])
    if not options["as_json"]:
        seen = estate.total()
        output.note(
            f"Stopped. {seen.connections:,} connections and {seen.datagrams:,} datagrams came; "
            f"at most {seen.peak_connections} at a time to one device, "
            f"{seen.peak_per_second:,} a second in all."
        )
    return 0


def _stop_signal() -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _announce(estate: "VirtualEstate", options: dict[str, Any]) -> None:
    """Say that the devices answer, and how to scan and score them."""
    import msgspec

    devices = estate.devices
    manifest = msgspec.json.format(msgspec.json.encode(devices), indent=2)
    if options["manifest"]:
        _write(options["manifest"], manifest + b"\n")
    if options["targets"]:
        lines = (target_of(device, all_ports=options["one_address"]) for device in devices)
        _write(options["targets"], "".join(f"{line}\n" for line in lines).encode())
    if options["as_json"]:
        click.echo(manifest.decode())
        return
    first, last = devices[0].address, devices[-1].address
    word = "device answers" if len(devices) == 1 else "devices answer"
    reach = first if first == last else f"{first} to {last}"
    output.note(f"{len(devices):,} {word} on {reach}.")
    for line in _how_to_scan(reach.replace(" to ", "-"), options):
        output.note(line)
    moved = devices[0].ports.get("http") not in {None, *REAL_WEB_PORTS}
    if moved or options["one_address"] or options["manifest"]:
        where = options["manifest"] or "the manifest (--manifest FILE)"
        output.note(f"Ports, and what a scan should find: see {where}.")
    output.note("Ctrl-C stops them.")


def _how_to_scan(reach: str, options: dict[str, Any]) -> Iterator[str]:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    if options["one_address"] and not options["targets"]:
        yield "To scan them, --targets FILE writes their ports for `custodes scan @FILE`."
        return
    target = f"@{options['targets']}" if options["targets"] else reach
    yield "Scan them from another terminal:"
    yield f'  custodes scan {target} --authority "myself, until {tomorrow}"'


def target_of(device: "Running", *, all_ports: bool) -> str:
    """What `custodes scan` takes for a virtual device: its address, and its ports where it
    shares the address or where a scan would look at none of them."""
    from custodes.find.observe.ports import DEFAULT
    from custodes.find.observe.targets import of_services

    if not all_ports and {p.number for p in DEFAULT} & set(device.ports.values()):
        return device.address
    ports = of_services(device.address, device.ports).ports
    return f"{device.address}:{','.join(map(str, ports))}"


def _write(path: Path, manifest: bytes) -> None:
    from custodes.errors import UsageError

    try:
        path.write_bytes(manifest)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
