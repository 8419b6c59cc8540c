"""What changed between two looks at the same devices. Pure.

A device that was not seen again is gone only where the later look covered its address; elsewhere
nobody looked, and that is said. What one of the two looks did not learn has not changed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from custodes.estate.looks import Seen

LookedAt = Callable[[str | None], bool]  # whether an address was covered by the later look

# In the order in which they are told: what somebody should see first.
KINDS: Final = ("swapped", "moved", "new", "gone", "firmware", "address", "changed")
_FACTS: Final = ("brand", "maker", "model", "serial", "mac", "device_type")
_TELLING: Final = ("mac", "serial", "model")  # two of these differ: it is another device


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one device. `what` says which fact, `was` and `now` its two values.

    `before` and `after` are what the device showed in the two looks; of a swap, two devices.
    `sure` is False where only the address ties the two: addresses may be given out anew.
    """

    kind: str
    what: str
    was: str | None = None
    now: str | None = None
    before: Seen | None = None
    after: Seen | None = None
    sure: bool = True

    @property
    def device(self) -> Seen:
        """The device that the change is of, as it was seen last."""
        seen = self.after or self.before
        assert seen is not None
        return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The changes, and how many devices of the earlier look nobody looked for in the later one."""

    changes: Sequence[Change] = ()
    unchanged: int = 0
    not_looked_at: Sequence[Seen] = field(default_factory=tuple)


def compare(before: Iterable[Seen], after: Iterable[Seen], looked_at: LookedAt) -> Comparison:
    """Every change from one look to the other, the most telling first."""
    old, new = {s.key: s for s in before}, {s.key: s for s in after}
    left = [s for key, s in old.items() if key not in new]
    came = [s for key, s in new.items() if key not in old]
    changes = _swaps(left, came, _unshared(old.values()), _unshared(new.values()))
    swapped = {id(one) for c in changes for one in (c.before, c.after)}
    changes += [_gone(s) for s in left if id(s) not in swapped and looked_at(s.address)]
    changes += [Change(kind="new", what="device", after=s) for s in came if id(s) not in swapped]
    unchanged = 0
    for key in old.keys() & new.keys():
        found = _differences(old[key], new[key])
        unchanged += not found
        changes += found
    missed = [s for s in left if id(s) not in swapped and not looked_at(s.address)]
    return Comparison(
        changes=sorted(changes, key=_order), unchanged=unchanged, not_looked_at=tuple(missed)
    )


def _order(change: Change) -> tuple[int, str, str, str]:
    device = change.device
    return KINDS.index(change.kind), device.site or "", device.address or "", change.what


def _gone(seen: Seen) -> Change:
    return Change(kind="gone", what="device", before=seen)


def _differences(was: Seen, now: Seen) -> list[Change]:
    """What one device showed otherwise than before."""
    found = []
    differing = [f for f in _FACTS if _differ(getattr(was, f), getattr(now, f))]
    if was.kept_by == "address" and len(set(differing) & {*_TELLING}) >= 2:
        return [_swap(was, now, "address", sure=False)]
    if _differ(was.site, now.site):
        found.append(_change("moved", "site", was, now))
    if _differ(was.firmware, now.firmware):
        found.append(_change("firmware", "firmware", was, now))
    if _differ(was.address, now.address):
        found.append(_change("address", "address", was, now))
    return found + [_change("changed", fact, was, now) for fact in differing]


def _differ(was: str | None, now: str | None) -> bool:
    """Whether both are known and not the same; case and spaces do not count."""
    return was is not None and now is not None and _bare(was) != _bare(now)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _change(kind: str, what: str, was: Seen, now: Seen) -> Change:
    values = getattr(was, what), getattr(now, what)
    return Change(kind=kind, what=what, was=values[0], now=values[1], before=was, after=now)


def _swap(was: Seen, now: Seen, tie: str, *, sure: bool) -> Change:
    return Change(
        kind="swapped",
        what=tie,
        was=called(was),
        now=called(now),
        before=was,
        after=now,
        sure=sure,
    )


def called(seen: Seen) -> str:
    """What a person would call it: badge, model and number."""
    brand, model = seen.brand or seen.maker, seen.model
    if brand and model and model.casefold().startswith(f"{brand} ".casefold()):
        brand = None
    words = [brand, model, seen.serial or seen.mac]
    return " ".join(filter(None, words)) or "a device that did not say what it is"


def _unshared(seen: Iterable[Seen]) -> Mapping[tuple[str, str], Seen]:
    """Devices by what ties them to a place: their name or address at a site, where it is theirs
    alone."""
    ties: list[tuple[tuple[str, str], Seen]] = []
    for one in seen:
        if one.name:
            ties.append(((f"name at {one.site}", _bare(one.name)), one))
        if one.address:
            ties.append(((f"address at {one.site}", one.address), one))
    counted = Counter(tie for tie, _ in ties)
    return {tie: one for tie, one in ties if counted[tie] == 1}


def _swaps(
    left: Sequence[Seen],
    came: Sequence[Seen],
    before: Mapping[tuple[str, str], Seen],
    after: Mapping[tuple[str, str], Seen],
) -> list[Change]:
    """Devices that are gone, and others that came in their place under the same name or address."""
    gone, fresh = {id(s) for s in left}, {id(s) for s in came}
    taken: set[int] = set()
    found = []
    for tie in sorted(before.keys() & after.keys(), key=lambda t: (not t[0].startswith("name"), t)):
        was, now = before[tie], after[tie]
        if id(was) in gone - taken and id(now) in fresh - taken:
            taken |= {id(was), id(now)}
            by = tie[0].partition(" ")[0]
            found.append(_swap(was, now, by, sure=by == "name"))
    return found


def sentence(change: Change, absent: str = "does not answer any more") -> str:
    """A change as a person would tell it; `absent` is said of what only the earlier look has."""
    seen = change.device
    if change.kind == "new":
        return f"{called(seen)} was not here before"
    if change.kind == "gone":
        return f"{called(seen)} {absent}"
    if change.kind == "swapped":
        doubt = "" if change.sure else "; only the address ties them"
        return f"{change.was} gave way to {change.now} (same {change.what}{doubt})"
    if change.kind == "moved":
        return f"moved from {change.was} to {change.now}"
    return f"{change.what.replace('_', ' ')} {change.was} → {change.now}"
