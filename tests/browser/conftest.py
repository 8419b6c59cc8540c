"""A real browser against the real console over a real register, all on this machine."""

import shutil
import threading
import time
from collections.abc import Iterator
from types import ModuleType

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from custodes.cli.serve import address_of, listen
from custodes.console.app import create_app

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
    "--metrics-recording-only",
]


@pytest.fixture(scope="session")
def console(console_sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a console that runs in a thread, without a slash at its end."""
    app = create_app(console_sample.fill(tmp_path_factory.mktemp("register")))
    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield address_of(listening).rstrip("/")
        server.should_exit = True
        thread.join(timeout=20)


# Not for the session: while the driver runs, an event loop does, and other tests start their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, console: str) -> Iterator[Page]:
    """A page in which every console error, page error and request to elsewhere is a failure."""
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda e: faults.append(str(e)))
    opened.on("dialog", lambda d: (faults.append(d.message), d.dismiss()))
    opened.on("request", lambda r: None if r.url.startswith(console) else faults.append(r.url))
    yield opened
    assert not faults
