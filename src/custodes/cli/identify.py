"""`custodes identify`: JSON lines of observations in, JSON lines of identities out."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

import click
import msgspec

from custodes.cli import context, media, output
from custodes.errors import InputError, UsageError
from custodes.find.identify import core
from custodes.find.read.lines import Readable, lines
from custodes.find.read.streams import GZIP_MAGIC, Gunzip
from custodes.identity import Identity
from custodes.observation import Observation, read_line
from custodes.units import MIB, human_size

LINE_LIMIT = 8 * MIB
PARTIAL = 3
ERRORS_SHOWN = 20
NAMES_LIMIT = 10_000  # different names that a summary counts
WRITE_AT = 256 * 1024
_BOOL = (True, False)


@click.command()
@click.argument("file", default="-", metavar="[FILE]")
@click.option(
    "--by",
    type=click.Choice(["observation", "device"]),
    default="observation",
    help="One identity for each observation (default), or one for each device.",
)
@click.option("--summary", is_flag=True, help="Print counts instead of identities.")
@click.option("--human", is_flag=True, help="Print one readable line for each identity.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print errors as JSON too.",
)
@click.option(
    "--evidence",
    metavar="DIR",
    help="Of a picture or recording: write what each text was read from, as PNG, into DIR.",
)
@click.option("--marks-only", is_flag=True, help="Of a picture or recording: decode nothing.")
def identify(
    *,
    file: str,
    by: str,
    summary: bool,
    human: bool,
    as_json: bool,
    evidence: str | None,
    marks_only: bool,
) -> int:
    """Say what the observations in FILE mean; `-` (or nothing) reads standard input.

    In: one JSON object a line with `field` and `payload` (also .gz). Out: one JSON object a line
    with brand, maker, model, firmware, type, confidence and the evidence for each; what the
    evidence does not tell is null. Nothing is sent to any network and no register is needed.

    With --by device, observations that share `device` (or `address`) are weighed together; they
    need not stand together.

    FILE may be a picture or a recording too, recognised by its content: its marks and the text in
    some of its frames are read, and the answer says what is possible, never more. A person
    confirms it with `custodes devices set`.

    Exit status: 0 done, 2 wrong usage or no such file, 3 the file or some lines of it
    could not be read (the others were), 7 what reads pictures is not installed (marks were read).
    """
    if file != "-" and media.is_media(file):
        if summary or by == "device":
            raise UsageError("--summary and --by device are for observations")
        return media.identify_media(file, evidence=evidence, marks_only=marks_only, human=human)
    if evidence is not None or marks_only:
        raise UsageError("--evidence and --marks-only are for pictures and recordings")
    if file != "-":
        media.refuse_other_kinds(file)
    trouble = Trouble(as_json)
    gc.freeze()  # readings hold no cycles: looking for some costs a tenth of the time
    gc.set_threshold(50_000, 20, 100)
    with ExitStack() as stack:
        source = _open(stack, file)
        observations = _observations(source, trouble)
        conclude = core.identify_devices if by == "device" else core.identify_each
        identities = conclude(observations)
        if summary:
            count = _summarise(identities)
        else:
            count = _write(identities, _human if human else msgspec.json.Encoder().encode, source)
    if not count and not trouble.count:
        output.note("There are no observations in the input.")
    return trouble.close()


class Trouble:
    """Lines that could not be read: the first ones word for word, the rest counted."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.count = 0

    def add(self, where: str, error: InputError) -> None:
        self.count += 1
        if self.count > ERRORS_SHOWN:
            return
        if self.as_json:
            body = {"code": error.code, "message": f"{where}: {error}"}
            output.note(json.dumps({"error": body}))
        else:
            output.note(f"custodes: {where}: {output.printable(str(error))}")

    def close(self) -> int:
        if self.count > ERRORS_SHOWN and not self.as_json:
            output.note(f"custodes: {self.count} lines in all could not be read.")
        return PARTIAL if self.count else 0


class Source:
    """The input; what was written so far is passed on before waiting for more."""

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.before_reading: Callable[[], None] | None = None

    def read(self, size: int, /) -> bytes:
        if self.before_reading is not None:
            self.before_reading()
        return self.stream.read(size)


class _Peeked:
    """A stream whose first bytes were looked at and are given back."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        head, self._head = self._head[:size], self._head[size:]
        return head or self._stream.read(size)


def _open(stack: ExitStack, file: str) -> Source:
    try:
        # unbuffered, so that a line from a pipe is answered when it arrives
        name: str | int = sys.stdin.fileno() if file == "-" else file
        stream = stack.enter_context(
            open(name, "rb", buffering=0, closefd=file != "-")  # noqa: SIM115 - the stack closes
        )
        head = stream.read(2) or b""
        if len(head) == 1:
            head += stream.read(1) or b""
    except OSError as error:
        raise context.unreadable(file, error) from error
    whole = _Peeked(head, stream)
    return Source(Gunzip(whole) if head == GZIP_MAGIC else whole)


def _observations(source: Source, trouble: Trouble) -> Iterator[Observation]:
    try:
        for line in lines(source, LINE_LIMIT):
            where = f"line {line.number}"
            if line.data is None:
                limit = human_size(LINE_LIMIT)
                trouble.add(where, InputError(f"longer than {limit}, so it was left out"))
            elif line.data and not line.data.isspace():
                try:
                    yield read_line(line.data)
                except InputError as error:
                    trouble.add(where, error)
    except InputError as error:  # the packed stream is damaged; what came before it stands
        trouble.add("input", error)
    except OSError as error:
        trouble.add("input", InputError(f"reading stopped: {error.strerror or error}"))


def _write(
    identities: Iterator[Identity], encode: Callable[[Identity], bytes], source: Source
) -> int:
    waiting: list[bytes] = []
    out = sys.stdout.buffer

    def flush() -> None:
        if waiting:
            out.write(b"\n".join(waiting) + b"\n")
            waiting.clear()
            out.flush()

    source.before_reading = flush
    count = size = 0
    for identity in identities:
        count += 1
        waiting.append(encode(identity))
        size += len(waiting[-1])
        if size > WRITE_AT:
            flush()
            size = 0
    flush()
    return count


def _human(identity: Identity) -> bytes:
    called = " ".join(filter(None, (identity.vendor or "brand unknown", identity.model)))
    maker = identity.maker
    parts = [
        identity.device or identity.id or "-",
        {True: "surveillance", False: "not surveillance", None: "cannot be told"}[
            identity.is_surveillance
        ],
        called + (f" (made by {maker})" if maker and maker != identity.vendor else ""),
        identity.device_type or "type unknown",
        identity.firmware or "firmware unknown",
        f"{identity.confidence:.2f}",
    ]
    return " · ".join(map(output.printable, parts)).encode("utf-8", "replace")


def _summarise(identities: Iterator[Identity]) -> int:
    """Print how many there are of what; one JSON document."""
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("is_surveillance", "vendor", "maker", "device_type")
    }
    total = 0
    for identity in identities:
        total += 1
        for name, counter in counts.items():
            value = getattr(identity, name)
            word = "unknown" if value is None else str(value).lower() if value in _BOOL else value
            if len(counter) >= NAMES_LIMIT and word not in counter:
                word = "(other names)"
            counter[word] += 1
    output.emit_json(
        {"identities": total} | {name: dict(c.most_common()) for name, c in counts.items()}
    )
    return total
