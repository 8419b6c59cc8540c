"""Neighbour tables as machines and routers print them, and the kernel's own."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import PeerError
from custodes.protocols import rtnetlink
from custodes.protocols.neighbours import Neighbour, line, telling

MAC = "44:47:cc:01:02:03"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7 dev eth0 lladdr 44:47:cc:01:02:03 REACHABLE", "192.0.2.7"),
        ("fe80::1 dev eth0 lladdr 44:47:cc:01:02:03 STALE", "fe80::1"),
        (
            "192.0.2.7        0x1         0x2         44:47:cc:01:02:03     *        eth0",
            "192.0.2.7",
        ),
        ("? (192.0.2.7) at 44:47:cc:1:2:3 on en0 ifscope [ethernet]", "192.0.2.7"),
        ("gate.example (192.0.2.7) at 44:47:cc:01:02:03 [ether] on eth0", "192.0.2.7"),
        ("192.0.2.7    ether   44:47:cc:01:02:03   C                     eth0", "192.0.2.7"),
        ("  192.0.2.7             44-47-cc-01-02-03     dynamic   ", "192.0.2.7"),
        ("Internet  192.0.2.7              12   4447.cc01.0203  ARPA   Vlan10", "192.0.2.7"),
        ("2001:DB8::7      0 4447.cc01.0203  REACH Vl10", "2001:db8::7"),
        ("44:47:cc:01:02:03 192.0.2.7       ge-0/0/0.0               none", "192.0.2.7"),
    ],
)
def test_a_line_of_every_usual_table_is_read(text: str, address: str) -> None:
    found = line(text)
    assert found is not None
    assert (found.address, found.mac) == (address, MAC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.0.2.8 dev eth0 FAILED",
        "192.0.2.8 dev eth0 INCOMPLETE",
        "IP address       HW type     Flags       HW address            Mask     Device",
        "? (192.0.2.9) at <incomplete> on eth0",
        "192.0.2.255 dev eth0 lladdr ff:ff:ff:ff:ff:ff PERMANENT",
        "224.0.0.251             01-00-5e-00-00-fb     static",
        "192.0.2.7 0x1 0x0 00:00:00:00:00:00 * eth0",
        "999.0.2.7 dev eth0 lladdr 44:47:cc:01:02:03 STALE",
        "192.0.2.7,44:47:cc:01:02:03",
        "192.0.2.7 dev eth0 lladdr 44:47:cc:01:02:03 " + "x" * 600,
    ],
)
def test_a_line_that_tells_no_device_is_none(text: str) -> None:
    assert line(text) is None


def test_the_kernels_word_that_a_neighbour_is_a_router_is_kept() -> None:
    found = line("fe80::1 dev eth0 lladdr 44:47:cc:01:02:03 router REACHABLE")
    assert found is not None
    assert found.router


@given(st.text(max_size=600))
def test_any_line_ends_in_a_neighbour_or_none(text: str) -> None:
    found = line(text)
    assert found is None or found.mac


def test_no_line_takes_long() -> None:
    started = time.process_time()
    for text in ("a" * 512, "1:" * 256, "(" * 512, "192.0.2.1 " * 51, "x (" + "1" * 500):
        line(text)
    assert time.process_time() - started < 0.2


def test_a_hardware_address_of_several_is_told_of_none() -> None:
    proxy = [Neighbour(f"192.0.2.{n}", "02:00:5e:00:00:01") for n in range(1, 5)]
    router = Neighbour("fe80::9", "02:00:5e:00:00:09", router=True)
    camera = [Neighbour("192.0.2.7", MAC), Neighbour("fe80::7", MAC), Neighbour("2001:db8::7", MAC)]
    own, others = telling([*proxy, router, *camera])
    assert set(own) == {"192.0.2.7", "fe80::7", "2001:db8::7"}
    assert others == 5


def test_more_addresses_than_one_device_has_are_a_proxys() -> None:
    many = [Neighbour(f"2001:db8::{n}", MAC) for n in range(1, 7)]
    assert telling(many) == ({}, 6)


def attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def neighbour_body(
    address: bytes, mac: bytes, state: int = 2, flags: int = 0, family: int = 2
) -> bytes:
    head = struct.pack("=BxxxiHBB", family, 7, state, flags, 1)
    return head + attribute(1, address) + attribute(2, mac)


def test_the_kernels_neighbours_are_read() -> None:
    body = neighbour_body(b"\xc0\0\2\7", bytes.fromhex("4447cc010203"))
    assert rtnetlink.neighbour(body) == rtnetlink.Entry("192.0.2.7", MAC, 7)
    six = bytes.fromhex("fe80000000000000464700fffe000001")
    found = rtnetlink.neighbour(neighbour_body(six, bytes.fromhex("4447cc010203"), 4, 0x80, 10))
    assert found == rtnetlink.Entry("fe80::4647:ff:fe00:1%7", MAC, 7, router=True)


@pytest.mark.parametrize("state", [0x00, 0x01, 0x20, 0x40])
def test_a_neighbour_that_does_not_answer_is_none(state: int) -> None:
    body = neighbour_body(b"\xc0\0\2\7", bytes.fromhex("4447cc010203"), state)
    assert rtnetlink.neighbour(body) is None


def test_an_own_address_comes_with_its_network_and_broadcast_address() -> None:
    body = struct.pack("=BBBBI", 2, 24, 0, 0, 3)
    body += attribute(2, b"\xc0\0\2\1") + attribute(4, b"\xc0\0\2\xff")
    assert rtnetlink.own(body) == rtnetlink.Own("192.0.2.1", 24, 3, "192.0.2.255")


def test_only_the_two_tables_are_ever_asked_for() -> None:
    assert len(rtnetlink.question(rtnetlink.GET_NEIGHBOURS)) == 28
    for changing in (20, 21, 24, 28, 29):
        with pytest.raises(PeerError):
            rtnetlink.question(changing)


@given(st.binary(max_size=300))
def test_any_bytes_from_the_kernel_end_in_values_or_our_error(data: bytes) -> None:
    rtnetlink.neighbour(data)
    rtnetlink.own(data)
    try:
        list(rtnetlink.messages(data))
    except PeerError:
        return
