"""What Axis' VAPIX says of abilities, applications and settings. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from custodes.find.facts.builds import build_date
from custodes.find.facts.clocks import offset_s, stamp
from custodes.find.facts.said import Answer, Said
from custodes.find.facts.yes_no import number, said
from custodes.knowledge import capabilities as knowledge
from custodes.protocols.xml import Element
from custodes.units import KIB

Pairs = Mapping[str, str]

MAX_APPLICATIONS: Final = 256
_INDEX: Final = re.compile(r"\.[A-Z](\d{1,3})(?=\.)")
_RUNNING: Final = {"running": True, "stopped": False}
_PROPERTIES: Final = {
    "root.Network.UPnP.Enabled": "service.upnp",
    "root.Network.Bonjour.Enabled": "service.bonjour",
    "root.Network.SSH.Enabled": "service.ssh",
    "root.Network.FTP.Enabled": "service.ftp",
    "root.Network.RTSP.Enabled": "service.rtsp",
}


def applications(collected: Said, answer: Answer, root: Element) -> None:
    """applications/list.cgi: what is installed, and what runs."""
    titles = knowledge.words("vapix.title")
    for application in root.findall("application")[:MAX_APPLICATIONS]:
        name = application.attributes.get("Name", "")
        title = application.attributes.get("NiceName", "")
        status = application.attributes.get("Status", "")
        on = _RUNNING.get(status.lower())
        matched = f'Name="{name}" NiceName="{title}" Status="{status}"'
        collected.word(answer, "vapix.application", name.lower(), matched, True, on)
        for word in titles:
            if word in title.lower():
                collected.word(answer, "vapix.title", word, matched, True, on)


def parameters(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """param.cgi: what is there, what is on, which firmware."""
    switches = knowledge.words("vapix.switch")
    for name, value in pairs.items():
        matched = f"{name}={value}"
        collected.word(answer, "vapix.property", name, matched, said(value))
        bare = _INDEX.sub("", name)
        if bare in switches:
            index = _INDEX.search(name)
            channel = str(int(index[1]) + 1) if index is not None else ""
            collected.word(answer, "vapix.switch", bare, matched, None, said(value), channel)
        service = _PROPERTIES.get(name)
        if service is not None:
            collected.switch(answer, service, said(value), matched)
    _firmware(collected, answer, pairs)
    _relay(collected, answer, pairs)


def _firmware(collected: Said, answer: Answer, pairs: Pairs) -> None:
    version = pairs.get("root.Properties.Firmware.Version", "")
    made = pairs.get("root.Properties.Firmware.BuildDate", "")
    collected.fact(answer, "build.version", version, version)
    collected.fact(answer, "build.date", build_date(made), made)


def _relay(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """RemoteService: the maker's relay. `oneclick` waits until somebody presses the button."""
    word = pairs.get("root.RemoteService.Enabled", "").lower()
    matched = f"root.RemoteService.Enabled={word}"
    on = {"yes": True, "always": True, "user": True, "no": False, "oneclick": False}.get(word)
    collected.switch(answer, "cloud.relay", on, matched)
    viewer = pairs.get("root.Network.RTSP.ProtViewer", "").lower()
    if viewer in ("anonymous", "password"):
        matched = f"root.Network.RTSP.ProtViewer={viewer}"
        collected.switch(answer, "login.anonymous", viewer == "anonymous", matched)


def basic_information(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """basicdeviceinfo.cgi: which firmware, made when."""
    base = "data.propertyList."
    version, made = pairs.get(base + "Version", ""), pairs.get(base + "BuildDate", "")
    collected.fact(answer, "build.version", version, f'"Version":"{version}"')
    collected.fact(answer, "build.date", build_date(made), f'"BuildDate":"{made}"')


def time(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """time.cgi: its clock, in UTC, beside ours."""
    text = pairs.get("data.dateTime", "")
    when = stamp(text)
    if when is not None:
        off = offset_s(when, answer.observation.seen_at)
        collected.fact(answer, "clock.offset_s", off, f'"dateTime":"{text}"')
    zone = pairs.get("data.timeZone") or pairs.get("data.posixTimeZone", "")
    collected.fact(answer, "clock.zone", zone, f'"timeZone":"{zone}"')


def ntp(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """ntp.cgi: whom it asks for the time."""
    on = said(pairs.get("data.client.enabled"))
    if on is not None:
        matched = f'"enabled":{pairs["data.client.enabled"]}'
        collected.fact(answer, "clock.source", "NTP" if on else "manual", matched)
    for kind in ("staticServers", "advertisedServers"):
        for index in range(16):
            server = pairs.get(f"data.client.{kind}[{index}]")
            if server is None:
                break
            collected.fact(
                answer, "clock.ntp_server", server, f'"{kind}":["{server}"]', f"{kind} {index + 1}"
            )


def accounts(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """pwdgrp.cgi: groups and who is in them; only how many is told.

    Names that were taken out cannot be told apart, so that people in several groups would be
    counted twice: then only the administrators are counted.
    """
    groups = {
        name: [part.strip() for part in value.split(",") if part.strip()]
        for name, value in pairs.items()
    }
    if "admin" not in groups:
        return
    people = [name for group in ("admin", "operator", "viewer") for name in groups.get(group, ())]
    hidden = any("*" in name for name in people)
    many = len(groups["admin"])
    collected.fact(answer, "accounts.administrators", many, f"{many} names in admin")
    if not hidden:
        count = len(set(people))
        collected.fact(answer, "accounts.count", count, f"{count} names in groups")
    usual = "root" in people
    collected.reply(answer, "accounts.default_name", usual, "root" if usual else "no root")


def disks(collected: Said, answer: Answer, root: Element) -> None:
    """disks/list.cgi: cards and shares; sizes are in KiB."""
    for disk in root.findall("disk")[:MAX_APPLICATIONS]:
        given = disk.attributes
        channel = given.get("diskid", "")
        for key, name in (
            ("totalsize", "storage.capacity_bytes"),
            ("freesize", "storage.disk_bytes_free"),
        ):
            size_kib = number(given.get(key))
            if size_kib and size_kib < 1 << 50:
                matched = f'{key}="{given[key]}"'
                collected.fact(answer, name, size_kib * KIB, matched, channel)
        status = given.get("status", "")
        collected.fact(answer, "storage.status", status, f'status="{status}"', channel)
