"""Collects what the answers of one device say, within limits, and settles what contradicts. Pure.

Can: whatever says yes outweighs what says no, because each answer knows only its own way of doing
a thing. Is on: the latest word counts. A setting: the latest word counts; on one day the device's
own protocol before ONVIF, ONVIF before a discovery answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from custodes.facts import Attached, Capability, DeviceFacts, Fact, Words
from custodes.knowledge import capabilities as knowledge
from custodes.observation import Observation
from custodes.units import iso

MAX_CAPABILITIES = 2048
MAX_FACTS = 2048
MAX_ATTACHED = 512
MAX_WORDS = 200
MAX_VALUE = 256
MAX_CHANNEL = 64
LONG_AGO = datetime.min.replace(tzinfo=UTC)

OWN, STANDARD, DISCOVERED = 2, 1, 0  # how close to the device's own protocol an answer is

Key = tuple[str, str]  # name, channel


@dataclass(frozen=True, slots=True)
class Answer:
    """One observation as the readers see it; `channel` where the question named one.

    `reference` is made once: an answer may say thousands of things, and its digest reads all of it.
    """

    observation: Observation
    text: str
    channel: str = ""
    rank: int = OWN
    reference: str = ""

    @property
    def field(self) -> str:
        return self.observation.field

    @property
    def seen_at(self) -> datetime:
        return self.observation.seen_at or LONG_AGO

    def words(self, matched: str, source: str) -> Words:
        """The words that something is read from, with where they stand."""
        seen_at = self.observation.seen_at
        return Words(
            field=self.field,
            matched=" ".join(matched.split())[:MAX_WORDS],
            source=source,
            observation=self.reference or None,
            seen_at=iso(seen_at) if seen_at is not None else None,
        )


@dataclass(slots=True)
class _Switch:
    """What is known so far of one capability at one channel."""

    capable: bool | None = None
    words: Words | None = None
    enabled: bool | None = None
    enabled_words: Words | None = None
    enabled_at: datetime = LONG_AGO


@dataclass(slots=True)
class Said:
    """Everything that the answers of one device said."""

    _switches: dict[Key, _Switch] = field(default_factory=dict)
    _facts: dict[Key, tuple[tuple[object, ...], Fact]] = field(default_factory=dict)
    _attached: dict[str, tuple[datetime, Attached]] = field(default_factory=dict)
    _online: dict[str, tuple[datetime, bool]] = field(default_factory=dict)

    def able(
        self,
        answer: Answer,
        name: str,
        matched: str,
        capable: bool | None = None,
        enabled: bool | None = None,
        channel: str = "",
    ) -> None:
        """The device says whether it can, or whether that is on; None is not said."""
        if capable is None and enabled is None:
            return
        switch = self._switch(name, channel[:MAX_CHANNEL])
        if switch is None:
            return
        words = answer.words(matched, knowledge.capabilities()[name].source)
        if enabled is not None and capable is None:
            capable = True
        if switch.words is None or (capable is True and switch.capable is False):
            switch.words, switch.capable = words, capable
        if enabled is None:
            return
        newer = answer.seen_at > switch.enabled_at
        same = answer.seen_at == switch.enabled_at
        if switch.enabled is None or newer or (same and enabled):
            switch.enabled, switch.enabled_words = enabled, words
            switch.enabled_at = answer.seen_at

    def word(
        self,
        answer: Answer,
        reader: str,
        word: str,
        matched: str,
        capable: bool | None = None,
        enabled: bool | None = None,
        channel: str = "",
    ) -> None:
        """The same, by a word that the knowledge lists for a reader; another is passed over."""
        meant = knowledge.words(reader).get(word)
        if meant is None or (meant.only_yes and capable is False):
            return
        self.able(answer, meant.capability, matched, capable, enabled, channel)

    def fact(
        self, answer: Answer, name: str, value: str | int | None, matched: str, channel: str = ""
    ) -> None:
        """The device states a setting; None and empty text are not said."""
        text = "" if value is None else " ".join(str(value).split())[:MAX_VALUE]
        key = (name, channel[:MAX_CHANNEL])
        if not text or (key not in self._facts and len(self._facts) >= MAX_FACTS):
            return
        words = answer.words(matched, knowledge.fact_kinds()[name].source)
        rank = (answer.seen_at.date(), answer.rank, answer.seen_at)
        before = self._facts.get(key)
        if before is None or rank > before[0]:
            self._facts[key] = (rank, Fact(name=name, value=text, words=words, channel=key[1]))

    def switch(
        self, answer: Answer, name: str, value: bool | None, matched: str, channel: str = ""
    ) -> None:
        """The device states whether something is on."""
        if value is not None:
            self.fact(answer, name, "on" if value else "off", matched, channel)

    def reply(
        self, answer: Answer, name: str, value: bool | None, matched: str, channel: str = ""
    ) -> None:
        """The device states whether something is so."""
        if value is not None:
            self.fact(answer, name, "yes" if value else "no", matched, channel)

    def attach(self, answer: Answer, camera: Attached) -> None:
        """A recorder lists a camera; the latest word of each channel counts."""
        known = self._attached.get(camera.channel)
        if known is None and len(self._attached) >= MAX_ATTACHED:
            return
        if known is None or answer.seen_at >= known[0]:
            self._attached[camera.channel] = (answer.seen_at, camera)

    def online(self, answer: Answer, channel: str, online: bool) -> None:
        """A recorder says whether the camera of a channel answers."""
        known = self._online.get(channel)
        fits = known is not None or len(self._online) < MAX_ATTACHED
        if fits and (known is None or answer.seen_at >= known[0]):
            self._online[channel] = (answer.seen_at, online)

    def settled(self) -> DeviceFacts:
        """What remains when everything was said, in a fixed order."""
        order = {name: number for number, name in enumerate(knowledge.capabilities())}
        switches = sorted(self._switches.items(), key=lambda i: (order[i[0][0]], *_place(i[0][1])))
        facts = sorted((f for _, f in self._facts.values()), key=_sorting)
        cameras = [self._camera(camera) for _, camera in self._attached.values()]
        return DeviceFacts(
            capabilities=[_capability(*key, switch) for key, switch in switches],
            facts=facts,
            attached=sorted(cameras, key=lambda c: _place(c.channel)),
        )

    def _switch(self, name: str, channel: str) -> _Switch | None:
        key = (name, channel)
        found = self._switches.get(key)
        if found is None and len(self._switches) < MAX_CAPABILITIES:
            found = self._switches[key] = _Switch()
        return found

    def _camera(self, camera: Attached) -> Attached:
        from msgspec.structs import replace

        status = self._online.get(camera.channel)
        return camera if status is None else replace(camera, online=status[1])


def _capability(name: str, channel: str, switch: _Switch) -> Capability:
    assert switch.words is not None
    return Capability(
        name=name,
        capable=switch.capable,
        enabled=switch.enabled,
        words=switch.words,
        channel=channel,
        enabled_words=switch.enabled_words if switch.enabled_words != switch.words else None,
    )


def _sorting(fact: Fact) -> tuple[object, ...]:
    return (_fact_order()[fact.name], *_place(fact.channel))


@cache
def _fact_order() -> Mapping[str, int]:
    return {name: number for number, name in enumerate(knowledge.fact_kinds())}


def _place(channel: str) -> tuple[int, str]:
    """Channels in the order of their numbers; what is not numbered comes behind."""
    return (int(channel), "") if channel.isdecimal() and channel.isascii() else (1 << 62, channel)
