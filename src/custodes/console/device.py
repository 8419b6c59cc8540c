"""One device: each conclusion with the evidence for and against it, word for word. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodes.console.text import PAYLOAD_LIMIT, Cut, cut, plural, size
from custodes.estate.model import Device, StoredObservation
from custodes.identity import Evidence
from custodes.units import instant

OBSERVATIONS = 100  # raw observations on a page; the download has them all
EVIDENCE_SHOWN = 3  # of one conclusion, before the rest is folded away

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
    anchors = _anchors(observations)
    found = tuple(
        _conclusion(device, anchors, key, label, attribute, statement)
        for key, label, attribute, statement in CONCLUSIONS
    )
    shown = observations[:OBSERVATIONS]
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
        raw=tuple(raw(o) for o in shown),
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


def raw(stored: StoredObservation) -> Raw:
    seen = stored.observation
    port = f" port {seen.port}" if seen.port is not None else ""
    transport = f" {seen.transport}" if seen.transport else ""
    text = seen.text
    return Raw(
        anchor=_anchor(stored.digest),
        field=seen.field,
        where=f"{seen.address or ''}{port}{transport}".strip(),
        seen=stored.last_seen,
        times=plural(stored.times_seen, "time"),
        source=seen.source or "",
        size=size(len(seen.data)),
        shown=cut(text, PAYLOAD_LIMIT),
    )


def _conclusion(
    device: Device, anchors: set[str], key: str, label: str, attribute: str, statement: str
) -> Conclusion:
    proofs = sorted(
        (e for e in device.evidence if e.conclusion == key), key=lambda e: (e.against, -e.weight)
    )
    told = [_proof(e, anchors) for e in proofs]
    # What speaks against is never folded away.
    first = [p for i, p in enumerate(told) if i < EVIDENCE_SHOWN or p.against]
    said = device.stated.get(statement)
    return Conclusion(
        key=key,
        label=label,
        value=_value(getattr(device, attribute)),
        first=tuple(first),
        more=tuple(p for p in told if p not in first),
        stated=said.value if said else None,
        stated_by=_said_by(said.who, said.source) if said else "",
    )


def _proof(evidence: Evidence, anchors: set[str]) -> Proof:
    anchor = _anchor(evidence.observation or "")
    return Proof(
        says=_value(evidence.value) or "",
        matched=evidence.matched.strip("\r\n"),
        field=evidence.field,
        fingerprint=evidence.fingerprint,
        source=evidence.source,
        believed=f"{evidence.weight * 100:.0f} in 100",
        seen_at=_instant(evidence.seen_at),
        against=evidence.against,
        observation=anchor if anchor in anchors else "",
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


def _anchor(digest: str) -> str:
    return f"seen-{digest[:16]}" if digest[:16].isalnum() else ""


def _anchors(observations: Sequence[StoredObservation]) -> set[str]:
    return {_anchor(o.digest) for o in observations[:OBSERVATIONS]} - {""}


def _said_by(who: str, source: str) -> str:
    return ", ".join(part for part in (who, source) if part)
