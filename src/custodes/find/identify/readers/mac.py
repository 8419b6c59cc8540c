"""MAC addresses: find them, write them one way, and say who holds the prefix. Pure."""

import re
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.claims import BANNER, DEFAULT, MATCHED_LIMIT, PREFIX, Claim, Reading
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


_ADDRESSED: Final = "a device's own address in a name that it gives itself"
_SEPARATED: Final = re.compile(r"[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}")
_IN_NAME: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{12}|(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2})(?![0-9A-Za-z])"
)
_NAME_LIMIT: Final = 128
_TWELVE: Final = 12


def alone(field: str, text: str) -> Reading:
    """A text that is an address and nothing else; bare digits only where their prefix is known."""
    reading = Reading("address-as-name", field, _ADDRESSED)
    text = text.strip()
    if not _TWELVE <= len(text) <= _TWELVE + 5:
        return reading
    address = normalise(text) if _IN_NAME.fullmatch(text) else None
    if address is not None and (_SEPARATED.fullmatch(text) or names.holder(address) is not None):
        reading.say("mac", address, BANNER, text)
        add_holder(reading, address, text)
    return reading


def hosted(field: str, text: str) -> Reading:
    """A host or user name that ends with the device's address: `axis-accc8e112233`."""
    reading = Reading("address-in-name", field, _ADDRESSED)
    if len(text) >= _TWELVE:
        add_inside(reading, text)
    return reading


def origin(field: str, text: str) -> Reading:
    """Who opened a described session: its user and host stand first and last, numbers between."""
    parts = text[:256].split()
    if len(parts) < _ORIGIN:
        return hosted(field, "")
    return hosted(field, f"{parts[0]} {parts[-1]}")


_ORIGIN: Final = 6  # user, session, version, network, kind of address, address


def add_inside(reading: Reading, text: str, shown: str | None = None) -> bool:
    """Add the first address inside a name whose prefix is known; whether there was one."""
    for found in list(_IN_NAME.finditer(text[:_NAME_LIMIT]))[:4]:
        address = normalise(found[0])
        if address is not None and names.holder(address) is not None:
            reading.say("mac", address, BANNER, shown or found[0])
            add_holder(reading, address, shown or found[0])
            return True
    return False


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
