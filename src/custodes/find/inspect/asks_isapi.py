"""What is read of a device that speaks ISAPI: GET only. Pure.

Smart/* is asked for what the device lists among its event triggers, no more: a question that a
device cannot answer costs it time and tells nothing.
"""

from collections.abc import Sequence

from custodes.errors import PeerError
from custodes.find.inspect.asks import MAX_FOLLOWING, Ask, Family
from custodes.protocols import xml

# event type of a trigger, in lower case -> what of Smart/ holds its switch
SMART = {
    "fielddetection": "FieldDetection",
    "linedetection": "LineDetection",
    "regionentrance": "regionEntrance",
    "regionexiting": "regionExiting",
    "scenechangedetection": "SceneChangeDetection",
    "facedetection": "FaceDetect",
    "attendedbaggage": "attendedBaggage",
    "unattendedbaggage": "unattendedBaggage",
    "loitering": "loitering",
    "group": "group",
    "rapidmove": "rapidMove",
    "parking": "parking",
}
AUDIO = "audioexception"


def _get(field: str, path: str, proof: bytes = b"<") -> Ask:
    return Ask(Family.ISAPI, field, f"/ISAPI/{path}", proof=proof)


def smart(answer: bytes) -> Sequence[Ask]:
    """One question for each analytics event and channel that the device lists as a trigger."""
    found: dict[str, Ask] = {}
    try:
        triggers = xml.parse(answer).findall("EventTrigger")
    except PeerError:
        return ()
    for trigger in triggers:
        kind = (trigger.text_of("eventType") or "").casefold()
        channel = _channel(trigger)
        if channel and kind == AUDIO:
            path = f"/ISAPI/Smart/AudioDetection/channels/{channel}"
            found[path] = Ask(
                Family.ISAPI, "isapi.Smart.AudioDetection", path, proof=b"<", channel=channel
            )
        elif channel and (name := SMART.get(kind)):
            path = f"/ISAPI/Smart/{name}/{channel}"
            found[path] = Ask(
                Family.ISAPI, f"isapi.Smart.{name}", path, proof=b"<", channel=channel
            )
    return tuple(found.values())[:MAX_FOLLOWING]


def _channel(trigger: xml.Element) -> str:
    names = ("dynVideoInputChannelID", "videoInputChannelID", "dynInputIOPortID")
    said = next((text for name in names if (text := trigger.text_of(name))), "")
    if not said:
        said = (trigger.text_of("id") or "").rpartition("-")[2]
    return said if said.isascii() and said.isdecimal() and len(said) <= 4 else ""


# The first one is the log-in: what a device refuses there it is not asked again.
ASKS: tuple[Ask, ...] = (
    _get("isapi.deviceInfo", "System/deviceInfo", b"DeviceInfo"),
    _get("isapi.System.time", "System/time", b"localTime"),
    _get("isapi.System.capabilities", "System/capabilities", b"DeviceCap"),
    _get("isapi.System.status", "System/status", b"DeviceStatus"),
    _get("isapi.System.time.ntpServers", "System/time/ntpServers"),
    _get("isapi.Security.users", "Security/users", b"User"),
    _get("isapi.Security.adminAccesses", "Security/adminAccesses", b"AdminAccess"),
    _get("isapi.Network.interfaces", "System/Network/interfaces", b"NetworkInterface"),
    _get("isapi.Network.UPnP", "System/Network/UPnP"),
    _get("isapi.EZVIZ", "System/Network/EZVIZ"),
    _get("isapi.Network.Integrate", "System/Network/Integrate"),
    _get("isapi.Network.telnetd", "System/Network/telnetd"),
    _get("isapi.Network.ssh", "System/Network/ssh"),
    _get("isapi.InputProxy.channels", "ContentMgmt/InputProxy/channels", b"InputProxyChannel"),
    _get(
        "isapi.InputProxy.channels.status",
        "ContentMgmt/InputProxy/channels/status",
        b"InputProxyChannelStatus",
    ),
    _get("isapi.ContentMgmt.Storage", "ContentMgmt/Storage", b"torage"),
    _get("isapi.Streaming.channels", "Streaming/channels", b"StreamingChannel"),
    _get("isapi.System.Audio.channels", "System/Audio/channels"),
    _get("isapi.Event.httpHosts", "Event/notification/httpHosts"),
    _get("isapi.Smart.capabilities", "Smart/capabilities"),
    Ask(
        Family.ISAPI,
        "isapi.Event.triggers",
        "/ISAPI/Event/triggers",
        proof=b"EventTrigger",
        follow=smart,
    ),
)
