"""Fingerprints: rules that read one observed field, each with its proof beside it.

Files: knowledge/data/fingerprints/*.toml. A pattern must match the whole text of the field
(`fullmatch`, after stripping white space at both ends); named groups `model`, `firmware`, `serial`
and `mac` become conclusions. `yes` and `no` are the rule's own tests.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cache
from importlib.resources import files
from typing import Any

from custodes.errors import KnowledgeError

CAPTURES = ("model", "firmware", "serial", "mac")


@dataclass(frozen=True, slots=True)
class Rule:
    """One fingerprint. Names (`vendor`, `maker`) are those of makers.toml, word for word.

    `vendor` is the brand that the text declares; `maker` who built the thing, only where the text
    shows it; `device_type` one word of DEVICE_TYPES; `is_surveillance` None where a match does
    not tell; `weight` how far one match alone is believed, 0..1.
    """

    id: str
    field: str
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
    note: str = ""
    yes: tuple[Mapping[str, str], ...] = ()
    no: tuple[str, ...] = ()
    _compiled: list[re.Pattern[str]] = attribute(default_factory=list, repr=False, compare=False)

    def match(self, text: str) -> dict[str, str] | None:
        """The named groups that matched, {} when it matched without any, None when it did not."""
        text = text.strip()
        if self.literal:
            same = text.casefold() == self.pattern.casefold() if self.ignore_case else None
            return {} if (text == self.pattern if same is None else same) else None
        found = self.compiled.fullmatch(text)
        if found is None:
            return None
        return {k: v for k, v in found.groupdict().items() if v}

    @property
    def compiled(self) -> re.Pattern[str]:
        if not self._compiled:
            flags = re.DOTALL | (re.IGNORECASE if self.ignore_case else 0)
            self._compiled.append(re.compile(self.pattern, flags))
        return self._compiled[0]


@cache
def load() -> tuple[Rule, ...]:
    """Every shipped rule, in file and line order.

    Raises:
        KnowledgeError: a file is not TOML, or a rule lacks something or names something unknown.
    """
    return tuple(_read_all())


def _read_all() -> Iterator[Rule]:
    folder = files("custodes.knowledge") / "data" / "fingerprints"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".toml"):
            continue
        try:
            document = tomllib.loads(entry.read_text(encoding="utf-8"))
            for raw in document.get("rule", ()):
                yield _rule(raw, document.get("field"))
        except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
            raise KnowledgeError(f"{entry.name}: {error}") from error


def _rule(raw: Mapping[str, Any], default_field: str | None) -> Rule:
    values = {"field": default_field, **raw}
    values["yes"] = tuple(values.get("yes", ()))
    values["no"] = tuple(values.get("no", ()))
    return Rule(**values)
