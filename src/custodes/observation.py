"""The narrow waist: one thing that was seen of one device, exactly as it was received.

Every probe, capture, scan file and spreadsheet makes observations; identification turns a set of
them about one device into an identity; nothing else does. On disk and on pipes: one JSON object a
line, unknown keys ignored.
"""

import base64
import binascii
import hashlib
from datetime import datetime

import msgspec

from custodes.errors import InputError


class Observation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What was seen (`field`, from custodes.observation.FIELDS) and the text as received.

    `device` groups the observations of one device (an address, a serial, a MAC); `encoding` is
    "base64" where the payload was not text; `seen_at` is an aware UTC instant.
    """

    field: str
    payload: str
    id: str | None = None
    device: str | None = None
    encoding: str | None = None
    address: str | None = None
    port: int | None = None
    transport: str | None = None
    seen_at: datetime | None = None
    source: str | None = None

    @property
    def data(self) -> bytes:
        """The payload as bytes; a broken base64 text yields its own characters, never an error."""
        if self.encoding == "base64":
            try:
                return base64.b64decode(self.payload, validate=True)
            except (binascii.Error, ValueError):
                pass
        return self.payload.encode("utf-8", "surrogatepass")

    @property
    def text(self) -> str:
        """The payload as text; bytes that are not UTF-8 are read as Latin-1, one for one."""
        if self.encoding != "base64":
            return self.payload
        data = self.data
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over what was seen and where, so that the same sighting is kept once.

        Time and source are left out: seeing the same answer again is not a new observation.
        """
        where = (self.device or "", self.address or "", str(self.port or ""), self.transport or "")
        parts = "\x1f".join((self.field, self.encoding or "", *where, self.payload))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def observe(field: str, payload: str | bytes, **where: object) -> Observation:
    """Make an observation from text or bytes; bytes that are not clean UTF-8 travel as base64."""
    encoding = None
    if isinstance(payload, bytes):
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            text, encoding = base64.b64encode(payload).decode(), "base64"
    else:
        text = payload.encode("utf-8", "replace").decode()
    return msgspec.convert(
        {"field": field, "payload": text, "encoding": encoding, **where}, Observation
    )


_decode = msgspec.json.Decoder(Observation).decode
_encoder = msgspec.json.Encoder()
_TEXTS = ("id", "device", "encoding", "address", "transport", "source")


def read_line(line: bytes) -> Observation:
    """Read one JSON line; unknown keys are ignored.

    An optional key of another kind than ours is left out (a number as `id` is kept as text), and
    bytes that are not UTF-8 become replacement characters: what was seen is worth more than its
    wrapping.

    Raises:
        InputError: the line is not a JSON object with a text `field` and a text `payload`.
    """
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = _read_leniently(line)
        if found is None:
            why = "nested too deeply" if isinstance(error, RecursionError) else error
            raise InputError(f"not an observation: {why}") from error
        return found


def _read_leniently(line: bytes) -> Observation | None:
    try:
        row = msgspec.json.decode(line.decode("utf-8", "replace").strip("\ufeff"))
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    field, payload = row.get("field"), row.get("payload")
    if not isinstance(field, str) or not isinstance(payload, str):
        return None
    kept: dict[str, object] = {k: row[k] for k in _TEXTS if isinstance(row.get(k), str)}
    number, port = row.get("id"), row.get("port")
    if isinstance(number, int) and not isinstance(number, bool):
        kept["id"] = str(number)
    if isinstance(port, int) and not isinstance(port, bool):
        kept["port"] = port
    kept["seen_at"] = _instant(row.get("seen_at"))
    return msgspec.convert({"field": field, "payload": payload, **kept}, Observation)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def write_line(observation: Observation) -> bytes:
    """One JSON line, newline included."""
    return _encoder.encode(observation) + b"\n"


# The closed list of fields. A field that is not here is kept and yields unknown, never an error.
FIELDS: frozenset[str] = frozenset(
    """
    http.response http.header.server http.header.www-authenticate http.header.set-cookie
    http.header.x-powered-by http.header.location
    http.title http.body http.favicon.md5 http.favicon.mmh3 http.cgi.magicBox.getSystemInfo
    http.rpc2.magicBox http.private-stream.response http.vapix.param.Brand
    http.vapix.basicDeviceInfo
    rtsp.response rtsp.header.server rtsp.header.www-authenticate rtsp.header.public rtsp.sdp
    onvif.ProbeMatch onvif.Hello onvif.scopes onvif.soap.GetDeviceInformation
    onvif.soap.GetCapabilities onvif.soap.GetServices onvif.soap.GetSystemDateAndTime
    onvif.soap.GetScopes onvif.soap.GetHostname onvif.soap.GetEndpointReference onvif.soap.fault
    isapi.deviceInfo isapi.System.capabilities isapi.Event.triggers isapi.InputProxyChannel
    isapi.Security.adminAccesses isapi.EventNotificationAlert isapi.EZVIZ
    isapi.System.status isapi.System.time isapi.System.time.ntpServers isapi.Security.users
    isapi.Network.interfaces isapi.Network.UPnP isapi.Network.Integrate isapi.Network.telnetd
    isapi.Network.ssh isapi.InputProxy.channels isapi.InputProxy.channels.status
    isapi.ContentMgmt.Storage isapi.Streaming.channels isapi.System.Audio.channels
    isapi.Event.httpHosts isapi.Smart.capabilities isapi.Smart.FieldDetection
    isapi.Smart.LineDetection isapi.Smart.regionEntrance isapi.Smart.regionExiting
    isapi.Smart.SceneChangeDetection isapi.Smart.FaceDetect isapi.Smart.attendedBaggage
    isapi.Smart.unattendedBaggage isapi.Smart.loitering isapi.Smart.group isapi.Smart.rapidMove
    isapi.Smart.parking isapi.Smart.AudioDetection
    onvif.soap.GetNetworkProtocols onvif.soap.GetUsers onvif.soap.GetNTP onvif.soap.GetProfiles
    onvif.soap.GetVideoSources onvif.soap.GetSupportedRules onvif.soap.GetRules
    onvif.soap.GetSupportedAnalyticsModules onvif.soap.GetAnalyticsModules
    onvif.soap.GetEventProperties onvif.soap.GetStorageConfigurations onvif.soap.GetRecordings
    onvif.soap.GetRecordingSummary
    http.cgi.magicBox.getSoftwareVersion http.cgi.magicBox.getDeviceType
    http.cgi.magicBox.getDeviceClass http.cgi.magicBox.getVendor http.cgi.global.getCurrentTime
    http.cgi.eventManager.getCaps http.cgi.eventManager.getExposureEvents
    http.cgi.devAudioInput.getCollect http.cgi.storageDevice.getDeviceAllInfo
    http.cgi.userManager.getUserInfoAll http.cgi.configManager.T2UServer
    http.cgi.configManager.UPnP http.cgi.configManager.NTP http.cgi.configManager.Network
    http.cgi.configManager.Telnet http.cgi.configManager.SSHD http.cgi.configManager.Https
    http.cgi.configManager.RTSP http.cgi.configManager.SNMP http.cgi.configManager.MotionDetect
    http.cgi.configManager.BlindDetect http.cgi.configManager.AudioDetect
    http.cgi.configManager.SmartMotionDetect http.cgi.configManager.VideoAnalyseRule
    http.cgi.configManager.VideoWidget http.cgi.configManager.Encode
    http.cgi.configManager.RecordMode http.cgi.configManager.RemoteDevice
    http.rpc2.magicBox.getSystemInfo http.rpc2.magicBox.getSoftwareVersion
    http.rpc2.magicBox.getDeviceType http.rpc2.magicBox.getDeviceClass
    http.rpc2.magicBox.getVendor http.rpc2.magicBox.getUpTime http.rpc2.global.getCurrentTime
    http.rpc2.eventManager.getExposureEvents http.rpc2.storage.getDeviceAllInfo
    http.rpc2.userManager.getUserInfoAll http.rpc2.configManager.T2UServer
    http.rpc2.configManager.UPnP http.rpc2.configManager.NTP http.rpc2.configManager.Network
    http.rpc2.configManager.Telnet http.rpc2.configManager.SSHD http.rpc2.configManager.Https
    http.rpc2.configManager.RTSP http.rpc2.configManager.SNMP
    http.rpc2.configManager.MotionDetect http.rpc2.configManager.BlindDetect
    http.rpc2.configManager.AudioDetect http.rpc2.configManager.SmartMotionDetect
    http.rpc2.configManager.VideoAnalyseRule http.rpc2.configManager.VideoWidget
    http.rpc2.configManager.Encode http.rpc2.configManager.RecordMode
    http.rpc2.configManager.RemoteDevice http.vapix.param.Properties
    http.vapix.param.AudioSource http.vapix.param.Audio http.vapix.param.Network
    http.vapix.param.RemoteService http.vapix.param.Time http.vapix.param.Storage
    http.vapix.param.PTZ http.vapix.apidiscovery http.vapix.time http.vapix.ntp
    http.vapix.applications.list http.vapix.pwdgrp http.vapix.disks
    sadp.ProbeMatch dhip.client.notifyDevInfo dhip.global.login.challenge
    gb28181.Catalog gb28181.DeviceInfo udp.discovery
    mac.address mdns.device-info mdns.packet mdns.service ssdp.packet upnp.response
    snmp.sysDescr snmp.sysObjectID snmp.record
    tls.subject tls.issuer tls.jarm tls.certificate tls.protocol
    tcp.open udp.open tcp.banner ftp.banner telnet.banner ssh.banner sip.banner sip.user_agent
    ntp.banner pjl.id dhcp.vendor_class dhcp.request dhcp.hostname dns.query dns.hostname flow.peer
    login.cleartext
    media.mark media.exif media.text
    host.os asset.record exposure.internet shadowserver.dhip shadowserver.device_id
    """.split()
)
