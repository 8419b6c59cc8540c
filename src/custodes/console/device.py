"""One device: each conclusion with the evidence for and against it, word for word. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.console.text import PAYLOAD_LIMIT, Cut, cut, fitting, plural, size
from custodes.estate.model import Device, StoredObservation
from custodes.identity import Evidence
from custodes.units import instant

OBSERVATIONS = 50  # raw observations on a page; the download has them all
RAW_ROOM = 24_000  # bytes of HTML for all that they say
RAW_LEAST = 400  # and for each of them, when that is used up
EVIDENCE_SHOWN = 2  # of one conclusion, before the rest is folded away
EVIDENCE_FOLDED = 3  # of one conclusion that are folded away; the rest stands in the JSON
EVIDENCE_AGAINST = 3  # of one conclusion
EVIDENCE_ROOM = 600  # bytes of HTML for what one piece says

# Key of the conclusion in evidence, its heading, the attribute of Device, the name of a statement.
CONCLUSIONS: tuple[tuple[str, str, str, str], ...] = (
    ("vendor", "Brand (the badge)", "brand", "brand"),
    ("maker", "Maker (who built it)", "maker", "maker"),
    ("model", "Model", "model", "model"),
    ("product_family", "Product family", "product_family", "product_family"),
    ("device_type", "Type", "device_type", "device_type"),
    ("is_surveillance", "Surveillance", "is_surveillance", ""),
    ("firmware", "Firmware", "firmware", "firmware"),
    ("serial", "Serial number", "serial", "serial"),
    ("mac", "MAC address", "mac", "mac"),
)
STATED = (
    ("asset_tag", "Asset tag"),
    ("location", "Location"),
    ("state", "State"),
    ("installed_on", "Installed"),
    ("warranty_until", "Warranty until"),
    ("support_ends_on", "Support ends"),
    ("planned_replacement_on", "Replacement planned"),
    ("removed_on", "Removed"),
    ("hostname", "Host name"),
    ("address", "Address"),
    ("site", "Site"),
    ("notes", "Notes"),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence. `observation` is the anchor of the raw observation on the page."""

    says: str
    matched: str
    missing: str  # how much of what matched is left out, in words
    field: str
    fingerprint: str
    source: str
    believed: str
    seen_at: datetime | None
    against: bool
    observation: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is concluded (None: unknown), why, what speaks against it, and what a person stated."""

    key: str
    label: str
    value: str | None
    first: tuple[Proof, ...]
    more: tuple[Proof, ...]
    left_out: int  # pieces of evidence that only the JSON has
    stated: str | None
    stated_by: str

    @property
    def contradicted(self) -> bool:
        return any(p.against for p in (*self.first, *self.more))

    @property
    def stated_otherwise(self) -> bool:
        return (
            self.stated is not None
            and self.value is not None
            and self.stated.casefold() != self.value.casefold()
        )


@dataclass(frozen=True, slots=True)
class Raw:
    """One raw observation, cut to a size that a page can bear."""

    anchor: str
    field: str
    where: str
    seen: datetime
    times: str
    source: str
    size: str
    shown: Cut


@dataclass(frozen=True, slots=True)
class BadgeNote:
    """Badge and maker differ: who is on the badge, who made it, and why we say so."""

    brand: str
    maker: str
    brand_because: Proof | None
    maker_because: Proof | None


@dataclass(frozen=True, slots=True)
class DevicePage:
    id: int
    name: str
    type: str | None
    is_surveillance: bool | None
    address: str | None
    site: str | None
    site_id: int | None
    state: str
    confidence: str
    first_seen: datetime | None
    last_seen: datetime | None
    badge: BadgeNote | None
    conclusions: tuple[Conclusion, ...]
    contradicted: tuple[Conclusion, ...]
    stated: tuple[tuple[str, str, str], ...]
    addresses: tuple[tuple[str, datetime, datetime | None], ...]
    raw: tuple[Raw, ...]
    raw_total: str
    raw_hidden: int


def device_page(
    device: Device, observations: Sequence[StoredObservation], total: int | None = None
) -> DevicePage:
    """Everything that is known about one device, and how; `total` observations there are."""
    total = len(observations) if total is None else total
    shown = chosen(device, observations)
    anchors = anchors_of(shown)
    found = tuple(
        _conclusion(device, anchors, key, label, attribute, statement)
        for key, label, attribute, statement in CONCLUSIONS
    )
    return DevicePage(
        id=device.id,
        name=device.called,
        type=device.device_type,
        is_surveillance=device.is_surveillance,
        address=device.address,
        site=device.site,
        site_id=device.site_id,
        state=device.state,
        confidence=confidence(device.confidence),
        first_seen=device.first_seen,
        last_seen=device.last_seen,
        badge=badge(device, found),
        conclusions=found,
        contradicted=tuple(c for c in found if c.contradicted or c.stated_otherwise),
        stated=stated(device),
        addresses=tuple((a.place, a.first_seen, a.ended_at) for a in device.addresses),
        raw=raws(shown),
        raw_total=plural(total, "observation"),
        raw_hidden=total - len(shown),
    )


def confidence(value: float) -> str:
    """How far the identity is believed, in words.

    >>> confidence(0.8), confidence(1.0)
    ('80 in 100', '100 in 100: the device itself declares it')
    """
    if value <= 0:
        return "none: nothing speaks for an identity"
    if value >= 1:
        return "100 in 100: the device itself declares it"
    return f"{value * 100:.0f} in 100"


def badge(device: Device, conclusions: Iterable[Conclusion]) -> BadgeNote | None:
    """Why the firm on the badge is not the one that built the device; None where they agree."""
    if device.brand is None or device.maker is None or device.brand == device.maker:
        return None
    best = {c.key: next((p for p in c.first if not p.against), None) for c in conclusions}
    return BadgeNote(device.brand, device.maker, best["vendor"], best["maker"])


def stated(device: Device) -> tuple[tuple[str, str, str], ...]:
    """What people recorded about the device: heading, words, and who said so and where."""
    found = []
    for name, label in STATED:
        statement = device.stated.get(name)
        if statement is not None:
            found.append((label, statement.value, _said_by(statement.who, statement.source)))
    return tuple(found)


def chosen(
    device: Device, observations: Sequence[StoredObservation]
) -> tuple[StoredObservation, ...]:
    """The observations that a page has: first those that a conclusion rests on."""
    rests = {e.observation for e in device.evidence}
    ordered = sorted(observations, key=lambda o: o.digest not in rests)
    return tuple(ordered[:OBSERVATIONS])


def anchors_of(shown: Iterable[StoredObservation]) -> frozenset[str]:
    """Where on the page each observation stands."""
    return frozenset(anchor(o.digest) for o in shown) - {""}


def raws(shown: Sequence[StoredObservation]) -> tuple[Raw, ...]:
    """Observations as the page has them; all together they have only so much room."""
    room, found = RAW_ROOM, []
    for stored in shown:
        text = stored.observation.text
        fits = fitting(text, PAYLOAD_LIMIT, max(room, RAW_LEAST))
        room -= 2 * fits
        found.append(_raw(stored, cut(text, fits)))
    return tuple(found)


def _raw(stored: StoredObservation, shown: Cut) -> Raw:
    seen = stored.observation
    port = f" port {seen.port}" if seen.port is not None else ""
    transport = f" {seen.transport}" if seen.transport else ""
    return Raw(
        anchor=anchor(stored.digest),
        field=seen.field,
        where=f"{seen.address or ''}{port}{transport}".strip(),
        seen=stored.last_seen,
        times=plural(stored.times_seen, "time"),
        source=seen.source or "",
        size=size(len(seen.data)),
        shown=shown,
    )


def _conclusion(
    device: Device, anchors: frozenset[str], key: str, label: str, attribute: str, statement: str
) -> Conclusion:
    proofs = sorted(
        (e for e in device.evidence if e.conclusion == key), key=lambda e: (e.against, -e.weight)
    )
    agree = [e for e in proofs if not e.against]
    # What speaks against is never folded away.
    first = [*agree[:EVIDENCE_SHOWN], *[e for e in proofs if e.against][:EVIDENCE_AGAINST]]
    more = agree[EVIDENCE_SHOWN : EVIDENCE_SHOWN + EVIDENCE_FOLDED]
    said = device.stated.get(statement)
    return Conclusion(
        key=key,
        label=label,
        value=_value(getattr(device, attribute)),
        first=tuple(_proof(e, anchors) for e in first),
        more=tuple(_proof(e, anchors) for e in more),
        left_out=len(proofs) - len(first) - len(more),
        stated=said.value if said else None,
        stated_by=_said_by(said.who, said.source) if said else "",
    )


def _proof(evidence: Evidence, anchors: frozenset[str]) -> Proof:
    place = anchor(evidence.observation or "")
    matched = evidence.matched.strip("\r\n")
    shown = cut(matched, fitting(matched, EVIDENCE_ROOM, EVIDENCE_ROOM))
    return Proof(
        says=_value(evidence.value) or "",
        matched=shown.text,
        missing=shown.missing,
        field=evidence.field,
        fingerprint=evidence.fingerprint,
        source=evidence.source,
        believed=f"{evidence.weight * 100:.0f} in 100",
        seen_at=_instant(evidence.seen_at),
        against=evidence.against,
        observation=place if place in anchors else "",
    )


def _value(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _instant(text: str | None) -> datetime | None:
    try:
        return instant(text) if text else None
    except ValueError:
        return None


def anchor(digest: str) -> str:
    """Where on a page an observation stands."""
    return f"seen-{digest[:16]}" if digest[:16].isalnum() else ""


def _said_by(who: str, source: str) -> str:
    return ", ".join(part for part in (who, source) if part)
