"""A device that answers the same again adds nothing to the register, scan after scan."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from custodes.estate import engine, migrate
from custodes.estate.register import Register, open_register
from custodes.estate.sightings import NEWEST
from custodes.identity import Evidence, Identity
from custodes.observation import Observation, observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DAY = timedelta(days=1)
MAC = "44:47:cc:aa:bb:cc"


def answer(day: int, realm: str = "IP Camera(C1)", address: str = "10.0.0.5") -> Observation:
    head = f'Date: day {day}\r\nWWW-Authenticate: Digest realm="{realm}", nonce="{day:032x}"'
    text = f"HTTP/1.1 401 Unauthorized\r\n{head}\r\n\r\n"
    return observe("http.response", text, address=address, port=80, seen_at=NOW + day * DAY)


def test_the_first_text_is_kept_and_repetitions_are_counted(register: Register) -> None:
    for day in range(5):
        register.add_observations([answer(day)], NOW + day * DAY)
    (one,) = register.observations()
    assert one.observation.payload == answer(0).payload
    assert one.digest == answer(0).digest
    assert (one.first_seen, one.last_seen, one.times_seen) == (NOW, NOW + 4 * DAY, 5)


def test_another_realm_is_another_answer(register: Register) -> None:
    stored = register.add_observations([answer(0), answer(1, realm="IP Camera(C2)")], NOW)
    assert (stored.new, stored.known) == (2, 0)


def test_repetitions_in_one_batch_are_one_observation(register: Register) -> None:
    kept = register.keep([answer(0), answer(1), answer(2)], NOW)
    assert len({one.id for one in kept}) == 1
    assert {one.observation.payload for one in kept} == {answer(0).payload}
    assert [one.observation.seen_at for one in kept] == [NOW, NOW + DAY, NOW + 2 * DAY]
    again = register.keep([answer(3)], NOW)
    assert (again[0].is_new, again[0].observation.payload) == (False, answer(0).payload)


def test_a_device_that_is_scanned_every_day_keeps_one_observation(register: Register) -> None:
    for day in range(4):
        shown = Identity(mac=MAC, device="10.0.0.5")
        number = register.file_identity(shown, [answer(day)], None, NOW + day * DAY)
    assert len(register.observations_of(number, newest=None)) == 1
    device = register.device(number)
    assert device is not None
    assert device.last_seen == NOW + 3 * DAY


def test_of_many_answers_of_one_field_and_port_the_newest_are_given(register: Register) -> None:
    many = [answer(day, realm=f"IP Camera({day})") for day in range(NEWEST + 5)]
    other = observe("tcp.open", "open", address="10.0.0.5", port=80, seen_at=NOW)
    number = register.file_identity(Identity(mac=MAC), [*many, other], None, NOW)
    found = [o.observation for o in register.observations_of(number)]
    assert {o.payload for o in found} == {o.payload for o in [*many[5:], other]}
    assert len(register.observations_of(number, newest=None)) == NEWEST + 6
    assert register.how_many_of([number, 99]) == {number: NEWEST + 6, 99: 0}


def old_register(url: str) -> None:
    """A register as schema 0001 left it: two sightings of one answer, two devices, a merge."""
    engines = engine.connect(url)
    at = {"at": "2026-11-22 15:00:00.000000" if engines.is_sqlite else NOW}
    with engines.writer.begin() as connection:
        migrate.upgrade(connection, None, "0001")

        def run(text: str, **values: object) -> None:
            connection.execute(sa.text(text), {**at, **values})

        run("INSERT INTO register_meta (name, value) VALUES ('register_id', 'abcdef')")
        run("INSERT INTO sites (name, name_key, address, standard_ids, notes)"
            " VALUES ('Depot', 'depot', '', '{}', '')")  # fmt: skip
        for number, brand, mac in ((1, "Axis", MAC), (2, None, None)):
            run(
                "INSERT INTO devices (key_kind, key, brand, confidence, evidence, created_at,"
                " first_seen, last_seen, stated_site_id)"
                " VALUES ('mac', :mac, :brand, 0.5, '[]', :at, :at, :at, :site)",
                mac=mac or "", brand=brand, site=1 if number == 1 else None,
            )  # fmt: skip
            run("INSERT INTO device_addresses (device_id, place, address, first_seen, last_seen)"
                " VALUES (:n, :a, :a, :at, :at)", n=number, a=f"10.0.0.{number + 4}")  # fmt: skip
        run("INSERT INTO device_macs (mac, device_id, first_seen) VALUES (:mac, 1, :at)", mac=MAC)
        run("INSERT INTO device_statements (device_id, field, value, value_key, who, source,"
            " stated_at) VALUES (2, 'state', 'removed', 'removed', '', '', :at)")  # fmt: skip
        for day in range(2):
            one = answer(day)
            run(
                "INSERT INTO observations (digest, field, payload, address, port, first_seen,"
                " last_seen, times_seen) VALUES (:digest, :field, :payload, :a, 80, :at, :at, 1)",
                digest=one.digest, field=one.field, payload=one.payload.encode(), a=one.address,
            )  # fmt: skip
            run("INSERT INTO device_observations VALUES (1, :n)", n=day + 1)
    engines.dispose()


def test_a_register_of_the_first_schema_is_brought_up_to_date(register_url: str) -> None:
    old_register(register_url)
    with open_register(register_url) as register:
        assert register.register_id == "abcdef"
        kept = list(register.observations())
        assert [o.digest for o in kept] == [answer(0).digest, answer(1).digest]
        assert register.add_observations([answer(2), answer(1)], NOW + 2 * DAY).new == 0
        first, second = register.observations()
        assert (first.times_seen, second.times_seen) == (3, 1), "the older of two alike counts"
        assert first.last_seen == NOW + 2 * DAY
        number = register.file_identity(Identity(mac=MAC), [answer(3)], None, NOW + 3 * DAY)
        assert number == 1
        assert [o.id for o in register.observations_of(1)] == [1, 2]


def test_evidence_names_an_observation_that_is_kept(register: Register) -> None:
    register.keep([answer(0)], NOW)
    (kept,) = register.keep([answer(1)], NOW + DAY)
    proof = Evidence(
        conclusion="vendor", value="Hikvision", fingerprint="x", field="http.response",
        matched="IP Camera(C1)", source="ours", weight=1.0, observation=kept.observation.digest,
    )  # fmt: skip
    shown = Identity(mac=MAC, vendor="Hikvision", confidence=1.0, evidence=[proof])
    number = register.file_identity(shown, [kept.observation], None, NOW + DAY)
    device = register.device(number)
    assert device is not None
    assert device.evidence[0].observation in {o.digest for o in register.observations_of(number)}
