"""Where facts are known from: a source is public, and a reader can look it up."""

import csv
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

PRIVATE = re.compile(
    r"identification\.md|§ ?\d|oem_relabels\.csv|camera_ouis\.csv|\.\./shared|/work/"
)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sources.md"
KNOWLEDGE = files("custodes.knowledge") / "data"
PROFILES = files("custodes.simulate") / "profiles"


def _toml() -> Iterator[tuple[str, str]]:
    for folder in (KNOWLEDGE, KNOWLEDGE / "fingerprints", PROFILES):
        for entry in folder.iterdir():
            if entry.name.endswith(".toml"):
                yield entry.name, entry.read_text(encoding="utf-8")


def _sources() -> Iterator[tuple[str, str]]:
    for name, text in _toml():
        document = tomllib.loads(text)
        tables = [t for value in document.values() if isinstance(value, list) for t in value]
        tables += [value for value in document.values() if isinstance(value, dict)]
        for table in (document, *tables):
            if isinstance(table, dict) and "source" in table:
                yield name, str(table["source"])
    prefixes = (KNOWLEDGE / "address_prefixes.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(prefixes.splitlines()):
        yield "address_prefixes.csv", row["source"]


SOURCES = sorted(set(_sources()))


def test_there_are_sources_from_every_kind_of_file() -> None:
    names = {name for name, _ in SOURCES}
    assert {"makers.toml", "maker_graph.toml", "realms.toml", "address_prefixes.csv"} <= names
    assert any(name in names for name in ("dahua-ipc.toml", "lorex.toml"))


@pytest.mark.parametrize("name", sorted({name for name, _ in SOURCES}))
def test_no_source_points_at_a_file_that_is_not_public(name: str) -> None:
    private = [source for where, source in SOURCES if where == name and PRIVATE.search(source)]
    assert private == []


@pytest.mark.parametrize(
    "recurring",
    [
        "general knowledge, unverified",
        "the name itself",
        "labelled public device answers (third-party test data)",
        "public code index, text",
        "IANA private enterprise numbers",
        "IEEE registry",
        "nmap/nmap nmap-service-probes",
        "rapid7/recog",
        "librenms/librenms",
        "mcw0/DahuaConsole",
        "rroller/dahua",
        "Hikvision user manuals, appendix SADP",
        "scottlamb/retina",
        "maciej-or/hikvision_next",
        "OpenIPC/python-dvr",
        "CVEProject/cvelistV5",
        "onvif/specs",
        "urbanadventurer/WhatWeb, as packaged in Debian whatweb 0.5.5",
        "nmap/nmap nmap-service-probes, as packaged in Debian nmap-common 7.93",
        "c0dejump/camcheckr references.py",
        "the npm package oui-data 2.1.9",
        "Axis Boot Camp Review 15Q4",
        "visioforge/help, guide to the brand's cameras",
        "the name itself; the kind of device unverified",
    ],
)
def test_a_recurring_source_is_used_and_explained(recurring: str) -> None:
    assert any(recurring in source for _, source in SOURCES)
    assert recurring in PAGE.read_text(encoding="utf-8")
