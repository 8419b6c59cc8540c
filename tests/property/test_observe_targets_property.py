"""Targets and scope hold for whatever an operator, a file or a redirect may say."""

from ipaddress import IPv4Address, IPv4Network, ip_network

from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import UsageError
from custodes.find.observe.probes.http import same_place
from custodes.find.observe.probes.wsd import own_service
from custodes.find.observe.scope import uncovered
from custodes.find.observe.targets import parse

# Small networks inside 192.0.2.0/24, so that they meet often.
networks = st.builds(
    lambda last, length: ip_network(f"192.0.2.{last}/{length}", strict=False),
    st.integers(0, 255),
    st.integers(26, 32),
)


def addresses(parts: list[IPv4Network]) -> set[IPv4Address]:
    return {address for part in parts for address in part}


@given(st.lists(networks, max_size=6), st.lists(networks, max_size=6))
def test_what_is_uncovered_is_exactly_what_no_grant_holds(
    asked: list[IPv4Network], granted: list[IPv4Network]
) -> None:
    left = [n for n in uncovered(asked, granted) if isinstance(n, IPv4Network)]
    assert addresses(left) == addresses(asked) - addresses(granted)


@given(st.lists(networks, min_size=1, max_size=6))
def test_targets_are_walked_once_in_order_and_lie_in_what_was_asked(
    asked: list[IPv4Network],
) -> None:
    targets = parse([str(n) for n in asked], read_file=str, resolve=lambda _: [])
    walked = [IPv4Address(t.address) for t in targets]
    assert walked == sorted(set(walked))
    assert len(walked) == len(targets)
    assert set(walked) <= addresses(asked)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_a_usage_error(text: str) -> None:
    try:
        targets = parse([text], read_file=lambda _: "", resolve=lambda _: [])
    except UsageError:
        return
    assert len(targets) >= 1


@given(st.text(max_size=80))
def test_a_redirect_is_followed_only_on_the_same_address_port_and_scheme(location: str) -> None:
    path = same_place("http://192.0.2.1:8080/", location)
    assert path is None or (path.startswith("/") and path.isascii() and " " not in path)


@given(st.sampled_from(["http://evil.example/", "//evil.example/x", "https://192.0.2.1:8080/"]))
def test_a_redirect_elsewhere_is_never_followed(location: str) -> None:
    assert same_place("http://192.0.2.1:8080/", location) is None


@given(st.text(max_size=80))
def test_a_service_address_counts_only_on_the_device_itself(service: str) -> None:
    found = own_service("192.0.2.1", service)
    assert found is None or "192.0.2.1" in service
