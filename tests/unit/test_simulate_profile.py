"""The shipped device profiles are sound, and a profile that is not is refused with its name."""

from pathlib import Path
from typing import Any

import pytest

from custodes.errors import KnowledgeError
from custodes.knowledge.devices import DEVICE_TYPES
from custodes.knowledge.makers import canonical, makers
from custodes.knowledge.prefixes import lookup
from custodes.simulate import template
from custodes.simulate.profile import Profile, profiles, read

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "profiles.md"
ALL = list(profiles().values())
CAMERAS = [p for p in ALL if p.truth.get("is_surveillance") is True]
SOUND: dict[str, Any] = {
    "about": "a camera",
    "source": "invented for this test",
    "unknown": ["vendor", "maker", "model", "firmware"],
    "truth": {"device_type": "camera", "is_surveillance": True},
    "device": {
        "variants": [{"model": "M"}],
        "mac_prefixes": ["02:00:00"],
        "serial": "####",
    },
    "http": {},
}


@pytest.mark.parametrize("profile", ALL, ids=lambda p: p.name)
def test_every_profile_names_its_source_and_offers_a_service(profile: Profile) -> None:
    assert len(profile.source) > 20
    assert profile.about
    assert profile.services()


@pytest.mark.parametrize("profile", ALL, ids=lambda p: p.name)
def test_every_truth_uses_the_words_of_the_knowledge(profile: Profile) -> None:
    for key in ("vendor", "maker"):
        name = profile.truth.get(key)
        if name is not None and profile in CAMERAS:
            assert canonical(str(name)) == name
            assert str(name) in makers()
    kind = profile.truth.get("device_type")
    if kind is not None:
        assert DEVICE_TYPES[str(kind)] == profile.truth["is_surveillance"]


@pytest.mark.parametrize("profile", CAMERAS, ids=lambda p: p.name)
def test_address_prefixes_belong_to_the_brand_the_maker_or_a_company_without_cameras(
    profile: Profile,
) -> None:
    for prefix in profile.device.mac_prefixes:
        holder = lookup(prefix + ":11:22:33")
        if holder is not None and holder.is_camera_maker:
            names = {profile.truth.get("vendor"), profile.truth.get("maker")}
            assert holder.maker_name in names, prefix


@pytest.mark.parametrize(
    ("wanted", "least"),
    [("hikvision-", 6), ("dahua-", 4), ("axis-", 2), ("hostile-", 4)],
)
def test_the_kinds_of_device_that_were_promised_are_there(wanted: str, least: int) -> None:
    assert sum(p.name.startswith(wanted) for p in ALL) >= least


def test_three_badges_at_least_hide_another_maker() -> None:
    hidden = {
        (p.truth["vendor"], p.truth["maker"])
        for p in CAMERAS
        if "vendor" in p.truth and p.truth["vendor"] != p.truth["maker"]
    }
    assert {("Honeywell", "Dahua"), ("Annke", "Hikvision"), ("CP Plus", "Dahua")} <= hidden


def test_things_that_are_no_cameras_are_there_to_be_told_apart() -> None:
    others = {p.truth["device_type"] for p in ALL if p.truth.get("is_surveillance") is False}
    assert others == {"printer", "router", "nas", "voip"}


@pytest.mark.parametrize("device_type", ["recorder", "camera", "intercom"])
def test_surveillance_is_more_than_cameras(device_type: str) -> None:
    assert any(p.truth.get("device_type") == device_type for p in CAMERAS)


def test_a_sound_profile_is_read() -> None:
    profile = read("mine", SOUND)
    assert profile.services() == {"http": ("tcp", 80)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"http": {"prot": 80}}, "prot"),
        ({"http": {"pages": [{"path": "/", "body": "{seriel}"}]}}, "seriel"),
        ({"unknown": ["vendor", "maker", "model"]}, "either stated or unknown"),
        ({"unknown": ["vendor", "maker", "model", "firmware", "device_type"]}, "either stated"),
        ({"rtsp": {"port": 80}}, "two services on one port"),
        ({"http": {"behaviour": "polite"}}, "polite"),
    ],
)
def test_a_profile_with_a_fault_is_refused_by_name(change: dict[str, Any], said: str) -> None:
    with pytest.raises(KnowledgeError, match=f"device profile mine: .*{said}"):
        read("mine", SOUND | change)


@pytest.mark.parametrize("profile", ALL, ids=lambda p: p.name)
def test_every_profile_is_documented_with_its_services(profile: Profile) -> None:
    page = PAGE.read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{profile.name}` |"))
    assert profile.about in row
    assert " ".join(profile.services()) in row


def test_every_name_that_a_profile_may_hold_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in template.DEVICE_NAMES | template.ANSWER_NAMES:
        assert f"`{{{name}}}`" in page, name
