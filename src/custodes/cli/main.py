"""The `custodes` command: finds the sub-command, runs it, turns every error into an exit code.

Sub-commands live in one module each and are imported only when they run, so that `--help` is fast.
"""

import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from custodes import __version__
from custodes.cli import output
from custodes.errors import CustodesError

# name -> (module:attribute, the line shown by `custodes --help`)
COMMANDS: dict[str, tuple[str, str]] = {
    "scan": (
        "custodes.cli.scan:scan",
        "Find and identify devices on networks that may be scanned.",
    ),
    "import": (
        "custodes.cli.import_:import_files",
        "Read scan files and asset lists of other tools.",
    ),
    "listen": (
        "custodes.cli.listen:listen",
        "Find devices, and who they talk to, without sending a packet.",
    ),
    "identify": (
        "custodes.cli.identify:identify",
        "Say what observations mean: JSON lines in, out.",
    ),
    "inspect": (
        "custodes.cli.inspect:inspect",
        "Read devices deeper, with the owner's key.",
    ),
    "credentials": (
        "custodes.cli.credentials:credentials",
        "Keep log-ins for inspect, sealed.",
    ),
    "devices": ("custodes.cli.devices:devices", "List and show devices, with the evidence."),
    "conversations": (
        "custodes.cli.conversations:conversations",
        "Who devices talk to: clouds, relays, time servers.",
    ),
    "diff": ("custodes.cli.diff:diff", "What changed between two scans, files, or since a day."),
    "sites": ("custodes.cli.sites:sites", "List and record bodies and sites."),
    "networks": ("custodes.cli.networks:networks", "List networks and record who allowed a scan."),
    "teach": ("custodes.cli.teach:teach", "Draft a fingerprint from a device not known yet."),
    "export": ("custodes.cli.export:export", "Write the register as CSV, XLSX or JSON."),
    "demo": ("custodes.cli.demo:demo", "A virtual estate, scanned, identified and shown."),
    "simulate": ("custodes.cli.simulate:simulate", "Run virtual devices on loopback."),
    "serve": ("custodes.cli.serve:serve", "Show the register as web pages."),
    "config": ("custodes.cli.config:config", "Show every setting and where it came from."),
    "doctor": (
        "custodes.cli.doctor:doctor",
        "Check this machine, the data folder and the register.",
    ),
    "completion": ("custodes.cli.completion:completion", "Print shell completion to be sourced."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported on first use."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader of our output that goes away is not an error.

        Caught here, because click would end the program with status 1.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            output.close_quietly()
            return 0

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = get_close_matches(name, COMMANDS, n=1)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {name!r}.{meant}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="custodes")
@click.option(
    "--data",
    metavar="DIR",
    help="The data folder (default: $CUSTODES_DATA, or custodes in your data home).",
)
@click.pass_context
def main(ctx: click.Context, data: str | None) -> None:
    """Find every camera and recorder that a body owns, and say who really made it.

    \b
    Exit status: 0 done · 1 findings or a check failed · 2 wrong usage · 3 partial: some input or
    some targets could not be read · 4 a peer or the network failed · 5 not authorised: nothing was
    sent · 6 the register or the knowledge is damaged · 7 something that is needed is not installed
    · 70 a fault in custodes · 130 interrupted.
    """
    ctx.obj = {"data": data}


def run(arguments: list[str] | None = None) -> None:
    """Entry point: one of the three places where every exception is caught."""
    output.show_what_can_be_shown()
    sys.exit(invoke(sys.argv[1:] if arguments is None else arguments))


def invoke(arguments: list[str]) -> int:
    """Run one command line and return its exit status; prints errors, never a traceback."""
    as_json = "--json" in arguments
    try:
        result: Any = main.main(args=arguments, prog_name="custodes", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return output.report_wrong_usage(error, as_json)
    except (KeyboardInterrupt, click.Abort):
        output.note("Interrupted; what was done so far is kept.")
        return 130
    except CustodesError as error:
        return output.report_error(error, as_json)
    except OSError as error:
        return output.report_lost_output(error, as_json)
    except Exception as error:  # noqa: BLE001 - the outermost edge
        return output.report_fault(error, as_json)
    return result if isinstance(result, int) else 0
