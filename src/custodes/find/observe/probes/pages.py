"""The own identity page of a known maker: it names the model, or the maker in refusing.

One path for each maker, without a login. It is asked while that costs no new connection; one that
usual firmware answers openly is worth a connection where the device has not said enough.
"""

from dataclasses import dataclass

from custodes.errors import PeerError
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import http

NAME = "pages"
ONVIF = ("onvif", "onvifs")
SERVICES: tuple[str, ...] = ("http", "https", "onvif", "onvifs")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that tells the identity without a login, or refuses in the maker's own words."""

    path: str
    field: str  # of a 200 answer whose body holds `proof`
    proof: bytes
    body: bytes = b""
    open: bool = False  # usual firmware answers without a login: worth a connection of its own


AXIS_BODY = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
# docs/reference/probes.md. /SDK/webLanguage is never asked: it looks like an attack.
PAGES = {
    "Hikvision": Page("/ISAPI/System/deviceInfo", "isapi.deviceInfo", b"<DeviceInfo"),
    "Dahua": Page(
        "/cgi-bin/magicBox.cgi?action=getSystemInfo",
        "http.cgi.magicBox.getSystemInfo",
        b"serialNumber=",
    ),
    "Axis": Page(
        "/axis-cgi/basicdeviceinfo.cgi",
        "http.vapix.basicDeviceInfo",
        b"propertyList",
        AXIS_BODY,
        True,
    ),
}


async def run(contact: Contact, port: Port) -> None:
    """Ask the maker's page once; the icon first, where nobody knows whose device it is."""
    if port.service in ONVIF:
        await http.icon(contact, fresh=True)
    who = contact.identity
    page = PAGES.get(who.maker or "") or PAGES.get(who.vendor or "")
    if page is None or page.path in contact.paths:
        return
    fresh = contact.plan.thorough or (page.open and port.service in ONVIF)
    try:
        answer = await http.fetch(contact, port, page.path, fresh=fresh, body=page.body)
    except PeerError as error:
        contact.troubles.append(f"{page.path}: {error}")
        return
    if answer is None:
        return
    contact.paths.add(page.path)
    if answer.status == 200 and page.proof in answer.body and not answer.truncated:
        contact.saw(NAME, page.field, answer.body, port)
    elif answer.status == 401:
        http.keep(contact, port, answer, NAME)
