"""The narrow waist: what goes in comes out, and nothing that comes in breaks it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import InputError
from custodes.observation import Observation, observe, read_line, write_line


@given(st.binary(max_size=300))
def test_bytes_come_back_as_they_went_in(data: bytes) -> None:
    assert read_line(write_line(observe("tcp.banner", data))).data == data


@given(st.text(max_size=300).filter(lambda t: t.isprintable()))
def test_text_comes_back_as_it_went_in(text: str) -> None:
    assert read_line(write_line(observe("http.title", text))).text == text


@given(st.binary(max_size=400))
def test_any_line_is_an_observation_or_our_error(line: bytes) -> None:
    with contextlib.suppress(InputError):
        assert isinstance(read_line(line), Observation)


def test_unknown_keys_are_ignored_and_unknown_fields_kept() -> None:
    one = read_line(b'{"field":"nobody.knows","payload":"x","colour":"blue"}')
    assert (one.field, one.payload) == ("nobody.knows", "x")


def test_deep_nesting_is_our_error() -> None:
    with pytest.raises(InputError):
        read_line(b'{"field":"a","payload":"b","x":' + b"[" * 200_000)


def test_a_broken_base64_text_stands_for_itself() -> None:
    one = Observation(field="tcp.banner", payload="not base64!", encoding="base64")
    assert one.data == b"not base64!"


def test_seeing_the_same_again_later_is_the_same_observation() -> None:
    first = observe("http.title", "x", address="127.0.0.1", source="scan")
    again = observe("http.title", "x", address="127.0.0.1", source="import")
    other = observe("http.title", "x", address="127.0.0.2")
    assert first.digest == again.digest != other.digest


def test_a_key_of_another_kind_than_ours_is_left_out_and_the_rest_kept() -> None:
    one = read_line(
        b'{"field":"a","payload":"b","id":7,"source":{"repo":"x"},"port":"80",'
        b'"seen_at":"yesterday","address":"127.0.0.1"}'
    )
    assert (one.id, one.address, one.port, one.seen_at, one.source) == (
        "7",
        "127.0.0.1",
        None,
        None,
        None,
    )


def test_bytes_that_are_not_utf_8_become_replacement_characters() -> None:
    assert read_line(b'\xef\xbb\xbf{"field":"a","payload":"caf\xe9"}').payload == "caf\ufffd"


@pytest.mark.parametrize("line", [b"[]", b'{"field":1,"payload":"x"}', b'{"field":"x"}', b"nope"])
def test_a_line_without_field_and_payload_as_text_is_refused(line: bytes) -> None:
    with pytest.raises(InputError):
        read_line(line)
