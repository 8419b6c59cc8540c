"""One part of a conversation, as the payload of a `flow.peer` observation. Pure."""

from datetime import datetime
from typing import Literal

import msgspec

from custodes.observation import Observation

FIELD = "flow.peer"
MOST = 2**63 - 1  # of a count, as the database keeps it

Role = Literal["client", "server", ""]


class Talk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The payload of a `flow.peer` observation.

    `port` is the server's, 0 where there is none or where it cannot be told; `role` is the device's
    part: client where it opened the conversation, server where the peer did, "" where nobody saw.
    Bytes are of IP packets, headers included.
    """

    peer: str
    name: str = ""
    port: int = 0
    transport: str = ""
    role: Role = ""
    bytes_out: int = 0
    bytes_in: int = 0
    packets_out: int = 0
    packets_in: int = 0
    first: datetime
    last: datetime


_decoder = msgspec.json.Decoder(Talk)
_encoder = msgspec.json.Encoder()


def write(talk: Talk) -> str:
    """A part of a conversation as the payload of an observation."""
    return _encoder.encode(talk).decode()


def read(observation: Observation) -> Talk | None:
    """The part of a conversation that an observation tells of; None where it tells of none."""
    if observation.field != FIELD:
        return None
    try:
        talk = _decoder.decode(observation.payload.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    counts = (talk.bytes_out, talk.bytes_in, talk.packets_out, talk.packets_in)
    zoned = talk.first.tzinfo is not None and talk.last.tzinfo is not None
    good = zoned and 0 <= talk.port <= 65535 and all(0 <= n <= MOST for n in counts)
    return talk if good else None
