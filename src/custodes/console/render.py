"""Templates into pages. Every page has the same shell; nothing is trusted to be markup."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from custodes import __version__
from custodes.console import text

MENU = (
    ("Overview", "/", "overview"),
    ("Devices", "/devices", "devices"),
    ("Changes", "/changes", "changes"),
    ("Findings", "/findings", "findings"),
    ("Conversations", "/conversations", "conversations"),
    ("Sites", "/sites", "sites"),
    ("Networks", "/networks", "networks"),
    ("About", "/about", "about"),
)


def page(template: str, title: str, path: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render one page; `path` decides which entry of the menu is marked."""
    here = "/" + path.split("/")[1]
    shell = {"menu": MENU, "here": here, "exact": path, "version": __version__, "title": title}
    body = (
        environment()
        .get_template(template)
        .render({"crumbs": (), "searched": "", **shell, **values})
    )
    return HTMLResponse(body, status)


@cache
def environment() -> Environment:
    made = Environment(
        loader=PackageLoader("custodes.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "line": text.line,
        "prose": text.prose,
        "verbatim": text.verbatim,
        "plural": text.plural,
        "when": when,
        "day": day,
    }
    return made


def when(value: datetime | None) -> Markup:
    """An instant as a person reads it, in UTC, with its exact form for programs."""
    return _time(value, "%b %Y, %H:%M UTC")


def day(value: datetime | None) -> Markup:
    """The day of an instant, in UTC."""
    return _time(value, "%b %Y")


def _time(value: datetime | None, form: str) -> Markup:
    if value is None:
        return Markup('<span class="unknown-word">never seen</span>')
    moment = value.astimezone(UTC)
    words = f"{moment.day} {moment.strftime(form)}"
    exact = moment.isoformat("T", "seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(exact, words)
