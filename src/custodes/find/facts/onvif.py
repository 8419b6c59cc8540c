"""What ONVIF's answers say of abilities, rules that run, accounts and services. Pure."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from custodes.errors import PeerError
from custodes.find.facts.builds import build_date
from custodes.find.facts.clocks import offset_s
from custodes.find.facts.isapi_settings import SERVICES
from custodes.find.facts.said import Answer, Said
from custodes.find.facts.yes_no import number, said
from custodes.knowledge import capabilities as knowledge
from custodes.protocols import onvif as wire
from custodes.protocols.xml import Element

MAX_LISTED: Final = 512
MAX_TOPICS: Final = 4096
_SCOPE: Final = re.compile(r"onvif://www\.onvif\.org/([^\s<>\"]{1,256})")
_VERSION: Final = re.compile(r"V?\d{1,3}(?:\.[0-9A-Za-z]{1,12}){1,6}")


def services(collected: Said, answer: Answer, root: Element) -> None:
    """GetServices: which services there are, and what they flag."""
    for service in root.findall("Service")[:MAX_LISTED]:
        named = service.child("Namespace")
        if named is not None:
            collected.word(answer, "onvif.service", named.text, named.text, True)
    flags(collected, answer, root)


def flags(collected: Said, answer: Answer, root: Element) -> None:
    """GetCapabilities and the capabilities inside GetServices: flags and counts."""
    known, counted = knowledge.words("onvif.flag"), knowledge.words("onvif.number")
    for element in root.walk():
        given = dict(element.attributes)
        if not element.children and element.text:
            given[element.tag] = element.text
        for name, value in given.items():
            matched = f'{name}="{value}"'
            if name in known:
                collected.word(answer, "onvif.flag", name, matched, said(value))
            elif name in counted and (many := number(value)) is not None:
                collected.word(answer, "onvif.number", name, matched, many > 0)


def scopes(collected: Said, answer: Answer, text: str) -> None:
    """Scopes, in any answer that carries them: the profiles that it keeps to."""
    known = knowledge.words("onvif.scope")
    for found in list(_SCOPE.finditer(text))[:MAX_LISTED]:
        scope = unquote(found[1]).rstrip("/")
        if scope in known:
            collected.word(answer, "onvif.scope", scope, found[0], True)


def rules(collected: Said, answer: Answer, root: Element) -> None:
    """Rules and analytics modules: described, it can; configured, it runs."""
    runs = answer.field in ("onvif.soap.GetRules", "onvif.soap.GetAnalyticsModules")
    described = ("RuleDescription", "AnalyticsModuleDescription")
    for element in root.walk():
        attribute = "Type" if runs else "Name"
        if runs and element.tag not in ("Rule", "AnalyticsModule"):
            continue
        if not runs and element.tag not in described:
            continue
        kind = element.attributes.get(attribute, "")
        word = kind.rpartition(":")[2]
        matched = f'<{element.tag} {attribute}="{kind}">'
        on = True if runs else None
        collected.word(answer, "onvif.rule", word, matched, True, on, answer.channel)
    attributes(collected, answer, root)


def events(collected: Said, answer: Answer, root: Element) -> None:
    """GetEventProperties: the events that it can report, as a tree of topics."""
    tree = root.find("TopicSet")
    if tree is not None:
        known = knowledge.words("onvif.topic")
        for path in _paths(tree):
            pair = "/".join(path[-2:]).lower()
            if pair in known:
                collected.word(answer, "onvif.topic", pair, "/".join(path), True)
    attributes(collected, answer, root)


def _paths(tree: Element) -> Iterator[tuple[str, ...]]:
    """Every step of the tree with the one above it, the description of messages left out."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(tree, ())]
    for _ in range(MAX_TOPICS):
        if not waiting:
            return
        element, above = waiting.pop()
        for child in element.children:
            if child.tag != "MessageDescription":
                path = (*above[-3:], child.tag)
                yield path
                waiting.append((child, path))


def attributes(collected: Said, answer: Answer, root: Element) -> None:
    """Names of what an event or rule describes a person by."""
    known = knowledge.words("onvif.attribute")
    for element in root.walk():
        if element.tag in ("SimpleItemDescription", "ElementItemDescription"):
            name = element.attributes.get("Name", "")
            if name.lower() in known:
                matched = f'<{element.tag} Name="{name}">'
                collected.word(answer, "onvif.attribute", name.lower(), matched, True)


def profiles(collected: Said, answer: Answer, root: Element) -> None:
    """GetProfiles: what goes with the picture, and how the streams are made."""
    known = knowledge.words("onvif.profile")
    for profile in root.findall("Profiles")[:MAX_LISTED]:
        channel = profile.attributes.get("token", "")
        holders = [profile, *(c for c in profile.children if c.tag == "Configurations")]
        for part in (part for holder in holders for part in holder.children):
            if part.tag in known:
                matched = f'<{part.tag} token="{part.attributes.get("token", "")}">'
                collected.word(answer, "onvif.profile", part.tag, matched, True, True, channel)
        _stream(collected, answer, profile, channel)


def _stream(collected: Said, answer: Answer, profile: Element, channel: str) -> None:
    encoder = profile.find("VideoEncoderConfiguration") or profile.find("VideoEncoder")
    if encoder is None:
        return
    codec = encoder.child("Encoding")
    if codec is not None:
        collected.fact(answer, "stream.codec", codec.text, codec.text, channel)
    sides = [number(encoder.text_of(side)) for side in ("Width", "Height")]
    if None not in sides:
        size = f"{sides[0]}x{sides[1]}"
        collected.fact(answer, "stream.resolution", size, size, channel)


def information(collected: Said, answer: Answer, root: Element) -> None:
    """GetDeviceInformation: which firmware, and made when, where it says."""
    version = root.text_of("FirmwareVersion") or ""
    found = _VERSION.match(version)
    collected.fact(answer, "build.version", found[0] if found else None, version)
    collected.fact(answer, "build.date", build_date(version), version)


def clock(collected: Said, answer: Answer, root: Element) -> None:
    """GetSystemDateAndTime: its clock beside ours, its zone, and who sets it."""
    kind, zone = root.find("DateTimeType"), root.find("TZ")
    if kind is not None:
        collected.fact(answer, "clock.source", kind.text, f"<DateTimeType>{kind.text}")
    if zone is not None:
        collected.fact(answer, "clock.zone", zone.text, f"<TZ>{zone.text}")
    try:
        shown = wire.date_time(answer.text)
    except PeerError:  # cut, so that only its parts are told
        return
    if shown is not None:
        off = offset_s(shown, answer.observation.seen_at)
        collected.fact(answer, "clock.offset_s", off, f"UTCDateTime {shown.isoformat()}")


def users(collected: Said, answer: Answer, root: Element) -> None:
    """GetUsers: how many accounts, not whose."""
    found = root.findall("User")
    levels = [(user.text_of("UserLevel") or "").lower() for user in found]
    if not found:
        return
    collected.fact(answer, "accounts.count", len(found), f"{len(found)} × <User>")
    if all(levels):
        many = levels.count("administrator")
        matched = f"{many} × <UserLevel>Administrator"
        collected.fact(answer, "accounts.administrators", many, matched)


def network_protocols(collected: Said, answer: Answer, root: Element) -> None:
    """GetNetworkProtocols: HTTP, HTTPS and RTSP, open or not, and where."""
    for protocol in root.findall("NetworkProtocols")[:MAX_LISTED]:
        name, on = protocol.text_of("Name") or "", said(protocol.text_of("Enabled"))
        matched = f"<Name>{name}<Enabled>{protocol.text_of('Enabled')}"
        service = SERVICES.get(name)
        if service is not None:
            collected.switch(answer, service, on, matched)
        elif on and name:
            collected.fact(answer, "service.other", name, matched, name)
        port = number(protocol.text_of("Port"))
        if name:
            collected.fact(answer, "service.port", port, f"<Name>{name}<Port>{port}", name)


def ntp(collected: Said, answer: Answer, root: Element) -> None:
    """GetNTP: whom it asks for the time."""
    servers = [e for e in root.walk() if e.tag in ("NTPManual", "NTPFromDHCP")][:MAX_LISTED]
    for index, server in enumerate(servers, 1):
        for tag in ("DNSname", "IPv4Address", "IPv6Address"):
            named = server.text_of(tag)
            if named and named.strip("0.:"):
                collected.fact(answer, "clock.ntp_server", named, f"<{tag}>{named}", str(index))
                break
