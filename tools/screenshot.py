"""Write the pictures of the console that the README shows, from a register that exists.

usage: python tools/screenshot.py DATA-FOLDER-OR-DATABASE-URL [--out docs/images] [--dark]

Needs the development requirements and Debian's chromium. Writes console-overview.png and
console-device.png (the device whose badge and maker differ, where there is one).
"""

import argparse
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from custodes.cli.serve import address_of, listen
from custodes.console.app import create_app

ROOT = Path(__file__).resolve().parent.parent
WIDE = {"width": 1280, "height": 800}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-default-apps",
    "--metrics-recording-only",
    "--font-render-hinting=none",
]


def main() -> int:
    """Take both pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("register", help="data folder, or URL of the database")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--all", action="store_true", help="every page, for looking at them")
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    given.out.mkdir(parents=True, exist_ok=True)
    with (
        console(database_url(given.register)) as url,
        sync_playwright() as driver,
        driver.chromium.launch(executable_path=chromium, args=ARGUMENTS) as browser,
    ):
        page = new_page(browser, dark=given.dark)
        for name, path in (every(page, url) if given.all else pages(page, url)).items():
            page.goto(url + path)
            page.screenshot(path=given.out / f"console-{name}.png", full_page=given.all)
            print(given.out / f"console-{name}.png")
    return 0


def database_url(text: str) -> str:
    """A data folder's register, or the URL as it is."""
    return text if "://" in text else f"sqlite:///{Path(text).absolute() / 'custodes.sqlite'}"


@contextmanager
def console(url: str) -> Iterator[str]:
    """The console, served on a free port of this machine while the context lasts."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(create_app(url), log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                sleep(0.05)
            yield address_of(listening).rstrip("/")
        finally:
            server.should_exit = True
            thread.join()


def new_page(browser: Browser, *, dark: bool) -> Page:
    """A page of the size of the README's pictures, twice as fine."""
    scheme = browser.new_context(
        viewport={"width": WIDE["width"], "height": WIDE["height"]},
        device_scale_factor=1.5,
        color_scheme="dark" if dark else "light",
    )
    return scheme.new_page()


def pages(page: Page, url: str) -> dict[str, str]:
    """The two pictures of the README: name and address."""
    for path in ("/devices?differs=yes&brand=Honeywell", "/devices?differs=yes", "/devices"):
        page.goto(url + path)
        link = page.locator("tbody th a").first
        if link.count():
            return {"overview": "/", "device": link.get_attribute("href") or path}
    return {"overview": "/"}


def every(page: Page, url: str) -> dict[str, str]:
    """Every kind of page, for looking at them."""
    return pages(page, url) | {
        "report": "/devices/1",
        "changes": "/changes",
        "findings": "/findings",
        "conversations": "/conversations",
        "devices": "/devices",
        "filtered": "/devices?maker=Dahua",
        "sites": "/sites",
        "site": "/sites/1",
        "networks": "/networks",
        "about": "/about",
        "problem": "/nowhere",
    }


if __name__ == "__main__":
    sys.exit(main())
