"""What devices can do to people, and what is told of their settings: two closed vocabularies.

Files: knowledge/data/capabilities.toml and facts.toml. The first also holds the words by which
devices say that they can, or that something is switched on, each for the reader that looks for it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from custodes.errors import KnowledgeError

SUBJECTS = (
    "face",
    "person",
    "vehicle",
    "place",
    "behaviour",
    "sound",
    "warmth",
    "picture",
    "record",
)
KINDS = ("switch", "answer", "count", "seconds", "bytes", "date", "instant", "host", "port", "text")
ONLY_YES = "+"  # before a word whose no denies one way of doing it, not the thing itself
# Readers whose words are compared without regard to case.
_FOLDED = ("isapi.event", "vapix.application", "vapix.title", "onvif.topic", "onvif.attribute")


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Reader(_Data, frozen=True):
    """One way in which devices tell; `says` what it takes for can and for is on."""

    name: str
    says: str
    source: str


class Example(_Data, frozen=True):
    """An answer, and what it says of the capability that it stands with."""

    field: str
    payload: str
    capable: bool | None = None
    enabled: bool | None = None


class Capability(_Data, frozen=True):
    """One thing that a device can do, in words that need no engineer."""

    name: str
    subject: str
    sentence: str
    source: str
    words: dict[str, tuple[str, ...]]
    yes: tuple[Example, ...]
    no: tuple[Example, ...]
    topic: str = ""  # ONVIF's event topic, where there is one


class FactKind(_Data, frozen=True):
    """One setting or state; `kind` says how its value is written."""

    name: str
    kind: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class Word:
    """What a word of a reader stands for; with `only_yes`, the device's no says nothing."""

    capability: str
    only_yes: bool


def capabilities() -> Mapping[str, Capability]:
    """Every capability, by name, in the order in which reports tell them."""
    return _load()[0]


def readers() -> Mapping[str, Reader]:
    """Every reader, by name."""
    return _load()[1]


def words(reader: str) -> Mapping[str, Word]:
    """What each word of a reader stands for; folded readers give their words in lower case.

    >>> words("isapi.event")["facecontrast"].capability
    'FaceRecognition'
    """
    return _load()[2][reader]


@cache
def fact_kinds() -> Mapping[str, FactKind]:
    """Every setting and state that is told, by name.

    Raises:
        KnowledgeError: facts.toml contradicts itself.
    """
    found = _read("facts.toml", FactKind, "fact")
    for fact in found:
        if fact.kind not in KINDS:
            raise KnowledgeError(f"facts.toml: {fact.name}: no such kind")
    return _by_name("facts.toml", found)


@cache
def _load() -> tuple[
    Mapping[str, Capability], Mapping[str, Reader], Mapping[str, Mapping[str, Word]]
]:
    found = _read("capabilities.toml", Capability, "capability")
    known = _by_name("capabilities.toml", _read("capabilities.toml", Reader, "reader"))
    for capability in found:
        if capability.subject not in SUBJECTS or not capability.words.keys() <= known.keys():
            raise KnowledgeError(f"capabilities.toml: {capability.name}: no such subject or reader")
    by_reader = {name: MappingProxyType(_words_of(name, found)) for name in known}
    return _by_name("capabilities.toml", found), known, MappingProxyType(by_reader)


def _words_of(reader: str, found: Iterable[Capability]) -> dict[str, Word]:
    words: dict[str, Word] = {}
    for capability in found:
        for text in capability.words.get(reader, ()):
            word = text.removeprefix(ONLY_YES)
            word = word.lower() if reader in _FOLDED else word
            if word in words:
                raise KnowledgeError(f"capabilities.toml: {reader}: {word} means two things")
            words[word] = Word(capability.name, text.startswith(ONLY_YES))
    return words


@cache
def _document(name: str) -> dict[str, Any]:
    path = files("custodes.knowledge") / "data" / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{name}: {error}") from error


_Table = TypeVar("_Table", Reader, Capability, FactKind)


def _read(name: str, kind: type[_Table], table: str) -> tuple[_Table, ...]:
    try:
        return msgspec.convert(tuple(_document(name).get(table, ())), tuple[kind, ...])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise KnowledgeError(f"{name}: {error}") from error


def _by_name(name: str, found: Iterable[_Table]) -> Mapping[str, _Table]:
    by_name: dict[str, _Table] = {}
    for entry in found:
        if entry.name in by_name or not entry.source:
            raise KnowledgeError(f"{name}: {entry.name} is given twice, or without a source")
        by_name[entry.name] = entry
    return MappingProxyType(by_name)
