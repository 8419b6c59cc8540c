"""What the operator may write as a target, and what is refused."""

from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from custodes.errors import UsageError
from custodes.find.observe.ports import Port
from custodes.find.observe.targets import Target, Targets, parse

NAMES = {"cam-1.example": ["192.0.2.9"], "both.example": ["192.0.2.1", "2001:db8::1"], "no": []}
FILES = {
    "list": "192.0.2.1\n# the yard\n\n192.0.2.2  # the gate\n198.51.100.0/30\n",
    "nested": "192.0.2.1\n@list\n",
}


def read(*texts: str, large: bool = False) -> Targets:
    def resolve(name: str) -> Sequence[str]:
        return NAMES.get(name, [])

    return parse(texts, read_file=FILES.__getitem__, resolve=resolve, large=large)


def addresses(*texts: str) -> list[str]:
    return [target.address for target in read(*texts)]


def test_a_network_is_walked_without_its_network_and_broadcast_address() -> None:
    assert addresses("192.0.2.0/29") == [f"192.0.2.{n}" for n in range(1, 7)]


@pytest.mark.parametrize(("text", "count"), [("192.0.2.0/31", 2), ("192.0.2.7/32", 1)])
def test_the_smallest_networks_are_walked_whole(text: str, count: int) -> None:
    assert len(read(text)) == count


def test_the_host_part_of_a_network_is_dropped() -> None:
    assert read("192.0.2.77/24").asked == (ip_network("192.0.2.0/24"),)


def test_a_range_may_name_only_the_last_number_of_its_end() -> None:
    assert addresses("192.0.2.10-12") == addresses("192.0.2.10-192.0.2.12")
    assert addresses("192.0.2.10-12") == ["192.0.2.10", "192.0.2.11", "192.0.2.12"]


def test_an_ipv6_range_is_walked() -> None:
    assert addresses("2001:db8::a-2001:db8::c") == ["2001:db8::a", "2001:db8::b", "2001:db8::c"]


def test_a_name_is_resolved_to_all_its_addresses() -> None:
    assert addresses("both.example") == ["192.0.2.1", "2001:db8::1"]


def test_a_name_with_a_hyphen_is_no_range() -> None:
    assert addresses("cam-1.example") == ["192.0.2.9"]


def test_a_file_gives_one_target_a_line_without_its_comments() -> None:
    assert addresses("@list") == ["192.0.2.1", "192.0.2.2", "198.51.100.1", "198.51.100.2"]


def test_a_file_may_not_name_another_file() -> None:
    with pytest.raises(UsageError, match="nested, line 2"):
        read("@nested")


def test_what_is_asked_for_twice_is_walked_once() -> None:
    asked = read("192.0.2.0/29", "192.0.2.3", "192.0.2.5-9", "192.0.2.5-9")
    assert [t.address for t in asked] == [f"192.0.2.{n}" for n in range(1, 10)]
    assert len(asked) == 9


def test_several_devices_may_share_one_address() -> None:
    first, second = read("127.0.0.1:8080/http,8554/rtsp", "127.0.0.1:9080/http,9020/sadp")
    assert first == Target("127.0.0.1", (Port(8080, "http"), Port(8554, "rtsp")))
    assert (first.device, second.device) == ("127.0.0.1:8080", "127.0.0.1:9080")
    assert second.ports[1].transport == "udp"


def test_an_ipv6_address_with_ports_stands_in_brackets() -> None:
    (target,) = read("[::1]:8080,8554/rtsp")
    assert (target.address, target.device) == ("::1", "::1:8080")


def test_a_link_local_address_keeps_its_zone() -> None:
    asked = read("fe80::1%eth0")
    assert [t.address for t in asked] == ["fe80::1%eth0"]
    assert asked.asked == (ip_network("fe80::1"),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.0.2.0/33",
        "192.0.2.300",
        "192.0.2.9-1",
        "192.0.2.1-2001:db8::1",
        "192.0.2.1-x",
        "239.255.255.250",
        "224.0.0.0/24",
        "0.0.0.0",
        "255.255.255.255",
        "no",
        "not a name",
        "http://192.0.2.1/",
        "192.0.2.1:99999",
        "192.0.2.1:80/gopher",
        "@",
    ],
)
def test_what_is_no_target_is_refused(text: str) -> None:
    FILES[""] = ""
    with pytest.raises(UsageError):
        read(text)


def test_no_target_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="no target"):
        read()


def test_a_large_network_needs_the_operators_word() -> None:
    with pytest.raises(UsageError, match="16,777,214 addresses") as caught:
        read("10.0.0.0/8")
    assert "--yes" in caught.value.hint
    assert len(read("10.0.0.0/8", large=True)) == 16_777_214


def test_an_ipv6_network_that_cannot_be_walked_is_refused_even_with_the_operators_word() -> None:
    with pytest.raises(UsageError, match="cannot be walked") as caught:
        read("2001:db8::/64", large=True)
    assert "discovery" in caught.value.hint


def test_membership_is_by_address() -> None:
    asked = read("192.0.2.0/29", "198.51.100.1:8080")
    assert "192.0.2.1" in asked
    assert "198.51.100.1" in asked
    assert "192.0.2.9" not in asked
    assert "junk" not in asked
