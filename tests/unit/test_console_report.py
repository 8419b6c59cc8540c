"""The device page as a report, word for word: what a person would read of the sample register."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from custodes.console import abilities, attached, history, nameplate, state, talks, text
from custodes.console.app import create_app
from custodes.console.dossier import Dossier, dossier
from custodes.console.report import identity_of, report
from custodes.estate.details import KeptFact
from custodes.estate.model import Device, Statement
from custodes.estate.register import Register, open_register
from custodes.facts import Attached, Capability, DeviceFacts, Fact, Words
from custodes.identity import Evidence, Identity
from custodes.observation import observe

NOWHERE: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def register(sample_url: str) -> Iterator[Register]:
    with open_register(sample_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(sample_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(sample_url), base_url="http://127.0.0.1:8765") as opened:
        yield opened


def device(register: Register, number: int) -> Device:
    found = register.device(number)
    assert found is not None
    return found


def told(register: Register, number: int, now: datetime) -> Dossier:
    return dossier(register, device(register, number), now)


def heading_order(page: str) -> list[str]:
    return [re.sub("<[^>]+>", "", h) for h in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]


def test_the_page_tells_first_what_it_is_then_why_then_what_is_against_it_then_the_unknown(
    client: TestClient,
) -> None:
    page = client.get("/devices/1").text
    assert "A camera by Hikvision, model DS-2CD2143G2-I, firmware 5.7.1." in page
    assert heading_order(page) == [
        "Where and when",
        "Why we say so",
        "What speaks against it",
        "What we do not know",
        "What it can do, and what is switched on",
        "How it is set up",
        "What its model number and firmware state",
        "The recorder that it hangs on",
        "Who it talks to",
        "Findings",
        "What changed",
        "The evidence, word for word",
        "Raw observations",
    ]


def test_every_reason_leads_to_the_raw_observation_on_the_same_page(client: TestClient) -> None:
    page = client.get("/devices/1").text
    reasons = page[page.index("Why we say so") : page.index("What speaks against it")]
    links = re.findall(r'href="#(seen-[0-9a-f]{16})"', reasons)
    assert len(links) == 4
    assert all(f'<div id="{link}">' in page for link in links)


def test_a_reason_whose_observation_is_not_on_the_page_has_no_dead_link(
    register: Register,
) -> None:
    found = report(device(register, 1), NOWHERE)
    assert found.because
    assert not any(one.links for one in found.because)


def test_what_was_outweighed_and_what_a_person_recorded_otherwise_speak_against(
    register: Register, console_sample: ModuleType
) -> None:
    found = device(register, 11)
    said = Statement(
        field="model", value="X-1", who="A. Clerk", source="list.xlsx", stated_at=console_sample.NOW
    )
    against = report(replace(found, stated={"model": said}), NOWHERE).against
    assert against[0].text.endswith(
        "speaks for ‘Honeywell’ as maker; what speaks for ‘Dahua’ is stronger."
    )
    assert against[1].text == (
        "A person recorded ‘X-1’ as model (A. Clerk, list.xlsx); what was seen says ‘HEN08103’."
    )


def test_a_condition_stands_above_the_reasons_with_a_title(client: TestClient) -> None:
    page = client.get("/devices/11").text
    assert page.index("one firm built the device, another sells") < page.index("Why we say so")


def test_what_only_a_person_can_tell_names_the_command(register: Register) -> None:
    unknown = report(device(register, 14), NOWHERE).unknown
    assert [one.command for one in unknown if one.command] == [
        'custodes devices set 14 --site "NAME"'
    ]


def test_the_identity_that_is_explained_is_the_one_that_the_register_keeps(
    register: Register,
) -> None:
    found = device(register, 11)
    identity = identity_of(found)
    assert (identity.vendor, identity.maker) == ("Honeywell", "Dahua")
    assert identity.evidence == list(found.evidence)


def test_faces_and_sensitive_attributes_come_first_and_what_is_on_before_what_is_not(
    register: Register,
) -> None:
    found = abilities.abilities(register.fact_history(1), NOWHERE)
    assert [(a.name, a.capable, a.enabled, a.channels) for a in found.rows] == [
        ("FaceDetection", "yes", "yes", "channel 1"),
        ("FaceRecognition", "yes", "no", "channel 1"),
        ("SensitiveAttributesEthnicity", "yes", "not said", ""),
        ("LineDetector", "yes", "not said", "channel 1"),
        ("AudioInput", "yes", "yes", ""),
        ("MotionDetection", "yes", "yes", "channel 1"),
    ]
    assert found.rows[1].sentence.endswith("facial recognition.")
    assert [a.mark for a in found.rows[:4]] == [
        "about faces",
        "about faces",
        "sensitive attribute",
        "",
    ]
    assert found.denied == ("It reads number plates.", "It sees or measures warmth.")
    assert found.switched_on == 3


def test_settings_are_told_by_subject_in_words_with_units(register: Register) -> None:
    found = state.groups(register.fact_history(1), NOWHERE)
    assert [g.title for g in found] == [
        "Services",
        "Accounts and log-in",
        "Clock",
        "Cloud relay",
        "Storage and recording",
        "Streams",
    ]
    values = {s.name: (s.value, s.channels) for g in found for s in g.rows}
    assert values["clock.offset_s"] == ("23 hours 59 minutes behind", "")
    assert values["storage.capacity_bytes"] == ("3.6 TiB", "")
    assert values["stream.codec"] == ("H.264", "channels 101–103")
    assert "build.date" not in values  # the nameplate tells it


def fact(name: str, value: str, channel: str = "", days: int = 0, **more: object) -> KeptFact:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=days)
    said = Words(field="f", matched=value, source="s")
    kept = KeptFact(
        device_id=1,
        subject="fact",
        name=name,
        channel=channel,
        capable=None,
        enabled=None,
        value=value,
        words=said,
        first_seen=at,
        last_seen=at,
    )
    return replace(kept, **more)  # type: ignore[arg-type]


def test_the_port_of_a_service_stands_under_its_word_and_not_under_a_channel() -> None:
    told_ = [fact("service.port", "37777", "SDK"), fact("stream.codec", "H.265", "2")]
    services, streams = state.groups(told_, NOWHERE)
    assert (services.rows[0].channels, streams.rows[0].channels) == ("SDK", "channel 2")


def test_a_thousand_settings_make_a_short_page_and_say_what_is_left_out() -> None:
    many = [fact("stream.codec", f"codec {n}", str(n)) for n in range(1000)]
    (group,) = state.groups(many, NOWHERE)
    assert (len(group.rows), group.left_out) == (state.ROWS, 1000 - state.ROWS)


@pytest.mark.parametrize("value", ["", "soon", "9" * 400, "-", "\u202e", "1e999", "nan"])
@pytest.mark.parametrize(
    "name", ["clock.offset_s", "storage.capacity_bytes", "build.date", "uptime.booted_at", "x"]
)
def test_a_value_that_cannot_be_read_is_shown_as_it_is(name: str, value: str) -> None:
    assert state.in_words(name, value) == value


@given(st.text(max_size=60), st.sampled_from(["clock.offset_s", "build.date", "accounts.count"]))
def test_any_value_of_a_setting_ends_in_words(value: str, name: str) -> None:
    assert isinstance(state.in_words(name, value), str)


def test_the_model_number_and_the_build_date_are_read_with_their_age(
    register: Register,
) -> None:
    history_ = [f for f in register.fact_history(1) if f.ended_at is None]
    rows = nameplate.nameplate(device(register, 1), history_, date(2026, 11, 22))
    found = {row.label: (row.value, row.after) for row in rows}
    assert found["Form"] == ("dome", "says the model number")
    assert found["Resolution"] == ("4 megapixels", "says the model number")
    assert found["Firmware built"] == ("28 June 2021", "5 years and 4 months old; says the device")


def test_a_build_date_of_tomorrow_is_not_called_old() -> None:
    assert nameplate.age(date(2030, 1, 1), date(2026, 1, 1)) == "a day that is still to come"


def test_a_recorders_cameras_are_told_by_channel_and_lead_to_those_that_were_seen(
    register: Register, console_sample: ModuleType
) -> None:
    found = attached.channels_of(register.attached_to(11), NOWHERE)
    assert [(c.channel, c.what, c.online, c.same_as) for c in found.rows] == [
        ("1", "Hikvision DS-2CD2143G2-I", "online", 1),
        ("2", "Hikvision DS-2CD2043G0-I", "offline", None),
        ("10", None, "not said", None),
    ]
    assert (found.total, found.unseen) == (3, 2)
    (hung,) = told(register, 1, console_sample.NOW).hung_on
    assert (hung.recorder, hung.channel, hung.name) == ("Honeywell HEN08103", "1", "Entrance")


def test_peers_are_told_in_sentences_clouds_first_and_days_are_added_up(
    register: Register,
) -> None:
    found = talks.talks(register.conversations(1), "camera")
    assert [(p.kind, p.peer) for p in found.rows] == [
        ("cloud", "litedev.hik-connect.com"),
        ("time", "cn.pool.ntp.org"),
        ("outside", "198.51.100.9"),
        ("inside", "10.20.1.11"),
    ]
    cloud = found.rows[0]
    assert cloud.sentence == (
        "This camera sent 800.0 kB to a Hik-Connect registration server (litedev.hik-connect.com)"
        " on 20 November 2026 (UTC) and received 20.0 kB. Hikvision has its seat in CN."
    )
    assert cloud.in_all == "On 2 days in all: sent 2.0 MB, received 60.0 kB."
    assert (cloud.service, found.clouds) == ("Hik-Connect registration server", 1)


def test_changes_are_told_from_looks_and_from_what_the_device_says(
    register: Register, console_sample: ModuleType
) -> None:
    found = told(register, 1, console_sample.NOW).history
    assert [step.text for step in found.rows] == [
        "Firmware 5.6.9 → 5.7.1",
        "Whether Telnet is open, which sends passwords readable: off → on",
    ]


def test_what_a_device_tells_no_more_is_a_change_of_its_own() -> None:
    at = datetime(2026, 11, 9, tzinfo=UTC)
    gone = fact("cloud.relay", "on", ended_at=at)
    (step,) = history.history([], [gone], []).rows
    assert (step.at, step.text.endswith("not told any more")) == (at, True)


def test_a_printer_is_not_asked_what_it_watches(client: TestClient) -> None:
    page = client.get("/devices/13").text
    assert "custodes inspect" not in page
    assert "custodes listen" not in page
    assert "It is not surveillance equipment, so no more is asked of it." in page


def test_a_camera_that_told_nothing_yet_teaches_how_to_ask_it(client: TestClient) -> None:
    page = client.get("/devices/2").text
    assert "custodes credentials add --device 2 --user NAME\ncustodes inspect 2" in page
    assert "custodes listen --interface IF" in page


@pytest.mark.parametrize("number", [1, 11, 13, 14, 15])
def test_no_device_page_is_larger_than_150_kilobytes(client: TestClient, number: int) -> None:
    assert len(client.get(f"/devices/{number}").content) <= 150_000


def test_a_device_that_says_the_worst_of_everything_still_makes_a_page_that_counts_the_rest(
    tmp_path: Path, console_sample: ModuleType
) -> None:
    bad = "\x00\u202e<'" * 500
    words = Words(field=bad, matched=bad, source=bad)
    url, now = f"sqlite:///{tmp_path / 'r.sqlite'}", console_sample.NOW
    seen = [observe(f"http.x{n}", f"{n}{bad}", address="10.0.0.1", seen_at=now) for n in range(99)]
    keys = ("vendor", "maker", "model", "firmware", "serial", "device_type")
    evidence = [
        Evidence(
            conclusion=key, value=bad, fingerprint="f", field=bad, matched=bad, source="s",
            weight=0.5, against=n > 4, observation=seen[n].digest,
        )
        for key in keys
        for n in range(9)
    ]  # fmt: skip
    facts = DeviceFacts(
        capabilities=[
            Capability(name=f"{n}{bad}", capable=True, enabled=None, words=words, channel=bad)
            for n in range(99)
        ],
        facts=[
            Fact(name=f"{kind}.{n}", value=bad, words=words, channel=bad)
            for kind in ("service", "clock", "cloud", "network", "storage", "stream", "accounts")
            for n in range(30)
        ],
        attached=[
            Attached(channel=f"{n}{bad}", name=bad, model=bad, words=words) for n in range(99)
        ],
    )
    with open_register(url) as register:
        said = Identity(**dict.fromkeys(keys, bad), is_surveillance=True, evidence=evidence)
        number = register.file_identity(said, seen, None, now)
        register.keep_facts(number, facts, now)
        for n in range(40):
            register.open_finding(
                f"c{n}", "high", bad, now=now, device_id=number, evidence={bad: bad}
            )
    with TestClient(create_app(url), base_url="http://127.0.0.1:8765") as client:
        page = client.get(f"/devices/{number}")
        others = [client.get(path) for path in ("/", "/devices", "/findings")]
    assert page.status_code == 200
    assert len(page.content) <= 150_000
    assert "40 open findings" in page.text
    assert re.search(r"\d+ more rows", page.text)
    links = set(re.findall('href="#(seen-[0-9a-f]+)"', page.text))
    assert links <= set(re.findall('id="(seen-[0-9a-f]+)"', page.text))
    assert all(len(one.content) <= 400_000 for one in others)


def test_hostile_facts_cameras_and_peers_are_shown_and_never_obeyed(client: TestClient) -> None:
    page = client.get("/devices/15").text
    for part in ("What it can do", "How it is set up", "Cameras that it says", "Who it talks to"):
        assert part in page
    assert "&lt;script&gt;document.title" in page
    assert not re.search(r"<(script>|b>gnp|i>\d|img)", page)
    assert not re.search("[\u202e\x00-\x08]", page)


@given(st.text(max_size=200), st.integers(0, 300), st.integers(0, 2000))
def test_what_fits_a_page_is_never_more_html_than_there_is_room(
    words: str, limit: int, room: int
) -> None:
    fits = text.fitting(words, limit, room)
    made = str(text.verbatim(words[:fits].replace("\r\n", "\r"), 10_000))
    assert fits <= limit
    assert len(made.encode("utf-8", "replace")) <= room


@given(st.text(max_size=80))
def test_prose_is_always_escaped(words: str) -> None:
    made = str(text.prose(words))
    assert "<" not in made.replace("<code>", "").replace("</code>", "")
