"""The fast reader of the knowledge files."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import KnowledgeError
from custodes.knowledge import tables

FOLDER = files("custodes.knowledge") / "data" / "fingerprints"


@pytest.mark.parametrize("entry", list(FOLDER.iterdir()), ids=lambda e: e.name)
def test_no_line_of_a_shipped_file_is_passed_over(entry: object) -> None:
    text = entry.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    tables.check_lines(text, "shipped")


def test_a_line_outside_the_subset_is_named() -> None:
    with pytest.raises(KnowledgeError, match=r"x\.toml, line 2"):
        tables.check_lines('a = 1\nb="no spaces"\n', "x.toml")


@pytest.mark.parametrize("value", ["nothing", "'half", '"\\q"', "1e5", "'a' # why"])
def test_a_value_outside_the_subset_is_refused(value: str) -> None:
    with pytest.raises(KnowledgeError, match=r"x\.toml"):
        list(tables.read(f"a = {value}\n", "x.toml"))


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
        st.one_of(
            st.from_regex(r"'[^'\n\r\x00-\x08\x0b-\x1f\x7f]*'", fullmatch=True),
            st.from_regex(r'"(?:[a-z {}#=]|\\n|\\"|\\\\|\\u00e9)*"', fullmatch=True),
            st.sampled_from(["true", "false", "0.5", "12", "-3"]),
        ),
        max_size=6,
    )
)
def test_the_subset_reads_as_toml_does(pairs: dict[str, str]) -> None:
    text = "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in pairs.items())
    expected = tomllib.loads(text)["rule"][0]
    assert list(tables.read(text, "x.toml"))[1:] == [("rule", expected)]


def test_an_array_may_go_on_over_indented_lines() -> None:
    text = '[[rule]]\nyes = [\n  { text = "a" },\n  { text = "b" },\n]\nid = "x"\n'
    (_, table) = list(tables.read(text, "x.toml"))[1]
    raw = table["yes"]
    assert isinstance(raw, tables.Raw)
    assert raw.read() == [{"text": "a"}, {"text": "b"}]
    assert table["id"] == "x"
