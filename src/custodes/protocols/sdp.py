"""SDP, the description of a stream (RFC 8866): read leniently, written exactly. Pure."""

from dataclasses import dataclass, field

from custodes.errors import PeerError
from custodes.protocols.charsets import decode
from custodes.units import KIB

LIMIT_BYTES = 256 * KIB
MAX_LINES = 4096

Attribute = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Media:
    """One `m=` section; `lines` are its other lines (`c`, `b`, `i` …) in order."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    attributes: tuple[Attribute, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()

    def attribute(self, name: str) -> str | None:
        """An attribute of this medium; "" for one without a value, None where it is absent."""
        return _first(self.attributes, name)


@dataclass(frozen=True, slots=True)
class Sdp:
    """A description; `name` is its session name, None where it gives none."""

    name: str | None = None
    origin: str | None = None
    attributes: tuple[Attribute, ...] = ()
    media: tuple[Media, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()

    def attribute(self, name: str) -> str | None:
        """An attribute of the session; "" for one without a value, None where it is absent."""
        return _first(self.attributes, name)


def _first(attributes: tuple[Attribute, ...], name: str) -> str | None:
    return next((value or "" for key, value in attributes if key == name), None)


@dataclass(slots=True)
class _Section:
    attributes: list[Attribute] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    opening: str | None = None


def parse(data: bytes | str) -> Sdp:
    """Read a description; lines that are none are passed over.

    Raises:
        PeerError: it is too long, or not one line of it is SDP.
    """
    if len(data) > LIMIT_BYTES:
        raise PeerError("the description is too long", limit_bytes=LIMIT_BYTES)
    text = decode(data) if isinstance(data, bytes) else data
    session = _Section()
    sections = [session]
    for kind, value in _lines(text):
        if kind == "m":
            sections.append(_Section(opening=value))
        elif kind == "a":
            name, colon, rest = value.partition(":")
            sections[-1].attributes.append((name, rest if colon else None))
        else:
            sections[-1].lines.append((kind, value))
    if not session.lines and not session.attributes and len(sections) == 1:
        raise PeerError("not a description", beginning=text[:60])
    plain = tuple(line for line in session.lines if line[0] not in "vos")
    return Sdp(
        name=_of(session, "s"),
        origin=_of(session, "o"),
        attributes=tuple(session.attributes),
        media=tuple(_media(section) for section in sections[1:]),
        lines=plain,
    )


def _lines(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.replace("\r", "\n").replace("\x00", "").split("\n", MAX_LINES)[:MAX_LINES]:
        kind, equals, value = line.strip().partition("=")
        if equals and len(kind) == 1 and kind.isalpha():
            found.append((kind, value.strip()))
    return found


def _of(section: _Section, kind: str) -> str | None:
    return next((value or None for key, value in section.lines if key == kind), None)


def _media(section: _Section) -> Media:
    kind, port, protocol, *formats = [*(section.opening or "").split(), "", "", ""][:64]
    number = port.partition("/")[0]
    return Media(
        kind=kind,
        port=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0,
        protocol=protocol,
        formats=tuple(f for f in formats if f),
        attributes=tuple(section.attributes),
        lines=tuple(section.lines),
    )


def build(description: Sdp) -> bytes:
    """Write a description as a server sends it."""
    lines = ["v=0", f"o={description.origin or '- 0 0 IN IP4 0.0.0.0'}"]
    lines.append(f"s={description.name or '-'}")
    lines += [f"{kind}={value}" for kind, value in description.lines]
    if not any(kind == "t" for kind, _ in description.lines):
        lines.append("t=0 0")
    lines += _attribute_lines(description.attributes)
    for media in description.media:
        lines.append(" ".join((f"m={media.kind}", str(media.port), media.protocol, *media.formats)))
        lines += [f"{kind}={value}" for kind, value in media.lines]
        lines += _attribute_lines(media.attributes)
    return "".join(f"{line}\r\n" for line in lines).encode()


def _attribute_lines(attributes: tuple[Attribute, ...]) -> list[str]:
    return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in attributes]
