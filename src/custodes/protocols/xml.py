"""XML from devices: one safe parse for whole answers, one forgiving look at cut ones. Pure.

Refused: document types (and with them every entity bomb), depth over 64, and more bytes, elements
or attributes than any device's answer needs. Forgiven: namespaces that were never declared, wrong
character sets, control characters, bare ampersands, junk behind the root.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from custodes.errors import PeerError
from custodes.protocols.charsets import decode
from custodes.units import KIB, MIB

MAX_DEPTH = 64
MAX_NODES = 50_000
MAX_ATTRIBUTES = 256
MAX_ATTRIBUTE = 64 * KIB
MAX_FIELDS = 4096


@dataclass(slots=True)
class Element:
    """An element by its local name; `text` is its own text, without its children's, stripped."""

    tag: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in document order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            if element.children:
                waiting += reversed(element.children)

    def find(self, tag: str) -> "Element | None":
        """The first element below with this local name."""
        for element in self.walk():
            if element.tag == tag and element is not self:
                return element
        return None

    def findall(self, tag: str) -> list["Element"]:
        """Every element below with this local name, in document order."""
        return [e for e in self.walk() if e.tag == tag and e is not self]

    def child(self, tag: str) -> "Element | None":
        """The first direct child with this local name."""
        return next((e for e in self.children if e.tag == tag), None)

    def text_of(self, tag: str) -> str | None:
        """The text of the first element below with this name; None where absent or empty."""
        found = self.find(tag)
        return found.text or None if found is not None else None

    def leaves(self) -> dict[str, str]:
        """The text of every element without children, by name; the first of a name counts."""
        found: dict[str, str] = {}
        for element in self.walk():
            if not element.children:
                found.setdefault(element.tag, element.text)
        return found


def parse(data: bytes | str, limit: int = MIB) -> Element:
    """Read a whole XML answer.

    Raises:
        PeerError: it is not XML, it carries a document type, or it breaks a limit.
    """
    if len(data) > limit:
        raise PeerError("the XML is too long", limit_bytes=limit, read_bytes=len(data))
    text = clean(data)
    try:
        return _parse(text)
    except expat.ExpatError as error:
        repaired = _LOOSE_AMPERSAND.sub("&amp;", text)
        if repaired == text:
            raise _refusal(error) from error
    try:
        return _parse(repaired)
    except expat.ExpatError as error:
        raise _refusal(error) from error


def _parse(text: str) -> Element:
    builder = _Builder()
    try:
        builder.parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        if builder.root is None or builder.open:
            raise
    if builder.root is None:
        raise PeerError("no XML element")
    return builder.root


def parse_cut(data: bytes | str, limit: int = MIB) -> Element:
    """Read XML that may end before its time: what was whole before the cut or the break.

    An element that the cut went through, and has nothing whole inside, is left out: half a value
    is a wrong one.

    Raises:
        PeerError: not even the root can be read, it carries a document type, or breaks a limit.
    """
    text = clean(data[:limit])
    builder = _Builder()
    try:
        builder.parser.Parse(_LOOSE_AMPERSAND.sub("&amp;", text).encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        if builder.root is None:
            raise _refusal(error) from error
    root = builder.root
    if root is None:
        raise PeerError("no XML element")
    for parent, element in reversed(list(pairwise(builder.open))):
        if not element.children:
            parent.children.remove(element)
    return root


def _refusal(error: expat.ExpatError) -> PeerError:
    reason = expat.ErrorString(error.code)
    return PeerError(f"not XML: {reason}", line=error.lineno, column=error.offset)


# A camera called "Gate & Yard" ends up in XML like that when firmware forgets to escape.
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_DECLARATION = re.compile(r"<\?xml[^<>]{0,200}\?>")
_ENCODING = re.compile(rb"<\?xml[^<>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def clean(data: bytes | str) -> str:
    """XML as text that can be parsed: decoded, without declaration and forbidden characters."""
    text = _text(data) if isinstance(data, bytes) else data
    text = _FORBIDDEN.sub("", text).lstrip("\ufeff \t\r\n")
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _text(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    named = _ENCODING.search(data[:256])
    return decode(data, named[1].decode() if named else "")


class _Builder:
    """Makes elements of expat's events and keeps the limits."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self._texts: list[list[str]] = []
        self._scopes: list[dict[str, str]] = []  # the namespaces that each open element declares
        self._nodes = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = _refuse_document_type

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if len(self.open) >= MAX_DEPTH:
            raise PeerError("the XML is nested too deep", limit=MAX_DEPTH)
        if self._nodes > MAX_NODES:
            raise PeerError("the XML has too many elements", limit=MAX_NODES)
        declared: dict[str, str] = _NONE
        own: dict[str, str] = {}
        if attributes:
            _check_attributes(attributes)
            declared, own = _split_attributes(attributes)
        self._scopes.append(declared)
        prefix, _, tag = name.rpartition(":")
        element = Element(tag, self._namespace(prefix), own, "", [])
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        texts = self._texts.pop()
        element = self.open.pop()
        if texts:
            element.text = "".join(texts).strip()
        self._scopes.pop()

    def _data(self, text: str) -> None:
        self._texts[-1].append(text)

    def _namespace(self, prefix: str) -> str:
        for scope in reversed(self._scopes):
            if prefix in scope:
                return scope[prefix]
        return ""


_NONE: dict[str, str] = {}


def _check_attributes(attributes: dict[str, str]) -> None:
    if len(attributes) > MAX_ATTRIBUTES:
        raise PeerError("an XML element has too many attributes", limit=MAX_ATTRIBUTES)
    if max(map(len, attributes.values())) > MAX_ATTRIBUTE:
        raise PeerError("an XML attribute is too long", limit_bytes=MAX_ATTRIBUTE)


def _split_attributes(attributes: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Namespace declarations by prefix, and the other attributes by local name."""
    declared: dict[str, str] = {}
    own: dict[str, str] = {}
    for name, value in attributes.items():
        if name == "xmlns":
            declared[""] = value
        elif name.startswith("xmlns:"):
            declared[name[6:]] = value
        else:
            own[name.rpartition(":")[2]] = value
    return declared, own


def _refuse_document_type(*_: object) -> None:
    raise PeerError("the XML carries a document type, which no device needs")


# Every class below excludes "<", so no attempt reads past the next tag: linear in the length.
_LEAF = re.compile(r"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<]*)</")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def fields(text: str) -> dict[str, str]:
    """What can be read of XML that was cut or broken: each closed leaf by its local name.

    A leaf that the cut went through is left out: half a serial number is a wrong one.
    """
    found: dict[str, str] = {}
    for leaf in _LEAF.finditer(text):
        name = leaf[1].rpartition(":")[2]
        if name and len(found) < MAX_FIELDS:
            found.setdefault(name, unescape(leaf[2]).strip())
    return found


def unescape(text: str) -> str:
    """Replace the five named references of XML and the numeric ones; leave what is neither."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    if reference[3]:
        return _NAMED[reference[3]]
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    allowed = 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return chr(code) if allowed or code in {9, 10, 13} else ""


def escape(text: str) -> str:
    """Text as it may stand in an element or a quoted attribute."""
    text = _FORBIDDEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace(">", "&gt;").replace('"', "&quot;")
