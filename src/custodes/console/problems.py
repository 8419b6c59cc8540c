"""Findings as a page tells them: by severity, each with its evidence. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from custodes.console.text import plural
from custodes.estate.model import SEVERITIES, Finding, Site, Summary

ROWS = 50  # of a page
EVIDENCE = 6  # entries of one finding's evidence
WORST_FIRST = tuple(reversed(SEVERITIES))


@dataclass(frozen=True, slots=True)
class FindingsQuery:
    """Which findings are asked for; empty text does not narrow."""

    severity: str = ""
    site: str = ""  # number of a site
    code: str = ""
    closed: bool = False  # also those that hold no longer
    page: int = 1

    def with_(self, **changes: object) -> "FindingsQuery":
        return replace(self, **changes)  # type: ignore[arg-type]

    def link(self, path: str = "/findings") -> str:
        values = {
            "severity": self.severity,
            "site": self.site,
            "code": self.code,
            "closed": "yes" if self.closed else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        given = {name: value for name, value in values.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    @property
    def filtered(self) -> bool:
        return replace(self, page=1) != FindingsQuery()


def read(parameters: Mapping[str, str]) -> FindingsQuery:
    """The findings that an address asks for; what means nothing is ignored.

    >>> read({"severity": "high", "page": "x", "closed": "yes"}).link()
    '/findings?severity=high&closed=yes'
    """
    severity, page, site = (parameters.get(n, "").strip() for n in ("severity", "page", "site"))
    return FindingsQuery(
        severity=severity if severity in SEVERITIES else "",
        site=str(_number(site) or ""),
        code=parameters.get("code", "").strip()[:80],
        closed=parameters.get("closed") == "yes",
        page=max(1, _number(page)),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One finding, what it is about, and the words that it rests on."""

    id: int
    code: str
    severity: str
    text: str
    device_id: int | None
    device: str | None
    site_id: int | None
    site: str | None
    evidence: tuple[tuple[str, str], ...]
    opened: datetime
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class FindingsPage:
    query: FindingsQuery
    rows: tuple[Row, ...]
    found: str
    severities: tuple[tuple[str, int, str], ...]  # name, open findings, link
    sites: tuple[tuple[str, str, bool], ...]
    page: int
    pages: int
    previous: str
    following: str
    any: bool


def rows(
    findings: Iterable[Finding], devices: Mapping[int, Summary], sites: Sequence[Site]
) -> tuple[Row, ...]:
    """Findings with their devices and sites, the worst first, then the newest."""
    names = {site.id: site.name for site in sites}
    made = (_row(f, devices.get(f.device_id or 0), names) for f in findings)
    return tuple(sorted(made, key=lambda r: (WORST_FIRST.index(r.severity), -r.id)))


def _row(finding: Finding, device: Summary | None, names: Mapping[int, str]) -> Row:
    site_id = finding.site_id or (device.site_id if device else None)
    return Row(
        id=finding.id,
        code=finding.code,
        severity=finding.severity,
        text=finding.text,
        device_id=finding.device_id,
        device=device.name if device else None,
        site_id=site_id,
        site=names.get(site_id or 0),
        evidence=tuple(_told(finding.evidence))[:EVIDENCE],
        opened=finding.opened_at,
        closed=finding.closed_at,
    )


def _told(evidence: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Evidence as it is read: the device's own words by where they stand, else what is kept."""
    words = evidence.get("words")
    quoted = [w for w in words if isinstance(w, Mapping)] if isinstance(words, list) else []
    for one in quoted:
        yield str(one.get("field", "")), _words(one.get("matched", ""))
    for name, value in evidence.items():
        if not quoted or name not in {"fact", "value", "words"}:
            yield str(name), _words(value)


def _words(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{k}: {v}" for k, v in value.items())
    return str(value)


def wanted(every: Iterable[Row], query: FindingsQuery) -> tuple[Row, ...]:
    """The rows that the query asks for, of all pages."""
    return tuple(
        row
        for row in every
        if query.severity in ("", row.severity)
        and query.site in ("", str(row.site_id))
        and query.code in ("", row.code)
    )


def findings_page(
    every: Sequence[Row], query: FindingsQuery, sites: Sequence[Site]
) -> FindingsPage:
    """The page of findings that the query asks for."""
    found = wanted(every, query)
    pages = max(1, -(-len(found) // ROWS))
    page = min(query.page, pages)
    held = Counter(row.severity for row in wanted(every, query.with_(severity="")))
    severities = [
        (s, held[s], query.with_(severity=s, page=1).link()) for s in WORST_FIRST if held[s]
    ]
    return FindingsPage(
        query=query,
        rows=found[(page - 1) * ROWS : page * ROWS],
        found=plural(len(found), "finding"),
        severities=tuple(severities),
        sites=tuple((str(s.id), s.name, str(s.id) == query.site) for s in sites),
        page=page,
        pages=pages,
        previous=query.with_(page=page - 1).link() if page > 1 else "",
        following=query.with_(page=page + 1).link() if page < pages else "",
        any=bool(every),
    )


def facts(found: Iterable[Row]) -> list[dict[str, object]]:
    """Findings as a file or the API has them."""
    plain = "id severity code text device_id device site_id site"
    return [
        {
            **{name: getattr(row, name) for name in plain.split()},
            "opened_at": row.opened.isoformat(),
            "closed_at": row.closed.isoformat() if row.closed else None,
            "evidence": "; ".join(f"{name}: {value}" for name, value in row.evidence),
        }
        for row in found
    ]
