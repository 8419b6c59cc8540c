"""What a device's TLS certificate says: its subject, issuer, validity and fingerprint. Pure.

Names are written with the most specific part first, as RFC 4514 does:
`CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou`.
"""

import hashlib
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from custodes.errors import PeerError
from custodes.units import KIB

if TYPE_CHECKING:
    from cryptography import x509

LIMIT_BYTES = 64 * KIB

_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.11": "OU",
    "2.5.4.10": "O",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "2.5.4.5": "serialNumber",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "emailAddress",
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in plain values; `fingerprint` is SHA-256 over the whole of it, in hex."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    serial: str
    names: tuple[str, ...]
    fingerprint: str

    @property
    def self_signed(self) -> bool:
        return self.subject == self.issuer

    def valid_at(self, now: datetime) -> bool:
        return self.not_before <= now <= self.not_after


def read(der: bytes) -> Certificate:
    """Read a certificate.

    Raises:
        PeerError: it cannot be read as one.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if len(der) > LIMIT_BYTES:
        raise PeerError("the certificate is too long", limit_bytes=LIMIT_BYTES)
    faults = (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # oddities of old firmware are not for the operator
            found = x509.load_der_x509_certificate(der)
            return Certificate(
                subject=_name(found.subject),
                issuer=_name(found.issuer),
                not_before=found.not_valid_before_utc.astimezone(UTC),
                not_after=found.not_valid_after_utc.astimezone(UTC),
                serial=f"{found.serial_number:x}",
                names=_alternative_names(found),
                fingerprint=fingerprint(der),
            )
    except faults as error:
        raise PeerError(f"not a certificate: {error}", length=len(der)) from error


def subject(der: bytes) -> str:
    """Whom the certificate names."""
    return read(der).subject


def issuer(der: bytes) -> str:
    """Who signed the certificate."""
    return read(der).issuer


def fingerprint(der: bytes) -> str:
    """SHA-256 over the certificate, in hex."""
    return hashlib.sha256(der).hexdigest()


def validity(der: bytes) -> tuple[datetime, datetime]:
    """From when to when the certificate is valid, in UTC."""
    found = read(der)
    return found.not_before, found.not_after


def _name(name: "x509.Name") -> str:
    parts = []
    for group in reversed(list(name.rdns)):
        texts = (
            f"{_NAMES.get(a.oid.dotted_string, a.oid.dotted_string)}={_escape(_text(a.value))}"
            for a in group
        )
        parts.append("+".join(texts))
    return ",".join(parts)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _escape(text: str) -> str:
    """A value as RFC 4514 §2.4 writes it."""
    out = "".join(f"\\{c}" if c in '\\,+"<>;' else c for c in text).replace("\x00", "\\00")
    if out[:1] in {" ", "#"}:
        out = "\\" + out
    if out.endswith(" ") and not out.endswith("\\ "):
        out = out[:-1] + "\\ "
    return out


def _alternative_names(found: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509

    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    kinds = (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier, x509.RFC822Name)
    return tuple(str(name.value) for name in extension.value if isinstance(name, kinds))
