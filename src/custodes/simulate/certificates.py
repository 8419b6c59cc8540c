"""Self-signed certificates as devices carry them: made when first asked for, with EC keys."""

import ssl
import tempfile
import threading
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NOT_BEFORE = datetime(2017, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2037, 1, 1, tzinfo=UTC)


_one_at_a_time = threading.Lock()


def context(subject: str) -> ssl.SSLContext:
    """The server side of TLS for a device with this certificate subject (RFC 4514 text)."""
    with _one_at_a_time:  # asked for from several threads; the key is made once
        return _context(subject)


@cache
def _context(subject: str) -> ssl.SSLContext:
    from cryptography.hazmat.primitives import serialization as form

    secret = _key().private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="custodes-") as folder:
        path = Path(folder) / "device.pem"
        path.touch(mode=0o600)
        path.write_bytes(secret + certificate(subject))
        made.load_cert_chain(path)
    return made


@cache
def _key() -> "EllipticCurvePrivateKey":
    """One key for all: this proves nothing to anybody, it only has to be there."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def certificate(subject: str) -> bytes:
    """A self-signed certificate (PEM) for a subject such as `CN=camera,O=Maker`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.Name.from_rfc4514_string(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(int.from_bytes(subject.encode()[-15:]) + 1)
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
    )
    return builder.sign(_key(), hashes.SHA256()).public_bytes(Encoding.PEM)
