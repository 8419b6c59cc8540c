from datetime import UTC, datetime

import pytest

from custodes.errors import PeerError, UsageError
from custodes.protocols import onvif

NOW = datetime(2026, 11, 22, 15, 4, 5, tzinfo=UTC)
INFORMATION = {"Manufacturer": "Bosch", "Model": "FLEXIDOME <5100i>", "SerialNumber": "4047"}


@pytest.mark.parametrize("operation", onvif.OPERATIONS)
def test_every_call_reads_back_and_carries_no_login(operation: str) -> None:
    wire = onvif.call(operation)
    assert onvif.operation_of(wire) == operation
    assert b"Security" not in wire


@pytest.mark.parametrize(
    "operation", ["SystemReboot", "SetHostname", "GetUsers", "", "GetScopes/><x"]
)
def test_no_other_call_can_be_built(operation: str) -> None:
    with pytest.raises(UsageError):
        onvif.call(operation)


def test_the_calls_are_those_that_only_read() -> None:
    assert all(operation.startswith("Get") for operation in onvif.OPERATIONS)
    assert len(onvif.OPERATIONS) == 7


def test_device_information_reads_back() -> None:
    assert onvif.device_information(onvif.build_device_information(INFORMATION)) == INFORMATION
    assert onvif.device_information(onvif.build_fault()) == {}


def test_cut_device_information_gives_what_was_whole() -> None:
    wire = onvif.build_device_information(INFORMATION)
    got = onvif.device_information(wire[: wire.index(b"4047") + 2])
    assert got == {"Manufacturer": "Bosch", "Model": "FLEXIDOME <5100i>"}
    with pytest.raises(PeerError):
        onvif.device_information(wire[:200])


def test_the_clock_reads_back() -> None:
    wire = onvif.build_date_time(NOW, "GMT0BST")
    assert (onvif.date_time(wire), onvif.time_zone(wire)) == (NOW, "GMT0BST")


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b"<tt:Month>11", b"<tt:Month>13"),
        (b"<tt:Hour>15", b"<tt:Hour>"),
        (b"<tt:Year>2026", b"<tt:Year>0"),
        (b"<tt:Day>22", b"<tt:Day>99999"),
        (b"<tt:Day>22", b"<tt:Day>-1"),
        (b"UTCDateTime", b"LocalDateTime"),
    ],
)
def test_a_clock_that_cannot_be_is_unknown(said: bytes, instead: bytes) -> None:
    assert onvif.date_time(onvif.build_date_time(NOW).replace(said, instead)) is None


def test_services_scopes_and_names_read_back() -> None:
    listed = [("http://www.onvif.org/ver10/device/wsdl", "http://h/onvif/device_service", "20.12")]
    assert onvif.services(onvif.build_services(listed)) == listed
    older = onvif.build_capabilities({"Device": "http://h/d", "Media": "http://h/m"})
    assert onvif.services(older) == [("Device", "http://h/d", ""), ("Media", "http://h/m", "")]
    scopes = ["onvif://www.onvif.org/name/AXIS P3245"]
    assert onvif.scopes(onvif.build_scopes(scopes)) == scopes
    assert onvif.hostname(onvif.build_hostname("axis-accc8e")) == "axis-accc8e"
    assert onvif.endpoint_reference(onvif.build_endpoint_reference("urn:uuid:1")) == "urn:uuid:1"


def test_a_refusal_names_its_most_precise_code() -> None:
    assert onvif.fault(onvif.build_fault()) == "ter:NotAuthorized"
    assert onvif.fault(onvif.build_hostname("x")) is None
    old = "<E><Body><Fault><faultcode>SOAP-ENV:Client</faultcode></Fault></Body></E>"
    assert onvif.fault(old) == "SOAP-ENV:Client"
    assert onvif.fault("<E><Fault/></E>") == "fault"
