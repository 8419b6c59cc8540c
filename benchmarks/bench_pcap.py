"""How fast a capture of a camera network is read, beside tshark with the same fields.

    bench_pcap.py               512 MiB of an invented network, read by both
    bench_pcap.py --quick       16 MiB
    bench_pcap.py --register    through the whole command too, into a new register
    bench_pcap.py --file FILE   a capture of your own

Prints one JSON object. tshark is Debian's; where it is absent, this says so. Exit status 0 unless
something is broken: a figure is not a verdict.
"""

import argparse
import json
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

from custodes.find.read.formats import open_file
from custodes.protocols import dhcp, dns, ethernet, ip, mdns, pcap, tcp
from custodes.units import MIB

CAMERAS = 40
START_US = 1_760_000_000 * 1_000_000
VIDEO_BYTES = 1_200
RECORDER = (IPv4Address("192.168.10.2"), bytes.fromhex("4447cc000002"))
ROUTER = bytes.fromhex("b827eb000001")
RESOLVER = IPv4Address("192.168.10.1")
PREFIXES = ("4447cc", "4c11bf", "accc8e", "ec71db")  # Hikvision, Dahua, Axis, Reolink
CLOUDS = ("litedev.hik-connect.com", "www.easy4ipcloud.com", "device.axis.com", "p2p.reolink.com")
FIELDS = (
    "frame.time_epoch eth.src eth.dst ip.src ip.dst ip.len tcp.srcport tcp.dstport udp.srcport"
    " udp.dstport arp.src.proto_ipv4 arp.src.hw_mac dhcp.option.hostname"
    " dhcp.option.vendor_class_id dhcp.option.request_list_item dns.qry.name dns.a dns.aaaa"
    " dns.ptr.domain_name dns.txt tls.handshake.extensions_server_name x509sat.uTF8String"
    " http.host http.server http.www_authenticate http.response.code rtsp.status rtsp.response"
    " rtsp.session sdp.session_name ssh.protocol ftp.response.arg"
).split()


@dataclass(slots=True)
class Camera:
    """One invented camera; `video` is a template whose time and numbers are set for each packet."""

    number: int
    address: IPv4Address
    mac: bytes
    over_tcp: bool
    sequence: int = 0  # of its next byte, and below of the recorder's
    asked: int = 0
    video: bytearray = field(default_factory=bytearray)
    answer: bytearray = field(default_factory=bytearray)

    @property
    def cloud(self) -> str:
        return CLOUDS[self.number % len(CLOUDS)]


def cameras() -> list[Camera]:
    return [_camera(n) for n in range(CAMERAS)]


def _camera(number: int) -> Camera:
    mac = bytes.fromhex(PREFIXES[number % len(PREFIXES)]) + (number + 10).to_bytes(3)
    one = Camera(number, IPv4Address(f"192.168.10.{number + 10}"), mac, number % 2 == 1)
    rtp = b"\x80\x60" + bytes(10) + b"\x7c\x85" + os.urandom(VIDEO_BYTES - 14)
    if one.over_tcp:
        content = b"$\x00" + (len(rtp) - 4).to_bytes(2) + rtp[:-4]
        one.video += _tcp(one, to_recorder=True, content=content)
        one.answer += _tcp(one, to_recorder=False)
    else:
        one.video += _udp(one.mac, RECORDER[1], one.address, RECORDER[0], 8208, 50_000, rtp)
    return one


def _tcp(one: Camera, *, to_recorder: bool, content: bytes = b"", flags: int = tcp.ACK) -> bytes:
    ends = [(one.address.packed, 554, one.mac), (RECORDER[0].packed, 40_000, RECORDER[1])]
    numbers = [one.sequence, one.asked]
    if not to_recorder:
        ends.reverse()
        numbers.reverse()
    (source, from_port, mac), (target, to_port, other) = ends
    segment = tcp.build(from_port, to_port, numbers[0], content, flags, acknowledged=numbers[1])
    packet = ip.build(source, target, ip.TCP, segment)
    return ethernet.build(mac, other, ethernet.IPV4, packet)


def _udp(
    mac: bytes, other: bytes, source: IPv4Address, target: IPv4Address, sport: int, dport: int,
    data: bytes,
) -> bytes:  # fmt: skip
    packet = ip.build(source.packed, target.packed, ip.UDP, ip.build_udp(sport, dport, data))
    return ethernet.build(mac, other, ethernet.IPV4, packet)


def beginning(one: Camera) -> Iterator[bytes]:
    """What a camera says when it starts: DHCP, mDNS, DNS, its maker's cloud, time, RTSP."""
    options = {53: b"\x03", 12: f"cam-{one.number}".encode(), 60: b"udhcp 1.21.1", 55: b"\x01\x03"}
    nobody, everybody = IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255")
    asks = dhcp.build(mac=one.mac, options=options)
    yield _udp(one.mac, b"\xff" * 6, nobody, everybody, 68, 67, asks)
    given = dhcp.build(
        mac=one.mac, options={53: b"\x05"}, from_client=False, your=one.address.packed
    )
    yield _udp(ROUTER, one.mac, RESOLVER, one.address, 67, 68, given)
    service = mdns.Service(f"Camera {one.number}", "_rtsp._tcp", f"cam-{one.number}.local", 554)
    notice = mdns.build_answer([service], address=str(one.address))
    group = IPv4Address(mdns.GROUP)
    yield _udp(one.mac, b"\x01\x00\x5e\x00\x00\xfb", one.address, group, 5353, 5353, notice)
    yield from _asks_for(one, one.cloud)
    hello = client_hello(one.cloud)
    packet = ip.build(
        one.address.packed, cloud_address(one).packed, ip.TCP, tcp.build(41_000, 443, 1, hello)
    )
    yield ethernet.build(one.mac, ROUTER, ethernet.IPV4, packet)
    yield _udp(one.mac, ROUTER, one.address, IPv4Address("203.0.113.9"), 123, 123, bytes(48))
    yield from _rtsp(one)


def cloud_address(one: Camera) -> IPv4Address:
    """Where the invented cloud of a camera stands."""
    return IPv4Address("198.51.100.0") + one.number % len(CLOUDS) + 1


def _asks_for(one: Camera, name: str) -> Iterator[bytes]:
    question = [dns.Question(name)]
    asks = dns.build(number=7, flags=dns.RECURSION_WANTED, questions=question)
    yield _udp(one.mac, ROUTER, one.address, RESOLVER, 42_000, 53, asks)
    found = [dns.Record(name, dns.A, address=str(cloud_address(one)))]
    says = dns.build(number=7, flags=dns.RESPONSE, questions=question, records=found)
    yield _udp(ROUTER, one.mac, RESOLVER, one.address, 53, 42_000, says)


def client_hello(name: str) -> bytes:
    """The first message of TLS, with the name of the server."""
    text = name.encode()
    listed = b"\0" + len(text).to_bytes(2) + text
    extension = b"\0\0" + (len(listed) + 2).to_bytes(2) + len(listed).to_bytes(2) + listed
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0"
    body += len(extension).to_bytes(2) + extension
    message = b"\x01" + len(body).to_bytes(3) + body
    return b"\x16\x03\x01" + len(message).to_bytes(2) + message


def _rtsp(one: Camera) -> Iterator[bytes]:
    url = f"rtsp://{one.address}/Streaming/Channels/101"
    sdp = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Media Presentation\r\nm=video 0 RTP/AVP 96\r\n"
    asks = f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode()
    head = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: "
    says = head + str(len(sdp)).encode() + b"\r\n\r\n" + sdp
    yield _tcp(one, to_recorder=False, flags=tcp.SYN)
    one.asked = 1
    yield _tcp(one, to_recorder=True, flags=tcp.SYN | tcp.ACK)
    one.sequence = 1
    yield _tcp(one, to_recorder=False, content=asks)
    one.asked += len(asks)
    yield _tcp(one, to_recorder=True, content=says)
    one.sequence += len(says)


def write(path: Path, size_bytes: int) -> int:
    """Write the capture; how many packets it has."""
    every = cameras()
    written = count = 0
    now_us = START_US
    with path.open("wb") as file:
        file.write(pcap.build_head(ethernet.ETHERNET))
        for one in every:
            for packet in beginning(one):
                now_us += 500
                count += 1
                written += file.write(pcap.build_record(now_us, packet))
        for video in _video(every):
            now_us += 11
            count += 1
            written += file.write(_RECORD.pack(*divmod(now_us, 10**6), len(video), len(video)))
            written += file.write(video)
            if written >= size_bytes:
                return count
    return count


_RECORD = struct.Struct("<IIII")
_NUMBERS = struct.Struct(">II")
_SEQUENCE_AT = 38


def _video(every: list[Camera]) -> Iterator[bytearray]:
    """Video of every camera in turn, without end; now and then something else."""
    turn = 0
    while True:
        turn += 1
        for one in every:
            if one.over_tcp:
                _NUMBERS.pack_into(one.video, _SEQUENCE_AT, one.sequence % 2**32, one.asked)
                one.sequence += VIDEO_BYTES
                yield one.video
                if turn % 2 == 0:
                    _NUMBERS.pack_into(one.answer, _SEQUENCE_AT, one.asked, one.sequence % 2**32)
                    yield one.answer
            else:
                one.video[44:46] = (turn & 0xFFFF).to_bytes(2)
                yield one.video
            if turn % 500 == one.number:
                for packet in _asks_for(one, one.cloud):
                    yield bytearray(packet)


def ours(path: Path) -> dict[str, object]:
    """Our reader in a process of its own, so that its memory is its own."""
    code = "import bench_pcap, sys; bench_pcap.read_here(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parent,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout)
    return found


def read_here(name: str) -> None:
    """Read a capture and print what it took."""
    start, cpu = time.perf_counter(), time.process_time()
    with open_file(name) as reader:
        fields: dict[str, int] = {}
        for one in reader:
            fields[one.field] = fields.get(one.field, 0) + 1
        tally = reader.tally
    size, elapsed_s = Path(name).stat().st_size, time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figure: dict[str, object] = {
        "seconds": round(elapsed_s, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "mb_per_second": round(size / 1e6 / elapsed_s, 1),
        "packets_per_second": round(tally.items / elapsed_s),
        "peak_mib": round(peak, 1),
        "packets": tally.items,
        "observations": fields,
        "notes": tally.notes,
    }
    print(json.dumps(figure))


def theirs(path: Path) -> dict[str, object]:
    """tshark with the same fields."""
    program = shutil.which("tshark")
    if program is None:
        return {"absent": "tshark is not installed (Debian: apt-get install tshark)"}
    command = [program, "-n", "-r", str(path), "-T", "fields"]
    for name in FIELDS:
        command += ["-e", name]
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    elapsed_s = time.perf_counter() - start
    if process.returncode != 0:
        return {"failed": f"tshark ended with {process.returncode}"}
    return {
        "seconds": round(elapsed_s, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "mb_per_second": round(path.stat().st_size / 1e6 / elapsed_s, 1),
        "peak_mib": round(used.ru_maxrss / 1024, 1),
        "version": version(program),
    }


def version(program: str) -> str:
    """The first line of what it says of itself."""
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    return said.stdout.splitlines()[0]


def through_register(path: Path, folder: Path) -> dict[str, object]:
    """The whole command: read, keep, identify, file."""
    command = [sys.executable, "-m", "custodes", "--data", str(folder / "data"), "import", "--json"]
    start = time.perf_counter()
    done = subprocess.run([*command, str(path)], check=True, capture_output=True, text=True)
    elapsed_s = time.perf_counter() - start
    (report,) = json.loads(done.stdout)["files"]
    speed = round(path.stat().st_size / 1e6 / elapsed_s, 1)
    return {"seconds": round(elapsed_s, 2), "mb_per_second": speed, "devices": report["devices"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mb", type=int, default=512, help="size of the capture, MiB")
    parser.add_argument("--quick", action="store_true", help="16 MiB")
    parser.add_argument("--register", action="store_true", help="through the command, end to end")
    parser.add_argument("--file", type=Path, help="a capture of your own")
    chosen = parser.parse_args()
    size_bytes = (16 if chosen.quick else chosen.mb) * MIB
    figure: dict[str, object] = {"benchmark": "pcap"}
    with tempfile.TemporaryDirectory(prefix="custodes-bench-") as name:
        path = chosen.file or Path(name) / "network.pcap"
        if chosen.file is None:
            figure["packets"] = write(path, size_bytes)
        figure["file_mib"] = round(path.stat().st_size / MIB, 1)
        figure["custodes"] = own = ours(path)
        figure["tshark"] = other = theirs(path)
        if "seconds" in other:
            figure["times_tshark"] = round(
                float(str(other["seconds"])) / float(str(own["seconds"])), 1
            )
        if chosen.register:
            figure["register"] = through_register(path, Path(name))
    print(json.dumps(figure, indent=2))


if __name__ == "__main__":
    main()
