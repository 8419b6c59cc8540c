"""What Hikvision's ISAPI documents say that a device can do and has switched on. Pure."""

from collections.abc import Iterator
from typing import Final

from custodes.find.facts.builds import build_date, platform, region
from custodes.find.facts.clocks import stamp, written
from custodes.find.facts.said import Answer, Said
from custodes.find.facts.yes_no import number, said
from custodes.knowledge import capabilities as knowledge
from custodes.protocols.xml import Element

MAX_TRIGGERS: Final = 2048
MAX_STREAMS: Final = 512


def shown(element: Element) -> str:
    """An element without children as it stands in the document."""
    return f"<{element.tag}>{element.text}</{element.tag}>"


def capabilities(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/capabilities`, `/ISAPI/Smart/capabilities`: what it can do, at all."""
    support, counted = knowledge.words("isapi.support"), knowledge.words("isapi.number")
    for element in root.walk():
        if element.tag in support:
            collected.word(answer, "isapi.support", element.tag, shown(element), said(element.text))
        elif element.tag in counted and (many := number(element.text)) is not None:
            collected.word(answer, "isapi.number", element.tag, shown(element), many > 0)
    _settings(collected, answer, root)


def _settings(collected: Said, answer: Answer, root: Element) -> None:
    for element in root.walk():
        if element.tag == "isSupportEZVIZ":
            collected.reply(answer, "cloud.available", said(element.text), shown(element))
        elif element.tag == "inputProxyNums":
            collected.fact(answer, "channels.network", number(element.text), shown(element))
        elif element.tag == "CertificateType":
            collected.fact(answer, "login.scheme", element.text, shown(element))


def triggers(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/Event/triggers`: what events there are; a listed one need not be switched on."""
    for trigger in _several(root, "EventTrigger", MAX_TRIGGERS):
        kind = trigger.child("eventType")
        if kind is not None:
            word = kind.text.lower()
            collected.word(
                answer, "isapi.event", word, shown(kind), True, channel=channel_of(trigger)
            )


def channel_of(element: Element) -> str:
    """The channel that an event or trigger belongs to; "" for the whole device."""
    for name in ("dynVideoInputChannelID", "dynChannelID", "videoInputChannelID", "channelID"):
        found = element.child(name)
        if found is not None and number(found.text) is not None:
            return found.text.strip()
    named = element.child("id")
    last = named.text.rpartition("-")[2] if named is not None else ""
    return last if number(last) is not None else ""


def alert(collected: Said, answer: Answer, root: Element) -> None:
    """An event that the device reported: what reports is switched on."""
    kind, state = root.child("eventType"), root.child("eventState")
    if kind is None or state is None or state.text.lower() != "active":
        return
    channel = channel_of(root)
    word = kind.text.lower()
    collected.word(answer, "isapi.event", word, shown(kind), True, True, channel)
    attributes = knowledge.words("isapi.attribute")
    for element in root.walk():
        if element.tag in attributes and _says_something(element):
            collected.word(
                answer, "isapi.attribute", element.tag, shown(element), True, True, channel
            )


def _says_something(element: Element) -> bool:
    if element.children:
        return any(_says_something(child) for child in element.children if not child.children)
    return element.text.lower() not in ("", "unknown", "false", "none")


def smart(collected: Said, answer: Answer, root: Element) -> None:
    """One recognition at one channel (`/ISAPI/Smart/…`): whether it is switched on."""
    enabled = root.child("enabled")
    if enabled is None:
        return
    word = answer.field.removeprefix("isapi.Smart.")
    named = root.child("id")
    own = named.text.strip() if named is not None and number(named.text) is not None else ""
    collected.word(
        answer,
        "isapi.switch",
        word,
        shown(enabled),
        True,
        said(enabled.text),
        own or answer.channel,
    )


def device_info(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/System/deviceInfo`: which firmware, made when and for what."""
    text = {child.tag: child.text for child in root.children if not child.children}
    version, released = text.get("firmwareVersion", ""), text.get("firmwareReleasedDate", "")
    made = build_date(released) or build_date(version)
    collected.fact(answer, "build.version", version, version)
    collected.fact(answer, "build.date", made, f"{version} {released}")
    built_for = text.get("firmwareVersionInfo", "")
    collected.fact(
        answer, "build.platform", platform(built_for, text.get("deviceType", "")), built_for
    )
    serial = text.get("serialNumber", "")
    collected.fact(answer, "build.region", region(serial), serial)
    code = text.get("OEMCode", "")
    collected.fact(answer, "device.oem_code", code, f"<OEMCode>{code}</OEMCode>")
    booted = stamp(text.get("bootTime", ""))
    if booted is not None:
        collected.fact(answer, "uptime.booted_at", written(booted), text["bootTime"])


def streams(collected: Said, answer: Answer, root: Element) -> None:
    """`/ISAPI/Streaming/channels`: how each stream is made, and whether sound goes with it."""
    for stream in _several(root, "StreamingChannel", MAX_STREAMS):
        named = stream.child("id")
        channel = named.text if named is not None else ""
        on = stream.child("enabled")
        if on is not None:
            collected.switch(answer, "stream.enabled", said(on.text), shown(on), channel)
        _video(collected, answer, stream, channel)
        _sound(collected, answer, stream.child("Audio"), channel)
        guarded = stream.find("Security")
        asked = guarded.child("enabled") if guarded is not None else None
        if asked is not None:
            collected.switch(answer, "stream.login", said(asked.text), shown(asked), channel)


def _video(collected: Said, answer: Answer, stream: Element, channel: str) -> None:
    video = stream.child("Video")
    if video is None:
        return
    codec = video.child("videoCodecType")
    if codec is not None:
        collected.fact(answer, "stream.codec", codec.text, shown(codec), channel)
    sides = [number(video.text_of(f"videoResolution{side}")) for side in ("Width", "Height")]
    if None not in sides:
        size = f"{sides[0]}x{sides[1]}"
        collected.fact(answer, "stream.resolution", size, size, channel)


def _sound(collected: Said, answer: Answer, audio: Element | None, channel: str) -> None:
    on = audio.child("enabled") if audio is not None else None
    if on is not None and said(on.text) is not None:
        matched = f"<Audio>{shown(on)}</Audio>"
        collected.able(answer, "AudioInput", matched, True, said(on.text), channel)


def _several(root: Element, tag: str, limit: int) -> Iterator[Element]:
    """The elements of a list; a document that is one of them itself counts as a list of one."""
    found = [root] if root.tag == tag else root.findall(tag)
    return iter(found[:limit])
