"""What a list of devices was asked for: read from the address of the page, written back into it.

Pure. A filter that means nothing is ignored, so that an old link still shows something.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

PAGE_SIZE = 50
TEXT_LIMIT = 200  # characters of one filter
UNKNOWN = ("brand", "maker", "model", "firmware", "serial", "type", "site", "surveillance")
SORTS = ("name", "brand", "maker", "model", "type", "site", "address", "seen")
ANSWERS = ("yes", "no")


@dataclass(frozen=True, slots=True)
class DeviceQuery:
    """Filters, order and page of a list of devices; empty text means no filter."""

    q: str = ""
    site: str = ""  # the number of a site
    brand: str = ""
    maker: str = ""
    type: str = ""
    surveillance: str = ""  # yes or no
    unknown: str = ""  # one of UNKNOWN
    differs: bool = False  # only where badge and maker differ
    removed: bool = False  # what a person recorded as removed, instead of what is there
    sort: str = "name"  # one of SORTS; a minus before it turns the order round
    page: int = 1

    @property
    def sort_key(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def filtered(self) -> bool:
        return replace(self, sort="name", page=1) != DeviceQuery()

    def with_(self, **changes: object) -> "DeviceQuery":
        return replace(self, **changes)  # type: ignore[arg-type]

    def parameters(self) -> dict[str, str]:
        """Only what differs from the plain list, so that links stay short."""
        values = {
            "q": self.q,
            "site": self.site,
            "brand": self.brand,
            "maker": self.maker,
            "type": self.type,
            "surveillance": self.surveillance,
            "unknown": self.unknown,
            "differs": "yes" if self.differs else "",
            "removed": "yes" if self.removed else "",
            "sort": "" if self.sort == "name" else self.sort,
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in values.items() if value}

    def link(self, path: str = "/devices") -> str:
        parameters = self.parameters()
        return f"{path}?{urlencode(parameters)}" if parameters else path


def read(parameters: Mapping[str, str]) -> DeviceQuery:
    """The query that an address asks for.

    >>> read({"maker": "Dahua", "page": "0", "sort": "-seen", "unknown": "soul"}).link()
    '/devices?maker=Dahua&sort=-seen'
    """
    sort = parameters.get("sort", "")
    return DeviceQuery(
        q=_text(parameters, "q"),
        site=_number(parameters, "site"),
        brand=_text(parameters, "brand"),
        maker=_text(parameters, "maker"),
        type=_text(parameters, "type"),
        surveillance=_one_of(parameters, "surveillance", ANSWERS),
        unknown=_one_of(parameters, "unknown", UNKNOWN),
        differs=parameters.get("differs") == "yes",
        removed=parameters.get("removed") == "yes",
        sort=sort if sort.removeprefix("-") in SORTS else "name",
        page=max(1, int(_number(parameters, "page") or 1)),
    )


def _text(parameters: Mapping[str, str], name: str) -> str:
    return parameters.get(name, "").strip()[:TEXT_LIMIT]


def _number(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "").strip()
    return str(int(value)) if value.isascii() and value.isdigit() and len(value) <= 9 else ""


def _one_of(parameters: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = parameters.get(name, "").strip()
    return value if value in allowed else ""
