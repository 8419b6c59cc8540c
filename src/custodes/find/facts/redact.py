"""Take the secrets out of a device's answer before anything keeps it. Pure.

Some answers that only read hold passwords: a Dahua recorder's list of attached cameras in plain
text, lists of accounts as a hash, the code that binds a device to the maker's cloud. Nobody needs
them to know what a device is or does, so they are replaced by REMOVED where they stand.
"""

import re
from typing import Final

REMOVED: Final = "[removed]"
_NAMES: Final = (
    r"(?:[\w-]{0,40}(?:password|passwd|passphrase|secret|pskey|authtoken)[\w-]{0,20}"
    r"|verificationCode|userPwd|pwd|salt|(?:snmp|read|write)?community|(?:read|write)common"
    r"|secretkey|accesskey|operationcode|preshared\w{0,20}|wpa_?key|authKey|privKey|httpPwd)"
)
_XML: Final = re.compile(
    rb"(?i)(<(?:[\w.-]{1,40}:)?" + _NAMES.encode() + rb"(?:\s[^<>]{0,256})?>)([^<]{1,4096})(?=</)"
)
_JSON: Final = re.compile(
    rb'(?i)("' + _NAMES.encode() + rb'"[ \t]{0,8}:[ \t]{0,8}")((?:[^"\\\r\n]|\\.){1,4096})(?=")'
)
_LINE: Final = re.compile(
    rb"(?im)^([^\r\n=<>\"{]{0,256}(?<![A-Za-z])"
    + _NAMES.encode()
    + rb"[ \t]{0,8}=)([^\r\n]{1,4096})"
)
# What stands under such a name and is no secret: a switch.
_PLAIN: Final = re.compile(rb"(?i)\s*(?:true|false|yes|no|on|off)\s*")


def redact(data: bytes) -> bytes:
    """The answer without its secrets; everything else stays byte for byte.

    >>> redact(b"<EZVIZ><verificationCode>ABCDEF</verificationCode></EZVIZ>")
    b'<EZVIZ><verificationCode>[removed]</verificationCode></EZVIZ>'
    >>> redact(b"table.RemoteDevice.a.Password=cam-1\\r\\ntable.RemoteDevice.a.Port=80\\r\\n")
    b'table.RemoteDevice.a.Password=[removed]\\r\\ntable.RemoteDevice.a.Port=80\\r\\n'
    """
    for pattern in (_XML, _JSON, _LINE):
        data = pattern.sub(_without, data)
    return data


def _without(found: re.Match[bytes]) -> bytes:
    if _PLAIN.fullmatch(found[2]):
        return found[0]
    return found[1] + REMOVED.encode()
