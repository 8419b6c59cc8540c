"""Answers to the makers' own older searches: Dahua's on UDP 5050, Xiongmai's on UDP 34569. Pure."""

from typing import Final

from custodes.errors import PeerError
from custodes.find.identify import models
from custodes.find.identify.claims import BANNER, PROTOCOL, Reading
from custodes.find.identify.readers import mac, network
from custodes.find.identify.readers.jsontext import leaves
from custodes.protocols import dvrip, sofia

_OLDER: Final = "DVRIP search answer, UDP 5050 (mcw0/DahuaConsole; OpenIPC/python-dvr)"
_SOFIA: Final = f'"{sofia.SUBJECT}"'
_ANSWER: Final = "\xb3\0"


def told(text: str) -> Reading:
    """A maker's discovery datagram: the older Dahua search, Xiongmai's, or JSON of any other."""
    reading = network.udp_discovery(text)
    if text.startswith(_ANSWER):
        return reading if reading.claims else _older(text)
    if _SOFIA in text[:256]:
        _add_address(reading, leaves(text).get("MAC", ""))
    return reading


def _older(text: str) -> Reading:
    """An answer without lines: who answers runs Dahua's platform; the badge is not told."""
    reading = Reading("dahua-dvrip-search", "udp.discovery", _OLDER)
    try:
        answer = dvrip.parse(text.encode("latin-1", "replace"))
    except PeerError:
        return reading
    model = answer.model or answer.name
    if not (answer.mac or model):
        return reading
    reading.say("maker", "Dahua", PROTOCOL, model or answer.mac)
    reading.say("is_surveillance", True, PROTOCOL, model or answer.mac)
    if model and not models.is_generic(model):
        reading.say("model", model, PROTOCOL)
        reading.say("device_type", models.device_type_of(model), BANNER, model)
    reading.say("serial", answer.serial or None, PROTOCOL)
    _add_address(reading, answer.mac)
    return reading


def _add_address(reading: Reading, written: str) -> None:
    address = mac.normalise(written)
    if address is not None:
        reading.say("mac", address, PROTOCOL, written)
        mac.add_holder(reading, address, written)
