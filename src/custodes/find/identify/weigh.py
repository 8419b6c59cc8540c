"""From everything that was read about one device to what is concluded, and why. Pure.

Not the first match decides: every reading is kept, readings on independent channels strengthen
each other, and what contradicts is shown and lowers the confidence. Two answers that are equally
well supported give no answer.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from custodes.find.identify import names
from custodes.find.identify.claims import DECLARED, PREFIX, Claim
from custodes.identity import Evidence, Identity
from custodes.knowledge.devices import DEVICE_TYPES

# claim, the observation that it was read from (id or digest), and when that was seen
Sighted = tuple[Claim, str, str | None]

TIE: Final = 0.08  # two answers closer than this are equally well supported
UNDECLARED_LIMIT: Final = 0.99
NEUTRAL: Final = "brand.neutral"  # a claim that the label names nobody; never a conclusion itself

_ORDER: Final = (
    "is_surveillance",
    "vendor",
    "maker",
    "product_family",
    "model",
    "firmware",
    "serial",
    "mac",
    "device_type",
)
_RANK: Final = {name: rank for rank, name in enumerate(_ORDER)}
_EXACT: Final = ("product_family", "model", "firmware", "serial", "mac")


class _Answer:
    """One possible value of one conclusion, with what speaks for it."""

    __slots__ = ("channels", "value")

    def __init__(self, value: str | bool) -> None:
        self.value = value
        self.channels: dict[str, float] = {}

    def support(self, channel: str, weight: float) -> None:
        if weight > self.channels.get(channel, 0.0):
            self.channels[channel] = weight

    @property
    def score(self) -> float:
        weights = self.channels.values()
        if max(weights) >= DECLARED:
            return 1.0
        if len(weights) == 1:
            return min(max(weights), UNDECLARED_LIMIT)
        doubt = 1.0
        for weight in weights:
            doubt *= 1.0 - weight
        return min(1.0 - doubt, UNDECLARED_LIMIT)


def conclude(sighted: Iterable[Sighted]) -> Identity:
    """Weigh all readings of one device against each other.

    The order of the readings does not matter. `id` and `device` are the caller's to fill in.
    """
    by_conclusion: dict[str, list[Sighted]] = {}
    for entry in sighted:
        by_conclusion.setdefault(entry[0].conclusion, []).append(entry)
    return _Weighing(by_conclusion).identity()


class _Weighing:
    def __init__(self, by_conclusion: dict[str, list[Sighted]]) -> None:
        self.readings = by_conclusion
        self.out = Identity()
        self.against = 0.0
        self.extra: list[Evidence] = []

    def identity(self) -> Identity:
        out = self.out
        for name in _EXACT:
            if name in self.readings:
                setattr(out, name, self._exact(name))
        vendor_score = self._vendor()
        maker_score = self._maker()
        type_score = self._device_type()
        seen_score = self._is_surveillance(type_score)
        score = vendor_score or maker_score or seen_score or type_score
        out.confidence = round(score * (1.0 - self.against / 2), 2)
        out.evidence = self._evidence()
        return out

    def _exact(self, name: str) -> str | bool:
        """The best supported text; the longer, then the earlier in the alphabet, breaks a tie."""
        answers = _answers(self.readings[name])
        best = max(answers, key=lambda a: (a.score, len(str(a.value)), str(a.value)))
        return best.value

    def _pick(self, name: str) -> tuple[str | bool | None, float]:
        """The best answer and its score; None where another is as well supported."""
        entries = self.readings.get(name)
        if not entries:
            return None, 0.0
        answers = _answers(entries)
        if len(answers) == 1:
            return answers[0].value, answers[0].score
        first, second = sorted(answers, key=lambda a: (-a.score, str(a.value)))[:2]
        if name == "vendor":
            self.against = max(self.against, second.score)
        declared = first.score >= DECLARED > second.score
        if not declared and first.score - second.score < TIE:
            return None, 0.0
        return first.value, first.score

    def _vendor(self) -> float:
        self._hear_defaults()
        value, score = self._pick("vendor")
        self.out.vendor = None if value is None else str(value)
        return score

    def _hear_defaults(self) -> None:
        """A brand that only follows from prefix or platform counts where nothing names another."""
        defaults = self.readings.pop("vendor.default", None)
        if defaults is None or "vendor" in self.readings or NEUTRAL in self.readings:
            return
        strongest = max(entry[0].weight for entry in defaults)
        if strongest > PREFIX:
            defaults = [entry for entry in defaults if entry[0].weight > PREFIX]
        self.readings["vendor"] = [
            (msgspec.structs.replace(claim, conclusion="vendor"), where, when)
            for claim, where, when in defaults
        ]

    def _maker(self) -> float:
        self._ask_graph()
        value, score = self._pick("maker")
        self.out.maker = None if value is None else str(value)
        return score

    def _ask_graph(self) -> None:
        """Add what the maker graph knows of the brand and model, unless the device shows more."""
        vendor = self.out.vendor
        if vendor is None:
            return
        shown = [e for e in self.readings.get("maker", ()) if e[0].weight > PREFIX]
        if shown:
            return
        known = names.maker_of(vendor, self.out.model)
        if known is not None:
            best = max(self.readings["vendor"], key=lambda e: (e[0].weight, e[1]))
            claim = Claim(
                "maker", known.maker, known.weight, "maker-graph", "vendor", vendor, known.source
            )
            self.readings["maker"] = [*self.readings.get("maker", ()), (claim, best[1], best[2])]

    def _device_type(self) -> float:
        value, score = self._pick("device_type")
        self.out.device_type = None if value is None else str(value)
        return score

    def _is_surveillance(self, type_score: float) -> float:
        """Said outright, or by the type of the device."""
        kind = self.out.device_type
        implied = DEVICE_TYPES.get(kind) if kind is not None else None
        if implied is not None:
            claim, where, when = max(
                (e for e in self.readings["device_type"] if e[0].value == kind),
                key=lambda e: (e[0].weight, e[0].fingerprint, e[1]),
            )
            said = Claim(
                "is_surveillance",
                implied,
                claim.weight,
                claim.fingerprint,
                claim.field,
                claim.matched,
                claim.source,
            )
            self.readings.setdefault("is_surveillance", []).append((said, where, when))
        self._ask_vendor()
        value, score = self._pick("is_surveillance")
        self.out.is_surveillance = None if value is None else bool(value)
        return score

    def _ask_vendor(self) -> None:
        """A vendor that makes no surveillance equipment tells, where nothing tells more."""
        vendor = self.out.vendor
        if vendor is None or "is_surveillance" in self.readings:
            return
        telling = [e for e in self.readings["vendor"] if e[0].value == vendor]
        best, where, when = max(telling, key=lambda e: (e[0].weight, e[0].fingerprint, e[1]))
        if is_without_cameras(best):
            self.readings["is_surveillance"] = [(without_cameras(best), where, when)]

    def _evidence(self) -> list[Evidence]:
        rows = [
            (_RANK[name], getattr(self.out, name) != claim.value, -claim.weight, claim, where, when)
            for name, entries in self.readings.items()
            if name in _RANK
            for claim, where, when in entries
        ]
        if len(rows) > 1:
            rows.sort(key=_row_key)
        seen: set[Claim] = set()
        evidence: list[Evidence] = []
        for _, against, _, claim, where, when in rows:
            if claim in seen:
                continue
            seen.add(claim)
            evidence.append(
                Evidence(
                    conclusion=claim.conclusion,
                    value=claim.value,
                    fingerprint=claim.fingerprint,
                    field=claim.field,
                    matched=claim.matched,
                    source=claim.source,
                    weight=claim.weight,
                    against=against,
                    observation=where,
                    seen_at=when,
                )
            )
        return evidence


def is_without_cameras(claim: Claim) -> bool:
    """Whether a claim names a vendor that makes no surveillance equipment."""
    if claim.conclusion != "vendor":
        return False
    return names.makes_no_cameras(str(claim.value)) is not None


def without_cameras(claim: Claim) -> Claim:
    """What follows from a vendor that makes no surveillance equipment."""
    source = names.makes_no_cameras(str(claim.value)) or ""
    return Claim(
        "is_surveillance",
        False,
        round(claim.weight * 0.8, 2),
        "vendor-without-cameras",
        claim.field,
        claim.matched,
        source,
    )


def _row_key(row: tuple[int, bool, float, Claim, str, str | None]) -> tuple[object, ...]:
    rank, against, weight, claim, where, when = row
    return (
        rank,
        against,
        weight,
        claim.fingerprint,
        claim.field,
        str(claim.value),
        claim.matched,
        where,
        when or "",
    )


def _answers(entries: Sequence[Sighted]) -> list[_Answer]:
    answers: dict[str | bool, _Answer] = {}
    for claim, _, _ in entries:
        answer = answers.get(claim.value)
        if answer is None:
            answer = answers[claim.value] = _Answer(claim.value)
        answer.support(_channel(claim.field), claim.weight)
    return list(answers.values())


def _channel(field: str) -> str:
    """Fields of one protocol are one voice: a header and a title come from the same page."""
    return field.partition(".")[0]
