"""The key that seals log-ins, in a file that only its owner can read."""

import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path

from custodes import sealing
from custodes.errors import SealError

HEAD = "custodes-key-1 "
LOST = (
    "Restore it from a backup. If it is lost, what was sealed with it cannot be opened by anybody:"
    " remove those log-ins and enter them anew (custodes credentials list, remove, add)."
)


def read_key(path: Path) -> bytes:
    """The key in a file.

    Raises:
        SealError: the file is missing, others can read it, or it holds no key.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            text = file.read(1024).decode("ascii", "replace").strip()
    except FileNotFoundError as error:
        raise SealError(f"the key file {path} is not there", hint=LOST, file=str(path)) from error
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error.strerror}", file=str(path)) from error
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise SealError(
            f"others can read the key file {path}, so the log-ins are no secret",
            hint=f"chmod 600 {path}; where others may have read it, change the passwords too.",
            file=str(path),
        )
    return _parsed(text, path)


def read_or_make_key(path: Path, *, in_use: bool) -> bytes:
    """The key in a file, made where there is none yet.

    With `in_use` (log-ins are sealed already) none is made: a second key would not open them.

    Raises:
        SealError: as `read_key`, or the file cannot be made.
    """
    if path.exists() or in_use:
        return read_key(path)
    key = sealing.new_key()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(HEAD + b64encode(key).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return read_key(path)  # made by another custodes in the meantime
    except OSError as error:
        raise SealError(f"the key file {path} cannot be made: {error.strerror}") from error
    return key


def _parsed(text: str, path: Path) -> bytes:
    try:
        key = b64decode(text.removeprefix(HEAD), validate=True) if text.startswith(HEAD) else b""
    except ValueError:
        key = b""
    if len(key) != sealing.KEY_BYTES:
        raise SealError(f"{path} holds no key of custodes", hint=LOST, file=str(path))
    return key
