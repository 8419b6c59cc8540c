"""A small register that has everything the console must show, filled through the real register."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from custodes.estate.register import Register, open_register
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
