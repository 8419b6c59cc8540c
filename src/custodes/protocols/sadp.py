"""SADP, Hikvision's discovery on UDP 37020: one question that only reads, and its answers.

Pure. The only message that can be built here is the fixed inquiry: other types change or unlock
devices, and handlers in devices have crashed on unusual ones (CVE-2023-34552). Our own reader
expects the same of the other side: cut, long and nested answers end in a value or a PeerError.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from custodes.errors import PeerError
from custodes.protocols import mac as hardware
from custodes.protocols import xml
from custodes.units import KIB

PORT = 37020
GROUP = "239.255.255.250"
LIMIT_BYTES = 64 * KIB

_UUID = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_BEFORE = b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>'
_BEHIND = b"</Uuid><Types>inquiry</Types></Probe>"


def inquiry(uuid: str) -> bytes:
    """The inquiry, byte for byte the same but for the upper-case GUID.

    Raises:
        PeerError: the GUID is not an upper-case GUID.
    """
    if not _UUID.fullmatch(uuid):
        raise PeerError("a SADP inquiry needs an upper-case GUID", uuid=uuid[:40])
    return _BEFORE + uuid.encode() + _BEHIND


def read_inquiry(data: bytes) -> str:
    """The GUID of an inquiry, as a device reads it; empty where the sender gave none.

    Raises:
        PeerError: it is not an inquiry.
    """
    root = xml.parse(data, LIMIT_BYTES)
    if root.tag != "Probe" or (root.text_of("Types") or "").lower() != "inquiry":
        raise PeerError("not a SADP inquiry", root=root.tag[:40])
    return root.text_of("Uuid") or ""


class SadpAnswer(Mapping[str, str]):
    """What a device says of itself, by element name, word for word.

    `cut` where the datagram was not whole. The properties are None where the device does not say.
    """

    def __init__(self, fields: Mapping[str, str], cut: bool = False) -> None:
        self.fields = dict(fields)
        self.cut = cut

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __repr__(self) -> str:
        return f"SadpAnswer({self.fields!r}, cut={self.cut})"

    def said(self, name: str) -> str | None:
        """A field's text; None where it is absent, empty or a filler."""
        text = self.fields.get(name, "").strip()
        return None if text.upper() in {"", "N/A", "NULL"} else text

    @property
    def model(self) -> str | None:
        """The model as printed; relabelled devices may say the brand's own."""
        return self.said("DeviceDescription")

    @property
    def serial(self) -> str | None:
        """The whole serial number; `split_serial` takes it apart."""
        return self.said("DeviceSN")

    @property
    def mac(self) -> str | None:
        """The hardware address, where it can name one device."""
        found = hardware.normalise(self.said("MAC") or "")
        return found if found and hardware.is_usable(found) else None

    @property
    def software(self) -> tuple[str | None, str | None]:
        """Version and build date (YYMMDD) of the firmware."""
        return software_version(self.said("SoftwareVersion") or "")

    @property
    def activated(self) -> bool | None:
        """False is the factory state: no password has ever been set."""
        return truth(self.said("Activated") or "")

    @property
    def cloud_enabled(self) -> bool | None:
        """Whether the maker's cloud service is switched on."""
        return truth(self.said("HCPlatformEnable") or "")


def parse(data: bytes) -> SadpAnswer:
    """Read an answer to the inquiry, also one whose end is missing.

    Raises:
        PeerError: it is not such an answer, or it breaks a limit.
    """
    if len(data) > LIMIT_BYTES:
        raise PeerError("the SADP answer is too long", limit_bytes=LIMIT_BYTES)
    try:
        root = xml.parse(data, LIMIT_BYTES)
    except PeerError:
        return _answer(_cut_fields(data), cut=True)
    if root.tag != "ProbeMatch":
        raise PeerError("not a SADP answer", root=root.tag[:40])
    return _answer(root.leaves(), cut=False)


_ROOT = re.compile(r"\s*<ProbeMatch[\s>]")


def _cut_fields(data: bytes) -> dict[str, str]:
    text = xml.clean(data)
    if not _ROOT.match(text):
        raise PeerError("not a SADP answer", beginning=text[:40])
    return xml.fields(text)


def _answer(fields: Mapping[str, str], cut: bool) -> SadpAnswer:
    if not fields:
        raise PeerError("a SADP answer without one whole field")
    kind = fields.get("Types")
    if kind is not None and kind.strip().lower() != "inquiry":
        raise PeerError("a SADP answer to something else than an inquiry", types=kind[:40])
    return SadpAnswer(fields, cut)


def build_answer(fields: Mapping[str, str]) -> bytes:
    """Build an answer as a device sends it, fields in the order given."""
    lines = "".join(f"<{name}>{xml.escape(text)}</{name}>\r\n" for name, text in fields.items())
    declaration = '<?xml version="1.0" encoding="UTF-8" ?>'
    return f"{declaration}\r\n<ProbeMatch>\r\n{lines}</ProbeMatch>\r\n".encode()


def truth(text: str) -> bool | None:
    """A device's yes or no; firmware that writes "flase" means false. None for anything else."""
    return {"true": True, "1": True, "false": False, "flase": False, "0": False}.get(
        text.strip().lower()
    )


_VERSION = re.compile(r"\s*(V?[0-9][\w.-]*?)?[\s,]*(?:build\s*([0-9]{6,8}))?\s*", re.IGNORECASE)


def software_version(text: str) -> tuple[str | None, str | None]:
    """Version and build date of Hikvision's version text; None for what it does not hold.

    >>> software_version("V3.5.38build 191215"), software_version("V5.0, build 191213")
    (('V3.5.38', '191215'), ('V5.0', '191213'))
    """
    found = _VERSION.fullmatch(text[:128])
    return (found[1], found[2]) if found else (None, None)


@dataclass(frozen=True, slots=True)
class Serial:
    """The parts of a Hikvision serial number; None for what it does not hold.

    `region` ends in CH (China), WR (world) or RR; `channels` are the digits between model and
    date, kept as they stand.
    """

    model: str | None
    channels: str | None
    made: date | None
    region: str | None
    number: str | None
    suffix: str | None


_SERIAL = re.compile(
    r"(.*?)([0-9]{8})((?:AA|BB|CC)?(?:CH|WR|RR))([A-Z]{0,2}[0-9]+)([A-Z]*)", re.DOTALL
)


def split_serial(text: str, model: str | None = None) -> Serial:
    """Take a serial number apart; without the model its front cannot be divided.

    >>> split_serial("DS-7804HQH-K10420190822CCCHD53257168WCVU", "DS-7804HQH-K1").channels
    '04'
    """
    found = _SERIAL.fullmatch(text.strip()[:128])
    if found is None:
        return Serial(None, None, None, None, None, None)
    front, made, region, number, suffix = found.groups()
    known = channels = None
    if model and front.startswith(model):
        rest = front[len(model) :]
        if not rest or (rest.isascii() and rest.isdigit()):
            known, channels = model, rest or None
    return Serial(known, channels, _date(made), region, number, suffix or None)


def _date(digits: str) -> date | None:
    try:
        made = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return made if made.year >= 2000 else None
