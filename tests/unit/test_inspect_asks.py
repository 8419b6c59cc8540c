"""Every question is on the list of what only reads; whatever writes, starts or deletes is not."""

from dataclasses import replace

import pytest

from custodes.errors import UsageError
from custodes.find.inspect import asks_dahua, asks_isapi, asks_onvif, asks_vapix
from custodes.find.inspect.asks import MAX_FOLLOWING, Ask, Family, check, may_be_asked
from custodes.observation import FIELDS
from custodes.protocols import onvif

TRIGGERS = b"<L>" + b"".join(
    b"<EventTrigger><eventType>%s</eventType><videoInputChannelID>%d</videoInputChannelID>"
    b"</EventTrigger>" % (kind.encode(), channel)
    for kind in (*asks_isapi.SMART, asks_isapi.AUDIO, "VMD")
    for channel in (1, 2)
)
SERVICES = onvif.build_services(
    [
        (name, f"http://10.0.0.1/onvif/{number}", "2.0")
        for number, name in enumerate(
            (
                asks_onvif.MEDIA,
                asks_onvif.ANALYTICS,
                asks_onvif.EVENTS,
                asks_onvif.RECORDING,
                asks_onvif.SEARCH,
            )
        )
    ]
).replace(b"</tds:Service>", b'<x StorageConfiguration="true"/></tds:Service>')
PROFILES = b'<P><VideoAnalyticsConfiguration token="a"/><Analytics token="b&amp;&lt;"/></P>'


def everything() -> list[Ask]:
    """Every question that can come up, those that follow from answers included."""
    first = [*asks_isapi.ASKS, *asks_onvif.ASKS, *asks_dahua.ASKS, *asks_vapix.ASKS]
    first += [*asks_dahua.RPC2_ASKS, asks_onvif.CLOCK]
    second = [*asks_isapi.smart(TRIGGERS + b"</L>"), *asks_onvif.of_services(SERVICES)]
    third = asks_onvif.of_profiles(PROFILES, "/onvif/analytics")
    return [*first, *second, *third]


ALL = everything()


@pytest.mark.parametrize("ask", ALL, ids=lambda ask: f"{ask.family} {ask.about}"[:90])
def test_every_question_only_reads_and_has_a_documented_field(ask: Ask) -> None:
    check(ask)
    assert ask.field in FIELDS
    assert ask.proof


def test_every_kind_of_question_came_up() -> None:
    fields = {ask.field for ask in ALL}
    assert {f"isapi.Smart.{name}" for name in asks_isapi.SMART.values()} <= fields
    assert {f"onvif.soap.{name}" for name in asks_onvif.RULES} <= fields
    assert {"onvif.soap.GetProfiles", "onvif.soap.GetRecordings"} <= fields
    assert "onvif.soap.GetStorageConfigurations" in fields


ISAPI, ONVIF = asks_isapi.ASKS[0], asks_onvif.ASKS[0]
DAHUA, VAPIX = asks_dahua.ASKS[0], asks_vapix.ASKS[0]
RPC2 = asks_dahua.RPC2_ASKS[0]
FORBIDDEN = (
    replace(ISAPI, method="PUT"),
    replace(ISAPI, method="POST", body=b"<x/>"),
    replace(ISAPI, method="DELETE"),
    replace(ISAPI, body=b"<x/>"),
    replace(ISAPI, path="/SDK/webLanguage"),
    replace(ISAPI, path="/ISAPI/Security/sessionLogin/capabilities"),
    replace(ISAPI, path="/ISAPI/System/configurationData"),
    replace(ISAPI, path="/ISAPI/../etc/passwd"),
    replace(ISAPI, path="/ISAPI/Streaming/channels/101/picture"),
    replace(ISAPI, path="/ISAPI/System/deviceInfo HTTP/1.1"),
    replace(ISAPI, path="http://elsewhere/ISAPI/System/deviceInfo"),
    replace(ONVIF, body=b"<SystemReboot/>"),
    replace(ONVIF, body=b"<SetUser/>"),
    replace(ONVIF, body=b"<GetUsers/><SetUser/>"),
    replace(ONVIF, body=b"<GetSystemBackup/>"),
    replace(ONVIF, body=b"<Getaway/>"),
    replace(ONVIF, body=b""),
    replace(ONVIF, method="GET"),
    replace(DAHUA, path="/cgi-bin/configManager.cgi?action=setConfig&Telnet.Enable=true"),
    replace(DAHUA, path="/cgi-bin/magicBox.cgi?action=reboot"),
    replace(DAHUA, path="/cgi-bin/magicBox.cgi?action=getVendor&action=reboot#"),
    replace(DAHUA, path="/cgi-bin/magicBox.cgi?action=getVendor&x=a/b"),
    replace(DAHUA, path="/cgi-bin/snapshot.cgi?action=getSnap"),
    replace(RPC2, body=b'{"method":"configManager.setConfig"}'),
    replace(RPC2, body=b'{"method":"global.login"}'),
    replace(RPC2, body=b'{"method":"magicBox.reboot"}'),
    replace(RPC2, path="/RPC2_Login"),
    replace(VAPIX, method="POST", body=b'{"method":"setSettings"}'),
    replace(VAPIX, path="/axis-cgi/param.cgi?action=update&root.Brand=x", method="GET", body=b""),
    replace(VAPIX, path="/axis-cgi/restart.cgi", method="GET", body=b""),
    replace(VAPIX, path="/axis-cgi/factorydefault.cgi", method="GET", body=b""),
    replace(VAPIX, path="/axis-cgi/serverreport.cgi", method="GET", body=b""),
)


@pytest.mark.parametrize("ask", FORBIDDEN, ids=range(len(FORBIDDEN)))
def test_a_question_that_is_no_question_is_refused(ask: Ask) -> None:
    with pytest.raises(UsageError):
        check(ask)


def test_a_second_action_cannot_ride_along() -> None:
    twice = "/cgi-bin/magicBox.cgi?action=getVendor&action=reboot"
    assert not may_be_asked(replace(DAHUA, path=twice))
    assert not may_be_asked(
        replace(VAPIX, method="GET", body=b"", path="/axis-cgi/param.cgi?action=list&action=update")
    )


def test_a_device_that_lists_a_thousand_channels_is_asked_of_few() -> None:
    many = (
        b"<L>"
        + TRIGGERS.replace(b"<L>", b"") * 1
        + b"".join(
            b"<EventTrigger><eventType>group</eventType><videoInputChannelID>%d</videoInputChannelID>"
            b"</EventTrigger>" % n
            for n in range(1000)
        )
    )
    assert len(asks_isapi.smart(many + b"</L>")) == MAX_FOLLOWING


def test_a_service_at_another_host_is_asked_by_its_path_on_the_same_connection() -> None:
    answer = onvif.build_services([(asks_onvif.EVENTS, "http://elsewhere:81/onvif/events", "2.0")])
    (ask,) = asks_onvif.of_services(answer)
    assert (ask.path, ask.family) == ("/onvif/events", Family.ONVIF)
