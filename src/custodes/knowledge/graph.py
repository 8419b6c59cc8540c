"""Who built what under whose badge, and who owns whom: dated, each with its source.

File: knowledge/data/maker_graph.toml. Claims that other evidence contradicts, or that no source
supports, are kept in the file and given by `disputed`, never as fact. Ownership says nothing of
who builds a device: it stands apart from the edges.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from custodes.errors import KnowledgeError

CONFIDENCE = ("high", "medium", "low")
DISPUTED = ("contradicted", "unverified")


@dataclass(frozen=True, slots=True)
class Edge:
    """A brand's goods, or some of them (`scope`), are built by `maker`.

    `whole_brand` edges speak for everything under the badge; others only for models that
    `model_pattern` matches; one with neither is known but decides nothing.
    """

    brand: str
    maker: str
    scope: str
    relation: str
    source: str
    source_date: str
    confidence: str
    whole_brand: bool = False
    model_pattern: str | None = None
    since: str | None = None
    until: str | None = None
    note: str = ""

    def covers(self, model: str | None) -> bool:
        """Whether the edge speaks for this model; a brand-wide edge speaks for all."""
        if self.model_pattern is None:
            return self.whole_brand
        return bool(model and _compiled(self.model_pattern).fullmatch(model.strip()))


@dataclass(frozen=True, slots=True)
class Ownership:
    """A company belongs to another from `since` to `until` (year, year-month or date)."""

    company: str
    owner: str
    source: str
    source_date: str
    since: str | None = None
    until: str | None = None
    note: str = ""


def ownerships() -> tuple[Ownership, ...]:
    """Who owns whom, as dated public sources say."""
    return _load()[1]


def owners_of(company: str | None) -> tuple[Ownership, ...]:
    """Every owner of a company that is known, the latest first."""
    found = [known for known in ownerships() if known.company == company]
    return tuple(sorted(found, key=lambda known: known.since or "", reverse=True))


def edges() -> tuple[Edge, ...]:
    """Every edge that may be told as fact, with its confidence."""
    return tuple(edge for edge in _load()[0] if edge.confidence in CONFIDENCE)


def disputed() -> tuple[Edge, ...]:
    """Claims that are contradicted or without a source; never to be told as fact."""
    return tuple(edge for edge in _load()[0] if edge.confidence in DISPUTED)


def maker_of(brand: str | None, model: str | None = None) -> Edge | None:
    """The edge that says who built this brand's model; None where the graph does not say.

    Only a high-confidence edge decides, and only within its scope: the whole brand, or the models
    that its pattern names (these come first). Two makers for one model decide nothing.
    """
    found = [e for e in _by_brand().get(brand or "", ()) if e.covers(model)]
    narrow = [edge for edge in found if edge.model_pattern] or found
    return narrow[0] if len({edge.maker for edge in narrow}) == 1 else None


@cache
def _by_brand() -> Mapping[str, tuple[Edge, ...]]:
    by_brand: dict[str, tuple[Edge, ...]] = {}
    for edge in edges():
        if edge.confidence == "high":
            by_brand[edge.brand] = (*by_brand.get(edge.brand, ()), edge)
    return by_brand


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _load() -> tuple[tuple[Edge, ...], tuple[Ownership, ...]]:
    path = files("custodes.knowledge") / "data" / "maker_graph.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        owned = tuple(Ownership(**raw) for raw in document["ownership"])
        return tuple(_edge(raw) for raw in document["edge"]), owned
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise KnowledgeError(f"maker_graph.toml: {error}") from error


def _edge(raw: Mapping[str, Any]) -> Edge:
    edge = Edge(**raw)
    if edge.confidence not in CONFIDENCE + DISPUTED or not edge.source:
        raise KnowledgeError(f"maker_graph.toml: {edge.brand}: no such confidence, or no source")
    return edge
