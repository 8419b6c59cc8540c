"""From the observations of one device to what it can do, what is on and how it is set up. Pure.

Every reader sees one answer. An answer that cannot be read, or that no reader knows, says nothing;
of the same question only the latest answer counts, so that what was switched off since is not on.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Final

from custodes.errors import PeerError
from custodes.facts import DeviceFacts
from custodes.find.facts import dahua, exposure, isapi, isapi_settings, onvif, sadp, vapix
from custodes.find.facts.pairs import flat, lines
from custodes.find.facts.said import DISCOVERED, LONG_AGO, OWN, STANDARD, Answer, Said
from custodes.observation import Observation
from custodes.protocols import xml
from custodes.protocols.xml import Element
from custodes.units import MIB

MAX_PAYLOAD: Final = MIB
MAX_ANSWERS: Final = 4096
Read = Callable[[Said, Answer], None]
_CHANNEL: Final = re.compile(r"(?:^|\s)channel=(\S{1,64})(?:\s|$)")


def facts_of(observations: Iterable[Observation]) -> DeviceFacts:
    """Everything beyond identity that the observations of one device say."""
    collected = Said()
    for observation in _latest(observations):
        reading = _reader_of(observation.field)
        if reading is None:
            continue
        rank, read = reading
        found = _CHANNEL.search(observation.source or "")
        channel = found[1] if found is not None else ""
        text = observation.text[:MAX_PAYLOAD]
        reference = observation.id or observation.digest
        read(collected, Answer(observation, text, channel, rank, reference))
    return collected.settled()


def _latest(observations: Iterable[Observation]) -> list[Observation]:
    """The latest answer to each question, in the order in which they were given.

    An event that a device reported is no answer to a question: every one of them counts.
    """
    kept: dict[tuple[object, ...], Observation] = {}
    for number, one in enumerate(observations):
        if number >= MAX_ANSWERS:
            break
        asked: tuple[object, ...] = (one.field, one.source, one.address, one.port)
        if one.field in _EACH_COUNTS:
            asked = (one.field, one.digest)
        before = kept.get(asked)
        if before is None or _when(one) >= _when(before):
            kept[asked] = one
    return sorted(kept.values(), key=_when)


def _when(observation: Observation) -> datetime:
    return observation.seen_at or LONG_AGO


_EACH_COUNTS: Final = frozenset({"isapi.EventNotificationAlert", "isapi.InputProxyChannel"})


def _tree(read: Callable[[Said, Answer, Element], None], collected: Said, answer: Answer) -> None:
    if "<" not in answer.text:
        return
    try:
        root = xml.parse_cut(answer.text)
    except PeerError:
        return
    read(collected, answer, root)


def _lines(
    read: Callable[[Said, Answer, Mapping[str, str]], None], collected: Said, answer: Answer
) -> None:
    read(collected, answer, lines(answer.text))


def _json(
    read: Callable[[Said, Answer, Mapping[str, str]], None], collected: Said, answer: Answer
) -> None:
    last = answer.field.rpartition(".")[2]
    of_setting = answer.field.startswith("http.rpc2.configManager.")
    read(collected, answer, flat(answer.text, f"table.{last}" if of_setting else ""))


def _text(read: Callable[[Said, Answer, str], None], collected: Said, answer: Answer) -> None:
    read(collected, answer, answer.text)


def _set_up(collected: Said, answer: Answer, pairs: Mapping[str, str]) -> None:
    """Any of Dahua's settings: each reader takes what it knows by name."""
    dahua.switches(collected, answer, pairs)
    dahua.rules(collected, answer, pairs)
    dahua.settings(collected, answer, pairs)
    dahua.remote_devices(collected, answer, pairs)


def _scopes_of_tree(collected: Said, answer: Answer) -> None:
    onvif.scopes(collected, answer, answer.text)


_ISAPI: Final[Mapping[str, Callable[[Said, Answer, Element], None]]] = {
    "System.capabilities": isapi.capabilities,
    "Smart.capabilities": isapi.capabilities,
    "Event.triggers": isapi.triggers,
    "EventNotificationAlert": isapi.alert,
    "deviceInfo": isapi.device_info,
    "Streaming.channels": isapi.streams,
    "Security.adminAccesses": isapi_settings.admin_accesses,
    "Security.users": isapi_settings.users,
    "EZVIZ": isapi_settings.ezviz,
    "Network.Integrate": isapi_settings.integrate,
    "Network.UPnP": isapi_settings.service,
    "Network.telnetd": isapi_settings.service,
    "Network.ssh": isapi_settings.service,
    "Network.interfaces": isapi_settings.interfaces,
    "System.time": isapi_settings.time,
    "System.time.ntpServers": isapi_settings.ntp_servers,
    "System.status": isapi_settings.status,
    "ContentMgmt.Storage": isapi_settings.storage,
    "Event.httpHosts": isapi_settings.http_hosts,
    "InputProxyChannel": isapi_settings.channels,
    "InputProxy.channels": isapi_settings.channels,
    "InputProxy.channels.status": isapi_settings.channel_status,
}
_ONVIF: Final[Mapping[str, Callable[[Said, Answer, Element], None]]] = {
    "GetServices": onvif.services,
    "GetCapabilities": onvif.flags,
    "GetServiceCapabilities": onvif.flags,
    "GetSupportedRules": onvif.rules,
    "GetRules": onvif.rules,
    "GetSupportedAnalyticsModules": onvif.rules,
    "GetAnalyticsModules": onvif.rules,
    "GetEventProperties": onvif.events,
    "GetProfiles": onvif.profiles,
    "GetDeviceInformation": onvif.information,
    "GetSystemDateAndTime": onvif.clock,
    "GetUsers": onvif.users,
    "GetNetworkProtocols": onvif.network_protocols,
    "GetNTP": onvif.ntp,
}
_DAHUA: Final[Mapping[str, Callable[[Said, Answer, Mapping[str, str]], None]]] = {
    "magicBox.getSoftwareVersion": dahua.version,
    "magicBox.getUpTime": dahua.up_time,
    "global.getCurrentTime": dahua.clock,
    "eventManager.getCaps": dahua.events,
    "eventManager.getExposureEvents": dahua.events,
    "devAudioInput.getCollect": dahua.audio_inputs,
    "storageDevice.getDeviceAllInfo": dahua.storage,
    "storage.getDeviceAllInfo": dahua.storage,
    "userManager.getUserInfoAll": dahua.accounts,
}
_VAPIX_LINES: Final = {"pwdgrp": vapix.accounts}
_VAPIX_JSON: Final = {
    "basicDeviceInfo": vapix.basic_information,
    "time": vapix.time,
    "ntp": vapix.ntp,
}
_VAPIX_TREES: Final = {"applications.list": vapix.applications, "disks": vapix.disks}
_OTHERS: Final[Mapping[str, tuple[int, Read]]] = {
    "sadp.ProbeMatch": (DISCOVERED, partial(_text, sadp.probe_match)),
    "dhip.client.notifyDevInfo": (DISCOVERED, partial(_json, dahua.discovery)),
    "onvif.scopes": (DISCOVERED, _scopes_of_tree),
    "onvif.ProbeMatch": (DISCOVERED, _scopes_of_tree),
    "onvif.Hello": (DISCOVERED, _scopes_of_tree),
    "onvif.soap.GetScopes": (STANDARD, _scopes_of_tree),
    "exposure.internet": (DISCOVERED, exposure.internet),
}


@cache
def is_read(field: str) -> bool:
    """Whether an observation of this field can say anything beyond identity."""
    return _reader_of(field) is not None


def _reader_of(field: str) -> tuple[int, Read] | None:
    """How an answer is read, and how close to the device's own protocol it is."""
    if field in _OTHERS:
        return _OTHERS[field]
    if field.startswith("isapi."):
        name = field.removeprefix("isapi.")
        tree = _ISAPI.get(name) or (isapi.smart if name.startswith("Smart.") else None)
        return (OWN, partial(_tree, tree)) if tree else None
    if field.startswith("onvif.soap."):
        tree = _ONVIF.get(field.removeprefix("onvif.soap."))
        return (STANDARD, partial(_tree, tree)) if tree else None
    if field.startswith(("http.cgi.", "http.rpc2.")):
        return _dahua(field)
    return _vapix(field.removeprefix("http.vapix.")) if field.startswith("http.vapix.") else None


def _dahua(field: str) -> tuple[int, Read] | None:
    name = field.removeprefix("http.cgi.").removeprefix("http.rpc2.")
    pairs = _set_up if name.startswith("configManager.") else _DAHUA.get(name)
    if pairs is None:
        return None
    return OWN, partial(_lines if field.startswith("http.cgi.") else _json, pairs)


def _vapix(name: str) -> tuple[int, Read] | None:
    if name.startswith("param."):
        return OWN, partial(_lines, vapix.parameters)
    if name in _VAPIX_TREES:
        return OWN, partial(_tree, _VAPIX_TREES[name])
    if name in _VAPIX_JSON:
        return OWN, partial(_json, _VAPIX_JSON[name])
    return (OWN, partial(_lines, _VAPIX_LINES[name])) if name in _VAPIX_LINES else None
