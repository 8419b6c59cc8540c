"""Open a file of another tool: recognise it by its content and give its observations one by one.

The one small interface of every format module:

    NAME, ABOUT                     its name on the command line, and what it is in a few words
    recognise(head) -> bool         does this file begin like one of ours?
    read(stream, name, tally)       observations as they come; raises InputError where it must stop

What listens to a network has one more: read_in(networks, stream, name, tally), which knows which
addresses are the owner's own.

Nothing is sent anywhere: a file may be read whatever networks may be scanned.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, cast, runtime_checkable

from custodes.errors import InputError, UsageError
from custodes.find.read.lines import Readable
from custodes.find.read.streams import GZIP_MAGIC, Counted, Decoded, Gunzip, Rewound
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import MIB

HEAD = MIB  # how much of a file may be looked at before it is recognised
STDIN = "-"
MODULES = (  # asked in this order
    "pcap",
    "zeek",
    "nmap_xml",
    "shodan",
    "observations",
    "masscan",
    "masscan_list",
    "zgrab2",
    "shadowserver",
    "neighbours",
    "assets",
)
PACKED = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\0": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"7z\xbc\xaf": "a 7z archive",
}


Network = IPv4Network | IPv6Network


class Format(Protocol):
    """A module that reads one format."""

    NAME: str
    ABOUT: str

    def recognise(self, head: bytes) -> bool: ...
    def read(self, stream: Readable, name: str, tally: Tally) -> Iterator[Observation]: ...


@runtime_checkable
class Listening(Protocol):
    """A format whose module is told which networks are the owner's own."""

    def read_in(
        self, networks: Iterable[Network], stream: Readable, name: str, tally: Tally
    ) -> Iterator[Observation]: ...


def formats() -> Iterator[Format]:
    """Every format that is understood, in the order in which they are tried, loaded when met."""
    return (cast("Format", import_module(f"custodes.find.read.{m}")) for m in MODULES)


class Reader:
    """One open file: iterate over it for its observations, `tally` says how far it got.

    `position` counts the bytes taken from the file itself (packed ones where it is packed), so
    that it can be compared with `size_bytes`, which is None where the size is not known.
    """

    def __init__(
        self,
        stream: BinaryIO,
        name: str,
        *,
        size_bytes: int | None = None,
        form: str | None = None,
        keep_open: bool = False,
    ) -> None:
        self.name = name
        self.size_bytes = size_bytes
        self.tally = Tally()
        self.networks: tuple[Network, ...] = ()  # the owner's own, for captures
        self.went_on: Callable[[], object] = lambda: None  # called now and then while it is read
        self._file = None if keep_open else stream
        self._raw = Counted(stream)
        self._gunzip: Gunzip | None = None
        try:
            head, rest = self._unwrap()
            self._stream = Rewound(head, rest)
            self.format = _choose(head, form)
        except InputError as error:
            self.close()
            raise InputError(f"{name}: {error}", hint=error.hint, file=name) from error
        except OSError as error:
            self.close()
            raise InputError(f"{name} cannot be read: {error.strerror}", file=name) from error

    @property
    def position(self) -> int:
        return self._raw.position

    @property
    def stream(self) -> Readable:
        """The file's own bytes, unpacked, for whoever does not want observations."""
        return self._stream

    def _unwrap(self) -> tuple[bytes, Readable]:
        head, rest = _peek(self._raw)
        if head.startswith(GZIP_MAGIC):
            self._gunzip = Gunzip(Rewound(head, rest))
            head, rest = _peek(self._gunzip)
            if head.startswith(GZIP_MAGIC):
                raise InputError("gzip inside gzip is not read", hint="Unpack it once first.")
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            head, rest = _peek(Decoded(Rewound(head, rest)))
        return head.removeprefix(b"\xef\xbb\xbf"), rest

    def __iter__(self) -> Iterator[Observation]:
        """Every observation, in file order.

        Raises:
            InputError: the file cannot be read further; says how far it got.
        """
        tally, useful = self.tally, self._gunzip.useful if self._gunzip else None
        tally.useful = self._went_on
        try:
            for observation in self._reading():
                tally.observations += 1
                if useful is not None:
                    useful()
                yield observation
        except InputError as error:
            raise self._stopped(str(error), error.hint) from error
        except OSError as error:
            raise self._stopped(f"cannot be read further: {error.strerror}", "") from error

    def _reading(self) -> Iterator[Observation]:
        if isinstance(self.format, Listening):
            return self.format.read_in(self.networks, self._stream, self.name, self.tally)
        return self.format.read(self._stream, self.name, self.tally)

    def _went_on(self) -> None:
        if self._gunzip is not None:
            self._gunzip.useful()
        self.went_on()

    def _stopped(self, why: str, hint: str) -> InputError:
        tally = self.tally
        got = (
            f"{_count(tally.observations, 'observation')} read before that, "
            f"from {_count(tally.items, tally.unit)} (to byte {tally.offset})"
        )
        return InputError(
            f"{self.name}: {why.removeprefix(self.name).lstrip(' :')}; {got}",
            hint=hint or "What was read before that is kept.",
            file=self.name,
            offset=tally.offset,
            items=tally.items,
            unit=tally.unit,
            last=tally.last,
            observations=tally.observations,
        )

    def close(self) -> None:
        """Close the file; standard input is left open."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_file(
    path: str | Path, *, form: str | None = None, stdin: BinaryIO | None = None
) -> Reader:
    """Open a file (or `-` with `stdin`) and recognise its format by content; `form` forces one.

    Raises:
        InputError: it is not a regular file, is empty, or is in no format that is understood.
        UsageError: `form` is not the name of a format.
    """
    if form is not None and form not in (names := [f.NAME for f in formats()]):
        raise UsageError(f"{form} is not a format", hint=f"Formats: {', '.join(names)}.")
    if str(path) == STDIN and stdin is not None:
        return Reader(stdin, "standard input", form=form, keep_open=True)
    name = Path(path).name
    stream, size_bytes = _open_regular(path)
    return Reader(stream, name, size_bytes=size_bytes, form=form)


def _open_regular(path: str | Path) -> tuple[BinaryIO, int]:
    """Open without waiting: a pipe that nobody writes to must not hang the command."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(path, flags)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{path} cannot be opened: {reason}", file=str(path)) from error
    status = os.fstat(number)
    if stat.S_ISREG(status.st_mode):
        return os.fdopen(number, "rb", buffering=0), status.st_size
    os.close(number)
    if stat.S_ISDIR(status.st_mode):
        raise InputError(
            f"{path} is a directory", hint="Name the files in it, for example DIR/*.xml."
        )
    raise InputError(f"{path} is not a regular file", hint="Pipe it in: … | custodes import -")


def _peek(stream: Readable) -> tuple[bytes, Readable]:
    """The first bytes, and the stream behind them; a failure that comes later is not met early."""
    head = b""
    try:
        while len(head) < HEAD and (data := stream.read(HEAD - len(head))):
            head += data
    except InputError as error:
        if not head:
            raise
        return head, _Fails(error)
    return head, stream


class _Fails:
    """What is left of a stream whose failure was met while its head was looked at."""

    def __init__(self, error: InputError) -> None:
        self._error = error

    def read(self, size: int, /) -> bytes:
        raise self._error


def _choose(head: bytes, form: str | None) -> Format:
    if form is not None:
        return next(f for f in formats() if form == f.NAME)
    if not head.strip(b" \t\r\n\0"):
        raise InputError("the file is empty" if not head else "the file holds only white space")
    for candidate in formats():
        if candidate.recognise(head):
            return candidate
    raise InputError(_unknown(head), hint=f"Understood: {'; '.join(f.ABOUT for f in formats())}.")


def _unknown(head: bytes) -> str:
    for magic, what in PACKED.items():
        if head.startswith(magic):
            return f"{what}, which is not read; unpack it first"
    return f"not in a format that is understood; it begins with {head[:40]!a}"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
