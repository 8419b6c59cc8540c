"""Logs of Zeek: conn, dns, ssl, http, dhcp, software and x509, with tabs or as JSON.

They become what the capture itself would have told, as far as a log holds it. Passwords that
http.log may hold are not read.
"""

from collections.abc import Callable, Iterable, Iterator

from custodes.errors import InputError
from custodes.find.listen.dissect import LOGIN, host_name
from custodes.find.listen.flows import Pair, guess
from custodes.find.listen.notes import Notes
from custodes.find.listen.talks import NAMED, Ends, instant
from custodes.find.listen.who import Network
from custodes.find.read.json_lines import begins_with
from custodes.find.read.lines import Readable
from custodes.find.read.tally import Tally
from custodes.find.read.zeek_rows import Row, rows
from custodes.observation import Observation, observe
from custodes.protocols import ip

NAME = "zeek"
ABOUT = "logs of Zeek (conn, dns, ssl, http, dhcp, software, x509; tabs or JSON, also .gz)"
FIRST_HOP = 64  # logs do not say how far a packet came
PROTOCOLS = {"tcp": ip.TCP, "udp": ip.UDP, "icmp": ip.ICMP}
SOFTWARE = {
    "HTTP::SERVER": "http.header.server",
    "HTTP::APPSERVER": "http.header.x-powered-by",
    "SSH::SERVER": "ssh.banner",
    "FTP::SERVER": "ftp.banner",
    "DHCP::CLIENT": "dhcp.vendor_class",
}
_TLS = {"SSLv3": "SSLv3", "TLSv10": "TLSv1", "TLSv11": "TLSv1.1", "TLSv12": "TLSv1.2", "TLSv13": "TLSv1.3"}  # fmt: skip  # noqa: E501


def recognise(head: bytes) -> bool:
    """Whether the file begins like a log of either kind."""
    if head.startswith(b"#separator "):
        return True
    keys = (b'"id.orig_h"', b'"software_type"', b'"certificate.subject"', b'"assigned_addr"')
    return begins_with(head, all_of=(b'"ts"',), any_of=keys)


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every observation of the log; devices are those with private addresses."""
    return read_in((), stream, name, tally)


def read_in(
    networks: Iterable[Network], stream: Readable, name: str, tally: Tally
) -> Iterator[Observation]:
    """The same; addresses in these networks are devices too.

    Raises:
        InputError: the log is cut short; what was read before that is given first.
    """
    tally.unit, tally.winds_down = "line", True
    log, source = Log(networks), f"import:{name}"
    failure: InputError | None = None
    try:
        for number, row in rows(stream, tally):
            tally.useful()
            if not log.take(row):
                tally.reject(f"line {number}", "a row of a log that is not read")
            yield from log.unplaced(source)
            if log.notes.crowded:
                yield from log.notes.take(source)
            if tally.halted():
                break
    except InputError as error:
        failure = error
    yield from log.notes.take(source)
    if failure is not None:
        raise failure


class Log:
    """Takes rows of any of the logs; each is known by the fields that it has."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self.notes = Notes(networks)
        self._unplaced: list[tuple[str, str, str, int]] = []

    def take(self, row: Row) -> bool:
        """Note what a row tells; False for a row of no log that is read."""
        now = row.micros("ts")
        reader = next((r for names, r in self._readers() if all(n in row for n in names)), None)
        if reader is None or now < 0:
            return False
        reader(row, now)
        return True

    def _readers(self) -> tuple[tuple[tuple[str, ...], Callable[[Row, int], None]], ...]:
        return (
            (("id.orig_h", "query"), self._dns),
            (("id.orig_h", "conn_state"), self._conn),
            (("id.orig_h", "method"), self._http),
            (("id.orig_h", "status_code"), self._http),
            (("id.orig_h", "trans_depth"), self._http),
            (("id.orig_h", "cipher"), self._ssl),
            (("id.orig_h", "established"), self._ssl),
            (("id.orig_h", "proto"), self._conn),
            (("mac",), self._dhcp),
            (("software_type", "host"), self._software),
            (("certificate.subject",), self._x509),
            (("trans_id",), self._nothing),  # a row of dns.log or dhcp.log that holds nothing
        )

    def _nothing(self, row: Row, now: int) -> None:
        """A row that says nothing of a device."""

    def unplaced(self, source: str) -> Iterator[Observation]:
        """What names no device, such as the certificates of x509.log."""
        found, self._unplaced = self._unplaced, []
        for field, payload, number, now in found:
            yield observe(field, payload, id=number or None, seen_at=instant(now), source=source)

    def _ends(self, row: Row, now: int) -> tuple[bytes, bytes] | None:
        client, server = row.address("id.orig_h"), row.address("id.resp_h")
        return (client, server) if client and server else None

    def _spoke(self, address: bytes, mac: bytes, now: int) -> None:
        self.notes.who.sent(address, mac, FIRST_HOP, now)

    def _conn(self, row: Row, now: int) -> None:
        ends = self._ends(row, now)
        protocol = PROTOCOLS.get(row.text("proto"))
        if ends is None or protocol is None:
            return
        client, server = ends
        pair = self._pair(row, ends, protocol)
        times = (now, now + max(0, row.micros("duration")))
        sides = ((client, server, "orig"), (server, client, "resp"))
        for address, _, side in sides:
            if row.number(f"{side}_pkts"):
                self._spoke(address, row.mac(f"{side}_l2_addr"), times[1])
        for address, peer, side in sides:
            packets = row.number(f"{side}_pkts")
            size = row.number(f"{side}_ip_bytes") or row.number(f"{side}_bytes")
            if packets or size:
                self.notes.talks.count(Ends(address, peer, protocol, pair), size, packets, times)
        if protocol == ip.TCP and "h" in row.text("history"):
            port = row.port("id.resp_p")
            self.notes.heard("tcp.open", str(port), now, address=server, port=port, transport="tcp")

    def _pair(self, row: Row, ends: tuple[bytes, bytes], protocol: int) -> Pair:
        pair, ports = Pair(), (row.port("id.orig_p"), row.port("id.resp_p"))
        if protocol == ip.ICMP:
            return pair
        seen = protocol == ip.TCP and set(row.text("history")) & {"S", "h"}
        if seen or ports == (123, 123):
            pair.client, pair.port = (ends[0], ports[0]), ports[1]
        else:
            guess(pair, (ends[0], ports[0]), (ends[1], ports[1]))
        return pair

    def _named(self, client: bytes, server: bytes, port: int, name: str, now: int) -> None:
        """A name by which a device called an address; how much it sent, this log does not say."""
        pair = Pair()
        pair.client, pair.port, pair.name = (client, 0), port, name
        self._spoke(client, b"", now)
        protocol = ip.TCP if port else NAMED
        self.notes.talks.count(Ends(client, server, protocol, pair), 0, 0, (now, now))

    def _dns(self, row: Row, now: int) -> None:
        ends, name = self._ends(row, now), row.text("query").casefold()
        if ends is None or row.text("qtype_name") not in {"A", "AAAA"}:
            return
        if row.port("id.resp_p") != 53:
            return  # multicast DNS and its kin ask everybody
        self._spoke(ends[0], b"", now)
        self.notes.asked(ends[0], name, now)
        for answer in row.many("answers"):
            address = Row({"a": answer}).address("a")
            if address is not None and host_name(name):
                self._named(ends[0], address, 0, name, now)

    def _ssl(self, row: Row, now: int) -> None:
        ends, port = self._ends(row, now), row.port("id.resp_p")
        if ends is None:
            return
        if name := host_name(row.text("server_name")):
            self._named(*ends, port, name, now)
        version = row.text("version")
        said = {
            "tls.protocol": _TLS.get(version, version),
            "tls.subject": row.text("subject"),
            "tls.issuer": row.text("issuer"),
        }
        for field, text in said.items():
            if text:
                self.notes.heard(field, text, now, address=ends[1], port=port, transport="tcp")

    def _http(self, row: Row, now: int) -> None:
        ends, port = self._ends(row, now), row.port("id.resp_p")
        if ends is None:
            return
        if name := host_name(row.text("host")):
            self._named(*ends, port, name, now)
        if "username" in row or "password" in row:
            self.notes.heard(LOGIN, "HTTP: Basic", now, address=ends[1], port=port, transport="tcp")

    def _dhcp(self, row: Row, now: int) -> None:
        mac = row.mac("mac")
        address = row.address("assigned_addr") or row.address("client_addr")
        if mac and address:
            self.notes.who.bind(mac, address, now)
        if mac and (name := row.text("host_name")):
            self.notes.heard("dhcp.hostname", name, now, mac=mac, transport="udp")

    def _software(self, row: Row, now: int) -> None:
        address, field = row.address("host"), SOFTWARE.get(row.text("software_type"))
        text = row.text("unparsed_version")
        if address is not None and field is not None and text:
            self._spoke(address, b"", now)
            port = row.port("host_p") or None
            self.notes.heard(field, text, now, address=address, port=port, transport="tcp")

    def _x509(self, row: Row, now: int) -> None:
        number = row.text("fingerprint") or row.text("id")
        for name, field in (("subject", "tls.subject"), ("issuer", "tls.issuer")):
            if text := row.text(f"certificate.{name}"):
                self._unplaced.append((field, text, number, now))
