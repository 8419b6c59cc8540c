"""Ports where listening is enough: a banner, the SDK's first block, or just that it is open.

Sends nothing at all. A port that stays silent is recorded as open and closed again.
"""

from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port

NAME = "tcp"
SERVICES: tuple[str, ...] = ("silent", "ftp", "ssh", "telnet", "unknown")

BANNERS = {"ftp": "ftp.banner", "ssh": "ssh.banner", "telnet": "telnet.banner"}


async def run(contact: Contact, port: Port) -> None:
    """Connect, listen for a second, close."""
    line = await contact.open(port)
    if line is None:
        return
    async with line:
        heard = await contact.listen(line)
    contact.saw(NAME, "tcp.open", str(port.number), port)
    if heard:
        contact.saw(NAME, field_of(port, heard), heard, port)


def field_of(port: Port, heard: bytes) -> str:
    """The field of a banner: by what it says first, then by what was expected there."""
    if heard.startswith(b"SSH-"):
        return "ssh.banner"
    if heard.startswith(b"220") and port.number == 21:
        return "ftp.banner"
    if heard.startswith((b"\xff\xfb", b"\xff\xfd")):
        return "telnet.banner"
    return BANNERS.get(port.service, "tcp.banner")
