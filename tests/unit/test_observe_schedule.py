"""Which port is worth the next packet."""

import pytest

from custodes.errors import UsageError
from custodes.find.observe import ports
from custodes.find.observe.hunch import question
from custodes.find.observe.ports import DEFAULT, Port
from custodes.find.observe.schedule import Known, next_port, said_enough
from custodes.identity import Identity
from custodes.observation import observe

HTTP, RTSP = Port(80, "http"), Port(554, "rtsp")
SADP, DHIP, WSD = Port(37020, "sadp"), Port(37810, "dhip"), Port(3702, "wsd")
MDNS, SSDP, HTTPS = Port(5353, "mdns"), Port(1900, "ssdp"), Port(443, "https")
BOTH_OPEN = {HTTP: "open", RTSP: "open"}
WHOLE = Identity(
    is_surveillance=True,
    vendor="Hikvision",
    maker="Hikvision",
    model="DS-1",
    firmware="V5",
    serial="1",
    device_type="camera",
)


def known(
    states: dict[Port, str] | None = None,
    identity: Identity | None = None,
    seen: set[str] | None = None,
    hunch: str | None = None,
    thorough: bool = False,
) -> Known:
    return Known(
        states=states or {},
        seen=frozenset(seen or set()),
        identity=identity or Identity(),
        hunch=hunch,
        thorough=thorough,
    )


def after(states: dict[Port, str], **more: object) -> Port | None:
    return next_port(known(states, **more), DEFAULT)  # type: ignore[arg-type]


def test_the_first_look_is_at_the_web_page() -> None:
    assert after({}) == HTTP


def test_the_stream_is_asked_even_of_a_device_that_declared_itself() -> None:
    assert after({HTTP: "open"}, identity=WHOLE, seen={"sadp.ProbeMatch"}) == RTSP


def test_a_device_that_declared_itself_is_left_alone() -> None:
    assert after(BOTH_OPEN, identity=WHOLE, seen={"sadp.ProbeMatch"}) is None


def test_a_declaration_without_a_firmware_is_not_enough() -> None:
    partly = Identity(vendor="Hikvision", maker="Hikvision", model="DS-1", device_type="camera")
    assert not said_enough(known(BOTH_OPEN, partly, {"sadp.ProbeMatch"}))


def test_what_says_that_it_is_no_camera_is_left_alone_at_once() -> None:
    printer = Identity(is_surveillance=False, vendor="HP")
    assert after({HTTP: "open"}, identity=printer) is None


@pytest.mark.parametrize(("maker", "port"), [("Hikvision", SADP), ("Dahua", DHIP)])
def test_a_platform_is_asked_in_its_own_protocol(maker: str, port: Port) -> None:
    assert after(BOTH_OPEN, identity=Identity(maker=maker)) == port


@pytest.mark.parametrize(("hunch", "port"), [("sadp", SADP), ("dhip", DHIP), (None, WSD)])
def test_a_hunch_decides_which_question_comes_first(hunch: str | None, port: Port) -> None:
    assert after(BOTH_OPEN, hunch=hunch) == port


def test_every_discovery_is_asked_of_a_device_that_nobody_knows() -> None:
    states = dict(BOTH_OPEN)
    for expected in (WSD, SADP, DHIP, MDNS, SSDP):
        assert after(states) == expected
        states[expected] = "asked"
    assert after(states) == HTTPS


def test_where_no_port_is_open_the_others_are_tried_in_order() -> None:
    states = {HTTP: "closed", RTSP: "closed", WSD: "asked", SADP: "asked", DHIP: "asked"}
    assert after(states) == Port(443, "https")
    states[Port(443, "https")] = "closed"
    assert after(states) == Port(8000, "silent")


def test_an_address_where_nobody_answers_is_left_after_two_questions() -> None:
    assert after({HTTP: "silent"}) == RTSP
    assert after({HTTP: "silent", RTSP: "silent"}) is None


def test_a_brand_whose_model_is_unknown_is_asked_by_upnp_and_at_no_further_port() -> None:
    states = {**BOTH_OPEN, WSD: "asked"}
    brand = Identity(vendor="Uniview", maker="Uniview")
    assert after(states, identity=brand) == SSDP
    assert after({**states, SSDP: "asked"}, identity=brand) is None
    known_model = Identity(vendor="Uniview", maker="Uniview", model="IPC2124")
    assert after(states, identity=known_model) is None


def test_a_description_that_the_device_named_is_fetched_before_further_questions() -> None:
    states = {**BOTH_OPEN, WSD: "asked", SADP: "asked", DHIP: "asked"}
    told = Port(49152, "upnp")
    assert next_port(known(states), (*DEFAULT, told)) == told


def test_an_onvif_service_within_tls_is_asked_like_the_plain_one() -> None:
    told = Port(443, "onvifs")
    states = {HTTP: "closed", RTSP: "open", WSD: "open"}
    assert next_port(known(states, Identity(vendor="Bosch")), (*DEFAULT, told)) == told


def test_what_the_operator_asked_for_comes_before_the_usual_questions() -> None:
    every = (*DEFAULT, *ports.ASKED_FOR)
    assert next_port(known(BOTH_OPEN), every) == Port(161, "snmp")
    states = {**BOTH_OPEN, **dict.fromkeys((Port(161, "snmp"), WSD, SADP, DHIP), "asked")}
    assert next_port(known(states), every) == Port(34569, "sofia")


def test_thorough_asks_every_port_in_order() -> None:
    assert after({HTTP: "open"}, identity=WHOLE, thorough=True) == DEFAULT[1]
    assert after(dict.fromkeys(DEFAULT, "open"), thorough=True) is None


def test_a_device_with_only_datagram_ports_is_asked_there() -> None:
    own = (Port(20000, "sadp"), Port(20001, "dhip"))
    assert next_port(known(), own) == own[0]


@pytest.mark.parametrize(
    ("field", "text", "service"),
    [
        ("http.response", 'HTTP/1.1 200 OK\r\n\r\n<script>"/doc/page/login.asp"</script>', "sadp"),
        ("rtsp.response", "RTSP/1.0 200 OK\r\nDate:  Sun, Nov 22 2026\r\n\r\n", "sadp"),
        ("rtsp.response", "RTSP/1.0 200 OK\r\nDate: Sun, Nov 22 2026\r\n\r\n", None),
        ("http.response", 'HTTP/1.1 401 No\r\nx: Digest realm="Login to 4K"\r\n\r\n', "dhip"),
        ("http.title", "Dahua", None),
    ],
)
def test_a_hunch_needs_a_documented_sign(field: str, text: str, service: str | None) -> None:
    assert question([observe(field, text)]) == service


def test_ports_are_read_with_their_usual_or_a_named_service() -> None:
    assert ports.parse("80, 8080/rtsp,9000-9001") == (
        Port(80, "http"),
        Port(8080, "rtsp"),
        Port(9000, "silent"),
        Port(9001, "unknown"),
    )


def test_a_print_port_is_never_written_to() -> None:
    assert ports.parse("9100/http,9101") == (Port(9100, "silent"), Port(9101, "silent"))


@pytest.mark.parametrize("text", ["", ",", "0", "65536", "80-70", "a", "80/gopher", "80/", "1-2-3"])
def test_what_is_no_port_is_refused(text: str) -> None:
    if text == "80/":
        assert ports.parse(text) == (HTTP,)
        return
    with pytest.raises(UsageError):
        ports.parse(text)
