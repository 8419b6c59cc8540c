"""Fingerprints: rules that read one observed field, each with its proof beside it.

Files: knowledge/data/fingerprints/*.toml. A pattern must match the whole text of the field
(`fullmatch`, after stripping white space at both ends; classes such as \\d are ASCII); named groups
`model`, `firmware`, `serial` and `mac` become conclusions. `yes` and `no` are the rule's own tests.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cache
from importlib.resources import files
from typing import Any

from custodes.errors import KnowledgeError
from custodes.knowledge import tables

CAPTURES = ("model", "firmware", "serial", "mac")


@dataclass(frozen=True, slots=True)
class Rule:
    """One fingerprint. Names (`vendor`, `maker`) are those of makers.toml, word for word.

    `vendor` is the brand that the text declares; `maker` who built the thing, only where the text
    shows it; `device_type` one word of DEVICE_TYPES; `is_surveillance` None where a match does
    not tell; `weight` how far one match alone is believed, 0..1.
    """

    id: str
    fields: tuple[str, ...]
    pattern: str
    source: str
    weight: float
    vendor: str | None = None
    maker: str | None = None
    device_type: str | None = None
    is_surveillance: bool | None = None
    product_family: str | None = None
    ignore_case: bool = False
    literal: bool = False  # the pattern is plain text, compared whole
    # the text shows the platform: `vendor` holds only as long as nothing else names a brand
    brand_by_default: bool = False
    note: str = ""
    made_up: bool = False  # the examples show the form; nobody saw them on a device
    proof: tuple[tables.Raw, tables.Raw] | None = attribute(default=None, repr=False)
    _compiled: list[re.Pattern[str]] = attribute(default_factory=list, repr=False, compare=False)

    @property
    def is_checked(self) -> bool:
        """Whether somebody found the text in public; what is known by heart only is not checked."""
        return "unverified" not in self.source

    @property
    def field(self) -> str:
        """The (first) field that the rule reads."""
        return self.fields[0]

    @property
    def yes(self) -> tuple[Mapping[str, str], ...]:
        """Examples that match: `text`, and the captures that it must give."""
        return tuple(self.proof[0].read()) if self.proof else ()  # type: ignore[arg-type]

    @property
    def no(self) -> tuple[str, ...]:
        """Examples that look alike and must not match."""
        return tuple(self.proof[1].read()) if self.proof else ()  # type: ignore[arg-type]

    def match(self, text: str) -> dict[str, str] | None:
        """The named groups that matched, {} when it matched without any, None when it did not."""
        text = text.strip()
        if self.literal:
            if self.ignore_case:
                return {} if text.casefold() == self.pattern.casefold() else None
            return {} if text == self.pattern else None
        found = self.compiled.fullmatch(text)
        if found is None:
            return None
        return {k: v for k, v in found.groupdict().items() if v}

    @property
    def compiled(self) -> re.Pattern[str]:
        if not self._compiled:
            flags = re.DOTALL | re.ASCII | (re.IGNORECASE if self.ignore_case else 0)
            self._compiled.append(re.compile(self.pattern, flags))
        return self._compiled[0]


@cache
def load() -> tuple[Rule, ...]:
    """Every shipped rule, in file and line order.

    Raises:
        KnowledgeError: a file cannot be read, or a rule lacks something or names it twice.
    """
    rules = tuple(_read_all())
    if len({rule.id for rule in rules}) != len(rules):
        raise KnowledgeError("two fingerprints carry one id")
    return rules


def _read_all() -> Iterator[Rule]:
    folder = files("custodes.knowledge") / "data" / "fingerprints"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            yield from read_rules(entry.read_text(encoding="utf-8"), entry.name)


def read_rules(text: str, name: str) -> Iterator[Rule]:
    """The rules in the text of one fingerprint file.

    A rule reads its own `field` or `fields`, else the file's `field`, and whatever the file's
    `also` names.
    """
    header: tables.Table = {}
    for table_name, table in tables.read(text, name):
        if table_name != "rule":
            header = table
            continue
        try:
            yield _rule(header, table)
        except (TypeError, KeyError, AttributeError) as error:
            raise KnowledgeError(f"{name}: {table.get('id')}: {error}") from error


def _rule(header: tables.Table, table: tables.Table) -> Rule:
    values: dict[str, Any] = dict(table)
    proof = values.pop("yes"), values.pop("no")
    own = values.pop("fields", None)
    fields = _texts(own) if own else (values.pop("field", None) or str(header["field"]),)
    return Rule(**values, fields=(*fields, *_texts(header.get("also"))), proof=proof)


def _texts(value: tables.Value | None) -> tuple[str, ...]:
    return tuple(json.loads(value.text)) if isinstance(value, tables.Raw) else ()
