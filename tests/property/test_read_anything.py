"""Whatever the bytes are, a reader gives observations or an InputError, and keeps what it gave."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.errors import InputError
from custodes.find.read import (
    masscan,
    masscan_list,
    nmap_xml,
    observations,
    shadowserver,
    shodan,
    zgrab2,
)
from custodes.find.read.formats import Format, Reader
from custodes.find.read.lines import lines
from custodes.find.read.nmap_fingerprint import answers, unescape
from custodes.find.read.tally import Tally
from custodes.observation import Observation, read_line, write_line

DATA = Path(__file__).resolve().parents[1] / "data" / "read"
NAMES = {"nmap": "cameras.nmap.xml", "shodan": "cameras.shodan.json"}
NAMES |= {
    "observations": "cameras.observations.jsonl",
    "masscan": "scan.masscan.json",
    "masscan-list": "scan.masscan.txt",
    "zgrab2": "scan.zgrab2.json",
    "shadowserver": "dvr.shadowserver.csv",
}
FIXTURES = {form: (DATA / name).read_bytes() for form, name in NAMES.items()}
READERS = (nmap_xml, shodan, observations, masscan, masscan_list, zgrab2, shadowserver)
MODULES: dict[str, Format] = {module.NAME: module for module in READERS}
FORMS = st.sampled_from(sorted(FIXTURES))


class Pieces:
    """A stream that gives the same bytes in pieces of the sizes asked for."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data = data
        self._sizes = sizes or [len(data) or 1]
        self._turn = 0

    def read(self, size: int, /) -> bytes:
        take = self._sizes[self._turn % len(self._sizes)]
        self._turn += 1
        piece, self._data = self._data[:take], self._data[take:]
        return piece


def as_far_as_it_goes(
    data: bytes, form: str | None = None
) -> tuple[list[Observation], InputError | None]:
    found: list[Observation] = []
    try:
        with Reader(io.BytesIO(data), "f", size_bytes=len(data), form=form) as reader:
            for observation in reader:
                found.append(observation)  # noqa: PERF402 - the loop may be left by an error
    except InputError as error:
        return found, error
    return found, None


def sane(found: list[Observation]) -> None:
    for one in found:
        assert one.port is None or 0 <= one.port <= 65535
        assert one.seen_at is None or one.seen_at.tzinfo is not None
        assert read_line(write_line(one)) == one


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000), st.none() | FORMS | st.just("assets"))
def test_any_bytes_end_in_observations_or_in_an_input_error(data: bytes, form: str | None) -> None:
    found, _ = as_far_as_it_goes(data, form)
    sane(found)


@settings(max_examples=300, deadline=None)
@given(FORMS, st.data())
def test_a_file_with_bytes_changed_anywhere_ends_properly(form: str, data: st.DataObject) -> None:
    changed = bytearray(FIXTURES[form])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(changed) - 1))
        length = data.draw(st.integers(0, 20))
        changed[at : at + length] = data.draw(st.binary(max_size=20))
    found, _ = as_far_as_it_goes(bytes(changed), form)
    sane(found)


LIST = (
    b"Asset tag,Make,Model,IP address,Site,Installed\r\nC1,Axis,P1448,192.0.2.1,Hall,1/2/2020\r\n"
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_asset_list_with_bytes_changed_anywhere_ends_properly(data: st.DataObject) -> None:
    changed = bytearray(LIST)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=8)) or b","
    found, _ = as_far_as_it_goes(bytes(changed), data.draw(st.sampled_from([None, "assets"])))
    sane(found)


@settings(max_examples=150, deadline=None)
@given(FORMS, st.data())
def test_a_damaged_gzip_ends_properly(form: str, data: st.DataObject) -> None:
    packed = bytearray(gzip.compress(FIXTURES[form], mtime=0))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at : at + 4] = data.draw(st.binary(max_size=8))
    whole, _ = as_far_as_it_goes(FIXTURES[form])
    found, error = as_far_as_it_goes(bytes(packed), form)
    sane(found)
    assert error is not None or len(found) >= len(whole) - 1 or len(packed) < 20


@pytest.mark.parametrize("form", sorted(FIXTURES))
def test_a_file_cut_at_any_byte_keeps_what_came_before(form: str) -> None:
    data = FIXTURES[form]
    whole, error = as_far_as_it_goes(data, form)
    assert error is None
    before = 0
    for cut in range(1, len(data)):
        found, _ = as_far_as_it_goes(data[:cut], form)
        assert found == whole[: len(found)]
        assert len(found) >= before
        before = len(found)
    assert before >= len(whole) - 6  # the last line or element alone may be missing


@pytest.mark.parametrize("form", sorted(FIXTURES))
def test_a_gzip_cut_at_any_byte_keeps_what_came_before_and_says_so(form: str) -> None:
    packed = gzip.compress(FIXTURES[form], mtime=0)
    whole, _ = as_far_as_it_goes(FIXTURES[form], form)
    for cut in range(3, len(packed)):
        found, error = as_far_as_it_goes(packed[:cut], form)
        assert error is not None
        assert found == whole[: len(found)]


@settings(deadline=None)
@given(FORMS, st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_how_the_file_is_split_does_not_matter(form: str, sizes: list[int]) -> None:
    data, module = FIXTURES[form], MODULES[form]
    at_once = list(module.read(Pieces(data, []), "f", Tally()))
    assert list(module.read(Pieces(data, sizes), "f", Tally())) == at_once


@settings(deadline=None)
@given(
    st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"x"))),
    st.lists(st.integers(1, 9), min_size=1),
    st.integers(1, 20),
)
def test_lines_are_the_lines_however_they_arrive(
    wanted: list[bytes], sizes: list[int], limit: int
) -> None:
    data = b"".join(line + b"\n" for line in wanted)
    found = list(lines(Pieces(data, sizes), limit=limit))
    assert [line.data for line in found] == [w if len(w) <= limit else None for w in wanted]
    assert [line.number for line in found] == list(range(1, len(wanted) + 1))
    assert not found or found[-1].end == len(data)


def escaped(data: bytes) -> str:
    """Escape as Nmap does: letters and digits plain, the rest by name or number."""
    named = {10: r"\n", 13: r"\r", 9: r"\t"}
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:=<>,;-_"
    return "".join(named.get(b) or (chr(b) if b in plain else f"\\x{b:02x}") for b in data)


@settings(deadline=None)
@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z]{1,20}", fullmatch=True), st.binary(min_size=1))))
def test_what_nmap_packs_into_a_fingerprint_comes_out_again(sent: list[tuple[str, bytes]]) -> None:
    text = "SF-Port80-TCP:V=7.95%I=7" + "".join(
        f'%r({probe},{len(data):X},"{escaped(data)}")' for probe, data in sent
    )
    assert list(answers(text + ";")) == sent[:64]


@settings(deadline=None)
@given(st.text())
def test_any_text_can_stand_where_a_fingerprint_should(text: str) -> None:
    unescape(text)
    list(answers(text))
