"""SSDP: one search, and answers whose LOCATION is believed only on the very device."""

import pytest

from custodes.errors import PeerError
from custodes.protocols import ssdp

ANSWER = ssdp.build_answer(
    {
        "CACHE-CONTROL": "max-age=1800",
        "LOCATION": "http://192.0.2.7:49152/rootDesc.xml",
        "SERVER": "Linux/4.9 UPnP/1.0 axis5/1.0",
        "ST": "upnp:rootdevice",
        "USN": "uuid:Upnp-BasicDevice-1_0-ACCC8E000001::upnp:rootdevice",
    }
)


def test_the_search_is_the_same_bytes_every_time() -> None:
    assert ssdp.search() == (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\n'
        b"MX: 1\r\nST: upnp:rootdevice\r\n\r\n"
    )
    assert b"HOST: [FF02::C]:1900" in ssdp.search(six=True)
    assert ssdp.parse(ssdp.search()).kind == "search"


def test_an_answer_is_read() -> None:
    said = ssdp.parse(ANSWER)
    assert (said.kind, said.target) == ("answer", "upnp:rootdevice")
    assert said.location == "http://192.0.2.7:49152/rootDesc.xml"
    assert said.server == "Linux/4.9 UPnP/1.0 axis5/1.0"
    assert said.uuid == "upnp-basicdevice-1_0-accc8e000001"


def test_an_announcement_is_read() -> None:
    said = ssdp.parse(ssdp.build_alive({"NT": "upnp:rootdevice", "USN": "uuid:a"}))
    assert (said.kind, said.target, said.uuid) == ("alive", "upnp:rootdevice", "a")
    gone = ssdp.parse(b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:byebye\r\nUSN: x\r\n\r\n")
    assert (gone.kind, gone.uuid) == ("byebye", None)


@pytest.mark.parametrize(
    "data",
    [b"", b"HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", b"NOTIFY * HTTP/1.1\r\n\r\n", b"\0" * 70_000],
    ids=["nothing", "refusal", "no headers", "too long"],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        ssdp.parse(data)


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.8/desc.xml",
        "http://192.0.2.7.example.org/desc.xml",
        "http://192.0.2.7@192.0.2.8/desc.xml",
        "http://user:pass@192.0.2.7/desc.xml",
        "https://192.0.2.7/desc.xml",
        "file:///etc/passwd",
        "ftp://192.0.2.7/desc.xml",
        "//192.0.2.7/desc.xml",
        "http://192.0.2.7:99999/desc.xml",
        "http://[::1/desc.xml",
        "http://192.0.2.7/a b\r\nX: y",
        "http://192.0.2.7/" + "a" * 2000,
        "",
    ],
)
def test_a_description_elsewhere_is_never_fetched(location: str) -> None:
    assert ssdp.own_place(location, "192.0.2.7") is None


def test_a_description_on_the_device_is_found() -> None:
    assert ssdp.own_place("http://192.0.2.7:49152/d.xml?x=1", "192.0.2.7") == (49152, "/d.xml?x=1")
    assert ssdp.own_place("http://192.0.2.7", "192.0.2.7") == (80, "/")
    assert ssdp.own_place("http://[FE80::1]:80/d", "fe80::1%eth0") == (80, "/d")


def test_a_description_is_known_by_its_root() -> None:
    assert ssdp.is_description(b'<root xmlns="urn:schemas-upnp-org:device-1-0"><device/></root>')
    assert ssdp.is_description(b'<root xmlns="urn:schemas-upnp-org:device-1-0"><dev')
    assert not ssdp.is_description(b"<html><title>Camera</title></html>")
