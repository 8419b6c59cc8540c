"""The published answers of real devices, counted as the reference's table counts them.

The table speaks of 15 devices; the public cases hold the answers of some of them, partly cut. So
each element is compared with what plainly stands in each answer, and the sums with the table.
"""

import json
import re
from pathlib import Path

import pytest

from custodes.facts import DeviceFacts
from custodes.find.facts import facts_of
from custodes.observation import Observation

# identification.md §6.1: element -> capability, and how many of 15 devices say true and false.
TABLE = {
    "isSupportFaceDetect": ("FaceDetection", 6, 9),
    "isSupportFaceSnap": ("FaceCapture", 7, 6),
    "isSupportFaceContrast": ("FaceRecognition", 1, 8),
    "isSupportFaceLib": ("FaceLibrary", 0, 6),
    "isSupportFaceSnapModeling": ("FaceModeling", 2, 6),
    "isSupportHumanRecognition": ("HumanAttributes", 4, 2),
    "isSupportMixedTargetDetection": ("ObjectClassification", 2, 8),
    "isSupportVehicleMonitor": ("VehicleList", 0, 6),
    "isSupportRegionEntrance": ("RegionEntrance", 12, 2),
    "isSupportRegionExiting": ("RegionExiting", 12, 2),
    "isSupportLoitering": ("LoiteringDetector", 4, 10),
    "isSupportUnattendedBaggage": ("ObjectAbandoned", 6, 8),
    "isSupportAttendedBaggage": ("ObjectRemoved", 6, 8),
    "isSupportCounting": ("Counting", 2, 8),
    "isSupportHeatmap": ("HeatMap", 2, 8),
    "isSupportPersonQueueDetection": ("Queue", 2, 7),
    "isSupportPersonDensityDetection": ("CrowdDensity", 2, 7),
    "isSupportTeacherBehaviorDetect": ("TeacherBehaviour", 2, 7),
    "isSupportAudioDetection": ("AudioDetection", 8, 7),
    "isSupportFaceThermometry": ("BodyTemperature", 0, 1),
}
# The same section: event type -> capability, and how many of 15 devices list it.
EVENTS = {
    "VMD": ("MotionDetection", 15),
    "tamperdetection": ("TamperDetection", 15),
    "fielddetection": ("FieldDetector", 13),
    "linedetection": ("LineDetector", 13),
    "regionExiting": ("RegionExiting", 8),
    "regionEntrance": ("RegionEntrance", 8),
    "facedetection": ("FaceDetection", 6),
    "faceSnap": ("FaceCapture", 5),
    "scenechangedetection": ("SceneChangeDetection", 3),
    "audioexception": ("AudioDetection", 2),
    "objectsThrownDetection": ("ObjectThrown", 2),
    "faceContrast": ("FaceRecognition", 1),
    "attendedBaggage": ("ObjectRemoved", 1),
    "unattendedBaggage": ("ObjectAbandoned", 1),
    "thermometry": ("Thermal", 1),
}


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict[str, str]]:
    path = shared / "data" / "identification_cases_public.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def of_field(cases: list[dict[str, str]], field: str) -> list[tuple[str, DeviceFacts]]:
    found = [case["payload"] for case in cases if case["field"] == field]
    assert found
    return [(text, facts_of([Observation(field=field, payload=text)])) for text in found]


def says(told: DeviceFacts, name: str) -> set[bool | None]:
    return {c.capable for c in told.capabilities if c.name == name}


@pytest.mark.shared
@pytest.mark.parametrize("element", TABLE)
def test_each_element_of_the_table_is_read_as_it_stands(
    cases: list[dict[str, str]], element: str
) -> None:
    name, most_true, most_false = TABLE[element]
    counted = {True: 0, False: 0}
    for text, told in of_field(cases, "isapi.System.capabilities"):
        written = re.findall(rf"<{element}>(true|false)</{element}>", text)
        expected = {"true" in written} if written else set()
        assert says(told, name) == expected
        for value in expected:
            counted[value] += 1
    assert counted[True] <= most_true
    assert counted[False] <= most_false


@pytest.mark.shared
def test_every_device_has_an_audio_input_and_knows_the_cloud(cases: list[dict[str, str]]) -> None:
    for _, told in of_field(cases, "isapi.System.capabilities"):
        assert says(told, "AudioInput") == {True}
        assert {f.value for f in told.facts if f.name == "cloud.available"} == {"yes"}


@pytest.mark.shared
@pytest.mark.parametrize("event", EVENTS)
def test_each_listed_event_says_can_and_never_on(cases: list[dict[str, str]], event: str) -> None:
    name, most = EVENTS[event]
    listed = 0
    for text, told in of_field(cases, "isapi.Event.triggers"):
        written = f"<eventType>{event}</eventType>" in text
        listed += written
        assert (True in says(told, name)) == written
        assert {c.enabled for c in told.capabilities} == {None}
    assert listed <= most


@pytest.mark.shared
def test_no_answer_of_the_public_cases_says_what_only_a_list_of_faces_would(
    cases: list[dict[str, str]],
) -> None:
    for case in cases:
        told = facts_of([Observation(field=case["field"], payload=case["payload"])])
        if True in says(told, "FaceRecognition"):
            assert "isSupportFaceContrast>true" in case["payload"]


@pytest.mark.shared
def test_firmware_dates_and_platforms_are_those_of_the_real_answers(
    cases: list[dict[str, str]],
) -> None:
    read = {}
    for text, told in of_field(cases, "isapi.deviceInfo"):
        values = {f.name: f.value for f in told.facts}
        written = re.search(r"<firmwareReleasedDate>build (\d\d)(\d\d)(\d\d)<", text)
        expected = "20{}-{}-{}".format(*written.groups()) if written else None
        assert values.get("build.date") == expected
        read |= {values.get("build.platform"): text}
    assert "IPC_G5" in read


@pytest.mark.shared
def test_the_unbound_cloud_relay_that_is_off_is_told_as_off(cases: list[dict[str, str]]) -> None:
    ((_, told),) = of_field(cases, "isapi.EZVIZ")
    assert {f.name: f.value for f in told.facts} == {
        "cloud.relay": "off",
        "cloud.registered": "no",
        "cloud.bound": "no",
        "cloud.server": "litedev.hik-connect.com",
    }


@pytest.mark.shared
def test_open_services_are_read_with_their_ports(cases: list[dict[str, str]]) -> None:
    for text, told in of_field(cases, "isapi.Security.adminAccesses"):
        ports = {f.channel: f.value for f in told.facts if f.name == "service.port"}
        blocks = re.findall(r"<protocol>(\w+)</protocol>(?:(?!</AdminAccess).)*", text, re.DOTALL)
        assert ports.keys() <= set(blocks)
        assert ports["HTTP"] == "80"
