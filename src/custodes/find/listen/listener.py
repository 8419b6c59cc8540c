"""Take packets apart, one after another, and note what they tell. Pure: bytes in, notes out.

Every packet is either understood or counted by the reason why it was not. What is held is bounded:
flows, streams, fragments, what was said.
"""

from collections.abc import Iterable, Iterator

from custodes.errors import PeerError
from custodes.find.listen import dissect
from custodes.find.listen.dissect import Said
from custodes.find.listen.flows import DAY_US, Clock, Flow, Flows, key_of, opened
from custodes.find.listen.notes import Notes
from custodes.find.listen.who import Network
from custodes.observation import Observation
from custodes.protocols import arp, dhcp, dns, ethernet, ip, tcp
from custodes.units import MIB

MAX_REASONS = 64
MAX_LOOKED_AT = 64  # packets of one direction, before what it says is read
MAX_BUFFERED = 8 * MIB
MAX_FRAGMENTED = 1_024
SILENT_US = 2_000_000  # after which a stream is read while listening goes on
FAST = b"\x08\x00\x45"  # IPv4 without options, straight in Ethernet
FAST_BYTES = 48
OTHER = "other reasons"
NTP_PORT, NTP_CLIENT, NTP_SERVER = 123, 3, 4  # RFC 5905: both ends may have the same port


class Listener:
    """Takes packets; `take` gives out what they told as observations."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self.notes = Notes(networks)
        self.flows = Flows()
        self.packets = 0
        self.unread: dict[str, int] = {}
        self.midnight_us = 0
        self._fragments = ip.Reassembler()
        self._ports: dict[tuple[bytes, bytes, int, int], tuple[int, int]] = {}
        self._buffered = 0

    @property
    def crowded(self) -> bool:
        """Whether it is time to `take` what there is."""
        return self.notes.crowded

    @property
    def let_go(self) -> int:
        """Flows, names and fragments that there was no room for."""
        notes = self.notes
        return self.flows.let_go + self._fragments.let_go + notes.let_go + notes.who.let_go

    def packet(self, clock: Clock, high: int, low: int, link: int, data: bytes) -> None:
        """Take one packet as it was captured."""
        self.packets += 1
        now = clock.micros(high, low)
        if not self.midnight_us - DAY_US <= now < self.midnight_us:
            self._new_day(now)
        try:
            frame = ethernet.parse(data, link)
            if frame.kind in (ethernet.IPV4, ethernet.IPV6):
                self._ip(clock, high, low, now, frame, data, link == ethernet.ETHERNET)
            elif frame.kind == ethernet.ARP:
                self._bound(arp.parse(data, frame.at), now)
            else:
                self.not_read(f"ethertype 0x{frame.kind:04x}")
        except PeerError as error:
            self.not_read(str(error))

    def not_read(self, reason: str) -> None:
        """Count a packet that was not understood."""
        if reason not in self.unread and len(self.unread) >= MAX_REASONS:
            reason = OTHER
        self.unread[reason] = self.unread.get(reason, 0) + 1

    def take(self, source: str) -> Iterator[Observation]:
        """What was told since the last time, as observations; streams may still go on."""
        self._count()
        self.flows.fast.clear()
        return self.notes.take(source)

    def take_said(self, source: str, now_us: int) -> Iterator[Observation]:
        """What devices said, without the counts of who talked to whom, while listening goes on."""
        self._finish_streams(now_us - SILENT_US)
        return self.notes.take_said(source)

    def finish(self, source: str) -> Iterator[Observation]:
        """Everything, at the end."""
        self._finish_streams()
        return self.take(source)

    def _new_day(self, now: int) -> None:
        if self.midnight_us:
            self._count()
            self.flows.fast.clear()
            self.notes.new_day()
        self.midnight_us = (now // DAY_US + 1) * DAY_US

    def _count(self) -> None:
        """Take what the flows have counted."""
        for flow in self.flows:
            self._fold(flow)

    def _fold(self, flow: Flow) -> None:
        if flow.first_us >= 0:
            self.notes.who.still(flow.source, flow.last_us)
            self.notes.talks.add(flow)
        flow.restart()

    # --- IP ---------------------------------------------------------------------------------

    def _ip(
        self, clock: Clock, high: int, low: int, now: int, frame: ethernet.Frame, data: bytes,
        in_ethernet: bool,
    ) -> None:  # fmt: skip
        packet = ip.parse(data, frame.at)
        self.notes.who.sent(packet.source, frame.source, packet.hops_left, now)
        whole: bytes | None = data
        if packet.part is not None:
            whole, ports = self._fragment(packet, data)
        else:
            ports = _ports(packet.protocol, data, packet.at, packet.end)
        flow = self._flow(packet, ports)
        if flow.settled and flow.protocol == ip.TCP and packet.end > packet.at + 13:
            self._perhaps_anew(flow, data[packet.at + 13])
        flow.clock, flow.high, flow.low = clock, high, low
        if flow.first_us < 0:
            flow.first_us = now
        flow.packets += 1
        flow.size_bytes += packet.size
        if in_ethernet and packet.part is None and len(data) >= FAST_BYTES:
            flow.fast_key = data[26:38] if data[12:15] == FAST else b""
        if whole is None:
            return
        at, end = (packet.at, packet.end) if packet.part is None else (0, len(whole))
        if packet.protocol == ip.TCP:
            self._tcp(flow, whole, at, end)
        elif flow.settled:
            self.flows.settle(flow)
        elif packet.protocol == ip.UDP:
            self._udp(flow, whole[at + 8 : end], now)
        else:
            self._other(flow, whole[at:end], now)

    def _fragment(self, packet: ip.Packet, data: bytes) -> tuple[bytes | None, tuple[int, int]]:
        """The whole content once every fragment is here; the ports that the first one told."""
        assert packet.part is not None
        key = (packet.source, packet.target, packet.protocol, packet.part.number)
        if packet.part.offset == 0:
            if len(self._ports) >= MAX_FRAGMENTED:
                del self._ports[next(iter(self._ports))]
            self._ports[key] = _ports(packet.protocol, data, packet.at, packet.end)
        whole = self._fragments.add(packet, data[packet.at : packet.end])
        return whole, self._ports.get(key, (0, 0))

    def _flow(self, packet: ip.Packet, ports: tuple[int, int]) -> Flow:
        key = key_of(packet.protocol, packet.source, packet.target, *ports)
        flow = self.flows.find(key)
        if flow is None:
            if self.flows.crowded:
                self._finish_streams()
                self._count()
                self.flows.thin_out()
            flow = self.flows.open(packet, *ports)
        return flow

    def _other(self, flow: Flow, data: bytes, now: int) -> None:
        if flow.protocol == ip.ICMPV6:
            self._bound(arp.neighbour(flow.source, data), now)
        else:
            self.flows.settle(flow)

    def _bound(self, binding: arp.Binding | None, now: int) -> None:
        if binding is not None:
            self.notes.who.bind(binding.mac, binding.address, now)

    # --- UDP --------------------------------------------------------------------------------

    def _udp(self, flow: Flow, data: bytes, now: int) -> None:
        ports = {flow.source_port, flow.target_port}
        if dns.PORT in ports:
            self._dns(flow, data, now)
        elif ports & {dhcp.SERVER_PORT, dhcp.CLIENT_PORT}:
            self._dhcp(dhcp.parse(data), now)
        elif ports & dissect.UDP_PORTS:
            for said in dissect.datagram(flow.source_port, flow.target_port, data):
                self._note(flow, said, now, "udp")
        else:
            if ports == {NTP_PORT} and data and data[0] & 7 in (NTP_CLIENT, NTP_SERVER):
                opened(flow.pair, flow, by_source=data[0] & 7 == NTP_CLIENT)
            self.flows.settle(flow)

    def _dns(self, flow: Flow, data: bytes, now: int) -> None:
        message = dns.parse(data)
        client = flow.target if message.is_response else flow.source
        asked = [q.name for q in message.questions if q.kind in (dns.A, dns.AAAA)]
        for name in asked:
            self.notes.asked(client, name, now)
        if message.is_response and len(asked) == 1:
            for kind in (dns.A, dns.AAAA):
                for record in message.of(kind):
                    if record.address:
                        address = record.data
                        self.notes.names.learn(client, address, asked[0].casefold())

    def _dhcp(self, message: dhcp.Message, now: int) -> None:
        notes = self.notes
        if not message.from_client:
            if message.kind == dhcp.ACK and any(message.your_address):
                notes.who.bind(message.mac, message.your_address, now)
            return
        if any(message.client_address):
            notes.who.bind(message.mac, message.client_address, now)
        said = (
            ("dhcp.request", message.lines()),
            ("dhcp.vendor_class", message.text(dhcp.VENDOR_CLASS)),
            ("dhcp.hostname", message.text(dhcp.HOSTNAME)),
        )
        for field, text in said:
            if text:
                notes.heard(field, text, now, mac=message.mac, transport="udp")

    # --- TCP --------------------------------------------------------------------------------

    def _tcp(self, flow: Flow, data: bytes, at: int, end: int) -> None:
        segment = tcp.parse(data, at, end)
        if segment.flags & tcp.SYN:
            self._opening(flow, segment)
        if flow.settled:
            self.flows.settle(flow)
            return
        stream = flow.stream
        if stream is None:
            stream = flow.stream = tcp.Stream()
        before, opens = stream.held_bytes, bool(segment.flags & tcp.SYN)
        grew = stream.feed(segment.sequence, data[segment.at : end], opens=opens)
        self._buffered += stream.held_bytes - before
        if grew:
            self._grown(flow, stream)
        if segment.flags & (tcp.FIN | tcp.RST) or flow.packets > MAX_LOOKED_AT:
            self._read(flow)
        if self._buffered > MAX_BUFFERED:
            self._finish_streams()

    def _perhaps_anew(self, flow: Flow, flags: int) -> None:
        """What another connection between the same ports counted was under another name."""
        if flags & tcp.SYN and not flags & tcp.ACK and flow.pair.name:
            self._count()
            self.flows.fast.clear()
            flow.pair.name, flow.pair.saw_login = "", False

    def _opening(self, flow: Flow, segment: tcp.Segment) -> None:
        """A connection begins, perhaps another one between the same ports."""
        answered = bool(segment.flags & tcp.ACK)
        opened(flow.pair, flow, by_source=not answered)
        if answered:
            number = flow.source_port
            self.notes.heard(
                "tcp.open", str(number), flow.last_us,
                address=flow.source, port=number, transport="tcp",
            )  # fmt: skip
        if flow.settled:
            self.flows.fast.pop(flow.fast_key, None)
            flow.settled, flow.kind, flow.stream = False, None, None

    def _grown(self, flow: Flow, stream: tcp.Stream) -> None:
        content = stream.content
        if flow.kind is None:
            kind = dissect.kind_of(bytes(content[:8]), flow.source_port, flow.target_port)
            if kind == "":
                self._read(flow)
            if not kind:
                return
            flow.kind, stream.limit_bytes = kind, dissect.LIMITS[kind]
        hello = flow.kind == "tls" and len(content) > 5 and content[5] == 1
        if stream.full or (hello and len(content) >= 5 + int.from_bytes(content[3:5])):
            self._read(flow)

    def _read(self, flow: Flow) -> None:
        """Read what one direction said, and be done with it."""
        stream, kind = flow.stream, flow.kind
        self.flows.settle(flow)
        if stream is None:
            return
        self._buffered -= stream.held_bytes
        for said in dissect.stream(kind, bytes(stream.content)) if kind else ():
            self._note(flow, said, flow.last_us, "tcp")

    def _finish_streams(self, until_us: int | None = None) -> None:
        """Read every stream of which something is here (those silent since an instant)."""
        for flow in self.flows:
            if flow.stream is None or not flow.stream.content:
                continue
            if until_us is None or flow.last_us <= until_us:
                self._read(flow)

    def _note(self, flow: Flow, said: Said, now: int, transport: str) -> None:
        if said.field == "peer.name":
            flow.pair.name = flow.pair.name or str(said.payload)
            return
        if said.field == dissect.LOGIN and flow.pair.saw_login:
            return
        flow.pair.saw_login |= said.field == dissect.LOGIN
        address = flow.target if said.target else flow.source
        port = flow.target_port if said.target else flow.source_port
        self.notes.heard(
            said.field, said.payload, now, address=address, port=port, transport=transport
        )


def _ports(protocol: int, data: bytes, at: int, end: int) -> tuple[int, int]:
    """Source and target port; none for protocols without."""
    if protocol not in (ip.TCP, ip.UDP):
        return 0, 0
    if end < at + 4:
        raise PeerError("the ports of a packet are cut off")
    return int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 2 : at + 4])
