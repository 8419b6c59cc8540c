"""Answers that a hostile or broken device gives, to show that nobody who looks is harmed."""

import asyncio
import secrets
from typing import TYPE_CHECKING

from custodes.simulate.profile import Behaviour
from custodes.units import GIB, KIB

if TYPE_CHECKING:
    from custodes.simulate.services.conversation import Conversation

DRIP_PAUSE_S = 1.0
MOST_BYTES = GIB  # an "endless" answer ends here, so that a forgotten peer ends too


async def misbehave(behaviour: Behaviour, conversation: "Conversation", start: bytes) -> None:
    """Answer as `behaviour` says until the peer goes away; `start` is a sound start line."""
    transport = conversation.transport
    if behaviour == "garbage":
        conversation.send(secrets.token_bytes(4 * KIB))
        transport.close()
    elif behaviour == "drip":
        await _drip(conversation, start)
    elif behaviour == "endless-header":
        conversation.send(start)
        await _pour(conversation, b"X-Padding: " + b"a" * KIB + b"\r\n")
    elif behaviour == "endless-body":
        conversation.send(start + b"Content-Type: text/html\r\n\r\n<html><title>")
        await _pour(conversation, b"a" * KIB)


async def _drip(conversation: "Conversation", start: bytes) -> None:
    """One byte a second, for ever."""
    while not conversation.transport.is_closing():
        conversation.touch()
        conversation.send(start[:1])
        await asyncio.sleep(DRIP_PAUSE_S)


async def _pour(conversation: "Conversation", block: bytes) -> None:
    transport = conversation.transport
    poured = 0
    while poured < MOST_BYTES and not transport.is_closing():
        conversation.touch()
        if transport.get_write_buffer_size() > 256 * KIB:
            await asyncio.sleep(0.01)
            continue
        conversation.send(block * 16)
        poured += len(block) * 16
        await asyncio.sleep(0)
