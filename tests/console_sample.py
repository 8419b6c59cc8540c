"""A small register that has everything the console must show, filled through the real register."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custodes.estate import talk as talks
from custodes.estate.looks import Shown
from custodes.estate.model import Device
from custodes.estate.register import Register, open_register
from custodes.estate.talk import Talk
from custodes.facts import Attached, Capability, DeviceFacts, Fact, Words
from custodes.identity import Evidence, Identity
from custodes.observation import Observation, observe

NOW = datetime(2026, 11, 22, 15, 4, tzinfo=UTC)
HOSTILE = "<script>document.title='owned'</script>\u202egnp.exe\x07"
DAHUA_REALM = 'Digest realm="Login to 5f0a1b2c3d4e5f60718293a4b5c6d7e8", qop="auth"'


def fill(folder: Path) -> str:
    """Make the register in `folder` and return its URL."""
    url = f"sqlite:///{folder / 'custodes.sqlite'}"
    with open_register(url) as register:
        _places(register)
        _devices(register)
        _looks(register)
        register.keep_facts(1, camera_facts("off"), NOW - timedelta(days=20))
        register.keep_facts(1, camera_facts("on"), NOW)
        register.keep_facts(11, recorder_facts(), NOW)
        register.keep_facts(15, hostile_facts(), NOW)
        _findings(register)
    return url


def _places(register: Register) -> None:
    for name, sensitive in (("Town Hall", True), ("Library", False), ("Depot", None)):
        register.add_site(
            name, body="Exampleshire Council", sensitive=sensitive, address="1 High St"
        )
    sites = {site.name: site.id for site in register.sites()}
    for number, name in enumerate(("Town Hall", "Library", "Depot"), start=1):
        register.add_network(f"10.20.{number}.0/24", name=f"{name} cameras", site_id=sites[name])
    for cidr, days in (("10.20.1.0/24", 90), ("10.20.2.0/24", -30)):
        register.record_authority(
            cidr,
            who="J. Smith, Head of ICT",
            until=NOW + timedelta(days=days),
            now=NOW - timedelta(days=60),
            reference="ICT-2026-17",
        )


def _devices(register: Register) -> None:
    sites = {site.name: site.id for site in register.sites()}
    plan = (
        [("Hikvision", "Hikvision", "DS-2CD2143G2-I", "camera", "Town Hall")] * 5
        + [("Dahua", "Dahua", "IPC-HDW2431T", "camera", "Library")] * 3
        + [("Axis", "Axis", "P3245-LVE", "camera", "Depot")] * 2
        + [("Honeywell", "Dahua", "HEN08103", "recorder", "Town Hall")] * 2
        + [("Brother", "Brother", "HL-L5100DN", "printer", "Library")]
    )
    for number, (brand, maker, model, kind, site) in enumerate(plan, start=1):
        file_one(register, number, brand, maker, model, kind, sites[site])
    file_one(register, 40, None, None, None, None, None)
    file_hostile(register, sites["Depot"])


def file_one(
    register: Register,
    number: int,
    brand: str | None,
    maker: str | None,
    model: str | None,
    kind: str | None,
    site_id: int | None,
) -> int:
    """File one device with evidence for each thing that it says."""
    address = f"10.20.1.{number}"
    mac = f"44:47:cc:00:00:{number:02x}"
    seen = [
        _seen("http.header.www-authenticate", DAHUA_REALM, address, 80),
        _seen(
            "http.response", f"HTTP/1.1 401 Unauthorized\r\nServer: {brand}\r\n\r\n", address, 80
        ),
        _seen("mac.address", mac, address, None),
    ]
    seen += [talk_of(address, talk) for talk in TALKS.get(number, ())]
    facts = {"vendor": brand, "maker": maker, "model": model, "device_type": kind}
    evidence = [
        _evidence(name, value, seen[0] if name == "maker" else seen[1])
        for name, value in facts.items()
        if value is not None
    ]
    if brand == "Honeywell":
        evidence.append(_evidence("maker", "Honeywell", seen[1], weight=0.3, against=True))
    surveillance = None if kind is None else kind in ("camera", "recorder")
    identity = Identity(
        device=address,
        vendor=brand,
        maker=maker,
        model=model,
        device_type=kind,
        firmware=f"5.7.{number}" if number % 3 else None,
        mac=mac,
        is_surveillance=surveillance,
        confidence=0.9 if brand else 0.0,
        evidence=evidence,
    )
    return register.file_identity(identity, seen, site_id, NOW)


def file_hostile(register: Register, site_id: int) -> int:
    """A device whose every answer is an attack on the page, one of them a megabyte long."""
    seen = [
        _seen("http.title", HOSTILE, "10.20.3.66", 80),
        _seen("http.body", HOSTILE + "<b>" * 350_000, "10.20.3.66", 80),
        *(talk_of("10.20.3.66", talk) for talk in TALKS[66]),
    ]
    evidence = [_evidence("vendor", HOSTILE, seen[0]), _evidence("model", HOSTILE, seen[1])]
    identity = Identity(
        device="10.20.3.66",
        vendor=HOSTILE,
        model='"><img src=x onerror=alert(1)>',
        serial="=HYPERLINK(0)",
        device_type="camera",
        is_surveillance=True,
        confidence=0.4,
        evidence=evidence,
    )
    number = register.file_identity(identity, seen, site_id, NOW)
    said = {"model": "DS-1", "asset_tag": "<i>7</i>", "location": json.dumps({"x": "</td>"})}
    register.state(number, said, who="A. Clerk", source="assets.xlsx", now=NOW)
    return number


def talk(peer: str, name: str, port: int, days_ago: int, sizes: tuple[int, int]) -> Talk:
    """A part of a conversation that the device began, ten minutes long."""
    begun = NOW - timedelta(days=days_ago, hours=3)
    return Talk(
        peer=peer,
        name=name,
        port=port,
        transport="udp" if port == 123 else "tcp",
        role="client",
        bytes_out=sizes[0],
        bytes_in=sizes[1],
        packets_out=sizes[0] // 900 + 1,
        packets_in=sizes[1] // 900 + 1,
        first=begun,
        last=begun + timedelta(minutes=10),
    )


# By the last number of the address of a device.
TALKS = {
    1: (
        talk("203.0.113.7", "litedev.hik-connect.com", 443, 50, (1_234_567, 40_000)),
        talk("203.0.113.7", "litedev.hik-connect.com", 443, 2, (800_000, 20_000)),
        talk("198.51.100.1", "cn.pool.ntp.org", 123, 2, (76, 76)),
        talk("198.51.100.9", "", 8443, 2, (5_000, 900)),
        talk("10.20.1.11", "", 554, 2, (88_000_000_000, 9_000_000)),
    ),
    6: (talk("203.0.113.20", "www.easy4ipcloud.com", 8800, 1, (20_000, 4_000)),),
    66: (talk("203.0.113.66", "\u202e<b>gnp.exe</b>", 443, 1, (10, 10)),),
}


def talk_of(address: str, one: Talk) -> Observation:
    return observe(
        talks.FIELD,
        talks.write(one),
        address=address,
        device=address,
        seen_at=one.last,
        source="monday.pcap",
    )


def words(field: str, matched: str) -> Words:
    return Words(field=field, matched=matched, source="ISAPI, read with the owner's consent")


def camera_facts(telnet: str) -> DeviceFacts:
    """What a camera told of itself with its owner's key."""
    isapi = "isapi.capabilities"
    able = (
        ("MotionDetection", True, True, "1"),
        ("FaceDetection", True, True, "1"),
        ("FaceRecognition", True, False, "1"),
        ("SensitiveAttributesEthnicity", True, None, ""),
        ("LineDetector", True, None, "1"),
        ("AudioInput", True, True, ""),
        ("LicensePlateRecognition", False, None, ""),
        ("Thermal", False, None, ""),
    )
    told = (
        ("build.date", "2021-06-28"),
        ("clock.offset_s", "-86399"),
        ("clock.source", "NTP"),
        ("clock.ntp_server", "cn.pool.ntp.org"),
        ("accounts.count", "3"),
        ("accounts.default_name", "yes"),
        ("service.telnet", telnet),
        ("service.http", "on"),
        ("cloud.relay", "on"),
        ("storage.capacity_bytes", "4000787030016"),
    )
    streams = [
        Fact(
            name="stream.codec",
            value="H.264",
            channel=str(n),
            words=words("isapi.Streaming", "<videoCodecType>H.264</videoCodecType>"),
        )
        for n in (101, 102, 103)
    ]
    return DeviceFacts(
        capabilities=[
            Capability(
                name=name,
                capable=capable,
                enabled=enabled,
                channel=channel,
                words=words(isapi, f"<isSupport{name}>{capable}</isSupport{name}>"),
            )
            for name, capable, enabled, channel in able
        ],
        facts=[
            *(Fact(name=n, value=v, words=words("isapi.settings", f"{n}={v}")) for n, v in told),
            *streams,
        ],
    )


def recorder_facts() -> DeviceFacts:
    """A recorder with three cameras: one that was seen itself, one that was not, one hostile."""
    lines = (
        ("1", "Entrance", "DS-2CD2143G2-I", "44:47:cc:00:00:01", True),
        ("2", "Yard", "DS-2CD2043G0-I", None, False),
        ("10", HOSTILE, None, None, None),
    )
    return DeviceFacts(
        attached=[
            Attached(
                channel=channel,
                name=name,
                address=f"192.168.254.{channel}",
                port=8000,
                protocol="HIKVISION",
                manufacturer="Hikvision" if model else None,
                model=model,
                mac=mac,
                online=online,
                words=words("isapi.InputProxyChannel", f"<id>{channel}</id>"),
            )
            for channel, name, model, mac, online in lines
        ]
    )


def hostile_facts() -> DeviceFacts:
    """Names, values and words that want to be markup, or to turn the writing round."""
    bad = words(HOSTILE, HOSTILE)
    return DeviceFacts(
        capabilities=[
            Capability(name=HOSTILE, capable=True, enabled=None, channel=HOSTILE, words=bad)
        ],
        facts=[
            Fact(name=HOSTILE, value=HOSTILE, channel=HOSTILE, words=bad),
            Fact(name="clock.offset_s", value="9" * 400, words=bad),
            Fact(name="build.date", value="9999-99-99", words=bad),
            *(Fact(name=f"x.{n}", value="<b>" * 300, words=bad) for n in range(300)),
        ],
        attached=[
            Attached(channel=f"<i>{n}</i>", name=HOSTILE, model="<b>" * 90, words=bad)
            for n in range(200)
        ],
    )


def _looks(register: Register) -> None:
    """Two scans, and an import of another network whose file has a hostile name."""
    before = NOW - timedelta(days=30)
    devices = [d for d in register.devices() if d.id not in (5, 12)]
    first = register.begin_look("scan", "10.20.0.0/16", before, scope=["10.20.0.0/16"])
    old = {1: {"firmware": "5.6.9"}, 2: {"address": "10.20.1.77"}, 3: {"site": "Library"}}
    register.show(
        first, [shown(register, d, before, old.get(d.id, {})) for d in devices if d.id != 13]
    )
    register.show(first, [shown(register, d, before, {}) for d in register.devices() if d.id == 5])
    register.finish_look(first, before)
    second = register.begin_look("scan", "10.20.0.0/16", NOW, scope=["10.20.0.0/16"])
    register.show(second, [shown(register, d, NOW, {}) for d in devices])
    register.finish_look(second, NOW)
    third = register.begin_look("import", f"{HOSTILE}.xml", NOW)
    register.finish_look(third, NOW)


def shown(register: Register, device: Device, at: datetime, otherwise: dict[str, str]) -> Shown:
    """What a device showed in a look: what the register has of it, but for what is given."""
    sites = {site.name: site.id for site in register.sites()}
    site = otherwise.get("site")
    return Shown(
        device_id=device.id,
        identity=Identity(
            vendor=device.brand,
            maker=device.maker,
            model=device.model,
            firmware=otherwise.get("firmware") or device.firmware,
            serial=device.serial,
            mac=device.mac,
            device_type=device.device_type,
            is_surveillance=device.is_surveillance,
        ),
        place=device.address,
        address=otherwise.get("address") or device.address,
        site_id=sites[site] if site else device.site_id,
        name=None,
        seen_at=at,
    )


def _findings(register: Register) -> None:
    open_finding, at = register.open_finding, NOW - timedelta(days=3)
    evidence = {"isapi.telnetd": "<enabled>true</enabled>"}
    open_finding("telnet-open", "high", "Telnet is open.", now=at, device_id=1, evidence=evidence)
    open_finding("cloud-relay", "medium", "The cloud relay is on.", now=at, device_id=1)
    open_finding("no-owner", "low", "Nobody is named for this site.", now=at, site_id=3)
    bad = open_finding(
        "hostile", "critical", HOSTILE, now=at, device_id=15, evidence={HOSTILE: [HOSTILE]}
    )
    assert bad.severity == "critical"
    closed = open_finding("old-clock", "info", "Its clock was wrong.", now=at, device_id=2)
    register.close_finding(closed.id, NOW)


def _seen(field: str, payload: str, address: str, port: int | None) -> Observation:
    where = {"address": address, "port": port, "transport": "tcp", "device": address}
    return observe(field, payload, **where, seen_at=NOW, source="probe http")


def _evidence(
    conclusion: str,
    value: str,
    seen: Observation,
    *,
    weight: float = 0.8,
    against: bool = False,
) -> Evidence:
    return Evidence(
        conclusion=conclusion,
        value=value,
        fingerprint=f"sample-{conclusion}",
        field=seen.field,
        matched=seen.payload,
        source="sample device, owner's consent, 2026-10-02",
        weight=weight,
        against=against,
        observation=seen.digest,
        seen_at="2026-11-22T15:04:00Z",
    )
