"""What is read of a device that speaks Axis' VAPIX: lists and get methods only. Pure."""

import msgspec

from custodes.find.inspect.asks import Ask, Family

BASE = "/axis-cgi"
PARAMETERS = (
    "Brand",
    "Properties",
    "AudioSource",
    "Audio",
    "Network",
    "RemoteService",
    "Time",
    "Storage",
    "PTZ",
)


def _list(group: str) -> Ask:
    path = f"{BASE}/param.cgi?action=list&group=root.{group}"
    return Ask(Family.VAPIX, f"http.vapix.param.{group}", path, proof=b"root.")


def _call(field: str, page: str, method: str, version: str, **parameters: object) -> Ask:
    """One JSON method; `context` and the like are not needed by a device to answer."""
    asked = {"apiVersion": version, "method": method} | (
        {"params": parameters} if parameters else {}
    )
    body = msgspec.json.encode(asked)
    return Ask(Family.VAPIX, field, f"{BASE}/{page}.cgi", "POST", body, proof=b'"data"')


# The first one is the log-in: what a device refuses there it is not asked again.
ASKS: tuple[Ask, ...] = (
    _call("http.vapix.basicDeviceInfo", "basicdeviceinfo", "getAllProperties", "1.0"),
    *map(_list, PARAMETERS),
    _call("http.vapix.apidiscovery", "apidiscovery", "getApiList", "1.0"),
    _call("http.vapix.time", "time", "getDateTimeInfo", "1.0"),
    _call("http.vapix.ntp", "ntp", "getNTPInfo", "1.1"),
    Ask(
        Family.VAPIX,
        "http.vapix.applications.list",
        f"{BASE}/applications/list.cgi",
        proof=b"<reply",
    ),
    Ask(Family.VAPIX, "http.vapix.pwdgrp", f"{BASE}/pwdgrp.cgi?action=get", proof=b"="),
    Ask(Family.VAPIX, "http.vapix.disks", f"{BASE}/disks/list.cgi?diskid=all", proof=b"disk"),
)
