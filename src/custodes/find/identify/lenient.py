"""Read one observation line from any source, keeping what can be kept. Pure."""

from datetime import datetime
from typing import Final

import msgspec

from custodes.errors import InputError
from custodes.observation import Observation, read_line

_TEXTS: Final = ("id", "device", "encoding", "address", "transport", "source")


def read_observation(line: bytes) -> Observation:
    """Read one JSON line; an optional key of another kind than ours is left out, not refused.

    Bytes that are not UTF-8 become replacement characters.

    Raises:
        InputError: not a JSON object with a text `field` and a text `payload`.
    """
    try:
        return read_line(line)
    except InputError:
        return _lenient(line)


def _lenient(line: bytes) -> Observation:
    try:
        row = msgspec.json.decode(line.decode("utf-8", "replace").strip("\ufeff"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputError("not a JSON object")
    field, payload = row.get("field"), row.get("payload")
    if not isinstance(field, str) or not isinstance(payload, str):
        raise InputError("`field` and `payload` must both be there, as text")
    kept: dict[str, object] = {k: row[k] for k in _TEXTS if isinstance(row.get(k), str)}
    number, port = row.get("id"), row.get("port")
    if isinstance(number, int) and not isinstance(number, bool):
        kept["id"] = str(number)
    if isinstance(port, int) and not isinstance(port, bool):
        kept["port"] = port
    kept["seen_at"] = _instant(row.get("seen_at"))
    return msgspec.convert({"field": field, "payload": payload, **kept}, Observation)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None
