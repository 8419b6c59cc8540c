"""What a profile says of multicast DNS, UPnP, SNMP and the two older searches. Data only."""

import msgspec


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Announced(_Data, frozen=True):
    """One service that is announced: its instance name, its kind, its texts."""

    name: str
    kind: str = "_http._tcp"
    texts: tuple[str, ...] = ()


class Mdns(_Data, frozen=True):
    """An answer to a multicast DNS question; every service lies on the port of the web pages."""

    services: tuple[Announced, ...]
    port: int = 5353
    unicast: bool = True


class Ssdp(_Data, frozen=True):
    """An answer to an SSDP search; the description at `location` is one of the web pages."""

    server: str
    location: str = "http://{address}:{http_port}/upnp.xml"
    name: str = "{uuid}"
    port: int = 1900
    unicast: bool = True


class Snmp(_Data, frozen=True):
    """Values by object id, texts or object ids with a dot before them; for one community only."""

    values: dict[str, str]
    community: str = "virtual-read"
    port: int = 161
    unicast: bool = True


class DvripSearch(_Data, frozen=True):
    """An answer to the search of Dahua's older devices."""

    model: str = "{model}"
    version: str = "2.6.0.0"
    lines: tuple[str, ...] = (
        "Name:{serial}",
        "Device:HCVR",
        "SerialNo:{serial}",
        "Version:{firmware}",
    )
    port: int = 5050
    unicast: bool = True


class SofiaSearch(_Data, frozen=True):
    """The fields of an answer to Xiongmai's search; addresses and ports are added."""

    fields: dict[str, str | int | bool]
    port: int = 34569
    unicast: bool = True


SERVICES = ("mdns", "ssdp", "snmp", "dvrip_search", "sofia_search")
