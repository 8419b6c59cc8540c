"""One host of an Nmap scan: its ports, names and scripts as observations."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from custodes.find.read.masscan_fields import field_of as masscan_field
from custodes.find.read.masscan_fields import sent, unescaped
from custodes.find.read.nmap_fingerprint import answers
from custodes.find.read.nmap_scripts import Node, answer_field, banner_field, facts
from custodes.observation import Observation, observe

PORTS = range(1, 65_536)
SERVICE_KEYS = ("name", "product", "version", "extrainfo", "devicetype", "ostype", "tunnel")


class Host:
    """What is known of the host whose element is open, and where its observations come from."""

    def __init__(
        self, number: int, attributes: Mapping[str, str], started_at: str, name: str
    ) -> None:
        self.number = number
        self.address: str | None = None
        self._seen_at = instant(
            attributes.get("endtime") or attributes.get("starttime") or started_at
        )
        self._source = f"import:{name}#host {number}"
        self._has_system = False

    def __str__(self) -> str:
        return f"host {self.number}" + (f" ({self.address})" if self.address else "")

    def addressed(self, attributes: Mapping[str, str]) -> Iterator[Observation]:
        """An `address` element: the first IP address is the host's; a MAC is an observation."""
        text = attributes.get("addr", "")
        if attributes.get("addrtype") == "mac":
            yield self._observe("mac.address", text)
            if vendor := attributes.get("vendor"):
                yield self._observe("nmap.mac-vendor", vendor)
        elif text and self.address is None:
            self.address = text

    def named(self, attributes: Mapping[str, str]) -> Iterator[Observation]:
        """A `hostname` element."""
        if name := attributes.get("name"):
            yield self._observe("dns.hostname", name)

    def system(self, match: Node) -> Iterator[Observation]:
        """The first `osmatch` element, which is Nmap's best guess."""
        if not self._has_system and match.get("name"):
            self._has_system = True
            yield self._observe("host.os", match.get("name"))

    def script(self, script: Node) -> Iterator[Observation]:
        """A script that ran for the host as a whole."""
        for field, text in facts(script, ""):
            yield self._observe(field, text)

    def port(self, node: Node) -> Iterator[Observation]:
        """An open port with all that was learnt there; other states say nothing of a device."""
        number, transport = node.get("portid"), node.get("protocol") or "tcp"
        state, service = node.first("state"), node.first("service") or Node("service", {})
        if state is None or state.get("state") != "open" or not _is_port(number):
            return
        about = {key: service.get(key) for key in SERVICE_KEYS if service.get(key)}
        payload = json.dumps(about, ensure_ascii=False)
        opened = "udp.open" if transport == "udp" else "tcp.open"
        yield self._observe(opened, payload, int(number), transport)
        seen: set[tuple[str, str | bytes]] = set()
        for fact in _port_facts(node, service):
            if fact not in seen:
                seen.add(fact)
                yield self._observe(*fact, int(number), transport)

    def _observe(
        self,
        field: str,
        payload: str | bytes,
        port: int | None = None,
        transport: str | None = None,
    ) -> Observation:
        return observe(
            field,
            payload,
            address=self.address,
            port=port,
            transport=transport,
            seen_at=self._seen_at,
            source=self._source,
        )


def _port_facts(node: Node, service: Node) -> Iterator[tuple[str, str | bytes]]:
    name, fingerprint = service.get("name"), service.get("servicefp")
    if banner := unescaped(service.get("banner")):  # Masscan writes Nmap's XML, and this of its own
        yield masscan_field(name, banner), sent(banner)
    for probe, data in answers(fingerprint):
        yield answer_field(data) or (banner_field(name) if probe == "NULL" else "tcp.banner"), data
    for script in node.all("script"):
        if fingerprint and script.get("id") == "fingerprint-strings":
            continue  # the same answers, with less of them left
        yield from facts(script, name)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and int(text) in PORTS


def instant(seconds: str) -> datetime | None:
    """Nmap writes times as seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
