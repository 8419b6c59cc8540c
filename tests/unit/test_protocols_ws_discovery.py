import pytest

from custodes.errors import PeerError
from custodes.protocols import ws_discovery, xml

GUID = "8282f1db-2fa6-4709-b261-3c6b6a48ca17"
SCOPES = [
    "onvif://www.onvif.org/name/HIKVISION DS-2CD2185FWD-I",
    "onvif://www.onvif.org/hardware/DS-2CD2185FWD-I",
    "onvif://www.onvif.org/MAC/44:47:cc:aa:bb:cc",
]
MATCH = ws_discovery.build_probe_match(
    message_id=f"urn:uuid:{GUID}",
    relates_to=f"uuid:{GUID}",
    endpoint="urn:uuid:1",
    types=["dn:NetworkVideoTransmitter", "tds:Device"],
    scopes=SCOPES,
    xaddrs=["http://192.0.2.10/onvif/device_service", "http://[fe80::1]/onvif/device_service"],
)


@pytest.mark.parametrize(
    ("shape", "message_id", "types"),
    [
        ("nvt", f"uuid:{GUID}", ("dn:NetworkVideoTransmitter",)),
        ("device", f"urn:uuid:{GUID}", ("tds:Device",)),
        (None, f"urn:uuid:{GUID}", ()),
    ],
)
def test_a_probe_comes_in_three_shapes(
    shape: str | None, message_id: str, types: tuple[str, ...]
) -> None:
    for given in (GUID, f"uuid:{GUID}", f"urn:uuid:{GUID}"):
        wire = ws_discovery.probe(given, shape)
        assert ws_discovery.read_probe(wire) == ws_discovery.Probe(message_id, types)
    root = xml.parse(wire)
    assert root.text_of("Action") == "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"
    assert root.text_of("To") == "urn:schemas-xmlsoap-org:ws:2005:04:discovery"


@pytest.mark.parametrize(("message_id", "shape"), [("x", None), ("", "nvt"), (GUID, "printer")])
def test_no_other_probe_can_be_built(message_id: str, shape: str | None) -> None:
    with pytest.raises(PeerError):
        ws_discovery.probe(message_id, shape)


def test_a_match_is_read_with_its_scopes_decoded() -> None:
    (match,) = ws_discovery.parse(MATCH)
    assert (match.kind, match.endpoint, match.relates_to) == ("match", "urn:uuid:1", f"uuid:{GUID}")
    assert match.scopes == tuple(SCOPES)
    assert match.scope_values("name") == ["HIKVISION DS-2CD2185FWD-I"]
    assert match.scope_values("mac") == ["44:47:cc:aa:bb:cc"]
    assert match.xaddrs[1] == "http://[fe80::1]/onvif/device_service"
    assert match.types == ("dn:NetworkVideoTransmitter", "tds:Device")
    assert match.raw_xml == MATCH.decode()


def test_several_matches_in_one_datagram_are_several_devices() -> None:
    both = MATCH.replace(
        b"</d:ProbeMatches>",
        b"<x:ProbeMatch><y:Address>urn:uuid:2</y:Address></x:ProbeMatch></d:ProbeMatches>",
    )
    assert [m.endpoint for m in ws_discovery.parse(both)] == ["urn:uuid:1", "urn:uuid:2"]


def test_a_hello_announces_a_device() -> None:
    hello = ws_discovery.build_hello(
        message_id="urn:uuid:3", endpoint="urn:uuid:1", types=["tds:Device"], scopes=[], xaddrs=[]
    )
    (match,) = ws_discovery.parse(hello)
    assert (match.kind, match.endpoint, match.scopes) == ("hello", "urn:uuid:1", ())


def test_a_cut_match_gives_what_was_whole() -> None:
    (match,) = ws_discovery.parse(MATCH[: MATCH.index(b"d:XAddrs>") + 20])
    assert match.cut
    assert (match.endpoint, match.relates_to) == ("urn:uuid:1", f"uuid:{GUID}")
    assert match.scopes == tuple(SCOPES)
    assert match.xaddrs == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        ws_discovery.probe(GUID, None),
        b"<a/>",
        b"<ProbeMatch",
        b"\x00\xff" * 99,
        b"<d:ProbeMatch>" * 10_000,
        b"<ProbeMatch>" + b"<Scopes>" * 5_000,
        b"x" * 70_000,
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        ws_discovery.parse(data)
