"""One observation is cut into the single texts that rules look at, within limits."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from custodes.find.identify.core import identify
from custodes.find.identify.facets import PAYLOAD_LIMIT, cut, realms, snmp_values, text_of
from custodes.find.identify.xmltext import fields, root
from custodes.observation import Observation, observe

PAGE = (
    "HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nset-cookie: a=1\r\n"
    'WWW-Authenticate: Digest realm="IP Camera(C1214)", nonce="x", qop="auth"\r\n'
    'WWW-Authenticate: Basic realm="other"\r\n\r\n'
    "<html><head><title lang=en>\n Web &amp; more </title></head><body>hello"
)


def test_an_http_answer_gives_headers_realms_title_and_body() -> None:
    found = cut("http.response", PAGE)
    assert ("http.header.server", "App-webs/") in found
    assert [t for f, t in found if f == "http.realm"] == ["IP Camera(C1214)", "other"]
    assert ("http.title", "Web & more") in found
    assert ("http.header.set-cookie", "a=1") in found
    assert next(t for f, t in found if f == "http.body").startswith("<html>")


def test_an_answer_with_bare_newlines_is_cut_as_well() -> None:
    found = cut("http.response", "HTTP/1.0 200 OK\nServer: x\n\n<title>t</title>")
    assert found[:2] == [("http.header.server", "x"), ("http.title", "t")]


def test_an_rtsp_answer_gives_server_realms_and_session_description() -> None:
    text = (
        "RTSP/1.0 200 OK\r\nServer: Rtsp Server/3.0\r\nContent-Length: 60\r\n\r\n"
        "v=0\r\ns=Media Server\r\na=packetization-supported:DH\r\nm=video 0 RTP/AVP 96\r\n"
    )
    assert cut("rtsp.response", text) == [
        ("rtsp.header.server", "Rtsp Server/3.0"),
        ("rtsp.sdp.session", "Media Server"),
        ("rtsp.sdp.attribute", "packetization-supported:DH"),
    ]


def test_scopes_are_read_wherever_they_stand_and_decoded() -> None:
    text = "<Scopes>onvif://www.onvif.org/name/HIKVISION%20DS-1 onvif://www.onvif.org/type/ptz<"
    assert cut("onvif.ProbeMatch", text) == [
        ("onvif.scope", "onvif://www.onvif.org/name/HIKVISION DS-1"),
        ("onvif.scope", "onvif://www.onvif.org/type/ptz"),
    ]


def test_device_information_gives_one_facet_for_each_element() -> None:
    text = (
        "<tds:R xmlns:tds='http://www.onvif.org/ver10/device/wsdl'>"
        "<tds:Manufacturer>Bosch</tds:Manufacturer><tds:Model> M&amp;N </tds:Model></tds:R>"
    )
    assert cut("onvif.soap.GetDeviceInformation", text) == [
        ("onvif.manufacturer", "Bosch"),
        ("onvif.model", "M&N"),
        ("onvif.namespace", "http://www.onvif.org/ver10/device/wsdl"),
    ]


def test_an_snmp_record_gives_description_and_object_id() -> None:
    text = '.1.3.6.1.2.1.1.1.0 = STRING: "two\nlines"\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9\n'
    assert cut("snmp.record", text) == [
        ("snmp.sysDescr", "two\nlines"),
        ("snmp.sysObjectID", "1.3.6.1.4.1.9"),
    ]
    assert snmp_values("1.3.6.1.4.1.9 = x")[0] == ("1.3.6.1.4.1.9", "x")


def test_a_dhcp_request_gives_its_options() -> None:
    text = "option12(hostname)=DCS-930LB\noption60(vendor class)=udhcp 1.12.1\noption55=1,3\n"
    assert cut("dhcp.request", text) == [
        ("dhcp.hostname", "DCS-930LB"),
        ("dhcp.vendor_class", "udhcp 1.12.1"),
        ("dhcp.parameters", "1,3"),
    ]


def test_an_upnp_description_gives_the_maker_and_the_model() -> None:
    text = "<root><device><manufacturer>AXIS</manufacturer><modelName>P1</modelName></device>"
    assert cut("upnp.response", text) == [("upnp.manufacturer", "AXIS"), ("upnp.modelName", "P1")]
    notify = "NOTIFY * HTTP/1.1\r\nSERVER: Linux UPnP/1.0\r\nNT: upnp:rootdevice\r\n\r\n"
    assert cut("ssdp.packet", notify) == [
        ("upnp.server", "Linux UPnP/1.0"),
        ("upnp.deviceType", "upnp:rootdevice"),
    ]


def dns_name(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def test_an_mdns_message_gives_services_names_and_strings() -> None:
    service = dns_name(b"_axis-video", b"_tcp", b"local")
    name = bytes([5]) + b"door1" + b"\xc0\x0c"  # points to the first name
    txt = b"\x10macaddress=ACCC8"
    message = (
        b"\0\0\x84\0\0\0\0\x02\0\0\0\0"
        + (service + b"\0\x0c\0\x01\0\0\0\x78" + len(name).to_bytes(2) + name)
        + (name + b"\0\x10\0\x01\0\0\0\x78" + len(txt).to_bytes(2) + txt)
    )
    seen = observe("mdns.packet", message)
    assert cut("mdns.packet", text_of(seen)) == [
        ("mdns.service", "_axis-video._tcp"),
        ("mdns.instance", "door1"),
        ("mdns.txt", "macaddress=ACCC8"),
    ]


def test_a_name_that_points_to_itself_ends() -> None:
    message = b"\0\0\x84\0\0\0\xff\xff\0\0\0\0" + b"\xc0\x0c" * 100
    assert cut("mdns.packet", message.decode("latin-1")) == []


@pytest.mark.parametrize("encoding", [None, "base64"])
def test_no_more_than_the_limit_of_a_payload_is_looked_at(encoding: str | None) -> None:
    payload = "A" * (PAYLOAD_LIMIT * 2)
    text = text_of(Observation(field="http.body", payload=payload, encoding=encoding))
    assert 0 < len(text) <= PAYLOAD_LIMIT


def test_bytes_travel_as_base64_and_are_read_one_for_one() -> None:
    seen = Observation(
        field="telnet.banner",
        payload=base64.b64encode(b"\xff\xfb login:").decode(),
        encoding="base64",
    )
    assert cut(seen.field, text_of(seen)) == [("telnet.banner", "ÿû login:")]


def test_realms_are_read_with_and_without_quotation_marks() -> None:
    assert realms('Digest nonce="realm", realm=plain, Basic realm="two words') == [
        "plain",
        "two words",
    ]


def test_xml_leaves_survive_a_cut_document_and_expand_nothing() -> None:
    cut_off = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'boom'>]><a><b>&e;</b><c>1</c><d>2"
    assert fields(cut_off) == {"b": "&e;", "c": "1"}
    assert root("<?xml version='1.0'?><n:ProbeMatch x='1'>") == "ProbeMatch"
    assert root("no xml") is None


def _signed(common_name: str, owner: str, *names: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=7,
        not_valid_before=datetime(2020, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2040, 1, 1, tzinfo=UTC),
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_certificate_names_the_maker_and_the_address_of_its_device() -> None:
    data = _signed("axis-b8a44feb0e44", "Axis Communications AB", "axis-b8a44feb0e44.local")
    found = identify([observe("tls.certificate", data)])
    assert (found.vendor, found.mac) == ("Axis", "b8:a4:4f:eb:0e:44")
    own = _signed("2ca59c5df649", "Device", "2ca59c5df649")
    found = identify([observe("tls.certificate", own)])
    assert (found.vendor, found.maker, found.mac) == (None, "Hikvision", "2c:a5:9c:5d:f6:49")
    pem = "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data).decode()
    found = identify([observe("tls.certificate", pem + "-----END CERTIFICATE-----\n")])
    assert found.vendor == "Axis"


@pytest.mark.parametrize("data", [b"", b"0\x82\x01", b"\x00" * 99, "é".encode() * 9, b"-----BEGIN"])
def test_a_certificate_that_is_none_says_nothing(data: bytes) -> None:
    assert identify([observe("tls.certificate", data)]).evidence == []
