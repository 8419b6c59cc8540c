import re
from types import ModuleType

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PATHS = """/ /devices /devices/1 /devices/11 /devices/15 /changes /findings /conversations
    /sites /sites/1 /networks /about""".split()

OPERATED = "'a, button, input:not([type=hidden]), select, summary'"
# What can be operated and has no name.
UNNAMED = f"""() => [...document.querySelectorAll({OPERATED})]
  .filter(e => e.checkVisibility())
  .filter(e => !(e.innerText || e.getAttribute('aria-label') || (e.labels && e.labels.length)))
  .map(e => e.outerHTML)"""
# What is too small to be hit; a link inside a sentence may be (WCAG 2.2, 2.5.8).
SMALL = f"""() => [...document.querySelectorAll({OPERATED})]
  .filter(e => e.checkVisibility() && !e.closest('p, .skip, caption, .hidden-text'))
  .map(e => [e.getBoundingClientRect(), e.outerHTML])
  .filter(([box]) => box.width > 1 && box.height > 1 && (box.width < 24 || box.height < 24))
  .map(([, html]) => html)"""


def test_from_the_overview_through_a_filter_to_a_device_and_its_evidence(
    page: Page, console: str, console_sample: ModuleType
) -> None:
    page.goto(console)
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_role("main")).to_contain_text("15 devices in the register")
    page.get_by_role("table", name="By maker").get_by_role("link", name="Dahua").click()
    expect(page).to_have_url(f"{console}/devices?maker=Dahua")
    expect(page.get_by_role("status")).to_have_text("5 devices of 15 devices: made by Dahua")
    page.get_by_label("Brand").select_option("Honeywell")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("status")).to_contain_text("2 devices of 15 devices")
    page.get_by_role("link", name="Honeywell HEN08103").first.click()
    told = page.get_by_role("heading", name="Badge: Honeywell. Made by: Dahua.")
    expect(told).to_be_visible()
    maker = page.get_by_role("region", name="Maker (who built it)")
    expect(maker.get_by_label("As received").first).to_have_text(console_sample.DAHUA_REALM)
    expect(maker).to_contain_text("Speaks against it")


def test_a_piece_of_evidence_opens_the_whole_observation(page: Page, console: str) -> None:
    page.goto(f"{console}/devices/11")
    brand = page.get_by_role("region", name="Brand (the badge)")
    brand.get_by_role("link", name="the whole observation").click()
    expect(page.locator("details.raw[open] pre")).to_contain_text("HTTP/1.1 401 Unauthorized")


def test_the_whole_walk_can_be_made_with_the_keyboard(page: Page, console: str) -> None:
    page.goto(console)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search devices")
    expect(search).to_be_focused()
    page.keyboard.type("hen08103 10.20.1.11")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 device of 15 devices")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Honeywell HEN08103":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Honeywell HEN08103")
    last = page.locator("details.raw summary").last
    last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.raw[open]")).to_have_count(1)


def test_every_stop_of_the_tab_key_can_be_seen(page: Page, console: str) -> None:
    page.goto(f"{console}/devices?maker=Dahua")
    for _ in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if page.evaluate("document.activeElement === document.body"):
            break
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML")


def test_the_shortcut_types_a_slash_inside_a_field_and_can_be_switched_off(
    page: Page, console: str
) -> None:
    page.goto(f"{console}/about")
    search = page.get_by_role("searchbox", name="Search devices")
    search.press("/")
    expect(search).to_have_value("/")
    switch = page.get_by_role("button", name="Shortcut is on")
    switch.click()
    off = page.get_by_role("button", name="Shortcut is off")
    expect(off).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    page.goto(console)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search devices")).not_to_be_focused()


@pytest.mark.parametrize("path", PATHS)
def test_at_320_pixels_nothing_scrolls_sideways(page: Page, console: str, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(console + path)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", PATHS)
def test_everything_that_can_be_operated_has_a_name_and_a_size(
    page: Page, console: str, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(console + path)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SMALL) == []


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_work_without_scripts(browser: Browser, console: str, path: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(console + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("searchbox", name="Search devices").fill("axis")
    page.get_by_role("searchbox", name="Search devices").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2 devices of 15 devices")
    context.close()


def test_a_dark_room_gets_dark_pages(browser: Browser, console: str) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(console)
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        context.close()
    assert grounds == {"light": "rgb(243, 246, 247)", "dark": "rgb(13, 21, 25)"}


@pytest.mark.parametrize("path", PATHS)
def test_forced_colours_and_print_keep_the_page_readable(
    browser: Browser, console: str, path: str
) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(console + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.emulate_media(media="print", forced_colors="none")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    context.close()


def test_no_hostile_device_runs_code_or_turns_the_page_round(
    page: Page, console: str, console_sample: ModuleType
) -> None:
    for path in (*PATHS, "/sites/3"):
        page.goto(console + path)
        assert page.title().endswith("· custodes")
        assert "\u202e" not in page.locator("body").inner_text()
    page.goto(f"{console}/devices/15")
    said = page.get_by_role("region", name="Brand (the badge)").get_by_label("As received")
    expect(said).to_have_text("<script>document.title='owned'</script>U+202Egnp.exeU+0007")


def test_a_list_keeps_its_filter_and_order_when_it_is_walked(page: Page, console: str) -> None:
    page.goto(f"{console}/devices?type=camera")
    page.get_by_role("columnheader", name="Address").get_by_role("link").click()
    expect(page).to_have_url(f"{console}/devices?type=camera&sort=address")
    heading = page.get_by_role("columnheader", name="Address")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV of these devices").click()
    assert waiting.value.suggested_filename == "devices.csv"
    lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 11


def test_the_accessible_outline_of_the_overview_is_what_was_agreed(
    page: Page, console: str
) -> None:
    page.goto(console)
    expect(page.locator("body")).to_match_aria_snapshot("""
      - link "Skip to content"
      - banner:
        - link "custodes, overview"
        - navigation "Main":
          - list:
            - listitem:
              - link "Overview"
            - listitem:
              - link "Devices"
            - listitem:
              - link "Changes"
            - listitem:
              - link "Findings"
            - listitem:
              - link "Conversations"
            - listitem:
              - link "Sites"
            - listitem:
              - link "Networks"
            - listitem:
              - link "About"
      - search "Devices":
        - searchbox "Search devices"
      - main:
        - heading "Overview" [level=1]
        - list "To look at":
          - listitem:
            - link "5 changes since the last scan"
          - listitem:
            - link "4 open findings"
          - listitem:
            - link "2 devices talk to a maker's cloud"
        - heading "By maker" [level=2]
        - 'table "By maker: number of devices"':
          - rowgroup:
            - row "Maker Share Devices"
          - rowgroup:
            - row "Dahua 5 devices"
            - row "Hikvision 5 devices"
            - row "Axis 2 devices"
            - row "Brother 1 device"
            - row "Maker unknown 2 devices"
        - heading "What is unknown" [level=2]
        - list
        - heading "By type" [level=2]
        - heading "By site" [level=2]
        - heading "The badge is not the maker" [level=2]
        - list:
          - listitem:
            - link "Badge Honeywell Made by Dahua 2 devices"
      - contentinfo:
        - link "What it never does"
    """)


def test_a_page_that_is_not_there_has_the_same_shell(browser: Browser, console: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(f"{console}/nowhere")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.get_by_role("link", name="Go to the overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    context.close()


def test_a_device_page_reads_as_a_report_and_each_reason_opens_what_it_rests_on(
    page: Page, console: str
) -> None:
    page.goto(f"{console}/devices/1")
    why = page.get_by_role("region", name="Why we say so")
    expect(why.get_by_role("listitem").first).to_contain_text("names Hikvision")
    why.get_by_role("link", name="see it").first.click()
    expect(page.locator("details.raw[open] pre")).to_contain_text("HTTP/1.1 401 Unauthorized")
    faces = page.get_by_role("row", name="It compares faces with a list of known persons")
    expect(faces.get_by_role("cell")).to_have_text(["yes", "no", "channel 1"])
    talks = page.get_by_role("region", name="Who it talks to")
    expect(talks.get_by_role("listitem").first).to_contain_text("a Hik-Connect registration server")
    page.get_by_role("link", name="Honeywell HEN08103").click()
    cameras = page.get_by_role("table", name="Attached cameras, by channel")
    cameras.get_by_role("link", name="device 1").click()
    expect(page).to_have_url(f"{console}/devices/1")


def test_a_printed_report_has_the_reasons_and_leaves_out_what_cannot_be_used_on_paper(
    page: Page, console: str
) -> None:
    page.goto(f"{console}/devices/1")
    page.emulate_media(media="print")
    for name in ("Why we say so", "What we do not know", "Who it talks to", "Findings"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.locator("details.raw").first).to_be_hidden()
    expect(page.get_by_text("They are not printed")).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_two_looks_are_compared_and_the_changes_narrowed_with_the_keyboard(
    page: Page, console: str
) -> None:
    page.goto(f"{console}/changes")
    expect(page.get_by_role("status")).to_have_text("5 changes")
    page.get_by_label("Change", exact=True).focus()
    page.keyboard.type("gone")
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("kind=gone"))
    expect(page.get_by_role("status")).to_have_text("1 change of 5 changes")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV of these changes").click()
    lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2


def test_conversations_say_what_is_abroad_once_they_know_the_home(page: Page, console: str) -> None:
    page.goto(f"{console}/conversations")
    page.get_by_label("Your country (GB …)").fill("gb")
    page.get_by_label("Where").select_option("yes")
    page.get_by_role("button", name="Filter").click()
    table = page.get_by_role("table", name="Devices and whom they talk to outside")
    expect(table.get_by_role("row", name="Hik-Connect")).to_contain_text("abroad")
    expect(page.get_by_role("status")).to_contain_text("3 pairs of device and peer")


def test_findings_lead_to_their_device(page: Page, console: str) -> None:
    page.goto(console)
    page.get_by_role("link", name="4 open findings").click()
    page.get_by_role("link", name="1 high").click()
    page.get_by_role("row", name="Telnet is open.").get_by_role("link", name="Hikvision").click()
    expect(page.get_by_role("region", name="Findings")).to_contain_text("Telnet is open.")
