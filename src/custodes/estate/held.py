"""A device as it is held in memory while something is filed under it. Pure.

From it follow what matching needs to know, by what the device is told from others, and what a list
shows of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from custodes.estate.keys import word_key
from custodes.estate.matching import Candidate
from custodes.estate.model import called

SHOWN = ("brand", "maker", "model", "firmware", "serial", "device_type", "is_surveillance")
FOUND_BY = ("brand", "maker", "product_family", "model", "firmware", "serial", "hostname")


@dataclass(slots=True, eq=False)
class Place:
    """An address that a device has now; `id` is None while it is not in the register yet."""

    place: str
    address: str | None
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None = None
    id: int | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a person states of a device, as it was written and as it is compared."""

    value: str
    key: str


@dataclass(slots=True, eq=False)
class Held:
    """One device. `number` orders devices by age, also those that have no number of their own yet.

    `row` are the columns of its table; `places` those that it has now, and such as ended meanwhile.
    """

    number: int
    row: dict[str, Any]
    macs: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False

    @property
    def id(self) -> int:
        """Its number in the register."""
        number: int = self.row["id"]
        return number

    @property
    def is_new(self) -> bool:
        return "id" not in self.row

    @property
    def site_id(self) -> int | None:
        """The site where it is: what a person states wins."""
        site: int | None = self.row["stated_site_id"] or self.row["observed_site_id"]
        return site

    @property
    def here(self) -> list[Place]:
        return [p for p in self.places if p.ended_at is None]

    def stated(self, name: str) -> str | None:
        """What is stated for `name`, as it is compared; None where nothing is."""
        said = self.said.get(name)
        return said.key if said else None

    def changes(self) -> dict[str, Any]:
        """The columns that are not any more as the register has them."""
        return {k: v for k, v in self.row.items() if k != "id" and v != self.before.get(k, ...)}


def candidate(device: Held) -> Candidate:
    """What matching needs to know of one device."""
    row, here = device.row, device.here
    stated = {device.stated("address"), device.stated("asset_tag")}
    places = {p.place for p in here} or {s for s in stated if s is not None}
    makers = {word_key(row["brand"]), word_key(row["maker"])} - {""}
    said_makers = {device.stated("brand") or "", device.stated("maker") or ""} - {""}
    said_mac = device.stated("mac")
    return Candidate(
        id=device.number,
        macs=frozenset(device.macs) or frozenset({said_mac} if said_mac else ()),
        serial=row["serial_key"] or device.stated("serial") or None,
        makers=frozenset(makers or said_makers),
        places=frozenset(p for p in places if p),
        addresses=frozenset(p.address for p in here if p.address),
        site_id=device.site_id,
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        tag=device.stated("asset_tag"),
        name=device.stated("name"),
        location=device.stated("location"),
    )


def main_key(device: Held, one: Candidate) -> tuple[str, str]:
    """The strongest key of a device and its kind; one that it has no longer is kept as it was."""
    if one.macs:
        return "mac", min(one.macs)
    if one.serial:
        return "serial", one.serial
    if one.first_seen is None and device.stated("address") is None:
        return "asset", device.stated("asset_tag") or ""
    place = min(one.places, default="")
    return "address", place or (device.row["key"] if device.row["key_kind"] == "address" else "")


def address(device: Held) -> str | None:
    """The address that it has now: the one seen last."""
    now = [p for p in device.here if p.address]
    return max(now, key=lambda p: p.last_seen).address if now else None


def summary(device: Held) -> dict[str, Any]:
    """What a list shows of a device, but for its number."""
    row, at = device.row, address(device)
    tag = device.said["asset_tag"].value if "asset_tag" in device.said else None
    name = called(row, at, tag)
    known = [name, at, tag, row["device_type"], *(row[k] for k in FOUND_BY), *sorted(device.macs)]
    return {
        **{k: row[k] for k in SHOWN},
        "called": name,
        "called_key": name.casefold(),
        "mac": min(device.macs, default=None),
        "site_id": device.site_id,
        "address": at,
        "address_key": address_key(at),
        "state": device.said["state"].value if "state" in device.said else "unknown",
        "last_seen": row["last_seen"],
        "words": " ".join(dict.fromkeys(k.casefold() for k in known if k)),
    }


def address_key(text: str | None) -> str | None:
    """An address as text that sorts as numbers do; None where it is none.

    >>> address_key("10.0.0.9") < address_key("10.0.0.10") < address_key("::1")
    True
    """
    try:
        host = ip_address(text or "")
    except ValueError:
        return None
    return f"{host.version}{host.packed.hex()}"
