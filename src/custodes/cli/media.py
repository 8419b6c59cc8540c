"""What `custodes identify` says of a picture or a recording: possible, never certain."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from custodes.cli import output
from custodes.errors import InputError, Missing, UsageError
from custodes.find.read.streams import GZIP_MAGIC
from custodes.units import MIB

if TYPE_CHECKING:
    from custodes.find.media.study import Study
    from custodes.identity import Identity

_HEAD_BYTES = 512
CROPS_BYTES = 64 * MIB  # written into one folder by one command


def is_media(file: str) -> bool:
    """Whether the file begins like a picture or a recording."""
    from custodes.find.media import study

    return study.is_media(Path(file))


def refuse_other_kinds(file: str) -> None:
    """Raise InputError where a file begins with bytes that no line of text holds.

    What begins like an observation is read line by line, whatever follows.
    """
    try:
        if not os.path.isfile(file):
            return
        with open(file, "rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return  # whoever opens it next says why it cannot be read
    if head.startswith(GZIP_MAGIC) or head.lstrip()[:1] == b"{" or b"\0" not in head:
        return
    raise InputError(
        f"{file} is neither observations nor a picture or recording that is read",
        hint="Convert pictures to JPEG or PNG, recordings to MP4; captures and scan files are read "
        "by `custodes import`.",
    )


def identify_media(file: str, *, evidence: str | None, marks_only: bool, human: bool) -> int:
    """Study one file and print what is possible; what is not installed is said on stderr."""
    from custodes.find.media.study import study

    found = study(Path(file), marks_only=marks_only)
    identity = found.identity
    written = _write_crops(found, Path(evidence)) if evidence is not None else []
    if human:
        click.echo("\n".join(_human(found, identity)))
    else:
        _write_line(found, identity, written)
    for missing in found.missing:
        output.note(f"custodes: {missing}")
        output.note(f"  {missing.hint}")
    return Missing.exit_status if found.missing else 0


def _write_line(found: "Study", identity: "Identity", written: list[str]) -> None:
    """One identity as one JSON line, as ever, and beside it what the file is and held."""
    import msgspec

    body = msgspec.to_builtins(identity) | {
        "says": "possible",
        "needs_confirmation": True,
        "confirm_with": confirming(found, identity),
        "media": {
            "file": found.name,
            "sha256": found.sha256,
            "size_bytes": found.size_bytes,
            "kind": found.kind,
            "codec": found.codec,
            "frames": len(found.frames),
            "stopped": found.stopped,
            "marks": found.marks,
            "software": found.software,
            "texts": found.texts,
            "written": written,
            "missing": [str(missing) for missing in found.missing],
        },
    }
    sys.stdout.buffer.write(msgspec.json.encode(body) + b"\n")
    sys.stdout.buffer.flush()


def _human(found: "Study", identity: "Identity") -> list[str]:
    """The same for a person to read."""
    shown = output.printable
    brand = identity.vendor or (f"built by {identity.maker}" if identity.maker else None)
    lines = [
        f"{shown(found.name)}: {found.kind}, "
        + (f"possibly {shown(brand)} ({identity.confidence:.2f})" if brand else "maker unknown")
    ]
    lines += [
        f"  {e.conclusion} {shown(str(e.value))}{' (outweighed)' if e.against else ''}: "
        f"{shown(e.matched)} ({shown(e.source)})"
        for e in identity.evidence
    ]
    programs = ", ".join(program["name"] for program in found.software)
    lines += [f"  went through: {shown(programs)}"] if programs else []
    lines += [f"  stopped: {shown(found.stopped)}"] if found.stopped else []
    command = confirming(found, identity)
    if command is not None:
        lines.append(f"  This is possible, not certain. A person confirms it with: {command}")
    return lines


def confirming(found: "Study", identity: "Identity") -> str | None:
    """The command with which a person states what only seems so; None where nothing does.

    >>> from custodes.find.media.study import Study
    >>> from custodes.identity import Identity
    >>> confirming(Study("a.dav", "dhav", 9, "00ff", []), Identity(vendor="Dahua"))
    "custodes devices set ID --brand Dahua --because 'a.dav, sha256 00ff'"
    """
    said = {"--brand": identity.vendor, "--maker": None if identity.vendor else identity.maker}
    words = [word for flag, value in said.items() if value for word in (flag, shlex.quote(value))]
    if not words:
        return None
    because = shlex.quote(output.printable(f"{found.name}, sha256 {found.sha256 or 'not taken'}"))
    return " ".join(["custodes devices set ID", *words, "--because", because])


def _write_crops(found: "Study", folder: Path) -> list[str]:
    """The part of the frame behind each text; names are ours, nothing is overwritten."""
    from custodes.find.media.study import crops

    names: list[str] = []
    total = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (text, data) in enumerate(crops(found.frames, found.texts), 1):
            total += len(data)
            if total > CROPS_BYTES:
                break
            digest = (found.sha256 or "file")[:12]
            name = f"{digest}-{number:03d}-at-{text.frame_s or 0:.3f}s.png"
            with open(
                os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644), "wb"
            ) as out:
                out.truncate()
                out.write(data)
            names.append(name)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    return names
