"""What answers say of abilities and settings is read strictly: not said is neither yes nor no."""

import doctest
import importlib
import pkgutil
from datetime import UTC, datetime, timedelta

import pytest

from custodes.facts import DeviceFacts
from custodes.find import facts as package
from custodes.find.facts import facts_of
from custodes.knowledge import capabilities as knowledge
from custodes.observation import Observation, observe

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def seen(field: str, payload: str, at: datetime = NOON, source: str = "") -> Observation:
    return observe(field, payload, seen_at=at, source=source or None)


def facts(*observations: Observation) -> dict[tuple[str, str], str]:
    return {(f.name, f.channel): f.value for f in facts_of(observations).facts}


def abilities(told: DeviceFacts) -> dict[tuple[str, str], tuple[bool | None, bool | None]]:
    return {(c.name, c.channel): (c.capable, c.enabled) for c in told.capabilities}


def test_what_no_answer_speaks_of_is_not_said() -> None:
    told = facts_of([seen("isapi.System.capabilities", "<DeviceCap><SmartCap/></DeviceCap>")])
    assert told == DeviceFacts()


def test_an_empty_element_is_neither_yes_nor_no() -> None:
    payload = "<DeviceCap><isSupportFaceDetect></isSupportFaceDetect></DeviceCap>"
    assert facts_of([seen("isapi.System.capabilities", payload)]).capabilities == []


def test_a_listed_event_can_but_is_not_said_to_be_on() -> None:
    payload = (
        "<EventTriggerList><EventTrigger><id>VMD-3</id><eventType>VMD</eventType>"
        "<videoInputChannelID>3</videoInputChannelID></EventTrigger></EventTriggerList>"
    )
    told = facts_of([seen("isapi.Event.triggers", payload)])
    assert abilities(told) == {("MotionDetection", "3"): (True, None)}


def test_can_and_is_on_come_from_two_answers_and_keep_the_words_of_both() -> None:
    told = facts_of(
        [
            seen(
                "isapi.Event.triggers",
                "<L><EventTrigger><id>linedetection-1</id><eventType>linedetection</eventType>"
                "</EventTrigger></L>",
            ),
            seen("isapi.Smart.LineDetection", "<L><id>1</id><enabled>false</enabled></L>"),
        ]
    )
    (line,) = told.capabilities
    assert (line.capable, line.enabled) == (True, False)
    assert line.words.matched == "<eventType>linedetection</eventType>"
    assert line.enabled_words is not None
    assert line.enabled_words.matched == "<enabled>false</enabled>"


def test_what_was_switched_off_since_is_not_on() -> None:
    event = (
        "<EventNotificationAlert><channelID>1</channelID><eventType>fielddetection</eventType>"
        "<eventState>active</eventState></EventNotificationAlert>"
    )
    switch = "<FieldDetection><id>1</id><enabled>false</enabled></FieldDetection>"
    told = facts_of(
        [
            seen("isapi.Smart.FieldDetection", switch, NOON),
            seen("isapi.EventNotificationAlert", event, NOON - timedelta(days=3)),
        ]
    )
    assert abilities(told) == {("FieldDetector", "1"): (True, False)}


def test_of_the_same_question_only_the_latest_answer_counts() -> None:
    rule = '<R><Rule Type="tt:LineDetector" Name="gate"/></R>'
    asked = "inspect:POST /onvif/analytics GetRules channel=cfg0"
    told = facts_of(
        [
            seen("onvif.soap.GetRules", "<GetRulesResponse/>", NOON, asked),
            seen("onvif.soap.GetRules", rule, NOON - timedelta(hours=1), asked),
        ]
    )
    assert told.capabilities == []


def test_the_channel_that_the_question_named_is_that_of_the_answer() -> None:
    rule = '<R><Rule Type="tt:LineDetector" Name="gate"/></R>'
    asked = "inspect:POST /onvif/analytics GetRules channel=cfg0"
    told = facts_of([seen("onvif.soap.GetRules", rule, NOON, asked)])
    assert abilities(told) == {("LineDetector", "cfg0"): (True, True)}


def test_yes_outweighs_no_on_what_a_device_can() -> None:
    told = facts_of(
        [
            seen(
                "isapi.System.capabilities",
                "<D><isSupportFaceDetect>false</isSupportFaceDetect></D>",
            ),
            seen(
                "isapi.Event.triggers",
                "<L><EventTrigger><eventType>facedetection</eventType></EventTrigger></L>",
            ),
        ]
    )
    assert abilities(told) == {("FaceDetection", ""): (True, None)}


def test_a_cut_answer_gives_what_was_whole() -> None:
    payload = (
        "<D><SmartCap><isSupportFaceDetect>true</isSupportFaceDetect>"
        "<isSupportLoitering>false</isSupportLoitering><isSupportLineDetection>tr"
    )
    told = facts_of([seen("isapi.System.capabilities", payload)])
    assert abilities(told) == {
        ("FaceDetection", ""): (True, None),
        ("LoiteringDetector", ""): (False, None),
    }


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2026-11-22T13:00:30+01:00", "CST-1:00:00", "30"),
        ("2026-11-22T19:59:00", "CST-8:00:00", "-60"),
        ("2026-11-22T13:00:00", "CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00", None),
        ("2026-11-22T25:00:00", "CST-1:00:00", None),
        ("", "", None),
    ],
)
def test_a_clock_is_compared_only_where_its_zone_is_sure(
    local: str, zone: str, expected: str | None
) -> None:
    payload = f"<Time><localTime>{local}</localTime><timeZone>{zone}</timeZone></Time>"
    assert facts(seen("isapi.System.time", payload)).get(("clock.offset_s", "")) == expected


def test_a_clock_is_not_compared_where_nobody_knows_when_it_was_read() -> None:
    payload = "<Time><localTime>2026-11-22T13:00:30+01:00</localTime></Time>"
    assert facts(Observation(field="isapi.System.time", payload=payload)) == {}


def test_a_clock_in_the_year_2000_is_wrong_in_every_zone() -> None:
    told = facts(seen("http.cgi.global.getCurrentTime", "result=2000-01-01 00:03:11\r\n"))
    assert told == {("clock.wrong", ""): "yes"}


def test_a_dahua_clock_without_a_zone_says_nothing_more() -> None:
    assert facts(seen("http.cgi.global.getCurrentTime", "result=2026-11-22 20:00:00\r\n")) == {}


def test_accounts_are_counted_and_not_named() -> None:
    payload = (
        "<UserList><User><userName>admin</userName><userLevel>Administrator</userLevel></User>"
        "<User><userName>j.smith</userName><userLevel>Viewer</userLevel></User></UserList>"
    )
    told = facts_of([seen("isapi.Security.users", payload)])
    assert {f.name: f.value for f in told.facts} == {
        "accounts.count": "2",
        "accounts.administrators": "1",
        "accounts.default_name": "yes",
    }
    assert "smith" not in repr(told)


def test_attached_cameras_are_listed_and_an_empty_slot_is_none() -> None:
    at = "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_"
    payload = (
        f"{at}0.Enable=true\r\n{at}0.Address=192.0.2.21\r\n{at}0.Port=37777\r\n"
        f"{at}0.DeviceType=IPC-HDW1025C\r\n{at}0.Vendor=Private\r\n{at}0.ProtocolType=Dahua2\r\n"
        f"{at}1.Enable=false\r\n{at}1.Address=192.168.0.0\r\n"
    )
    (camera,) = facts_of([seen("http.cgi.configManager.RemoteDevice", payload)]).attached
    assert (camera.channel, camera.address, camera.port) == ("1", "192.0.2.21", 37777)
    assert (camera.model, camera.protocol, camera.online) == ("IPC-HDW1025C", "Dahua2", None)


def test_the_status_of_a_channel_is_told_with_its_camera() -> None:
    listed = "<L><InputProxyChannel><id>2</id><name>Yard</name></InputProxyChannel></L>"
    status = (
        "<L><InputProxyChannelStatus><id>2</id><online>false</online></InputProxyChannelStatus>"
        "<InputProxyChannelStatus><id>3</id><online>true</online></InputProxyChannelStatus></L>"
    )
    (camera,) = facts_of(
        [
            seen("isapi.InputProxy.channels.status", status),
            seen("isapi.InputProxy.channels", listed),
        ]
    ).attached
    assert (camera.name, camera.online) == ("Yard", False)


def test_the_same_settings_over_rpc2_say_the_same_as_over_cgi() -> None:
    at = "table.VideoAnalyseRule[0][0]"
    lines = f"{at}.Enable=true\n{at}.Type=FaceRecognition\n"
    json = '{"result":true,"id":3,"params":{"table":[[{"Enable":true,"Type":"FaceRecognition"}]]}}'
    cgi = facts_of([seen("http.cgi.configManager.VideoAnalyseRule", lines)])
    rpc = facts_of([seen("http.rpc2.configManager.VideoAnalyseRule", json)])
    assert abilities(cgi) == abilities(rpc) == {("FaceRecognition", "1"): (True, True)}


def test_the_build_date_decides_advisories_and_is_read_of_every_maker() -> None:
    said = [
        (
            "isapi.deviceInfo",
            "<D><firmwareReleasedDate>build 240826</firmwareReleasedDate></D>",
            "2024-08-26",
        ),
        (
            "sadp.ProbeMatch",
            "<P><DeviceSN>x</DeviceSN><SoftwareVersion>V3.5.38build 191215</SoftwareVersion></P>",
            "2019-12-15",
        ),
        (
            "http.cgi.magicBox.getSoftwareVersion",
            "version=2.800.0000000.8.R,build:2020-12-30\r\n",
            "2020-12-30",
        ),
        (
            "http.rpc2.magicBox.getSoftwareVersion",
            '{"params":{"version":{"BuildDate":"2020-12-30","Version":"2.800.0000000.8.R"}}}',
            "2020-12-30",
        ),
        (
            "http.vapix.basicDeviceInfo",
            '{"data":{"propertyList":{"BuildDate":"Nov 02 2021 14:40","Version":"9.80.3"}}}',
            "2021-11-02",
        ),
        (
            "onvif.soap.GetDeviceInformation",
            "<R><FirmwareVersion>V5.7.15 build 230313</FirmwareVersion></R>",
            "2023-03-13",
        ),
    ]
    for field, payload, expected in said:
        assert facts(seen(field, payload))[("build.date", "")] == expected, field


def test_on_one_day_the_own_protocol_counts_before_a_discovery_answer() -> None:
    own = "<D><firmwareVersion>V5.7.18</firmwareVersion></D>"
    found = "<P><DeviceSN>x</DeviceSN><SoftwareVersion>V5.5.0build 180101</SoftwareVersion></P>"
    told = facts(
        seen("isapi.deviceInfo", own, NOON),
        seen("sadp.ProbeMatch", found, NOON + timedelta(minutes=1)),
    )
    assert told[("build.version", "")] == "V5.7.18"
    later = facts(
        seen("isapi.deviceInfo", own, NOON),
        seen("sadp.ProbeMatch", found, NOON + timedelta(days=9)),
    )
    assert later[("build.version", "")] == "V5.5.0"


def test_the_misspelt_no_of_some_devices_is_a_no() -> None:
    payload = "<P><DeviceSN>x</DeviceSN><HCPlatformEnable>flase</HCPlatformEnable></P>"
    assert facts(seen("sadp.ProbeMatch", payload)) == {("cloud.relay", ""): "off"}


def test_words_say_where_they_were_read_and_who_documents_them() -> None:
    (fact,) = facts_of([seen("isapi.EZVIZ", "<EZVIZ><enabled>true</enabled></EZVIZ>")]).facts
    assert fact.words.matched == "<enabled>true</enabled>"
    assert fact.words.field == "isapi.EZVIZ"
    assert fact.words.seen_at == "2026-11-22T12:00:00Z"
    assert fact.words.source == knowledge.fact_kinds()["cloud.relay"].source


def test_an_axis_relay_that_waits_for_a_button_is_off() -> None:
    payload = "root.RemoteService.Enabled=oneclick\n"
    assert facts(seen("http.vapix.param.RemoteService", payload)) == {("cloud.relay", ""): "off"}


def test_topics_are_read_as_the_tree_that_they_are() -> None:
    payload = (
        '<GetEventPropertiesResponse xmlns:tns1="http://www.onvif.org/ver10/topics"><TopicSet>'
        '<tns1:RuleEngine><Recognition><Face topic="true"><MessageDescription><Data>'
        '<SimpleItemDescription Name="Likelihood"/></Data></MessageDescription></Face>'
        "</Recognition></tns1:RuleEngine></TopicSet></GetEventPropertiesResponse>"
    )
    told = facts_of([seen("onvif.soap.GetEventProperties", payload)])
    assert abilities(told) == {("FaceRecognition", ""): (True, None)}


def test_disks_are_told_in_bytes() -> None:
    payload = (
        "<storage><hddList><hdd><id>1</id><status>ok</status><capacity>1907729</capacity>"
        "<freeSpace>1024</freeSpace></hdd></hddList></storage>"
    )
    told = facts(seen("isapi.ContentMgmt.Storage", payload))
    assert told[("storage.capacity_bytes", "1")] == str(1907729 * 1024 * 1024)
    assert told[("storage.disk_bytes_free", "1")] == str(1024 * 1024 * 1024)
    assert told[("storage.disks", "")] == "1"


@pytest.mark.parametrize("name", sorted(m.name for m in pkgutil.iter_modules(package.__path__)))
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    module = importlib.import_module(f"custodes.find.facts.{name}")
    assert doctest.testmod(module).failed == 0
