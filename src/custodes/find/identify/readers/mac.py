"""MAC addresses: find them, write them one way, and say who holds the prefix. Pure."""

from typing import Final

from custodes.find.identify import names
from custodes.find.identify.claims import PREFIX, Reading
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
        add_holder(reading, address)
    return reading


def add_holder(reading: Reading, address: str) -> None:
    """Add what the prefix of a normalised address supports."""
    if int(address[1], 16) & 2:  # locally administered: nobody's prefix
        return
    found = names.holder(address)
    if found is None:
        return
    said = Reading("mac-prefix", FIELD, found.source)
    shown = f"{address} ({found.prefix})"
    said.say("vendor.default", found.brand, PREFIX, shown)
    said.say("maker", found.maker, PREFIX, shown)
    if found.is_camera_maker:
        said.say("is_surveillance", True, PREFIX, shown)
    reading.claims += said.claims
