"""The TLS certificate of a port: a handshake, no verification, nothing sent inside it.

Old versions and weak ciphers are accepted, because the device is read, not trusted; the connection
is then used for the web page or the stream behind it.
"""

from custodes.errors import PeerError
from custodes.find.observe.contact import SECURE, Contact
from custodes.find.observe.ports import Port
from custodes.protocols import tls

NAME = "tls"
SERVICES: tuple[str, ...] = tuple(sorted(SECURE))


async def run(contact: Contact, port: Port) -> None:
    """Read the certificate and the version of TLS."""
    line = await contact.line(port)
    found = line.tls if line else None
    if found is None:
        return
    contact.saw(NAME, "tls.protocol", found.version() or "unknown", port)
    der = found.getpeercert(binary_form=True)
    if not der:
        return
    contact.saw_bytes(NAME, "tls.certificate", der, port)
    try:
        certificate = tls.read(der)
    except PeerError as error:
        contact.troubles.append(f"{port}: {error}")
        return
    contact.saw(NAME, "tls.subject", certificate.subject, port)
    contact.saw(NAME, "tls.issuer", certificate.issuer, port)
