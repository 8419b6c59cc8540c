"""The readers against real answers of devices (../shared): each yields what is visible there."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from custodes.errors import PeerError
from custodes.protocols import (
    auth_challenge,
    dhip,
    http,
    mac,
    onvif,
    rtsp,
    sadp,
    sdp,
    ws_discovery,
    xml,
)

pytestmark = pytest.mark.shared
ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT.parent / "shared" / "data" / "identification_cases_public.jsonl"


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict[str, Any]]:
    path = shared / "data" / FILE.name
    if not path.is_file():
        pytest.skip("../shared has no public cases")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def of(cases: list[dict[str, Any]], *fields: str) -> list[dict[str, Any]]:
    found = [case for case in cases if case["field"].startswith(fields)]
    assert found, f"no public case of {fields}"
    return found


def test_rtsp_replies_yield_status_headers_and_description(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "rtsp.response"):
        payload = case["payload"]
        reply = rtsp.parse(payload.encode())
        assert str(reply.status) in payload.split("\r\n")[0]
        assert reply.cseq is not None
        for line in payload.split("\r\n\r\n")[0].split("\r\n")[1:]:
            name, _, value = line.partition(":")
            assert value.strip() in reply.all(name), case["id"]
        if "v=0" in payload:
            description = sdp.parse(reply.body)
            assert description.media, case["id"]
            assert description.name in payload


def test_challenges_and_realms_are_read(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "http.header.www-authenticate"):
        payload = case["payload"]
        (challenge,) = auth_challenge.challenges([payload])
        assert payload.startswith(challenge[0])
        realm = http.realm(payload)
        assert realm is not None
        assert f'"{realm}"' in payload or f"={realm}" in payload, case["id"]


def test_descriptions_are_read(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "rtsp.sdp"):
        description = sdp.parse(case["payload"])
        assert len(description.media) == case["payload"].count("\nm=")
        assert sum(len(m.attributes) for m in description.media) + len(
            description.attributes
        ) == case["payload"].count("\na=")


def test_the_private_stream_answer_is_http_with_a_description(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "http.private-stream.response"):
        answer = http.parse(case["payload"].encode())
        assert (answer.status, answer.header("private-type")) == (200, "application/sdp")
        assert sdp.parse(answer.body).attribute("packetization-supported") == "DH"


def test_sadp_answers_yield_model_and_firmware(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "sadp.ProbeMatch"):
        answer = sadp.parse(case["payload"].encode())
        assert answer.model == case["expected"]["model"]
        assert answer.cut == ("</ProbeMatch>" not in case["payload"])
        assert len(answer) == case["payload"].count("</") - ("</ProbeMatch>" in case["payload"])
        serial = sadp.split_serial(answer.serial or "", answer.model)
        assert serial.model == answer.model
        assert serial.made is not None
        if "firmware" in case["expected"]:
            version, build = answer.software
            assert f"{version} build {build}" == case["expected"]["firmware"]
        assert answer.mac is not None


def test_dhip_notices_yield_model_firmware_and_address(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "dhip.client.notifyDevInfo"):
        for message in (
            dhip.parse_body(case["payload"]),
            dhip.parse(dhip.pack(case["payload"].encode())),
        ):
            assert (message.method, message.cut) == (dhip.NOTIFY, "")
            assert message.mac == json.loads(case["payload"])["mac"].lower()
            for key, name in {"model": "DeviceType", "firmware": "Version"}.items():
                if key in case["expected"]:
                    assert message.said(name) == case["expected"][key]


def test_discovery_matches_yield_scopes_and_addresses(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "onvif.ProbeMatch"):
        (match,) = ws_discovery.parse(case["payload"])
        assert not match.cut
        assert len(match.scopes) == case["payload"].count("onvif://")
        assert match.xaddrs
        model = case["expected"].get("model")
        assert model is None or model in match.scope_values("hardware")


def test_device_information_yields_model_and_firmware(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "onvif.soap.GetDeviceInformation"):
        information = onvif.device_information(case["payload"])
        assert information["Model"] == case["expected"]["model"]
        assert information["FirmwareVersion"] == case["expected"]["firmware"]
        assert set(information) <= set(onvif.INFORMATION)


def test_services_clock_and_faults_are_read(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "onvif.soap.GetServices", "onvif.soap.GetCapabilities"):
        listed = onvif.services(case["payload"])
        addresses = case["payload"].count("XAddr>") // 2 + case["payload"].count("<XAddr xmlns")
        assert 0 < len(listed) <= addresses
        assert all(address.startswith("http") for _, address, _ in listed)
        assert onvif.fault(case["payload"]) is None
    for case in of(cases, "onvif.soap.GetSystemDateAndTime"):
        clock = onvif.date_time(case["payload"])
        assert clock is not None
        assert f">{clock.year}<" in case["payload"]


def test_isapi_documents_are_read_whole_or_field_by_field(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "isapi."):
        payload = case["payload"]
        leaves = xml.fields(payload)
        assert leaves, case["id"]
        try:
            root = xml.parse(payload)
        except PeerError:
            assert not payload.rstrip().endswith(f"</{payload.split('<')[2].split()[0]}>")
            continue
        assert {k: v for k, v in root.leaves().items() if v}.items() <= leaves.items()
        if "model" in case["expected"]:
            assert root.text_of("model") == case["expected"]["model"]


def test_pages_addresses_and_the_rest_end_well(cases: list[dict[str, Any]]) -> None:
    for case in of(cases, "mac.address"):
        assert mac.normalise(case["payload"]) == case["payload"].lower().replace("-", ":")
    for case in of(cases, "http.title"):
        page = f"<html><title>{xml.escape(case['payload'])}</title>".encode()
        assert http.title(page) == " ".join(case["payload"].split())


EVERY: tuple[Callable[[bytes], object], ...] = (
    http.parse,
    http.title,
    rtsp.parse,
    sadp.parse,
    dhip.parse,
    dhip.parse_body,
    ws_discovery.parse,
    onvif.device_information,
    xml.parse,
    sdp.parse,
)


def test_no_reader_stumbles_over_any_public_payload(cases: list[dict[str, Any]]) -> None:
    for case in cases:
        data = case["payload"].encode()
        for wire in (data, data[: len(data) // 2], base64.b64encode(data)):
            for reader in EVERY:
                try:
                    reader(wire)
                except PeerError:
                    continue
