"""What a model number and a firmware text state by their maker's own numbering. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from custodes.console.text import plural
from custodes.estate.details import KeptFact
from custodes.estate.model import Device
from custodes.knowledge import firmware, models

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Stated:
    """One thing that a number states, and where the numbering is known from."""

    label: str
    value: str
    after: str = ""
    source: str = ""


def nameplate(device: Device, told: Sequence[KeptFact], today: date) -> tuple[Stated, ...]:
    """What the model number, the firmware text and the device's own words on its build state."""
    return (*_model(device), *_firmware(device, told, today))


def _model(device: Device) -> Iterator[Stated]:
    makers = (device.maker, device.brand)
    found = next((f for m in makers if (f := models.describe(m, device.model)) is not None), None)
    if found is None:
        return
    resolution = found.resolution_mp
    values = (
        ("Product line", found.family),
        ("Form", found.form),
        ("Series", found.series),
        ("Generation", found.generation),
        ("Resolution", f"{resolution:g} megapixels" if resolution else None),
        ("Cameras that it takes", plural(found.channels, "channel") if found.channels else None),
        ("Made for", found.environment),
        ("Warmth", {True: "sees warmth", False: "does not see warmth"}.get(found.is_thermal)),  # type: ignore[arg-type]
    )
    for label, value in values:
        if value is not None:
            yield Stated(label, value, "says the model number", found.source)


def _firmware(device: Device, told: Sequence[KeptFact], today: date) -> Iterator[Stated]:
    makers = (device.maker, device.brand)
    text = device.firmware
    found = next((f for m in makers if (f := firmware.parse(m, text)) is not None), None)
    own = _own_words(told)
    built = _day(own.get("build.date")) or (found.build_date if found else None)
    if found is not None:
        yield Stated("Firmware version", found.version, "says the firmware text", found.source)
    if built is not None:
        by = "says the device" if "build.date" in own else "says the firmware text"
        yield Stated("Firmware built", _words(built), f"{age(built, today)}; {by}")
    platform = own.get("build.platform") or (found.platform if found else None)
    if platform:
        yield Stated("Platform", platform, "advisories name platforms")
    if found is not None and found.customer:
        yield Stated("Built for", found.customer, "the maker's mark of a customer", found.source)
    for name, label in (("build.region", "Region"), ("device.oem_code", "Maker's number of brand")):
        if name in own:
            yield Stated(label, own[name], "says the device")


def _own_words(told: Iterable[KeptFact]) -> dict[str, str]:
    return {f.name: f.value for f in told if f.subject == "fact" and f.value and not f.ended_at}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _words(day: date) -> str:
    return f"{day.day} {day.strftime('%B %Y')}"


def age(day: date, today: date) -> str:
    """How long ago a day was, in years and months.

    >>> age(date(2021, 6, 28), date(2026, 11, 22)), age(date(2026, 11, 1), date(2026, 11, 22))
    ('5 years and 4 months old', 'less than a month old')
    """
    months = (today.year - day.year) * MONTHS + today.month - day.month - (today.day < day.day)
    if day > today:
        return "a day that is still to come"
    parts = [
        plural(number, unit)
        for number, unit in zip(divmod(months, MONTHS), ("year", "month"), strict=True)
        if number
    ]
    return f"{' and '.join(parts)} old" if parts else "less than a month old"
