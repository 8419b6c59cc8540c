"""What Dahua's CGI, its JSON calls and its discovery say of abilities and settings. Pure.

Lines and JSON come here as one flat list of names, so that both are read by the same rules.
"""

import re
from collections.abc import Mapping
from typing import Final

from custodes.facts import Attached
from custodes.find.facts.builds import build_date
from custodes.find.facts.clocks import stamp, surely_wrong
from custodes.find.facts.said import MAX_ATTACHED, Answer, Said
from custodes.find.facts.yes_no import number, said
from custodes.knowledge import capabilities as knowledge

Pairs = Mapping[str, str]

SOURCE: Final = "Dahua RemoteDevice (rroller/dahua; RCooLeR/DahuaBridge)"
MAX_RULES: Final = 2048
_INDEX: Final = re.compile(r"\[(\d{1,4})\]")
_RULE: Final = re.compile(r"table\.VideoAnalyseRule\[(\d{1,4})\]\[(\d{1,4})\]\.(Type|Enable)")
_FEATURE: Final = re.compile(
    r"table\.VideoAnalyseRule\[(\d{1,4})\]\[(\d{1,4})\]\.Config\.FeatureList\[\d{1,4}\]"
)
_REMOTE: Final = re.compile(r"table\.RemoteDevice\.([^.\[\]]{1,80})\.([A-Za-z]{1,40})")
_REMOTE_NAME: Final = re.compile(r"table\.RemoteDevice\.([^.\[\]]{1,80})\.VideoInputs\[0\]\.Name")
_SLOT: Final = re.compile(r"_(\d{1,4})$|^(\d{1,4})$")
_DISK: Final = re.compile(
    r"((?:list|info)(?:\.info)?\[\d{1,4}\](?:\.Detail\[\d{1,4}\])?)\.(\w{1,40})"
)
_USER: Final = re.compile(r"users\[\d{1,4}\]\.(Name|Group)")
_DEFAULT_NAMES: Final = frozenset({"admin", "888888", "666666", "default"})
_MODES: Final = {"0": "schedule", "1": "always", "2": "off"}
_EVENT: Final = re.compile(r"[A-Za-z]{4,40}")


def events(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """Event codes that the device lists: getExposureEvents, getCaps."""
    known = knowledge.words("dahua.event")
    for name, value in pairs.items():
        for word in _EVENT.findall(value[:4096]):
            if word in known:
                collected.word(answer, "dahua.event", word, f"{name}={value}", True)


def rules(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """VideoAnalyseRule: the recognitions that are set up, and which are on."""
    table: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in pairs.items():
        found = _RULE.fullmatch(name)
        if found is not None and len(table) < MAX_RULES:
            table.setdefault((found[1], found[2]), {})[found[3]] = value
    for (channel, index), rule in table.items():
        if kind := rule.get("Type"):
            matched = _rule(channel, index, rule)
            on = said(rule.get("Enable"))
            collected.word(answer, "dahua.rule", kind, matched, True, on, _channel(channel))
    for name, value in pairs.items():
        feature = _FEATURE.fullmatch(name)
        if feature is not None:
            on = said(table.get((feature[1], feature[2]), {}).get("Enable"))
            channel = _channel(feature[1])
            collected.word(answer, "dahua.attribute", value, f"{name}={value}", True, on, channel)


def _rule(channel: str, index: str, rule: Pairs) -> str:
    at = f"table.VideoAnalyseRule[{channel}][{index}]"
    return " ".join(f"{at}.{name}={rule[name]}" for name in ("Type", "Enable") if name in rule)


def _channel(index: str) -> str:
    """Dahua counts channels from 0 in its settings, and from 1 everywhere else."""
    return str(int(index) + 1)


def switches(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """Settings that switch a recognition on or off, channel by channel."""
    known = knowledge.words("dahua.switch")
    for name, value in pairs.items():
        bare = _INDEX.sub("", name).removeprefix("table.")
        if bare in known:
            index = _INDEX.search(name)
            channel = _channel(index[1]) if index is not None else ""
            on = said(value)
            collected.word(
                answer, "dahua.switch", bare, f"{name}={value}", on is not None or None, on, channel
            )


def version(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """getSoftwareVersion: `version=2.800.0000000.8.R,build:2020-12-30`, or its parts in JSON."""
    text = pairs.get("version") or pairs.get("version.Version", "")
    day = pairs.get("version.BuildDate") or pairs.get("version.Build") or text
    number_of = text.partition(",")[0]
    collected.fact(answer, "build.version", number_of, f"version={text}")
    collected.fact(answer, "build.date", build_date(day), f"version={text} {day}")


def up_time(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """magicBox.getUpTime: `last` counts since the last start, `total` since ever."""
    for name in ("info.last", "info.Last"):
        if name in pairs:
            seconds = number(pairs[name])
            collected.fact(answer, "uptime.running_s", seconds, f"{name}={pairs[name]}")


def clock(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """getCurrentTime: local time without a zone, so that only what no zone has is surely wrong."""
    text = pairs.get("result") or pairs.get("time", "")
    when = stamp(text)
    if when is not None and surely_wrong(when, answer.observation.seen_at):
        collected.reply(answer, "clock.wrong", True, f"result={text}")


def accounts(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """getUserInfoAll: how many accounts, not whose."""
    found: dict[str, list[str]] = {"Name": [], "Group": []}
    for name, value in pairs.items():
        part = _USER.fullmatch(name)
        if part is not None:
            found[part[1]].append(value.lower())
    names, groups = found["Name"], found["Group"]
    if not names:
        return
    collected.fact(answer, "accounts.count", len(names), f"{len(names)} × users[…].Name")
    if len(groups) == len(names):
        many = groups.count("admin")
        collected.fact(answer, "accounts.administrators", many, f"{many} × users[…].Group=admin")
    usual = sorted(_DEFAULT_NAMES & set(names))
    matched = f"users[…].Name={usual[0]}" if usual else "no users[…].Name=admin"
    collected.reply(answer, "accounts.default_name", bool(usual), matched)


def storage(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """getDeviceAllInfo: disks and cards; a disk may be told in several partitions."""
    disks: dict[str, dict[str, str]] = {}
    for name, value in pairs.items():
        found = _DISK.fullmatch(name)
        if found is not None and len(disks) < MAX_RULES:
            disks.setdefault(found[1], {})[found[2]] = value
    for at, disk in disks.items():
        total, used = _size(disk.get("TotalBytes")), _size(disk.get("UsedBytes"))
        channel = ".".join(_channel(index) for index in _INDEX.findall(at))
        if total:
            matched = f"{at}.TotalBytes={disk['TotalBytes']}"
            collected.fact(answer, "storage.capacity_bytes", total, matched, channel)
            collected.able(answer, "EdgeStorage", matched, True)
        if total and used is not None and used <= total:
            matched = f"{at}.UsedBytes={disk['UsedBytes']}"
            collected.fact(answer, "storage.disk_bytes_free", total - used, matched, channel)
        state = disk.get("State", "")
        collected.fact(answer, "storage.status", state, f"{at}.State={state}", channel)


def _size(text: str | None) -> int | None:
    """Bytes; some firmware writes them with a fraction, `63818432512.000000`."""
    return number((text or "").partition(".")[0])


def settings(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """Cloud relay, port mapping, time servers, services, network: one switch each, or several."""
    for name, fact in _SWITCHED.items():
        if name in pairs:
            collected.switch(answer, fact, said(pairs[name]), f"{name}={pairs[name]}")
    for name, value in pairs.items():
        matched = f"{name}={value}"
        bare = _INDEX.sub("", name)
        index = _INDEX.search(name)
        channel = _channel(index[1]) if index is not None else ""
        if bare == "table.RecordMode.Mode":
            collected.fact(answer, "recording.mode", _MODES.get(value), matched, channel)
        elif bare == "table.NTP.Address" and said(pairs.get("table.NTP.Enable")):
            collected.fact(answer, "clock.ntp_server", value, matched)
        elif bare == "table.NTP.Enable" and said(value) is not None:
            collected.fact(answer, "clock.source", "NTP" if said(value) else "manual", matched)
    _network(collected, answer, pairs)
    _mappings(collected, answer, pairs)
    _streams(collected, answer, pairs)


_SWITCHED: Final = {
    "table.T2UServer.Enable": "cloud.relay",
    "table.UPnP.Enable": "service.upnp",
    "table.Telnet.Enable": "service.telnet",
    "table.SSHD.Enable": "service.ssh",
    "table.Https.Enable": "service.https",
    "table.RTSP.Enable": "service.rtsp",
    "table.SNMP.Enable": "service.snmp",
}
_NETWORK: Final = re.compile(
    r"table\.Network\.([\w-]{1,20})\.(DhcpEnable|DefaultGateway|DnsServers\[(\d)\])"
)


def _network(collected: Said, answer: Answer, pairs: Pairs) -> None:
    for name, value in pairs.items():
        found = _NETWORK.fullmatch(name)
        if found is None:
            continue
        matched = f"{name}={value}"
        if found[2] == "DhcpEnable":
            collected.switch(answer, "network.dhcp", said(value), matched, found[1])
        elif value.strip("0."):
            gateway = found[2] == "DefaultGateway"
            fact = "network.gateway" if gateway else "network.dns_server"
            channel = found[1] if gateway or found[3] == "0" else f"{found[1]} {int(found[3]) + 1}"
            collected.fact(answer, fact, value, matched, channel)


def _mappings(collected: Said, answer: Answer, pairs: Pairs) -> None:
    for index in range(64):
        at = f"table.UPnP.MapTable[{index}]"
        inner, outer = pairs.get(f"{at}.InnerPort"), pairs.get(f"{at}.OuterPort")
        if inner is None or outer is None:
            return
        if said(pairs.get(f"{at}.Enable")):
            matched = f"{at}.InnerPort={inner} {at}.OuterPort={outer}"
            collected.fact(answer, "upnp.mapping", f"{inner} → {outer}", matched, str(index + 1))


_ENCODE: Final = re.compile(
    r"table\.Encode\[(\d{1,4})\]\.(Main|Extra)Format\[0\]\.(Video\.\w{1,20}|VideoEnable)"
)


def _streams(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """The first main and extra stream of each channel: `1` and `1 extra`."""
    for name, value in pairs.items():
        found = _ENCODE.fullmatch(name)
        if found is None:
            continue
        channel = _channel(found[1]) + (" extra" if found[2] == "Extra" else "")
        matched = f"{name}={value}"
        if found[3] == "Video.Compression":
            collected.fact(answer, "stream.codec", value, matched, channel)
        elif found[3] == "Video.Width":
            height = pairs.get(name.replace(".Width", ".Height"))
            if number(value) and number(height):
                collected.fact(answer, "stream.resolution", f"{value}x{height}", matched, channel)
        elif found[3] == "VideoEnable":
            collected.switch(answer, "stream.enabled", said(value), matched, channel)


def audio_inputs(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """devAudioInput getCollect: how many microphones or inputs for one."""
    many = number(pairs.get("result"))
    if many is not None:
        collected.able(answer, "AudioInput", f"result={pairs['result']}", many > 0)


def remote_devices(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """RemoteDevice: the cameras attached to a recorder; an empty slot is switched off."""
    table: dict[str, dict[str, str]] = {}
    for name, value in pairs.items():
        found = _REMOTE.fullmatch(name) or _REMOTE_NAME.fullmatch(name)
        if found is None or (found[1] not in table and len(table) >= MAX_ATTACHED):
            continue
        key = found[2] if found.re is _REMOTE else "InputName"
        table.setdefault(found[1], {})[key] = value
    for slot, camera in table.items():
        if said(camera.get("Enable")) is not False:
            collected.attach(answer, _camera(answer, slot, camera))


def _camera(answer: Answer, slot: str, camera: Pairs) -> Attached:
    def text(name: str) -> str | None:
        return camera.get(name, "")[:256] or None

    index = _SLOT.search(slot)
    kept = ("Vendor", "DeviceType", "Address", "Port", "ProtocolType", "Version")
    matched = " ".join(f"{name}={camera[name]}" for name in kept if name in camera)
    address = text("Address")
    return Attached(
        channel=_channel(index[1] or index[2]) if index is not None else slot,
        words=answer.words(f"{slot}: {matched}", SOURCE),
        name=text("InputName") or text("Name"),
        address=address if address not in ("192.168.0.0", "0.0.0.0") else None,  # noqa: S104
        port=number(camera.get("Port")),
        protocol=text("ProtocolType"),
        manufacturer=text("Vendor"),
        model=text("DeviceType"),
        serial=text("SerialNo"),
        firmware=text("Version") or text("SoftwareVersion"),
        mac=text("Mac"),
    )


def discovery(collected: Said, answer: Answer, pairs: Pairs) -> None:
    """A DHIP answer: version, ports, addressing and channels, told to anybody who asks."""
    base = "deviceInfo."
    firmware = pairs.get(base + "Version", "")
    collected.fact(answer, "build.version", firmware, f'"Version":"{firmware}"')
    collected.fact(answer, "build.date", build_date(firmware), f'"Version":"{firmware}"')
    for key, service in (("HttpPort", "HTTP"), ("HttpsPort", "HTTPS"), ("Port", "SDK")):
        port = number(pairs.get(base + key))
        if port:
            collected.fact(answer, "service.port", port, f'"{key}":{port}', service)
    dhcp = pairs.get(base + "IPv4Address.DhcpEnable")
    collected.switch(answer, "network.dhcp", said(dhcp), f'"DhcpEnable":{dhcp}')
    gateway = pairs.get(base + "IPv4Address.DefaultGateway", "")
    if gateway.strip("0."):
        collected.fact(answer, "network.gateway", gateway, f'"DefaultGateway":"{gateway}"')
    remote = number(pairs.get(base + "RemoteVideoInputChannels"))
    if remote:
        matched = f'"RemoteVideoInputChannels":{remote}'
        collected.fact(answer, "channels.network", remote, matched)
