"""MAC addresses: find them, write them one way, and say who holds the prefix. Pure."""

import re
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.claims import DEFAULT, MATCHED_LIMIT, PREFIX, Claim, Reading
from custodes.protocols.mac import normalise as normalised

FIELD: Final = "mac.address"


def normalise(text: str) -> str | None:
    """The address as aa:bb:cc:dd:ee:ff; None where the text is not the address of one device.

    Group addresses and the fillers that firmware ships with belong to no device.
    """
    address = normalised(text[:64])
    if address is None or int(address[1], 16) & 1 or address.endswith("00:00:00"):
        return None
    return None if address.count(address[:2]) == 6 else address


def read(text: str) -> Reading:
    """Who holds the prefix of the address: supports a maker, and a brand only for want of more."""
    reading = Reading("mac-prefix", FIELD, "the address itself")
    address = normalise(text)
    if address is not None:
        reading.say("mac", address, 1.0, text.strip())
        add_holder(reading, address, text.strip())
    return reading


_UUID: Final = re.compile(
    r"uuid:(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}|Upnp-BasicDevice-1_0-)([0-9A-Fa-f]{12})"
    r"(?![0-9A-Fa-f])"
)


def add_uuid_node(reading: Reading, text: str) -> None:
    """Many devices end their UUID with their own address; told only where its prefix is known."""
    found = _UUID.search(text)
    address = normalise(found[1]) if found else None
    if found is None or address is None or names.holder(address) is None:
        return
    reading.say("mac", address, PREFIX, found[0])
    add_holder(reading, address, found[0])


def add_holder(reading: Reading, address: str, written: str) -> None:
    """Add what the prefix of a normalised address supports; `written` is how it was received."""
    if int(address[1], 16) & 2:  # locally administered: nobody's prefix
        return
    found = names.holder(address)
    if found is None:
        return
    shown = written[:MATCHED_LIMIT]
    for conclusion, value in (
        (DEFAULT, found.brand),
        ("maker", found.maker),
        ("is_surveillance", found.is_camera_maker or None),
    ):
        if value is not None:
            reading.claims.append(
                Claim(conclusion, value, PREFIX, "mac-prefix", FIELD, shown, found.source)
            )
