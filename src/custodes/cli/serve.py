"""`custodes serve`: the console, on this machine only."""

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import click

from custodes.cli import context, output
from custodes.errors import UsageError

if TYPE_CHECKING:
    from types import FrameType

    from uvicorn import Server

NAMES = {"localhost": "127.0.0.1"}


@click.command()
@click.option("--host", metavar="ADDRESS", help="Loopback address to listen on [127.0.0.1].")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: any free one [8765]."
)
@click.option("--open/--no-open", "browse", default=False, help="Open it in the web browser.")
@output.JSON
@click.pass_context
def serve(
    ctx: click.Context, host: str | None, port: int | None, browse: bool, as_json: bool
) -> int:
    """Show the register as web pages.

    Reading only, and on this machine only: the console has no log-in yet, so it listens on no
    address that others can reach. Ctrl-C stops it. Exit status: 0 stopped, 2 the address is not
    loopback or is taken, 6 the register cannot be opened.
    """
    found = context.settings(ctx, {"web.host": host, "web.port": port})
    address = loopback(str(found["web.host"]))
    with context.register(ctx):
        pass  # made and migrated, or refused, before anything listens
    from custodes.console.app import create_app
    from custodes.settings import database_url

    with listen(address, int(found["web.port"])) as listening:
        url = address_of(listening)
        announce(url, as_json)
        if browse:
            click.launch(url)
        app = create_app(database_url(found, context.folder(ctx)), names=(address,))
        run(app, listening)
    return 0


def loopback(host: str) -> str:
    """The address to listen on.

    Raises:
        UsageError: it is no address, or others could reach it.
    """
    try:
        address = ip_address(NAMES.get(host.lower(), host).strip("[]"))
    except ValueError as error:
        raise UsageError(
            f"{host!r} is not an address", hint="Use 127.0.0.1, ::1 or localhost."
        ) from error
    if not address.is_loopback:
        raise UsageError(
            f"the console does not listen on {address}: it has no log-in yet, so everyone who can"
            " reach that address could read where every camera is",
            hint="Leave it on 127.0.0.1 and reach it from elsewhere through SSH:"
            " ssh -L 8765:127.0.0.1:8765 THIS-MACHINE",
        )
    return str(address)


def listen(address: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        UsageError: the port is taken or may not be used.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"cannot listen on {address} port {port}: {error.strerror}",
            hint="Another program (or another `custodes serve`) has the port."
            " Choose another: custodes serve --port 0",
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return written(host, port)


def written(host: str, port: int) -> str:
    """A web address as browsers want it.

    >>> written("::1", 8765)
    'http://[::1]:8765/'
    """
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def announce(url: str, as_json: bool) -> None:
    if as_json:
        output.emit_json({"url": url})
    else:
        click.echo(f"The console is at {url}")
        output.note("Reading only, this machine only. Ctrl-C stops it.")


def run(app: Any, listening: socket.socket) -> None:
    """Serve until interrupted; requests under way are finished."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=15,
        limit_concurrency=200,
    )
    quiet_server(config).run(sockets=[listening])


def quiet_server(config: Any) -> "Server":
    """A server for which Ctrl-C is the ordinary way to end, not an error."""
    import uvicorn

    class Quiet(uvicorn.Server):
        def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
            if self.should_exit:
                self.force_exit = True
            self.should_exit = True

    return Quiet(config)
