"""Multicast DNS: the one question, and what devices announce of themselves."""

import pytest

from custodes.errors import PeerError
from custodes.protocols import dns, mdns

CAMERA = mdns.Service(
    "AXIS P3245-V - ACCC8E000001",
    "_axis-video._tcp",
    "axis.local",
    80,
    ("macaddress=ACCC8E000001",),
)


def test_the_question_wants_an_answer_to_the_asker_alone() -> None:
    question = mdns.query()
    assert question == mdns.query()
    assert len(question) < 512
    asked = dns.parse(question)
    assert not asked.is_response
    assert asked.records == ()
    assert all(q.unicast and q.kind == dns.PTR for q in asked.questions)
    assert mdns.asked(question) == list(mdns.TYPES)


def test_an_answer_gives_services_with_host_port_and_texts() -> None:
    said = mdns.parse(mdns.build_answer([CAMERA], address="192.0.2.7", questions=mdns.query()))
    assert said.services == (CAMERA,)
    assert said.kinds == ("_axis-video._tcp",)
    assert said.hosts == (("axis.local", "192.0.2.7"),)
    assert said.services[0].text("MacAddress") == "ACCC8E000001"
    assert said.services[0].text("other") is None
    assert CAMERA.full_name == "AXIS P3245-V - ACCC8E000001._axis-video._tcp.local"


def test_a_question_is_no_answer() -> None:
    with pytest.raises(PeerError):
        mdns.parse(mdns.query())
    with pytest.raises(PeerError):
        mdns.asked(mdns.build_answer([CAMERA]))


def test_a_subtype_is_a_kind_and_no_instance() -> None:
    assert mdns.split("_printer._sub._http._tcp.local") == ("", "_http._tcp")
    assert mdns.split("local") == ("", "")
    assert mdns.split("x.example.org") == ("", "")


def test_huge_texts_and_countless_services_are_cut_to_their_limits() -> None:
    long = [b"x" * 255] * 200
    services = [
        dns.Record(f"s{n}._http._tcp.local", dns.TXT, texts=tuple(long) if n == 0 else (b"a",))
        for n in range(300)
    ]
    said = mdns.parse(dns.build(flags=dns.RESPONSE, records=services))
    assert len(said.services) == mdns.MAX_SERVICES
    assert sum(map(len, said.services[0].texts)) <= mdns.MAX_TEXT
