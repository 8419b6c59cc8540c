"""`custodes identify` on pictures and recordings made here: found, silent, hostile, unequipped."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests import media_samples as made

from custodes.cli.main import invoke
from custodes.errors import InputError
from custodes.find.media import child, frames, ocr
from custodes.find.media.limits import Limits
from custodes.find.media.study import crops, is_media, study

WIDTH, HEIGHT = 1280, 720
QUICK = Limits(frames=3)
SHARED_CLIPS = (
    "PETS09-S2L1/pets09-s2l1-view001-480x360-795f.avi",
    "TUD-Stadtmitte/TUD-Stadtmitte.mp4",
    "one-by-one-person-detection.mp4",
)


def run(*arguments: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "identify", *arguments],
        capture_output=True,
        timeout=120,
        check=False,
    )
    body = json.loads(done.stdout) if done.stdout else {}
    return done.returncode, body, done.stderr.decode()


def recording(
    folder: Path, words: list[tuple[str, int, int, int]], name: str = "clip.mp4", **how: Any
) -> Path:
    """Four seconds of a street; the clock goes on, the words stay."""
    images = [
        made.picture(WIDTH, HEIGHT, [(f"2026-11-22 12:00:0{n}", WIDTH - 400, 20, 32), *words])
        for n in range(4)
    ]
    return made.clip(folder / name, images, **how)


@pytest.mark.parametrize(
    ("text", "brand"), [("HIKVISION", "Hikvision"), ("Dahua", "Dahua"), ("AXIS P1375", "Axis")]
)
def test_a_name_that_the_camera_writes_is_found_with_its_frame_and_box(
    text: str, brand: str, tmp_path: Path
) -> None:
    clip = recording(tmp_path, [(text, 30, 25, 36)])
    status, found, _ = run(str(clip), "--json", "--evidence", str(tmp_path / "seen"))
    assert status == 0
    assert found["vendor"] == brand
    assert 0.3 < found["confidence"] <= 0.5
    assert (found["says"], found["needs_confirmation"]) == ("possible", True)
    [seen] = [t for t in found["media"]["texts"] if t["text"].startswith(text[:4])]
    left, top, wide, tall = seen["box"]
    assert abs(left - 30) < 30
    assert abs(top - 25) < 30
    assert wide > tall > 15
    assert seen["score"] > 0.8
    assert 0 <= seen["frame_s"] < 4.1
    assert seen["frames_seen"] == seen["frames_looked_at"] == found["media"]["frames"]
    written = found["media"]["written"]
    assert len(written) == len(found["media"]["texts"])
    assert (tmp_path / "seen" / written[0]).read_bytes().startswith(b"\x89PNG")


def test_a_crop_shows_the_text_that_it_is_the_evidence_for(tmp_path: Path) -> None:
    clip = recording(tmp_path, [("HIKVISION", 30, 25, 36)])
    found = study(clip, QUICK)
    [data] = [crop for text, crop in crops(found.frames, found.texts) if text.text == "HIKVISION"]
    file = tmp_path / "crop.png"
    file.write_bytes(data)
    assert [text.text for text in study(file).texts] == ["HIKVISION"]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mkv", {}),
        ("a.avi", {"codec": "mpeg4"}),
        ("a.ts", {"form": "mpegts"}),
        ("a.mpg", {"codec": "mpeg2video", "form": "mpeg"}),
        ("a.h264", {"form": "h264"}),
        ("a.dat", {"form": "mp4"}),  # the name tells nothing
    ],
)
def test_every_container_is_read(name: str, how: dict[str, Any], tmp_path: Path) -> None:
    if "mpeg2video" in how.values():
        how = {**how, "rate": 25}
    found = study(recording(tmp_path, [("HIKVISION", 30, 25, 36)], name, **how), QUICK)
    assert found.identity.vendor == "Hikvision"
    assert found.stopped is None
    assert len(found.frames) >= 2


def test_a_recorder_s_own_file_is_read_behind_its_head(tmp_path: Path) -> None:
    """A head of Hikvision's in front of a program stream, and the name in the picture."""
    stream = recording(
        tmp_path, [("HIKVISION", 30, 25, 36)], "a.mpg", codec="mpeg2video", form="mpeg", rate=25
    )
    file = tmp_path / "a.imkh"
    file.write_bytes(b"IMKH\1\2\0\0\4\0\0\1".ljust(40, b"\0") + stream.read_bytes())
    found = study(file, QUICK)
    assert found.kind == "imkh"
    identity = found.identity
    assert (identity.vendor, identity.maker) == ("Hikvision", "Hikvision")
    assert 0.4 < identity.confidence <= 0.6  # marks and words of one file are one voice


def test_a_picture_is_read_too_and_believed_less_than_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "still"
    file.write_bytes(made.as_png(made.picture(WIDTH, HEIGHT, [("HIKVISION", 30, 25, 36)])))
    status, found, _ = run(str(file))
    assert status == 0
    assert found["media"]["kind"] == "png"
    assert found["vendor"] == "Hikvision"
    assert found["confidence"] <= 0.35


def test_a_recording_without_words_of_makers_names_nobody(tmp_path: Path) -> None:
    found = study(recording(tmp_path, [("Gate 2 North", 30, HEIGHT - 60, 32)]), QUICK)
    assert (found.identity.vendor, found.identity.maker) == (None, None)
    assert any("2026" in text.text for text in found.texts)


def test_an_empty_scene_gives_no_text(tmp_path: Path) -> None:
    images = [made.picture(WIDTH, HEIGHT, []) for _ in range(2)]
    found = study(made.clip(tmp_path / "clip.mp4", images), QUICK)
    assert len(found.frames) >= 2
    assert found.identity.confidence == 0


def test_a_shop_sign_in_the_middle_is_hardly_possible(tmp_path: Path) -> None:
    found = study(recording(tmp_path, [("HIKVISION", 260, 280, 140)]), QUICK)
    assert found.identity.vendor == "Hikvision"
    assert 0 < found.identity.confidence <= 0.15


def test_a_car_that_carries_a_name_past_is_hardly_possible(tmp_path: Path) -> None:
    images = [made.picture(WIDTH, HEIGHT, [("HIKVISION", 60 + 280 * n, 30, 36)]) for n in range(4)]
    found = study(made.clip(tmp_path / "clip.mp4", images), QUICK)
    assert found.identity.confidence <= 0.15


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED_CLIPS)
def test_other_people_s_recordings_name_no_maker(name: str, shared: Path) -> None:
    found = study(shared / "video" / name)
    assert len(found.frames) >= 5
    assert found.stopped is None
    assert (found.identity.vendor, found.identity.maker) == (None, None)


def test_the_answer_for_a_person_says_possible_and_how_to_confirm(tmp_path: Path) -> None:
    file = tmp_path / "a b.dav"
    file.write_bytes(made.dhav())
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "identify", "--human", "--marks-only", str(file)],
        capture_output=True, timeout=60, check=True, text=True,
    )  # fmt: skip
    assert "possibly Dahua (0.60)" in done.stdout
    assert "custodes devices set ID --brand Dahua --because 'a b.dav, sha256 " in done.stdout


def test_a_person_s_confirmation_is_a_statement_with_who_when_and_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from datetime import UTC, datetime

    from custodes.estate.register import open_register

    data = str(tmp_path / "data")
    assert invoke(["--data", data, "devices", "list"]) == 0
    asset = tmp_path / "assets.csv"
    asset.write_text("asset tag,IP address\nC-1,192.0.2.7\n")
    assert invoke(["--data", data, "import", str(asset)]) == 0
    file = tmp_path / "a.dav"
    file.write_bytes(made.dhav())
    _, found, _ = run(str(file), "--marks-only")
    because = f"a.dav, sha256 {found['media']['sha256']}"
    assert because in found["confirm_with"]
    words = ["devices", "set", "1", "--brand", "Dahua", "--because", because, "--who", "A. Clerk"]
    assert invoke(["--data", data, *words]) == 0
    capsys.readouterr()
    with open_register(f"sqlite:///{data}/custodes.sqlite") as register:
        [said] = [s for s in register.statements_of(1) if s.field == "brand"]
    assert (said.value, said.who) == ("Dahua", "A. Clerk")
    assert because in said.source
    assert abs((datetime.now(UTC) - said.stated_at).total_seconds()) < 60


def test_observations_of_a_file_go_the_common_way(tmp_path: Path) -> None:
    from custodes.find.identify.core import identify
    from custodes.observation import FIELDS, read_line, write_line

    found = study(recording(tmp_path, [("HIKVISION", 30, 25, 36)]), QUICK)
    lines = [write_line(one) for one in found.observations]
    again = [read_line(one) for one in lines]
    assert {one.field for one in again} <= FIELDS
    assert {one.source for one in again} == {"clip.mp4"}
    assert identify(again).vendor == identify(found.observations).vendor == "Hikvision"


# What is not installed


def without(monkeypatch: pytest.MonkeyPatch, module: Any, *names: str) -> None:
    real = module.find_spec
    monkeypatch.setattr(module, "find_spec", lambda n: None if n in names else real(n))


def test_without_pyav_the_marks_are_read_and_the_rest_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    without(monkeypatch, frames, "av")
    file = tmp_path / "a.dav"
    file.write_bytes(made.dhav())
    assert invoke(["identify", str(file), "--json"]) == 7
    out, err = capfdbinary.readouterr()
    found = json.loads(out)
    assert (found["vendor"], found["confidence"]) == ("Dahua", 0.6)
    assert found["media"]["missing"] == ["PyAV is not installed, so nothing was decoded"]
    assert b"pip install 'custodes[media]'" in err
    assert invoke(["identify", str(file), "--marks-only"]) == 0


@pytest.mark.parametrize("gone", ["rapidocr", "onnxruntime"])
def test_without_rapidocr_it_says_how_to_install_it(
    gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, ocr, gone)
    found = study(recording(tmp_path, []))
    [missing] = found.missing
    assert missing.exit_status == 7
    assert missing.hint == "pip install 'custodes[media,ocr]'"
    assert found.marks


def test_reading_text_needs_no_network(tmp_path: Path) -> None:
    """In a namespace without any interface, even loopback down."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        pytest.skip("network namespaces cannot be made here")
    clip = recording(tmp_path, [("HIKVISION", 30, 25, 36)])
    done = subprocess.run(
        ["unshare", "-n", sys.executable, "-m", "custodes", "identify", str(clip)],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["vendor"] == "Hikvision"


# Hostile files


def test_a_playlist_is_no_recording_and_fetches_nothing(tmp_path: Path) -> None:
    for text in (
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
    ):
        file = tmp_path / "list.mp4"
        file.write_text(text)
        assert not is_media(file)
        with pytest.raises(InputError):
            study(file)


def locked(script: str, data: bytes = b"") -> str:
    """What a script prints that runs behind the child's locked door."""
    code = (
        "import os, socket, sys, subprocess, threading\n"
        "from custodes.find.media import child\n"
        f"child.lock({512 * 2**20}, 5)\n" + script
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, timeout=60, check=False
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize(
    "act",
    [
        "open('/etc/passwd')",
        "open('/tmp/custodes-must-not-be', 'w')",
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 9))",
        "subprocess.run(['true'])",
        "os.pipe()",
        "os.dup(0)",
    ],
)
def test_behind_the_locked_door_nothing_can_be_opened(act: str) -> None:
    script = f"try:\n    {act}\nexcept OSError as e:\n    print('refused', e.errno)\n"
    assert locked(script).startswith("refused")
    assert not Path("/tmp/custodes-must-not-be").exists()


def test_behind_the_locked_door_memory_has_an_end() -> None:
    script = "try:\n    x = bytearray(2**30)\nexcept MemoryError:\n    print('no more')\n"
    assert locked(script) == "no more"


def test_what_is_open_already_can_still_be_read() -> None:
    assert locked("print(os.read(0, 5).decode())\n", b"hello") == "hello"


def test_a_recording_that_points_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """A reference movie: its pictures would lie at an address, here one that listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.mov\0".encode()
        url = made.box(b"url ", bytes(4) + address)
        table = made.box(b"dref", b"\0\0\0\0\0\0\0\1" + url)
        inside = made.box(b"minf", made.box(b"dinf", table))
        whole = made.box(
            b"rmra", made.box(b"rmda", made.box(b"rdrf", bytes(4) + b"url " + address))
        )
        file = tmp_path / "a.mov"
        file.write_bytes(made.mp4(made.box(b"trak", made.box(b"mdia", inside)), whole))
        found = study(file)
        assert (found.kind, found.frames) == ("mp4", [])
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("start", ["mp4", "avi", "matroska", "mpeg-ts", "png", "jpeg"])
def test_a_damaged_file_says_how_far_it_got(start: str, tmp_path: Path) -> None:
    whole = {
        "mp4": made.mp4(), "avi": made.avi(), "matroska": made.mkv(b"x"),
        "mpeg-ts": made.transport_stream(b"x"), "png": made.png(), "jpeg": made.jpeg(),
    }  # fmt: skip
    file = tmp_path / "damaged"
    file.write_bytes(whole[start])
    found = study(file)
    assert found.kind == start
    assert found.frames == []
    assert found.stopped is not None
    assert found.marks


def test_a_cut_recording_gives_what_came_before_the_cut(tmp_path: Path) -> None:
    clip = recording(tmp_path, [("HIKVISION", 30, 25, 36)], "a.ts", form="mpegts")
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 2 // 3])
    found = study(clip)
    assert found.frames
    assert found.identity.vendor == "Hikvision"


def test_names_that_are_no_utf_8_stop_nothing(tmp_path: Path) -> None:
    clip = recording(tmp_path, [("HIKVISION", 30, 25, 36)], "a.avi", codec="mpeg4")
    data = clip.read_bytes()
    assert b"Lavf" in data
    clip.write_bytes(data.replace(b"Lavf", b"\xe9\xff\xfe\xe8"))
    found = study(clip, QUICK)
    assert found.stopped is None
    assert found.identity.vendor == "Hikvision"


def test_a_picture_larger_than_allowed_is_not_decoded(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(made.as_png(made.picture(2000, 1500, [])))
    found = study(file, Limits(pixels=1_000_000))
    assert found.frames == []
    assert found.stopped is not None


def test_a_decoder_without_memory_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(made.as_png(made.picture(6000, 5000, [])))
    found = study(file, Limits(memory_bytes=160 * 2**20))
    assert found.frames == []
    assert found.stopped is not None


def test_a_decoder_that_takes_too_long_is_ended_and_what_came_is_kept(tmp_path: Path) -> None:
    clip = recording(tmp_path, [])
    source = frames.Frames(clip, "mp4", Limits(decode_s=0.0))
    started = time.monotonic()
    assert list(source) == []
    assert source.stopped == "time"
    assert time.monotonic() - started < 5


def test_a_child_that_never_answers_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen
    started: list[Any] = []

    def sleeping(_: list[str], **how: Any) -> Any:
        script = "import sys, time; sys.stdout.write('C'); sys.stdout.flush(); time.sleep(600)"
        started.append(real([sys.executable, "-c", script], **how))
        return started[-1]

    monkeypatch.setattr(frames.subprocess, "Popen", sleeping)
    source = frames.Frames(recording(tmp_path, []), "mp4", Limits(decode_s=1.0))
    assert list(source) == []
    assert source.stopped == "time"
    assert started[0].returncode is not None


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"garbage" * 10,
        child.FRAME.pack(b"CFRM", 9, 9, 0.0, 5) + b"12345",
        child.FRAME.pack(b"CFRM", 1, 1, 0.0, 0xFFFFFFFF),
        child.FRAME.pack(b"CEND", 0, 0, 0.0, 3) + b"[1,",
    ],
)
def test_a_child_that_breaks_its_form_is_not_believed(
    said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen
    script = f"import sys; sys.stdout.buffer.write({said!r})"
    monkeypatch.setattr(
        frames.subprocess, "Popen", lambda _, **how: real([sys.executable, "-c", script], **how)
    )
    source = frames.Frames(recording(tmp_path, []), "mp4", Limits())
    assert list(source) == []
    assert source.stopped


# The command line


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    lines = tmp_path / "seen.jsonl"
    lines.write_text('{"field":"http.title","payload":"x"}\n')
    assert run(str(lines), "--marks-only")[0] == 2
    assert run(str(lines))[0] == 0
    taken = tmp_path / "taken"
    taken.write_text("a file")
    picture = tmp_path / "a.png"
    picture.write_bytes(made.as_png(made.picture(400, 300, [])))
    assert run(str(picture), "--evidence", str(taken))[0] == 2
    assert run(str(picture), "--summary")[0] == 2
    assert run(str(tmp_path / "none.mp4"))[0] == 2


def test_observations_from_a_named_pipe_lose_nothing(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    lines = b'{"id":"1","field":"http.title","payload":"x"}\n' * 3
    with subprocess.Popen(
        [sys.executable, "-m", "custodes", "identify", str(pipe)], stdout=subprocess.PIPE
    ) as reader:
        pipe.write_bytes(lines)
        out, _ = reader.communicate(timeout=60)
    assert len(out.splitlines()) == 3
