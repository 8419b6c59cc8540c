import pytest

from custodes.protocols.mac import is_local, is_usable, normalise


@pytest.mark.parametrize(
    "text",
    [
        "44:47:cc:0a:0b:0c",
        "44-47-CC-0A-0B-0C",
        "4447.cc0a.0b0c",
        "4447CC0A0B0C",
        " 4447cc-0a0b0c ",
        "44:47:cc:a:b:c",
        "44 47 cc 0a 0b 0c",
        "0x4447cc0a0b0c",
        "44.47.cc.0a.0b.0c",
    ],
)
def test_many_notations_are_one_address(text: str) -> None:
    assert normalise(text) == "44:47:cc:0a:0b:0c"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "camera",
        "44:47:cc:0a:0b",
        "44:47-cc:0a:0b:0c",
        "44:47:cc:0a:0b:0c:0d",
        "44:47:cg:0a:0b:0c",
        "192.168.1.64",
        "٤٤:47:cc:0a:0b:0c",
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert normalise(text) is None


@pytest.mark.parametrize(
    ("mac", "usable"),
    [
        ("44:47:cc:0a:0b:0c", True),
        ("00:00:00:00:00:00", False),
        ("ff:ff:ff:ff:ff:ff", False),
        ("01:00:5e:00:00:fb", False),
        ("44:47:cc:00:00:00", False),
        ("not an address", False),
    ],
)
def test_fillers_and_group_addresses_name_no_device(mac: str, usable: bool) -> None:
    assert is_usable(mac) is usable


def test_a_local_address_names_no_maker() -> None:
    assert is_local("02:00:00:00:00:01")
    assert not is_local("44:47:cc:0a:0b:0c")
