"""Sockets for a virtual estate: real ports where that is allowed, stand-ins where not."""

import errno
import resource
import socket
from collections.abc import Sequence
from typing import NoReturn

from custodes.errors import UsageError
from custodes.simulate.plan import DeviceSpec

STAND_INS = {21: 2121, 22: 2222, 23: 2323, 80: 8080, 443: 8443, 554: 8554, 631: 8631}
ONLY_ADDRESS = "127.0.0.1"  # the loopback address that every system has
FIRST_SHARED_PORT, LAST_PORT = 20_000, 65_535
SPARE_FILES = 512  # for connections and for the process itself
BACKLOG = 64


class AddressInUse(UsageError):
    """Another program has the address and port."""


def files_needed(specs: Sequence[DeviceSpec]) -> int:
    """Sockets that listen at the same time."""
    return sum(len(spec.profile.services()) for spec in specs) + SPARE_FILES


def raise_file_limit(specs: Sequence[DeviceSpec]) -> None:
    """Let this process open as many sockets as the estate needs.

    Raises:
        UsageError: the system's hard limit is too low; says how many devices it allows.
    """
    needed = files_needed(specs)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        if hard != resource.RLIM_INFINITY and hard < needed:
            each = max(1.0, (needed - SPARE_FILES) / max(1, len(specs)))
            fits = max(0, int((hard - SPARE_FILES) / each))
            raise UsageError(
                f"{len(specs):,} devices need {needed:,} open sockets; this system allows {hard:,}",
                hint=f"Ask for at most {fits:,} devices, or raise the limit (ulimit -Hn).",
                needed=needed,
                allowed=hard,
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard > 0 else needed, hard))


def has(address: str) -> bool:
    """Whether this machine has the address (tried, not guessed).

    macOS has 127.0.0.1 alone of all the loopback addresses.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True


def may_use_low_ports(address: str) -> bool:
    """Whether this process may listen on ports below 1024 (tried, not guessed)."""
    for port in (1, 7, 9, 11):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            try:
                trial.bind((address, port))
            except PermissionError:
                return False
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                raise UsageError(
                    f"{address} is not an address of this machine",
                    hint="Try --one-address: every device on 127.0.0.1, on ports of its own.",
                ) from error
            return True
    return True


def bind(transport: str, address: str, port: int) -> socket.socket:
    """A bound TCP (listening) or UDP socket, not blocking.

    Raises:
        AddressInUse: another program has that address and port.
        UsageError: the address or the port may not be used.
    """
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    sock = socket.socket(socket.AF_INET, kind)
    try:
        if transport == "tcp":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((address, port))
        if transport == "tcp":
            sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        _explain(error, address, port)
    return sock


def _explain(error: OSError, address: str, port: int) -> NoReturn:
    if error.errno == errno.EADDRINUSE:
        raise AddressInUse(
            f"{address} port {port} is in use by another program",
            hint="Another virtual estate may be running; choose another --base.",
        ) from error
    raise UsageError(f"{address} port {port} cannot be used: {error.strerror}") from error


def group_socket(group: str | None, port: int, interface: str) -> socket.socket | None:
    """A socket that hears what is sent to a multicast group on the interface of an address.

    Without a group: to the broadcast address of the address's /24 (of loopback: 127.255.255.255).
    None where the system has no such thing there; unicast goes on.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        if group is None:
            sock.bind((broadcast_of(interface), port))
            return sock
        sock.bind((group, port))
        membership = socket.inet_aton(group) + socket.inet_aton(interface)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError:
        sock.close()
        return None
    return sock


def broadcast_of(address: str) -> str:
    """Where a question to the whole segment of an address is heard."""
    if address.startswith("127."):
        return "127.255.255.255"
    return f"{address.rpartition('.')[0]}.255"
