"""JSON lines: bad ones are counted, endless ones passed over, a cut file is noticed."""

import json
from pathlib import Path

import pytest

from custodes.errors import InputError
from custodes.find.read.formats import open_file
from custodes.find.read.lines import Line, lines
from custodes.find.read.tally import LISTED, Rejected

GOOD = b'{"field":"http.title","payload":"x","address":"192.0.2.1"}\n'


class Chunks:
    """A stream that gives what it is told to, piece by piece, and counts."""

    def __init__(self, *pieces: bytes, repeat: int = 1) -> None:
        self._pieces = [p for p in pieces for _ in range(repeat)][::-1]

    def read(self, size: int, /) -> bytes:
        return self._pieces.pop() if self._pieces else b""


def test_lines_know_their_number_their_end_and_whether_they_were_closed() -> None:
    found = list(lines(Chunks(b"ab\n\nc", b"d\ne")))
    assert found == [
        Line(1, 3, b"ab", True),
        Line(2, 4, b"", True),
        Line(3, 7, b"cd", True),
        Line(4, 8, b"e", False),
    ]


def test_a_line_over_the_limit_is_passed_over_and_the_next_one_read() -> None:
    found = list(lines(Chunks(b"abcdef", b"gh", b"\nok\n", b"1234567"), limit=4))
    assert found == [Line(1, 9, None, True), Line(2, 12, b"ok", True), Line(3, 19, None, False)]


def test_a_two_gigabyte_line_costs_no_memory() -> None:
    import tracemalloc

    piece = b"x" * (1 << 20)
    stream = Chunks(piece, repeat=2048)
    stream._pieces[0] = b"\n" + GOOD
    tracemalloc.start()
    found = list(lines(stream))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [line.data is None for line in found] == [True, False]
    assert most < 100 << 20


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json\n", "JSON is malformed"),
        (b'{"field":1,"payload":"x"}\n', "Expected `str`"),
        (b'{"field":"http.title"}\n', "missing required field `payload`"),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "nested too deeply"),
        (b'{"field":"a","payload":"b","port":65536}\n', "65536 is not a port"),
        (b'{"field":"a","payload":"b","seen_at":"2026-11-22T10:00:00"}\n', "no time zone"),
        (b"[1, 2]\n", "Expected `object`"),
    ],
)
def test_a_bad_line_is_named_and_the_next_one_is_read(
    line: bytes, reason: str, tmp_path: Path
) -> None:
    with open_file(written(tmp_path, GOOD + line + b"\n" + GOOD)) as reader:
        assert len(list(reader)) == 2
        (only,) = reader.tally.reasons
    assert only.where == "line 2"
    assert reason in only.reason


def test_a_key_of_another_kind_and_foreign_bytes_do_not_lose_the_line(tmp_path: Path) -> None:
    line = b'{"field":"http.title","payload":"caf\xe9","source":{"repo":"x"},"port":"80"}\n'
    with open_file(written(tmp_path, line)) as reader:
        (only,) = list(reader)
    assert (only.payload, only.port) == ("caf\ufffd", None)
    assert only.source == "import:lines.jsonl#line 1"


def test_only_the_first_reasons_are_listed_but_every_bad_line_is_counted(tmp_path: Path) -> None:
    with open_file(written(tmp_path, GOOD + b"{bad\n" * 500 + GOOD)) as reader:
        assert len(list(reader)) == 2
        assert reader.tally.rejected == 500
        assert len(reader.tally.reasons) == LISTED


def test_a_bad_first_line_does_not_hide_the_format(tmp_path: Path) -> None:
    with open_file(written(tmp_path, b"{broken\n" + GOOD)) as reader:
        assert len(list(reader)) == 1
        assert isinstance(reader.tally.reasons[0], Rejected)


def test_a_good_last_line_needs_no_newline(tmp_path: Path) -> None:
    with open_file(written(tmp_path, GOOD + GOOD.rstrip())) as reader:
        assert len(list(reader)) == 2
        assert reader.tally.rejected == 0


def test_a_cut_last_line_says_that_the_file_was_cut(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + GOOD[:-8])
    with open_file(path) as reader, pytest.raises(InputError, match="middle of line 2") as caught:
        list(reader)
    assert caught.value.facts["observations"] == 1
    assert caught.value.facts["offset"] == len(GOOD)


def test_an_observation_keeps_what_it_says_and_gets_a_source_only_where_it_has_none(
    tmp_path: Path,
) -> None:
    own = json.loads(GOOD) | {"id": "7", "source": "scan", "seen_at": "2026-11-22T10:00:00+01:00"}
    with open_file(written(tmp_path, json.dumps(own).encode() + b"\n" + GOOD)) as reader:
        first, second = reader
    assert (first.id, first.source) == ("7", "scan")
    assert first.seen_at is not None
    assert first.seen_at.hour == 10
    assert second.source == "import:lines.jsonl#line 2"
