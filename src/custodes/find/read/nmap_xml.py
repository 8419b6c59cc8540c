"""Nmap's XML (`nmap -oX`), also of a scan that was stopped half way.

Read as it comes, one port at a time, so that memory does not grow with the scan. Entities are
refused: Nmap writes none, and they are how a small file becomes a large one.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

from custodes.errors import InputError
from custodes.find.read.lines import CHUNK, Readable
from custodes.find.read.nmap_host import Host
from custodes.find.read.nmap_scripts import Node
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import MIB, human_size

NAME = "nmap"
ABOUT = "Nmap XML (nmap -oX, also of an aborted scan; Masscan's XML)"
DEPTH_LIMIT = 64
ITEM_LIMIT = 16 * MIB  # one tag, one text, or all of one port; real ones are a few KiB
NODE_WEIGHT = 200  # what one element costs beside its text, roughly

_ROOT = re.compile(rb"<nmaprun[\s>/]")
_COLLECTED = frozenset({"port", "script", "osmatch"})  # put together before they are read


def recognise(head: bytes) -> bool:
    """Whether it is XML whose first element is Nmap's."""
    start = head[:8192].lstrip()
    return start.startswith(b"<") and _ROOT.search(start) is not None


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """Every open port, script answer and address of the scan, host by host.

    Raises:
        InputError: it is not well-formed, is cut short, or carries entities or huge items.
    """
    scan = _Scan(name, tally)
    while chunk := stream.read(CHUNK):
        yield from scan.feed(chunk)
    yield from scan.feed(b"", final=True)


class _Scan:
    """The events of the XML parser, as observations."""

    def __init__(self, name: str, tally: Tally) -> None:
        tally.unit = "host"
        self._tally = tally
        self._name = name
        self._started_at = ""
        self._host: Host | None = None
        self._hosts = self._depth = self._weight = self._fed = 0
        self._open: list[Node] = []  # the collected element and the open ones in it
        self._ready: list[Observation] = []
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _doctype
        parser.EntityDeclHandler = parser.SkippedEntityHandler = _entity

    def feed(self, data: bytes, *, final: bool = False) -> Iterator[Observation]:
        """What these bytes complete, even where the text breaks behind it."""
        failure: InputError | None = None
        try:
            self._parser.Parse(data, final)
            self._fed += len(data)
            if self._fed - self._parser.CurrentByteIndex > ITEM_LIMIT:
                failure = InputError(f"one item is larger than {human_size(ITEM_LIMIT)}")
        except expat.ExpatError as error:
            failure = InputError(self._broken(error, final=final))
        except InputError as error:
            failure = error
        ready, self._ready = self._ready, []
        yield from ready
        if failure is not None:
            raise failure

    def _broken(self, error: expat.ExpatError, *, final: bool) -> str:
        if final:
            return f"the scan ends in the middle{f' of {self._host}' if self._host else ''}"
        what = expat.ErrorString(error.code) or "broken"
        return f"not well-formed at line {error.lineno}, column {error.offset + 1}: {what}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise InputError(f"elements are nested deeper than {DEPTH_LIMIT}")
        if self._open or (self._host and tag in _COLLECTED):
            self._collect(tag, attributes)
        elif tag == "nmaprun":
            self._started_at = attributes.get("start", "")
        elif tag == "host":
            self._hosts += 1
            self._host = Host(self._hosts, attributes, self._started_at, self._name)
        elif self._host and tag == "address":
            self._ready += self._host.addressed(attributes)
        elif self._host and tag == "hostname":
            self._ready += self._host.named(attributes)

    def _collect(self, tag: str, attributes: dict[str, str]) -> None:
        self._weight += NODE_WEIGHT + sum(map(len, attributes.values()))
        node = Node(tag, attributes if self._weight < ITEM_LIMIT else {})
        if self._open and self._weight < ITEM_LIMIT:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _text(self, text: str) -> None:
        if self._open:
            self._weight += len(text)
            if self._weight < ITEM_LIMIT:
                self._open[-1].texts.append(text)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._open:
            node = self._open.pop()
            if not self._open and self._host is not None:
                self._take(node, self._host)
        elif tag == "host" and self._host is not None:
            if self._host.address is None:
                self._tally.reject(str(self._host), "has no IP address")
            self._tally.items += 1
            self._tally.offset = self._parser.CurrentByteIndex
            self._tally.last = str(self._host)
            self._host = None

    def _take(self, node: Node, host: Host) -> None:
        """A port, host script or guess at the system is complete."""
        weight, self._weight = self._weight, 0
        if weight >= ITEM_LIMIT:
            what = f"{node.tag} {node.get('portid') or node.get('id')}".strip()
            self._tally.reject(f"{host}, {what}", f"larger than {human_size(ITEM_LIMIT)}")
        elif host.address is None:
            return  # reported once, with the host
        elif node.tag == "port":
            self._ready += host.port(node)
        elif node.tag == "script":
            self._ready += host.script(node)
        else:
            self._ready += host.system(node)


def _doctype(_name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
    if has_subset:
        raise InputError(
            "the file declares its own document type; Nmap writes none, so it is refused"
        )


def _entity(*_: object) -> None:
    raise InputError("the file uses entities; Nmap writes none, so they are refused")
