import time

import pytest

from custodes.errors import PeerError
from custodes.protocols import xml

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>"""


def test_elements_have_local_names_and_namespaces() -> None:
    root = xml.parse(
        b'<a:R xmlns:a="urn:1" xmlns="urn:2"><b x:k="v"> t <c/> u </b><d:e>n</d:e></a:R>'
    )
    assert (root.tag, root.namespace) == ("R", "urn:1")
    assert root.children[0] == xml.Element(
        "b", "urn:2", {"k": "v"}, "t  u", [xml.Element("c", "urn:2")]
    )
    assert (root.text_of("e"), root.text_of("c"), root.text_of("none")) == ("n", None, None)
    assert root.children[1].namespace == ""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 10_000,
        b"<a>" * 65 + b"</a>" * 65,
        b"<a>" + b"<b/>" * 60_000 + b"</a>",
        b"<a " + b" ".join(b'a%d="1"' % n for n in range(300)) + b"/>",
        b'<a b="' + b"x" * 70_000 + b'"/>',
        b"<a>" + b"x" * (1 << 20) + b"</a>",
        b"<a>&#0;</a>",
        b"<a><b></a>",
        b"plain text",
        b"",
        b"\x00\x00\x00",
    ],
)
def test_hostile_and_broken_xml_is_refused(data: bytes) -> None:
    started = time.process_time()
    with pytest.raises(PeerError):
        xml.parse(data)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbf<a>x</a>", "x"),
        (b" \r\n<?xml version='1.0' ?><a>x</a>\x00\x00", "x"),
        (b"<a>x\x00y</a>", "xy"),
        (b"<a>x</a><trailing", "x"),
        (b"<a>\xe9</a>", "é"),
        (b"<a>Gate & Yard &amp; &nbsp;</a>", "Gate & Yard & &nbsp;"),
        (b"<a><![CDATA[&]]></a>", "&"),
        ('<?xml version="1.0" encoding="GB2312"?><a>网络</a>'.encode("gb2312"), "网络"),
        ('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"), "é"),
        (b'<?xml version="1.0" encoding="nonsense"?><a>x</a>', "x"),
        ("<a>\ud800x</a>", "x"),
        (b"<a>&amp;&#233;<![CDATA[<b>]]></a>", "&é<b>"),
    ],
)
def test_what_devices_get_wrong_is_forgiven(data: bytes | str, text: str) -> None:
    assert xml.parse(data).text == text


def test_a_cut_answer_gives_its_closed_leaves_only() -> None:
    text = "<R><a:Model k='1'>DS &amp; 1</a:Model><Model>2</Model><Empty></Empty><SN>DS-78"
    assert xml.fields(text) == {"Model": "DS & 1", "Empty": ""}


def test_hostile_text_is_scanned_in_linear_time() -> None:
    started = time.process_time()
    for piece in ("<a", "<a ", "<a>", "<a b", "<a>x<", "a<b:", "<a " + "x" * 100, "&amp", "<:"):
        xml.fields(piece * (500_000 // len(piece)))
    xml.fields("<a " + "b" * 500_000)
    xml.fields("<" + "a" * 500_000)
    assert time.process_time() - started < 4


def test_text_survives_escaping() -> None:
    nasty = "<\"a\" & 'b'>"
    assert xml.parse(f"<x>{xml.escape(nasty)}</x>").text == nasty
    assert xml.fields(f"<x>{xml.escape(nasty)}</x>") == {"x": nasty}
