"""The older search of Dahua's devices on UDP 5050: one fixed question, and its answer. Pure.

The question is 32 fixed bytes; no other message of this protocol (it also logs in and configures)
can be built here. An answer is 120 bytes with addresses and ports, the hardware address with the
model behind it, and lines of `Key:value`.
Sources: mcw0/DahuaConsole; OpenIPC/python-dvr; julienblitte/UniversalScanner (offsets, as facts).
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from custodes.errors import PeerError
from custodes.protocols import mac as hardware
from custodes.protocols.charsets import decode
from custodes.units import KIB

PORT = 5050
BROADCAST = "255.255.255.255"
LIMIT_BYTES = 64 * KIB
HEADER, FIXED, MAC_SIZE = 32, 120, 17
MAX_LINES = 64
MAX_VALUE = 256

_SEARCH = bytes.fromhex("a3010001") + bytes(12) + b"\x02" + bytes(15)
_ANSWER = 0xB3


@dataclass(frozen=True, slots=True)
class DvripAnswer:
    """What a device says of itself; empty or 0 where it does not."""

    address: str = ""
    mac: str = ""
    model: str = ""
    name: str = ""  # 16 bytes that some firmware fills with the model
    version: str = ""
    http_port: int = 0
    tcp_port: int = 0
    said: dict[str, str] = field(default_factory=dict)  # SerialNo, IPv6Addr … where it tells

    @property
    def serial(self) -> str:
        return self.said.get("SerialNo", "")


def search() -> bytes:
    """The one search, 32 bytes, always the same."""
    return _SEARCH


def is_search(data: bytes) -> bool:
    """Whether a datagram is the search, in either spelling, as a device sees it."""
    return len(data) == HEADER and data[:3] == _SEARCH[:3] and data[4:] == _SEARCH[4:]


def is_answer(data: bytes) -> bool:
    """Whether a datagram begins as an answer does and is long enough to hold one."""
    return len(data) >= FIXED and data[0] == _ANSWER and data[1] == 0


def parse(data: bytes) -> DvripAnswer:
    """Read an answer; one whose end is missing gives what was whole.

    Raises:
        PeerError: it is not such an answer, or it is too long.
    """
    if not is_answer(data) or len(data) > LIMIT_BYTES:
        raise PeerError("not a DVRIP answer", beginning=data[:4].hex(), length=len(data))
    model_end = FIXED + max(data[2], MAC_SIZE)
    mac = hardware.normalise(decode(data[FIXED : FIXED + MAC_SIZE])) or ""
    return DvripAnswer(
        address=str(IPv4Address(data[56:60])),
        mac=mac if hardware.is_usable(mac) else "",
        model=_text(data[FIXED + MAC_SIZE : model_end]),
        name=_text(data[40:56]),
        version=".".join(str(_number(data, at)) for at in range(32, 40, 2)),
        http_port=_number(data, 94),
        tcp_port=_number(data, 98),
        said=_lines(data[model_end : model_end + _number(data, 20)]),
    )


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _text(data: bytes) -> str:
    return decode(data.partition(b"\0")[0][:MAX_VALUE]).strip()


def _lines(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in decode(data).splitlines()[:MAX_LINES]:
        key, colon, value = line.partition(":")
        if colon and key.strip():
            found.setdefault(key.strip()[:MAX_VALUE], value.strip("\0 ")[:MAX_VALUE])
    return found


def build_answer(answer: DvripAnswer) -> bytes:
    """Build an answer as a device sends it."""
    model = answer.mac.encode() + answer.model.encode()
    lines = "".join(f"{key}:{value}\r\n" for key, value in answer.said.items()).encode()
    fixed = bytearray(FIXED)
    fixed[:5] = bytes((_ANSWER, 0, len(model), 0, 0x58))
    fixed[16] = 2
    fixed[20:22] = len(lines).to_bytes(2, "little")
    numbers = [int(part) for part in answer.version.split(".")] if answer.version else []
    for at, number in zip(range(32, 40, 2), numbers, strict=False):
        fixed[at : at + 2] = number.to_bytes(2, "little")
    fixed[40:56] = answer.name.encode()[:16].ljust(16, b"\0")
    fixed[56:60] = IPv4Address(answer.address or "0.0.0.0").packed  # noqa: S104
    fixed[94:96] = answer.http_port.to_bytes(2, "little")
    fixed[98:100] = answer.tcp_port.to_bytes(2, "little")
    return bytes(fixed) + model + lines
