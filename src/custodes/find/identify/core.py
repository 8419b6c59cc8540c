"""Say what observations mean: the one place where observations become identities. Pure.

`identify` takes all observations of one device together; `identify_each` takes each alone;
`identify_devices` groups them by their `device` key, or their address where they have none.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Final

from msgspec.structs import replace

from custodes.find.identify import matcher, models, names, possible, weigh
from custodes.find.identify.claims import DEFAULT, PREFIX, PROTOCOL, Claim
from custodes.find.identify.facets import BODY_LIMIT, cut, text_of
from custodes.find.identify.readers import (
    FACET_READERS,
    NAME_READERS,
    NUMBER_READERS,
    OBSERVATION_READERS,
    WORD_READERS,
    forms,
    hikvision,
    words,
)
from custodes.find.identify.weigh import (
    conclude,
    conclude_one,
    is_without_cameras,
    without_cameras,
)
from custodes.identity import Identity
from custodes.knowledge.devices import DEVICE_TYPES
from custodes.observation import FIELDS, Observation
from custodes.units import iso

OPEN_DEVICES_LIMIT: Final = 20_000
READINGS_LIMIT: Final = 4_096  # of one device; what comes after says nothing new in practice
_CHANNEL: Final = "isapi.InputProxyChannel"
# A model number supports its maker's own brand, unless a badge is named.
_MODEL_FACETS: Final = frozenset({"onvif.model", "upnp.modelName", "model"})
_SHORT_TEXT: Final = 512
_SHORT_ENTRIES: Final = 16_384
_LONG_ENTRIES: Final = 1_024  # whole pages: every device of one model sends the same


def identify(observations: Sequence[Observation]) -> Identity:
    """Conclude what one device is from everything that was seen of it.

    The order of the observations does not matter. A recorder's channel list speaks of the devices
    attached to it: it describes one of them only where nothing else was seen.
    """
    if len(observations) == 1:
        return _identify_one(observations[0])
    group = _Group()
    for observation in observations:
        group.add(observation)
    return group.identity()


def _identify_one(observation: Observation) -> Identity:
    """The same for a single observation, without the book-keeping."""
    if observation.field == _CHANNEL:
        claims = hikvision.channel(text_of(observation)).claims
    else:
        claims = read(observation)
    found = conclude_one(claims, *_place(observation)) if claims else Identity()
    found.id = observation.id
    found.device = observation.device or observation.address
    return found


def _place(observation: Observation) -> tuple[str, str | None]:
    """By what evidence points to this observation, and when it was seen."""
    seen_at = observation.seen_at
    return observation.id or observation.digest, iso(seen_at) if seen_at else None


def identify_each(observations: Iterable[Observation]) -> Iterator[Identity]:
    """Conclude from each observation alone, in the order given."""
    for observation in observations:
        yield _identify_one(observation)


def identify_devices(
    observations: Iterable[Observation], *, open_limit: int = OPEN_DEVICES_LIMIT
) -> Iterator[Identity]:
    """Conclude for each device; observations of one device need not stand together.

    Memory is bounded: of each device only its distinct readings are kept, and no more than
    `open_limit` devices are open at a time. Beyond that the device that was seen least recently is
    concluded; should it be seen again later, a second identity for it follows.
    """
    open_groups: OrderedDict[str, _Group] = OrderedDict()
    for observation in observations:
        key = observation.device or observation.address
        if key is None:
            yield _identify_one(observation)
            continue
        group = open_groups.get(key)
        if group is None:
            group = open_groups[key] = _Group()
        else:
            open_groups.move_to_end(key)
        group.add(observation)
        if len(open_groups) > open_limit:
            yield open_groups.popitem(last=False)[1].identity()
    while open_groups:
        yield open_groups.popitem(last=False)[1].identity()


class _Group:
    """What was read so far about one device. Most devices of a long list are seen once."""

    __slots__ = ("channels", "count", "device", "first", "id", "ports", "readings")

    def __init__(self) -> None:
        self.first: tuple[Sequence[Claim], str, str | None] | None = None
        self.readings: dict[tuple[Claim, str], str | None] | None = None
        self.channels: dict[str, Observation] | None = None
        self.ports: dict[str, int | None] = {}  # by observation, where all of it came from one
        self.id: str | None = None  # of all its observations, where they share one
        self.device: str | None = None
        self.count = 0

    def add(self, observation: Observation) -> None:
        self.id = observation.id if self.count == 0 or observation.id == self.id else None
        self.count += 1
        key = observation.device or observation.address
        if key is not None and (self.device is None or key < self.device):
            self.device = key
        claims = self._read(observation)
        if not claims:
            return
        where, when = _place(observation)
        port = observation.port
        self.ports[where] = port if self.ports.get(where, port) == port else None
        if self.first is None and self.readings is None:
            self.first = (claims, where, when)
            return
        if self.readings is None:
            self.readings = {}
        if self.first is not None:
            self._keep(*self.first)
            self.first = None
        self._keep(claims, where, when)

    def _read(self, observation: Observation) -> Sequence[Claim]:
        if observation.field != _CHANNEL:
            return read(observation)
        if self.channels is None:
            self.channels = {}
        if len(self.channels) < 2:
            self.channels[observation.payload] = observation
        return hikvision.recorder_of(text_of(observation)).claims

    def _keep(self, claims: Sequence[Claim], where: str, when: str | None) -> None:
        readings = self.readings
        if readings is None or len(readings) >= READINGS_LIMIT:
            return
        for claim in claims:
            key = (claim, where)
            seen = readings.get(key)
            if key not in readings or (when is not None and (seen is None or when < seen)):
                readings[key] = when

    def _attached_alone(self) -> Observation | None:
        """The one camera of a channel list, where nothing else was seen."""
        if self.channels is None or len(self.channels) != 1:
            return None
        read_from = [c for c, _ in self.readings or ()] or list(self.first[0] if self.first else ())
        if any(claim.field != _CHANNEL for claim in read_from):
            return None
        return next(iter(self.channels.values()))

    def _conclude(self) -> Identity:
        attached = self._attached_alone()
        if attached is not None:
            return conclude_one(hikvision.channel(text_of(attached)).claims, *_place(attached))
        if self.first is not None:
            return conclude_one(*self.first)
        seen = self.readings or {}
        sighted = ((claim, where, when) for (claim, where), when in seen.items())
        return conclude(sighted, self.ports)

    def identity(self) -> Identity:
        found = self._conclude()
        found.id = self.id
        found.device = self.device
        return found


def read(observation: Observation) -> list[Claim]:
    """Everything that one observation says, before it is weighed."""
    field, text = observation.field, text_of(observation)
    claims: list[Claim] = []
    reader = OBSERVATION_READERS.get(field)
    if reader is not None:
        claims += reader(text).claims
    heard = _heard_fields()
    parts = cut(field, text)
    if field in heard and (not parts or parts[0][0] != field):
        parts.append((field, text[:BODY_LIMIT]))  # rules may read the whole as well as its facets
    for facet, part in parts:
        if facet not in heard:
            continue
        recall = _remembered if len(part) <= _SHORT_TEXT else _remembered_long
        claims += recall(facet, part)
    after = _AFTERWARDS.get(field)
    return claims if after is None else after(claims)


def _consistent(claims: list[Claim]) -> list[Claim]:
    """Without what the form of a model number tells of a brand that the same answer denies."""
    named = {str(c.value) for c in claims if c.conclusion == "vendor"}
    if not named:
        return claims
    foreign = {
        c.fingerprint
        for c in claims
        if c.field in _MODEL_FACETS
        and c.conclusion in (DEFAULT, "maker")
        and not any(models.agrees(name, str(c.value)) for name in named)
    }
    return [c for c in claims if c.fingerprint not in foreign] if foreign else claims


def _of_surveillance_only(claims: list[Claim]) -> list[Claim]:
    """A whole SNMP record names vendor and model of surveillance equipment only.

    Its description is text that whoever runs the network may write; of anything else it is enough
    to know that it is no camera.
    """
    kinds = [DEVICE_TYPES.get(str(c.value)) for c in claims if c.conclusion == "device_type"]
    told = [c.value for c in claims if c.conclusion == "is_surveillance"]
    if True in kinds or True in told:
        return claims
    if any(c.conclusion == "vendor" and c.weight >= PROTOCOL for c in claims) and not any(
        is_without_cameras(c) for c in claims
    ):
        return claims  # a maker of cameras, by a text of its own form: a speaker, a door controller
    kept = [c for c in claims if c.conclusion in ("device_type", "is_surveillance")]
    return kept + [without_cameras(c) for c in claims if is_without_cameras(c)]


# What is done with the claims of a whole observation of some fields.
_AFTERWARDS: Final[Mapping[str, Callable[[list[Claim]], list[Claim]]]] = {
    "onvif.soap.GetDeviceInformation": _consistent,
    "upnp.response": _consistent,
    "snmp.record": _of_surveillance_only,
    **{
        field: partial(possible.held, field) for field in sorted(FIELDS) if possible.is_media(field)
    },
}


@cache
def _heard_fields() -> frozenset[str]:
    """The facets that some fingerprint or reader listens to."""
    readers = (FACET_READERS, NAME_READERS, WORD_READERS)
    return matcher.shipped().fields.union(*readers)


def _facet_claims(field: str, text: str) -> list[Claim]:
    """Fingerprints first; plain names and words only where no fingerprint decides."""
    if field == "http.title" and words.is_mention(text):
        return []
    claims = matcher.shipped().claims(field, text)
    if field in _MODEL_FACETS:
        claims = [_as_default(claim) for claim in claims]
    reader = FACET_READERS.get(field)
    if reader is not None:
        claims += reader(text).claims
    decided = {claim.conclusion for claim in claims if claim.weight > PREFIX}
    if field in NAME_READERS and not decided & {"vendor", "maker"}:
        claims += NAME_READERS[field](text).claims
    if field in WORD_READERS and not decided & {"device_type", "is_surveillance"}:
        claims += WORD_READERS[field](text).claims
    if field in NUMBER_READERS and not decided & {"device_type", "is_surveillance"}:
        claims += NUMBER_READERS[field](text).claims
    if field in forms.SOLE_FIELDS and _is_nameless(claims):
        claims += forms.sole(field, text).claims
    return claims


def _is_nameless(claims: list[Claim]) -> bool:
    """Whether the kind is known to be no surveillance, and nobody is named."""
    told = False
    for claim in claims:
        if claim.conclusion in ("vendor", "maker", DEFAULT):
            return False
        if claim.conclusion == "is_surveillance":
            if claim.value is True:
                return False
            told = True
        elif claim.conclusion == "device_type":
            told = told or DEVICE_TYPES.get(str(claim.value)) is False
    return told


def _as_default(claim: Claim) -> Claim:
    return replace(claim, conclusion=DEFAULT) if claim.conclusion == "vendor" else claim


_remembered = lru_cache(_SHORT_ENTRIES)(_facet_claims)
_remembered_long = lru_cache(_LONG_ENTRIES)(_facet_claims)


_REMEMBERING: Final = (
    _remembered,
    _remembered_long,
    *names.REMEMBERING,
    models.device_type_of,
    models.own_brand,
    models.badge,
    words.device_type_in,
)


def forget() -> None:
    """Empty every cache of texts, so that a benchmark can tell what they save."""
    weigh.forget()
    matcher.shipped().forget()
    for remembering in _REMEMBERING:
        remembering.cache_clear()
