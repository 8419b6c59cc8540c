"""What Shadowserver's reports say of a device: its own DHIP answer, or what they take it for. Pure.

The columns of `scan_dvr_dhcpdiscover` are the device's words, relayed. `device_id` is another's
conclusion without the answer that it rests on: it is believed less than any banner.
"""

from typing import Final

from msgspec.structs import replace

from custodes.find.identify import names
from custodes.find.identify.claims import Reading
from custodes.find.identify.readers import dahua
from custodes.find.identify.readers.jsontext import leaves
from custodes.find.identify.readers.words import device_type_in

_SOURCE: Final = "Shadowserver report (The-Shadowserver-Foundation/report_schema)"
_TOLD: Final = 0.5  # what others conclude from answers that we have not seen
_WATCHES: Final = frozenset({"camera", "recorder"})


def dhip(text: str) -> Reading:
    """`scan_dvr_dhcpdiscover`: what the device said of itself, as Shadowserver relays it."""
    reading = Reading("shadowserver-dhip", "shadowserver.dhip", _SOURCE)
    reading.claims = [
        replace(claim, fingerprint=reading.fingerprint, field=reading.field, source=_SOURCE)
        for claim in dahua.dhip(text).claims
    ]
    return reading


def device_id(text: str) -> Reading:
    """`device_id`: vendor, kind, model and version as Shadowserver concluded them."""
    reading = Reading("shadowserver-device-id", "shadowserver.device_id", _SOURCE)
    read = leaves(text)
    vendor, kind = read.get("device_vendor"), device_type_in(read.get("device_type", ""))
    if vendor and not names.neutral(vendor):
        reading.say("vendor", names.brand(vendor) or vendor, _TOLD, vendor)
    reading.say("model", read.get("device_model"), _TOLD)
    reading.say("firmware", read.get("device_version"), _TOLD)
    reading.say("device_type", kind, _TOLD, read.get("device_type"))
    if kind in _WATCHES:
        reading.say("is_surveillance", True, _TOLD, read.get("device_type"))
    return reading
