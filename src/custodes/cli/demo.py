"""`custodes demo`: a virtual estate, really scanned, identified and shown."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.errors import UsageError
from custodes.units import counted

if TYPE_CHECKING:
    from custodes.estate.register import Register
    from custodes.find.observe.plan import Outcome, Progress
    from custodes.find.observe.scope import Scope
    from custodes.find.observe.targets import Targets
    from custodes.simulate.background import Estate
    from custodes.simulate.estate import Running

BODY = "Example Borough Council"
SITES = {  # name: sensitive in the body's own words, None where it never said
    "Town Hall": True,
    "Harbour Street Car Park": False,
    "Riverside Leisure Centre": False,
    "St Mary's Primary School": None,
}
WHO = "the person who started this demo, for loopback only"
JUDGED = ("is_surveillance", "vendor", "maker", "model", "firmware", "device_type")


@click.command()
@click.option("--devices", "count", type=click.IntRange(1, 1000), default=40, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same estate.")
@click.option("--once", is_flag=True, help="Print a summary and end; no console.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the console [8765].")
@click.option("--open/--no-open", "browse", default=False, help="Open it in the web browser.")
@output.JSON
@click.pass_context
def demo(ctx: click.Context, /, as_json: bool, **options: Any) -> int:
    """Run a virtual estate, scan it for real, fill a register and show it.

    Everything happens on this machine's loopback addresses. The register lies in a fresh folder
    that is removed at the end; with `custodes --data DIR demo` it lies in DIR, which must not hold
    a register yet, and is kept.

    Exit status: 0 done or stopped, 2 this machine does not allow it, 6 the register failed.
    """
    if as_json and not options["once"]:
        raise UsageError("--json needs --once", hint="custodes demo --once --json")
    with _fresh_folder(ctx) as folder:
        own = {"data": str(folder), "database": f"sqlite:///{folder / 'custodes.sqlite'}"}
        ctx.find_root().obj.update(own)  # never the register that is set: it is somebody's own
        return _demo(ctx, as_json, options)


@contextmanager
def _fresh_folder(ctx: click.Context) -> Iterator[Path]:
    given = (ctx.find_root().obj or {}).get("data")
    if given is None:
        made = Path(tempfile.mkdtemp(prefix="custodes-demo-"))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return
    folder = context.folder(ctx)
    if (folder / "custodes.sqlite").exists():
        raise UsageError(
            f"{folder} holds a register already; a demo does not mix with it",
            hint="Give --data a new folder, or leave it out.",
        )
    yield folder


def _demo(ctx: click.Context, as_json: bool, options: dict[str, Any]) -> int:
    from custodes.cli.demo_inspection import inspect
    from custodes.cli.scan import plan_from
    from custodes.simulate import sockets
    from custodes.simulate.background import running_estate
    from custodes.simulate.plan import DEFAULT_BASE, plan

    started = time.monotonic()
    one_address = not sockets.has(DEFAULT_BASE)
    sites = tuple(SITES)[:1] if one_address else tuple(SITES)  # a site is known by its network
    specs = plan(options["count"], options["seed"], sites=sites)
    base = sockets.ONLY_ADDRESS if one_address else None
    with running_estate(specs, base=base, one_address=one_address) as estate:
        output.note(_where(estate, one_address))
        with context.register(ctx) as register:
            _record_places(register, estate.devices)
            texts = [_target(device, estate) for device in estate.devices]
            found = _scan(ctx, register, texts)
            running = dict(zip(map(_key, texts), estate.devices, strict=True))
            found["asset_list"] = _asset_list(register, running)
            found["inspection"] = inspect(ctx, register, running, plan_from(ctx))
        found["score"] = _score(running, found.pop("device_list"))
        found["seconds_in_all"] = round(time.monotonic() - started, 1)
        _tell(found, as_json)
        if not options["once"]:
            _show(ctx, options)
    return 0


def _where(estate: "Estate", one_address: bool) -> str:
    devices = counted(len(estate.devices), "virtual device answers", "virtual devices answer")
    if one_address:
        return f"{devices} on {estate.base}, each on ports of its own."
    return f"{devices} from {estate.base} on."


def _target(device: "Running", estate: "Estate") -> str:
    """What a scan is told of one virtual device: its address, and its ports if it shares that."""
    from custodes.cli.simulate import target_of

    return target_of(device, all_ports=device.address == estate.base)


def _key(target: str) -> str:
    """The key of a device among what was found: its address, and a port if it shares that."""
    from custodes.find.observe import targets

    (one,) = targets.parse([target], read_file=str, resolve=lambda name: [name])
    return one.device


def _record_places(register: "Register", devices: "Sequence[Running]") -> None:
    """Sites, networks and the authority to scan them, as an operator would record them."""
    now = datetime.now(UTC)
    for device in devices:
        network = str(ip_network(f"{device.address}/24", strict=False))
        site = register.add_site(device.site, body=BODY, sensitive=SITES[device.site])
        register.add_network(network, name=device.site, segment="isolated", site_id=site.id)
        register.record_authority(network, WHO, now.replace(microsecond=0) + timedelta(days=1), now)


def _asset_list(register: "Register", running: "Mapping[str, Running]") -> dict[str, int]:
    """Bring the facilities manager's list, and say how it and the scan differ, in devices.

    As such lists are: a fifth of the cameras is not on it, badges are taken for makers, and two
    lines stand for things that were taken down years ago.
    """
    from custodes.estate.sheets.importing import import_sheet

    text = _list_text({key: d for key, d in running.items() if d.truth["is_surveillance"]})
    now = datetime.now(UTC)
    import_sheet(register, (BytesIO(text.encode()), "asset-list.csv"), now, who="facilities")
    kept = register.devices()
    listed = [d for d in kept if d.said("asset_tag")]
    return {
        "on_the_list": len(listed),
        "listed_but_not_found": sum(d.first_seen is None for d in listed),
        "cameras_and_recorders_not_on_the_list": sum(
            d.is_surveillance is True and not d.said("asset_tag") for d in kept
        ),
    }


def _list_text(cameras: "Mapping[str, Running]") -> str:
    rows = [
        f"CCTV-{n:03d},{camera.site},{key},{camera.truth['vendor'] or 'Generic'},"
        f"{camera.truth['model'] or ''},0{n % 9 + 1}/04/20{15 + n % 9}"
        for n, (key, camera) in enumerate(cameras.items(), start=1)
        if n % 5
    ]
    gone = ["CCTV-901,Town Hall,,JVC,TK-C1481BEG,02/03/2009"]
    gone += ["CCTV-902,Riverside Leisure Centre,,Sony,SSC-DC593P,11/09/2007"]
    head = "Asset tag,Site,IP address,Manufacturer,Model,Installed"
    return "\n".join([BODY, "CCTV asset list", "", head, *rows, *gone, ""])


def _scan(ctx: click.Context, register: "Register", texts: Sequence[str]) -> dict[str, Any]:
    from custodes.cli.scan import plan_from
    from custodes.find.observe import job, targets

    asked = targets.parse(texts, read_file=str, resolve=lambda name: [name])
    scope = job.scope_of(register, asked, datetime.now(UTC))
    return asyncio.run(_look(register, asked, plan_from(ctx), scope))


async def _look(
    register: "Register", asked: "Targets", plan: Any, scope: "Scope"
) -> dict[str, Any]:
    from dataclasses import replace

    from custodes.find.observe import job
    from custodes.find.observe.report import Found, document
    from custodes.find.observe.scan import scan

    found = Found()
    run, _ = job.begin(
        register, job.describe(asked, plan), datetime.now(UTC), resume=False, fresh=True
    )
    look = job.look(register, run, asked)
    with job.Filer(register, run, None, look) as filer:

        def finished(outcome: "Outcome") -> None:
            found.add(outcome)
            filer.put(outcome)

        summary = await scan(
            asked,
            replace(plan, may_reach=scope.__contains__),
            sink=lambda _observation: None,
            progress=_progress(len(asked)),
            finished=finished,
        )
    register.finish_run(run.id, datetime.now(UTC))
    register.finish_look(look, datetime.now(UTC))
    return document(summary, found, already_done=0, rate=plan.limits.packets_per_second)


def _progress(total: int) -> Any:
    last = [0.0]

    def show(progress: "Progress") -> None:
        now = time.monotonic()
        if now - last[0] < 2 and progress.done < total:
            return
        last[0] = now
        line = f"scanned {progress.done:,} of {total:,} devices, {progress.packets:,} packets"
        click.echo(f"\r{line}" if sys.stderr.isatty() else line, err=True, nl=False)
        if not sys.stderr.isatty() or progress.done == total:
            click.echo("", err=True)

    return show


def _score(truth: "Mapping[str, Running]", found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How the scan did against what the virtual devices really are, in devices, for each fact."""
    by_device = {d["device"]: d for d in found}
    score: dict[str, Any] = {"devices": len(truth), "found": len(by_device)}
    mistakes: list[dict[str, Any]] = []
    for fact in JUDGED:
        pairs = [
            (key, device.truth.get(fact), by_device.get(key, {}).get(fact))
            for key, device in truth.items()
        ]
        wrong = [(key, want, got) for key, want, got in pairs if got is not None and got != want]
        score[fact] = {
            "right": sum(want == got for _, want, got in pairs),
            "wrong": len(wrong),
            "left_unknown": sum(got is None and want is not None for _, want, got in pairs),
        }
        mistakes += [
            {
                "device": key,
                "address": truth[key].address,
                "profile": truth[key].profile,
                "fact": fact,
                "is": want,
                "said": got,
            }
            for key, want, got in wrong
        ]
    return score | {"mistakes": mistakes}


def _tell(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.emit_json(summary)
        return
    rows = [{"maker": m, "devices": n} for m, n in summary["by_maker"].items()]
    output.table(
        rows, {"maker": "Maker", "devices": "Cameras and recorders"}, empty="No device was found."
    )
    found = (
        counted(summary["surveillance"], "camera or recorder", "cameras and recorders"),
        counted(summary["not_surveillance"], "other device", "other devices"),
        counted(summary["surveillance_unknown"], "device", "devices") + " that cannot be told",
    )
    output.note(
        f"{found[0]}, {found[1]} and {found[2]}, found in {summary['seconds']} s with"
        f" {counted(summary['packets'], 'packet', 'packets')} at"
        f" {summary['packets_per_second']:g} a second."
    )
    listed = summary["asset_list"]
    missing = counted(listed["listed_but_not_found"], "of them was", "of them were")
    extra = listed["cameras_and_recorders_not_on_the_list"]
    output.note(
        f"The asset list names {counted(listed['on_the_list'], 'device', 'devices')}: {missing} not"
        f" found. {counted(extra, 'camera or recorder', 'cameras and recorders')} that"
        f" {'was' if extra == 1 else 'were'} found {'is' if extra == 1 else 'are'} not on it."
    )

    deeper = summary["inspection"]
    output.note(
        f"{counted(deeper['read'], 'device', 'devices')} read deeper with the owner's log-ins:"
        f" {counted(deeper['attached_cameras'], 'camera', 'cameras')} behind recorders,"
        f" {counted(deeper['findings'], 'finding', 'findings')}."
    )


def _show(ctx: click.Context, options: dict[str, Any]) -> None:
    from custodes.cli import serve
    from custodes.console.app import create_app
    from custodes.settings import database_url

    found = context.settings(ctx, {"web.port": options["port"]})
    address = serve.loopback(str(found["web.host"]))
    with serve.listen(address, int(found["web.port"])) as listening:
        url = serve.address_of(listening)
        serve.announce(url, as_json=False)
        if options["browse"]:
            click.launch(url)
        app = create_app(database_url(found, context.folder(ctx)), names=(address,))
        serve.run(app, listening)
