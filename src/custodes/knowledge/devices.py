"""The closed vocabulary of device types, and whether each belongs in a register of surveillance.

`True`: it sees, records or carries surveillance, or stands at a door with a lens. `False`: it does
something else. `None`: the word alone does not tell; the rule that uses it must say.
"""

from collections.abc import Mapping
from types import MappingProxyType

_SURVEILLANCE = """
camera; recorder; encoder; decoder; intercom; door station; face terminal; radar; strobe siren;
video management system; body-worn camera; number-plate reader
"""
_OTHER = """
printer; multifunction device; print server; scanner; plotter; router; broadband router;
adsl modem; cable modem; modem; switch; hub; wap; wireless controller; bridge; firewall; vpn;
security appliance; load balancer; network appliance; network management device; monitoring; nas;
storage; server; lights out management; hypervisor; kvm; thin client; desktop; laptop; tablet;
mobile phone; voip; voip gateway; voip server; sip device; sip gateway; telecom; device server;
terminal server; ups; power distribution unit; power system; power socket; smart home device;
smart tv; media server; media player; network audio; audio; public address; set-top box;
games console; video conferencing; video encoder; whiteboard; wireless presenter;
industrial controller; building automation; test instrument; sensor gateway; time server;
ethernet adapter; software/service; operating system; optical network; wearable; vehicle
"""
_UNTOLD = "device; access control; thermal imager; machine vision camera"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split(";")]


DEVICE_TYPES: Mapping[str, bool | None] = MappingProxyType(
    {
        **dict.fromkeys(_words(_SURVEILLANCE), True),
        **dict.fromkeys(_words(_OTHER), False),
        **dict.fromkeys(_words(_UNTOLD), None),
    }
)

_SAME: Mapping[str, str] = {
    "dvr": "recorder",
    "nvr": "recorder",
    "xvr": "recorder",
    "hvr": "recorder",
    "video recorder": "recorder",
    "network video recorder": "recorder",
    "digital video recorder": "recorder",
    "ip camera": "camera",
    "network camera": "camera",
    "ipc": "camera",
    "video door station": "door station",
    "access point": "wap",
    "multifunction printer": "multifunction device",
    "ip phone": "voip",
    "siren": "strobe siren",
}
# What another vocabulary says where it does not decide between two of ours.
_EITHER: Mapping[str, frozenset[str]] = {
    "camera or recorder": frozenset({"camera", "recorder"}),
    "access control": frozenset({"access control", "face terminal"}),
    "intercom": frozenset({"intercom", "door station"}),
    "encoder": frozenset({"encoder", "decoder"}),
}


def device_type(text: str | None) -> str | None:
    """The word of the vocabulary for what another source calls a device; None where unknown.

    >>> device_type("DVR"), device_type("access_control"), device_type("toaster")
    ('recorder', 'access control', None)
    """
    word = _plain(text)
    word = _SAME.get(word, word)
    return word if word in DEVICE_TYPES else None


def same_kind(one: str | None, other: str | None) -> bool:
    """Whether two words for a device type can mean one thing ("nvr", "camera_or_recorder")."""
    return bool(_choices(one) & _choices(other))


def _choices(text: str | None) -> frozenset[str]:
    word = _plain(text)
    word = _SAME.get(word, word)
    return _EITHER.get(word, frozenset({word} if word else ()))


def _plain(text: str | None) -> str:
    return " ".join((text or "").replace("_", " ").casefold().split())
