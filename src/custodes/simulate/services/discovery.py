"""The answers of a simulated device to discovery inquiries. Pure: bytes in, datagrams out."""

from custodes.errors import PeerError
from custodes.protocols import dhip as dahua
from custodes.protocols import sadp as hikvision
from custodes.protocols import ws_discovery as wsd
from custodes.simulate.device import Device
from custodes.simulate.services import soap


def sadp(device: Device, data: bytes) -> list[bytes]:
    """The ProbeMatch to an inquiry; every other message is ignored."""
    service = device.profile.sadp
    assert service is not None
    try:
        asked = hikvision.read_inquiry(data)
    except PeerError:
        return []
    fields = {"Uuid": asked, "Types": "inquiry"}
    fields |= {key: device.fill(text) for key, text in service.fields.items()}
    return [hikvision.build_answer(fields)]


def dhip(device: Device, data: bytes) -> list[bytes]:
    """The notice to DHDiscover.search; JSON without its header gets no answer."""
    service = device.profile.dhip
    assert service is not None
    if not dahua.is_search(data):
        return []
    info: dict[str, object] = {
        key: device.fill(value) if isinstance(value, str) else value
        for key, value in service.info.items()
    }
    info |= {
        "HttpPort": int(device.values["http_port"]),
        "Port": int(device.values["sdk_port"]),
        "IPv4Address": {
            "DefaultGateway": device.values["gateway"],
            "DhcpEnable": False,
            "IPAddress": device.address,
            "SubnetMask": "255.255.255.0",
        },
    }
    notice = dahua.notice(dict(sorted(info.items())), device.values["mac"])
    return [dahua.build_answer(notice)]


def ws_discovery(device: Device, data: bytes) -> list[bytes]:
    """The ProbeMatches to a probe for a type that this device has, or for any."""
    service = device.profile.ws_discovery
    assert service is not None
    try:
        probe = wsd.read_probe(data)
    except PeerError:
        return []
    types = service.types.split()
    if not {_local(name) for name in probe.types} <= {_local(name) for name in types}:
        return []
    onvif = device.profile.onvif
    scopes = service.scopes or (onvif.scopes if onvif else ())
    addresses = device.fill(service.addresses) or soap.address(device, "device")
    endpoint = f"urn:uuid:{device.values['uuid']}"
    match = wsd.build_probe_match(
        message_id=endpoint,
        relates_to=probe.message_id,
        endpoint=endpoint,
        types=types,
        scopes=[device.fill(scope) for scope in scopes],
        xaddrs=addresses.split(),
    )
    return [match]


def _local(name: str) -> str:
    """A type without its prefix, which every sender chooses for itself."""
    return name.rpartition(":")[2]
