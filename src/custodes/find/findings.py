"""What of a device's settings somebody should act on. Pure.

A finding is opened only by what the device said, and closed only by its saying otherwise: what it
did not say changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from custodes.facts import DeviceFacts, Fact

CLOCK_OFF_S = 120  # beyond which two recordings can hardly be laid side by side


@dataclass(frozen=True, slots=True)
class Rule:
    """One setting that matters: its fact, when it is a finding, and how that is said."""

    code: str
    fact: str
    severity: str
    holds: Callable[[str], bool]
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a rule's finding holds by what the device says, with the words."""

    rule: Rule
    holds: bool
    facts: tuple[Fact, ...]

    @property
    def text(self) -> str:
        return self.rule.text.format(value=self.facts[0].value)

    @property
    def evidence(self) -> dict[str, object]:
        words = [{"field": f.words.field, "matched": f.words.matched} for f in self.facts[:5]]
        return {"fact": self.rule.fact, "value": self.facts[0].value, "words": words}


def _is(word: str) -> Callable[[str], bool]:
    return lambda value: value == word


def _far_off(value: str) -> bool:
    try:
        return abs(int(value)) > CLOCK_OFF_S
    except ValueError:
        return False


def _always(_value: str) -> bool:
    return True


RULES: tuple[Rule, ...] = (
    Rule(
        "exposed-to-internet",
        "exposure.internet",
        "high",
        _always,
        "It answers on the internet ({value}): anybody can try it.",
    ),
    Rule(
        "not-activated",
        "device.activated",
        "critical",
        _is("no"),
        "No password was ever set: anybody who reaches it can take it over.",
    ),
    Rule(
        "login-anonymous",
        "login.anonymous",
        "high",
        _is("yes"),
        "It lets somebody in without a log-in.",
    ),
    Rule("telnet-on", "service.telnet", "high", _is("on"), "Telnet is on: log-ins in clear."),
    Rule(
        "cloud-relay-on",
        "cloud.relay",
        "high",
        _is("on"),
        "Its maker's cloud relay is on: it can be reached from outside past the firewall.",
    ),
    Rule(
        "upnp-on",
        "service.upnp",
        "medium",
        _is("on"),
        "UPnP is on: it may ask the router to open ports to the internet.",
    ),
    Rule(
        "clock-off",
        "clock.offset_s",
        "medium",
        _far_off,
        "Its clock is {value} seconds off ours: its recordings are weak as evidence.",
    ),
    Rule(
        "clock-wrong",
        "clock.wrong",
        "medium",
        _is("yes"),
        "Its clock shows a time that no time zone has: its recordings are weak as evidence.",
    ),
    Rule(
        "default-account",
        "accounts.default_name",
        "low",
        _is("yes"),
        "The account that its maker set up still exists; make sure that its password was changed.",
    ),
)


def judge(told: DeviceFacts) -> Iterable[Judgement]:
    """Every rule on which the device said anything."""
    for rule in RULES:
        said = [fact for fact in told.facts if fact.name == rule.fact]
        against = tuple(fact for fact in said if rule.holds(fact.value))
        if said:
            yield Judgement(rule, bool(against), against or tuple(said))
