"""DNS messages: names that lead nowhere, counts that lie, and what real messages hold."""

import time

import pytest

from custodes.errors import PeerError
from custodes.protocols import dns


def head(questions: int = 0, answers: int = 0, flags: int = 0x8400) -> bytes:
    numbers = (7, flags, questions, answers, 0, 0)
    return b"".join(number.to_bytes(2) for number in numbers)


def record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + kind.to_bytes(2) + b"\0\1\0\0\0\x78" + len(data).to_bytes(2) + data


def test_a_message_is_read_as_it_was_built() -> None:
    records = [
        dns.Record("example.org", dns.A, address="192.0.2.1"),
        dns.Record("example.org", dns.AAAA, address="2001:db8::1"),
        dns.Record("www.example.org", dns.CNAME, target="example.org", ttl_s=5),
        dns.Record("_x._tcp.local", dns.SRV, target="cam.local", port=80),
        dns.Record("t.local", dns.TXT, section=dns.Section.ADDITIONAL, texts=(b"a=b", b"\xff")),
    ]
    built = dns.build(
        number=7,
        flags=dns.RESPONSE,
        questions=[dns.Question("example.org", dns.A, unicast=True)],
        records=records,
    )
    message = dns.parse(built)
    assert (message.id, message.is_response, message.error, message.cut) == (7, True, 0, False)
    assert message.questions == (dns.Question("example.org", dns.A, unicast=True),)
    read = [(r.name, r.kind, r.address, r.target, r.port, r.texts) for r in message.records]
    assert read == [(r.name, r.kind, r.address, r.target, r.port, r.texts) for r in records]
    assert [r.section for r in message.of(dns.TXT)] == [dns.Section.ADDITIONAL]


def test_a_compressed_name_is_followed_backwards() -> None:
    wire = head(1, 1) + b"\3cam\5local\0\0\1\0\1" + record(b"\xc0\x0c", dns.A, b"\xc0\0\2\1")
    message = dns.parse(wire)
    assert message.records[0].name == "cam.local"
    assert message.records[0].address == "192.0.2.1"


@pytest.mark.parametrize(
    "name",
    [b"\xc0\x0c", b"\xc0\xff", b"\1a\xc0\x0c", b"\x40a", b"\x80a", b"\xc0"],
    ids=["to itself", "forwards", "around", "old label", "reserved label", "half"],
)
def test_a_name_that_leads_nowhere_ends_the_reading(name: bytes) -> None:
    with pytest.raises(PeerError):
        dns.parse(head(0, 1) + record(name, dns.A, b"\x7f\0\0\1"))


def test_what_was_whole_of_a_cut_message_is_kept() -> None:
    whole = head(0, 2) + record(b"\3cam\0", dns.A, b"\xc0\0\2\1") + record(b"\1x\0", dns.A, b"abcd")
    message = dns.parse(whole[:-3])
    assert message.cut
    assert [r.name for r in message.records] == ["cam"]


def test_counts_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(PeerError, match="counts"):
        dns.parse(head(0, 0xFFFF) + bytes(100))
    with pytest.raises(PeerError):
        dns.parse(bytes(dns.LIMIT_BYTES + 1))


def test_a_long_chain_of_pointers_costs_little() -> None:
    chain = b"".join((0xC000 | (12 + 2 * n)).to_bytes(2) for n in range(8000))
    names = record((0xC000 | (10 + len(chain))).to_bytes(2), dns.A, b"abcd") * 500
    wire = head(0, 500) + chain + names
    started = time.process_time()
    with pytest.raises(PeerError):
        dns.parse(wire)
    assert time.process_time() - started < 1.0


def test_the_longest_names_by_the_hundred_cost_little() -> None:
    name = b"\1a" * 126 + b"\0"
    first = record(name, dns.PTR, b"\xc0\x0c")
    wire = head(0, 500) + first + record(b"\xc0\x0c", dns.PTR, b"\xc0\x0c") * 499
    started = time.process_time()
    message = dns.parse(wire)
    assert time.process_time() - started < 1.0
    assert len(message.records) == 500
    assert not message.cut


def test_a_name_longer_than_dns_allows_is_refused() -> None:
    wire = head(0, 1) + record(b"\x3f" + b"a" * 63 + b"\x3f" + b"b" * 63 + b"\xc0\x0c", 1, b"")
    with pytest.raises(PeerError):
        dns.parse(wire)
    with pytest.raises(PeerError):
        dns.build(questions=[dns.Question("a" * 64, dns.A)])


def test_a_dot_within_a_label_is_no_end_of_it() -> None:
    name = r"Gate v1\.2 \\ east._http._tcp.local"
    message = dns.parse(dns.build(questions=[dns.Question(name, dns.PTR)]))
    assert message.questions[0].name == name
    assert dns.labels(name)[0] == r"Gate v1.2 \ east"
