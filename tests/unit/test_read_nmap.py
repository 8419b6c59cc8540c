"""Nmap XML: what devices sent is taken, what could do harm is refused."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from custodes.errors import InputError
from custodes.find.read import nmap_xml
from custodes.find.read.formats import open_file
from custodes.find.read.nmap_fingerprint import answers, unescape
from custodes.find.read.tally import Tally
from custodes.observation import Observation

DATA = Path(__file__).resolve().parents[1] / "data" / "read" / "cameras.nmap.xml"


class Stream:
    """Bytes, and then more bytes, as a file would give them."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def read(self, size: int, /) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""


def read(*pieces: bytes, tally: Tally | None = None) -> list[Observation]:
    return list(nmap_xml.read(Stream(*pieces), "scan.xml", tally or Tally()))


def of_host(observations: Iterable[Observation], address: str) -> set[tuple[str, int | None, str]]:
    return {(o.field, o.port, o.text) for o in observations if o.address == address}


@pytest.fixture(scope="module")
def golden() -> list[Observation]:
    with open_file(DATA) as reader:
        return list(reader)


def test_the_unnamed_camera_is_found_in_the_raw_fingerprint(golden: list[Observation]) -> None:
    found = of_host(golden, "192.0.2.4")
    answer = (
        'HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest realm="IP '
        'Camera(C1234)", nonce="4e5"\r\nContent-Length: 0\r\n\r\n'
    )
    assert ("http.response", 80, answer) in found
    assert ("rtsp.response", 80, "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n") in found
    assert sum(o.field == "http.response" and o.address == "192.0.2.4" for o in golden) == 1


def test_scripts_say_what_the_device_sent(golden: list[Observation]) -> None:
    first, second = of_host(golden, "192.0.2.4"), of_host(golden, "192.0.2.5")
    challenge = 'Digest realm="IP Camera(C1234)", nonce="4e5"'
    assert {
        ("http.header.www-authenticate", 80, challenge),
        ("http.favicon.md5", 80, "89b932fcc47cf4ca3faadb0cfdef89cf"),
        ("http.header.server", 443, "webserver"),
        ("tls.subject", 443, "CN=192.0.2.4,O=Example\\, Ltd,C=GB"),
        ("tls.issuer", 443, "CN=Example CA"),
        ("tls.certificate", 443, "TUlJQg=="),
        ("mac.address", None, "44:47:CC:00:00:04"),
        ("dns.hostname", None, "cam-entrance.example.org"),
        ("host.os", None, "Linux 3.2 - 4.9"),
    } <= first
    assert {
        ("ftp.banner", 21, "220 AXIS P1448-LE Network Camera 8.40.1.1 (2018) ready."),
        ("http.title", 80, "Index page"),
        ("http.header.location", 80, "http://192.0.2.5/camera/index.html"),
        ("http.header.set-cookie", 80, "ID=1; Path=/"),
        ("rtsp.header.public", 554, "OPTIONS, DESCRIBE, PLAY"),
        ("snmp.sysDescr", None, "; AXIS P1448-LE; Network Camera; 8.40.1.1"),
    } <= second


def test_upnp_is_put_together_again_from_what_the_script_took_apart(
    golden: list[Observation],
) -> None:
    texts = {field: text for field, _, text in of_host(golden, "192.0.2.5")}
    assert "SERVER: Linux/4.9, UPnP/1.0, Example SDK\r\n" in texts["ssdp.packet"]
    assert "<modelName>AXIS P1448-LE</modelName>" in texts["upnp.response"]


def test_only_open_ports_are_open(golden: list[Observation]) -> None:
    opened = {(o.address, o.port, o.field) for o in golden if o.field.endswith(".open")}
    assert ("192.0.2.4", 554, "tcp.open") not in opened  # filtered
    assert ("192.0.2.5", 161, "udp.open") not in opened  # open|filtered
    assert ("192.0.2.5", 1900, "udp.open") in opened
    about = next(o for o in golden if o.field == "tcp.open" and o.port == 443)
    assert json.loads(about.payload)["product"] == "Example httpd"


def test_a_text_that_only_looks_like_an_answer_is_left_out(golden: list[Observation]) -> None:
    texts = " ".join(o.text for o in golden)
    assert "Site doesn" not in texts
    assert "Script execution failed" not in texts
    assert "left out" not in texts
    assert not any(o.field.startswith("nmap.wsdd") for o in golden)


def test_without_a_fingerprint_the_printable_strings_are_used(golden: list[Observation]) -> None:
    found = of_host(golden, "2001:db8::6")
    head = "HTTP/1.0 404 Not Found\r\nServer: mini_httpd\r\n\r\n"
    assert ("http.response", 8000, head) in found


def test_every_observation_says_when_and_from_which_host(golden: list[Observation]) -> None:
    assert {o.source for o in golden} == {f"import:cameras.nmap.xml#host {n}" for n in (1, 2, 3)}
    assert golden[0].seen_at is not None
    assert golden[0].seen_at.isoformat() == "2026-11-20T09:01:00+00:00"


def test_an_aborted_scan_gives_all_that_it_holds_and_says_where_it_ends() -> None:
    data = DATA.read_bytes()
    cut = data.index(b'portid="80"', data.index(b"192.0.2.5"))
    tally = Tally()
    stream = nmap_xml.read(Stream(data[:cut]), "scan.xml", tally)
    found = []
    with pytest.raises(InputError, match=r"middle of host 2 \(192\.0\.2\.5\)"):
        found.extend(stream)
    assert tally.items == 1
    assert tally.last == "host 1 (192.0.2.4)"
    kept: list[Observation] = []
    try:
        for one in nmap_xml.read(Stream(data[:cut]), "scan.xml", Tally()):
            kept.append(one)  # noqa: PERF402 - the loop is left by the error
    except InputError:
        pass
    assert kept[-1].field == "ftp.banner"


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<nmaprun><host>&b;</host></nmaprun>"
)
OUTSIDE = b'<!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/passwd">]><nmaprun><host>&x;</host></nmaprun>'
QUADRATIC = (
    b'<!DOCTYPE nmaprun [<!ENTITY a "' + b"A" * 100_000 + b'">]><nmaprun>'
    b"" + b"&a;" * 1000 + b"</nmaprun>"
)
PARAMETER = b'<!DOCTYPE nmaprun [<!ENTITY % p SYSTEM "http://192.0.2.1/x"> %p;]><nmaprun/>'


@pytest.mark.parametrize("bomb", [LAUGHS, OUTSIDE, QUADRATIC, PARAMETER])
def test_entities_are_refused_before_they_are_read(bomb: bytes) -> None:
    assert nmap_xml.recognise(bomb) or bomb is QUADRATIC
    with pytest.raises(InputError, match="refused"):
        read(bomb)


def test_an_entity_declared_elsewhere_is_refused_too() -> None:
    with pytest.raises(InputError, match="refused"):
        read(b'<!DOCTYPE nmaprun SYSTEM "nmap.dtd"><nmaprun>&x;</nmaprun>')


def test_the_document_type_that_nmap_itself_writes_is_no_reason_to_refuse() -> None:
    assert read(b"<!DOCTYPE nmaprun>\n<nmaprun></nmaprun>") == []
    assert read(b'<!DOCTYPE nmaprun PUBLIC "-//x" "https://x/nmap.dtd"><nmaprun></nmaprun>') == []


def test_elements_nested_without_end_are_refused() -> None:
    with pytest.raises(InputError, match="nested deeper"):
        read(b"<nmaprun>" + b"<a>" * 100_000)


def test_a_tag_that_never_ends_is_refused() -> None:
    with pytest.raises(InputError, match="one item is larger"):
        read(b'<nmaprun><host starttime="', *[b"x" * (1 << 20)] * 40)


def test_a_port_of_hundred_megabytes_is_left_out_and_the_next_one_read() -> None:
    tally = Tally()
    found = read(
        b'<nmaprun><host><address addr="192.0.2.1" addrtype="ipv4"/><ports>'
        b'<port protocol="tcp" portid="80"><state state="open"/><script id="x" output="y">',
        *[b"z" * (1 << 20)] * 50,
        b'</script></port><port protocol="tcp" portid="81"><state state="open"/></port>'
        b"</ports></host></nmaprun>",
        tally=tally,
    )
    assert [(o.field, o.port) for o in found] == [("tcp.open", 81)]
    assert tally.reasons[0].where == "host 1 (192.0.2.1), port 80"


def test_a_host_without_an_address_is_counted_and_passed_over() -> None:
    tally = Tally()
    ports = b'<ports><port protocol="tcp" portid="80"><state state="open"/></port></ports>'
    assert read(b"<nmaprun><host>" + ports + b"</host></nmaprun>", tally=tally) == []
    assert (tally.items, tally.rejected) == (1, 1)


@pytest.mark.parametrize("port", [b"0", b"65536", b"-1", b"http", b"", "٣".encode(), b"9" * 5000])
def test_a_port_that_is_none_is_no_port(port: bytes) -> None:
    found = read(
        b'<nmaprun><host starttime="99999999999999999999"><address addr="192.0.2.1"/><ports><port '
        b'portid="' + port + b'"><state state="open"/></port></ports></host></nmaprun>'
    )
    assert found == []


def test_a_fingerprint_in_text_form_is_put_together_from_its_lines() -> None:
    text = 'SF-Port80-TCP:V=7.9%r(GetReq\nSF:uest,5,"HTTP/\nSF:1\\.0")%r(NULL,2,"\\x00\\xff");'
    assert list(answers(text)) == [("GetRequest", b"HTTP/1.0"), ("NULL", b"\0\xff")]


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (r"\r\n\t\0", b"\r\n\t\0"),
        (r"\x41\x2e\xff", b"A.\xff"),
        (r"\(\)\"\\\.\*\?\|", b'()"\\.*?|'),
        ("\\x4", b"x4"),
        ("tail\\", b"tail\\"),
        ("\u2603", b"?"),
    ],
)
def test_nmaps_escapes_are_undone(escaped: str, plain: bytes) -> None:
    assert unescape(escaped) == plain


def test_a_greeting_in_a_fingerprint_is_a_banner_of_its_service() -> None:
    found = read(
        b'<nmaprun><host><address addr="192.0.2.1"/><ports><port portid="23"><state state="open"/>'
        b'<service name="telnet" servicefp="SF%r(NULL,7,&quot;login:\\x20&quot;)'
        b'%r(GenericLines,2,&quot;ab&quot;);"/></port></ports></host></nmaprun>'
    )
    assert [(o.field, o.text) for o in found[1:]] == [
        ("telnet.banner", "login: "),
        ("tcp.banner", "ab"),
    ]
