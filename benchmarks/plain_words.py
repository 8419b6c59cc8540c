"""What a search for 35 obvious words says about an answer: the least that anybody would write."""

from custodes.find.identify.facets import text_of
from custodes.identity import Identity
from custodes.observation import Observation

# word -> brand, in the order in which they are looked for
BRANDS = {
    "hikvision": "Hikvision",
    "dahua": "Dahua",
    "axis": "Axis",
    "hanwha": "Hanwha",
    "wisenet": "Hanwha",
    "bosch": "Bosch",
    "vivotek": "Vivotek",
    "panasonic": "Panasonic",
    "sony": "Sony",
    "avigilon": "Avigilon",
    "uniview": "Uniview",
    "reolink": "Reolink",
    "foscam": "Foscam",
    "amcrest": "Amcrest",
    "lorex": "Lorex",
    "d-link": "D-Link",
    "tp-link": "TP-Link",
    "mobotix": "Mobotix",
    "pelco": "Pelco",
    "geovision": "GeoVision",
    "swann": "Swann",
    "annke": "Annke",
    "ezviz": "EZVIZ",
    "honeywell": "Honeywell",
    "ubiquiti": "Ubiquiti",
    "arecont": "Arecont Vision",
    "trendnet": "TRENDnet",
    "grandstream": "Grandstream",
    "intelbras": "Intelbras",
    "xiongmai": "Xiongmai",
}
KINDS = {
    "ip camera": "camera",
    "network camera": "camera",
    "ipcam": "camera",
    "dvr": "recorder",
    "nvr": "recorder",
}
assert len(BRANDS) + len(KINDS) == 35


def identify(seen: Observation) -> Identity:
    """The first brand and the first kind of device whose word occurs anywhere, in any case."""
    text = text_of(seen).lower()
    brand = next((name for word, name in BRANDS.items() if word in text), None)
    kind = next((name for word, name in KINDS.items() if word in text), None)
    watches = True if brand or kind else None
    return Identity(id=seen.id, is_surveillance=watches, vendor=brand, device_type=kind)
