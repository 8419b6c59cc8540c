import pytest

from custodes.errors import PeerError
from custodes.protocols import rtp


def test_small_units_travel_whole_and_the_last_packet_is_marked() -> None:
    maker = rtp.Packetiser(sequence=65535, ssrc=7)
    packets = [rtp.parse(p) for p in maker.packets([b"\x67abc", b"\x68d"], 3000)]
    assert [p.payload for p in packets] == [b"\x67abc", b"\x68d"]
    assert [(p.sequence, p.marker) for p in packets] == [(65535, False), (0, True)]
    assert {(p.ssrc, p.timestamp_90k, p.payload_type) for p in packets} == {(7, 3000, 96)}


def test_large_units_travel_in_fragments_no_longer_than_the_mtu() -> None:
    nal = b"\x65" + bytes(range(256)) * 20
    wire = rtp.Packetiser(mtu=200).packets([nal], 0)
    assert max(map(len, wire)) <= 200
    assert rtp.nal_units(rtp.parse(p).payload for p in wire) == [nal]
    assert rtp.nal_units(rtp.parse(p).payload for p in wire[1:]) == []


def test_aggregated_units_are_taken_apart_as_far_as_they_go() -> None:
    assert rtp.nal_units([b"\x18\x00\x02gg\x00\x01h\x00\xff"]) == [b"gg", b"h"]


def test_padding_contributors_and_extension_are_passed_over() -> None:
    plain = rtp.build(rtp.Packet(96, 1, 2, 3, True, b""))
    odd = (
        bytes([plain[0] | 0x31])
        + plain[1:]
        + b"CSRC"
        + b"\xbe\xde\x00\x01EXT."
        + b"payload\x00\x02"
    )
    assert rtp.parse(odd).payload == b"payload"


@pytest.mark.parametrize(
    "data", [b"", b"\x80" * 11, b"\x00" * 12, b"\x8f" + bytes(20), b"\xa0" + bytes(11) + b"\xff"]
)
def test_what_is_no_packet_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        rtp.parse(data)


def test_a_unit_without_end_is_refused() -> None:
    endless = (
        b"\x7c\x85" + b"a" * 60_000 if n == 0 else b"\x7c\x05" + b"a" * 60_000 for n in range(99)
    )
    with pytest.raises(PeerError):
        rtp.nal_units(endless)


def test_an_mtu_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="MTU"):
        rtp.Packetiser(mtu=14)
