"""Say in sentences what an identity is, why, what speaks against it, and what is not known. Pure.

Every sentence follows from the identity alone, its evidence included: a register that keeps
conclusions and evidence can ask for the same sentences at any time.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from custodes.find.identify import conditions, phrases, remedies
from custodes.identity import CONCLUSIONS, CONDITION, Evidence, Identity

Part = Literal["is", "because", "against", "unknown"]
BECAUSE_LIMIT: Final = 3  # sentences for brand and maker each; the evidence itself has the rest
AGAINST_LIMIT: Final = 8
_ARGUED: Final = frozenset({"vendor", "maker"})
_BY_CONCLUSION = Mapping[str, Sequence[Evidence]]


class Sentence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sentence for a reader who is not an engineer.

    `part` says what it is there for: what the device is, why we say so, what speaks against it,
    what we do not know. `conclusion` is a key of Identity, or "condition.KIND"; `observations` are
    the ids or digests of what was seen that the sentence rests on.
    """

    part: Part
    conclusion: str
    text: str
    observations: tuple[str, ...] = ()


def explain(identity: Identity) -> list[Sentence]:
    """The report on one device, in the order in which it is read."""
    evidence: dict[str, list[Evidence]] = {}
    for e in identity.evidence:
        evidence.setdefault(e.conclusion, []).append(e)
    return [
        *_is(identity, evidence),
        *_because(identity, evidence),
        *_against(identity, evidence),
        *(Sentence(part="unknown", conclusion=c, text=t) for c, t in remedies.of(identity)),
    ]


def _is(identity: Identity, evidence: _BY_CONCLUSION) -> Iterator[Sentence]:
    yield Sentence(part="is", conclusion="device_type", text=phrases.what(identity))
    for condition in conditions.of(identity):
        name = CONDITION + condition.kind
        seen = _observations(evidence.get(name, ()))
        yield Sentence(part="is", conclusion=name, text=condition.why, observations=seen)


def _because(identity: Identity, evidence: _BY_CONCLUSION) -> Iterator[Sentence]:
    for name in CONCLUSIONS:
        if getattr(identity, name) is None:
            continue
        if name == "is_surveillance" and identity.device_type is not None:
            continue  # the kind of device says it
        shown: dict[str, Evidence] = {}
        for e in sorted(evidence.get(name, ()), key=lambda e: -e.weight):
            if not e.against:
                shown.setdefault(phrases.because(identity, e), e)
        limit = BECAUSE_LIMIT if name in _ARGUED else 1
        for text, e in list(shown.items())[:limit]:
            yield Sentence(
                part="because", conclusion=name, text=text, observations=_observations([e])
            )


def _against(identity: Identity, evidence: _BY_CONCLUSION) -> Iterator[Sentence]:
    shown: dict[str, tuple[str, Evidence]] = {}
    for name in CONCLUSIONS:
        for e in sorted(evidence.get(name, ()), key=lambda e: -e.weight):
            if e.against:
                shown.setdefault(phrases.against(identity, e), (name, e))
    for text, (name, e) in list(shown.items())[:AGAINST_LIMIT]:
        yield Sentence(part="against", conclusion=name, text=text, observations=_observations([e]))


def _observations(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(e.observation for e in evidence if e.observation is not None))
