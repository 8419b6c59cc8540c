"""The answers of a simulated device to mDNS, SSDP, SNMP and the older searches. Pure."""

from custodes.errors import PeerError
from custodes.protocols import dns, dvrip, snmp, sofia, ssdp
from custodes.protocols import mdns as multicast_dns
from custodes.simulate.device import Device


def mdns(device: Device, data: bytes) -> list[bytes]:
    """The announced services, to a question for one of their kinds or for all kinds."""
    service = device.profile.mdns
    assert service is not None
    try:
        asked = multicast_dns.asked(data)
    except PeerError:
        return []
    wanted = [
        multicast_dns.Service(
            device.fill(announced.name),
            announced.kind,
            f"{device.fill(device.spec.profile.host_name)}.local",
            int(device.values["http_port"]),
            tuple(device.fill(text) for text in announced.texts),
        )
        for announced in service.services
        if {multicast_dns.ALL_TYPES, f"{announced.kind}.local"}.intersection(asked)
    ]
    if not wanted:
        return []
    number = dns.parse(data).id
    address = device.address
    return [multicast_dns.build_answer(wanted, address=address, number=number, questions=data)]


def upnp(device: Device, data: bytes) -> list[bytes]:
    """The answer of a root device to a search."""
    service = device.profile.ssdp
    assert service is not None
    try:
        asked = ssdp.parse(data)
    except PeerError:
        return []
    if asked.kind != "search" or asked.target not in {"ssdp:all", "upnp:rootdevice"}:
        return []
    return [
        ssdp.build_answer(
            {
                "CACHE-CONTROL": "max-age=1800",
                "EXT": "",
                "LOCATION": device.fill(service.location),
                "SERVER": device.fill(service.server),
                "ST": "upnp:rootdevice",
                "USN": f"uuid:{device.fill(service.name)}::upnp:rootdevice",
            }
        )
    ]


def management(device: Device, data: bytes) -> list[bytes]:
    """The values to a GET with the right community; nothing to any other message."""
    service = device.profile.snmp
    assert service is not None
    try:
        question = snmp.read_get(data)
    except PeerError:
        return []
    if question.community != service.community.encode():
        return []
    values = {oid: device.fill(value) for oid, value in service.values.items()}
    return [snmp.build_answer(question, values)]


def older_search(device: Device, data: bytes) -> list[bytes]:
    """The answer to the search of Dahua's older devices."""
    service = device.profile.dvrip_search
    assert service is not None
    if not dvrip.is_search(data):
        return []
    lines = (device.fill(line).partition(":") for line in service.lines)
    answer = dvrip.DvripAnswer(
        address=device.address,
        mac=device.values["mac"],
        model=device.fill(service.model),
        version=service.version,
        http_port=int(device.values["http_port"]),
        tcp_port=int(device.values["sdk_port"]),
        said={key: value for key, _, value in lines},
    )
    return [dvrip.build_answer(answer)]


def sofia_search(device: Device, data: bytes) -> list[bytes]:
    """The answer to Xiongmai's search."""
    service = device.profile.sofia_search
    assert service is not None
    if not sofia.is_search(data):
        return []
    said: dict[str, str | int] = {
        key: device.fill(value) if isinstance(value, str) else value
        for key, value in service.fields.items()
    }
    parts = [int(part) for part in reversed(device.address.split("."))]
    said |= {
        "HostIP": "0x" + bytes(parts).hex().upper(),
        "HttpPort": int(device.values["http_port"]),
        "MAC": device.values["mac"],
        "SN": device.values["serial"],
    }
    return [sofia.build_answer(dict(sorted(said.items())))]
