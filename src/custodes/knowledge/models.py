"""Model numbers: what a maker's own numbering states about a device.

File: knowledge/data/models.toml. A grammar reads the whole number of one maker; its named groups
give facts, through a list of words where the number holds a code. A number that no grammar of the
maker reads says nothing, and a code that its list does not explain leaves that fact unknown.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from custodes.errors import KnowledgeError
from custodes.knowledge import graph

MODEL_LIMIT: Final = 80  # characters; no number of a maker's is longer
FORMS: Final = frozenset(
    (
        *("bullet", "dome", "turret", "ptz", "pan-tilt", "positioning", "box", "cube", "wedge"),
        *("fisheye", "multi-sensor", "pinhole", "modular", "battery camera", "body-worn"),
        *("recorder", "encoder", "decoder", "door station", "indoor station", "face terminal"),
        *("access controller", "number-plate camera", "radar", "speaker", "siren"),
    )
)
ENVIRONMENTS: Final = frozenset({"indoor", "outdoor", "vehicle", "explosion-proof"})
_READ: Final = ("family", "form", "series", "generation", "resolution_mp", "channels")
_FACTS: Final = (*_READ, "is_thermal", "environment")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model number states; None where it does not say.

    `form` is a word of FORMS, `environment` one of ENVIRONMENTS; `resolution_mp` megapixels as
    the maker counts them; `channels` how many cameras a recorder takes. `source` says where the
    numbering is known from, `grammar` which entry of models.toml read the number.
    """

    maker: str
    model: str
    grammar: str
    source: str
    family: str | None = None
    form: str | None = None
    series: str | None = None
    generation: str | None = None
    resolution_mp: float | None = None
    channels: int | None = None
    is_thermal: bool | None = None
    environment: str | None = None

    @property
    def is_checked(self) -> bool:
        """Whether the numbering stands in public as we read it, or only in our memory."""
        return "unverified" not in self.source


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one maker numbers one line of devices. `words` explains codes, fact by fact."""

    id: str
    makers: tuple[str, ...]
    pattern: re.Pattern[str]
    source: str
    fixed: Mapping[str, Any]
    words: Mapping[str, Mapping[str, Any]]
    yes: tuple[Mapping[str, Any], ...]
    no: tuple[str, ...]
    note: str = ""

    def read(self, maker: str, model: str) -> ModelFacts | None:
        """The facts of this number; None where it is not of this form."""
        found = self.pattern.fullmatch(model)
        if found is None:
            return None
        facts = dict(self.fixed)
        for group, text in found.groupdict().items():
            fact = group.rstrip("_23")
            value = self._value(fact, text) if text is not None else None
            if value is not None:
                facts[fact] = value
        return ModelFacts(maker=maker, model=model, grammar=self.id, source=self.source, **facts)

    def _value(self, fact: str, text: str) -> Any:
        explained = self.words.get(fact)
        value = text if explained is None else explained.get(text)
        if value is None or fact not in ("resolution_mp", "channels"):
            return value
        return float(value) if fact == "resolution_mp" else int(value)


def describe(maker: str | None, model: str | None) -> ModelFacts | None:
    """What the model number states, by the numbering of its maker.

    A badge without grammars of its own is read by those of the maker who built the model, where
    the maker graph says who that is.

    >>> facts = describe("Hikvision", "DS-2CD2386G2-IU")
    >>> facts.form, facts.resolution_mp, facts.generation
    ('turret', 8.0, 'G2')
    """
    text = (model or "").strip()
    if not maker or not text or len(text) > MODEL_LIMIT:
        return None
    return _describe(maker, text)


@lru_cache(4_096)
def _describe(maker: str, model: str) -> ModelFacts | None:
    own = _by_maker().get(maker)
    if own is None:
        edge = graph.maker_of(maker, model)
        own = _by_maker().get(edge.maker, ()) if edge else ()
    texts = dict.fromkeys((_without_name(maker, model), model))
    readings = (grammar.read(maker, text) for text in texts for grammar in own)
    return next((facts for facts in readings if facts is not None), None)


def _without_name(maker: str, model: str) -> str:
    """ "AXIS P3245-LVE" as "P3245-LVE": many devices write their maker before the number."""
    head, _, rest = model.partition(" ")
    return rest.strip() if rest and head.casefold() == maker.casefold() else model


@cache
def grammars() -> tuple[Grammar, ...]:
    """Every grammar, in file order.

    Raises:
        KnowledgeError: the file cannot be read, or an entry lacks something.
    """
    path = files("custodes.knowledge") / "data" / "models.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_grammar(raw) for raw in document["grammar"])
    except (tomllib.TOMLDecodeError, TypeError, KeyError, re.error) as error:
        raise KnowledgeError(f"models.toml: {error}") from error


@cache
def _by_maker() -> Mapping[str, tuple[Grammar, ...]]:
    found: dict[str, tuple[Grammar, ...]] = {}
    for grammar in grammars():
        for maker in grammar.makers:
            found[maker] = (*found.get(maker, ()), grammar)
    return MappingProxyType(found)


def _grammar(raw: Mapping[str, Any]) -> Grammar:
    known = {*_FACTS, "id", "makers", "pattern", "source", "words", "yes", "no", "note"}
    if raw.keys() - known:
        raise KnowledgeError(f"models.toml: {raw.get('id')}: unknown {raw.keys() - known}")
    return Grammar(
        id=raw["id"],
        makers=tuple(raw["makers"]),
        pattern=re.compile(raw["pattern"], re.ASCII | re.IGNORECASE),
        source=raw["source"],
        fixed=MappingProxyType({fact: raw[fact] for fact in _FACTS if fact in raw}),
        words=MappingProxyType(raw.get("words", {})),
        yes=tuple(raw["yes"]),
        no=tuple(raw["no"]),
        note=raw.get("note", ""),
    )


assert {*_FACTS} <= {attribute.name for attribute in fields(ModelFacts)}
