"""What the answers of Nmap's scripts say about a device.

Scripts print what they concluded as well as what they received; only what the device itself sent
is taken. Where a script takes an answer apart (`upnp-info`, `http-auth`), the parts are put
together again; the values are the device's own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from custodes.find.read.certificate_names import written

Fact = tuple[str, str]  # (field, text)


@dataclass(slots=True)
class Node:
    """One XML element while its port or script is put together."""

    tag: str
    attributes: Mapping[str, str]
    children: list["Node"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, tag: str) -> Iterator["Node"]:
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> "Node | None":
        return next(self.all(tag), None)

    def keyed(self, key: str) -> "Node | None":
        """The child element that a script named `key`."""
        return next((c for c in self.children if c.get("key") == key), None)

    def table(self, key: str) -> dict[str, str]:
        """The named values in the table that a script named `key`."""
        found = self.keyed(key)
        return {c.get("key"): c.text for c in found.all("elem")} if found else {}


def facts(script: Node, service: str) -> Iterator[Fact]:
    """What one script says; nothing for scripts that are not known here or that failed."""
    output = script.get("output").strip()
    reader = _READERS.get(script.get("id"))
    if reader is None or output.startswith("ERROR:") or output == "false":
        return
    for name, text in reader(script, output, service):
        if text.strip():
            yield name, text


def banner_field(service: str) -> str:
    """What kind of greeting a service of this name sends."""
    return {
        "ftp": "ftp.banner",
        "telnet": "telnet.banner",
        "ssh": "ssh.banner",
        "sip": "sip.banner",
    }.get(service, "tcp.banner")


def answer_field(data: bytes) -> str | None:
    """HTTP or RTSP, by the first characters; None for anything else."""
    if data.startswith(b"HTTP/"):
        return "http.response"
    return "rtsp.response" if data.startswith(b"RTSP/") else None


_NO_TITLE = ("Site doesn't have a title", "Did not follow redirect to", "Requested resource was")


def _title(script: Node, output: str, _service: str) -> Iterator[Fact]:
    elem = script.keyed("title")
    if elem is not None:
        yield "http.title", elem.text
    elif output and not script.children and not output.startswith(_NO_TITLE):
        yield "http.title", output.splitlines()[0]
    redirect = script.keyed("redirect_url")
    if redirect is not None:
        yield "http.header.location", redirect.text


def _server(script: Node, output: str, _service: str) -> Iterator[Fact]:
    values = [elem.text for elem in script.all("elem")] or output.splitlines()
    yield from (("http.header.server", value.strip()) for value in values)


_HEADERS = {
    "server": "http.header.server",
    "www-authenticate": "http.header.www-authenticate",
    "set-cookie": "http.header.set-cookie",
    "x-powered-by": "http.header.x-powered-by",
    "location": "http.header.location",
}


def _headers(_script: Node, output: str, _service: str) -> Iterator[Fact]:
    for line in output.splitlines():
        name, colon, value = line.strip().partition(":")
        if colon and name.lower() in _HEADERS:
            yield _HEADERS[name.lower()], value.strip()


def _favicon(_script: Node, output: str, _service: str) -> Iterator[Fact]:
    if found := re.search(r"\b[0-9A-Fa-f]{32}\b", output):
        yield "http.favicon.md5", found[0].lower()


def _challenge(script: Node, _output: str, _service: str) -> Iterator[Fact]:
    for table in script.all("table"):
        scheme = table.keyed("scheme")
        values = table.table("params")
        if scheme is not None:
            text = ", ".join(f'{key}="{value}"' for key, value in values.items())
            yield "http.header.www-authenticate", f"{scheme.text} {text}".strip()


def _certificate(script: Node, _output: str, _service: str) -> Iterator[Fact]:
    for part in ("subject", "issuer"):
        yield f"tls.{part}", written(script.table(part))
    pem = script.keyed("pem")
    if pem is not None:
        lines = pem.text.splitlines()
        yield "tls.certificate", "".join(line for line in lines if not line.startswith("-----"))


def _methods(_script: Node, output: str, _service: str) -> Iterator[Fact]:
    yield "rtsp.header.public", output


def _banner(_script: Node, output: str, service: str) -> Iterator[Fact]:
    yield banner_field(service), output


def _description(_script: Node, output: str, _service: str) -> Iterator[Fact]:
    yield "snmp.sysDescr", re.split(r"\n\s*System uptime:", output)[0].strip()


_UPNP = {
    "Name": "friendlyName",
    "Manufacturer": "manufacturer",
    "Model Descr": "modelDescription",
    "Model Name": "modelName",
    "Model Version": "modelNumber",
}


def _upnp(_script: Node, output: str, _service: str) -> Iterator[Fact]:
    values: dict[str, str] = {}
    for line in output.splitlines():
        key, colon, value = line.strip().partition(":")
        if colon:
            values.setdefault(key.strip(), value.strip())
    if "Server" in values:
        location = f"LOCATION: {values['Location']}\r\n" if "Location" in values else ""
        yield "ssdp.packet", f"HTTP/1.1 200 OK\r\nSERVER: {values['Server']}\r\n{location}\r\n"
    parts = [f"<{t}>{escape(values[k])}</{t}>" for k, t in _UPNP.items() if values.get(k)]
    if parts:
        yield "upnp.response", f"<root><device>{''.join(parts)}</device></root>"


def _wsdd(script: Node, output: str, _service: str) -> Iterator[Fact]:
    yield f"nmap.{script.get('id')}", output


def _strings(script: Node, _output: str, _service: str) -> Iterator[Fact]:
    for elem in script.all("elem"):
        lines = (line.removeprefix("    ") for line in "".join(elem.texts).splitlines())
        text = "\r\n".join(line for line in lines if line) + "\r\n\r\n"
        kind = answer_field(text.encode("utf-8", "replace"))
        if kind is not None:
            yield kind, text


_READERS: Mapping[str, Callable[[Node, str, str], Iterator[Fact]]] = {
    "banner": _banner,
    "broadcast-upnp-info": _upnp,
    "fingerprint-strings": _strings,
    "http-auth": _challenge,
    "http-favicon": _favicon,
    "http-headers": _headers,
    "http-server-header": _server,
    "http-title": _title,
    "rtsp-methods": _methods,
    "snmp-sysdescr": _description,
    "ssl-cert": _certificate,
    "upnp-info": _upnp,
    "wsdd-discover": _wsdd,
}
