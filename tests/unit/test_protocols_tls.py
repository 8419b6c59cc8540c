import warnings
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from custodes.errors import PeerError
from custodes.protocols import tls

START = datetime(2014, 1, 1, tzinfo=UTC)


def certificate(name: x509.Name) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(255)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=3650))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("camera.example")]), critical=False
        )
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


HIKVISION = certificate(
    name(
        (NameOID.LOCALITY_NAME, "HangZhou"),
        (NameOID.ORGANIZATION_NAME, "HIKVISION"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "DVRNVR"),
        (NameOID.COMMON_NAME, "www.hikvision.com"),
    )
)


def test_names_are_written_most_specific_first() -> None:
    expected = "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou"
    assert tls.subject(HIKVISION) == tls.issuer(HIKVISION) == expected


def test_validity_names_and_fingerprint_are_told() -> None:
    found = tls.read(HIKVISION)
    assert tls.validity(HIKVISION) == (START, START + timedelta(days=3650))
    assert found.valid_at(START)
    assert not found.valid_at(START - timedelta(seconds=1))
    assert (found.names, found.serial, found.self_signed) == (("camera.example",), "ff", True)
    assert len(found.fingerprint) == 64


def test_special_characters_are_escaped_and_groups_kept() -> None:
    odd = x509.Name(
        [
            x509.RelativeDistinguishedName(
                [
                    x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "a+b"),
                    x509.NameAttribute(NameOID.EMAIL_ADDRESS, "x@y.example"),
                ]
            ),
            x509.RelativeDistinguishedName(
                [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Hewlett-Packard Company, L.P. ")]
            ),
        ]
    )
    text = tls.subject(certificate(odd))
    organisation, group = text.split(",OU=", 1) if ",OU=" in text else text.split(",email", 1)
    assert organisation == r"O=Hewlett-Packard Company\, L.P.\ "
    assert r"a\+b" in group
    assert "x@y.example" in group


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x82", HIKVISION[:-9], b"\x30" * 70_000, HIKVISION[::-1]]
)
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(PeerError):
        tls.read(data)


def test_one_changed_byte_ends_in_a_value_or_a_refusal() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for at in range(len(HIKVISION)):
            for value in (0, 0x7F, 0xFF):
                try:
                    tls.read(HIKVISION[:at] + bytes([value]) + HIKVISION[at + 1 :])
                except PeerError:
                    continue
