"""The register on both engines: what goes in comes out, once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from custodes.errors import InputError, UsageError
from custodes.estate.register import Register, open_register
from custodes.identity import Evidence, Identity
from custodes.observation import Observation, observe

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DAY = timedelta(days=1)
MAC, OTHER_MAC = "44:47:cc:aa:bb:cc", "44:47:cc:aa:bb:cd"


def seen(address: str = "10.0.0.5", text: str = "App-webs/", at: datetime = NOW) -> Observation:
    return observe("http.header.server", text, address=address, port=80, seen_at=at)


def test_a_second_opening_finds_what_the_first_one_wrote(register_url: str) -> None:
    with open_register(register_url) as register:
        register.add_site("Town Hall", body="Anytown Council", sensitive=True)
        name = register.register_id
    with open_register(register_url) as register:
        site = register.site_by_name("town  HALL")
        assert site is not None
        assert (site.body, site.sensitive) == ("Anytown Council", True)
        assert register.register_id == name


def test_an_instant_comes_back_as_the_same_instant_in_utc(register: Register) -> None:
    at = datetime.fromisoformat("2026-07-01T12:00:00.123456+02:00")
    register.record_authority("10.0.0.0/24", "J. Smith", at + DAY, at)
    authority = register.authority_for("10.0.0.7", at)
    assert authority is not None
    assert authority.valid_from == at
    assert authority.valid_from.utcoffset() == timedelta(0)


def test_an_authority_covers_the_whole_target_and_only_until_its_end(register: Register) -> None:
    register.record_authority("10.0.0.0/24", "J. Smith", NOW + DAY, NOW, "CR-17")
    assert register.authority_for("10.0.0.128/25", NOW) is not None
    assert register.authority_for("10.0.0.0/23", NOW) is None
    assert register.authority_for("10.0.0.1", NOW + DAY) is None


def test_the_same_authority_recorded_again_is_kept_once(register: Register) -> None:
    first = register.record_authority("10.0.0.0/24", "J. Smith", NOW + DAY, NOW)
    again = register.record_authority("10.0.0.9/24", "J. Smith", NOW + DAY, NOW)
    assert again == first
    assert len(register.networks()) == 1


def test_an_authority_without_an_end_in_the_future_or_a_name_is_refused(register: Register) -> None:
    with pytest.raises(UsageError):
        register.record_authority("10.0.0.0/24", "J. Smith", NOW, NOW)
    with pytest.raises(UsageError):
        register.record_authority("10.0.0.0/24", "  ", NOW + DAY, NOW)


def test_the_same_private_range_can_be_at_two_sites(register: Register) -> None:
    sites = [register.add_site(name) for name in ("Depot", "Library")]
    for site in sites:
        register.add_network("192.168.1.0/24", site_id=site.id)
    assert [n.site for n in register.networks()] == ["Depot", "Library"]
    assert register.site_for("192.168.1.7") is None


def test_the_site_of_an_address_is_that_of_the_narrowest_network(register: Register) -> None:
    wide, narrow = register.add_site("Wide"), register.add_site("Narrow")
    register.add_network("10.0.0.0/8", site_id=wide.id)
    register.add_network("10.1.0.0/16", site_id=narrow.id)
    assert register.site_for("10.1.2.3") == narrow.id
    assert register.site_for("10.2.2.3") == wide.id
    assert register.site_for("fd00::1") is None


def test_an_observation_is_kept_once_and_counted_when_seen_again(register: Register) -> None:
    assert register.add_observations([seen(), seen()], NOW).new == 1
    stored = register.add_observations([seen(at=NOW + DAY), seen()], NOW)
    assert (stored.new, stored.known) == (0, 2)
    (one,) = register.observations()
    assert (one.first_seen, one.last_seen, one.times_seen) == (NOW, NOW + DAY, 2)


@pytest.mark.parametrize("payload", ["nul \0 and \udcff half", "", "é\u2028", "\\u0000"])
def test_a_hostile_payload_comes_back_as_it_was(register: Register, payload: str) -> None:
    one = Observation(field="http.body", payload=payload, address="10.0.0.1\0", port=10**30)
    register.add_observations([one], NOW)
    (kept,) = register.observations()
    assert kept.observation.payload == payload
    assert kept.digest == one.digest
    assert register.add_observations([one], NOW).known == 1


def test_observations_are_read_back_in_pages(register: Register) -> None:
    register.add_observations((seen(text=str(i)) for i in range(2500)), NOW)
    every = [o.observation.payload for o in register.observations()]
    assert every == [str(i) for i in range(2500)]
    assert [o.observation.payload for o in register.observations(limit=1001)] == every[:1001]
    assert len(list(register.observations(after=2400))) == 100


def test_a_device_known_by_address_that_shows_its_mac_is_the_same_device(
    register: Register,
) -> None:
    first = register.file_identity(Identity(device="10.0.0.5"), [seen()], None, NOW)
    again = register.file_identity(Identity(device="10.0.0.5", mac=MAC), [seen()], None, NOW)
    weak = register.file_identity(Identity(device="10.0.0.5"), [seen()], None, NOW + DAY)
    assert first == again == weak
    device = register.device(first)
    assert device is not None
    assert (device.key_kind, device.key) == ("mac", MAC)


def test_an_address_that_moves_to_another_mac_is_another_device(register: Register) -> None:
    first = register.file_identity(Identity(mac=MAC), [seen()], None, NOW)
    second = register.file_identity(Identity(mac=OTHER_MAC), [seen(at=NOW + DAY)], None, NOW)
    assert first != second
    old, new = register.device(first), register.device(second)
    assert old is not None
    assert new is not None
    assert old.address is None
    assert [a.address for a in old.addresses] == ["10.0.0.5"]
    assert old.addresses[0].ended_at == NOW + DAY
    assert new.address == "10.0.0.5"


def test_a_device_keeps_its_number_when_its_address_changes(register: Register) -> None:
    first = register.file_identity(Identity(mac=MAC), [seen("10.0.0.5")], None, NOW)
    again = register.file_identity(Identity(mac=MAC), [seen("10.0.0.9")], None, NOW + DAY)
    assert first == again
    device = register.device(first)
    assert device is not None
    assert {a.address for a in device.addresses} == {"10.0.0.5", "10.0.0.9"}


def test_devices_behind_one_address_stay_apart(register: Register) -> None:
    ids = [
        register.file_identity(
            Identity(device=f"127.0.0.1:{port}"),
            [
                observe(
                    "tcp.open", "open", device=f"127.0.0.1:{port}", address="127.0.0.1", port=port
                )
            ],
            None,
            NOW,
        )
        for port in (8081, 8082, 8081)
    ]
    assert ids[0] == ids[2] != ids[1]


def test_the_same_address_at_two_sites_is_two_devices(register: Register) -> None:
    a, b = register.add_site("Depot").id, register.add_site("Library").id
    ids = [register.file_identity(Identity(), [seen()], site, NOW) for site in (a, b, a)]
    assert ids[0] == ids[2] != ids[1]


def test_two_records_that_turn_out_to_be_one_device_become_one(register: Register) -> None:
    by_mac = register.file_identity(Identity(mac=MAC), [seen("10.0.0.5")], None, NOW)
    shown = Identity(serial="DS-1234567", vendor="Hikvision", model="DS-2CD")
    by_serial = register.file_identity(shown, [seen("10.0.0.6")], None, NOW)
    assert by_mac != by_serial
    both = Identity(mac=MAC, serial="DS-1234567", vendor="Hikvision")
    assert register.file_identity(both, [seen("10.0.0.6")], None, NOW + DAY) == by_mac
    device = register.device(by_serial)
    assert device is not None
    assert (device.id, device.model) == (by_mac, "DS-2CD")
    assert len(register.observations_of(by_mac)) == 2
    later = register.file_identity(Identity(mac=OTHER_MAC), [seen("10.0.0.7")], None, NOW)
    assert later not in (by_mac, by_serial)


def test_an_old_report_does_not_take_an_address_away(register: Register) -> None:
    now = register.file_identity(Identity(mac=MAC), [seen()], None, NOW)
    old = register.file_identity(Identity(mac=OTHER_MAC), [seen(at=NOW - DAY)], None, NOW)
    here, gone = register.device(now), register.device(old)
    assert here is not None
    assert gone is not None
    assert (here.address, gone.address) == ("10.0.0.5", None)


def test_not_knowing_never_erases_knowing(register: Register) -> None:
    proof = Evidence(
        conclusion="vendor",
        value="Axis",
        fingerprint="x",
        field="http.title",
        matched="AXIS",
        source="ours",
        weight=0.9,
    )
    full = Identity(mac=MAC, vendor="Axis", model="P32", confidence=0.9, evidence=[proof])
    first = register.file_identity(full, [seen()], None, NOW)
    register.file_identity(Identity(mac=MAC), [seen(at=NOW + DAY)], None, NOW + DAY)
    device = register.device(first)
    assert device is not None
    assert (device.brand, device.model, device.confidence) == ("Axis", "P32", 0.9)
    assert device.evidence == (proof,)
    assert device.last_seen == NOW + DAY


def test_newer_firmware_replaces_older(register: Register) -> None:
    for day, firmware in ((0, "1.0"), (2, "2.0"), (1, "1.5")):
        at = NOW + day * DAY
        shown = Identity(mac=MAC, firmware=firmware, confidence=1.0)
        number = register.file_identity(shown, [seen(at=at)], None, at)
    device = register.device(number)
    assert device is not None
    assert device.firmware == "2.0"


def test_an_identity_that_nothing_tells_apart_is_refused(register: Register) -> None:
    with pytest.raises(InputError):
        register.file_identity(Identity(serial="1234567890X"), [], None, NOW)
    assert register.devices() == []


def test_what_a_person_states_stands_beside_what_was_seen(register: Register) -> None:
    shown = Identity(mac=MAC, vendor="Axis", model="P32", confidence=1.0)
    number = register.file_identity(shown, [seen()], None, NOW)
    said = {"model": "P3245", "asset_tag": "CAM-7", "installed_on": "2019-04-03"}
    changes = register.state(number, said, who="J. Smith", source="cli", now=NOW)
    assert {c.field: c.after for c in changes} == said
    assert register.state(number, said, who="J. Smith", source="cli", now=NOW) == []
    device = register.device(number)
    assert device is not None
    assert (device.model, device.said("model"), device.asset_tag) == ("P32", "P3245", "CAM-7")
    assert str(device.installed_on) == "2019-04-03"
    register.file_identity(shown, [seen(at=NOW + DAY)], None, NOW + DAY)
    again = register.device(number)
    assert again is not None
    assert again.stated == device.stated


def test_a_statement_that_is_changed_or_withdrawn_stays_on_record(register: Register) -> None:
    number = register.file_identity(Identity(mac=MAC), [seen()], None, NOW)
    for day, state in enumerate(("in use", "faulty", "")):
        at = NOW + day * DAY
        register.state(number, {"state": state}, who="J. Smith", source="cli", now=at)
    device = register.device(number)
    assert device is not None
    assert device.state == "unknown"
    history = [(s.value, s.ended_at) for s in register.statements_of(number)]
    assert history == [("in use", NOW + DAY), ("faulty", NOW + 2 * DAY)]


def test_a_move_between_two_sites_of_one_name_is_a_change(register: Register) -> None:
    number = register.file_identity(Identity(mac=MAC), [seen()], None, NOW)
    changes = []
    for body in ("Anytown", "Othertown", "Othertown"):
        site = register.add_site("Town Hall", body=body)
        said = {"site": site.name}
        changes.append(register.state(number, said, who="", source="cli", now=NOW, site_id=site.id))
        device = register.device(number)
        assert device is not None
        assert device.site_id == site.id
    assert [len(c) for c in changes] == [1, 1, 0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", "lost"),
        ("installed_on", "last week"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("colour", "x"),
    ],
)
def test_a_statement_that_cannot_be_is_refused(register: Register, field: str, value: str) -> None:
    number = register.file_identity(Identity(mac=MAC), [seen()], None, NOW)
    with pytest.raises(UsageError):
        register.state(number, {field: value}, who="", source="cli", now=NOW)


def test_a_device_from_an_asset_list_is_the_one_that_is_seen_later(register: Register) -> None:
    row = '{"mac": "44-47-CC-AA-BB-CC", "asset_tag": "CAM-7", "brand": "Hikvison"}'
    listed = observe("asset.record", row, device=MAC, source="list.csv:2")
    number = register.file_identity(Identity(device=MAC), [listed], None, NOW)
    device = register.device(number)
    assert device is not None
    assert (device.last_seen, device.brand, device.said("brand")) == (None, "Hikvision", "Hikvison")
    assert register.counts().never_seen == 1
    assert register.file_identity(Identity(mac=MAC), [seen()], None, NOW) == number


def test_counts_say_what_is_unknown(register: Register) -> None:
    site = register.add_site("Depot")
    known = Identity(
        mac=MAC,
        vendor="Honeywell",
        maker="Dahua",
        model="X",
        is_surveillance=True,
        device_type="camera",
    )
    first = register.file_identity(known, [seen()], site.id, NOW)
    register.file_identity(Identity(mac=OTHER_MAC), [seen("10.0.0.6")], None, NOW)
    printer = Identity(mac="00:11:22:33:44:55", is_surveillance=False)
    gone = register.file_identity(printer, [seen("10.0.0.7")], None, NOW)
    counts = register.counts()
    assert (counts.devices, counts.unit) == (3, "devices")
    assert counts.by_maker == {"Dahua": 1, None: 2}
    assert counts.by_site == {"Depot": 1, None: 2}
    assert (counts.surveillance, counts.not_surveillance, counts.surveillance_unknown) == (1, 1, 1)
    register.state(gone, {"state": "removed"}, who="", source="cli", now=NOW)
    after = register.counts()
    assert (after.devices, after.removed, after.not_surveillance) == (2, 1, 0)
    assert register.counts(site.id).devices == 1
    assert [d.id for d in register.devices(maker="dahua")] == [first]
    assert [d.id for d in register.devices(site="DEPOT")] == [first]
    assert len(register.devices(unknown="maker")) == 2


@pytest.mark.parametrize("text", ["honey", "10.0.0.5", "4447CCAABBCC", "cam-7", "100%"])
def test_search_finds_a_device_by_anything_that_names_it(register: Register, text: str) -> None:
    shown = Identity(mac=MAC, vendor="Honeywell")
    number = register.file_identity(shown, [seen()], None, NOW)
    said = {"asset_tag": "CAM-7", "notes": "at 100% zoom"}
    register.state(number, said, who="", source="cli", now=NOW)
    register.file_identity(Identity(mac=OTHER_MAC), [seen("10.0.0.6")], None, NOW)
    assert [d.id for d in register.devices(search=text)] == [number]
    assert register.devices(search="_o%") == []


def test_a_scan_goes_on_where_it_was_interrupted(register: Register) -> None:
    run = register.start_run("10.0.0.0/24", NOW)
    register.mark_done(run.id, "10.0.0.1", NOW)
    register.mark_done(run.id, ["10.0.0.1", "10.0.0.2"], NOW)
    again = register.unfinished_run("10.0.0.0/24")
    assert again is not None
    assert (again.id, again.targets_done) == (run.id, 2)
    assert register.done_targets(run.id) == {"10.0.0.1", "10.0.0.2"}
    register.finish_run(run.id, NOW)
    assert register.unfinished_run("10.0.0.0/24") is None
    assert register.runs()[0].finished_at == NOW


def test_a_finding_is_open_once_until_it_is_closed(register: Register) -> None:
    site = register.add_site("Depot").id
    first = register.open_finding("no-authority", "low", "Nobody said", now=NOW, site_id=site)
    again = register.open_finding("no-authority", "high", "Still", now=NOW + DAY, site_id=site)
    assert (again.id, again.severity, again.opened_at) == (first.id, "high", NOW)
    register.close_finding(first.id, NOW + DAY)
    assert register.findings(site_id=site) == []
    assert register.findings(closed=True)[0].closed_at == NOW + DAY


def test_a_change_that_fails_half_way_leaves_nothing(register: Register) -> None:
    def change() -> None:
        with register.transaction():
            register.add_site("Depot")
            register.add_network("not a network")

    with pytest.raises(UsageError):
        change()
    assert register.sites() == []


def test_readers_go_on_while_one_writes(register: Register) -> None:
    register.add_site("Depot")
    counted: list[int] = []
    with register.transaction():
        register.add_site("Library")
        reader = threading.Thread(target=lambda: counted.append(len(register.sites())))
        reader.start()
        reader.join(timeout=10)
        assert counted == [1]
    assert len(register.sites()) == 2


def test_many_threads_that_file_the_same_device_make_one(register: Register) -> None:
    ids: list[int] = []

    def file(day: int) -> None:
        at = NOW + day * DAY
        ids.append(register.file_identity(Identity(mac=MAC), [seen(at=at)], None, at))

    threads = [threading.Thread(target=file, args=(day,)) for day in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(ids) == 8
    assert len(set(ids)) == 1
    assert len(register.devices()) == 1
