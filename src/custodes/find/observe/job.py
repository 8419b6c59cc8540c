"""A scan from the register's side: who allowed it, what is left to do, what is filed of it.

This is what the command line, the demo and the console call; the scan itself knows no register.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from types import TracebackType
from typing import Self

from custodes.errors import UsageError
from custodes.estate.model import Authority, Network, ScanRun
from custodes.estate.register import Register
from custodes.find.identify.core import identify
from custodes.find.observe import scope
from custodes.find.observe.plan import Outcome, Plan
from custodes.find.observe.scope import Grant, Permission, Scope
from custodes.find.observe.targets import Target, Targets
from custodes.find.work import Group, Road

WAITING = 2_000  # outcomes that may wait to be filed
TOGETHER = 64  # outcomes whose end is noted in one transaction
NAMED = 3  # networks by which a look is called
GOES_ON_WITHIN_S = 24 * 3600  # an interrupted scan older than this starts anew unless asked


def grants(networks: Iterable[Network]) -> list[Grant]:
    """Every authority that the register holds, as the scope reads it."""
    return [_grant(authority, n) for n in networks for authority in n.authorities]


def _grant(authority: Authority, network: Network) -> Grant:
    return Grant(network.network, authority.who, authority.until, authority.valid_from)


def allow(
    register: Register, targets: Targets, permission: Permission, site_id: int | None, now: datetime
) -> None:
    """Record an authority for every network that was asked for."""
    for network in targets.asked:
        register.record_authority(
            str(network), permission.who, permission.until, now, site_id=site_id
        )


def scope_of(
    register: Register, targets: Targets, now: datetime, permission: Permission | None = None
) -> Scope:
    """The scope in which the targets lie whole; with `permission`, as if it were recorded.

    Raises:
        OutOfScope: some part of them is covered by no valid authority.
    """
    held = grants(register.networks())
    if permission is not None:
        held += [Grant(n, permission.who, permission.until) for n in targets.asked]
    return scope.check(targets.asked, held, now)


def communities(register: Register, key: Callable[[], bytes]) -> Callable[[str], bytes]:
    """The stored SNMP community that is meant for an address: its network's, else its site's.

    Raises:
        UsageError: not one is stored.
    """
    if not any(one.kind == "snmp" for one in register.credentials()):
        raise UsageError(
            "no SNMP community is stored",
            hint="custodes credentials add --network 192.0.2.0/24 --kind snmp",
        )

    @cache
    def word(credential_id: int) -> bytes:
        return register.open_credential(credential_id, key()).word.encode()

    def community(address: str) -> bytes:
        bare = address.partition("%")[0]
        site_id = register.sites_for([bare])[bare]
        meant = register.credential_at(bare, "snmp", site_id)
        return word(meant.id) if meant is not None else b""

    return community


def describe(targets: Targets, plan: Plan) -> str:
    """What a scan will do; the same words for the same scan, which is found again by them."""
    listed = [f"{t.address}:{','.join(map(str, t.ports))}" for t in targets.listed]
    asked = " ".join([*map(str, targets.asked), *listed])
    ports = ",".join(map(str, plan.ports))
    probes = ",".join(sorted(plan.probes))
    return f"targets {asked}; ports {ports}; probes {probes}; thorough {plan.thorough}"


def begin(
    register: Register, plan_text: str, now: datetime, *, resume: bool, fresh: bool
) -> tuple[ScanRun, set[str]]:
    """The run to do and the devices of it that are done: an interrupted one goes on."""
    known = None if fresh else register.unfinished_run(plan_text)
    if known is not None:
        age_s = (now - known.started_at).total_seconds()
        if resume or age_s <= GOES_ON_WITHIN_S:
            return known, register.done_targets(known.id)
    return register.start_run(plan_text, now), set()


def look(register: Register, run: ScanRun, targets: Targets) -> int:
    """The look in which what this scan sees is remembered; it covers the networks asked for."""
    asked = [*map(str, targets.asked)]
    listed = [str(target.address) for target in targets.listed]
    scope = asked + listed
    name = ", ".join(scope[:NAMED]) + (f" and {len(scope) - NAMED} more" if scope[NAMED:] else "")
    return register.begin_look("scan", name, run.started_at, scope=scope, run_id=run.id)


def left_over(targets: Targets, done: set[str]) -> Sequence[Target] | Targets:
    """The targets that are not done yet."""
    return [t for t in targets if t.device not in done] if done else targets


class Filer:
    """Files what a scan finds in a thread of its own, so that the register holds up no probe.

    Leaving the `with` block waits until everything is filed, also after an interruption.
    """

    def __init__(
        self, register: Register, run: ScanRun, site_id: int | None, look: int | None = None
    ) -> None:
        self._register = register
        self._run = run
        self._site_id = site_id
        self._road = Road(register, identify, look)
        self._pool = ThreadPoolExecutor(1, "filer")
        self._filing: Future[None] | None = None
        self._waiting: list[Outcome] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._pool:
            while self._waiting:
                self._submit()
            if self._filing is not None:
                self._filing.result()

    def put(self, outcome: Outcome) -> None:
        """File one finished device soon.

        Raises:
            RegisterError: the register could not take an earlier one.
        """
        self._waiting.append(outcome)
        if self._filing is None or self._filing.done() or len(self._waiting) > WAITING:
            self._submit()

    def _submit(self) -> None:
        if self._filing is not None:
            self._filing.result()
        batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
        self._filing = self._pool.submit(self._file, batch)

    def _file(self, outcomes: list[Outcome]) -> None:
        now = datetime.now(UTC)
        answered = [outcome for outcome in outcomes if outcome.observations]
        sites = self._sites(answered)
        kept = iter(self._road.keep([o for one in answered for o in one.observations], now))
        groups = [
            Group(list(islice(kept, len(one.observations))), sites[one.address]) for one in answered
        ]
        self._road.file(groups, now)
        done = [outcome.device for outcome in outcomes if outcome.complete]
        self._register.mark_done(self._run.id, done, now)

    def _sites(self, outcomes: Iterable[Outcome]) -> dict[str, int | None]:
        """The site of each address: the one that was given, else that of its network."""
        addresses = {outcome.address for outcome in outcomes}
        if self._site_id is not None:
            return dict.fromkeys(addresses, self._site_id)
        return self._register.sites_for(addresses)
