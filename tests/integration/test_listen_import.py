"""Captures and Zeek's logs on the whole way: into the register, shown, exported, counted once."""

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from custodes.cli.main import invoke
from custodes.estate.conversations import Conversation
from custodes.estate.register import Register, open_register

DNS_OUT = "1791000000.000000\tC1\t192.168.10.10\t42000\t192.168.10.1\t53"
CONN_FIELDS = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes"
    " conn_state history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes orig_l2_addr resp_l2_addr"
).split()
DNS_FIELDS = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto trans_id query qtype_name answers"
).split()
SSL_FIELDS = (
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p version cipher server_name established"
).split()


def log(path: str, fields: list[str], *rows: list[str]) -> bytes:
    """A log with tabs as Zeek writes it."""
    head = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-"]
    head += [f"#path\t{path}", "\t".join(["#fields", *fields])]
    lines = [*head, *("\t".join(row) for row in rows), "#close\t2026-10-03-05-00-00"]
    return "\n".join(lines).encode() + b"\n"


def frames(capture: ModuleType) -> list[bytes]:
    """The camera asks DNS for its cloud, then sends it something over TLS."""
    pair = capture.Connection(capture.CAMERA_AT, capture.CLOUD_AT, server_port=443)
    packets = list(pair.open())
    packets += [pair.says(capture.client_hello(capture.CLOUD)), pair.says(bytes(1_000))]
    there = capture.addr(capture.CLOUD_AT)
    found = capture.asks_dns(capture.CLOUD, capture.CLOUD_AT)
    for packet in packets:
        ends = (capture.ROUTER, capture.CAMERA)
        back = packet[12:16] == there
        found.append(capture.frame(*(ends if back else ends[::-1]), packet))
    return found


def zeek_logs(capture: ModuleType) -> dict[str, tuple[list[str], list[list[str]]]]:
    """What Zeek writes of the same packets."""
    sizes = [len(f) - 14 for f in frames(capture)]
    hello = len(capture.client_hello(capture.CLOUD))
    camera = ":".join(capture.CAMERA[i : i + 2] for i in range(0, 12, 2))
    router = ":".join(capture.ROUTER[i : i + 2] for i in range(0, 12, 2))
    four = [capture.CAMERA_AT, "42000", capture.RESOLVER_AT, "53"]
    tls = [capture.CAMERA_AT, "40000", capture.CLOUD_AT, "443"]
    conn = [
        ["1791000000.000000", "C1", *four, "udp", "dns", "0.001000", "30", "50", "SF", "Dd",
         "1", str(sizes[0]), "1", str(sizes[1]), camera, router],
        ["1791000000.002000", "C2", *tls, "tcp", "ssl", "0.003000", str(hello + 1000), "0", "S1",
         "ShD", "3", str(sizes[2] + sizes[4] + sizes[5]), "1", str(sizes[3]), camera, router],
    ]  # fmt: skip
    dns = [["1791000000.000000", "C1", *four, "udp", "7", capture.CLOUD, "A", capture.CLOUD_AT]]
    ssl = [["1791000000.004000", "C2", *tls, "-", "-", capture.CLOUD, "F"]]
    return {"conn": (CONN_FIELDS, conn), "dns": (DNS_FIELDS, dns), "ssl": (SSL_FIELDS, ssl)}


NUMBERS = {"id.orig_p", "id.resp_p", "orig_pkts", "resp_pkts", "orig_ip_bytes", "resp_ip_bytes"}


def as_json(fields: list[str], rows: list[list[str]]) -> bytes:
    """The same log as JSON."""
    lines = []
    for row in rows:
        values: dict[str, Any] = {k: v for k, v in zip(fields, row, strict=True) if v != "-"}
        values = {k: int(v) if k in NUMBERS else v for k, v in values.items()}
        values["ts"] = float(values["ts"])
        if "answers" in values:
            values["answers"] = [values["answers"]]
        lines.append(json.dumps(values))
    return "\n".join(lines).encode() + b"\n"


def taken(folder: Path, *files: Path) -> dict[str, Any]:
    """Import files and give the JSON report."""
    names = map(str, files)
    done = subprocess.run(
        [sys.executable, "-m", "custodes", "--data", str(folder), "import", "--json", *names],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def shown(folder: Path) -> list[tuple[object, ...]]:
    with open_register(f"sqlite:///{folder / 'custodes.sqlite'}") as register:
        return [
            (c.day.isoformat(), c.peer, c.port, c.transport, c.role, c.bytes_out, c.bytes_in,
             c.packets_out, c.packets_in)
            for c in register.conversations()
        ]  # fmt: skip


@pytest.fixture
def files(capture: ModuleType, tmp_path: Path) -> dict[str, Path]:
    """The same packets as captures of every kind and as logs of Zeek."""
    data = frames(capture)
    contents = {
        "a.pcap": capture.capture(data),
        "a.pcapng": capture.capture_ng(data),
        "a.pcap.gz": capture.packed(capture.capture(data)),
    }
    for name, (fields, rows) in zeek_logs(capture).items():
        contents[f"{name}.log"] = log(name, fields, *rows)
        contents[f"{name}.json"] = as_json(fields, rows)
        contents[f"{name}.log.gz"] = capture.packed(log(name, fields, *rows))
    found = {}
    for name, content in contents.items():
        found[name] = tmp_path / name
        found[name].write_bytes(content)
    return found


def test_a_capture_becomes_devices_conversations_and_sentences(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    (report,) = taken(folder, files["a.pcap"])["files"]
    assert (report["format"], report["read"], report["devices"]) == ("pcap", {"packets": 6}, 2)
    assert invoke(["--data", str(folder), "conversations", "--cloud", "--home", "gb"]) == 0
    assert "a Reolink relay" in capsys.readouterr().out
    device = next(
        d for d in json.loads(_out(folder, capsys, "devices", "--json"))
        if d["macs"] == ["44:47:cc:00:00:10"]
    )  # fmt: skip
    page = _out(folder, capsys, "devices", "show", str(device["id"]))
    assert "Who it talked to" in page
    assert "This device sent 1.2 kB to a Reolink relay (p2p3.reolink.com)" in page
    told = json.loads(_out(folder, capsys, "devices", "show", str(device["id"]), "--json"))
    assert told["conversations"][0]["operator"] == "Reolink"


def _out(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert invoke(["--data", str(folder), *words]) == 0
    return capsys.readouterr().out


def test_conversations_go_to_json_and_to_spreadsheets(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    taken(folder, files["a.pcap"])
    rows = list(csv.DictReader(io.StringIO(_out(folder, capsys, "conversations", "--csv", "-"))))
    plain = json.loads(_out(folder, capsys, "conversations", "--json"))
    assert [row["sentence"] for row in rows] == [one["sentence"] for one in plain]
    part = ("export", "--what", "conversations", "--format")
    assert _out(folder, capsys, *part, "csv").count("\n") == len(rows) + 1
    exported = json.loads(_out(folder, capsys, *part, "json"))["conversations"]
    assert {c["peer"] for c in exported} == {c["peer"] for c in plain}
    assert invoke(["--data", str(folder), *part, "xlsx", "-o", str(tmp_path / "x.xlsx")]) == 2


def test_the_same_capture_twice_in_any_kind_counts_once(
    files: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    taken(folder, files["a.pcap"])
    once = shown(folder)
    (again,) = taken(folder, files["a.pcap"])["files"]
    assert (again["new"], again["rejected"]) == (0, 0)
    taken(folder, files["a.pcapng"], files["a.pcap.gz"])
    assert shown(folder) == once


@pytest.mark.parametrize("kind", ["log", "json", "log.gz"])
def test_logs_of_zeek_tell_what_their_capture_tells(
    files: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    taken(tmp_path / "packets", files["a.pcap"])
    logs = [files[f"{name}.{kind}"] for name in ("conn", "dns", "ssl")]
    reports = taken(tmp_path / "logs", *logs)["files"]
    assert [r["format"] for r in reports] == ["zeek"] * 3
    assert shown(tmp_path / "logs") == shown(tmp_path / "packets")


def test_a_log_and_its_capture_together_count_once(files: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    taken(folder, files["a.pcap"], files["conn.log"], files["ssl.json"])
    both = shown(folder)
    taken(tmp_path / "packets", files["a.pcap"])
    assert both == shown(tmp_path / "packets")


def test_two_captures_one_after_the_other_are_added_up(
    capture: ModuleType, register: Register, tmp_path: Path
) -> None:
    packet = capture.udp(capture.CAMERA_AT, capture.CLOUD_AT, (50_000, 9_999), bytes(100))
    frame = capture.frame(capture.CAMERA, capture.ROUTER, packet)
    data = capture.capture([frame] * 10)
    first, second = (
        data[: 24 + 4 * (16 + len(frame))],
        data[:24] + data[24 + 4 * (16 + len(frame)) :],
    )
    for content in (first, second, data):
        _into(register, content, tmp_path)
    (found,) = register.conversations()
    assert (found.packets_out, found.bytes_out) == (10, 10 * len(packet))


def _into(register: Register, content: bytes, folder: Path) -> None:
    from datetime import UTC, datetime

    from custodes.find.identify.core import identify
    from custodes.find.read.formats import open_file
    from custodes.find.read.intake import Intake

    path = folder / f"{len(content)}.pcap"
    path.write_bytes(content)
    intake = Intake(register, identify, None, datetime.now(UTC))
    with open_file(path) as reader:
        for one in reader:
            intake.add(one)
    intake.finish()


def test_conversations_follow_a_device_that_turns_out_to_be_another(
    capture: ModuleType, register: Register, tmp_path: Path
) -> None:
    """First seen behind a router by its address, later on its own segment by its card."""
    packet = capture.udp("10.1.0.5", capture.CLOUD_AT, (50_000, 9_999), b"x", hops_left=63)
    far = capture.capture([capture.frame(capture.ROUTER, capture.RECORDER, packet)])
    near = capture.udp("10.1.0.5", capture.CLOUD_AT, (50_000, 9_998), b"x")
    _into(register, far, tmp_path)
    _into(
        register,
        capture.capture([capture.frame(capture.CAMERA, capture.ROUTER, near)] * 2),
        tmp_path,
    )
    (device,) = register.devices()
    found: list[Conversation] = register.conversations(device.id)
    assert {c.port for c in found} == {9_998, 9_999}


def test_rows_of_zeek_that_are_none_are_counted_and_a_cut_log_says_so(
    capture: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields, rows = zeek_logs(capture)["conn"]
    content = log("conn", fields, ["too", "few"], *rows)
    (tmp_path / "bad.log").write_bytes(content)
    (tmp_path / "cut.log").write_bytes(log("conn", fields, *rows)[:-60])
    (tmp_path / "other.log").write_bytes(log("weird", ["ts", "name"], ["1.0", "x"]))
    names = [str(tmp_path / f"{n}.log") for n in ("bad", "cut", "other")]
    assert invoke(["--data", str(tmp_path / "d"), "import", "--json", *names]) == 3
    bad, cut, other = json.loads(capsys.readouterr().out)["files"]
    assert (bad["rejected"], bad["reasons"][0]["reason"]) == (1, "2 values for 19 fields")
    assert "middle of line" in cut["error"]["message"]
    assert cut["observations"] > 0, "what was whole is kept"
    assert other["reasons"] == [{"where": "line 7", "reason": "a row of a log that is not read"}]


def test_passwords_in_http_logs_are_not_kept(tmp_path: Path) -> None:
    fields = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host username password".split()  # noqa: E501
    row = ["1791000000.0", "C", "192.168.10.2", "40000", "192.168.10.10", "80", "1", "GET",
           "cam.example.org", "admin-geheim", "hunter2-geheim"]  # fmt: skip
    (tmp_path / "http.log").write_bytes(log("http", fields, row))
    taken(tmp_path / "d", tmp_path / "http.log")
    with open_register(f"sqlite:///{tmp_path / 'd' / 'custodes.sqlite'}") as register:
        seen = [one.observation for one in register.observations()]
    assert ("login.cleartext", "HTTP: Basic") in {(o.field, o.payload) for o in seen}
    assert not [o for o in seen if "geheim" in o.payload]


def test_other_logs_of_zeek_say_who_devices_are(tmp_path: Path) -> None:
    software = log(
        "software",
        "ts host host_p software_type name unparsed_version".split(),
        ["1791000000.0", "192.168.10.10", "80", "HTTP::SERVER", "App-webs", "App-webs/"],
    )
    dhcp = log(
        "dhcp",
        "ts uids mac assigned_addr host_name msg_types".split(),
        ["1791000000.0", "C", "44:47:cc:00:00:10", "192.168.10.10", "gate\\x20cam", "REQUEST,ACK"],
    )
    x509 = log(
        "x509",
        "ts fingerprint certificate.subject certificate.issuer".split(),
        ["1791000000.0", "ab12", "CN=cam\\x2cO=x", "CN=ca"],
    )
    for name, content in {"software": software, "dhcp": dhcp, "x509": x509}.items():
        (tmp_path / f"{name}.log").write_bytes(content)
    names = [tmp_path / f"{n}.log" for n in ("software", "dhcp", "x509")]
    reports = taken(tmp_path / "d", *names)["files"]
    assert reports[2]["unplaced"] == 2
    with open_register(f"sqlite:///{tmp_path / 'd' / 'custodes.sqlite'}") as register:
        (device,) = register.devices()
        said = {(o.observation.field, o.observation.text) for o in register.observations()}
    assert (device.macs, device.hostname) == (("44:47:cc:00:00:10",), "gate cam")
    assert ("http.header.server", "App-webs/") in said
    assert ("tls.subject", "CN=cam,O=x") in said


ENDLESS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import capture
from custodes.find.read.formats import Reader

class Endless:
    number = 0
    head = capture.capture([])
    packet = capture.udp("192.168.10.10", "10.0.0.1", (1, 9999), b"x" * 40)
    frame = capture.frame(capture.CAMERA, capture.ROUTER, packet)
    record = bytearray(capture.capture([frame])[24:])

    def read(self, size):
        if self.number >= 250_000:
            return b""
        parts, self.head = [self.head], b""
        for _ in range(5_000):
            self.number += 1
            self.record[46:50] = (0x0A000000 + self.number % 60_000).to_bytes(4)
            self.record[50:52] = (self.number // 60_000 + 1).to_bytes(2)
            parts.append(bytes(self.record))
        return b"".join(parts)

reader = Reader(Endless(), "endless", form="pcap", keep_open=True)
count = sum(1 for one in reader)
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(reader.tally.items, count, peak)
"""


def test_a_capture_without_end_takes_little_memory() -> None:
    """A quarter of a million packets, every one of a flow of its own, to 60,000 peers."""
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS, str(Path(__file__).parents[1])],
        check=True, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    packets, observations, peak_kib = map(int, done.stdout.split())
    assert packets == 250_000
    assert observations >= 60_000
    assert peak_kib < 64 * 1024


def test_a_bomb_of_gzip_is_refused(capture: ModuleType, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.pcapng.gz"
    nothing = capture.block(0x0BAD, bytes(15 * 2**20))
    bomb.write_bytes(capture.packed(capture.section() + nothing * 6))
    start = time.monotonic()
    assert invoke(["--data", str(tmp_path / "d"), "import", str(bomb)]) == 3
    assert time.monotonic() - start < 20


def test_ctrl_c_in_a_long_capture_keeps_what_was_heard(capture: ModuleType, tmp_path: Path) -> None:
    """The capture comes through a pipe that never ends."""
    folder = tmp_path / "d"
    command = [sys.executable, "-m", "custodes", "--data", str(folder), "import", "--json", "-"]
    data = capture.capture(frames(capture) * 5_000)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.flush()
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        out, _ = process.communicate(data[24:], timeout=60)
    assert process.returncode == 130
    (report,) = json.loads(out)["files"]
    assert report["error"]["code"] == "interrupted"
    assert report["devices"] == 2
    assert shown(folder)


def test_a_password_in_clear_is_a_finding_of_its_device(
    capture: ModuleType, register: Register, tmp_path: Path
) -> None:
    said = (("c", b"GET / HTTP/1.1\r\nAuthorization: Basic YTpi\r\n\r\n"),)
    data = capture.capture(capture.recorder_asks(80, *said))
    for _ in range(2):
        _into(register, data, tmp_path)
    (finding,) = register.findings()
    assert (finding.code, finding.severity) == ("cleartext-login", "medium")
    assert "HTTP: Basic, port 80" in finding.text
    device = register.device(finding.device_id or 0)
    assert device is not None
    assert device.macs == ("44:47:cc:00:00:10",)
