"""One question to a whole segment: multicast, where this machine itself stands in scope.

A question leaves an interface only if the interface's own address lies in the authorised scope and
among the targets' networks: so it reaches no segment that nobody allowed. It never crosses a
router (one hop). The two searches that know no multicast group go to the segment's broadcast
address, only where the operator asked for them.
"""

import socket
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from custodes.find.observe import kernel
from custodes.find.observe.mail import Mail, place, spellings
from custodes.find.observe.pace import Pace
from custodes.find.observe.plan import Plan
from custodes.find.observe.probes import DISCOVERY, Discovery
from custodes.find.observe.targets import Target
from custodes.protocols.rtnetlink import Own

MAX_INTERFACES = 8
ANY_BROADCAST = "255.255.255.255"


async def ask_segments(plan: Plan, pace: Pace, mail: Mail, sample: list[Target]) -> list[str]:
    """Ask every own segment that is in scope; give the own addresses that asked.

    Nobody waits for the answers: they are read when the devices' turn comes.
    """
    if not plan.multicast:
        return []
    owns = own_addresses(sample, plan)
    table = kernel.own_addresses() if owns else []
    for own in owns:
        interface = kernel.interface_of(own, table)
        for probe in DISCOVERY:
            group = group_of(probe, own, interface) if probe.NAME in plan.probes else None
            if group is None:
                continue
            for question in probe.questions(":" in own):
                await pace.take()
                mail.spread(probe.NAME, group, own, question, interface.index if interface else 0)
    return owns


def group_of(probe: Discovery, own: str, interface: Own | None) -> tuple[str, int] | None:
    """Where a probe's question to a whole segment goes; None where it has no such place."""
    address, number = probe.GROUP
    if ":" in own:
        return (probe.GROUP_V6, number) if probe.GROUP_V6 and interface else None
    if address != ANY_BROADCAST:
        return address, number
    if interface is None:
        return None
    network = ip_network(f"{interface.address}/{interface.prefix}", strict=False)
    wide = network.num_addresses > 2
    return (interface.broadcast or str(network.broadcast_address), number) if wide else None


def facing(address: str) -> str | None:
    """The address that this machine would send from; asks the routing table, sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(place(address, 9))
        except OSError:
            return None
        return spellings(probe.getsockname())[0]


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
        loopback = ip_address(own.partition("%")[0]).is_loopback
        if (loopback and plan.multicast_loopback) or (not loopback and plan.may_reach(own)):
            found[own] = None
    return list(found)
