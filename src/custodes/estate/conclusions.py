"""How a newer identity changes what the register holds of a device. Pure.

Not knowing never erases knowing: None changes nothing. A later sighting at least as sure replaces
what is held; a less sure or an older one only fills gaps. What an asset list says is a statement,
never an observation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from custodes.identity import CONDITION, Evidence, Identity

ASSET = "asset.record"
# the register's column -> the key of Identity
CONCLUSIONS = {
    "brand": "vendor",
    "maker": "maker",
    "product_family": "product_family",
    "model": "model",
    "firmware": "firmware",
    "serial": "serial",
    "device_type": "device_type",
    "is_surveillance": "is_surveillance",
}


def observed(identity: Identity) -> Identity:
    """The identity without the conclusions that rest on asset lists alone."""
    by: dict[str, set[str]] = {}
    for e in identity.evidence:
        if not e.against:
            by.setdefault(e.conclusion, set()).add(e.field)
    only_stated = {name for name, fields in by.items() if fields == {ASSET}}
    if not any(ASSET in fields for fields in by.values()):
        return identity
    blank: dict[str, Any] = dict.fromkeys(only_stated & {*CONCLUSIONS.values(), "mac"})
    kept = [e for e in identity.evidence if e.field != ASSET]
    return msgspec.structs.replace(identity, evidence=kept, **blank)


def revise(held: Mapping[str, Any], identity: Identity, *, is_newest: bool) -> dict[str, Any]:
    """The columns to write: `held` (a row of `devices`) brought up to date by `identity`."""
    sure = is_newest and identity.confidence >= held["confidence"]
    new: dict[str, Any] = {}
    replaced = set()
    for column, key in CONCLUSIONS.items():
        value = getattr(identity, key)
        if value is not None and (held[column] is None or sure):
            new[column] = value
            replaced.add(key)
    if sure:  # what it may be beside one device is judged anew with every sighting as sure
        held_conditions = {e["conclusion"] for e in held["evidence"]}
        replaced |= {name for name in held_conditions if name.startswith(CONDITION)}
    if sure or not held["evidence"]:
        new["confidence"] = max(identity.confidence, held["confidence"])
    new["evidence"] = _evidence(held["evidence"], identity.evidence, replaced)
    return {k: v for k, v in new.items() if v != held[k]}


def _evidence(
    held: Sequence[Mapping[str, Any]], fresh: Sequence[Evidence], replaced: set[str]
) -> list[dict[str, Any]]:
    """Fresh evidence for what was replaced or is new, held evidence for the rest."""
    kept = [dict(e) for e in held if e["conclusion"] not in replaced]
    spoken = {e["conclusion"] for e in kept}
    new = [e for e in fresh if e.conclusion in replaced or e.conclusion not in spoken]
    return [*(dict(msgspec.to_builtins(e)) for e in new), *kept]


def evidence_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    """Evidence as the register kept it."""
    return tuple(msgspec.convert(rows, list[Evidence]))
