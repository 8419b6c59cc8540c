"""Cameras that a recorder says are attached, and the recorders that a camera hangs on. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from custodes.console.abilities import Quoted, quoted
from custodes.estate.details import KeptCamera

ROWS = 64  # on the page; the JSON has them all
ONLINE = {True: "online", False: "offline", None: "not said"}


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a recorder, and the device of the register that is this camera."""

    channel: str
    name: str | None
    what: str | None
    address: str | None
    protocol: str | None
    online: str
    seen: datetime
    same_as: int | None
    quoted: Quoted


@dataclass(frozen=True, slots=True)
class Channels:
    rows: tuple[Channel, ...]
    left_out: int
    unseen: int  # cameras that nobody has seen themselves

    @property
    def total(self) -> int:
        return len(self.rows) + self.left_out


@dataclass(frozen=True, slots=True)
class Hung:
    """A recorder that says that a camera is attached to it."""

    device_id: int
    recorder: str
    channel: str
    name: str | None
    seen: datetime


def channels_of(attached: Iterable[KeptCamera], anchors: frozenset[str]) -> Channels:
    """What a recorder says of its cameras, in the order of its channels."""
    held = sorted(attached, key=lambda c: _order(c.attached.channel))
    rows = tuple(_channel(one, anchors) for one in held[:ROWS])
    unseen = sum(one.same_as is None for one in held)
    return Channels(rows, len(held) - len(rows), unseen)


def hung_on(
    device_id: int, attached: Iterable[KeptCamera], names: Mapping[int, str]
) -> tuple[Hung, ...]:
    """The recorders that say that this device is their camera."""
    return tuple(
        Hung(
            device_id=one.device_id,
            recorder=names.get(one.device_id, f"device {one.device_id}"),
            channel=one.attached.channel,
            name=one.attached.name,
            seen=one.last_seen,
        )
        for one in attached
        if one.same_as == device_id
    )


def _order(channel: str) -> tuple[int, str]:
    number = int(channel) if channel.isascii() and channel.isdigit() and len(channel) < 9 else 10**9
    return number, channel


def _channel(one: KeptCamera, anchors: frozenset[str]) -> Channel:
    said = one.attached
    what = " ".join(part for part in (said.manufacturer, said.model) if part)
    port = f":{said.port}" if said.port is not None and said.address else ""
    return Channel(
        channel=said.channel,
        name=said.name,
        what=what or None,
        address=f"{said.address}{port}" if said.address else None,
        protocol=said.protocol,
        online=ONLINE[said.online],
        seen=one.last_seen,
        same_as=one.same_as,
        quoted=quoted(said.words, anchors),
    )
