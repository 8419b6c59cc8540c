"""A file is known by its content, opened safely, and an unreadable one says why."""

import bz2
import gzip
import io
import os
from pathlib import Path

import pytest

from custodes.errors import InputError, UsageError
from custodes.find.read import streams
from custodes.find.read.formats import open_file
from custodes.find.read.tally import Tally

DATA = Path(__file__).resolve().parents[1] / "data" / "read"
NMAP, SHODAN = DATA / "cameras.nmap.xml", DATA / "cameras.shodan.json"
LINES = DATA / "cameras.observations.jsonl"
COUNTS = {NMAP: ("nmap", 29), SHODAN: ("shodan", 23), LINES: ("observations", 5)}


def counted(path: Path) -> tuple[str, int]:
    with open_file(path) as reader:
        return reader.format.NAME, sum(1 for _ in reader)


def stopped(path: Path) -> tuple[InputError, Tally]:
    with open_file(path) as reader:
        with pytest.raises(InputError) as caught:
            for _ in reader:
                pass
        return caught.value, reader.tally


@pytest.mark.parametrize("path", COUNTS, ids=lambda p: p.name)
def test_a_file_is_known_by_its_content_whatever_it_is_called(path: Path, tmp_path: Path) -> None:
    disguised = tmp_path / "holiday.docx"
    disguised.write_bytes(path.read_bytes())
    assert counted(disguised) == COUNTS[path]


@pytest.mark.parametrize("path", COUNTS, ids=lambda p: p.name)
def test_a_packed_file_reads_like_the_file_itself(path: Path, tmp_path: Path) -> None:
    packed = tmp_path / "x"
    packed.write_bytes(gzip.compress(path.read_bytes()) + b"\0" * 512)  # padded, as tapes are
    with open_file(path) as plain, open_file(packed) as reader:
        expected = [(o.field, o.payload, o.address) for o in plain]
        assert [(o.field, o.payload, o.address) for o in reader] == expected
        assert reader.position == packed.stat().st_size


def test_gzip_members_one_after_another_are_one_file(tmp_path: Path) -> None:
    data = SHODAN.read_bytes()
    packed = tmp_path / "x"
    packed.write_bytes(gzip.compress(data[:700]) + gzip.compress(data[700:]))
    assert counted(packed) == COUNTS[SHODAN]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("path", COUNTS, ids=lambda p: p.name)
def test_what_a_windows_shell_writes_is_read_too(path: Path, encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""
    copy = tmp_path / "x"
    copy.write_bytes((mark + path.read_text(encoding="utf-8")).encode(encoding))
    assert counted(copy) == COUNTS[path]


def test_standard_input_is_read_where_it_is_given() -> None:
    with open_file("-", stdin=io.BytesIO(LINES.read_bytes())) as reader:
        assert [o.source for o in reader][1] == "import:standard input#line 2"
        assert reader.size_bytes is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b" \n\t\r\n", "holds only white space"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "gzip inside gzip"),
        (b"\x1f\x8b", "cut short after 2 packed bytes"),
        (b"\x1f\x8b\x08 and then nonsense", "damaged"),
        (bz2.compress(b"x"), "packed with bzip2"),
        (b"PK\x03\x04 but no spreadsheet", "a zip archive"),
        (b"\x00\x01\x02\x1b[31m", r"begins with b'\x00\x01\x02\x1b[31m'"),
        (b'{"an": "object", "of": "others"}\n', "not in a format that is understood"),
        (b"<html><body>not nmap</body></html>", "not in a format that is understood"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_file(path)
    assert says in str(caught.value)
    assert str(caught.value).startswith("x: ")


def test_an_unknown_format_lists_what_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"hello")
    with pytest.raises(InputError) as caught:
        open_file(path)
    assert "Nmap XML" in caught.value.hint
    assert "Shodan" in caught.value.hint


def test_a_directory_a_pipe_and_a_missing_file_are_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, says in (
        (tmp_path, "is a directory"),
        (pipe, "is not a regular file"),
        (tmp_path / "gone", "No such file"),
        ("bad\0name", "cannot be opened"),
    ):
        with pytest.raises(InputError, match=says):
            open_file(path)


def test_a_format_may_be_forced_and_must_exist(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b'{"data": "no key that tells"}\n')
    with open_file(path, form="shodan") as reader:
        assert list(reader) == []
        assert reader.tally.reasons[0].reason == "names no address"
    with pytest.raises(UsageError, match="is not a format"):
        open_file(path, form="csv")


def test_half_a_gzip_says_how_far_it_got_and_keeps_that(tmp_path: Path) -> None:
    data = SHODAN.read_bytes() * 200
    packed = gzip.compress(data)
    path = tmp_path / "x.json.gz"
    path.write_bytes(packed[: len(packed) // 2])
    error, tally = stopped(path)
    assert "cut short" in str(error)
    assert tally.observations > 1000
    assert error.facts["observations"] == tally.observations
    assert error.facts["offset"] == tally.offset > 400_000
    assert f"{tally.observations} observations read before that" in str(error)


def test_a_damaged_gzip_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    data = b"".join(
        b'{"field":"http.title","payload":"%032x","address":"192.0.2.1"}\n' % (n * 7919**9)
        for n in range(40_000)
    )
    packed = bytearray(gzip.compress(data))
    packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "x.gz"
    path.write_bytes(packed)
    error, tally = stopped(path)
    assert "damaged" in str(error)
    assert 15_000 < tally.items < 25_000


def test_a_wrong_checksum_is_told_after_everything_was_read(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(LINES.read_bytes()))
    packed[-8] ^= 1
    path = tmp_path / "x.gz"
    path.write_bytes(packed)
    error, tally = stopped(path)
    assert "incorrect data check" in str(error)
    assert tally.observations == 5


def test_a_decompression_bomb_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", 9) as file:
        file.write(LINES.read_bytes())
        for _ in range(100):
            file.write(b"{" * 1_000_000)
    assert path.stat().st_size < 200_000
    error, tally = stopped(path)
    assert "decompression bomb" in str(error)
    assert tally.observations == 5


def test_gzip_that_never_says_anything_ends_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "USELESS_LIMIT", 3_000_000)
    path = tmp_path / "noise.gz"
    noise = "".join(f"{{{n * 7919**9:x}\n" for n in range(200_000)).encode()
    path.write_bytes(gzip.compress(LINES.read_bytes() + noise))
    error, tally = stopped(path)
    assert "held nothing that could be read" in str(error)
    assert tally.observations == 5


def test_a_bomb_of_good_lines_ends_early_too(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    line = b'{"field":"http.body","payload":"' + b"A" * 1_000_000 + b'","address":"192.0.2.1"}\n'
    with gzip.open(path, "wb", 9) as file:
        for _ in range(120):
            file.write(line)
    error, tally = stopped(path)
    assert "decompression bomb" in str(error)
    assert tally.observations > 50
