"""What the operator asked to be looked at, read into addresses.

Pure: the text of files and the addresses of names are passed in.
Nothing here sends or decides whether it may be sent: `asked` goes to `scope` first.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)

from custodes.errors import UsageError
from custodes.find.observe import ports as port_list
from custodes.find.observe.ports import Port

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_ADDRESSES = 65_536  # a /16; more only where the operator says so
MAX_IPV6_ADDRESSES = 65_536  # a /112; more cannot be walked at all
MAX_LISTED = 1_000_000  # lines of a target file

ReadFile = Callable[[str], str]
Resolve = Callable[[str], Sequence[str]]

# Names of virtual devices' services that the scan knows by another; "dvrip" and "sofia" are TCP.
_NAMES = {
    "ws_discovery": "wsd",
    "dvrip_search": "dvrip",
    "sofia_search": "sofia",
    "dvrip": "silent",
    "sofia": "silent",
}
_RANGE = re.compile(r"(?P<first>[0-9a-fA-F.:]+)-(?P<last>[0-9a-fA-F.:]+)")
_WITH_PORTS = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[^:\[\]/]+)):(?P<ports>\d[^:]*)")
_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


@dataclass(frozen=True, slots=True)
class Target:
    """One device to look at: an address, and its own ports where several share one address."""

    address: str
    ports: tuple[Port, ...] = ()  # empty: the ports of the plan
    key: str = ""  # what groups the observations of it; empty: address, and port if it has its own

    @property
    def device(self) -> str:
        """The key that groups what is seen of it."""
        if self.key:
            return self.key
        return f"{self.address}:{self.ports[0].number}" if self.ports else self.address


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything that was asked for, without doubles; addresses are made as they are walked."""

    asked: tuple[Network, ...]
    spans: tuple[tuple[Address, int], ...]  # first address and how many, sorted, never touching
    listed: tuple[Target, ...] = ()  # addresses with their own ports or with a zone
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()  # names given, with their addresses

    def __len__(self) -> int:
        return sum(count for _, count in self.spans) + len(self.listed)

    def __iter__(self) -> Iterator[Target]:
        for first, count in self.spans:
            for offset in range(count):
                yield Target(str(first + offset))
        yield from self.listed

    def __contains__(self, address: object) -> bool:
        """True where an address is walked, whatever its ports."""
        try:
            value = ip_address(str(address))
        except ValueError:
            return False
        if any(target.address == str(address) for target in self.listed):
            return True
        return any(
            first.version == value.version and 0 <= int(value) - int(first) < count
            for first, count in self.spans
        )


def of_services(address: str, services: Mapping[str, int], key: str = "") -> Target:
    """A target whose services are known by name, such as a virtual device's.

    Names that are no service of a scan are listened to in silence.
    """
    known = (*port_list.STREAM_SERVICES, *port_list.DATAGRAM_SERVICES)
    order = [port.service for port in port_list.DEFAULT]
    named = [(_NAMES.get(name, name), number) for name, number in services.items()]
    own = [Port(number, name if name in known else "silent") for name, number in named]
    own.sort(key=lambda p: order.index(p.service) if p.service in order else len(order))
    return Target(address, tuple(own), key)


def parse(
    texts: Iterable[str], *, read_file: ReadFile, resolve: Resolve, large: bool = False
) -> Targets:
    """Read TARGET…: an address, a network, a range, a name, @file, or ADDRESS:PORT[,PORT].

    Args:
        read_file: gives the text of an @file.
        resolve: gives the addresses of a name, by the operator's own resolver.
        large: the operator agreed to more than 65,536 addresses.

    Raises:
        UsageError: something is no target, or there is too much of it.
    """
    spans: list[tuple[Address, Address]] = []
    asked: dict[Network, None] = {}
    listed: dict[tuple[str, int], Target] = {}
    names: dict[str, tuple[str, ...]] = {}

    def looked_up(name: str) -> Sequence[str]:
        if name not in names:
            names[name] = tuple(resolve(name))
        return names[name]

    for text in _lines(texts, read_file):
        for entry in _entry(text, looked_up):
            asked.update(dict.fromkeys(entry.asked))
            if entry.target is not None:
                listed.setdefault((entry.target.device, entry.target.ports != ()), entry.target)
            else:
                spans.append((entry.first, entry.last))
    merged = _merged(spans)
    result = Targets(tuple(asked), merged, tuple(listed.values()), tuple(names.items()))
    if not asked:
        raise UsageError("no target was given", hint="Try `custodes scan 192.0.2.0/24 --dry-run`.")
    _limit(result, large)
    return result


@dataclass(frozen=True, slots=True)
class _Entry:
    asked: tuple[Network, ...]
    first: Address
    last: Address
    target: Target | None = None


def _lines(texts: Iterable[str], read_file: ReadFile) -> Iterator[str]:
    for text in texts:
        if not text.startswith("@"):
            yield text.strip()
            continue
        for number, line in enumerate(read_file(text[1:]).splitlines(), start=1):
            if number > MAX_LISTED:
                raise UsageError(f"{text[1:]} has more than {MAX_LISTED:,} lines")
            entry = line.split("#", 1)[0].strip()
            if entry.startswith("@"):
                raise UsageError(f"{text[1:]}, line {number}: a file may not name another file")
            if entry:
                yield entry


def _entry(text: str, resolve: Resolve) -> Iterator[_Entry]:
    if "/" in text and not _WITH_PORTS.fullmatch(text):
        yield _network(text)
    elif (match := _RANGE.fullmatch(text)) and _is_address(match["first"]):
        yield _range(text, match["first"], match["last"])
    elif _is_address(text):
        yield _single(text, ())
    elif match := _WITH_PORTS.fullmatch(text):
        host = match["six"] or match["four"]
        own = port_list.parse(match["ports"])
        for address in [host] if _is_address(host) else _resolved(host, resolve):
            yield _single(address, own)
    else:
        for address in _resolved(text, resolve):
            yield _single(address, ())


def _network(text: str) -> _Entry:
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a network: {error}") from None
    first, last = network[0], network[-1]
    if network.version == 4 and network.prefixlen < 31:
        first, last = first + 1, last - 1
    _usable(first)
    _usable(last)
    return _Entry((network,), first, last)


def _range(text: str, first_text: str, last_text: str) -> _Entry:
    first = ip_address(first_text)
    if last_text.isdecimal() and first.version == 4:
        last_text = f"{first_text.rpartition('.')[0]}.{last_text}"
    try:
        last = ip_address(last_text)
    except ValueError:
        raise UsageError(f"{text!r} is not a range of addresses") from None
    if first.version != last.version or int(first) > int(last):
        raise UsageError(f"{text!r} runs backwards or mixes IPv4 and IPv6")
    _usable(first)
    _usable(last)
    return _Entry(tuple(summarize_address_range(first, last)), first, last)


def _single(text: str, own: tuple[Port, ...]) -> _Entry:
    address = ip_address(text)
    _usable(address)
    bare = ip_address(text.partition("%")[0])
    target = Target(text if "%" in text else str(address), own) if own or "%" in text else None
    return _Entry((ip_network(bare),), bare, bare, target)


def _usable(address: Address) -> None:
    limited_broadcast = str(address) == "255.255.255.255"
    if address.is_multicast or address.is_unspecified or limited_broadcast:
        raise UsageError(f"{address} is not the address of one device")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _resolved(name: str, resolve: Resolve) -> list[str]:
    looks_numeric = re.fullmatch(r"[\d.:-]+", name)
    if looks_numeric or not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a target",
            hint="Give an address, a network such as 192.0.2.0/24, a range a-b, a name or @file.",
        )
    addresses = [a for a in resolve(name) if _is_address(a)]
    if not addresses:
        raise UsageError(f"the name {name!r} has no address")
    return addresses


def _merged(spans: list[tuple[Address, Address]]) -> tuple[tuple[Address, int], ...]:
    merged: list[tuple[Address, int]] = []
    for first, last in sorted(spans, key=lambda s: (s[0].version, int(s[0]), int(s[1]))):
        if merged:
            start, count = merged[-1]
            if start.version == first.version and int(first) <= int(start) + count:
                merged[-1] = (start, max(count, int(last) - int(start) + 1))
                continue
        merged.append((first, int(last) - int(first) + 1))
    return tuple(merged)


def _limit(targets: Targets, large: bool) -> None:
    six = sum(count for first, count in targets.spans if first.version == 6)
    if six > MAX_IPV6_ADDRESSES:
        raise UsageError(
            f"{six:,} IPv6 addresses cannot be walked",
            hint="Take a /112 at most; for a whole IPv6 segment scan its IPv4 side, or name the"
            " devices that discovery (WS-Discovery, mDNS, the router's neighbour table) shows.",
        )
    if (total := _count(targets)) > MAX_ADDRESSES and not large:
        raise UsageError(
            f"that is {total:,} addresses",
            hint="Take the networks that hold your cameras, or add --yes to walk all of them.",
        )


def _count(targets: Targets) -> int:
    """How many; `len()` cannot count a whole IPv6 network."""
    return sum(count for _, count in targets.spans) + len(targets.listed)
