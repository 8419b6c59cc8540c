"""Whose a packet is: devices by hardware address on the own segment, by address elsewhere. Pure.

A router sends with its own hardware address what others wrote. It is known by that: by addresses
of the internet, by more addresses than one device has, by packets that have passed a hop. What it
forwards is told apart by address.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from custodes.protocols import mac as hardware

OWN_ADDRESSES = 4  # IPv4 addresses that one device may have
MAX_ADDRESSES = 32_768
MAX_JUDGED = 8_192  # addresses whose place is remembered, not to be worked out for each packet
FIRST_HOPS = frozenset({1, 30, 32, 60, 64, 100, 128, 200, 255})  # as systems begin to count
PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10 127.0.0.0/8"
        " fc00::/7 fe80::/10 ::1/128"
    ).split()
)
Network = IPv4Network | IPv6Network


def written(address: bytes) -> str:
    """An address as text; IPv4 within IPv6 as IPv4."""
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found)


def mac_text(mac: bytes) -> str | None:
    """A hardware address as text; None for one that cannot be a device's."""
    text = mac.hex(":")
    return text if len(mac) == 6 and hardware.is_usable(text) else None


@dataclass(slots=True)
class _Sender:
    """What one hardware address was seen to send."""

    addresses: set[bytes] = field(default_factory=set)  # IPv4, up to one more than a device has
    bound: set[bytes] = field(default_factory=set)  # that it says to be its own
    forwards: bool = False

    @property
    def router(self) -> bool:
        return self.forwards or len(self.addresses) > OWN_ADDRESSES


class Who:
    """Learns from packets which address is whose; answers with what a device is known by."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = (*PRIVATE, *networks)
        self._senders: dict[bytes, _Sender] = {}
        self._mac_of: dict[bytes, bytes] = {}  # by the owner's own word
        self._sent_by: dict[bytes, bytes] = {}  # by frames that came straight from it
        self._local: dict[bytes, bool] = {}
        self._noted: set[tuple[bytes, bytes, int]] = set()  # what need not be noted again
        self.spoke: dict[bytes, int] = {}  # local addresses that sent anything, and when (us)
        self.let_go = 0

    def sent(self, address: bytes, mac: bytes, hops_left: int, now_us: int) -> None:
        """Note that a packet of an address came in a frame of a hardware address."""
        known = (address, mac, hops_left)
        if known in self._noted:
            return
        if address not in self.spoke and len(self.spoke) >= MAX_ADDRESSES:
            self.let_go += 1
            return
        if len(self._noted) >= MAX_JUDGED:
            self._noted.clear()
        self._noted.add(known)
        if self.is_local(address):
            self.spoke.setdefault(address, now_us)
        if not mac or mac_text(mac) is None:
            return
        sender = self._senders.setdefault(mac, _Sender())
        passed_a_hop = hops_left not in FIRST_HOPS
        if not self._is_private(address):
            direct = len(address) == 16 and not passed_a_hop
            sender.forwards |= not direct and address not in sender.bound
        elif len(address) == 4 and len(sender.addresses) <= OWN_ADDRESSES:
            sender.addresses.add(address)
        if not passed_a_hop:
            self._sent_by.setdefault(address, mac)

    def still(self, address: bytes, now_us: int) -> None:
        """Note that an address that is known has sent something since."""
        if self.spoke.get(address, now_us) < now_us:
            self.spoke[address] = now_us

    def bind(self, mac: bytes, address: bytes, now_us: int) -> None:
        """Note that the owner of a hardware address says that an address is its own."""
        if mac_text(mac) is None or len(self._mac_of) >= MAX_ADDRESSES:
            return
        self._senders.setdefault(mac, _Sender()).bound.add(address)
        self._mac_of[address] = mac
        self.spoke[address] = now_us
        self._noted.clear()
        self._local.pop(address, None)

    def is_local(self, address: bytes) -> bool:
        """Whether an address may be a device here: private, of a recorded network, or on the
        own segment by its owner's word."""
        known = self._local.get(address)
        if known is None:
            if len(self._local) >= MAX_JUDGED:
                self._local.clear()
            known = self._is_private(address) or address in self._mac_of
            self._local[address] = known
        return known

    def _is_private(self, address: bytes) -> bool:
        here = ip_address(address)
        if here.is_multicast or here.is_unspecified or address == b"\xff\xff\xff\xff":
            return False
        return any(here.version == net.version and here in net for net in self._networks)

    def device(self, address: bytes | None, mac: bytes = b"") -> str | None:
        """What a device is known by: its hardware address, else its address; None: no device."""
        if address is None:
            return mac_text(mac)
        if not self.is_local(address):
            return None
        owner = self.mac_of(address)
        return owner if owner is not None else written(address)

    def mac_of(self, address: bytes) -> str | None:
        """The hardware address of the device that has an address; None where it is not known, or
        where several devices are behind it."""
        mac = self._mac_of.get(address)
        if mac is not None:
            several = len(self._senders[mac].bound & self._fours(mac)) > OWN_ADDRESSES
            return None if several else mac_text(mac)
        mac = self._sent_by.get(address)
        if mac is None or self._senders[mac].router:
            return None
        return mac_text(mac)

    def _fours(self, mac: bytes) -> set[bytes]:
        return {a for a in self._senders[mac].bound if len(a) == 4}
