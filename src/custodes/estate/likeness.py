"""Whether an answer is the same answer again: what each asking changes is masked. Pure.

A device that is asked twice gives another nonce, another date, another session. The evidence is
kept as it was received, under its own digest; this says only that nothing new was learnt. What may
tell one device, one firmware or one restart from another is never masked. Every pattern is bounded,
so that the time is linear in the payload.
"""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache

from custodes.observation import Observation

Mask = Callable[[bytes], bytes]
GONE = rb"\g<1>~"

_LINES = re.compile(
    rb"(?im)^((?:date|expires|last-modified|age|cseq|session|call-id|timestamp|x-request-id)"
    rb"[ \t]{0,8}:)[^;\r\n]*"
)
_COOKIE = re.compile(rb"(?im)^(set-cookie2?[ \t]{0,8}:[ \t]{0,8}[^=;\r\n]{1,256}=)([^;\r\n]*)")
_COOKIE_END = re.compile(rb"(?i)(;[ \t]{0,8}expires=)[^;\r\n]*")
_CHALLENGE = re.compile(
    rb"(?i)\b((?:c?nonce|nextnonce|opaque)[ \t]{0,8}=[ \t]{0,8})"
    rb"(?:\"[^\"\r\n]{1,4096}\"|[^\s\",;]{1,4096})"
)
_SIP = re.compile(rb"(?i)(;[ \t]{0,8}(?:tag|branch)=)[^;\s]*")
_TOKENS = (b"csrf", b"xsrf", b"nonce", b"sessionid", b"session_id", b"viewstate")
_TOKEN = re.compile(
    rb"((?:csrf|xsrf|nonce|session_?id|viewstate)[\w-]{0,32}[\"']?\s{0,8}"
    rb"(?:(?:value|content)\s{0,8})?[:=]\s{0,8}[\"']?)[\w+/=.%-]{12,4096}",
    re.IGNORECASE | re.ASCII,
)
_ASKED = re.compile(  # what repeats or numbers our own question
    rb"(<(?:[\w.-]{1,32}:)?(?:Uuid|MessageID|RelatesTo)(?:\s[^<>]{0,300})?>)[^<]{0,300}",
    re.ASCII,
)
_MESSAGE_NUMBER = re.compile(rb"(\bMessageNumber\s{0,8}=\s{0,8}[\"'])\d{1,20}")
_CLOCK = re.compile(
    rb"(<(?:[\w.-]{1,32}:)?(?:Year|Month|Day|Hour|Minute|Second)>)\s{0,20}\d{1,6}", re.ASCII
)
_ALERT = re.compile(rb"(<(?:dateTime|activePostCount)>)[^<]{0,100}")
_STATE = re.compile(  # the clock and the load of a device, as it is asked
    rb"(<(?:[\w.-]{1,32}:)?(?:localTime|currentDeviceTime|deviceUpTime|cpuUtilization|memoryUsage"
    rb"|memoryAvailable|openFileHandles|freeSpace)(?:\s[^<>]{0,300})?>)[^<]{0,100}"
)
_JSON = re.compile(rb"(\"(?:session|random)\"\s{0,8}:\s{0,8})(?:\"[^\"\r\n]{1,300}\"|-?\d{1,20})")
_UPTIME = re.compile(rb"(?m)^(\.?1\.3\.6\.1\.2\.1\.1\.3\.0[ \t]{0,8}=)[^\r\n]*")
_FTP = re.compile(rb"(?i)(local time is now |you are user number )[\d:]{1,12}")


def likeness(one: Observation) -> str:
    """SHA-256 (hex) of what was seen and where, the same for every repetition of one answer.

    For a field without anything that passes it is the observation's digest.
    """
    mask = _mask_of(one.field)
    if mask is None:
        return one.digest
    data = one.data
    masked = mask(data)
    if masked == data:
        return one.digest
    where = (one.device or "", one.address or "", str(one.port or ""), one.transport or "")
    place = "\x1f".join((one.field, *where)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(place + b"\x1e" + masked).hexdigest()


@lru_cache(512)
def _mask_of(field: str) -> Mask | None:
    """How the answers of one field are compared; None: to the letter."""
    if field in _WHOLE:
        return _WHOLE[field]
    return next((mask for prefix, mask in _BY_PREFIX if field.startswith(prefix)), None)


def _message(data: bytes) -> bytes:
    """HTTP, RTSP, SIP or SSDP: lines of the head, then tokens in the body."""
    ends = [at for mark in (b"\r\n\r\n", b"\n\n") if (at := data.find(mark)) >= 0]
    end = min(ends, default=len(data))
    return _head(data[:end]) + _body(data[end:])


def _head(head: bytes) -> bytes:
    masked = _CHALLENGE.sub(GONE, _LINES.sub(GONE, head))
    return _cookies(masked) if b"ookie" in masked or b"OOKIE" in masked else masked


def _cookies(head: bytes) -> bytes:
    return _COOKIE_END.sub(GONE, _COOKIE.sub(_without_value, head))


def _without_value(cookie: re.Match[bytes]) -> bytes:
    """A cookie without the value that a session gave it; a setting (lang=en) is kept."""
    name, value = cookie[1], cookie[2]
    given = len(value) >= 8 and any(byte in b"0123456789" for byte in value)
    return name + b"~" if given else cookie[0]


def _body(body: bytes) -> bytes:
    lower = body.lower()
    return _TOKEN.sub(GONE, body) if any(word in lower for word in _TOKENS) else body


def _cookie_value(value: bytes) -> bytes:
    return _cookies(b"set-cookie: " + value)


def _challenge(value: bytes) -> bytes:
    return _CHALLENGE.sub(GONE, value)


def _sip(data: bytes) -> bytes:
    return _SIP.sub(GONE, _message(data))


def _discovery(data: bytes) -> bytes:
    return _MESSAGE_NUMBER.sub(GONE, _ASKED.sub(GONE, data))


def _clock(data: bytes) -> bytes:
    return _CLOCK.sub(GONE, _discovery(data))


def _only(pattern: re.Pattern[bytes]) -> Mask:
    return lambda data: pattern.sub(GONE, data)


_WHOLE: dict[str, Mask] = {
    "http.response": _message,
    "http.private-stream.response": _message,
    "http.body": _body,
    "http.header.www-authenticate": _challenge,
    "http.header.set-cookie": _cookie_value,
    "http.rpc2.magicBox": _only(_JSON),
    "rtsp.response": _message,
    "rtsp.header.www-authenticate": _challenge,
    "upnp.response": _message,
    "ssdp.packet": _message,
    "sip.banner": _sip,
    "sadp.ProbeMatch": _discovery,
    "onvif.soap.GetSystemDateAndTime": _clock,
    "isapi.EventNotificationAlert": _only(_ALERT),
    "isapi.System.time": _only(_STATE),
    "isapi.System.status": _only(_STATE),
    "isapi.ContentMgmt.Storage": _only(_STATE),
    "http.cgi.global.getCurrentTime": lambda _data: b"~",
    "dhip.global.login.challenge": _only(_JSON),
    "snmp.record": _only(_UPTIME),
    "ftp.banner": _only(_FTP),
}
_BY_PREFIX: tuple[tuple[str, Mask], ...] = (("onvif.", _discovery),)
