"""What a device's own certificate tells beside its maker: its address, its serial number. Pure.

Cameras put their address into the common name ("CN=2ca59c5df649"), the serial number (IEEE
802.1AR, "serialNumber=axis-b8a44f000001-eccp256-1") or an alternative name.
"""

import re
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.claims import LOOKS, Reading
from custodes.find.identify.readers import mac

_SOURCE: Final = "address in the names of a device certificate (IEEE 802.1AR; own certificates)"
_ADDRESS: Final = re.compile(
    r"(?<![0-9A-Za-z])((?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{12})(?![0-9A-Za-z])"
)


def names_of(field: str, text: str) -> Reading:
    """An address among the names, told only where its prefix is known."""
    reading = Reading("certificate-names", field, _SOURCE)
    for found in _ADDRESS.finditer(text[:1024]):
        address = mac.normalise(found[1])
        if address is not None and names.holder(address) is not None:
            reading.say("mac", address, LOOKS, found[0])
            mac.add_holder(reading, address, found[0])
            break
    if field == "tls.subject":
        _owner(reading, text)
    return reading


_OWNER: Final = re.compile(r"(?:^|[,/+]\s{0,2})O\s?=\s?\"?([^,/+\"=]{2,80})")


def _owner(reading: Reading, text: str) -> None:
    """The organisation for which the certificate was made, where it is a known maker."""
    found = _OWNER.search(text[:1024])
    if found is not None:
        reading.say("vendor", names.brand(found[1]), LOOKS, found[1])
