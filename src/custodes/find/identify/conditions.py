"""What an address is where its answers are not simply one device's own words. Pure.

The kinds stand in custodes.identity.CONDITIONS. Each is told in a sentence that follows from the
identity's evidence alone, so that whoever kept the evidence can tell it again.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.phrases import short
from custodes.identity import CONDITION, CONDITIONS, Condition, Evidence, Identity

_NAMED: Final = 5  # names that one sentence can bear


def of(identity: Identity) -> tuple[Condition, ...]:
    """Every condition that the identity's evidence speaks of, in a fixed order."""
    said: dict[str, list[Evidence]] = {}
    for e in identity.evidence:
        if e.conclusion.startswith(CONDITION):
            said.setdefault(e.conclusion.removeprefix(CONDITION), []).append(e)
    found = [
        Condition(kind=kind, why=_SENTENCES[kind](_values(said[kind])))
        for kind in CONDITIONS
        if kind in said and kind in _SENTENCES
    ]
    if identity.vendor and identity.maker and identity.vendor != identity.maker:
        found.append(Condition(kind="rebadge", why=_rebadge(identity)))
    return tuple(found)


def _values(evidence: Sequence[Evidence]) -> list[str]:
    return sorted({short(str(e.value)) for e in evidence})


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    >>> listed(["Axis", "Bosch", "Dahua"])
    'Axis, Bosch and Dahua'
    """
    shown = [*names[:_NAMED], *(["others"] if len(names) > _NAMED else [])]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _honeypot(values: Sequence[str]) -> str:
    return (
        f"It answers as {listed(values)} at once, firms that have nothing to do with each other: "
        "probably a honeypot, a machine made to look like many. No maker is told."
    )


def _several(values: Sequence[str]) -> str:
    return (
        f"Several devices answer behind this one address: {listed(values)}. Probably a router that "
        "passes ports on. They are not one device, and none of them is told as such."
    )


def _proxy(values: Sequence[str]) -> str:
    return (
        f"{listed(values)} stands in front and passes requests on: what the web page says may be "
        "said by something behind it."
    )


def _software(values: Sequence[str]) -> str:
    return (
        f"{listed(values)} is a program on a computer that records or passes on cameras' pictures, "
        "and is itself no camera. The cameras behind it have makers of their own."
    )


def _channels(values: Sequence[str]) -> str:
    return (
        f"A recorder's channel list speaks of other devices, those attached to it ({listed(values)}"
        "). It says nothing of the recorder's own model."
    )


def _rebadge(identity: Identity) -> str:
    badge, maker = short(identity.vendor or ""), short(identity.maker or "")
    if names.builds_its_own(badge) and not names.may_be_built_by(badge, maker):
        return (
            f"The badge is {badge}'s, the firmware {maker}'s, and no source known to us says that "
            f"{badge} sells what {maker} builds: somebody may have typed the name in, or two "
            "devices answer here."
        )
    return (
        f"The badge is {badge}'s and the maker {maker}: one firm built the device, another sells "
        "it under its own name. Faults found in the maker's firmware concern it too."
    )


_SENTENCES: Final[Mapping[str, Callable[[Sequence[str]], str]]] = {
    "honeypot": _honeypot,
    "several_devices": _several,
    "proxy": _proxy,
    "management_software": _software,
    "channel_list": _channels,
}
