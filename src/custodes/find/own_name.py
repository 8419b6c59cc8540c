"""What a device calls itself: the name that an installer typed, or its host name. Pure.

Names that makers put there themselves ("IP CAMERA", the model, the brand) tell no device from the
next; the comparison of two looks leaves out names that several devices share.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from custodes.observation import Observation
from custodes.units import KIB

LOOKED_AT: Final = 64 * KIB
NAME_LIMIT: Final = 120
_PATTERNS: Final = {
    "isapi.deviceInfo": re.compile(r"<deviceName>([^<]{1,120})<"),
    "dhip.client.notifyDevInfo": re.compile(r'"MachineName"\s{0,8}:\s{0,8}"([^"\\]{1,120})"'),
    "shadowserver.dhip": re.compile(r'"MachineName"\s{0,8}:\s{0,8}"([^"\\]{1,120})"'),
    "onvif.soap.GetHostname": re.compile(r"Name>([^<]{1,120})<"),
    "snmp.record": re.compile(
        r"1\.3\.6\.1\.2\.1\.1\.5\.0\s{0,4}=\s{0,4}(?:STRING: )?\"?([^\n\"]{1,120})"
    ),
    "onvif.ProbeMatch": re.compile(r"onvif://www\.onvif\.org/name/([^\s<]{1,360})"),
    "onvif.scopes": re.compile(r"onvif://www\.onvif\.org/name/([^\s<]{1,360})"),
}
_WHOLE: Final = ("dhcp.hostname", "dns.hostname")


def own_name(observations: Iterable[Observation]) -> str | None:
    """The name, by the channel that most likely holds one; None where there is none."""
    seen = {o.field: o.text for o in observations if o.field in _PATTERNS or o.field in _WHOLE}
    for field, pattern in _PATTERNS.items():
        found = pattern.search(seen[field][:LOOKED_AT]) if field in seen else None
        if found and (name := " ".join(unquote(found[1]).split())):
            return name[:NAME_LIMIT]
    return next((seen[f].strip()[:NAME_LIMIT] for f in _WHOLE if seen.get(f, "").strip()), None)
