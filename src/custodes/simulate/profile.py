"""What a simulated device says on every service, as data.

One TOML file a profile in `profiles/`, each with the source of its facts. Text in a profile may
hold {names} that are filled for each device; a name that does not exist is an error at load.
Pure, apart from reading the package's own files.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from custodes.errors import KnowledgeError, UsageError
from custodes.simulate import announcing, template

TRUTHS = ("vendor", "maker", "model", "firmware", "device_type", "is_surveillance")
Behaviour = Literal["normal", "drip", "endless-header", "endless-body", "garbage", "silent"]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Variant(_Data, frozen=True):
    """One model of the profile with the firmware that it runs."""

    model: str
    firmware: str = ""


class Device(_Data, frozen=True):
    """What differs from device to device: patterns that the plan fills.

    In `serial`, # is a digit, @ a capital letter and % a capital hexadecimal digit. The clock is
    `clock_offset_s` ahead of ours; after `lock_after` wrong log-ins even the right one is refused.
    """

    variants: tuple[Variant, ...]
    mac_prefixes: tuple[str, ...]
    serial: str
    made: tuple[int, int] = (2016, 2023)
    uuid: str = "{uuid}"
    username: str = "admin"
    password: str = "virtual-{digits}"  # noqa: S105 - of a device that does not exist
    clock_offset_s: int = 0
    lock_after: int = 5


class Page(_Data, frozen=True):
    """One answer over HTTP; header lines are sent exactly as they stand, in their order.

    `contains` is text that the request's body must hold; `login` keeps the page for requests
    with the right Digest or Basic login.
    """

    path: str
    method: str = "GET"
    contains: str = ""
    login: bool = False
    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    body: str = ""
    body_base64: str = ""


class Http(_Data, frozen=True):
    port: int = 80
    version: str = "HTTP/1.1"
    common: tuple[str, ...] = ("Content-Length: {length}",)
    challenges: tuple[str, ...] = ()
    refusal: Page | None = None
    otherwise: Page | None = None
    pages: tuple[Page, ...] = ()
    behaviour: Behaviour = "normal"
    locked: Page | None = None  # to a log-in at a device that locked the account


class Https(_Data, frozen=True):
    """The same pages over TLS, with a self-signed certificate of this subject (RFC 4514 text)."""

    subject: str
    port: int = 443
    pages: tuple[Page, ...] | None = None


class Rtsp(_Data, frozen=True):
    """`open` streams are shown without a login. Any path is taken where `path` is empty."""

    port: int = 554
    public: str = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
    headers: tuple[str, ...] = ()
    challenges: tuple[str, ...] = ()
    open: bool = False
    path: str = ""
    session_lines: tuple[str, ...] = ("o=- 1 1 IN IP4 {address}", "s=Media Presentation")
    media_lines: tuple[str, ...] = ()
    behaviour: Behaviour = "normal"


class Onvif(_Data, frozen=True):
    """`open_information`: GetDeviceInformation is answered without a login.

    `port` 0 shares the port of the web pages; `refusal` is the HTTP status of a refused call.
    `answers` are what the owner is told besides, by operation: the inside of the answer's element.
    With `http_login` a Digest of HTTP is taken instead of a token.
    """

    manufacturer: str
    model: str = "{model}"
    firmware: str = "{firmware}"
    serial: str = "{serial}"
    hardware: str = "{hardware}"
    port: int = 0
    path: str = "/onvif/device_service"
    open_information: bool = False
    open_scopes: bool = False
    refusal: int = 400
    scopes: tuple[str, ...] = ()
    services: tuple[str, ...] = ("device", "media", "events")
    answers: dict[str, str] = {}
    http_login: bool = False
    headers: tuple[str, ...] = (
        "Content-Type: application/soap+xml; charset=utf-8",
        "Content-Length: {length}",
    )


class Discovery(_Data, frozen=True):
    """An answer to WS-Discovery; a device without ONVIF gives its own types and addresses."""

    port: int = 3702
    types: str = "dn:NetworkVideoTransmitter tds:Device"
    scopes: tuple[str, ...] = ()
    addresses: str = ""
    unicast: bool = True


class Sadp(_Data, frozen=True):
    """The fields of an answer to the SADP inquiry, in their order."""

    fields: dict[str, str]
    port: int = 37020
    unicast: bool = True


class Dhip(_Data, frozen=True):
    """The deviceInfo of an answer to DHDiscover.search; whole numbers are sent as numbers."""

    info: dict[str, str | int | bool]
    port: int = 37810
    unicast: bool = True


class Banner(_Data, frozen=True):
    """A TCP service that says `greeting` on connection and `reply` to the first bytes."""

    name: str
    port: int
    greeting: str = ""
    reply: str = ""
    hexadecimal: bool = False


class Inspected(_Data, frozen=True):
    """What a perfect look with the owner's key learns of abilities and settings, and no more.

    Capabilities: `Name` or `Name@channel`; on, off (it can, and it is off), can (not said whether
    on), cannot. Settings: `name` or `name@channel`. Attached cameras by channel.
    """

    capabilities: dict[str, Literal["on", "off", "can", "cannot"]] = {}
    settings: dict[str, str] = {}
    attached: dict[str, dict[str, str]] = {}


class Profile(_Data, frozen=True):
    name: str
    about: str
    source: str
    device: Device
    truth: dict[str, str | bool]
    unknown: tuple[str, ...] = ()
    like: str = ""
    weight: int = 1
    hostile: bool = False
    max_connections: int = 0
    host_name: str = "{mac_plain}"
    http: Http | None = None
    https: Https | None = None
    rtsp: Rtsp | None = None
    onvif: Onvif | None = None
    ws_discovery: Discovery | None = None
    sadp: Sadp | None = None
    dhip: Dhip | None = None
    mdns: announcing.Mdns | None = None
    ssdp: announcing.Ssdp | None = None
    snmp: announcing.Snmp | None = None
    dvrip_search: announcing.DvripSearch | None = None
    sofia_search: announcing.SofiaSearch | None = None
    banners: tuple[Banner, ...] = ()
    documents: dict[str, Page] = {}  # what only the owner is told, by the name of its observation
    facts: Inspected | None = None

    def services(self) -> dict[str, tuple[str, int]]:
        """Every service by name, with its transport and the port that the real device uses."""
        found: dict[str, tuple[str, int]] = {}
        for name in ("http", "https", "rtsp"):
            service = getattr(self, name)
            if service is not None:
                found[name] = ("tcp", service.port)
        if self.onvif and self.onvif.port:
            found["onvif"] = ("tcp", self.onvif.port)
        for banner in self.banners:
            found[banner.name] = ("tcp", banner.port)
        for name in ("ws_discovery", "sadp", "dhip", *announcing.SERVICES):
            service = getattr(self, name)
            if service is not None:
                found[name] = ("udp", service.port)
        return found


@cache
def profiles() -> dict[str, Profile]:
    """Every profile that is shipped, by name.

    Raises:
        KnowledgeError: a file is not a sound profile; the message names it.
    """
    folder = files("custodes.simulate") / "profiles"
    raw = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return {name: read(name, _inherit(name, raw)) for name in sorted(raw)}


def chosen(names: Iterable[str]) -> list[Profile]:
    """The profiles of these names.

    Raises:
        UsageError: there is no profile of that name.
    """
    known = profiles()
    wanted = list(names)
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is no device profile {name!r}",
                hint="`custodes simulate --list` shows every profile.",
            )
    return [known[name] for name in wanted]


def read(name: str, table: dict[str, Any]) -> Profile:
    """Make a profile of a TOML table.

    Raises:
        KnowledgeError: a key, a value or a {name} is wrong, or the truth is not complete.
    """
    try:
        profile = msgspec.convert({**table, "name": name}, Profile)
        template.check(msgspec.to_builtins(profile))
    except (msgspec.ValidationError, ValueError) as error:
        raise KnowledgeError(f"device profile {name}: {error}") from error
    said = set(profile.truth) | set(profile.unknown)
    if said != set(TRUTHS) or set(profile.truth) & set(profile.unknown):
        raise KnowledgeError(
            f"device profile {name}: every key of the truth is either stated or unknown",
            hint=f"The keys are {', '.join(TRUTHS)}.",
        )
    ports = list(profile.services().values())
    if len(ports) != len(set(ports)):
        raise KnowledgeError(f"device profile {name}: two services on one port")
    return profile


def _inherit(name: str, raw: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The table of a profile laid over the one that it is `like`."""
    table = raw[name]
    parent = table.get("like")
    if parent is None:
        return table
    if parent not in raw or parent == name:
        raise KnowledgeError(f"device profile {name} is like {parent!r}, which does not exist")
    base = dict(_inherit(parent, raw))
    if "truth" in table or "unknown" in table:
        base.pop("truth", None)
        base.pop("unknown", None)
    for service in table.get("without", []):
        base.pop(service, None)
    return _merge(base, {key: value for key, value in table.items() if key != "without"})


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _merge(below, value) if both and below is not None else value
    return merged
