"""`custodes identify` on files and pipes, good and bad."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from custodes.cli.identify import LINE_LIMIT

SADP = (
    "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD2185FWD-I</DeviceDescription>"
    "<DeviceSN>DS-2CD2185FWD-I20180101AAWR1</DeviceSN><MAC>44-47-cc-00-00-01</MAC>"
    "<SoftwareVersion>V5.5.6build 180326</SoftwareVersion></ProbeMatch>"
)
GOOD = {"id": "7", "field": "sadp.ProbeMatch", "payload": SADP, "device": "a", "colour": "white"}


def run(*arguments: str, data: bytes = b"") -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "identify", *arguments],
        input=data,
        capture_output=True,
        timeout=60,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, lines, done.stderr.decode()


def line(**values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


def test_an_observation_on_a_pipe_becomes_an_identity() -> None:
    status, found, _ = run(data=line(**GOOD))
    assert status == 0
    [identity] = found
    assert identity["id"] == "7"
    assert (identity["vendor"], identity["model"]) == ("Hikvision", "DS-2CD2185FWD-I")
    assert identity["firmware"] == "V5.5.6 build 180326"
    assert identity["confidence"] == 1.0
    assert {"conclusion", "value", "fingerprint", "matched", "source"} <= identity["evidence"][
        0
    ].keys()


def test_every_key_is_there_and_null_where_the_evidence_does_not_tell() -> None:
    _, [identity], _ = run(data=line(field="http.title", payload="zzz"))
    assert list(identity) == [
        *("id", "device", "is_surveillance", "vendor", "maker", "product_family", "model"),
        *("firmware", "serial", "mac", "device_type", "confidence", "evidence"),
        "conditions",
    ]
    assert identity["vendor"] is None
    assert identity["evidence"] == []


def test_bad_lines_are_told_with_their_number_and_the_good_ones_stand(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(
        line(**GOOD) + b"not json\n" + b'{"field": 1, "payload": "x"}\n' + b"[]\n\n" + line(**GOOD)
    )
    status, found, errors = run(str(path))
    assert status == 3
    assert [f["model"] for f in found] == ["DS-2CD2185FWD-I"] * 2
    assert all(f"line {number}: " in errors for number in (2, 3, 4))
    assert "line 5" not in errors


def test_errors_are_json_where_that_is_asked_for() -> None:
    status, _, errors = run("--json", data=b"nonsense\n")
    assert status == 3
    assert json.loads(errors.splitlines()[0])["error"]["code"] == "input"


def test_bytes_that_are_not_utf_8_do_not_lose_the_line() -> None:
    status, [identity], _ = run(data=b'{"field":"http.title","payload":"caf\xe9 NVR"}\n')
    assert status == 0
    assert identity["evidence"]


def test_keys_of_another_kind_than_ours_are_left_out() -> None:
    data = line(**{**GOOD, "source": {"repo": "x"}, "id": 7, "seen_at": "yesterday", "port": "80"})
    status, [identity], _ = run(data=data)
    assert (status, identity["id"], identity["vendor"]) == (0, "7", "Hikvision")


@pytest.mark.parametrize("data", [b"", b"\n\n  \n"])
def test_an_empty_input_is_said_to_be_empty(data: bytes) -> None:
    status, found, errors = run(data=data)
    assert (status, found) == (0, [])
    assert "no observations" in errors


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    status, _, errors = run("/no/such/file.jsonl")
    assert status == 2
    assert "there is no file" in errors


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_line_of_any_length_is_left_out_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as out:
        out.write(line(**GOOD))
        out.write(b'{"field": "http.body", "payload": "')
        out.truncate(out.tell() + 2 * 1024**3)  # two gigabytes of nothing, no newline
        out.seek(0, os.SEEK_END)
        out.write(b"\n" + line(**GOOD))
    # VmHWM begins anew with the program; ru_maxrss begins with the peak of the parent
    script = (
        "import sys; from custodes.cli.main import invoke; "
        "status = invoke(['identify', sys.argv[1]]); "
        "print(next(r for r in open('/proc/self/status') if r.startswith('VmHWM')), end='', "
        "file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 2
    *_, told, peak = done.stderr.decode().splitlines()
    assert "line 2" in told
    assert int(peak.split()[1]) < 200 * 1024  # of the program itself, not of what started it
    assert LINE_LIMIT == 8 * 1024**2


def test_packed_input_is_unpacked_and_half_of_it_is_kept(tmp_path: Path) -> None:
    whole, half = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"
    rows = b"".join(line(**{**GOOD, "id": os.urandom(8).hex()}) for _ in range(4_000))
    packed = gzip.compress(rows)
    whole.write_bytes(packed)
    half.write_bytes(packed[: len(packed) // 2])
    status, found, _ = run("--by", "device", str(whole))
    assert (status, [f["device"] for f in found]) == (0, ["a"])
    status, found, errors = run(str(half))
    assert status == 3
    assert 0 < len(found) < 4_000
    assert "cut short" in errors


def test_a_packed_bomb_ends_in_an_error() -> None:
    bomb = gzip.compress(b"\0" * (300 * 1024**2), compresslevel=9)
    status, found, errors = run(data=bomb)
    assert (status, found) == (3, [])
    assert errors


def test_observations_of_one_device_are_weighed_together() -> None:
    other = {"field": "http.realm", "payload": "IP Camera(C1214)", "device": "a"}
    status, found, _ = run("--by", "device", data=line(**GOOD) + line(**other))
    assert status == 0
    [identity] = found
    assert identity["device"] == "a"
    assert {e["field"] for e in identity["evidence"]} >= {"sadp.ProbeMatch", "http.realm"}


def test_a_summary_counts_what_is_unknown_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "identify", "--summary"],
        input=line(**GOOD) + line(field="http.title", payload="zzz"),
        capture_output=True,
        timeout=60,
        check=True,
    )
    counted = json.loads(done.stdout)
    assert counted["identities"] == 2
    assert counted["vendor"] == {"Hikvision": 1, "unknown": 1}
    assert counted["is_surveillance"] == {"true": 1, "unknown": 1}


def test_people_get_one_line_for_each_and_no_control_characters() -> None:
    hostile = {"field": "asset.record", "payload": "model=\x1b[2J boo", "device": "\x1b]0;x"}
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "identify", "--human"],
        input=line(**GOOD) + line(**hostile),
        capture_output=True,
        timeout=60,
        check=True,
    )
    first, second = done.stdout.decode().splitlines()
    assert "Hikvision DS-2CD2185FWD-I" in first
    assert "\x1b" not in second


def test_an_answer_comes_before_the_next_question() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "custodes", "identify"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(line(**GOOD))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["vendor"] == "Hikvision"
        process.stdin.close()
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize(
    "head",
    [b"RIFF\x24\x00\x00\x00WEBPVP8 ", b"GIF89a\x01\x00\x01\x00", b"\xd4\xc3\xb2\xa1\x02\x00"],
)
def test_a_file_of_another_kind_is_one_error_and_not_one_for_each_line(
    tmp_path: Path, head: bytes
) -> None:
    path = tmp_path / "shot.any"
    path.write_bytes(head + b"\n\x01\n" * 40)
    status, found, error = run(str(path))
    assert (status, found) == (3, [])
    assert "neither observations nor a picture or recording that is read" in error
    assert len(error.splitlines()) == 2


def test_an_observation_that_holds_a_zero_byte_is_still_answered_and_the_rest_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "seen.jsonl"
    path.write_bytes(line(**GOOD) + b"\x00\n" + line(**GOOD))
    status, found, _ = run(str(path))
    assert (status, len(found)) == (3, 2)
