"""By what one device is told from another: MAC, serial with maker, place. Pure.

A place is what grouped the observations: an address, or "address:port" or the caller's own key
where several devices share an address.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from custodes.identity import Identity
from custodes.observation import Observation

_HEX_12 = re.compile(r"[0-9a-f]{12}")
_MAC_SHAPE = re.compile(
    r"[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}"
)
PLACEHOLDER_SERIALS = frozenset(
    "none unknown default serial serialnumber n/a null test sn notavailable 12345 123456 1234567"
    " 12345678 123456789 1234567890 0123456789 tobefilledbyo.e.m.".split()
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything by which an identity and its observations may be recognised again."""

    mac: str | None = None
    serial: str | None = None  # normalised
    makers: frozenset[str] = frozenset()  # brand and maker, normalised
    place: str | None = None
    addresses: tuple[str, ...] = ()

    @property
    def strong(self) -> bool:
        return self.mac is not None or self.serial is not None


def keys_of(identity: Identity, observations: Sequence[Observation]) -> Keys:
    """The keys of one device, from its identity and where its observations were made."""
    addresses = tuple(dict.fromkeys(_addresses(observations)))
    mac = normal_mac(identity.mac)
    place = normal_place(identity.device or _first(o.device for o in observations))
    if place is not None and normal_mac(place) is not None:
        mac, place = mac or normal_mac(place), None
    if place is None and addresses:
        place = addresses[0]
    makers = frozenset(filter(None, (word_key(identity.vendor), word_key(identity.maker))))
    serial = normal_serial(identity.serial) if makers else None
    return Keys(mac, serial, makers, place, addresses)


def _addresses(observations: Iterable[Observation]) -> Iterable[str]:
    said = dict.fromkeys(o.address for o in observations)
    return (a for text in said if (a := normal_place(text)) is not None)


def _first(values: Iterable[str | None]) -> str | None:
    return next((v for v in values if v), None)


def normal_mac(text: str | None) -> str | None:
    """A device's own MAC as 44:47:cc:aa:bb:cc; None for all zeros, broadcast and multicast.

    >>> normal_mac("44-47-CC-AA-BB-CC")
    '44:47:cc:aa:bb:cc'
    """
    if text is None or not _MAC_SHAPE.fullmatch(lower := text.strip().lower()):
        return None
    digits = re.sub(r"[^0-9a-f]", "", lower)
    if not _HEX_12.fullmatch(digits) or digits == "0" * 12 or int(digits[:2], 16) & 1:
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def normal_serial(text: str | None) -> str | None:
    """A serial for comparison; None for one that many devices share ("0000", "123456789")."""
    key = re.sub(r"[\s\x00]", "", text or "").casefold()
    if len(key) < 4 or len(set(key)) == 1 or key in PLACEHOLDER_SERIALS:
        return None
    return key


def normal_place(text: str | None) -> str | None:
    """An address in its one spelling, any other grouping key without spaces at its ends.

    >>> normal_place("::ffff:10.0.0.5"), normal_place("2001:DB8:0::1"), normal_place("10.0.0.5:81")
    ('10.0.0.5', '2001:db8::1', '10.0.0.5:81')
    """
    key = (text or "").strip()
    if not key:
        return None
    try:
        address = ip_address(key)
    except ValueError:
        return key
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def is_address(place: str) -> bool:
    """Whether a place is a bare address, so that everything there is one device."""
    try:
        ip_address(place)
    except ValueError:
        return False
    return True


def word_key(text: str | None) -> str:
    """A name for comparison: case and white space do not count.

    >>> word_key("  Town   HALL ")
    'town hall'
    """
    return " ".join((text or "").split()).casefold()
