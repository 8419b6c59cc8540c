"""Shadowserver's reports to the owner of an address range: what of it answers the internet.

They tell an owner what is exposed without a scan from outside. Each row is one service that
answered: it says that the address can be reached, and often what the device said of itself
(`scan_dvr_dhcpdiscover`: the columns of its DHIP answer) or what Shadowserver takes it for
(`device_id`). Source of the columns: The-Shadowserver-Foundation/report_schema, reports.json.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from custodes.errors import InputError
from custodes.find.read.lines import Readable, lines
from custodes.find.read.shodan_fields import is_address
from custodes.find.read.tally import Tally
from custodes.observation import Observation
from custodes.units import KIB

NAME = "shadowserver"
ABOUT = "Shadowserver reports (CSV)"
CELL_LIMIT = 64 * KIB
ROW_LIMIT = 256 * KIB
_EVERY: Final = frozenset({"timestamp", "ip", "asn", "geo"})
# The answer of the device itself, column by column: the DHIP answer's own keys.
DHIP: Final = {
    "device_type": "DeviceClass",
    "device_model": "DeviceType",
    "device_vendor": "Vendor",
    "manufacturer": "Manufacturer",
    "device_serial": "SerialNo",
    "device_version": "Version",
    "device_id": "DeviceID",
    "machine_name": "MachineName",
    "http_port": "HttpPort",
    "internal_port": "Port",
    "video_input_channels": "VideoInputChannels",
    "remote_video_input_channels": "RemoteVideoInputChannels",
    "ipv4_address": "IPAddress",
    "mac_address": "mac",
}
_NAMED: Final = ("device_vendor", "device_type", "device_model", "device_version")
# Columns that hold words of the device, whatever the report.
_WORDS: Final = {
    "server": "http.header.server",
    "www_authenticate": "http.header.www-authenticate",
    "set_cookie": "http.header.set-cookie",
    "hostname": "dns.hostname",
    "sysdesc": "snmp.sysDescr",
    "mac_address": "mac.address",
    "jarm": "tls.jarm",
}
_BANNERS: Final = {"ftp": "ftp.banner", "telnet": "telnet.banner", "ssh": "ssh.banner"}


def recognise(head: bytes) -> bool:
    """Whether the first row names the columns that every report of Shadowserver begins with."""
    first = head[:CELL_LIMIT].split(b"\n", 1)[0].decode("utf-8", "replace")
    return set(_cells(first)) >= _EVERY and "port" in _cells(first)


def read(stream: Readable, name: str, tally: Tally) -> Iterator[Observation]:
    """What each row says; `source` names the file and the row.

    Raises:
        InputError: the first row names no columns of a report, or the last row has no end.
    """
    tally.unit = "row"
    columns: list[str] = []
    for line in lines(stream, ROW_LIMIT):
        if not line.ended:
            raise InputError(f"the file ends in the middle of row {line.number}")
        if line.data is None:
            tally.reject(f"row {line.number}", "longer than any row of a report")
        elif not columns:
            columns = _cells(line.data.decode("utf-8-sig", "replace"))
            if "ip" not in columns:
                raise InputError("the first row does not name the columns of a report")
        elif line.data.strip():
            yield from _row(columns, line.data, line.number, name, tally)
        tally.offset = line.end


def _row(
    columns: list[str], data: bytes, number: int, name: str, tally: Tally
) -> Iterator[Observation]:
    cells = _cells(data.decode("utf-8", "replace"))
    row = {c: v.strip() for c, v in zip(columns, cells, strict=False) if v.strip()}
    if len(cells) != len(columns):
        tally.reject(f"row {number}", f"has {len(cells)} cells, the first row {len(columns)}")
    elif not is_address(row.get("ip")):
        tally.reject(f"row {number}", "names no address")
    else:
        yield from _observations(row, columns, f"import:{name}#row {number}")
        tally.items += 1


def _observations(row: Mapping[str, str], columns: list[str], source: str) -> Iterator[Observation]:
    port = row.get("port", "")
    for field, payload in _facts(row, columns):
        yield Observation(
            field=field,
            payload=payload[:CELL_LIMIT],
            address=row["ip"],
            port=int(port) if port.isdecimal() and len(port) < 6 and int(port) < 65_536 else None,
            transport=row.get("protocol"),
            seen_at=_instant(row.get("timestamp")),
            source=source,
        )


def _facts(row: Mapping[str, str], columns: list[str]) -> Iterator[tuple[str, str]]:
    """What one row says, as (field, text)."""
    seen = {key: row[key] for key in ("protocol", "port", "tag", "severity") if key in row}
    yield "exposure.internet", json.dumps(seen, ensure_ascii=False)
    if "video_input_channels" in columns:
        answer = {DHIP[key]: value for key, value in row.items() if key in DHIP}
        yield "shadowserver.dhip", json.dumps(answer, ensure_ascii=False)
    elif named := {key: row[key] for key in _NAMED if key in row}:
        yield "shadowserver.device_id", json.dumps(named, ensure_ascii=False)
    for column, field in _WORDS.items():
        if column in row:
            yield field, row[column]
    if "banner" in row:
        kinds = [kind for kind in _BANNERS if kind in row.get("tag", "").lower()]
        yield _BANNERS[kinds[0]] if kinds else "tcp.banner", row["banner"]


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r")]), [])
    except csv.Error:
        return []


def _instant(text: str | None) -> datetime | None:
    """Shadowserver writes UTC without saying so."""
    try:
        value = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
