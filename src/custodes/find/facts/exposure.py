"""What of a device answered somebody on the internet, as others report it to its owner. Pure."""

import json
from typing import Final

from custodes.find.facts.said import Answer, Said

_SOURCE: Final = "Shadowserver report (The-Shadowserver-Foundation/report_schema)"
_TRANSPORTS: Final = frozenset({"tcp", "udp"})


def internet(collected: Said, answer: Answer) -> None:
    """One service that answered from outside, like "udp/37810"; each port is told apart."""
    try:
        told = json.loads(answer.text)
    except (ValueError, RecursionError):
        return
    if not isinstance(told, dict):
        return
    transport, port = str(told.get("protocol", "")).lower(), str(told.get("port", ""))
    if transport not in _TRANSPORTS or not (port.isdecimal() and 0 < int(port[:6]) < 65_536):
        return
    service = f"{transport}/{int(port)}"
    collected.fact(answer, "exposure.internet", service, answer.text, service)
