"""Read one cell as its column means it. Pure. Dates are read day first, as the British do."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from custodes.estate.keys import is_address
from custodes.estate.model import SEGMENTS, STATES
from custodes.estate.sheets.columns import Column, bare
from custodes.estate.statements import plain
from custodes.units import iso

EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = (3_654, 73_050)  # Excel's day numbers for 1910 to 2099; a bare year is none of them
CELL_LIMIT = 32_767  # characters, as Excel's own
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_UK_DAY = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_WORDS_DAY = re.compile(
    r"(?:[a-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[ \-./]([a-z]{3,9})\.?,?[ \-./](\d{4}|\d{2})"
)
_STATES = {
    "in use": "in use,live,active,operational,working,in service,online,ok,yes,y,good,fair",
    "spare": "spare,stock,in stock,in store,stored,spares,inventory,planned,staged",
    "faulty": "faulty,broken,not working,out of order,defective,fault,offline,failed,no,n,poor",
    "removed": "removed,decommissioned,disposed,retired,scrapped,disposed of,withdrawn",
    "unknown": "unknown,not known,tbc,?,n/a,na,decommissioning",
}
_STATE_OF = {bare(w) or w: state for state, words in _STATES.items() for w in words.split(",")}
_YES, _NO = frozenset("yes y true 1".split()), frozenset("no n false 0".split())


def text_of(value: object) -> str:
    """A cell of a spreadsheet as text: whole numbers without a point, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def read(column: Column, text: str) -> str:
    """The value of a cell as the register keeps it; "" where it is empty.

    Raises:
        ValueError: the column cannot have this; the text says why.
    """
    if len(text) > CELL_LIMIT:
        raise ValueError(f"longer than {CELL_LIMIT} characters")
    value = plain(text)
    return _READERS.get(column.kind, _text)(value) if value else ""


def _text(value: str) -> str:
    return value


def _address(value: str) -> str:
    """An address, without the length of its network where one is written behind it.

    >>> _address("192.0.2.11/24"), _address("192.0.2.11")
    ('192.0.2.11', '192.0.2.11')
    """
    address, slash, length = value.partition("/")
    return address if slash and length.isdecimal() and is_address(address) else value


def day(value: str) -> str:
    """A date, day first, as ISO.

    >>> day("03/04/2019"), day("3rd April 2019"), day("43558")
    ('2019-04-03', '2019-04-03', '2019-04-03')

    Raises:
        ValueError: it is not a whole date, or there is no such day.
    """
    return _day(value).isoformat()


def _day(value: str) -> date:
    text = " ".join(value.lower().split())
    if found := _ISO_DAY.fullmatch(value.strip()):
        return _date(value, int(found[1]), int(found[2]), int(found[3]))
    if found := _UK_DAY.fullmatch(text):
        return _date(value, _year(found[3]), int(found[2]), int(found[1]))
    if (found := _WORDS_DAY.fullmatch(text)) and found[2][:3] in _MONTHS:
        return _date(value, _year(found[3]), _MONTHS.index(found[2][:3]) + 1, int(found[1]))
    number = text.removesuffix(".0")
    if number.isascii() and number.isdigit() and len(number) == 5:
        serial = int(number)
        if SERIALS[0] <= serial <= SERIALS[1]:
            return EXCEL_EPOCH + timedelta(days=serial)
    raise ValueError(f"{value!r} is not a date; write it like 03/04/2019 (day first)")


def _year(text: str) -> int:
    """Two digits mean 1970 to 2069."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _date(value: str, year: int, month: int, day_: int) -> date:
    try:
        return date(year, month, day_)
    except ValueError as error:
        raise ValueError(
            f"{value!r} is no day of the calendar (dates are read day first)"
        ) from error


def _instant(value: str) -> str:
    """An instant with its zone, or a date: then its beginning in UTC."""
    return _moment(value, days=0)


def _until(value: str) -> str:
    """An instant with its zone, or a date: then its end in UTC."""
    return _moment(value, days=1)


def _moment(value: str, days: int) -> str:
    try:
        exact = datetime.fromisoformat(value)
    except ValueError:
        exact = None
    if exact is not None and exact.tzinfo is not None:
        return exact.astimezone(UTC).isoformat()
    start = datetime.combine(_day(value), datetime.min.time(), UTC)
    return iso(start + timedelta(days=days))


def _yes_no(value: str) -> str:
    word = value.casefold()
    if word in _YES:
        return "yes"
    if word in _NO:
        return "no"
    if word in {"unknown", "not known", "?", "tbc"}:
        return ""
    raise ValueError(f"{value!r} is neither yes nor no")


def _state(value: str) -> str:
    found = _STATE_OF.get(bare(value) or value)
    if found is None:
        raise ValueError(f"{value!r} is not a status; one of: {', '.join(STATES)}")
    return found


def _segment(value: str) -> str:
    if value.casefold() not in SEGMENTS:
        raise ValueError(f"{value!r} is not a segment; one of: {', '.join(SEGMENTS)}")
    return value.casefold()


def _number(value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        number = 1e9
    if not -180 <= number <= 180:
        raise ValueError(f"{value!r} is not a number of degrees")
    return repr(round(number, 8))


def _ids(value: str) -> str:
    """ "scheme=value; scheme=value", in the order of schemes."""
    pairs = {}
    for part in filter(None, (p.strip() for p in value.split(";"))):
        scheme, equals, number = (p.strip() for p in part.partition("="))
        if not (scheme and equals and number):
            raise ValueError(f"{part!r} is not scheme=value")
        pairs[scheme] = number
    return "; ".join(f"{k}={pairs[k]}" for k in sorted(pairs))


_READERS: dict[str, Callable[[str], str]] = {
    "address": _address,
    "day": day,
    "instant": _instant,
    "until": _until,
    "yes-no": _yes_no,
    "state": _state,
    "segment": _segment,
    "number": _number,
    "ids": _ids,
}
