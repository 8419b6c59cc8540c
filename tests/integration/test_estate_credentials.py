"""Log-ins, facts and attached cameras in the register, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from custodes import sealing
from custodes.errors import SealError, UsageError
from custodes.estate import credentials
from custodes.estate.register import Register
from custodes.facts import Attached, Capability, DeviceFacts, Fact, Words
from custodes.identity import Identity
from custodes.observation import observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = bytes(range(32))
WORDS = Words(field="isapi.EZVIZ", matched="<enabled>true", source="test")


def device(register: Register, address: str, **who: str) -> int:
    seen = observe("http.header.server", "App-webs/", address=address, port=80, seen_at=NOW)
    return register.file_identity(Identity(**who), [seen], None, NOW)


def add(register: Register, scope: str, target: object, word: str, **more: str) -> int:
    made = register.add_credential(
        (scope, str(target)), word, key=KEY, now=NOW, user=more.pop("user", "u"), **more
    )
    return made.id


def word_for(register: Register, number: int, kind: str = "login") -> str | None:
    one = register.device(number)
    assert one is not None
    meant = register.credential_for(one, one.address, kind)
    return None if meant is None else register.open_credential(meant.id, KEY).word


def test_the_most_specific_log_in_counts(register: Register) -> None:
    site = register.add_site("Depot")
    number = device(register, "10.0.0.5")
    register.state(number, {"site": "Depot"}, who="x", source="x", now=NOW, site_id=site.id)
    assert word_for(register, number) is None
    for scope, target, word in (
        ("site", site.id, "of the site"),
        ("network", "10.0.0.0/8", "of all"),
        ("network", "10.0.0.0/24", "of the segment"),
        ("device", number, "its own"),
    ):
        add(register, scope, target, word)
        assert word_for(register, number) == word
    other = device(register, "192.0.2.1")
    assert word_for(register, other) is None


def test_a_community_is_kept_beside_a_log_in(register: Register) -> None:
    number = device(register, "10.0.0.5")
    add(register, "network", "10.0.0.0/24", "pass")
    add(register, "network", "10.0.0.0/24", "public-not", kind="snmp", user="")
    assert word_for(register, number, "snmp") == "public-not"
    assert word_for(register, number) == "pass"
    meant = register.credential_at("10.0.0.99", "snmp")
    assert meant is not None
    assert register.credential_at("10.0.1.99", "snmp") is None


def test_a_second_log_in_for_the_same_target_replaces_the_first(register: Register) -> None:
    first = add(register, "network", "10.0.0.0/24", "one")
    assert add(register, "network", "10.0.0.9/24", "two") == first
    assert register.open_credential(first, KEY).word == "two"
    assert register.remove_credential(first)
    assert not register.remove_credential(first)
    assert register.credentials() == []


def test_a_log_in_moved_to_another_target_in_the_database_does_not_open(
    register: Register,
) -> None:
    number = add(register, "network", "10.0.0.0/24", "secret")
    with register._write() as connection:
        connection.execute(sa.update(credentials.table).values(target="203.0.113.0/24"))
    with pytest.raises(SealError):
        register.open_credential(number, KEY)
    with pytest.raises(SealError):
        register.open_credential(number, sealing.new_key())


@pytest.mark.parametrize(
    ("scope", "target", "user", "word"),
    [
        ("planet", "1", "u", "p"),
        ("device", "99", "u", "p"),
        ("site", "99", "u", "p"),
        ("device", "1; DROP", "u", "p"),
        ("network", "nowhere", "u", "p"),
        ("network", "10.0.0.0/24", "", "p"),
        ("network", "10.0.0.0/24", "a:b", "p"),
        ("network", "10.0.0.0/24", "a\r\nX: y", "p"),
        ("network", "10.0.0.0/24", "u", ""),
        ("network", "10.0.0.0/24", "u", "p\n"),
        ("network", "10.0.0.0/24", "u", "p" * 257),
    ],
)
def test_what_cannot_be_a_log_in_is_refused(
    register: Register, scope: str, target: str, user: str, word: str
) -> None:
    with pytest.raises(UsageError):
        register.add_credential((scope, target), word, key=KEY, now=NOW, user=user)
    assert register.credentials() == []


def test_neither_a_list_nor_a_secret_itself_prints_the_secret(register: Register) -> None:
    number = add(register, "network", "10.0.0.0/24", "sesame-open")
    opened = register.open_credential(number, KEY)
    assert "sesame" not in repr(opened) + repr(register.credentials())


def test_a_refusal_is_remembered_by_device_and_secret_also_through_a_merge(
    register: Register,
) -> None:
    one = device(register, "10.0.0.5", serial="SER-0001", vendor="Hikvision")
    other = device(register, "10.0.0.6", mac="44:47:cc:aa:bb:cc", vendor="Hikvision")
    register.note_refusal(one, "m1", "401", NOW)
    register.note_refusal(one, "m1", "401 again", NOW + HOUR)
    register.note_refusal(other, "m1", "401", NOW)
    register.note_refusal(one, "m2", "401", NOW)
    found = register.refusal(one, "m1")
    assert found is not None
    assert found.words == "401 again"
    merged = merge(register)
    assert register.refusal(merged, "m1") is not None
    assert register.refusal(merged, "m2") is not None
    register.forget_refusal(merged, "m1")
    assert register.refusal(merged, "m1") is None


def merge(register: Register) -> int:
    """The device of that serial and the one of that MAC turn out to be one."""
    seen = observe("mac.address", "x", address="10.0.0.5", seen_at=NOW + HOUR)
    who = Identity(mac="44:47:cc:aa:bb:cc", serial="SER-0001", vendor="Hikvision")
    number = register.file_identity(who, [seen], None, NOW + HOUR)
    assert register.count() == 1
    return number


def told(relay: str = "on", offset: str = "5", **camera: object) -> DeviceFacts:
    attached: dict[str, object] = {"channel": "1", "model": "M1", "serial": "SER-0001"} | camera
    return DeviceFacts(
        capabilities=[Capability(name="face", capable=True, enabled=None, words=WORDS)],
        facts=[
            Fact(name="cloud.relay", value=relay, words=WORDS),
            Fact(name="clock.offset_s", value=offset, words=WORDS),
        ],
        attached=[Attached(words=WORDS, **attached)],
    )


def test_a_changed_setting_ends_and_stays_on_record_a_measure_is_brought_up(
    register: Register,
) -> None:
    number = device(register, "10.0.0.5")
    register.keep_facts(number, told(), NOW)
    register.keep_facts(number, told(offset="9"), NOW + HOUR)
    register.keep_facts(number, told(relay="off", offset="11"), NOW + 2 * HOUR)
    history = {(f.name, f.value): (f.last_seen, f.ended_at) for f in register.fact_history(number)}
    assert history[("cloud.relay", "on")] == (NOW + HOUR, NOW + 2 * HOUR)
    assert history[("cloud.relay", "off")] == (NOW + 2 * HOUR, None)
    assert [v for n, v in history if n == "clock.offset_s"] == ["11"]
    now = register.facts_of(number)
    assert {f.name: f.value for f in now.facts} == {"cloud.relay": "off", "clock.offset_s": "11"}
    assert [c.capable for c in now.capabilities] == [True]
    assert [a.model for a in now.attached] == ["M1"]


def test_what_is_no_longer_told_ends_but_not_the_last_measure(register: Register) -> None:
    number = device(register, "10.0.0.5")
    register.keep_facts(number, told(), NOW)
    register.keep_facts(number, DeviceFacts(), NOW + HOUR)
    left = register.facts_of(number)
    assert [f.name for f in left.facts] == ["clock.offset_s"]
    assert (left.capabilities, left.attached) == ([], [])
    assert len(register.attached_to(number, ended=True)) == 1


def test_another_camera_at_a_channel_ends_the_first_being_offline_does_not(
    register: Register,
) -> None:
    number = device(register, "10.0.0.5")
    register.keep_facts(number, told(online=True), NOW)
    register.keep_facts(number, told(online=False), NOW + HOUR)
    (one,) = register.attached_to(number, ended=True)
    assert one.attached.online is False
    register.keep_facts(number, told(serial="SER-0002"), NOW + 2 * HOUR)
    assert len(register.attached_to(number, ended=True)) == 2
    assert [c.attached.serial for c in register.attached_to(number)] == ["SER-0002"]


def test_an_attached_camera_that_was_seen_itself_is_that_device_and_none_is_counted_twice(
    register: Register,
) -> None:
    recorder = device(register, "10.0.0.5", mac="44:47:cc:00:00:01")
    seen = device(register, "10.0.0.7", serial="ser-0001", vendor="Hikvision")
    register.keep_facts(recorder, told(), NOW)
    (camera,) = register.attached_to(recorder)
    assert camera.same_as == seen
    assert register.count() == 2
    register.keep_facts(recorder, told(serial="SER-9999", address="10.0.0.7"), NOW + HOUR)
    (camera,) = register.attached_to(recorder)
    assert camera.same_as is None  # an address alone proves nothing: no site, another model


def test_facts_follow_their_device_through_a_merge(register: Register) -> None:
    one = device(register, "10.0.0.5", serial="SER-0001", vendor="Hikvision")
    other = device(register, "10.0.0.6", mac="44:47:cc:aa:bb:cc", vendor="Hikvision")
    register.keep_facts(one, told(relay="on"), NOW)
    register.keep_facts(other, DeviceFacts(facts=[Fact(name="a.b", value="1", words=WORDS)]), NOW)
    merged = merge(register)
    names = {f.name for f in register.facts_of(merged).facts}
    assert names == {"a.b", "cloud.relay", "clock.offset_s"}
    assert len(register.attached_to(merged)) == 1


def test_hostile_texts_of_a_device_are_kept_as_text(register: Register) -> None:
    number = device(register, "10.0.0.5")
    words = Words(field="x", matched="a\x00\ud800'; DROP TABLE devices", source="x", seen_at="no")
    row = Attached(
        channel="\x00", name="'\"\x00", port=99_999_999, mac="zz", address="::1%x", words=words
    )
    register.keep_facts(number, DeviceFacts(attached=[row, row]), NOW)
    (kept,) = register.attached_to(number)
    assert kept.attached.port is None
    assert kept.last_seen == NOW
