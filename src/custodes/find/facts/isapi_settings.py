"""What Hikvision's ISAPI documents say of settings, accounts, disks and attached cameras. Pure."""

from typing import Final

from custodes.facts import Attached
from custodes.find.facts.clocks import offset_s, posix_zone, stamp, surely_wrong
from custodes.find.facts.isapi import shown
from custodes.find.facts.said import MAX_ATTACHED, Answer, Said
from custodes.find.facts.yes_no import number, said
from custodes.protocols.xml import Element
from custodes.units import MIB

SOURCE: Final = "ISAPI ContentMgmt/InputProxy/channels: maciej-or/hikvision_next"
MAX_LISTED: Final = 256
SERVICES: Final = {
    "HTTP": "service.http",
    "HTTPS": "service.https",
    "RTSP": "service.rtsp",
    "SRTP": "service.srtp",
    "DEV_MANAGE": "service.sdk",
    "SDK_OVER_TLS": "service.sdk_tls",
    "WebSocket": "service.websocket",
    "WebSocketS": "service.websocket_tls",
    "Bonjour": "service.bonjour",
    "IOT": "service.iot",
    "modbusTCP": "service.modbus",
    "telnet": "service.telnet",
    "SSH": "service.ssh",
}
_TLS: Final = {"TLS1_1Enable": "tls.1_1", "TLS1_2Enable": "tls.1_2", "TLS1_3Enable": "tls.1_3"}
_DEFAULT_NAMES: Final = frozenset({"admin"})


def admin_accesses(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/Security/adminAccesses`: which services are open, on which ports."""
    for access in root.findall("AdminAccessProtocol")[:MAX_LISTED]:
        named, on, port = (access.child(tag) for tag in ("protocol", "enabled", "portNo"))
        if named is None or not named.text:
            continue
        opened = said(on.text) if on is not None else None
        matched = shown(named) + (shown(on) if on is not None else "")
        service = SERVICES.get(named.text)
        if service is not None:
            collected.switch(answer, service, opened, matched)
        elif opened:
            collected.fact(answer, "service.other", named.text, matched, named.text)
        if port is not None:
            matched = shown(named) + shown(port)
            collected.fact(answer, "service.port", number(port.text), matched, named.text)
        for tag, name in _TLS.items():
            version = access.child(tag)
            if version is not None:
                collected.switch(answer, name, said(version.text), shown(version))


def users(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/Security/users`: how many accounts, not whose."""
    found = root.findall("User")
    levels = [(user.text_of("userLevel") or "").lower() for user in found]
    names = {(user.text_of("userName") or "").lower() for user in found}
    if not found:
        return
    collected.fact(answer, "accounts.count", len(found), f"{len(found)} × <User>")
    if all(levels):
        many = levels.count("administrator")
        matched = f"{many} × <userLevel>Administrator</userLevel>"
        collected.fact(answer, "accounts.administrators", many, matched)
    if "" not in names:
        usual = sorted(names & _DEFAULT_NAMES)
        matched = f"<userName>{usual[0]}</userName>" if usual else "no <userName>admin</userName>"
        collected.reply(answer, "accounts.default_name", bool(usual), matched)


def ezviz(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/Network/EZVIZ`: the maker's cloud relay."""
    for tag, name in (("enabled", "cloud.relay"), ("registerStatus", "cloud.registered")):
        found = root.child(tag)
        if found is not None:
            tell = collected.switch if tag == "enabled" else collected.reply
            tell(answer, name, said(found.text), shown(found))
    bound = root.child("bindStatus")
    if bound is not None and bound.text.lower() in ("bind", "unbind"):
        collected.reply(answer, "cloud.bound", bound.text.lower() == "bind", shown(bound))
    server = root.find("hostName")
    if server is not None:
        collected.fact(answer, "cloud.server", server.text, shown(server))


def integrate(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/Network/Integrate`: ONVIF and the older CGI, on or off."""
    for tag, name in (("ONVIF", "service.onvif"), ("CGI", "service.cgi")):
        found = root.child(tag)
        on = found.child("enable") if found is not None else None
        if on is not None:
            collected.switch(answer, name, said(on.text), f"<{tag}>{shown(on)}</{tag}>")


def service(collected: Said, answer: Answer, root: Element) -> None:
    """UPnP, Telnet, SSH: one switch each."""
    name = {"UPnP": "upnp", "telnetd": "telnet", "ssh": "ssh"}[answer.field.rpartition(".")[2]]
    on = root.child("enabled")
    if on is not None:
        collected.switch(answer, f"service.{name}", said(on.text), shown(on))


def interfaces(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/Network/interfaces`: how it got its address, and whom it asks for names."""
    for interface in root.findall("NetworkInterface")[:MAX_LISTED]:
        number_of = interface.text_of("id") or ""
        addressing = interface.find("addressingType")
        if addressing is not None and addressing.text in ("static", "dynamic"):
            matched = shown(addressing)
            on = addressing.text == "dynamic"
            collected.switch(answer, "network.dhcp", on, matched, number_of)
        for tag, name in (
            ("DefaultGateway", "network.gateway"),
            ("PrimaryDNS", "network.dns_server"),
            ("SecondaryDNS", "network.dns_server"),
        ):
            found = interface.find(tag)
            address = found.child("ipAddress") if found is not None else None
            if address is not None and address.text.strip("0.:"):
                second = " 2" if tag == "SecondaryDNS" else ""
                collected.fact(answer, name, address.text, shown(address), number_of + second)


def time(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/time`: its clock beside ours."""
    mode, local, zone = (root.child(tag) for tag in ("timeMode", "localTime", "timeZone"))
    if mode is not None:
        collected.fact(answer, "clock.source", mode.text, shown(mode))
    if zone is not None:
        collected.fact(answer, "clock.zone", zone.text, shown(zone))
    when = stamp(local.text) if local is not None else None
    if when is None or local is None:
        return
    if when.tzinfo is None and zone is not None:
        when = when.replace(tzinfo=posix_zone(zone.text))
    seen_at = answer.observation.seen_at
    collected.fact(answer, "clock.offset_s", offset_s(when, seen_at), shown(local))
    if surely_wrong(when, seen_at):
        collected.reply(answer, "clock.wrong", True, shown(local))


def ntp_servers(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/time/ntpServers`: whom it asks for the time."""
    for server in root.findall("NTPServer")[:MAX_LISTED]:
        channel = server.text_of("id") or ""
        for tag in ("hostName", "ipAddress", "ipv6Address"):
            found = server.child(tag)
            if found is not None and found.text.strip("0.:"):
                collected.fact(answer, "clock.ntp_server", found.text, shown(found), channel)
                break


def status(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/status`: for how long it has been running."""
    running = root.find("deviceUpTime")
    if running is not None:
        collected.fact(answer, "uptime.running_s", number(running.text), shown(running))


def storage(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/ContentMgmt/Storage`: its disks; sizes are in MiB."""
    disks = root.findall("hdd")[:MAX_LISTED]
    if root.find("hddList") is not None:
        collected.fact(answer, "storage.disks", len(disks), f"{len(disks)} × <hdd>")
    for disk in disks:
        channel = disk.text_of("id") or ""
        state = disk.child("status")
        if state is not None:
            collected.fact(answer, "storage.status", state.text, shown(state), channel)
            if state.text.lower() == "ok":
                collected.able(answer, "EdgeStorage", shown(state), True)
        for tag, name in (
            ("capacity", "storage.capacity_bytes"),
            ("freeSpace", "storage.disk_bytes_free"),
        ):
            found = disk.child(tag)
            size_mib = number(found.text) if found is not None else None
            if found is not None and size_mib is not None and size_mib < 1 << 40:
                collected.fact(answer, name, size_mib * MIB, shown(found), channel)


def http_hosts(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/Event/notification/httpHosts`: whom it tells of events."""
    for host in root.findall("HttpHostNotification")[:MAX_LISTED]:
        channel = host.text_of("id") or ""
        for tag in ("hostName", "ipAddress"):
            found = host.child(tag)
            if found is not None and found.text.strip("0.:"):
                port = number(host.text_of("portNo"))
                value = f"{found.text}:{port}" if port else found.text
                collected.fact(answer, "events.sent_to", value, shown(found), channel)
                break


def channels(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/ContentMgmt/InputProxy/channels`: the cameras attached to a recorder."""
    tag = "InputProxyChannel"
    listed = [root] if root.tag == tag else root.findall(tag)
    for entry in listed[:MAX_ATTACHED]:
        channel = entry.child("id")
        if channel is None or not channel.text:
            continue
        text = {e.tag: e.text for e in entry.walk() if not e.children and e.text}
        camera = Attached(
            channel=channel.text[:64],
            words=answer.words(_line(text), SOURCE),
            name=_plain(text, "name"),
            address=_plain(text, "ipAddress") or _plain(text, "hostName"),
            port=number(text.get("managePortNo")),
            protocol=_plain(text, "proxyProtocol"),
            manufacturer=_plain(text, "manufacturer"),
            model=_plain(text, "model"),
            serial=_plain(text, "serialNumber")
            if text.get("serialNumber", "").strip("0")
            else None,
            firmware=_plain(text, "firmwareVersion"),
            mac=_plain(text, "macAddress"),
        )
        collected.attach(answer, camera)


def channel_status(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/ContentMgmt/InputProxy/channels/status`: which of them answer."""
    for entry in root.findall("InputProxyChannelStatus")[:MAX_ATTACHED]:
        channel, online = entry.child("id"), entry.child("online")
        answers = said(online.text) if online is not None else None
        if channel is not None and channel.text and answers is not None:
            collected.online(answer, channel.text[:64], answers)


def _plain(text: dict[str, str], name: str) -> str | None:
    return text.get(name, "")[:256] or None


def _line(text: dict[str, str]) -> str:
    kept = ("id", "proxyProtocol", "ipAddress", "managePortNo", "model", "firmwareVersion")
    return " ".join(f"<{name}>{text[name]}</{name}>" for name in kept if name in text)
