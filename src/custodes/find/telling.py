"""What a device says beyond who made it, kept with the findings that follow, whatever saw it.

A scan, a capture, a report and an inspection say the same things in the same fields; all of them
end here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from custodes.estate.model import Kept, StoredObservation
from custodes.estate.register import Register
from custodes.facts import DeviceFacts
from custodes.find.facts.core import facts_of, is_read
from custodes.find.findings import judge
from custodes.find.recall import still_true
from custodes.observation import Observation

# Answers that are true only in their own moment: never read again later.
PASSING = frozenset(
    "isapi.System.time isapi.System.status onvif.soap.GetSystemDateAndTime"
    " http.cgi.global.getCurrentTime http.rpc2.global.getCurrentTime http.rpc2.magicBox.getUpTime"
    " http.vapix.time".split()
)


def tell_all(register: Register, seen: Mapping[int, Sequence[Kept]], now: datetime) -> None:
    """Bring up to date what these devices say; `seen` is what was seen of each just now.

    An answer that is kept in the words of an earlier one is not read as today's where the moment
    matters.
    """
    telling = {
        n: kept for n, kept in seen.items() if any(is_read(k.observation.field) for k in kept)
    }
    known = register.observations_of_all(telling)
    for number, kept in telling.items():
        fresh = [k.observation for k in kept if k.is_new or k.observation.field not in PASSING]
        tell(register, number, evidence(known[number], kept, fresh, now), now)


def _tells(kept: Iterable[Kept]) -> bool:
    return any(is_read(one.observation.field) for one in kept)


def tell(
    register: Register, number: int, observations: Iterable[Observation], now: datetime
) -> None:
    """Keep what these observations of one device say, and open or close its findings."""
    told = facts_of(observations)
    register.keep_facts(number, told, now)
    keep_findings(register, number, told, now)


def evidence(
    known: Iterable[StoredObservation],
    kept: Sequence[Kept],
    fresh: Sequence[Observation],
    now: datetime,
) -> list[Observation]:
    """What holds of a device now: what it answered today word for word, and what was known before
    and was not answered anew, but for what was true only in its moment."""
    before = [o for o in still_true(known, kept, now) if o.field not in PASSING]
    return [*before, *fresh]


def keep_findings(register: Register, device_id: int, told: DeviceFacts, now: datetime) -> None:
    """Open what the device's settings give reason for; close what it says is mended."""
    judged = list(judge(told))
    if not judged:
        return
    held = {one.code: one.id for one in register.findings(device_id=device_id)}
    for one in judged:
        code = one.rule.code
        if one.holds:
            register.open_finding(
                code,
                one.rule.severity,
                one.text,
                now=now,
                device_id=device_id,
                evidence=one.evidence,
            )
        elif code in held:
            register.close_finding(held[code], now)
