"""One question to a whole segment: multicast, where this machine itself stands in scope.

A question leaves an interface only if the interface's own address lies in the authorised scope and
among the targets' networks: so it reaches no segment that nobody allowed. It never crosses a
router (TTL 1).
"""

import socket
from collections.abc import Callable
from ipaddress import ip_address

from custodes.find.observe.mail import Mail
from custodes.find.observe.pace import Pace
from custodes.find.observe.plan import Plan
from custodes.find.observe.probes import DISCOVERY
from custodes.find.observe.targets import Target

MAX_INTERFACES = 8


async def ask_segments(plan: Plan, pace: Pace, mail: Mail, sample: list[Target]) -> list[str]:
    """Ask every own segment that is in scope; give the own addresses that asked.

    Nobody waits for the answers: they are read when the devices' turn comes.
    """
    if not plan.multicast:
        return []
    owns = own_addresses(sample, plan)
    for own in owns:
        for probe in DISCOVERY:
            if probe.NAME not in plan.probes:
                continue
            for question in probe.questions():
                await pace.take()
                mail.spread(probe.NAME, probe.GROUP, own, question)
    return owns


def facing(address: str) -> str | None:
    """The address that this machine would send from; asks the routing table, sends nothing."""
    if ":" in address:
        return None  # IPv6 multicast is not asked; unicast is
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def own_addresses(
    sample: list[Target], plan: Plan, facing: Callable[[str], str | None] = facing
) -> list[str]:
    """This machine's addresses that face the targets and lie in scope; nothing is sent."""
    found: dict[str, None] = {}
    for target in sample:
        if len(found) >= MAX_INTERFACES:
            break
        own = facing(target.address)
        if own is None or own in found:
            continue
        loopback = ip_address(own).is_loopback
        if (loopback and plan.multicast_loopback) or (not loopback and plan.may_reach(own)):
            found[own] = None
    return list(found)
