"""Which recorded authority lets a network be scanned. Pure."""

from collections.abc import Iterable
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network

from custodes.errors import UsageError
from custodes.estate.model import Authority

AnyNetwork = IPv4Network | IPv6Network

WIDEST = {4: 8, 6: 16}  # bits of the widest range that one body can have, by version of IP


def network(text: str) -> AnyNetwork:
    """Read an address or a range; host bits are dropped (10.0.0.7/24 is 10.0.0.0/24).

    Raises:
        UsageError: the text is neither.
    """
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not an address or a network", hint="Write it like 10.20.0.0/24."
        ) from error


def ownable(text: str) -> AnyNetwork:
    """Read a range that somebody may allow to be scanned.

    Raises:
        UsageError: the text is no range, or one so wide that nobody can speak for all of it.
    """
    wanted = network(text)
    if wanted.prefixlen < WIDEST[wanted.version]:
        raise UsageError(
            f"no one body owns all of {wanted}, so nobody can allow it to be scanned",
            hint="Name the networks that hold your own devices.",
        )
    return wanted


def covering(
    target: AnyNetwork | str, authorities: Iterable[Authority], now: datetime
) -> Authority | None:
    """The most specific authority that covers the whole of `target` at `now`; None: there is none.

    Of several for the same range, the one that holds longest.
    """
    wanted = network(target) if isinstance(target, str) else target
    able = [a for a in authorities if a.valid_at(now) and covers(network(a.cidr), wanted)]
    return max(able, key=lambda a: (network(a.cidr).prefixlen, a.until, a.id), default=None)


def covers(range_: AnyNetwork, wanted: AnyNetwork) -> bool:
    """Whether the whole of `wanted` lies in `range_`."""
    if isinstance(range_, IPv4Network) and isinstance(wanted, IPv4Network):
        return wanted.subnet_of(range_)
    if isinstance(range_, IPv6Network) and isinstance(wanted, IPv6Network):
        return wanted.subnet_of(range_)
    return False
