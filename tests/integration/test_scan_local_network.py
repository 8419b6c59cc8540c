"""What devices announce to their own segment, SNMP and the older searches, scanned on loopback."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.errors import UsageError
from custodes.estate.register import open_register
from custodes.find.identify.core import identify
from custodes.find.observe.job import communities
from custodes.find.observe.plan import USUAL_PROBES, Limits, Outcome, Plan, Summary, thorough
from custodes.find.observe.ports import ASKED_FOR, DEFAULT, Port
from custodes.find.observe.scan import scan
from custodes.find.observe.targets import Target
from custodes.observation import Observation
from custodes.protocols import dns, mdns, snmp, sofia, ssdp, ws_discovery
from custodes.sealing import new_key
from custodes.simulate.background import running_estate
from custodes.simulate.plan import plan as estate_of
from custodes.simulate.profile import chosen

QUICK = Limits(packets_per_second=300, gap_s=0.02, datagram_wait_s=0.4, next_question_s=0.2)
ROUTED = Plan(limits=QUICK, identify=identify, multicast=False)
GUID = "0D2B1C5A-0000-4000-8000-0123456789AB"
Answer = Callable[[bytes], list[bytes]]


@dataclass
class Looked:
    summary: Summary = field(default_factory=Summary)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    seen: list[Observation] = field(default_factory=list)

    def texts(self, name: str) -> list[str]:
        return [o.text for o in self.seen if o.field == name]


def look(targets: list[Target], made: Plan) -> Looked:
    looked = Looked()

    def finished(outcome: Outcome) -> None:
        looked.outcomes[outcome.device] = outcome

    async def run() -> Summary:
        return await scan(targets, made, sink=looked.seen.append, finished=finished)

    looked.summary = asyncio.run(run())
    return looked


def of_profile(name: str, made: Plan) -> tuple[Looked, Outcome]:
    with running_estate(estate_of(1, only=chosen([name])), base=None, where="thread") as estate:
        (device,) = estate.devices
        looked = look([Target(device.address)], made)
        (outcome,) = looked.outcomes.values()
    return looked, outcome


class Speakers:
    """UDP servers on loopback that answer as they are told to; closed at the end."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.asked: list[bytes] = []

    def serve(self, answer: Answer, *, other: str = "") -> int:
        sock = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.bind(("127.0.0.1", 0))
        voice = sock
        if other:
            voice = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            voice.bind((other, 0))
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    data, peer = sock.recvfrom(65_536)
                except OSError:
                    return
                self.asked.append(data)
                for datagram in answer(data):
                    voice.sendto(datagram, peer)

        sock.settimeout(10)
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()

        def end() -> None:
            ended.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", sock.getsockname())
            thread.join(5)

        self._stack.callback(end)
        return int(sock.getsockname()[1])


def hostile(service: str, answer: Answer, made: Plan = ROUTED, other: str = "") -> Looked:
    """Scan one server that answers a datagram; the look ends soon, whatever it says."""
    with ExitStack() as stack:
        number = Speakers(stack).serve(answer, other=other)
        started = time.monotonic()
        looked = look([Target("127.0.0.1", (Port(number, service),))], made)
        assert time.monotonic() - started < 5
    return looked


def test_a_recorder_that_answers_sadp_by_multicast_only_tells_its_model_by_upnp() -> None:
    looked, outcome = of_profile("hikvision-dvr", ROUTED)
    assert len(looked.texts("ssdp.packet")) == 1
    (description,) = looked.texts("upnp.response")
    assert description.startswith("HTTP/1.1 200 OK")
    assert outcome.identity.model
    assert outcome.identity.model in description


def test_multicast_dns_gives_the_packet_and_each_service() -> None:
    looked, _ = of_profile("axis-p3245", replace(ROUTED, thorough=True))
    (packet,) = [o for o in looked.seen if o.field == "mdns.packet"]
    assert packet.encoding == "base64"
    assert mdns.parse(packet.data).kinds == ("_axis-video._tcp", "_http._tcp", "_rtsp._tcp")
    names = looked.texts("mdns.service")
    assert len(names) == 3
    assert any(name.endswith("._axis-video._tcp.local") for name in names)


def test_an_onvif_service_within_tls_is_read_where_no_plain_web_port_is_open() -> None:
    name = "hanwha-wisenet"
    with running_estate(estate_of(1, only=chosen([name])), base=None, where="thread") as estate:
        (device,) = estate.devices
        own = Port(device.ports["https"], "https")
        looked = look([Target(device.address, (own,))], ROUTED)
    asked = {o.field: o.port for o in looked.seen if o.source == "scan:onvif"}
    assert asked["onvif.soap.GetServices"] == own.number


def with_snmp(community: bytes) -> Plan:
    ports = (*DEFAULT, *(port for port in ASKED_FOR if port.service == "snmp"))
    made = replace(ROUTED, ports=ports, limits=thorough(QUICK, len(ports)), thorough=True)
    return replace(made, probes=USUAL_PROBES | {"snmp"}, community=lambda _address: community)


def test_snmp_is_asked_with_the_owners_community_which_is_kept_nowhere() -> None:
    looked, outcome = of_profile("axis-p3245", with_snmp(b"virtual-read"))
    (record,) = looked.texts("snmp.record")
    assert ".1.3.6.1.4.1.368.1.1" in record
    assert outcome.identity.model
    assert outcome.identity.model in record
    assert not [o for o in looked.seen if "virtual-read" in o.text]
    assert "virtual-read" not in repr(with_snmp(b"virtual-read"))


def test_a_wrong_community_is_answered_by_nothing_and_no_other_is_tried() -> None:
    asked: list[bytes] = []

    def deaf(data: bytes) -> list[bytes]:
        asked.append(data)
        return []

    looked = hostile("snmp", deaf, with_snmp(b"wrong"))
    assert looked.texts("snmp.record") == []
    questions = [snmp.read_get(data) for data in asked if data]
    assert [(q.version, q.community) for q in questions] == [(1, b"wrong"), (0, b"wrong")]


def test_without_a_community_nothing_is_sent_by_snmp() -> None:
    asked: list[bytes] = []

    def hears(data: bytes) -> list[bytes]:
        asked.append(data)
        return []

    hostile("snmp", hears, with_snmp(b""))
    assert [data for data in asked if data] == []


def test_an_answer_of_snmp_to_another_question_is_not_kept() -> None:
    def replays(data: bytes) -> list[bytes]:
        if not data:
            return []
        question = replace(snmp.read_get(data), request_id=1)
        return [snmp.build_answer(question, {"1.3.6.1.2.1.1.1.0": "forged"})]

    looked = hostile("snmp", replays, with_snmp(b"x"))
    assert looked.texts("snmp.record") == []
    (outcome,) = looked.outcomes.values()
    assert any("another question" in trouble for trouble in outcome.troubles)


def test_the_older_searches_are_sent_only_where_they_are_asked_for() -> None:
    every = replace(ROUTED, thorough=True, limits=thorough(QUICK, 30))
    looked, _ = of_profile("dahua-xvr", every)
    assert looked.texts("udp.discovery") == []
    asked_for = USUAL_PROBES | {"dvrip", "sofia"}
    also = replace(every, probes=asked_for, ports=(*DEFAULT, *ASKED_FOR))
    looked, outcome = of_profile("dahua-xvr", also)
    assert len(looked.texts("udp.discovery")) == 1
    assert outcome.identity.maker == "Dahua"


def test_the_search_of_xiongmai_is_heard_on_the_broadcast_address() -> None:
    made = Plan(
        limits=QUICK,
        identify=identify,
        multicast_loopback=True,
        probes=USUAL_PROBES | {"sofia"},
    )
    looked, outcome = of_profile("xiongmai-generic", made)
    (text,) = looked.texts("udp.discovery")
    assert f'"{sofia.SUBJECT}"' in text
    assert outcome.identity.maker == "Xiongmai"


def test_a_description_elsewhere_is_noted_and_never_fetched() -> None:
    fetched: list[str] = []

    async def run() -> Looked:
        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            fetched.append("fetched")
            writer.close()

        server = await asyncio.start_server(accepted, "127.9.9.9", 0)
        number = server.sockets[0].getsockname()[1]
        places = [f"http://127.9.9.9:{number}/x", "file:///etc/passwd", "http://127.0.0.1:9100/x"]
        looked = Looked()
        async with server:
            with ExitStack() as stack:

                def answer(data: bytes) -> list[bytes]:
                    return [ssdp.build_answer({"LOCATION": p, "ST": "x"}) for p in places if data]

                udp = Speakers(stack).serve(answer)
                looked.summary = await scan(
                    [Target("127.0.0.1", (Port(udp, "ssdp"),))],
                    replace(ROUTED, thorough=True),
                    sink=looked.seen.append,
                    finished=lambda o: looked.outcomes.__setitem__(o.device, o),
                )
        return looked

    looked = asyncio.run(run())
    assert fetched == []
    assert len(looked.texts("ssdp.packet")) == 3
    (outcome,) = looked.outcomes.values()
    noted = [t for t in outcome.troubles if "description not fetched" in t]
    assert len(noted) == 3


def loop_of_names(data: bytes) -> list[bytes]:
    return [b"\0\0\x84\0\0\0\0\1\0\0\0\0\xc0\x0c\0\x0c\0\1\0\0\0\x78\0\2\xc0\x0c"] if data else []


def huge_texts(data: bytes) -> list[bytes]:
    texts = tuple([b"x" * 255] * 250)
    record = dns.Record("cam._http._tcp.local", dns.TXT, texts=texts)
    return [dns.build(flags=dns.RESPONSE, records=[record])] if data else []


def flood(data: bytes) -> list[bytes]:
    return [b"\xff" * 65_000] * 100 if data else []


@pytest.mark.parametrize("service", ["mdns", "ssdp", "snmp", "dvrip", "sofia", "wsd"])
@pytest.mark.parametrize("answer", [loop_of_names, flood], ids=["loop", "flood"])
def test_nonsense_and_floods_are_bounded_and_keep_nothing(service: str, answer: Answer) -> None:
    made = replace(with_snmp(b"x"), probes=USUAL_PROBES | {"snmp", "dvrip", "sofia"})
    looked = hostile(service, answer, made)
    assert looked.seen == []
    assert looked.summary.done == 1


def test_huge_texts_are_kept_as_they_came_and_named_within_limits() -> None:
    looked = hostile("mdns", huge_texts)
    assert looked.texts("mdns.service") == ["cam._http._tcp.local"]
    (packet,) = [o for o in looked.seen if o.field == "mdns.packet"]
    assert len(packet.data) > 60_000


def test_an_answer_from_an_address_that_was_not_asked_is_dropped_and_counted() -> None:
    def answer(data: bytes) -> list[bytes]:
        return [mdns.build_answer([mdns.Service("x", "_http._tcp")])] if data else []

    looked = hostile("mdns", answer, other="127.9.9.8")
    assert looked.seen == []
    assert looked.summary.datagrams_dropped == 1


def match(scopes: list[str], number: int) -> bytes:
    return ws_discovery.build_probe_match(
        message_id=f"urn:uuid:{number}",
        relates_to=f"urn:uuid:{GUID}",
        endpoint=f"urn:uuid:{GUID}",
        types=["dn:NetworkVideoTransmitter"],
        scopes=scopes,
        xaddrs=["http://127.0.0.1:1/onvif/device_service"],
    )


def test_answers_of_one_endpoint_are_merged_and_only_news_is_kept() -> None:
    def answer(data: bytes) -> list[bytes]:
        first = ["onvif://www.onvif.org/name/x"]
        more = [*first, "onvif://www.onvif.org/hardware/y"]
        sent = [match(first, 1), match(first, 2), match(more, 3), match(first, 4)]
        return sent if data else []

    looked = hostile("wsd", answer)
    kept = looked.texts("onvif.ProbeMatch")
    assert len(kept) == 2
    assert "hardware/y" in kept[1]


def test_a_community_file_is_read_and_an_empty_one_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    community = tmp_path / "community"
    data = str(tmp_path / "data")
    community.write_text("estate-read\n")
    asked = ["--data", data, "scan", "127.0.0.1", "--snmp-community-file", str(community)]
    assert invoke([*asked, "--dry-run"]) == 0
    said = capsys.readouterr()
    assert "snmp: udp 161" in said.out
    assert "estate-read" not in said.out + said.err
    community.write_text("\n")
    assert invoke(asked) == 2
    assert "holds no SNMP community" in capsys.readouterr().err
    assert invoke(["--data", data, "scan", "127.0.0.1", "--only", "snmp"]) == 2
    assert "only with the owner's community" in capsys.readouterr().err


def test_a_stored_community_is_meant_for_its_network_or_site_only(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    key = new_key()
    with open_register(f"sqlite:///{tmp_path / 'register.sqlite'}") as register:
        with pytest.raises(UsageError, match="no SNMP community is stored"):
            communities(register, lambda: key)
        register.add_credential(
            ("network", "192.0.2.0/24"), "estate-read", kind="snmp", key=key, now=now
        )
        community = communities(register, lambda: key)
        assert community("192.0.2.7") == b"estate-read"
        assert community("198.51.100.7") == b""
        assert community("fe80::1%lo") == b""


def test_stored_communities_and_one_of_a_file_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--data", str(tmp_path), "scan", "127.0.0.1", "--snmp"]
    assert invoke([*asked, "--snmp-community-file", "-"]) == 2
    assert "exclude each other" in capsys.readouterr().err
    assert invoke([*asked, "--authority", "the test, until 2099-01-01"]) == 2
    assert "no SNMP community is stored" in capsys.readouterr().err


def test_the_broadcasts_are_sent_only_where_the_operator_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scanned = ["--data", str(tmp_path), "scan", "127.0.0.1", "--dry-run"]
    assert invoke(scanned) == 0
    assert "sofia" not in capsys.readouterr().out
    assert invoke([*scanned, "--also", "dvrip,sofia"]) == 0
    said = capsys.readouterr().out
    assert "sofia: udp 34569" in said
    assert "dvrip: udp 5050" in said
