"""What an asset list says of a device that nobody has seen yet: who made it, and what it is.

Pure. The list's make and model are read with the maker graph and the grammars of model numbers.
This is believed little, and it ends with the first sighting: then the device speaks for itself.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from custodes.estate.conclusions import ASSET, CONCLUSIONS
from custodes.identity import Evidence
from custodes.knowledge import fingerprints, graph, makers

BELIEVED = 0.25  # what a person once wrote into a list
LIST = "asset list: what a person wrote"
NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(CONCLUSIONS),
    "serial_key": None,
    "confidence": 0.0,
    "evidence": [],
}


def concluded(said: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a device that is only listed, from what the list says its make and model are.

    >>> concluded({"brand": "HiLook", "model": "IPC-T240H"})["maker"]
    'Hikvision'
    >>> concluded({"brand": "Generic"})["maker"] is None
    True
    """
    words = (" ".join(said.get(name, "").split()) for name in ("brand", "maker", "model"))
    evidence = _evidence(*words)
    columns = {key: column for column, key in CONCLUSIONS.items()}
    known = {columns[e.conclusion]: e.value for e in reversed(evidence)}
    return {
        **NOTHING,
        **known,
        "confidence": BELIEVED if known else 0.0,
        "evidence": [dict(msgspec.to_builtins(e)) for e in evidence],
    }


@lru_cache(maxsize=4096)
def _evidence(brand: str, maker: str, model: str) -> tuple[Evidence, ...]:
    """The first word on each conclusion decides: a maker that was written down, then the graph."""
    built = makers.canonical(maker)
    written = [] if built is None else [_say("maker", built, "asset-list", maker, LIST)]
    return (*written, *_of_brand(brand, makers.canonical(brand), model), *_of_model(model))


def _of_brand(brand: str, named: str | None, model: str) -> Iterator[Evidence]:
    if named is None:
        return
    yield _say("vendor", named, "asset-list", brand, LIST)
    edge = graph.maker_of(named, model or None)
    if edge is not None:
        source = f"{edge.source} ({edge.source_date})"
        yield _say("maker", edge.maker, "maker-graph", f"{brand} {model}".strip(), source)
    elif not _of(model, "maker") and makers.makers()[named].kind != "brand":
        source = f"{LIST}; a firm that builds what it sells: {makers.makers()[named].source}"
        yield _say("maker", named, "asset-list", brand, source)


def _of_model(model: str) -> Iterator[Evidence]:
    for rule in _rules():
        if model and rule.match(model) is not None:
            for conclusion in ("maker", "device_type", "is_surveillance"):
                value = getattr(rule, conclusion)
                if value is not None:
                    yield _say(conclusion, value, rule.id, model, rule.source)
            return


def _of(model: str, conclusion: str) -> bool:
    return any(e.conclusion == conclusion for e in _of_model(model))


@lru_cache(maxsize=1)
def _rules() -> tuple[fingerprints.Rule, ...]:
    return tuple(rule for rule in fingerprints.load() if "model" in rule.fields)


def _say(conclusion: str, value: str | bool, rule: str, matched: str, source: str) -> Evidence:
    return Evidence(
        conclusion=conclusion,
        value=value,
        fingerprint=rule,
        field=ASSET,
        matched=matched,
        source=source,
        weight=BELIEVED,
    )
