"""From everything that was read about one device to what is concluded, and why. Pure.

Not the first match decides: every reading is kept, readings on independent channels strengthen
each other, and what contradicts is shown and lowers the confidence. Two answers that are equally
well supported give no answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from custodes.find.identify import conditions, names, places, possible
from custodes.find.identify.claims import DECLARED, DEFAULT, LOOKS, NEUTRAL, PREFIX, Claim
from custodes.find.identify.recent import Recent
from custodes.identity import CONCLUSIONS, CONDITION, Evidence, Identity
from custodes.knowledge.devices import DEVICE_TYPES

Sighted = places.Sighted
Value = str | bool

TIE: Final = 0.08  # two answers closer than this are equally well supported
BADGE: Final = 0.5  # how well a badge must be supported to be one on another's platform
UNDECLARED_LIMIT: Final = 0.99
_NOWHERE: Final[places.Ports] = {}
_SOFTWARE: Final = "video management system"

_PLAIN: Final = frozenset({*CONCLUSIONS, DEFAULT, NEUTRAL})  # the others are conditions
_EXACT: Final = ("product_family", "model", "firmware", "serial", "mac")


def conclude(sighted: Iterable[Sighted], ports: places.Ports = _NOWHERE) -> Identity:
    """Weigh all readings of one device against each other.

    The order of the readings does not matter. `ports` says at which port each observation was
    made, as far as that is known. `id` and `device` are the caller's to fill in.
    """
    readings: dict[str, list[Sighted]] = {}
    for entry in sighted:
        name = entry[0].conclusion
        if name in readings:
            readings[name].append(entry)
        else:
            readings[name] = [entry]
    return _Weighing(readings, ports).identity() if readings else Identity()


def conclude_one(claims: Sequence[Claim], where: str, when: str | None) -> Identity:
    """The same for one observation; what followed from equal readings is remembered."""
    for claim in claims:
        if claim.conclusion in _OWN:  # no other device says the same
            return conclude([(each, where, when) for each in claims])
    key = tuple(claims)
    known = _concluded.get(key)
    if known is None:
        found = conclude([(claim, where, when) for claim in claims])
        _concluded.keep(key, replace(found, evidence=found.evidence.copy()))
        return found
    evidence = [replace(e, observation=where, seen_at=when) for e in known.evidence]
    return replace(known, evidence=evidence)


_OWN: Final = frozenset({"serial", "mac"})
_concluded: Recent[tuple[Claim, ...], Identity] = Recent(2_048)
forget = _concluded.cache_clear


class _Weighing:
    """The readings of one device, by conclusion, and what became of them."""

    def __init__(self, readings: dict[str, list[Sighted]], ports: places.Ports) -> None:
        self.readings = readings
        self.ports = ports
        self.aside: Mapping[str, Sequence[Sighted]] = {}  # words of something else, only shown
        self.out = Identity()
        self.against = 0.0  # how strongly another brand is supported

    def identity(self) -> Identity:
        finding = places.several(self.readings, self.ports)
        if finding is not None:
            return self._apart(finding)
        self.readings, self.aside = places.without_go_betweens(self.readings)
        out, readings = self.out, self.readings
        for name in _EXACT:
            if name in readings:
                setattr(out, name, _exact(readings[name]))
        self._hear_defaults()
        self._hear_badges()
        vendor, vendor_score = self._pick("vendor")
        out.vendor = None if vendor is None else str(vendor)
        self._ask_graph()
        maker, maker_score = self._pick("maker")
        out.maker = None if maker is None else str(maker)
        kind, type_score = self._pick("device_type")
        out.device_type = None if kind is None else str(kind)
        self._ask_type()
        self._ask_vendor()
        told, told_score = self._pick("is_surveillance")
        out.is_surveillance = None if told is None else bool(told)
        score = vendor_score or maker_score or told_score or type_score
        out.confidence = round(score * (1.0 - self.against / 2), 2)
        self._tell_conditions()
        self._show_all()
        return out

    def _pick(self, name: str) -> tuple[Value | None, float]:
        """The best answer and its score; None where another is as well supported."""
        entries = self.readings.get(name)
        if not entries:
            return None, 0.0
        if len(entries) == 1:
            return entries[0][0].value, _bounded(entries[0][0].weight)
        scores = _scores(entries)
        if len(scores) == 1:
            return next(iter(scores.items()))
        (first, best), (_, second) = sorted(scores.items(), key=lambda s: (-s[1], str(s[0])))[:2]
        if name == "vendor":
            self.against = max((s for v, s in scores.items() if _denies(v, first)), default=0.0)
        if not best >= DECLARED > second and best - second < TIE:
            return None, 0.0
        return first, best

    def _apart(self, finding: places.Finding) -> Identity:
        """Nothing is concluded of one device, and what was read is shown as against it.

        What such an address says of itself may be another device's word; only the hardware address
        that its network segment knows it by is its own.
        """
        defaults = self.readings.pop(DEFAULT, [])
        self.readings["vendor"] = self.readings.get("vendor", []) + _renamed(defaults, "vendor")
        own = [e for e in self.readings.get("mac", ()) if e[0].field == "mac.address"]
        if own:
            self.out.mac = str(_exact(own))
        self._say(finding)
        if finding.kind == "several_devices":
            self._ask_each()
        self._show_all()
        return self.out

    def _say(self, finding: places.Finding) -> None:
        name = CONDITION + finding.kind
        self.readings[name] = [
            (_saying(answer.entry[0], name, answer.told(finding.kind)), *answer.entry[1:])
            for answer in finding.answers
        ]

    def _ask_each(self) -> None:
        """Whether everything that answers behind the address is surveillance, by its own words."""
        said = self.readings.get("is_surveillance", ())
        if {claim.value for claim, _, _ in said if claim.weight >= LOOKS} == {True}:
            self.out.is_surveillance = True

    def _tell_conditions(self) -> None:
        """What else must be known: that it is one of several devices, or a program."""
        out, readings = self.out, self.readings
        twins = places.twins(readings, self.ports)
        if twins:
            self._say(places.Finding("several_devices", twins))
            for name in _EXACT:
                if len({entry[0].value for entry in readings.get(name, ())}) > 1:
                    setattr(out, name, None)
        if out.device_type == _SOFTWARE and places.SOFTWARE not in readings:
            best, where, when = _strongest(readings["device_type"], _SOFTWARE)
            called = out.product_family or out.vendor or best.matched
            readings[places.SOFTWARE] = [(_saying(best, places.SOFTWARE, called), where, when)]

    def _show_all(self) -> None:
        out = self.out
        for name in CONCLUSIONS:
            entries = self.readings.get(name)
            if self.aside:
                entries = [*(entries or ()), *self.aside.get(name, ())]
            if entries:
                _show(out.evidence, entries, getattr(out, name))
        told = sorted(self.readings.keys() - _PLAIN)
        for name in told:
            _show(out.evidence, self.readings[name], None)
        if told or (out.vendor and out.maker and out.vendor != out.maker):
            out.conditions = conditions.of(out)

    def _hear_defaults(self) -> None:
        """A brand that only follows from platform or prefix counts where nothing names another.

        A name that belongs to another maker than the platform's is a contradiction; so is a word
        that hardly anything supports.
        """
        defaults = self.readings.pop(DEFAULT, None)
        if defaults is None:
            return
        if max(entry[0].weight for entry in defaults) > PREFIX:
            defaults = [entry for entry in defaults if entry[0].weight > PREFIX]
        named = self.readings.get("vendor")
        if named is not None:
            best: dict[str, float] = {}
            for claim, _, _ in named:
                best[str(claim.value)] = max(claim.weight, best.get(str(claim.value), 0.0))
            defaults = [
                entry
                for entry in defaults
                if entry[0].weight > PREFIX
                and not any(
                    _gives_way(str(entry[0].value), to, weight) for to, weight in best.items()
                )
            ]
        elif NEUTRAL in self.readings:  # goods of a maker without a badge go by its name
            defaults = [e for e in defaults if names.has_no_badge(str(e[0].value))]
        if defaults:
            self.readings["vendor"] = [*(named or ()), *_renamed(defaults, "vendor")]

    def _hear_badges(self) -> None:
        """What shows a platform ("App-webs") speaks for the maker where a badge on it is named."""
        entries = self.readings.get("vendor", [])
        if len(entries) < 2 or len({entry[0].value for entry in entries}) < 2:
            return
        best = {
            value: _strongest(entries, value)[0].weight for value in {e[0].value for e in entries}
        }
        platforms = {
            maker
            for maker, weight in best.items()
            if weight < DECLARED
            and any(
                other >= BADGE and names.may_be_built_by(str(badge), str(maker))
                for badge, other in best.items()
            )
        }
        if platforms:
            spoken = [entry for entry in entries if entry[0].value in platforms]
            self.readings["vendor"] = [e for e in entries if e[0].value not in platforms]
            self.readings["maker"] = self.readings.get("maker", []) + _renamed(spoken, "maker")

    def _ask_graph(self) -> None:
        """Add what the maker graph knows of the brand and model, unless the device shows more."""
        vendor = self.out.vendor
        if vendor is None:
            return
        makers = self.readings.get("maker", [])
        if any(entry[0].weight > PREFIX for entry in makers):
            return
        known = names.maker_of(vendor, self.out.model)
        if known is not None:
            best, where, when = _strongest(self.readings["vendor"], vendor)
            claim = Claim(
                "maker",
                known.maker,
                possible.following(known.weight, best),
                "maker-graph",
                best.field,
                best.matched,
                known.source,
            )
            self.readings["maker"] = [*makers, (claim, where, when)]

    def _ask_type(self) -> None:
        """Add what the type of the device tells about surveillance."""
        kind = self.out.device_type
        told = DEVICE_TYPES.get(kind) if kind is not None else None
        if kind is None or told is None:
            return
        best, where, when = _strongest(self.readings["device_type"], kind)
        entry = (_telling(best, told, best.weight, best.fingerprint, best.source), where, when)
        self.readings["is_surveillance"] = [*self.readings.get("is_surveillance", ()), entry]

    def _ask_vendor(self) -> None:
        """A vendor that makes no surveillance equipment tells, where nothing tells more."""
        vendor = self.out.vendor
        if vendor is None or "is_surveillance" in self.readings:
            return
        best, where, when = _strongest(self.readings["vendor"], vendor)
        if is_without_cameras(best):
            self.readings["is_surveillance"] = [(without_cameras(best), where, when)]


def _denies(one: Value, other: Value) -> bool:
    """Whether two names cannot both be right: not so for a badge and the maker behind it."""
    if one == other:
        return False
    badge, maker = str(one), str(other)
    return not (names.may_be_built_by(badge, maker) or names.may_be_built_by(maker, badge))


def _gives_way(platform: str, brand: str, weight: float) -> bool:
    """Whether a platform's own brand says nothing beside this one, which was named."""
    if brand == platform:
        return False  # it adds to it
    if names.may_be_built_by(brand, platform):
        return True
    return weight >= BADGE and not names.builds_its_own(brand)


def _renamed(entries: list[Sighted], conclusion: str) -> list[Sighted]:
    """The same readings, speaking for another conclusion."""
    return [
        (Claim(conclusion, c.value, c.weight, c.fingerprint, c.field, c.matched, c.source), o, when)
        for c, o, when in entries
    ]


def _saying(claim: Claim, conclusion: str, value: str) -> Claim:
    """The same words, speaking for something else."""
    return replace(claim, conclusion=conclusion, value=value)


def _bounded(weight: float) -> float:
    return 1.0 if weight >= DECLARED else min(weight, UNDECLARED_LIMIT)


def _scores(entries: list[Sighted]) -> dict[Value, float]:
    """How well each answer is supported.

    Independent channels add up. Fields of one protocol are one voice: a header and a title come
    from the same page.
    """
    answers: dict[Value, dict[str, float]] = {}
    for claim, _, _ in entries:
        channels = answers.get(claim.value)
        if channels is None:
            channels = answers[claim.value] = {}
        channel = _CHANNELS.get(claim.field) or _channel(claim.field)
        if claim.weight > channels.get(channel, 0.0):
            channels[channel] = claim.weight
    return {value: _together(channels) for value, channels in answers.items()}


_CHANNELS: Final[dict[str, str]] = {}  # the fields of our readers and rules: a closed list


def _channel(field: str) -> str:
    """The protocol that a field belongs to."""
    return _CHANNELS.setdefault(field, field.partition(".")[0])


def _together(channels: dict[str, float]) -> float:
    strongest = max(channels.values())
    if len(channels) == 1 or strongest >= DECLARED:
        return _bounded(strongest)
    doubt = 1.0
    for weight in sorted(channels.values()):  # in one order: the last bit is always the same
        doubt *= 1.0 - weight
    return round(min(1.0 - doubt, UNDECLARED_LIMIT), 6)


def _exact(entries: list[Sighted]) -> Value:
    """The best supported text; the longer, then the later in the alphabet, breaks a tie."""
    if len(entries) == 1:
        return entries[0][0].value
    scores = _scores(entries)
    return max(scores, key=lambda value: (scores[value], len(str(value)), str(value)))


def _strongest(entries: list[Sighted], value: Value) -> Sighted:
    if len(entries) == 1:
        return entries[0]
    return min((entry for entry in entries if entry[0].value == value), key=_order_key)


def _order_key(entry: Sighted) -> tuple[float | str | bool, ...]:
    """The strongest first; the rest only keeps the order the same, however readings arrive."""
    c, where, when = entry
    return -c.weight, c.fingerprint, c.field, c.value, c.matched, c.source, where, when or ""


def _telling(claim: Claim, told: bool, weight: float, fingerprint: str, source: str) -> Claim:
    return Claim("is_surveillance", told, weight, fingerprint, claim.field, claim.matched, source)


def is_without_cameras(claim: Claim) -> bool:
    """Whether a claim names a vendor that makes no surveillance equipment."""
    return claim.conclusion == "vendor" and names.makes_no_cameras(str(claim.value)) is not None


def without_cameras(claim: Claim) -> Claim:
    """What follows from a vendor that makes no surveillance equipment."""
    source = names.makes_no_cameras(str(claim.value)) or ""
    weight = round(claim.weight * 0.8, 2)
    return _telling(claim, False, weight, "vendor-without-cameras", source)


def _show(evidence: list[Evidence], entries: list[Sighted], concluded: Value | None) -> None:
    """Add the evidence for one conclusion: what supports it first, each reading once."""
    if len(entries) > 1:
        entries = sorted(entries, key=_order_key)
        if any(entry[0].value != concluded for entry in entries):
            entries.sort(key=lambda entry: entry[0].value != concluded)
    last: Claim | None = None
    name = entries[0][0].conclusion
    for claim, where, when in entries:
        if claim == last:
            continue
        last = claim
        evidence.append(
            Evidence(
                conclusion=claim.conclusion,
                value=claim.value,
                fingerprint=claim.fingerprint,
                field=claim.field,
                matched=claim.matched,
                source=claim.source,
                weight=claim.weight,
                against=claim.value != concluded and not name.startswith(CONDITION),
                observation=where,
                seen_at=when,
            )
        )
