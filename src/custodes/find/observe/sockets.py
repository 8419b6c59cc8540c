"""How many devices this machine has sockets for. Raises its own soft limit as far as it may."""

import resource

from custodes.errors import UsageError

SPARE = 64  # files that the process needs beside its connections
EACH = 2  # connections to one device at most


def room(wanted: int) -> int:
    """How many of `wanted` devices can be looked at together, at least one.

    Raises:
        UsageError: there are not even enough for one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted * EACH + SPARE
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    fits = wanted if soft == resource.RLIM_INFINITY else (soft - SPARE) // EACH
    if fits < 1:
        raise UsageError(
            f"this process may open {soft} files only", hint="Raise the limit: ulimit -n 1024."
        )
    return min(wanted, fits)
