"""Conversations: nothing counted twice, and said in one plain sentence."""

from datetime import UTC, date, datetime, timedelta

import pytest

from custodes.estate.conversations import Conversation, Part, merged
from custodes.estate.talk import Talk, read, write
from custodes.find.listen.sentences import in_order, told
from custodes.observation import Observation, observe

NOON = datetime(2026, 10, 3, 12, tzinfo=UTC)


def part(first_s: float, last_s: float, size: int, source: str = "a", **more: object) -> Part:
    values = {
        "device_id": 1,
        "peer_address": "198.51.100.7",
        "peer_name": "p2p3.reolink.com",
        "peer_port": 9999,
        "transport": "udp",
        "role": "client",
        "bytes_in": 0,
        "packets_in": 0,
        "packets_out": 1,
        **more,
    }
    first, last = NOON + timedelta(seconds=first_s), NOON + timedelta(seconds=last_s)
    return Part(bytes_out=size, first_seen=first, last_seen=last, source=source, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        ([part(0, 5, 10), part(5, 9, 7)], 17),
        ([part(0, 5, 10), part(6, 9, 7, "b")], 17),
        ([part(0, 5, 10), part(1, 9, 7, "b")], 10),
        ([part(0, 9, 10), part(0, 4, 6, "b"), part(4, 9, 5, "b")], 11),
        ([part(0, 5, 10), part(3, 9, 12)], 12),
        ([part(5, 5, 1), part(5, 5, 1, "b")], 1),
        ([part(4, 9, 5), part(0, 4, 6)], 11),
        ([part(0, 9, 10), part(0, 9, 10, peer_address="198.51.100.8")], 20),
    ],
)
def test_what_two_captures_saw_at_once_counts_once(parts: list[Part], total: int) -> None:
    (found,) = merged(parts)
    assert found.bytes_out == total


def test_each_day_stands_for_itself() -> None:
    found = merged([part(0, 5, 10), part(86_400, 86_405, 7)])
    assert [(c.day, c.bytes_out) for c in found] == [
        (date(2026, 10, 4), 7),
        (date(2026, 10, 3), 10),
    ]


def test_a_part_gets_the_name_that_another_log_knows_for_the_address() -> None:
    conn = part(0, 5, 10, peer_name="")
    name = part(1, 1, 0, "b", packets_out=0, peer_port=0, transport="", role="")
    other = part(0, 5, 3, peer_name="", device_id=2)
    found = merged([conn, name, other])
    assert {(c.device_id, c.peer, c.bytes_out) for c in found} == {
        (1, "p2p3.reolink.com", 10),
        (2, "198.51.100.7", 3),
    }


def test_a_talk_that_is_written_is_read_again() -> None:
    talk = Talk(peer="192.0.2.1", port=443, role="client", bytes_out=2**40, first=NOON, last=NOON)
    assert read(observe("flow.peer", write(talk))) == talk


@pytest.mark.parametrize(
    "payload",
    [
        "", "x", "{}", "[]",
        '{"peer":"a","first":"2026-10-03T12:00:00","last":"2026-10-03T12:00:00"}',
        '{"peer":"a","port":70000,"first":"2026-10-03T12:00:00Z","last":"2026-10-03T12:00:00Z"}',
        '{"peer":"a","bytes_in":-1,"first":"2026-10-03T12:00:00Z","last":"2026-10-03T12:00:00Z"}',
        '{"peer":"a","bytes_in":1e30,"first":"2026-10-03T12:00:00Z","last":"2026-10-03T12:00:00Z"}',
        '{"peer":"a","role":"boss","first":"2026-10-03T12:00:00Z","last":"2026-10-03T12:00:00Z"}',
        "[" * 100_000,
    ],
    ids=str.__len__,
)  # fmt: skip
def test_a_payload_that_is_no_talk_is_none(payload: str) -> None:
    assert read(Observation(field="flow.peer", payload=payload)) is None


def conversation(**more: object) -> Conversation:
    values = {
        "device_id": 7,
        "day": date(2026, 10, 3),
        "peer": "p2p3.reolink.com",
        "addresses": ("198.51.100.7",),
        "port": 9999,
        "transport": "udp",
        "role": "client",
        "bytes_out": 1_234_567,
        "bytes_in": 310_400,
        "packets_out": 900,
        "packets_in": 400,
        "first_seen": NOON,
        "last_seen": NOON,
    }
    return Conversation(**{**values, **more})  # type: ignore[arg-type]


PLAIN = {"peer": "198.51.100.7", "port": 443, "transport": "tcp"}


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            conversation(),
            (
                "This camera sent 1.2 MB to a Reolink relay (p2p3.reolink.com) on 3 October 2026"
                " (UTC) and received 310.4 kB. Reolink has its seat in CN, which is abroad."
            ),
        ),
        (
            conversation(**PLAIN),
            (
                "This camera sent 1.2 MB to 198.51.100.7, port 443/tcp, on 3 October 2026 (UTC) and"
                " received 310.4 kB; who runs it is not known."
            ),
        ),
        (
            conversation(**{**PLAIN, "port": 8800, "transport": "udp", "bytes_in": 0}),
            (
                "This camera sent 1.2 MB to 198.51.100.7, port 8800/udp, perhaps a Dahua P2P"
                " directory (only the port says so), on 3 October 2026 (UTC) and received nothing."
                " Dahua has its seat in CN, which is abroad."
            ),
        ),
        (
            conversation(peer="0.uk.pool.ntp.org", port=123),
            (
                "This camera asked an NTP Pool time server (0.uk.pool.ntp.org) for the time on"
                " 3 October 2026 (UTC). Its name says GB, which is not abroad."
            ),
        ),
        (
            conversation(**{**PLAIN, "port": 123, "transport": "udp"}),
            "This camera asked 198.51.100.7 for the time on 3 October 2026 (UTC).",
        ),
        (
            conversation(peer="192.168.10.2", addresses=("192.168.10.2",), port=554, role="server"),
            (
                "192.168.10.2 connected to this camera's port 554/udp on 3 October 2026 (UTC); the"
                " camera sent it 1.2 MB and received 310.4 kB."
            ),
        ),
        (
            conversation(packets_out=0, packets_in=0, bytes_out=0, bytes_in=0),
            (
                "This camera called a Reolink relay (p2p3.reolink.com) on 3 October 2026 (UTC); the"
                " log does not say how much it sent. Reolink has its seat in CN, which is abroad."
            ),
        ),
    ],
    ids=["relay", "unknown", "port", "time", "time of nobody", "inside", "log"],
)
def test_a_conversation_is_one_plain_sentence(one: Conversation, sentence: str) -> None:
    assert told(one, kind="camera", home="GB").sentence == sentence


def test_without_a_home_nothing_is_called_abroad() -> None:
    found = told(conversation())
    assert (found.abroad, found.country, found.known_by) == (None, "CN", "name")
    assert found.sentence.endswith("Reolink has its seat in CN.")
    assert found.sentence.startswith("This device ")


def test_who_calls_from_outside_is_not_taken_for_a_cloud() -> None:
    found = told(conversation(role="server", peer="198.51.100.7", port=8800))
    assert (found.service, found.outside, found.time_server) == (None, True, False)


def test_clouds_stand_first_and_the_own_network_last() -> None:
    inside = told(conversation(peer="10.0.0.1", addresses=("10.0.0.1",), bytes_out=10**12, port=80))
    outside, cloud = told(conversation(**PLAIN)), told(conversation())
    assert in_order([inside, outside, cloud]) == [cloud, outside, inside]
