"""The first job: a spreadsheet of cameras says who made them, before anything is scanned."""

from datetime import UTC, datetime
from io import BytesIO

from custodes.estate.register import Register
from custodes.estate.sheets.importing import import_sheet
from custodes.identity import Evidence, Identity
from custodes.observation import Observation

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIST = b"""Asset tag,Site,IP address,Make,Model
A1,Library,127.1.1.1,Hikvision,DS-2CD2143G0-I
A2,Library,127.1.1.2,Honeywell,HEN04103
A3,Library,127.1.1.3,HiLook,IPC-T240H
A4,Library,127.1.1.4,Generic,
A5,Library,127.1.1.5,,DS-7608NXI-I2/8P/S
"""


def bring(register: Register) -> dict[str | None, tuple[object, ...]]:
    import_sheet(register, (BytesIO(LIST), "list.csv"), NOW)
    return {
        d.asset_tag: (d.brand, d.maker, d.device_type, d.is_surveillance)
        for d in register.devices()
    }


def test_a_list_alone_names_brands_and_makers(register: Register) -> None:
    found = bring(register)
    assert found["A1"] == ("Hikvision", "Hikvision", "camera", True)
    assert found["A2"][:2] == ("Honeywell", "Dahua")
    assert found["A3"][:2] == ("HiLook", "Hikvision")
    assert found["A4"] == (None, None, None, None), "unknown is an answer"
    assert found["A5"] == (None, "Hikvision", "recorder", True), "a model number names a maker"


def test_what_a_list_says_is_found_counted_and_shown_with_its_evidence(register: Register) -> None:
    bring(register)
    assert [d.asset_tag for d in register.devices(brand="hikvision")] == ["A1"]
    assert register.count(maker="Hikvision") == 3
    counts = register.counts()
    assert (counts.by_maker["Hikvision"], counts.never_seen) == (3, 5)
    (badge,) = register.devices(brand="Honeywell")
    assert badge.confidence < 0.5
    said = {(e.conclusion, e.value): e for e in badge.evidence}
    assert said["maker", "Dahua"].field == "asset.record"
    assert "IPVM" in said["maker", "Dahua"].source


def test_the_first_sighting_ends_what_only_the_list_said(register: Register) -> None:
    bring(register)
    seen = Observation(
        field="tcp.open", payload="80", address="127.1.1.3", device="127.1.1.3", seen_at=LATER
    )
    evidence = Evidence(
        conclusion="is_surveillance",
        value=True,
        fingerprint="f",
        field="http.title",
        matched="m",
        source="s",
        weight=0.6,
    )
    identity = Identity(device="127.1.1.3", is_surveillance=True, evidence=[evidence])
    register.file_identity(identity, [seen], None, LATER)
    (device,) = [d for d in register.devices() if d.asset_tag == "A3"]
    assert (device.brand, device.maker, device.is_surveillance) == (None, None, True)
    assert device.said("brand") == "HiLook", "the statement stays"
    assert [e.field for e in device.evidence] == ["http.title"]
