"""RTP (RFC 3550) and H.264 inside it (RFC 6184): packets out of NAL units, and back. Pure.

Clock of H.264: 90 kHz; a `timestamp_90k` wraps at 2**32 as the standard has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.units import MIB

HEADER = 12
VERSION = 2
FU_A = 28
STAP_A = 24
MAX_NAL = 4 * MIB


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet."""

    payload_type: int
    sequence: int
    timestamp_90k: int
    ssrc: int
    marker: bool
    payload: bytes


def build(packet: Packet) -> bytes:
    """Write a packet without padding, extension or contributors."""
    second = (0x80 if packet.marker else 0) | packet.payload_type & 0x7F
    return (
        bytes([VERSION << 6, second])
        + (packet.sequence & 0xFFFF).to_bytes(2)
        + (packet.timestamp_90k & 0xFFFFFFFF).to_bytes(4)
        + (packet.ssrc & 0xFFFFFFFF).to_bytes(4)
        + packet.payload
    )


def parse(data: bytes) -> Packet:
    """Read a packet; contributors, extension and padding are passed over.

    Raises:
        PeerError: it is not RTP, or its lengths do not fit.
    """
    if len(data) < HEADER or data[0] >> 6 != VERSION:
        raise PeerError("not an RTP packet", length=len(data))
    begin = HEADER + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4])
    padding = data[-1] if data[0] & 0x20 else 0
    end = len(data) - padding
    if begin > end:
        raise PeerError("the lengths of an RTP packet do not fit", length=len(data))
    return Packet(
        payload_type=data[1] & 0x7F,
        sequence=int.from_bytes(data[2:4]),
        timestamp_90k=int.from_bytes(data[4:8]),
        ssrc=int.from_bytes(data[8:12]),
        marker=bool(data[1] & 0x80),
        payload=data[begin:end],
    )


class Packetiser:
    """Cuts access units into packets: a NAL unit whole where it fits, else in FU-A fragments."""

    def __init__(
        self, *, payload_type: int = 96, ssrc: int = 1, mtu: int = 1400, sequence: int = 0
    ) -> None:
        if mtu < HEADER + 3:
            raise ValueError(f"an MTU of {mtu} bytes holds no fragment")
        self._room = mtu - HEADER
        self._payload_type = payload_type
        self._ssrc = ssrc
        self.sequence = sequence & 0xFFFF

    def packets(self, nal_units: Sequence[bytes], timestamp_90k: int) -> list[bytes]:
        """The packets of one access unit, its NAL units given without start codes."""
        payloads = [part for nal in nal_units if nal for part in self._fragments(nal)]
        out = []
        for index, payload in enumerate(payloads, 1):
            marker = index == len(payloads)
            out.append(
                build(
                    Packet(
                        self._payload_type,
                        self.sequence,
                        timestamp_90k,
                        self._ssrc,
                        marker,
                        payload,
                    )
                )
            )
            self.sequence = (self.sequence + 1) & 0xFFFF
        return out

    def _fragments(self, nal: bytes) -> list[bytes]:
        if len(nal) <= self._room:
            return [nal]
        indicator = nal[0] & 0xE0 | FU_A
        kind, size = nal[0] & 0x1F, self._room - 2
        parts = [nal[at : at + size] for at in range(1, len(nal), size)]
        fragments = []
        for index, part in enumerate(parts):
            start, end = index == 0, index == len(parts) - 1
            header = (0x80 if start else 0) | (0x40 if end else 0) | kind
            fragments.append(bytes([indicator, header]) + part)
        return fragments


def nal_units(payloads: Iterable[bytes]) -> list[bytes]:
    """Put the NAL units of packets in order together again; what lost its beginning is left out.

    Raises:
        PeerError: a NAL unit is longer than any camera makes.
    """
    units: list[bytes] = []
    open_unit: bytearray | None = None
    for payload in payloads:
        kind = payload[0] & 0x1F if payload else 0
        if kind == FU_A and len(payload) > 2:
            open_unit = _fragment(payload, open_unit)
            if open_unit is not None and payload[1] & 0x40:
                units.append(bytes(open_unit))
                open_unit = None
        elif kind == STAP_A:
            units += _aggregated(payload)
        elif 1 <= kind <= 23:
            units.append(payload)
    return units


def _fragment(payload: bytes, open_unit: bytearray | None) -> bytearray | None:
    if payload[1] & 0x80:
        open_unit = bytearray([payload[0] & 0xE0 | payload[1] & 0x1F])
    if open_unit is None:
        return None
    open_unit += payload[2:]
    if len(open_unit) > MAX_NAL:
        raise PeerError("a NAL unit without end", limit_bytes=MAX_NAL)
    return open_unit


def _aggregated(payload: bytes) -> list[bytes]:
    units, at = [], 1
    while at + 2 <= len(payload):
        end = at + 2 + int.from_bytes(payload[at : at + 2])
        if end > len(payload) or end == at + 2:
            break
        units.append(payload[at + 2 : end])
        at = end
    return units
