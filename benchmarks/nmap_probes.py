"""What Nmap's own service probe file says about an answer: read at run time, nothing of it kept.

Lines `match` and `softmatch` are applied as Nmap applies them: those of the probe that was sent,
then of its fallbacks, then (TCP) those for unasked greetings; the first match decides, a softmatch
only narrows the service. Patterns are Perl's; what Python's `re` cannot compile is counted. Where
an observation is one header or greeting, an answer is built around it in every plausible form,
and the one that Nmap knows most about counts.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from custodes.find.identify import names
from custodes.find.identify.facets import text_of
from custodes.identity import Identity
from custodes.knowledge.devices import DEVICE_TYPES
from custodes.observation import Observation

PATH = Path("/usr/share/nmap/nmap-service-probes")
READS = 4_096  # bytes of an answer that are looked at

_PROBE = re.compile(r"Probe (TCP|UDP) (\S+) ")
_LINE = re.compile(r"(soft)?match (\S+) m(.)(.*)$", re.DOTALL)
_INFO = re.compile(r"([pvihod])([^\w\s])(.*?)\2|cpe:([^\w\s])(.*?)\4", re.DOTALL)
_POSIX = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "xdigit": "0-9a-fA-F"}
_REFERENCE = re.compile(r"\$(?:(\d)|P\((\d)\)|SUBST\((\d),\"([^\"]*)\",\"([^\"]*)\"\)|I\([^)]*\))")

# The probes whose answers an observation of a field can be, by the beginning of the field.
_HTTP = ("TCP GetRequest", "TCP HTTPOptions", "TCP FourOhFourRequest")
_ASKED = {
    "http.response": _HTTP,
    "http.header.server": _HTTP,
    "http.header.www-authenticate": _HTTP,
    "http.header.set-cookie": _HTTP,
    "http.title": _HTTP,
    "http.body": _HTTP,
    "rtsp.response": ("TCP RTSPRequest", "TCP GetRequest"),
    "rtsp.header.server": ("TCP RTSPRequest", "TCP GetRequest"),
    "rtsp.header.www-authenticate": ("TCP RTSPRequest", "TCP GetRequest"),
    "ftp.banner": ("TCP NULL", "TCP GenericLines"),
    "telnet.banner": ("TCP NULL", "TCP GenericLines"),
    "ssh.banner": ("TCP NULL",),
    "tcp.banner": ("TCP NULL", "TCP GenericLines"),
    "sip.banner": ("TCP SIPOptions", "UDP SIPOptions"),
    "sip.user_agent": ("TCP SIPOptions", "UDP SIPOptions"),
    "ntp.banner": ("UDP NTPRequest",),
    "pjl.id": ("TCP hp-pjl",),
}
_KINDS = {
    "webcam": "camera",
    "VoIP phone": "voip",
    "VoIP adapter": "voip",
    "PBX": "voip server",
    "phone": "mobile phone",
    "storage-misc": "storage",
    "remote management": "lights out management",
    "power-device": "power system",
    "power-misc": "power system",
    "game console": "games console",
    "telecom-misc": "telecom",
    "PDA": "mobile phone",
    "terminal": "thin client",
}
_VAGUE = frozenset({"media device", "security-misc", "specialized"})  # recorders are among them
_WATCHES = re.compile(r"camera|\bcam\b|\bDVR|\bNVR|CCTV|surveillance|video server", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One `match` or `softmatch` line, its templates by letter."""

    service: str
    is_soft: bool
    pattern: re.Pattern[bytes]
    info: dict[str, str]
    cpe: tuple[str, ...]


@dataclass(slots=True)
class Probes:
    """The whole file: lines by probe, and how many could not be translated."""

    revision: str = ""
    lines: dict[str, list[Line]] = field(default_factory=dict)
    fallbacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    untranslated: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, self.lines.values()))


def read(path: Path = PATH) -> Probes:
    """Every match line of the probes that an observation of ours can be the answer to."""
    wanted = {probe for probes in _ASKED.values() for probe in probes} | {"TCP NULL"}
    found, probe = Probes(), ""
    for line in path.read_text("latin-1").splitlines():
        if line.startswith("# $Id: "):
            found.revision = " ".join(line.split()[3:5])
        elif (start := _PROBE.match(line)) is not None:
            probe = f"{start[1]} {start[2]}"
        elif line.startswith("fallback "):
            names_of = line.removeprefix("fallback ").split(",")
            found.fallbacks[probe] = tuple(f"{probe[:3]} {name.strip()}" for name in names_of)
        elif probe in wanted and (parts := _LINE.match(line)) is not None:
            made = _line(parts)
            if made is None:
                found.untranslated += 1
            else:
                found.lines.setdefault(probe, []).append(made)
    return found


def _line(parts: re.Match[str]) -> Line | None:
    pattern, _, rest = parts[4].partition(parts[3])
    flags_end = re.match(r"[is]*", rest)
    letters = flags_end[0] if flags_end else ""
    flags = (re.IGNORECASE if "i" in letters else 0) | (re.DOTALL if "s" in letters else 0)
    compiled = _compile(pattern, flags)
    if compiled is None:
        return None
    info: dict[str, str] = {}
    cpe: list[str] = []
    for found in _INFO.finditer(rest[len(letters) :]):
        if found[1]:
            info.setdefault(found[1], found[3])
        else:
            cpe.append(found[5])
    return Line(parts[2], bool(parts[1]), compiled, info, tuple(cpe))


def _compile(pattern: str, flags: int) -> re.Pattern[bytes] | None:
    for name, letters in _POSIX.items():
        pattern = pattern.replace(f"[:{name}:]", letters)
    pattern = re.sub(r"\\0(?![0-7])", r"\\x00", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern.encode("latin-1"), flags)
    except re.error:
        return None


def sees(name: str) -> bool:
    """Whether some probe of the file gets answers of this field at all."""
    return name in _ASKED


def _answers(seen: Observation) -> Iterator[bytes]:
    """The observation as a whole answer, in each form that a device may give it."""
    text = text_of(seen)
    raw = seen.data if seen.encoding == "base64" else text.encode("utf-8", "replace")
    name = seen.field.rpartition(".")[2]
    if seen.field in ("http.response", "rtsp.response"):
        yield raw
    elif seen.field.startswith("http.header."):
        status = b"401 Unauthorized" if name == "www-authenticate" else b"200 OK"
        for version in (b"1.0", b"1.1"):
            yield b"HTTP/%s %s\r\n%s: %s\r\n\r\n" % (version, status, _written(name), raw)
    elif seen.field in ("http.title", "http.body"):
        page = b"<html><head><title>%s</title>" % raw if name == "title" else raw
        for version in (b"1.0", b"1.1"):
            yield b"HTTP/%s 200 OK\r\nContent-Type: text/html\r\n\r\n%s" % (version, page)
    elif seen.field.startswith("rtsp.header."):
        status = b"401 Unauthorized" if name == "www-authenticate" else b"200 OK"
        yield b"RTSP/1.0 %s\r\nCSeq: 1\r\n%s: %s\r\n\r\n" % (status, _written(name), raw)
    elif seen.field.startswith("sip."):
        yield raw
        for header in (b"User-Agent", b"Server"):
            yield b"SIP/2.0 200 OK\r\n%s: %s\r\n\r\n" % (header, raw)
    else:
        yield from (raw, raw + b"\r\n", b"220 %s\r\n" % raw, b"SSH-2.0-%s\r\n" % raw)


def _written(name: str) -> bytes:
    return {"www-authenticate": b"WWW-Authenticate"}.get(name, name.title().encode())


def identify(probes: Probes, seen: Observation) -> Identity:
    """What the file says of one observation, in our words; nothing where no line matches."""
    asked = _ASKED.get(seen.field, ())
    best, known = Identity(id=seen.id), -1
    for answer in _answers(seen) if asked else ():
        for probe in asked:
            hit = _match(probes, probe, answer[:READS])
            if hit is None:
                continue
            said = _identity(seen, *hit)
            score = sum(v is not None for v in (said.vendor, said.model, said.device_type))
            if score > known:
                best, known = said, score
    return best


def _match(probes: Probes, probe: str, answer: bytes) -> tuple[Line, re.Match[bytes]] | None:
    order = [probe, *probes.fallbacks.get(probe, ()), *(["TCP NULL"] if probe[0] == "T" else [])]
    service = None
    for name in dict.fromkeys(order):
        for line in probes.lines.get(name, ()):
            if service is not None and line.service != service:
                continue
            found = line.pattern.search(answer)
            if found is None:
                continue
            if not line.is_soft:
                return line, found
            service = line.service
    return None


def _filled(template: str, found: re.Match[bytes]) -> str:
    def group(reference: re.Match[str]) -> str:
        number = next((int(n) for n in reference.groups()[:3] if n), None)
        if number is None or number > (found.re.groups or 0):
            return ""
        text = (found[number] or b"").decode("latin-1")
        return text.replace(reference[4], reference[5]) if reference[4] else text

    return _REFERENCE.sub(group, template).strip()


def _identity(seen: Observation, line: Line, found: re.Match[bytes]) -> Identity:
    """Brand from the product's name, else from the hardware named in CPE; the kind from `d/`."""
    info = {letter: _filled(text, found) for letter, text in line.info.items()}
    product = info.get("p", "")
    hardware = [_filled(cpe, found).split(":") for cpe in line.cpe if cpe.startswith("h:")]
    leading = names.leading_brand(product)
    vendor = leading[0] if leading else None
    if vendor is None and hardware and len(hardware[0]) > 1:
        written = hardware[0][1].replace("_", " ")
        vendor = names.brand(written) or written
    kind = info.get("d")
    kind = _KINDS.get(kind, kind) if kind and kind not in _VAGUE else None
    watches = True if _WATCHES.search(f"{product} {info.get('i', '')}") else None
    if watches is None and kind is not None:
        watches = DEVICE_TYPES.get(kind, False)
    systems = [_filled(cpe, found).split(":") for cpe in line.cpe if cpe.startswith("o:")]
    firmware = next((s[3] for s in systems if len(s) > 3 and s[3]), None)
    said = Identity(id=seen.id, is_surveillance=watches, vendor=vendor, device_type=kind)
    said.model = hardware[0][2] if hardware and len(hardware[0]) > 2 else None
    said.firmware = firmware or (info.get("v") if hardware else None)
    said.product_family = " ".join(info.values())  # all its words, for whoever compares kindly
    return said
