"""Who has which address on a segment: ARP (RFC 826) and IPv6 neighbours (RFC 4861). Pure."""

from typing import NamedTuple

from custodes.errors import PeerError

_ETHERNET_IPV4 = b"\x00\x01\x08\x00\x06\x04"
_SOLICITATION, _ADVERTISEMENT, _ROUTER = 135, 136, 134
_SOURCE, _TARGET = 1, 2
MAX_OPTIONS = 32


class Binding(NamedTuple):
    """A hardware address and the address that its owner says it has."""

    mac: bytes
    address: bytes


def parse(data: bytes, at: int = 0) -> Binding | None:
    """The sender of an ARP message; None where it has no address yet (a probe before taking one).

    Raises:
        PeerError: it is cut short, or not ARP for IPv4 on Ethernet.
    """
    if len(data) < at + 28:
        raise PeerError("an ARP message is cut short")
    if data[at : at + 6] != _ETHERNET_IPV4:
        raise PeerError("ARP for something else than IPv4 on Ethernet")
    address = data[at + 14 : at + 18]
    return Binding(data[at + 8 : at + 14], address) if any(address) else None


def neighbour(source: bytes, data: bytes) -> Binding | None:
    """What an ICMPv6 message tells of a neighbour; None where it tells nothing.

    `source` is the packet's sender, `data` the ICMPv6 message.
    """
    kind = data[0] if data else 0
    begin, wanted, address = {
        _SOLICITATION: (24, _SOURCE, source),
        _ADVERTISEMENT: (24, _TARGET, data[8:24]),
        _ROUTER: (16, _SOURCE, source),
    }.get(kind, (0, 0, b""))
    if not begin or len(address) != 16 or not any(address):
        return None
    at = begin
    for _ in range(MAX_OPTIONS):
        size = data[at + 1] * 8 if at + 2 <= len(data) else 0
        if size == 0 or at + size > len(data):
            return None
        if data[at] == wanted and size == 8:
            return Binding(data[at + 2 : at + 8], address)
        at += size
    return None
