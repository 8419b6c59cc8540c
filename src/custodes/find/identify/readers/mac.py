"""MAC addresses: find them, write them one way, and say who holds the prefix. Pure."""

import re
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.claims import PREFIX, Reading

FIELD: Final = "mac.address"
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_MAC: Final = re.compile(
    r"(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{12}"
    r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"
)


def normalise(text: str) -> str | None:
    """The address as aa:bb:cc:dd:ee:ff; None where the text is not one address of a device.

    Group addresses, all zeros and all ones belong to no device.
    """
    text = text.strip()
    if len(text) > 17 or not _MAC.fullmatch(text):
        return None
    digits = _NOT_HEX.sub("", text).lower()
    if digits in ("000000000000", "ffffffffffff") or int(digits[1], 16) & 1:
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def read(text: str) -> Reading:
    """Who holds the prefix of the address: supports a maker, and a brand only for want of more."""
    reading = Reading("mac-prefix", FIELD, "")
    address = normalise(text)
    if address is not None:
        reading.say("mac", address, 1.0, text.strip())
        add_holder(reading, address)
    return reading


def add_holder(reading: Reading, address: str) -> None:
    """Add what the prefix of a normalised address supports."""
    if int(address[1], 16) & 2:  # locally administered: nobody's prefix
        return
    found = names.holder(address.replace(":", ""))
    if found is None:
        return
    said = Reading("mac-prefix", FIELD, found.source)
    shown = f"{address} ({found.prefix})"
    said.say("vendor.default", found.brand, PREFIX, shown)
    said.say("maker", found.maker, PREFIX, shown)
    if found.is_camera_maker:
        said.say("is_surveillance", True, PREFIX, shown)
    reading.claims += said.claims
