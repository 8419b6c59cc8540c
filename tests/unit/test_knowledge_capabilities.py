"""The vocabulary of capabilities and facts proves itself: every word, example and source."""

import importlib.util
from pathlib import Path

import pytest

from custodes.facts import Capability
from custodes.find.facts import facts_of
from custodes.knowledge import capabilities as knowledge
from custodes.observation import FIELDS, Observation

ROOT = Path(__file__).resolve().parents[2]
TOOL = "tools/capabilities_reference.py"
ALL = list(knowledge.capabilities().values())
EXAMPLES = [(c, example) for c in ALL for example in c.yes]
COUNTER = [(c, example) for c in ALL for example in c.no]
WORDS = [(r, w, meant) for r in knowledge.readers() for w, meant in knowledge.words(r).items()]

RULE = "table.VideoAnalyseRule[0][0]"
# For each reader the smallest answer that holds the word, and what it then says.
SMALLEST: dict[str, tuple[str, str, bool | None]] = {
    "isapi.support": ("isapi.System.capabilities", "<DeviceCap><{0}>true</{0}></DeviceCap>", None),
    "isapi.number": ("isapi.System.capabilities", "<DeviceCap><{0}>2</{0}></DeviceCap>", None),
    "isapi.event": (
        "isapi.Event.triggers",
        "<EventTriggerList><EventTrigger><eventType>{0}</eventType></EventTrigger></EventTriggerList>",
        None,
    ),
    "isapi.switch": ("isapi.Smart.{0}", "<Rule><id>1</id><enabled>true</enabled></Rule>", True),
    "isapi.attribute": (
        "isapi.EventNotificationAlert",
        "<Alert><eventType>x</eventType><eventState>active</eventState><{0}>seen</{0}></Alert>",
        True,
    ),
    "onvif.service": (
        "onvif.soap.GetServices",
        "<R><Service><Namespace>{0}</Namespace></Service></R>",
        None,
    ),
    "onvif.scope": ("onvif.scopes", "onvif://www.onvif.org/{0} onvif://www.onvif.org/x", None),
    "onvif.rule": ("onvif.soap.GetRules", '<R><Rule Name="mine" Type="tt:{0}"/></R>', True),
    "onvif.topic": ("onvif.soap.GetEventProperties", "", None),
    "onvif.attribute": (
        "onvif.soap.GetSupportedRules",
        '<R><SimpleItemDescription Name="{0}" Type="xs:string"/></R>',
        None,
    ),
    "onvif.number": ("onvif.soap.GetCapabilities", "<R><{0}>1</{0}></R>", None),
    "onvif.flag": ("onvif.soap.GetServices", '<R><Capabilities {0}="true"/></R>', None),
    "onvif.profile": (
        "onvif.soap.GetProfiles",
        '<R><Profiles token="p"><{0}/></Profiles></R>',
        True,
    ),
    "dahua.event": ("http.cgi.eventManager.getExposureEvents", "events[0]={0}", None),
    "dahua.rule": (
        "http.cgi.configManager.VideoAnalyseRule",
        f"{RULE}.Type={{0}}\n{RULE}.Enable=true",
        True,
    ),
    "dahua.switch": ("http.cgi.configManager.Any", "table.{0}=true", True),
    "dahua.attribute": (
        "http.cgi.configManager.VideoAnalyseRule",
        f"{RULE}.Config.FeatureList[0]={{0}}\n{RULE}.Enable=true",
        True,
    ),
    "vapix.application": (
        "http.vapix.applications.list",
        '<reply><application Name="{0}" NiceName="" Status="Running"/></reply>',
        True,
    ),
    "vapix.title": (
        "http.vapix.applications.list",
        '<reply><application Name="x" NiceName="The {0} 2" Status="Running"/></reply>',
        True,
    ),
    "vapix.property": ("http.vapix.param.Properties", "{0}=yes", None),
    "vapix.switch": ("http.vapix.param.Audio", "{0}=yes", True),
}


def told(field: str, payload: str) -> dict[str, Capability]:
    found = facts_of([Observation(field=field, payload=payload)])
    return {capability.name: capability for capability in found.capabilities}


def smallest(reader: str, word: str) -> tuple[str, str]:
    field, payload, _ = SMALLEST[reader]
    if reader == "onvif.topic":
        first, second = word.split("/")
        return field, f"<R><TopicSet><{first}><{second}/></{first}></TopicSet></R>"
    return field.format(word), payload.format(word)


@pytest.mark.parametrize(("capability", "example"), EXAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_every_example_says_what_stands_with_it(
    capability: knowledge.Capability, example: knowledge.Example
) -> None:
    found = told(example.field, example.payload)[capability.name]
    assert (found.capable, found.enabled) == (example.capable, example.enabled)


@pytest.mark.parametrize(("capability", "example"), COUNTER, ids=lambda v: getattr(v, "name", ""))
def test_every_counter_example_says_nothing_of_it(
    capability: knowledge.Capability, example: knowledge.Example
) -> None:
    assert capability.name not in told(example.field, example.payload)


@pytest.mark.parametrize(("reader", "word", "meant"), WORDS, ids=lambda v: str(v)[:60])
def test_every_word_says_one_capability_and_no_other(
    reader: str, word: str, meant: knowledge.Word
) -> None:
    found = told(*smallest(reader, word))
    assert list(found) == [meant.capability]
    assert found[meant.capability].capable is True
    assert found[meant.capability].enabled is SMALLEST[reader][2]


def test_every_reader_is_tried_above() -> None:
    assert set(SMALLEST) == set(knowledge.readers())


@pytest.mark.parametrize("capability", ALL, ids=lambda c: c.name)
def test_every_capability_has_a_sentence_a_source_and_both_kinds_of_examples(
    capability: knowledge.Capability,
) -> None:
    assert capability.sentence.endswith(".")
    assert len(capability.source) > 10
    assert capability.words
    assert capability.yes
    assert capability.no
    for example in (*capability.yes, *capability.no):
        assert example.field in FIELDS


def test_finding_faces_and_knowing_whose_they_are_share_no_word() -> None:
    for reader in knowledge.readers():
        for word, meant in knowledge.words(reader).items():
            if meant.capability == "FaceDetection":
                assert "contrast" not in word.lower()
                assert "recognition" not in word.lower()


def test_the_manual_says_what_the_data_say() -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (ROOT / "docs" / "reference" / "capabilities.md").read_text(encoding="utf-8")
    assert page == tool.render(page), f"run: .venv/bin/python {TOOL}"
