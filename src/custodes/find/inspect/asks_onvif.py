"""What is read of a device that speaks ONVIF: operations that begin with Get. Pure.

The services are asked where the device says that they lie, but only the path of what it says is
used: a question never goes to another address or port than the one that was allowed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from custodes.errors import PeerError
from custodes.find.inspect.asks import MAX_FOLLOWING, Ask, Family, may_be_asked
from custodes.protocols import onvif, xml

MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
ANALYTICS = "http://www.onvif.org/ver20/analytics/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
RECORDING = "http://www.onvif.org/ver10/recording/wsdl"
SEARCH = "http://www.onvif.org/ver10/search/wsdl"
RULES = (
    "GetSupportedRules",
    "GetRules",
    "GetSupportedAnalyticsModules",
    "GetAnalyticsModules",
)
MAX_TOKENS = 8  # analytics configurations that are read of one device

_PATH = re.compile(r"/[\x21-\x7e]{0,200}")


def ask(operation: str, namespace: str, path: str, inside: str = "", channel: str = "") -> Ask:
    """One operation of one service."""
    body = f'<q:{operation} xmlns:q="{namespace}">{inside}</q:{operation}>'
    return Ask(
        Family.ONVIF,
        f"onvif.soap.{operation}",
        path,
        "POST",
        body.encode(),
        proof=f"{operation}Response".encode(),
        channel=channel,
    )


def device(operation: str, inside: str = "") -> Ask:
    """An operation of the device service, which lies where the device is first asked."""
    return ask(operation, onvif.DEVICE, onvif.PATH, inside)


def of_services(answer: bytes) -> Sequence[Ask]:
    """What is asked of the services that the device lists."""
    try:
        listed = {name: _path(address) for name, address, _ in onvif.services(answer)}
        stores = xml.parse(answer).find("StorageConfiguration") is not None
    except PeerError:
        return ()
    found: list[Ask] = []
    if path := listed.get(MEDIA):
        found.append(ask("GetVideoSources", MEDIA, path))
        found.append(_with_analytics("GetProfiles", MEDIA, path, listed.get(ANALYTICS, "")))
    elif path := listed.get(MEDIA2):
        found.append(_with_analytics("GetProfiles", MEDIA2, path, listed.get(ANALYTICS, "")))
    if path := listed.get(EVENTS):
        found.append(ask("GetEventProperties", EVENTS, path))
    if path := listed.get(RECORDING):
        found.append(ask("GetRecordings", RECORDING, path))
    if path := listed.get(SEARCH):
        found.append(ask("GetRecordingSummary", SEARCH, path))
    if stores or b'StorageConfiguration="true"' in answer:
        found.append(device("GetStorageConfigurations"))
    return tuple(one for one in found if may_be_asked(one))[:MAX_FOLLOWING]


def _with_analytics(operation: str, namespace: str, path: str, analytics: str) -> Ask:
    def follow(answer: bytes) -> Sequence[Ask]:
        return of_profiles(answer, analytics)

    inside = "<q:Type>All</q:Type>" if namespace == MEDIA2 else ""
    return replace(ask(operation, namespace, path, inside), follow=follow if analytics else None)


def of_profiles(answer: bytes, path: str) -> Sequence[Ask]:
    """What is asked of each analytics configuration of a device's profiles."""
    try:
        root = xml.parse(answer)
    except PeerError:
        return ()
    names = ("VideoAnalyticsConfiguration", "Analytics")
    said = [e.attributes.get("token", "") for name in names for e in root.findall(name)]

    def inside(token: str) -> str:
        return f"<q:ConfigurationToken>{xml.escape(token)}</q:ConfigurationToken>"

    tokens = list(dict.fromkeys(token for token in said if 0 < len(token) <= 64))[:MAX_TOKENS]
    found = [
        ask(operation, ANALYTICS, path, inside(token), channel=token)
        for token in tokens
        for operation in RULES
    ]
    return tuple(found)[:MAX_FOLLOWING]


def _path(address: str) -> str:
    """The path of a service's address; "" where it is none."""
    try:
        there = urlsplit(address.strip())
    except ValueError:
        return ""
    path = there.path or "/"
    return path if _PATH.fullmatch(path) and not there.query else ""


# Open by the standard; the token of every other question is made with the clock that it tells.
CLOCK = device("GetSystemDateAndTime")

# The first one is the log-in: what a device refuses there it is not asked again.
ASKS: tuple[Ask, ...] = (
    device("GetDeviceInformation"),
    device("GetScopes"),
    device("GetCapabilities", "<q:Category>All</q:Category>"),
    device("GetNetworkProtocols"),
    device("GetUsers"),
    device("GetNTP"),
    Ask(
        Family.ONVIF,
        "onvif.soap.GetServices",
        onvif.PATH,
        "POST",
        device("GetServices", "<q:IncludeCapability>true</q:IncludeCapability>").body,
        proof=b"GetServicesResponse",
        follow=of_services,
    ),
)
