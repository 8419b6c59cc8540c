from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from custodes.console.query import SORTS, UNKNOWN, DeviceQuery, read

NAMES = "q site brand maker type surveillance unknown differs removed sort page".split()
words = st.text(max_size=30).map(lambda text: " ".join(text.split()))


@given(
    st.builds(
        DeviceQuery,
        q=words,
        site=st.sampled_from(["", "0", "7"]),
        brand=words,
        maker=words,
        type=words,
        surveillance=st.sampled_from(["", "yes", "no"]),
        unknown=st.sampled_from(["", *UNKNOWN]),
        differs=st.booleans(),
        removed=st.booleans(),
        sort=st.sampled_from([*SORTS, *(f"-{s}" for s in SORTS)]),
        page=st.integers(1, 10**6),
    )
)
def test_a_link_leads_back_to_the_query_that_made_it(query: DeviceQuery) -> None:
    assert read(dict(parse_qsl(urlsplit(query.link()).query))) == query


@given(st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_nonsense_in_an_address_is_ignored_never_an_error(parameters: dict[str, str]) -> None:
    query = read(parameters)
    assert query.page >= 1
    assert query.sort_key in SORTS


def test_a_filter_is_cut_to_a_bearable_length() -> None:
    assert len(read({"q": "x" * 10_000}).q) == 200


def test_order_and_page_are_no_filters() -> None:
    assert not read({"sort": "-seen", "page": "3"}).filtered
    assert read({"differs": "yes"}).filtered
