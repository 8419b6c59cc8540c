"""Brand names as machines read them off pictures: mistaken letters are forgiven, words are not."""

import json

import pytest

from custodes.find.identify import possible, printed
from custodes.find.identify.core import identify
from custodes.find.identify.readers.media import Sighting, worth
from custodes.knowledge.fingerprints import load
from custodes.knowledge.media_software import Program, programs, programs_of
from custodes.observation import observe


@pytest.mark.parametrize(
    ("line", "brand"),
    [
        ("HIKVISION", "Hikvision"),
        ("HlKVISI0N", "Hikvision"),  # l for I, 0 for O
        ("HIKVISIDN", "Hikvision"),  # one letter wrong
        ("north gate DAHUA", "Dahua"),
        ("AXIS", "Axis"),
        ("AXIS P1375", "Axis"),
        ("M0BOTIX", "Mobotix"),
        ("Gate 2 VIVOTEK", "Vivotek"),
        ("SONY", "Sony"),
        ("Hanwha Vision", "Hanwha"),
        ("CP PLUS", "CP Plus"),
    ],
)
def test_a_brand_is_read_through_what_machines_mistake(line: str, brand: str) -> None:
    named = printed.brand_on(line)
    assert named is not None
    assert named.brand == brand


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Camera 01",
        "IPCamera",
        "2026-11-22 12:00:01",
        "the axis of the earth",
        "ring road",
        "March 3rd, sony side up",
        "Nest of birds",
        "UMRIST",
        "2N",  # too short to be sure that it was read right
        "JVC",
        "HIKVISION DAHUA",  # two brands: neither
        "dahuanese",
        "CAM 3 - CAR PARK NORTH",
        "Parking by Milestone Ltd",
        "LEVEL ONE",  # of a car park, not LevelOne
    ],
)
def test_words_that_name_no_maker_of_cameras_name_nobody(line: str) -> None:
    assert printed.brand_on(line) is None


def sighting(**other: object) -> Sighting:
    told: dict[str, object] = {
        "text": "DAHUA",
        "score": 1.0,
        "box": (20.0, 20.0, 120.0, 24.0),
        "frame": (1280, 720),
        "frame_s": 1.0,
        "frames_seen": 6,
        "frames_looked_at": 6,
    }
    return Sighting(**(told | other))  # type: ignore[arg-type]


def test_a_small_text_that_stays_at_the_edge_is_believed_most() -> None:
    assert worth(sighting()) == possible.TEXT_LIMIT
    assert worth(sighting(box=(900.0, 680.0, 120.0, 24.0))) == possible.TEXT_LIMIT


@pytest.mark.parametrize(
    "other",
    [
        {"box": (500.0, 300.0, 120.0, 24.0)},  # in the scene
        {"box": (20.0, 20.0, 600.0, 200.0)},  # large
        {"frames_seen": 1},  # gone in the next frame
        {"frames_seen": 2},
        {"frame": (1280, 0)},
    ],
)
def test_what_may_stand_in_the_scene_is_hardly_possible(other: dict[str, object]) -> None:
    assert worth(sighting(**other)) <= 0.15


def test_one_picture_cannot_show_that_a_text_stays() -> None:
    assert worth(sighting(frames_seen=1, frames_looked_at=1)) == 0.35


def test_a_badly_read_or_everyday_name_is_believed_less() -> None:
    def confidence(text: str) -> float:
        body = {"text": text, "score": 1, "box": [9, 9, 99, 20], "frame": [1280, 720]}
        return identify([observe("media.text", json.dumps(body))]).confidence

    assert confidence("SONY") < confidence("HIKVISION")
    assert confidence("HIKVISXON") < confidence("HIKVISION")
    assert confidence("Camera 01") == 0


def test_nothing_read_from_a_picture_outweighs_what_a_device_says_itself() -> None:
    found = identify(
        [
            observe("media.text", json.dumps({"text": "DAHUA", "score": 1, "box": [9, 9, 99, 20],
                    "frame": [1280, 720], "frames_seen": 6, "frames_looked_at": 6})),
            observe("http.title", "AXIS P1375 Network Camera"),
        ]
    )  # fmt: skip
    assert found.vendor == "Axis"
    assert [e.value for e in found.evidence if e.against] == ["Dahua"]


def test_a_maker_that_follows_from_a_picture_is_no_surer_than_the_picture() -> None:
    found = identify([observe("media.exif", "exif.make: Hikvision\nexif.model: DS-2CD2143")])
    assert (found.vendor, found.maker, found.model) == ("Hikvision", "Hikvision", "DS-2CD2143")
    assert max(e.weight for e in found.evidence) <= possible.LIMIT


def test_a_telephone_s_picture_is_no_surveillance() -> None:
    found = identify([observe("media.exif", "exif.make: Samsung\nexif.model: SM-G991B")])
    assert found.is_surveillance is False


def test_the_words_of_programs_and_makers_about_themselves_are_read_titles_are_not() -> None:
    def vendor(line: str) -> str | None:
        return identify([observe("media.mark", line)]).vendor

    assert vendor("avi.software: AXIS Communications AB") == "Axis"
    assert vendor("mp4.make: Hikvision") == "Hikvision"
    assert vendor("mp4.comment: Hikvision") is None
    assert vendor("ts.service: Hikvision") is None
    assert vendor("mp4.handler: Apple Video Media Handler") is None


def test_no_rule_for_marks_weighs_more_than_possible() -> None:
    rules = [rule for rule in load() if any(possible.is_media(f) for f in rule.fields)]
    assert rules
    assert [rule.id for rule in rules if rule.weight > possible.LIMIT] == []


@pytest.mark.parametrize("program", programs(), ids=lambda p: p.id)
def test_every_program_proves_itself(program: Program) -> None:
    assert program.yes
    assert program.no
    assert program.source
    for line in program.yes:
        assert [p.id for p, _ in programs_of([line])] == [program.id]
    assert [line for line in program.no if program.pattern.fullmatch(line)] == []


def test_a_program_is_no_evidence_for_a_maker() -> None:
    for program in programs():
        for line in program.yes:
            found = identify([observe("media.mark", line)])
            assert found.vendor is None
            assert found.maker is None
