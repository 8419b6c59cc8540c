"""What a scan, a report or a capture tells beyond identity is kept, with its findings."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from custodes.estate.register import Register
from custodes.find.identify.core import identify
from custodes.find.read.formats import open_file
from custodes.find.read.intake import Intake
from custodes.find.work import Group, Road
from custodes.observation import Observation, observe

DATA = Path(__file__).resolve().parents[1] / "data" / "read"
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DAY = timedelta(days=1)
SADP = (
    "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD2042WD-I</DeviceDescription>"
    "<DeviceSN>DS-2CD2042WD-I20170301AAWR000000001</DeviceSN><MAC>44-47-cc-00-00-01</MAC>"
    "<Activated>{activated}</Activated><HCPlatformEnable>{cloud}</HCPlatformEnable></ProbeMatch>"
)


def seen(day: int, activated: str, cloud: str) -> Observation:
    text = SADP.format(activated=activated, cloud=cloud)
    return observe("sadp.ProbeMatch", text, address="10.0.0.5", port=37020, seen_at=NOW + day * DAY)


def file(register: Register, day: int, *observations: Observation) -> int:
    now = NOW + day * DAY
    road = Road(register, identify)
    (number,) = road.file([Group(road.keep(observations, now))], now)
    return number


def codes(register: Register, number: int) -> set[str]:
    return {one.code for one in register.findings(device_id=number)}


def test_a_plain_scan_tells_the_cloud_switch_and_opens_a_finding(register: Register) -> None:
    number = file(register, 0, seen(0, "false", "true"))
    told = {fact.name: fact.value for fact in register.facts_of(number).facts}
    assert (told["cloud.relay"], told["device.activated"]) == ("on", "no")
    assert codes(register, number) == {"cloud-relay-on", "not-activated"}


def test_what_is_mended_by_the_next_scan_is_closed_and_keeps_its_history(
    register: Register,
) -> None:
    number = file(register, 0, seen(0, "false", "true"))
    assert file(register, 1, seen(1, "true", "false")) == number
    assert codes(register, number) == set()
    relay = [f for f in register.fact_history(number) if f.name == "cloud.relay"]
    assert [(f.value, f.ended_at is None) for f in relay] == [("on", False), ("off", True)]


def test_a_scan_that_hears_less_ends_nothing(register: Register) -> None:
    number = file(register, 0, seen(0, "true", "true"))
    title = observe("http.title", "x", address="10.0.0.5", port=80, seen_at=NOW + DAY)
    file(register, 1, title)
    assert codes(register, number) == {"cloud-relay-on"}


def test_a_clock_that_was_read_another_day_is_not_read_as_todays(register: Register) -> None:
    clock = (
        "<tds:GetSystemDateAndTimeResponse><tt:UTCDateTime><tt:Time><tt:Hour>15</tt:Hour>"
        "<tt:Minute>0</tt:Minute><tt:Second>{s}</tt:Second></tt:Time><tt:Date><tt:Year>2026"
        "</tt:Year><tt:Month>11</tt:Month><tt:Day>{d}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:GetSystemDateAndTimeResponse>"
    )
    number = 0
    for day in (0, 1):
        text = clock.format(s=day, d=22 + day)
        at = {"address": "10.0.0.5", "port": 80, "seen_at": NOW + day * DAY}
        number = file(register, day, observe("onvif.soap.GetSystemDateAndTime", text, **at))
    assert "clock-off" not in codes(register, number)


def test_a_report_to_the_owner_opens_a_finding_for_what_answers_the_internet(
    register: Register,
) -> None:
    intake = Intake(register, identify, None, NOW)
    with open_file(DATA / "dvr.shadowserver.csv") as reader:
        for observation in reader:
            intake.add(observation)
        intake.finish()
    (device, _) = register.devices()
    (finding,) = register.findings(device_id=device.id)
    assert (finding.code, finding.severity) == ("exposed-to-internet", "high")
    assert "udp/37810" in finding.text
