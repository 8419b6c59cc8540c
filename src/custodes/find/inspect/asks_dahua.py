"""What is read of a device that speaks Dahua's CGI, or its JSON calls (RPC2) without one. Pure.

CGI: GET with action=get… only, over Digest. RPC2: methods that begin with get only, inside the
session that custodes.protocols.dahua_rpc2 opens and closes. Several of these answers hold the
passwords of attached cameras or accounts: custodes.find.inspect.redact takes them out before
anything is kept.
"""

import msgspec

from custodes.find.inspect.asks import Ask, Family

CGI = "/cgi-bin"
RPC2 = "/RPC2"
# Settings by the maker's name for them.
SETTINGS = (
    "T2UServer",  # the cloud relay (P2P)
    "UPnP",
    "NTP",
    "Network",
    "Telnet",
    "SSHD",
    "Https",
    "RTSP",
    "SNMP",
    "MotionDetect",
    "BlindDetect",
    "AudioDetect",
    "SmartMotionDetect",
    "VideoAnalyseRule",
    "VideoWidget",
    "Encode",
    "RecordMode",
    "RemoteDevice",
)


def _get(name: str, action: str, proof: bytes = b"=") -> Ask:
    path = f"{CGI}/{name}.cgi?action={action}"
    return Ask(Family.DAHUA, f"http.cgi.{name}.{action}", path, proof=proof)


def _setting(name: str) -> Ask:
    path = f"{CGI}/configManager.cgi?action=getConfig&name={name}"
    return Ask(Family.DAHUA, f"http.cgi.configManager.{name}", path, proof=f"table.{name}".encode())


def _call(method: str, field: str = "", **parameters: str) -> Ask:
    body = msgspec.json.encode({"method": method, "params": parameters or None})
    return Ask(Family.DAHUA, field or f"http.rpc2.{method}", RPC2, "POST", body, proof=b'"params"')


# The first one is the log-in: what a device refuses there it is not asked again. A recorder may
# answer it with a number for its type (31) and its model in updateSerial.
ASKS: tuple[Ask, ...] = (
    _get("magicBox", "getSystemInfo"),
    _get("magicBox", "getSoftwareVersion", b"version"),
    _get("magicBox", "getDeviceType"),
    _get("magicBox", "getDeviceClass"),
    _get("magicBox", "getVendor"),
    _get("global", "getCurrentTime"),
    _get("eventManager", "getCaps"),
    _get("eventManager", "getExposureEvents"),
    _get("devAudioInput", "getCollect"),
    _get("storageDevice", "getDeviceAllInfo"),
    _get("userManager", "getUserInfoAll", b"users["),
    *map(_setting, SETTINGS),
)

# The same over RPC2, for devices whose CGI is not there.
RPC2_ASKS: tuple[Ask, ...] = (
    _call("magicBox.getSystemInfo"),
    _call("magicBox.getSoftwareVersion"),
    _call("magicBox.getDeviceType"),
    _call("magicBox.getDeviceClass"),
    _call("magicBox.getVendor"),
    _call("magicBox.getUpTime"),
    _call("global.getCurrentTime"),
    _call("eventManager.getExposureEvents"),
    _call("storage.getDeviceAllInfo"),
    _call("userManager.getUserInfoAll"),
    *(
        _call("configManager.getConfig", f"http.rpc2.configManager.{name}", name=name)
        for name in SETTINGS
    ),
)
