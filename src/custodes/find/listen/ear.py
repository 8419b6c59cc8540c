"""Capture files, cut into packets as they are read; known flows are counted in one look-up each.

Most bytes of a camera network are video of flows that are known already. For those nothing is taken
apart: one `struct` reads the head of the record and of the packet, and twelve bytes of it, both
addresses and both ports, find the flow. Everything else goes the long way, through the listener.
"""

import struct
from typing import Protocol

from custodes.errors import InputError, PeerError
from custodes.find.listen.flows import Clock
from custodes.find.listen.listener import FAST, FAST_BYTES, Listener
from custodes.protocols import ethernet, pcap, pcapng
from custodes.protocols.pcap import MAX_PACKET, RECORD, Order

MAX_HELD = 2 * MAX_PACKET  # of a block that is read
READ = frozenset(
    {pcapng.SECTION, pcapng.INTERFACE, pcapng.OLD_PACKET, pcapng.SIMPLE_PACKET, pcapng.PACKET}
)
_SWAPPED = tuple((n & 255) << 8 | n >> 8 for n in range(65_536))
_PLAIN = range(65_536)
# From the beginning of an Ethernet frame: ethertype and first byte of IPv4, length, fragment,
# protocol, addresses and ports, flags of TCP.
_PACKET = "12x3sxH2xHxB2x12s9xB"
_NO_PART = {"<": 0xFF3F, ">": 0x3FFF}  # bits that only fragments have, as read in either order


class File(Protocol):
    """A kind of capture file."""

    def feed(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Ear:
    """Takes the bytes of a capture as they come, of whichever kind it is."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._file: File | None = None
        self._head = b""

    def feed(self, data: bytes) -> None:
        """Take what came.

        Raises:
            InputError: this is no capture, or it is damaged here.
        """
        if self._file is None:
            self._head += data
            if len(self._head) < pcap.HEAD:
                return
            data, self._head = self._head, b""
            self._file = opened(self.listener, data)
        self._file.feed(data)

    def close(self) -> None:
        """The file ended.

        Raises:
            InputError: in the middle of something.
        """
        if self._file is None:
            raise InputError("the capture is cut short within its head")
        self._file.close()


def recognise(head: bytes) -> bool:
    """Whether a file begins like a capture."""
    return head[:4] in pcap.MAGIC or head[:4] == pcapng.MAGIC


def opened(listener: Listener, head: bytes) -> File:
    """The reader for a capture that begins like this.

    Raises:
        InputError: it is none.
    """
    try:
        if head[:4] == pcapng.MAGIC:
            return Pcapng(listener, pcapng.section_order(head))
        return Pcap(listener, pcap.parse_head(head))
    except PeerError as error:
        raise InputError(str(error)) from error


class Pcap:
    """A pcap file behind its first four bytes' promise."""

    def __init__(self, listener: Listener, head: pcap.Head) -> None:
        self._listener = listener
        self._link = head.link
        self._clock = Clock(head.per_second, head.per_second)
        self._head = struct.Struct(f"{head.order}IIII")
        self._look = struct.Struct(f"{head.order}IIII{_PACKET}")
        self._sizes = _SWAPPED if head.order == "<" else _PLAIN
        self._part = _NO_PART[head.order]
        self._rest = b""
        self._skip = pcap.HEAD
        if head.link not in ethernet.LINKS:
            raise InputError(f"packets of link type {head.link} are not read")

    def feed(self, data: bytes) -> None:
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        data = self._rest + data[self._skip :]
        at = self._short_way(data)
        at = self._long_way(data, at, len(data))
        self._skip = max(0, at - len(data))
        self._rest = data[at:]

    def close(self) -> None:
        if self._skip or self._rest:
            raise InputError(f"the capture ends within packet {self._listener.packets + 1}")

    def _short_way(self, data: bytes) -> int:
        """Count packets of known flows, take the others apart; where the reading stopped.

        The hot loop: whatever can be a local name is one, and nothing is called but `struct`.
        """
        listener, look, sizes, part_bits = self._listener, self._look, self._sizes, self._part
        unpack, find = look.unpack_from, listener.flows.fast.get
        at, size_bytes, counted = 0, len(data), 0
        last = size_bytes - look.size
        morning, midnight = self._clock.day_of(listener.midnight_us)
        while at <= last:
            high, low, kept, wire, kind, size, part, protocol, key, flags = unpack(data, at)
            flow, end = find(key), at + RECORD + kept
            if (
                flow is not None
                and end <= size_bytes
                and FAST_BYTES <= kept <= MAX_PACKET
                and kind == FAST
                and not part & part_bits
                and protocol == flow.protocol
                and not flags & flow.watch
                and morning <= high < midnight
            ):
                flow.high, flow.low = high, low
                flow.packets += 1
                flow.size_bytes += sizes[size] or wire - 14
                counted += 1
                at = end
                continue
            listener.packets, counted = listener.packets + counted, 0
            before, at = at, self._long_way(data, at, at + 1)
            if at == before:
                break
            morning, midnight = self._clock.day_of(listener.midnight_us)
        listener.packets += counted
        return at

    def _long_way(self, data: bytes, at: int, until: int) -> int:
        """Take records apart that begin before `until`; where the next one begins."""
        while at < until and at + RECORD <= len(data):
            high, low, kept, _ = self._head.unpack_from(data, at)
            if kept > MAX_PACKET:
                raise InputError(
                    f"the record of packet {self._listener.packets + 1} says {kept:,} bytes:"
                    " the capture is damaged"
                )
            end = at + RECORD + kept
            if end > len(data):
                break
            self._listener.packet(self._clock, high, low, self._link, data[at + RECORD : end])
            at = end
        return at


class Pcapng:
    """A pcapng file: sections, interfaces and packets; other blocks are passed over."""

    def __init__(self, listener: Listener, order: Order) -> None:
        self._listener = listener
        self._rest = b""
        self._skip = 0
        self._last: tuple[Clock, int] | None = None
        self._blocks = 0
        self._section(order)

    def _section(self, order: Order) -> None:
        self._order: Order = order
        self._interfaces: list[tuple[pcapng.Interface, Clock]] = []
        self._fast: dict[int, Clock] = {}  # those with Ethernet, by number
        self._look = struct.Struct(f"{order}IIIIIII{_PACKET}")
        self._sizes = _SWAPPED if order == "<" else _PLAIN
        self._part = _NO_PART[order]

    def feed(self, data: bytes) -> None:
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        data = self._rest + data[self._skip :]
        at = self._short_way(data)
        self._skip = max(0, at - len(data))
        self._rest = data[at:]

    def close(self) -> None:
        if self._skip or self._rest:
            raise InputError(f"the capture ends within block {self._blocks + 1}")

    def _short_way(self, data: bytes) -> int:
        """As of Pcap: the hot loop over enhanced packet blocks."""
        listener = self._listener
        at, counted = 0, 0
        while True:
            look, sizes, part_bits = self._look, self._sizes, self._part
            unpack, find, last = look.unpack_from, listener.flows.fast.get, len(data) - look.size
            interface, clock, morning, midnight = -1, None, 0, 0
            while at <= last:
                found = unpack(data, at)
                block, length, number, high, low, kept, wire, kind, size, part = found[:10]
                if number != interface:
                    interface, clock = number, self._fast.get(number)
                    morning, midnight = clock.day_of(listener.midnight_us) if clock else (0, 0)
                flow = find(found[11])
                ticks = high << 32 | low
                if (
                    flow is None
                    or block != pcapng.PACKET
                    or not FAST_BYTES <= kept <= length - 32
                    or length & 3
                    or at + length > len(data)
                    or kind != FAST
                    or part & part_bits
                    or found[10] != flow.protocol
                    or found[12] & flow.watch
                    or flow.clock is not clock
                    or not morning <= ticks < midnight
                ):
                    break
                flow.high, flow.low = ticks, 0
                flow.packets += 1
                flow.size_bytes += sizes[size] or wire - 14
                counted += 1
                at += length
            self._blocks, listener.packets = self._blocks + counted, listener.packets + counted
            counted = 0
            before, at = at, self._long_way(data, at)
            if at == before:
                return at

    def _long_way(self, data: bytes, at: int) -> int:
        """Take one block apart; where the next one begins, or the same place for want of bytes."""
        if at + pcapng.FRAME > len(data):
            return at
        try:
            if data[at : at + 4] == pcapng.MAGIC:
                self._section(pcapng.section_order(data[at : at + 12]))
            length = pcapng.block_size(data, at, self._order)
            if at + length > len(data):
                return self._passed_over(data, at, length)
            self._block(data[at : at + length])
        except PeerError as error:
            raise InputError(f"block {self._blocks + 1}: {error}") from error
        self._blocks += 1
        return at + length

    def _passed_over(self, data: bytes, at: int, length: int) -> int:
        """A block that is not here to its end: waited for, or not held where nobody reads it."""
        if pcap.number(data, at, 4, self._order) in READ:
            if length > MAX_HELD:
                raise PeerError("a block of pcapng is too long", size=length)
            return at
        self._blocks += 1
        return at + length

    def _block(self, block: bytes) -> None:
        kind = pcap.number(block, 0, 4, self._order)
        if kind == pcapng.INTERFACE:
            self._interface(pcapng.interface(block, self._order))
        elif kind in (pcapng.PACKET, pcapng.OLD_PACKET, pcapng.SIMPLE_PACKET):
            snap = self._interfaces[0][0].snap_bytes if self._interfaces else 0
            try:
                self._packet(pcapng.packet(block, self._order, snap))
            except PeerError as error:
                self._listener.packets += 1
                self._listener.not_read(str(error))

    def _interface(self, one: pcapng.Interface) -> None:
        if len(self._interfaces) >= pcapng.MAX_INTERFACES:
            raise PeerError("too many interfaces in one section of pcapng")
        clock = Clock(one.per_second, 1, one.offset_s * 1_000_000)
        if one.link == ethernet.ETHERNET:
            self._fast[len(self._interfaces)] = clock
        self._interfaces.append((one, clock))

    def _packet(self, packet: pcapng.Packet) -> None:
        if packet.interface >= len(self._interfaces):
            raise PeerError("a packet of an interface that the file does not name")
        interface, clock = self._interfaces[packet.interface]
        ticks = packet.ticks
        if ticks is None:  # a simple packet has no time: as good as the last one's
            if self._last is None:
                raise PeerError("a packet without a time")
            clock, ticks = self._last
        self._last = (clock, ticks)
        self._listener.packet(clock, ticks, 0, interface.link, packet.data)
