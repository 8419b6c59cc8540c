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
from custodes.protocols import der
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
    """A certificate in plain values; `fingerprint` is SHA-256 over the whole of it, in hex.

    `malformed` says why a strict reader refuses it, "" where it is well formed; a date is None
    where the certificate's date is none.
    """

    subject: str
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    serial: str
    names: tuple[str, ...]
    fingerprint: str
    malformed: str = ""

    @property
    def self_signed(self) -> bool:
        """Whether the certificate names itself as its issuer; the signature is not checked."""
        return self.subject == self.issuer

    def valid_at(self, now: datetime) -> bool | None:
        """Whether `now` lies within its dates; None where they cannot be read."""
        if self.not_before is None or self.not_after is None:
            return None
        return self.not_before <= now <= self.not_after


def read(data: bytes) -> Certificate:
    """Read a certificate, also one that strict readers refuse for its details.

    Raises:
        PeerError: it cannot be read as one.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    if len(data) > LIMIT_BYTES:
        raise PeerError("the certificate is too long", limit_bytes=LIMIT_BYTES)
    faults = (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # oddities of old firmware are not for the operator
            return _strictly(x509.load_der_x509_certificate(data), data)
    except faults as error:
        return _leniently(data, str(error))


def _strictly(found: "x509.Certificate", data: bytes) -> Certificate:
    return Certificate(
        subject=_name(_groups(found.subject)),
        issuer=_name(_groups(found.issuer)),
        not_before=found.not_valid_before_utc.astimezone(UTC),
        not_after=found.not_valid_after_utc.astimezone(UTC),
        serial=f"{found.serial_number:x}",
        names=_alternative_names(found),
        fingerprint=fingerprint(data),
    )


def _leniently(data: bytes, why: str) -> Certificate:
    found = der.certificate(data)
    return Certificate(
        subject=_name(found.subject),
        issuer=_name(found.issuer),
        not_before=found.not_before,
        not_after=found.not_after,
        serial=found.serial,
        names=(),
        fingerprint=fingerprint(data),
        malformed=why,
    )


def subject(data: bytes) -> str:
    """Whom the certificate names."""
    return read(data).subject


def issuer(data: bytes) -> str:
    """Who signed the certificate."""
    return read(data).issuer


def fingerprint(data: bytes) -> str:
    """SHA-256 over the certificate, in hex."""
    return hashlib.sha256(data).hexdigest()


def validity(data: bytes) -> tuple[datetime | None, datetime | None]:
    """From when to when the certificate is valid, in UTC."""
    found = read(data)
    return found.not_before, found.not_after


def _groups(name: "x509.Name") -> der.Names:
    return [
        [(a.oid.dotted_string, a.value if isinstance(a.value, str) else a.value.hex()) for a in rdn]
        for rdn in name.rdns
    ]


def _name(groups: der.Names) -> str:
    return ",".join(
        "+".join(f"{_NAMES.get(oid, oid)}={_escape(text)}" for oid, text in group)
        for group in reversed(groups)
    )


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
