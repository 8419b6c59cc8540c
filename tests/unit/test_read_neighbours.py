"""Neighbour tables of routers and machines, imported."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import InputError
from custodes.find.read import neighbours
from custodes.find.read.formats import Reader
from custodes.find.read.tally import Tally

IP_NEIGH = b"""10.20.0.1 dev br0 lladdr 02:00:5e:00:00:01 REACHABLE
10.20.0.7 dev br0 lladdr 44:47:cc:01:02:03 STALE
10.20.0.8 dev br0 lladdr ac:cc:8e:01:02:03 DELAY
10.20.0.9 dev br0  FAILED
fe80::4647:ccff:fe01:203 dev br0 lladdr 44:47:cc:01:02:03 STALE
fe80::1 dev br0 lladdr 02:00:5e:00:00:01 router REACHABLE
"""
WINDOWS = b"""
Interface: 10.20.0.250 --- 0x4\r
  Internet Address      Physical Address      Type\r
  10.20.0.7             44-47-cc-01-02-03     dynamic   \r
  10.20.0.255           ff-ff-ff-ff-ff-ff     static    \r
  224.0.0.22            01-00-5e-00-00-16     static    \r
"""
CISCO = b"""router#show ip arp vlan 20
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.20.0.7              12   4447.cc01.0203  ARPA   Vlan20
Internet  10.20.0.40              2   0200.5e00.0009  ARPA   Vlan20
Internet  10.20.0.41              2   0200.5e00.0009  ARPA   Vlan20
Internet  10.20.0.42              0   Incomplete      ARPA
"""


def imported(data: bytes) -> tuple[str, dict[str, str], Tally]:
    with Reader(io.BytesIO(data), "table.txt") as reader:
        found = {o.address or "": o.payload for o in reader}
        return reader.format.NAME, found, reader.tally


def test_a_table_of_ip_neigh_is_known_and_read() -> None:
    form, found, tally = imported(IP_NEIGH)
    assert form == "neighbours"
    assert found == {
        "10.20.0.7": "44:47:cc:01:02:03",
        "10.20.0.8": "ac:cc:8e:01:02:03",
        "fe80::4647:ccff:fe01:203": "44:47:cc:01:02:03",
    }
    assert tally.items == 6
    assert tally.notes == [
        "2 addresses share their hardware address with others: a router's or a proxy's"
    ]


def test_a_table_of_windows_with_one_neighbour_is_read_where_its_format_is_named() -> None:
    with Reader(io.BytesIO(WINDOWS), "arp.txt", form="neighbours") as reader:
        (one,) = reader
    assert (one.address, one.payload) == ("10.20.0.7", "44:47:cc:01:02:03")
    assert (one.device, one.source) == ("10.20.0.7", "import:arp.txt#line 4")


def test_an_address_that_answers_for_several_says_nothing_about_them() -> None:
    form, found, tally = imported(CISCO)
    assert form == "neighbours"
    assert found == {"10.20.0.7": "44:47:cc:01:02:03"}
    assert "2 addresses share" in tally.notes[0]


@pytest.mark.parametrize(
    "data",
    [b"name,ip,mac\nGate,10.20.0.7,44:47:cc:01:02:03\n", b"\n\n", b"hello\nworld\n"],
    ids=["a list", "nothing", "prose"],
)
def test_what_is_no_table_is_not_taken_for_one(data: bytes) -> None:
    assert not neighbours.recognise(data)


def test_a_table_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "LIMIT", 3)
    with pytest.raises(InputError, match="more than 3 lines"):
        list(neighbours.read(io.BytesIO(IP_NEIGH), "x", Tally()))


@given(st.binary(max_size=600))
def test_any_bytes_end_in_observations(data: bytes) -> None:
    neighbours.recognise(data)
    list(neighbours.read(io.BytesIO(data), "x", Tally()))
