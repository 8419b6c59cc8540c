"""Two looks to compare, from the register or from files, and whether an address was covered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from custodes.errors import InputError, UsageError
from custodes.estate.looks import Look, Seen
from custodes.estate.register import Register
from custodes.find.compare import Comparison, LookedAt, compare
from custodes.find.own_name import own_name
from custodes.find.work import Identify
from custodes.observation import Observation
from custodes.units import counted

DEVICES_LIMIT = 200_000  # of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A comparison and what it compares, in words."""

    before: str
    after: str
    covers: tuple[str, ...]
    result: Comparison
    absent: str = "does not answer any more"  # said of what only the earlier look has


def two_looks(register: Register, before: int | None, after: int | None) -> Compared:
    """Compare two looks by their numbers; without numbers, the newest scan with the one before
    it that covered some of the same networks.

    Raises:
        UsageError: there are no two to compare, or no look has that number.
    """
    known = register.looks()
    later = _numbered(known, after) if after is not None else _newest(known)
    earlier = _numbered(known, before) if before is not None else _before(known, later)
    result = compare(register.seen_in(earlier.id), register.seen_in(later.id), covered(later.scope))
    return Compared(
        before=in_words(earlier), after=in_words(later), covers=later.scope, result=result
    )


def since(register: Register, instant: datetime, now: datetime) -> Compared:
    """Compare what was seen last up to an instant with what was seen last up to now."""
    done = [k for k in register.looks() if k.finished_at is not None and k.started_at > instant]
    scope = tuple(dict.fromkeys(part for look in done for part in look.scope))
    again = {
        s.key for s in register.seen_until(now) if s.seen_at is not None and s.seen_at > instant
    }
    latest = [s for s in register.seen_until(now) if s.key in again]
    result = compare(register.seen_until(instant), latest, covered(scope))
    return Compared(
        before=f"what was seen up to {instant:%Y-%m-%d %H:%M} UTC",
        after=f"what was seen since, in {counted(len(done), 'look', 'looks')}",
        covers=scope,
        result=result,
    )


def of_observations(observations: Iterable[Observation], identify: Identify) -> list[Seen]:
    """What the devices of a file showed, without a register.

    Raises:
        InputError: there are more devices in it than one comparison holds.
    """
    groups: dict[str, list[Observation]] = {}
    for one in observations:
        if place := one.device or one.address:
            groups.setdefault(place, []).append(one)
            if len(groups) > DEVICES_LIMIT:
                raise InputError(f"more than {DEVICES_LIMIT:,} devices in one file")
    return [_seen(place, group, identify) for place, group in groups.items()]


def _seen(place: str, group: Sequence[Observation], identify: Identify) -> Seen:
    found = identify(group)
    keys = {"mac": found.mac, "serial": found.serial and f"{found.maker} {found.serial}"}
    kept_by = next((kind for kind, key in keys.items() if key), "address")
    return Seen(
        key=f"{kept_by} {keys.get(kept_by) or place}",
        kept_by=kept_by,
        place=place,
        address=next((o.address for o in group if o.address), None),
        mac=found.mac,
        serial=found.serial,
        brand=found.vendor,
        maker=found.maker,
        model=found.model,
        firmware=found.firmware,
        device_type=found.device_type,
        is_surveillance=found.is_surveillance,
        name=own_name(group),
        seen_at=max((o.seen_at for o in group if o.seen_at), default=None),
    )


def covered(scope: Iterable[str]) -> LookedAt:
    """Whether an address lies in what a look covered whole."""
    networks = []
    for part in scope:
        try:
            networks.append(ip_network(part, strict=False))
        except ValueError:
            continue

    def looked_at(address: str | None) -> bool:
        try:
            known = ip_address(address or "")
        except ValueError:
            return False
        return any(known in network for network in networks)

    return looked_at


def in_words(look: Look) -> str:
    """A look as a person speaks of it."""
    when = f"{look.started_at:%Y-%m-%d %H:%M} UTC"
    unfinished = "" if look.finished_at else ", interrupted"
    return f"{look.kind} {look.id} of {look.name} on {when}{unfinished}"


def _numbered(known: Sequence[Look], number: int) -> Look:
    found = next((look for look in known if look.id == number), None)
    if found is None:
        raise UsageError(f"no look has the number {number}", hint="`custodes diff --list`.")
    return found


def _newest(known: Sequence[Look]) -> Look:
    found = next((k for k in known if k.kind == "scan" and k.finished_at), None)
    if found is None:
        raise UsageError(
            "there is no finished scan to compare",
            hint="`custodes scan` looks; the second scan of a network can be compared with it.",
        )
    return found


def _before(known: Sequence[Look], later: Look) -> Look:
    """The newest look before this one that covered an address of the same networks."""
    for look in known:
        if look.id < later.id and look.finished_at and (_overlap(look, later) or not later.scope):
            return look
    raise UsageError(
        f"no finished scan before {in_words(later)} covered the same networks",
        hint="Name two looks (`custodes diff --list` shows them), or scan again another day.",
    )


def _overlap(one: Look, other: Look) -> bool:
    parts = [[ip_network(p, strict=False) for p in look.scope] for look in (one, other)]
    return any(a.overlaps(b) for a in parts[0] for b in parts[1] if a.version == b.version)
