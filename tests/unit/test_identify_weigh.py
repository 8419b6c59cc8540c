"""Every reading counts; contradictions are shown; equal answers give none."""

from custodes.find.identify.claims import Claim
from custodes.find.identify.core import identify, identify_devices, identify_each
from custodes.find.identify.weigh import conclude
from custodes.observation import Observation, observe


def claim(conclusion: str, value: str | bool, weight: float, field: str = "http.title") -> Claim:
    return Claim(conclusion, value, weight, f"rule-{value}", field, f"text {value}", "a source")


def weigh(*claims: Claim):  # type: ignore[no-untyped-def]
    return conclude((c, f"o{n}", None) for n, c in enumerate(claims))


def test_the_device_itself_is_believed_over_any_number_of_banners() -> None:
    found = weigh(
        claim("vendor", "Axis", 1.0, "http.vapix.basicDeviceInfo"),
        *(claim("vendor", "Hanwha", 0.9, f"{p}.x") for p in ("ftp", "rtsp", "tls", "onvif")),
    )
    assert found.vendor == "Axis"
    assert found.confidence < 1.0


def test_a_badge_on_anothers_platform_is_no_contradiction() -> None:
    platform = [claim("vendor", "Hikvision", 0.75, f"{p}.x") for p in ("http", "rtsp", "tls")]
    found = weigh(*platform, claim("vendor", "HiWatch", 0.6, "onvif.scope"))
    assert (found.vendor, found.maker, found.confidence) == ("HiWatch", "Hikvision", 0.6)
    honeypot = weigh(*platform, claim("vendor", "Axis", 0.98, "onvif.scope"))
    assert honeypot.vendor is None


def test_independent_channels_strengthen_each_other_and_one_channel_does_not() -> None:
    one = weigh(
        claim("vendor", "Axis", 0.6, "http.title"), claim("vendor", "Axis", 0.6, "http.realm")
    )
    two = weigh(
        claim("vendor", "Axis", 0.6, "http.title"), claim("vendor", "Axis", 0.6, "rtsp.realm")
    )
    assert one.confidence == 0.6
    assert two.confidence == 0.84


def test_only_the_devices_own_word_reaches_certainty() -> None:
    fields = ("http.a", "rtsp.a", "tls.a", "onvif.a", "snmp.a")
    assert weigh(*(claim("vendor", "Axis", 0.95, f) for f in fields)).confidence == 0.99
    assert weigh(claim("vendor", "Axis", 1.0)).confidence == 1.0


def test_a_host_that_answers_as_several_makers_is_nobodys() -> None:
    found = weigh(
        claim("vendor", "Axis", 0.9, "http.title"),
        claim("vendor", "Dahua", 0.9, "rtsp.realm"),
        claim("vendor", "Hikvision", 0.9, "tls.subject"),
    )
    assert found.vendor is None
    assert sorted(str(e.value) for e in found.evidence if e.against) == [
        "Axis",
        "Dahua",
        "Hikvision",
    ]


def test_a_contradiction_lowers_the_confidence_and_is_shown() -> None:
    found = weigh(
        claim("vendor", "Axis", 0.9, "http.title"), claim("vendor", "Dahua", 0.5, "rtsp.x")
    )
    assert found.vendor == "Axis"
    assert found.confidence == 0.68
    shown = [(e.value, e.against) for e in found.evidence if e.conclusion == "vendor"]
    assert shown == [("Axis", False), ("Dahua", True)]


def test_two_devices_that_both_declare_themselves_give_no_vendor() -> None:
    assert weigh(claim("vendor", "A", 1.0, "x.y"), claim("vendor", "B", 1.0, "z.y")).vendor is None


def test_a_brand_that_only_follows_from_the_platform_gives_way_to_any_that_is_named() -> None:
    default = claim("vendor.default", "Dahua", 0.5, "rtsp.realm")
    assert weigh(default).vendor == "Dahua"
    named = weigh(default, claim("vendor", "Lorex", 0.3))
    assert (named.vendor, named.confidence) == ("Lorex", 0.3)
    assert weigh(default, claim("brand.neutral", True, 0.9)).vendor is None


def test_the_type_of_a_device_tells_whether_it_watches() -> None:
    assert weigh(claim("device_type", "printer", 0.6)).is_surveillance is False
    assert weigh(claim("device_type", "camera", 0.6)).is_surveillance is True
    assert weigh(claim("device_type", "access control", 0.6)).is_surveillance is None


def test_nothing_seen_is_nothing_concluded() -> None:
    found = identify([])
    assert (found.vendor, found.is_surveillance, found.confidence) == (None, None, 0.0)
    assert found.evidence == []


def test_each_evidence_points_to_the_observation_word_for_word() -> None:
    seen = Observation(field="http.realm", payload="Login to 4K01FD2PAJ6E3FF", id="obs-7")
    found = identify([seen])
    assert found.id == "obs-7"
    assert found.evidence
    for evidence in found.evidence:
        assert evidence.matched in seen.payload
        assert evidence.observation == "obs-7"
        assert evidence.source
        assert evidence.fingerprint


def test_an_observation_without_an_id_is_pointed_to_by_its_digest() -> None:
    seen = observe("http.realm", "Login to 4K01FD2PAJ6E3FF", address="10.0.0.1")
    found = identify([seen])
    assert {e.observation for e in found.evidence} == {seen.digest}
    assert (found.id, found.device) == (None, "10.0.0.1")


def sighting(device: str, text: str) -> Observation:
    return observe("http.realm", text, device=device)


def test_observations_of_one_device_need_not_stand_together() -> None:
    seen = [
        sighting("a", "Login to 4K01FD2PAJ6E3FF"),
        sighting("b", "router"),
        sighting("a", "DVR"),
    ]
    found = list(identify_devices(seen))
    assert [f.device for f in found] == ["b", "a"]
    assert found[1].maker == "Dahua"


def test_no_more_devices_are_held_open_than_the_limit() -> None:
    seen = [sighting(str(n % 5), "DVR") for n in range(20)]
    assert [f.device for f in identify_devices(seen, open_limit=2)][:3] == ["0", "1", "2"]
    assert len(list(identify_devices(seen, open_limit=5))) == 5


def test_observations_of_no_device_are_concluded_alone_and_in_order() -> None:
    seen = [observe("mac.address", f"44:47:cc:00:00:0{n}") for n in range(1, 4)]
    assert [f.mac for f in identify_devices(seen)] == [f.mac for f in identify_each(seen)]
